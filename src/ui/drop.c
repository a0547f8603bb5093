#include "ui/drop.h"

#include "base/text.h"
#include <string.h>

/* The first picture of a folder, which [ and ] then go on from. */
static bool first_picture(Session *s, const char *folder, char path[FILE_PATH_MAX]) {
    Error err = {0};
    s->browse.folder[0] = '\0';
    if (browse_list(&s->browse, folder, &err) && s->browse.count == 0)
        error_set(&err, ERROR_MISSING, TEXT("a picture in '%.150s'", folder));
    if (err.code == ERROR_NONE && file_join(path, FILE_PATH_MAX, folder, s->browse.names[0], &err))
        return true;
    s->banner = err;
    return false;
}

void ui_drop(Session *session, const char *path) {
    char line[FILE_PATH_MAX + 16], picture[FILE_PATH_MAX];
    const char *extension = file_extension(path);
    const char *action = text_equal(extension, "json")          ? "model.open"
                         : text_equal(extension, "safetensors") ? "weights.open"
                                                                : "image.open";
    if (file_is_folder(path)) {
        if (!first_picture(session, path, picture))
            return;
        path = picture;
    }
    text_format(line, sizeof line, "%s %s", action, path);
    session_post(session, line);
}
