/* convoscope train RECIPE: learns from pictures, from the beginning or from where it was cut off.
 */
#include "app/train.h"

#include "base/clock.h"
#include "base/text.h"
#include "train/trainlog.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { SAVE_SECONDS = 30 };
#define HALF_TOLERANCE 0.005 /* of the loss */

/* Adds what to do about it to an error. */
static bool add_advice(Error *err, const char *advice) {
    char text[ERROR_ARG_SIZE];
    text_format(text, sizeof text, "%.280s; %s", err->text, advice);
    *err = (Error){0};
    return error_set(err, ERROR_BAD, text);
}

/* --- Keeping what was learned -------------------------------------------------------------------
 */

/* What cannot be written meanwhile is told once; the training goes on. */
static void tell_failure(Training *t, bool *told, const Error *failure) {
    char text[ERROR_TEXT_SIZE + 40];
    train_clear_bar(t);
    if (!*told)
        app_warn(text_format(text, sizeof text, "%s; the training goes on", failure->text));
    *told = true;
}

static bool write_log(const Training *t, const char *path, Error *err) {
    const TrainerState s = trainer_state(t->trainer);
    return trainlog_write(path, t->recipe, t->data, &s, t->app->command, err);
}

/* The checkpoint, and the log so far beside it. */
static void save_progress(Training *t) {
    Error failure = {0}, log_failure = {0};
    t->saved_ms = clock_ms();
    if (!trainer_save(t->trainer, &failure))
        tell_failure(t, &t->told_checkpoint, &failure);
    if (!write_log(t, t->place.log_so_far, &log_failure))
        tell_failure(t, &t->told_log, &log_failure);
}

/* What is lost where the present state could not be kept. */
static const char *loss_of(const Training *t) {
    return file_exists(t->place.checkpoint) ? "what was learned since the last checkpoint is lost"
                                            : "what was learned is lost";
}

static bool stop_here(Training *t, Error *err) {
    Error failure = {0};
    char text[ERROR_ARG_SIZE];
    if (trainer_save(t->trainer, &failure)) {
        text_format(text, sizeof text, "; the same command%s goes on from here",
                    t->app->options.restart ? " without --restart" : "");
        write_log(t, t->place.log_so_far, NULL);
    } else {
        text_format(text, sizeof text, ", and %s: %.300s", loss_of(t), failure.text);
    }
    *err = (Error){0};
    return error_set(err, ERROR_CANCELLED, text);
}

/* --- The training -------------------------------------------------------------------------------
 */

static bool learn(Training *t, Error *err) {
    const bool bar = file_is_terminal(stderr) && !t->app->options.quiet;
    const long every = t->app->options.save_every ? t->app->options.save_every : SAVE_SECONDS;
    int64_t epoch = trainer_state(t->trainer).epoch;
    t->saved_ms = clock_ms();
    while (!trainer_done(t->trainer)) {
        if (job_cancelled(&t->app->job))
            return stop_here(t, err);
        if (!trainer_step(t->trainer, &t->app->job, err))
            return err->code == ERROR_CANCELLED && stop_here(t, err);
        const double now = clock_ms();
        const bool epoch_ended = trainer_state(t->trainer).epoch > epoch;
        if (epoch_ended)
            train_tell_epoch(t);
        epoch += epoch_ended;
        if (bar && now - t->shown_ms > 200)
            train_show_bar(t);
        if (now - t->saved_ms > 1000 * (double)every)
            save_progress(t);
    }
    return true;
}

/* --half: F16 where what is held out does not suffer. */
static bool halve(Training *t, bool *halved, Error *err) {
    double loss[2];
    *halved = false;
    if (!t->app->options.half)
        return true;
    if (!trainer_halve(t->trainer, HALF_TOLERANCE, &t->app->job, loss, halved, err))
        return false;
    if (isnan(loss[0]))
        app_warn("--half: nothing is held out that would tell what it costs, so F32 is written");
    else
        app_note(t->app, TEXT("F16 %s: loss %.5f on what is held out, %.5f in F32",
                              *halved ? "weights" : "would cost too much, F32 is written", loss[1],
                              loss[0]));
    return true;
}

