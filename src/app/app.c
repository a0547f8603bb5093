#include "app/app.h"

#include "base/text.h"
#include "engine/input.h"
#include "engine/open.h"
#include "tensor/npy.h"
#include <math.h>
#include <stdarg.h>
#include <string.h>

bool app_usage(App *app, Error *err, const char *format, ...) {
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    app->usage = true;
    return error_set(err, ERROR_BAD, text);
}

bool app_shard(App *app, int *shard, int *shards, Error *err) {
    enum { SHARDS_MAX = 100000 };
    const char *text = app->options.shard, *slash = text ? strchr(text, '/') : NULL;
    char part[16] = "";
    long i = 0, n = 0;
    *shard = *shards = 0;
    if (!text)
        return true;
    if (slash && slash - text < (long)sizeof part)
        memcpy(part, text, (size_t)(slash - text));
    if (!slash || !text_to_int(slash + 1, 1, SHARDS_MAX, &n) || !text_to_int(part, 1, n, &i))
        return app_usage(app, err, "--shard: expected I/N with I in 1..N, got '%.80s'", text);
    *shard = (int)i;
    *shards = (int)n;
    return true;
}

RunOptions app_run_options(const App *app) {
    return (RunOptions){.path = app->options.conv, .tier = app->options.cpu};
}

Model *app_open(App *app, const char *which, int size, Error *err) {
    RunOptions options = app_run_options(app);
    app_progress_begin(app, "opening the network", 0);
    Model *model =
        engine_open(which, size, app->options.weights, &options, app->pool, &app->job, err);
    app_progress_end(app);
    if (model)
        app_note(app, model->weights.note);
    return model;
}

/* The side of a square .npy input, so that a network can be opened at its size; 0 if it is none. */
static int npy_side(const Tensor *t) {
    int rank = t->shape.rank;
    if (rank < 3 || t->shape.dim[rank - 1] != t->shape.dim[rank - 2])
        return 0;
    int64_t side = t->shape.dim[rank - 1];
    return side <= 16384 ? (int)side : 0;
}

Model *app_open_input(App *app, Tensor *input, const char **source, Error *err) {
    const Options *o = &app->options;
    if (!o->image == !o->input) {
        app_usage(app, err, "%s",
                  o->image ? "--image and --input exclude each other"
                           : "--image FILE or --input F.npy is needed");
        return NULL;
    }
    int size = (int)o->size;
    Tensor peek;
    if (o->input && !size) {
        if (!npy_load(&peek, &app->arena, o->input, err))
            return NULL;
        size = npy_side(&peek);
    }
    Model *model = app_open(app, o->words[0], size, err);
    if (!model)
        return NULL;
    char note[IMAGE_NOTE_SIZE] = "";
    bool ok = o->image ? engine_input_image(model, o->image, &app->arena, input, NULL, note, err)
                       : engine_input_npy(model, o->input, &app->arena, input, err);
    if (ok) {
        app_note(app, note);
        *source = file_name(o->image ? o->image : o->input);
        return model;
    }
    model_free(model);
    return NULL;
}

/* --- The command line ---------------------------------------------------------------------------
 */

char *app_command_text(Arena *arena, const char *verb, int argc, char **argv, Error *err) {
    static const char program[] = "convoscope ";
    size_t size = sizeof program + strlen(verb);
    for (int i = 1; i < argc; i++)
        size += 4 * strlen(argv[i]) + 3;
    char *text = arena_alloc(arena, size, 1, err), *end = text;
    if (!text)
        return NULL;
    end += snprintf(end, size, "%s%s", program, verb);
    for (int i = 1; i < argc; i++)
        end = text_put_quoted(end, argv[i]);
    return text;
}

/* --- Progress
 * ------------------------------------------------------------------------------------- */

enum { BAR_WIDTH = 30 };

static void draw_bar(void *context) {
    App *app = context;
    if (app->work == 0) { /* how long it takes is not known */
        fprintf(stderr, "\r%s ...", app->task);
        fflush(stderr);
        return;
    }
    double share = (double)atomic_load(&app->job.done) / (double)app->work;
    share = share > 1 ? 1 : share;
    int filled = (int)(share * BAR_WIDTH);
    fprintf(stderr, "\r%s [%.*s%*s] %3d %%", app->task, filled, "##############################",
            BAR_WIDTH - filled, "", (int)(share * 100));
    fflush(stderr);
}

void app_progress_begin(App *app, const char *task, int64_t work) {
    atomic_store(&app->job.done, 0);
    app->task = task;
    app->work = work;
    if (!app->options.quiet && file_is_terminal(stderr))
        app->ticker = ticker_start(100, draw_bar, app, NULL);
}

void app_progress_end(App *app) {
    if (!app->ticker)
        return;
    ticker_stop(app->ticker);
    app->ticker = NULL;
    fputs("\r\033[K", stderr);
    fflush(stderr);
}

void app_note(const App *app, const char *text) {
    if (!app->options.quiet && *text)
        fprintf(stderr, "convoscope: note: %s\n", text);
}

void app_warn(const char *text) {
    if (*text)
        fprintf(stderr, "convoscope: warning: %s\n", text);
}

const char *app_counted_text(char buffer[80], int64_t count, const char *noun) {
    snprintf(buffer, 80, "%lld %s%s", (long long)count, noun, count == 1 ? "" : "s");
    return buffer;
}

const char *app_count_text(char buffer[24], double count) {
    static const char *const units[] = {"", " k", " M", " G", " T"};
    int unit = 0;
    while (count >= 999.5 && unit < 4) {
        count /= 1000;
        unit++;
    }
    int decimals = unit == 0 || count >= 99.95 ? 0 : count >= 9.995 ? 1 : 2; /* three digits */
    snprintf(buffer, 24, "%.*f%s", decimals, count, units[unit]);
    return buffer;
}

const char *app_fixed_text(char buffer[48], double value, int decimals) {
    if (isnan(value))
        return "NaN";
    if (isinf(value))
        return value < 0 ? "-inf" : "inf";
    snprintf(buffer, 48, fabs(value) < 1e15 ? "%.*f" : "%.*e", decimals, value);
    return buffer;
}
