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

enum { BAR = 20, SAVE_SECONDS = 30 };

typedef struct Training {
    App *app;
    Recipe *recipe;
    Model *model;
    TrainData *data;
    Trainer *trainer;
    char out[FILE_PATH_MAX], log[FILE_PATH_MAX], checkpoint[FILE_PATH_MAX];
    double saved_ms, shown_ms;
    bool told; /* that a checkpoint or the log could not be written */
} Training;

/* --- Where things are ---------------------------------------------------------------------------
 */

/* The folder of the recipe's data: --data, else in the user's data folder or where the recipe says.
 */
static bool find_data(const Training *t, char path[FILE_PATH_MAX], Error *err) {
    char user[FILE_PATH_MAX], folder[FILE_PATH_MAX];
    const Recipe *r = t->recipe;
    if (t->app->options.data)
        return file_join(path, FILE_PATH_MAX, t->app->options.data, "", NULL) ||
               error_set(err, ERROR_TOO_LARGE, "the path of --data", "longer",
                         TEXT("%d", FILE_PATH_MAX - 1));
    bool known = file_user_data(user, sizeof user) &&
                 file_join(folder, sizeof folder, user, "data", NULL) &&
                 file_join(path, FILE_PATH_MAX, folder, r->data, NULL);
    if (known && file_exists(path))
        return true;
    for (int i = 0; i < r->place_count; i++)
        if (file_exists(r->places[i]) && file_join(path, FILE_PATH_MAX, r->places[i], "", NULL))
            return true;
    return error_set(err, ERROR_BAD,
                     TEXT("the data '%.60s' are not here: give --data PATH, or put them into %.90s",
                          r->data, known ? path : "the user's data folder"));
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

/* --- What is told meanwhile ---------------------------------------------------------------------
 */

static const char *time_text(char buffer[32], double seconds) {
    long s = lround(seconds);
    if (s < 60)
        return text_format(buffer, 32, "%ld s", s);
    if (s < 3600)
        return text_format(buffer, 32, "%ld min %02ld s", s / 60, s % 60);
    return text_format(buffer, 32, "%ld h %02ld min", s / 3600, s / 60 % 60);
}
#define TIME_TEXT(seconds) time_text((char[32]){0}, (seconds))

static void show_bar(Training *t) {
    TrainerState s = trainer_state(t->trainer);
    int64_t done = s.epoch * s.steps_per_epoch + s.step, all = s.epochs * s.steps_per_epoch;
    int filled = (int)(s.step * BAR / s.steps_per_epoch);
    fprintf(stderr,
            "\r\033[Kepoch %lld/%lld [%.*s%*s] %.0f images/s, loss %.3f, %.1f %% right, %s left",
            (long long)(s.epoch < s.epochs ? s.epoch + 1 : s.epochs), (long long)s.epochs, filled,
            "####################", BAR - filled, "",
            (double)t->recipe->batch / s.seconds_per_batch, s.loss, 100 * s.accuracy,
            TIME_TEXT((double)(all - done) * s.seconds_per_batch));
    fflush(stderr);
    t->shown_ms = clock_ms();
}

/* A line for the epoch that has just ended. */
static void tell_epoch(const Training *t) {
    TrainerState s = trainer_state(t->trainer);
    const EpochRecord *r = &s.records[s.epoch - 1];
    if (t->app->options.quiet)
        return;
    fprintf(stderr, "%sepoch %lld/%lld: loss %.4f, %.2f %% right",
            file_is_terminal(stderr) ? "\r\033[K" : "", (long long)s.epoch, (long long)s.epochs,
            r->loss, 100 * r->accuracy);
    if (isfinite(r->val_loss))
        fprintf(stderr, "; held out: loss %.4f, %.2f %%%s", r->val_loss, 100 * r->val_accuracy,
                s.best_epoch == s.epoch ? " (best)" : "");
    fprintf(stderr, "; %.0f images/s, %s left\n", r->images_per_second,
            TIME_TEXT((double)(s.epochs - s.epoch) * r->seconds));
}

/* --- The training -------------------------------------------------------------------------------
 */

/* What cannot be written meanwhile is told once; the training goes on. */
static void tell_failure(Training *t, const Error *failure) {
    if (!t->told)
        app_note(t->app, TEXT("%.150s; the training goes on", failure->text));
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
    const bool saved = trainer_save(t->trainer, &failure);
    return error_set(err, ERROR_CANCELLED,
                     saved ? "; the same command goes on from here" : failure.text);
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
    if (bar)
        fputs("\r\033[K", stderr);
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

static bool finish(Training *t, Error *err) {
    trainer_export(t->trainer, false, t->model);
    const WeightsPair pairs[] = {
        {"convoscope.recipe", t->recipe->name},
        {"convoscope.seed", TEXT("%" PRIu64, t->recipe->seed)},
        {"convoscope.epochs", TEXT("%lld", (long long)t->recipe->epochs)},
        {"convoscope.data", t->recipe->data},
    };
    const WeightsSaveOptions options = {
        .pairs = pairs, .pair_count = sizeof pairs / sizeof *pairs, .half = t->app->options.half};
    return weights_save(t->model, t->out, &options, err) && write_log(t, err) &&
           print_answer(t, err) && (remove(t->checkpoint), true);
}

static bool read_data(Training *t, Error *err) {
    char path[FILE_PATH_MAX];
    App *app = t->app;
    if (!find_data(t, path, err))
        return false;
    app_progress_begin(app, TEXT("reading %s", t->recipe->data), 0);
    t->data = train_data_load(path, DATASET_TRAIN, t->model, t->recipe->fit, app->pool, &app->job,
                              NULL, err);
    app_progress_end(app);
    if (t->data)
        app_note(app, t->data->note);
    return t->data != NULL;
}

static bool prepare(Training *t, Error *err) {
    App *app = t->app;
    const RunOptions options = app_run_options(app);
    t->recipe = recipe_load(app->options.words[0], err);
    if (!t->recipe)
        return false;
    if (app->options.epochs)
        t->recipe->epochs = app->options.epochs;
    if (app->options.seed)
        t->recipe->seed = (uint64_t)app->options.seed;
    recipe_seal(t->recipe);
    t->model = recipe_model(t->recipe, err);
    if (!t->model || !name_files(t, err) ||
        !weights_random(t->model, t->recipe->seed, app->pool, &app->job, err) || !read_data(t, err))
        return false;
    if (app->options.restart)
        remove(t->checkpoint);
    file_drop_stale(t->checkpoint);
    file_drop_stale(t->out);
    t->trainer = trainer_new(t->recipe, t->model, t->data, t->checkpoint, &options, app->pool, err);
    if (!t->trainer)
        return false;
    const TrainerState s = trainer_state(t->trainer);
    if (s.resumed)
        app_note(app, TEXT("going on after epoch %lld, batch %lld of %lld (--restart begins anew)",
                           (long long)s.epoch, (long long)s.step, (long long)s.steps_per_epoch));
    return true;
}

bool verb_train(App *app, Error *err) {
    Training t = {.app = app};
    const bool ok = prepare(&t, err) && learn(&t, err) && finish(&t, err);
    trainer_free(t.trainer);
    train_data_free(t.data);
    model_free(t.model);
    recipe_free(t.recipe);
    return ok;
}