static bool write_weights(Training *t, Error *err) {
    bool halved;
    if (!halve(t, &halved, err))
        return false;
    trainer_export(t->trainer, false, t->model);
    const WeightsPair pairs[] = {
        {"convoscope.recipe", t->recipe->name},
        {"convoscope.seed", TEXT("%" PRIu64, t->recipe->seed)},
        {"convoscope.epochs", TEXT("%" PRId64, t->recipe->epochs)},
        {"convoscope.data", t->recipe->data},
    };
    const WeightsSaveOptions options = {
        .pairs = pairs, .pair_count = sizeof pairs / sizeof *pairs, .half = halved};
    return weights_save(t->model, t->place.out, &options, err) && write_log(t, t->place.log, err);
}

/* The training has ended, but its weights could not be written. */
static bool tell_unwritten(const Training *t, const Error *unsaved, Error *err) {
    if (err->code == ERROR_CANCELLED && !unsaved->code) {
        *err = (Error){0};
        return error_set(err, ERROR_CANCELLED, "; all is learned, the same command writes it");
    }
    if (!unsaved->code)
        return add_advice(err, "the training is kept, the same command writes it anew");
    return add_advice(err, TEXT("no checkpoint could be written either, so that %s", loss_of(t)));
}

static bool finish(Training *t, Error *err) {
    Error unsaved = {0};
    trainer_save(t->trainer, &unsaved);
    if (!write_weights(t, err) || !train_print_answer(t, err))
        return tell_unwritten(t, &unsaved, err);
    train_tell_worth(t);
    train_place_clear(&t->place);
    return true;
}

/* --- Beginning ----------------------------------------------------------------------------------
 */

static bool find_data(Training *t, Error *err) {
    const char *given = t->app->options.data;
    if (!given)
        return recipe_data(t->recipe, t->source, err);
    if (strlen(given) >= sizeof t->source)
        return error_set(err, ERROR_TOO_LARGE, "the path of --data", "longer",
                         TEXT("%d", FILE_PATH_MAX - 1));
    strcpy(t->source, given);
    return true;
}

static bool read_data(Training *t, Error *err) {
    App *app = t->app;
    if (!find_data(t, err))
        return false;
    app_progress_begin(app, TEXT("reading %s", t->recipe->data), 0);
    t->data = train_data_load(t->source, DATASET_TRAIN, t->model, t->recipe->fit, app->pool,
                              &app->job, NULL, err);
    app_progress_end(app);
    if (!t->data)
        return false;
    app_warn(t->data->note);
    for (int i = 0; t->data->remarks[i]; i++)
        app_note(app, t->data->remarks[i]);
    return true;
}

/* The recipe with what the command line changes of it, and its network. */
static bool read_recipe(Training *t, Error *err) {
    const Options *o = &t->app->options;
    t->recipe = recipe_load(o->words[0], err);
    if (!t->recipe)
        return false;
    if (o->epochs)
        recipe_stretch(t->recipe, o->epochs);
    if (o->seed >= 0)
        t->recipe->seed = (uint64_t)o->seed;
    recipe_seal(t->recipe);
    t->model = recipe_model(t->recipe, err);
    return t->model != NULL;
}

/* Which checkpoint it goes on from: this training's, or none. */
static void choose_checkpoint(const Training *t) {
    char date[FILE_DATE_SIZE];
    if (t->app->options.restart)
        train_place_restart(&t->place);
    else if (!file_exists(t->place.checkpoint) && train_place_has_others(&t->place, date))
        app_note(t->app, TEXT("beginning anew: the checkpoint of %s is of another recipe, --epochs "
                              "or --seed (it stays until weights are written)",
                              date));
}

static bool prepare(Training *t, Error *err) {
    App *app = t->app;
    const RunOptions options = app_run_options(app);
    if (!read_recipe(t, err) || !train_place_open(&t->place, app->options.out, t->recipe, err) ||
        !read_data(t, err) || !weights_random(t->model, t->recipe->seed, app->pool, &app->job, err))
        return false;
    choose_checkpoint(t);
    t->trainer =
        trainer_new(t->recipe, t->model, t->data, t->place.checkpoint, &options, app->pool, err);
    if (t->trainer)
        train_tell_beginning(t);
    else if (strstr(err->text, t->place.checkpoint))
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
    train_clear_bar(&t);
    ok = ok && finish(&t, err);
    train_place_close(&t.place);
    trainer_free(t.trainer);
    train_data_free(t.data);
    model_free(t.model);
    recipe_free(t.recipe);
    return ok;
}
