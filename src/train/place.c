#include "train/place.h"

#include "base/random.h"
#include "base/text.h"
#include <inttypes.h>
#include <string.h>

#define WEIGHTS    ".safetensors"
#define CHECKPOINT ".checkpoint"

static bool ends_in(const char *text, const char *end) {
    const size_t length = strlen(text), size = strlen(end);
    return length >= size && strcmp(text + length - size, end) == 0;
}

/* "NAME.safetensors" and "NAME.log.csv". */
static bool name_results(TrainPlace *p, const char *out, const Recipe *recipe, Error *err) {
    const int written = out ? snprintf(p->out, sizeof p->out, "%s", out)
                            : snprintf(p->out, sizeof p->out, "%s" WEIGHTS, recipe->name);
    const size_t stem = strlen(p->out) - (ends_in(p->out, WEIGHTS) ? strlen(WEIGHTS) : 0);
    if (written < 0 || (size_t)written + strlen(".log.csv") >= sizeof p->out)
        return error_set(err, ERROR_TOO_LARGE, "the path of --out", "longer",
                         TEXT("%d", FILE_PATH_MAX - 1));
    if (!p->out[stem] || stem == 0 || p->out[stem - 1] == '/')
        return error_set(err, ERROR_EXPECTED, "--out", "NAME" WEIGHTS, TEXT("'%.150s'", p->out));
    snprintf(p->log, sizeof p->log, "%.*s.log.csv", (int)stem, p->out);
    return true;
}

/* Whatever they are called, what is written is not what is read. */
static bool check_inputs(const TrainPlace *p, const Recipe *recipe, Error *err) {
    char model[FILE_PATH_MAX];
    if (!recipe_model_path(recipe, model, err))
        return false;
    const char *inputs[] = {recipe->path ? recipe->path : "", model};
    for (int i = 0; i < 2; i++)
        if (file_same(p->out, inputs[i]) || file_same(p->log, inputs[i]))
            return error_set(err, ERROR_EXPECTED, "--out", "a file of its own",
                             i ? "the network's" : "the recipe's");
    return true;
}

/* Whether a file can be written there; what a killed program left of it is removed. */
static bool check_place(const char *path, Error *err) {
    FileWriter file;
    file_drop_stale(path);
    if (!file_create(&file, path, err))
        return false;
    file_abort(&file);
    return true;
}

static bool name_state(TrainPlace *p, const Recipe *recipe, Error *err) {
    char path[FILE_PATH_MAX], name[160];
    if (!file_absolute(path, sizeof path, p->out, err))
        return false;
    if (!file_user_state(p->log_so_far, sizeof p->log_so_far))
        return error_set(err, ERROR_MISSING,
                         "a home folder for checkpoints (XDG_STATE_HOME, HOME)");
    snprintf(p->mark, sizeof p->mark, "-%016" PRIx64 "-", random_stream(path));
    snprintf(name, sizeof name, "%.100s%s%016" PRIx64, recipe->name, p->mark, recipe->fingerprint);
    return file_join(p->folder, sizeof p->folder, p->log_so_far, "train", err) &&
           file_make_folder(p->folder, err) &&
           file_join(p->checkpoint, sizeof p->checkpoint, p->folder, TEXT("%s" CHECKPOINT, name),
                     err) &&
           file_join(p->log_so_far, sizeof p->log_so_far, p->folder, TEXT("%s.log.csv", name), err);
}

static bool lock(TrainPlace *p, Error *err) {
    char path[FILE_PATH_MAX];
    bool taken;
    if (!file_join(path, sizeof path, p->folder, TEXT("%.16s.lock", p->mark + 1), err))
        return false;
    return lock_take(&p->lock, path, &taken, err) ||
           (taken &&
            error_set(err, ERROR_BAD,
                      TEXT("another training writes '%.100s' just now: wait for its end, or give "
                           "another --out",
                           p->out)));
}

bool train_place_open(TrainPlace *p, const char *out, const Recipe *recipe, Error *err) {
    *p = (TrainPlace){0};
    if (name_results(p, out, recipe, err) && check_inputs(p, recipe, err) &&
        check_place(p->out, err) && check_place(p->log, err) && name_state(p, recipe, err) &&
        lock(p, err) && check_place(p->checkpoint, err))
        return true;
    train_place_close(p);
    return false;
}

void train_place_close(TrainPlace *p) {
    lock_drop(&p->lock);
}

/* Calls `visit` with the path of each file of the state folder that belongs to these weights. */
static void visit_files(const TrainPlace *p, void (*visit)(const char *path, void *context),
                        void *context) {
    char path[FILE_PATH_MAX];
    Arena arena = {0};
    char **names;
    size_t count = 0;
    if (file_list(p->folder, &arena, &names, &count, NULL))
        for (size_t i = 0; i < count; i++)
            if (strstr(names[i], p->mark) &&
                file_join(path, sizeof path, p->folder, names[i], NULL))
                visit(path, context);
    arena_free(&arena);
}

typedef struct Latest {
    const char *own;
    char *date;
} Latest;

static void look(const char *path, void *context) {
    Latest *latest = context;
    char date[FILE_DATE_SIZE];
    if (ends_in(path, CHECKPOINT) && strcmp(path, latest->own) != 0 && file_date(date, path) &&
        strcmp(date, latest->date) > 0)
        memcpy(latest->date, date, sizeof date);
}

bool train_place_has_others(const TrainPlace *p, char date[FILE_DATE_SIZE]) {
    Latest latest = {.own = p->checkpoint, .date = date};
    date[0] = '\0';
    visit_files(p, look, &latest);
    return date[0] != '\0';
}

void train_place_restart(const TrainPlace *p) {
    remove(p->checkpoint);
    remove(p->log_so_far);
}

static void drop(const char *path, void *context) {
    (void)context;
    remove(path);
}

void train_place_clear(const TrainPlace *p) {
    visit_files(p, drop, NULL);
}
