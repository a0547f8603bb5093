#include "base/cgroup.h"

#include <stddef.h>

#ifdef __linux__
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A small file's text; false if there is none. */
static bool slurp(const char *folder, const char *name, char *text, size_t size) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t got = fread(text, 1, size - 1, file);
    text[got] = '\0';
    fclose(file);
    return got > 0;
}

static uint64_t number(const char *folder, const char *name) {
    char text[64];
    uint64_t value;
    if (!slurp(folder, name, text, sizeof text) || sscanf(text, "%" SCNu64, &value) != 1)
        return UINT64_MAX; /* "max", or no such file */
    return value;
}

/* Page cache counts as used, and is given back when asked for. */
static uint64_t cached(const char *folder, const char *key) {
    char text[8192];
    if (!slurp(folder, "memory.stat", text, sizeof text))
        return 0;
    const char *line = strstr(text, key);
    uint64_t value;
    return line && sscanf(line + strlen(key), "%" SCNu64, &value) == 1 ? value : 0;
}

static uint64_t room(const char *folder, const char *limit, const char *usage, const char *key) {
    uint64_t most = number(folder, limit);
    if (most >= INT64_MAX)
        return UINT64_MAX;
    uint64_t used = number(folder, usage), cache = cached(folder, key);
    if (used == UINT64_MAX)
        used = 0;
    used -= cache < used ? cache : used;
    return most > used ? most - used : 0;
}

/* The folder of this process under version 2. In a container the path that /proc tells may not be
 * visible; the walk towards the root then finds what is. */
static void own_folder(char *folder, size_t size) {
    char text[4096];
    snprintf(folder, size, "/sys/fs/cgroup");
    if (!slurp("/proc/self", "cgroup", text, sizeof text))
        return;
    const char *line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
    if (!line)
        return;
    line = strstr(line, "::") + 2;
    int length = (int)strcspn(line, "\n");
    snprintf(folder, size, "/sys/fs/cgroup%.*s", length, line);
}

/* Cuts the last name off; false when the root has been seen. */
static bool to_parent(char *folder) {
    char *slash = strrchr(folder, '/');
    if (!slash || strcmp(folder, "/sys/fs/cgroup") == 0)
        return false;
    *slash = '\0';
    return true;
}

uint64_t cgroup_memory(void) {
    char folder[4200];
    own_folder(folder, sizeof folder);
    uint64_t least = room("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
                          "total_inactive_file ");
    do {
        uint64_t here = room(folder, "memory.max", "memory.current", "\ninactive_file ");
        least = here < least ? here : least;
    } while (to_parent(folder));
    return least;
}

int cgroup_cores(void) {
    char folder[4200], text[100];
    own_folder(folder, sizeof folder);
    int least = 0;
    do {
        double quota, period;
        if (slurp(folder, "cpu.max", text, sizeof text) &&
            sscanf(text, "%lf %lf", &quota, &period) == 2 && quota > 0 && period > 0) {
            double cores = quota / period;
            int whole = cores > 1e6 ? 1000000 : (int)cores;
            whole += whole < cores;
            least = !least || whole < least ? whole : least;
        }
    } while (to_parent(folder));
    return least;
}
#else
uint64_t cgroup_memory(void) {
    return UINT64_MAX;
}

int cgroup_cores(void) {
    return 0;
}
#endif
