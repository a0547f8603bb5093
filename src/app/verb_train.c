/* convoscope train RECIPE: learns from pictures, from the beginning or from where it was cut off.
 */
#include "app/app.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "train/trainer.h"
#include "train/trainlog.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { COLUMNS = 79, BAR = 20, SAVE_SECONDS = 30 };
#define HALF_TOLERANCE 0.005 /* of the loss */

typedef struct Training {
    App *app;
    Recipe *recipe;
    Model *model;
    TrainData *data;
    Trainer *trainer;
    char source[FILE_PATH_MAX]; /* of the data */
    char out[FILE_PATH_MAX], log[FILE_PATH_MAX], checkpoint[FILE_PATH_MAX];
    double saved_ms, shown_ms;
    bool bar;  /* is on the terminal */
    bool told; /* that a checkpoint or the log could not be written */
} Training;

/* Adds what to do about it to an error. */
static bool add_advice(Error *err, const char *advice) {
    char text[ERROR_ARG_SIZE];
    text_format(text, sizeof text, "%.330s; %s", err->text, advice);
    *err = (Error){0};
    return error_set(err, ERROR_BAD, text);
}

/* --- Where things are ---------------------------------------------------------------------------
 */

static bool copy_path(char to[FILE_PATH_MAX], const char *path, const char *what, Error *err) {
    const size_t length = strlen(path);
    if (length >= FILE_PATH_MAX)
        return error_set(err, ERROR_TOO_LARGE, TEXT("the path of %s", what), "longer",
                         TEXT("%d", FILE_PATH_MAX - 1));
    memcpy(to, path, length + 1);
    return true;
}

/* Where the recipe's data are: --data, else in the user's data folder or where the recipe says. */
static bool find_data(Training *t, Error *err) {
    char user[FILE_PATH_MAX], folder[FILE_PATH_MAX];
    const Recipe *r = t->recipe;
    if (t->app->options.data)
        return copy_path(t->source, t->app->options.data, "--data", err);
    bool known = file_user_data(user, sizeof user) &&
                 file_join(folder, sizeof folder, user, "data", NULL) &&
                 file_join(t->source, sizeof t->source, folder, r->data, NULL);
    if (known && file_exists(t->source))
        return true;
    for (int i = 0; i < r->place_count; i++)
        if (file_exists(r->places[i]))
            return copy_path(t->source, r->places[i], "a place", err);
    char text[ERROR_ARG_SIZE];
    return error_set(err, ERROR_BAD,
                     text_format(text, sizeof text,
                                 "the data '%.60s' are not here: give --data PATH, or put them "
                                 "into %.250s",
                                 r->data, known ? t->source : "the user's data folder"));
}

/* NAME.safetensors, its log NAME.log.csv, and the checkpoint in the user's state folder, one for
 * each place that is written to. */
static bool name_files(Training *t, Error *err) {
    char state[FILE_PATH_MAX], folder[FILE_PATH_MAX];
    const char *out = t->app->options.out;
    int written = out ? snprintf(t->out, sizeof t->out, "%s", out)
                      : snprintf(t->out, sizeof t->out, "%s.safetensors", t->recipe->name);
    size_t stem = strlen(t->out);
    if (strcmp(file_extension(t->out), "safetensors") == 0)
        stem -= strlen(".safetensors");
    if (written < 0 || (size_t)written >= sizeof t->out ||
        (size_t)snprintf(t->log, sizeof t->log, "%.*s.log.csv", (int)stem, t->out) >= sizeof t->log)
        return error_set(err, ERROR_TOO_LARGE, "the path of --out", "longer",
                         TEXT("%d", FILE_PATH_MAX - 1));
    if (!file_user_state(state, sizeof state))
        return error_set(err, ERROR_MISSING,
                         "a home folder for checkpoints (XDG_STATE_HOME, HOME)");
    return file_join(folder, sizeof folder, state, "train", err) && file_make_folder(folder, err) &&
           file_join(t->checkpoint, sizeof t->checkpoint, folder,
                     TEXT("%.100s-%016" PRIx64 ".checkpoint", t->recipe->name,
                          random_stream(t->out) ^ t->recipe->fingerprint),
                     err);
}

