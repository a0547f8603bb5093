#include "session/browse.h"

#include "base/text.h"
#include <string.h>

void browse_free(Browse *browse) {
    arena_free(&browse->arena);
    *browse = (Browse){0};
}

bool browse_is_picture(const char *path) {
    static const char *const kinds[] = {"png", "jpg", "jpeg", "bmp", "tga",
                                        "gif", "pgm", "ppm",  "pnm"};
    const char *extension = file_extension(path);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_equal(extension, kinds[i]))
            return true;
    return false;
}

bool browse_list(Browse *browse, const char *folder, Error *err) {
    if (browse->folder[0] && strcmp(browse->folder, folder) == 0)
        return true;
    browse_free(browse);
    char **names;
    size_t count;
    if (!file_list(folder, &browse->arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (browse_is_picture(names[i]) && names[i][0] != '.')
            names[browse->count++] = names[i];
    browse->names = names;
    text_format(browse->folder, sizeof browse->folder, "%s", folder);
    return true;
}

static void folder_of(const char *path, char folder[FILE_PATH_MAX]) {
    size_t length = (size_t)(file_name(path) - path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    text_format(folder, FILE_PATH_MAX, "%.*s", length ? (int)length : 1, length ? path : ".");
}

int browse_index(const Browse *browse, const char *path) {
    char folder[FILE_PATH_MAX];
    folder_of(path, folder);
    for (size_t i = 0; strcmp(folder, browse->folder) == 0 && i < browse->count; i++)
        if (strcmp(browse->names[i], file_name(path)) == 0)
            return (int)i;
    return -1;
}

bool browse_step(Browse *browse, const char *path, int step, char result[FILE_PATH_MAX],
                 Error *err) {
    char folder[FILE_PATH_MAX];
    folder_of(path, folder);
    int at = browse_index(browse, path);
    if (at < 0) {
        browse->folder[0] = '\0';
        if (!browse_list(browse, folder, err))
            return false;
        at = browse_index(browse, path);
    }
    const int count = (int)browse->count;
    if (count == 0)
        return error_set(err, ERROR_MISSING, TEXT("a picture in '%.150s'", folder));
    int next = at < 0 ? 0 : (at + step + count) % count;
    return file_join(result, FILE_PATH_MAX, folder, browse->names[next], err);
}