/* Whether a file can be written there, seen now and not after hours; what a killed program left of
 * it is removed. */
static bool check_place(const char *path, Error *err) {
    FileWriter file;
    file_drop_stale(path);
    if (!file_create(&file, path, err))
        return false;
    file_abort(&file);
    return true;
}

/* --- What is told meanwhile ---------------------------------------------------------------------
 */

/* "45 s", "12 min", "2.8 h": at most six characters for four days. */
static const char *time_text(char buffer[32], double seconds) {
    if (seconds < 100)
        return text_format(buffer, 32, "%.0f s", seconds);
    if (seconds < 6000)
        return text_format(buffer, 32, "%.0f min", seconds / 60);
    return text_format(buffer, 32, "%.1f h", seconds / 3600);
}
#define TIME_TEXT(seconds) time_text((char[32]){0}, (seconds))

/* One line of a terminal, of which the bar gets what the figures leave. */
static void show_bar(Training *t) {
    const TrainerState s = trainer_state(t->trainer);
    const int64_t done = s.epoch * s.steps_per_epoch + s.step, all = s.epochs * s.steps_per_epoch;
    char head[48], figures[COLUMNS + 1];
    text_format(head, sizeof head, "epoch %lld/%lld",
                (long long)(s.epoch < s.epochs ? s.epoch + 1 : s.epochs), (long long)s.epochs);
    text_format(figures, sizeof figures, "loss %s, %4.1f %% right, %4.0f images/s, %6s left",
                FIXED_TEXT(s.loss, 3), 100 * s.accuracy,
                (double)t->recipe->batch / s.seconds_per_batch,
                TIME_TEXT((double)(all - done) * s.seconds_per_batch));
    int width = COLUMNS - (int)strlen(head) - (int)strlen(figures) - (int)strlen(" [] ");
    width = width > BAR ? BAR : width < 0 ? 0 : width;
    const int filled = (int)(s.step * width / s.steps_per_epoch);
    fprintf(stderr, "\r\033[K%s [%.*s%*s] %s", head, filled, "####################", width - filled,
            "", figures);
    fflush(stderr);
    t->shown_ms = clock_ms();
    t->bar = true;
}

static void clear_bar(Training *t) {
    if (t->bar)
        fputs("\r\033[K", stderr);
    t->bar = false;
}

static void tell_beginning(const Training *t) {
    const TrainerState s = trainer_state(t->trainer);
    if (t->app->options.quiet)
        return;
    fprintf(stderr, "%s: %lld pictures of %s", t->model->title, (long long)s.learn_count,
            t->source);
    if (s.holdout_count)
        fprintf(stderr, " and %lld held out", (long long)s.holdout_count);
    fprintf(stderr, ", %lld epochs of %lld batches\n", (long long)s.epochs,
            (long long)s.steps_per_epoch);
    if (s.resumed && s.epoch == s.epochs)
        app_note(t->app, "all was learned before; --restart begins anew");
    else if (s.resumed)
        app_note(t->app, TEXT("going on in epoch %lld after batch %lld; --restart begins anew",
                              (long long)s.epoch + 1, (long long)s.step));
}

/* A line for the epoch that has just ended. */
static void tell_epoch(Training *t) {
    const TrainerState s = trainer_state(t->trainer);
    const EpochRecord *r = &s.records[s.epoch - 1];
    const int digits = snprintf(NULL, 0, "%lld", (long long)s.epochs);
    if (t->app->options.quiet)
        return;
    clear_bar(t);
    fprintf(stderr, "epoch %*lld/%lld: loss %.4f, %5.2f %% right", digits, (long long)s.epoch,
            (long long)s.epochs, r->loss, 100 * r->accuracy);
    if (isfinite(r->val_loss))
        fprintf(stderr, "; held out %.4f, %5.2f %%", r->val_loss, 100 * r->val_accuracy);
    fprintf(stderr, "; %4.0f images/s, %6s left%s\n", r->images_per_second,
            TIME_TEXT((double)(s.epochs - s.epoch) * r->seconds),
            isfinite(r->val_loss) && s.best_epoch == s.epoch ? ", best" : "");
}

/* --- The training -------------------------------------------------------------------------------
 */

/* What cannot be written meanwhile is told once; the training goes on. */
static void tell_failure(Training *t, const Error *failure) {
    char text[ERROR_TEXT_SIZE + 40];
    clear_bar(t);
    if (!t->told)
        app_note(t->app, text_format(text, sizeof text, "%s; the training goes on", failure->text));
    t->told = true;
}

static void save_progress(Training *t) {
    Error failure = {0};
    t->saved_ms = clock_ms();
    if (!trainer_save(t->trainer, &failure))
        tell_failure(t, &failure);
}

static bool stop_here(Training *t, Error *err) {
    Error failure = {0};
    char text[ERROR_ARG_SIZE];
    if (trainer_save(t->trainer, &failure))
        text_format(text, sizeof text, "; the same command%s goes on from here",
                    t->app->options.restart ? " without --restart" : "");
    else
        text_format(text, sizeof text,
                    ", and what was learned since the last checkpoint is lost: %s", failure.text);
    return error_set(err, ERROR_CANCELLED, text);
}

static bool write_log(const Training *t, Error *err) {
    TrainerState s = trainer_state(t->trainer);
    return trainlog_write(t->log, t->recipe, t->app->command, s.records, s.epoch, err);
}

static void end_epoch(Training *t) {
    Error failure = {0};
    tell_epoch(t);
    if (!write_log(t, &failure))
        tell_failure(t, &failure);
}

static bool learn(Training *t, Error *err) {
    const bool bar = file_is_terminal(stderr) && !t->app->options.quiet;
    const long every = t->app->options.save_every ? t->app->options.save_every : SAVE_SECONDS;
    int64_t epoch = trainer_state(t->trainer).epoch;
    t->saved_ms = clock_ms();
    while (!trainer_done(t->trainer)) {
        if (job_cancelled(&t->app->job))
            return stop_here(t, err);
        if (!trainer_step(t->trainer, err))
            return false;
        const double now = clock_ms();
        const bool epoch_ended = trainer_state(t->trainer).epoch > epoch;
        if (epoch_ended)
            end_epoch(t);
        epoch += epoch_ended;
        if (bar && now - t->shown_ms > 200)
            show_bar(t);
        if (now - t->saved_ms > 1000 * (double)every)
            save_progress(t);
    }
    return true;
}

static bool print_answer(const Training *t, Error *err) {
    const TrainerState s = trainer_state(t->trainer);
    FILE *out = t->app->out;
    if (!t->app->options.json) {
        fprintf(out, "%s: %lld epochs of %lld pictures, seed %" PRIu64 "\n", t->model->title,
                (long long)s.epochs, (long long)s.learn_count, t->recipe->seed);
        if (s.holdout_count)
            fprintf(out,
                    "best on %lld held-out pictures: %.2f %% right, loss %.4f, after epoch %lld\n",
                    (long long)s.holdout_count, 100 * s.best_accuracy, s.best_loss,
                    (long long)s.best_epoch);
        fprintf(out, "weights: %s\nlog: %s\n", t->out, t->log);
        return true;
    }
    JsonWriter w = {0};
    json_begin_object(&w, NULL);
    json_put_text(&w, "model", t->model->name);
    json_put_text(&w, "weights", t->out);
    json_put_text(&w, "log", t->log);
    json_put_int(&w, "seed", (int64_t)t->recipe->seed);
    json_put_int(&w, "epochs", s.epochs);
    json_put_int(&w, "images", s.learn_count);
    json_put_int(&w, "held_out", s.holdout_count);
    json_put_int(&w, "best_epoch", s.best_epoch);
    json_put_double(&w, "best_accuracy", s.holdout_count ? s.best_accuracy : NAN);
    json_put_double(&w, "best_loss", s.holdout_count ? s.best_loss : NAN);
    json_put_double(&w, "images_per_second", s.records[s.epochs - 1].images_per_second);
    json_end(&w);
    char *text = json_finish(&w, err);
    if (text)
        fputs(text, out);
    mem_free(text);
    return text != NULL;
}

/* --half: F16 where what is held out does not suffer. */
static bool halve(Training *t, bool *halved, Error *err) {
    double loss[2];
    *halved = false;
    if (!t->app->options.half)
        return true;
    if (!trainer_halve(t->trainer, HALF_TOLERANCE, loss, halved, err))
        return false;
    if (isfinite(loss[0]))
        app_note(t->app, TEXT("F16 %s: loss %.5f on what is held out, %.5f in F32",
                              *halved ? "weights" : "would cost too much, F32 is written", loss[1],
                              loss[0]));
    return true;
}

static bool finish(Training *t, Error *err) {
    bool halved;
    const bool kept = trainer_save(t->trainer, NULL);
    if (!halve(t, &halved, err))
        return false;
    trainer_export(t->trainer, false, t->model);
    const WeightsPair pairs[] = {
        {"convoscope.recipe", t->recipe->name},
        {"convoscope.seed", TEXT("%" PRIu64, t->recipe->seed)},
        {"convoscope.epochs", TEXT("%lld", (long long)t->recipe->epochs)},
        {"convoscope.data", t->recipe->data},
    };
    const WeightsSaveOptions options = {
        .pairs = pairs, .pair_count = sizeof pairs / sizeof *pairs, .half = halved};
    if (weights_save(t->model, t->out, &options, err) && write_log(t, err) &&
        print_answer(t, err)) {
        remove(t->checkpoint);
        return true;
    }
    if (kept)
        add_advice(err, "the training is kept, the same command writes it anew");
    return false;
}

static bool read_data(Training *t, Error *err) {
    App *app = t->app;
    if (!find_data(t, err))
        return false;
    app_progress_begin(app, TEXT("reading %s", t->recipe->data), 0);
    t->data = train_data_load(t->source, DATASET_TRAIN, t->model, t->recipe->fit, app->pool,
                              &app->job, NULL, err);
    app_progress_end(app);
    if (t->data)
        app_note(app, t->data->note);
    return t->data != NULL;
}

/* The recipe with what the command line changes of it, and its network. */
static bool read_recipe(Training *t, Error *err) {
    const Options *o = &t->app->options;
    t->recipe = recipe_load(o->words[0], err);
    if (!t->recipe)
        return false;
    if (o->epochs)
        recipe_stretch(t->recipe, o->epochs);
    if (o->seed)
        t->recipe->seed = (uint64_t)o->seed;
    recipe_seal(t->recipe);
    t->model = recipe_model(t->recipe, err);
    return t->model != NULL;
}

static bool prepare(Training *t, Error *err) {
    App *app = t->app;
    const RunOptions options = app_run_options(app);
    if (!read_recipe(t, err) || !name_files(t, err) || !check_place(t->out, err) ||
        !check_place(t->log, err) || !check_place(t->checkpoint, err) || !read_data(t, err) ||
        !weights_random(t->model, t->recipe->seed, app->pool, &app->job, err))
        return false;
    if (app->options.restart)
        remove(t->checkpoint);
    t->trainer = trainer_new(t->recipe, t->model, t->data, t->checkpoint, &options, app->pool, err);
    if (t->trainer)
        tell_beginning(t);
    else if (strstr(err->text, t->checkpoint))
        add_advice(err, "--restart begins anew");
    return t->trainer != NULL;
}

/* No recipe was named. */
static bool ask_for_recipe(App *app, Error *err) {
    char list[200] = "";
    char **names;
    size_t count, length = 0;
    if (!recipe_names(&app->arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count && length < sizeof list; i++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s, ", names[i]);
    return app_usage(app, err, "which recipe? %sor the path of one", list);
}

bool verb_train(App *app, Error *err) {
    if (!app->options.word_count)
        return ask_for_recipe(app, err);
    Training t = {.app = app};
    bool ok = prepare(&t, err) && learn(&t, err);
    clear_bar(&t);
    ok = ok && finish(&t, err);
    trainer_free(t.trainer);
    train_data_free(t.data);
    model_free(t.model);
    recipe_free(t.recipe);
    return ok;
}
