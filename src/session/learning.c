#include "session/learning.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "train/trainer.h"
#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

enum { SHOW_MS = 60, HOLDOUT = 5000 };
static const int64_t without_end = INT64_MAX;

struct Learning {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Guarded by the lock: what is wanted, and what can be seen. */
    bool ending, busy;
    LearningSetup setup;
    int serial; /* of the setup */
    double rate;
    int64_t target; /* batches in all */
    LearningShot shot;
    /* The thread's own; others touch it only while it is not busy, with the lock. */
    RunOptions options;
    Pool *pool;
    Job job;
    int built; /* the serial that the below was made for */
    char data_of[FILE_PATH_MAX];
    bool failed;
    Recipe *recipe;
    Model *model;
    TrainData *data;
    Trainer *trainer;
    Run *run; /* of the model as it is now, on the picture */
    Tensor input;
    Arena arena; /* of the input and what is watched */
    TrainWatch watch;
    int conv; /* the first convolution's node */
    LearningRun now;
    double part_loss, part_correct, seen_loss, seen_correct;
    int part;
    int64_t done, epoch;
    double shown_ms;
};

/* --- Curves ----------------------------------------------------------------------------------- */

static void halve(LearningCurve *c) {
    for (int i = 0; i < c->count / 2; i++) {
        c->loss[i] = (c->loss[2 * i] + c->loss[2 * i + 1]) / 2;
        c->accuracy[i] = (c->accuracy[2 * i] + c->accuracy[2 * i + 1]) / 2;
    }
    c->count /= 2;
    c->per *= 2;
}

/* A batch's mean loss, and the share of it that was right. */
static void curve_add(Learning *l, double loss, double correct) {
    LearningCurve *c = &l->now.curve;
    l->part_loss += loss;
    l->part_correct += correct;
    if (++l->part < c->per)
        return;
    c->loss[c->count] = (float)(l->part_loss / l->part);
    c->accuracy[c->count++] = (float)(l->part_correct / l->part);
    l->part_loss = l->part_correct = l->part = 0;
    if (c->count == LEARNING_POINTS)
        halve(c);
}

/* --- Making what learns ----------------------------------------------------------------------- */

static void forget(Learning *l) {
    run_release(l->run);
    trainer_free(l->trainer);
    model_free(l->model);
    recipe_free(l->recipe);
    arena_free(&l->arena);
    l->run = NULL;
    l->trainer = NULL;
    l->model = NULL;
    l->recipe = NULL;
}

/* The rate is what one sets, the same from the first batch on; nothing is averaged, so that what is
 * seen is what learns. */
static Recipe *recipe_of(const LearningSetup *setup, Error *err) {
    Recipe *r = recipe_load("lenet-fashion", err);
    if (!r)
        return NULL;
    r->seed = (uint64_t)setup->seed;
    r->epochs = LEARNING_EPOCHS;
    r->batch = LEARNING_BATCH;
    r->holdout = HOLDOUT;
    r->schedule = (Schedule){.kind = SCHEDULE_CONSTANT, .rate = 1};
    r->average = 0;
    r->augment = (Augment){.flip = false};
    recipe_seal(r);
    return r;
}

static bool read_data(Learning *l, const LearningSetup *setup, Error *err) {
    char path[FILE_PATH_MAX];
    int64_t total;
    if (l->data && strcmp(l->data_of, setup->data) == 0)
        return true;
    train_data_free(l->data);
    l->data = NULL;
    memcpy(l->data_of, setup->data, sizeof l->data_of);
    if (setup->data[0])
        memcpy(path, setup->data, sizeof path);
    else if (!recipe_data(l->recipe, path, err))
        return false;
    l->data =
        train_data_load(path, DATASET_TRAIN, l->model, FIT_RESIZE, l->pool, &l->job, &total, err);
    return l->data != NULL;
}

/* Of a small folder a fifth. */
static void hold_out(Learning *l) {
    if (l->data->count <= 2 * HOLDOUT)
        l->recipe->holdout = l->data->count / 5;
    recipe_seal(l->recipe);
}

/* "lenet-relu-3x3"; the one that ships has its own name. */
static const char *network_name(const LearningSetup *setup, char name[32]) {
    const bool ships = setup->activation == LEARN_TANH && setup->pooling == LEARN_POOL_2;
    return text_format(name, 32, ships ? "lenet-fashion" : "lenet-%s-%s",
                       learning_activation_name(setup->activation),
                       learning_pooling_name(setup->pooling));
}

static bool make_model(Learning *l, const LearningSetup *setup, Error *err) {
    char name[32];
    char *text = learning_network(setup->activation, setup->pooling, err);
    if (text)
        l->model = model_parse(text, strlen(text), network_name(setup, name), 0, err);
    mem_free(text);
    return l->model && weights_random(l->model, (uint64_t)setup->seed, l->pool, NULL, err);
}

static int node_named(const Graph *g, const char *name) {
    for (int i = 0; i < g->node_count; i++)
        if (strcmp(g->nodes[i].name, name) == 0)
            return i;
    return -1;
}

/* The first picture is the one that is always shown. */
static bool prepare_looking(Learning *l, Error *err) {
    const Graph *g = &l->model->graph;
    const Shape shape = shape_batched(&g->input, 1);
    l->conv = node_named(g, "conv1");
    l->watch.rms = arena_alloc(&l->arena, (size_t)g->node_count, sizeof *l->watch.rms, err);
    l->watch.first = arena_alloc(&l->arena, LEARNING_MAPS * LEARNING_SIDE * LEARNING_SIDE,
                                 sizeof *l->watch.first, err);
    l->watch.node = l->conv;
    if (!l->watch.rms || !l->watch.first || !tensor_new(&l->input, &l->arena, &shape, err))
        return false;
    for (int64_t i = 0; i < tensor_count(&l->input); i++)
        l->input.data[i] = l->data->pixels[i] * l->data->scale[0] + l->data->shift[0];
    trainer_watch(l->trainer, &l->watch);
    l->run = run_new(l->model, &l->input, &l->options, l->pool, err);
    return l->run != NULL;
}

static bool make(Learning *l, const LearningSetup *setup, Error *err) {
    forget(l);
    l->recipe = recipe_of(setup, err);
    if (!l->recipe || !make_model(l, setup, err) || !read_data(l, setup, err))
        return false;
    hold_out(l);
    l->trainer = trainer_new(l->recipe, l->model, l->data, NULL, &l->options, l->pool, err);
    return l->trainer && prepare_looking(l, err);
}

/* --- What can be seen ------------------------------------------------------------------------- */

static void copy_kernels(const Learning *l, float to[][LEARNING_KERNEL * LEARNING_KERNEL]) {
    memcpy(to, l->model->weights.data[l->conv][0], LEARNING_MAPS * sizeof *to);
}

/* Weights and maps as they are now. Without the lock: nobody else looks at model and run. */
static void compute(Learning *l) {
    trainer_export(l->trainer, true, l->model);
    run_restart(l->run, &l->input);
    run_all(l->run, NULL, NULL);
}

/* The gradient of a layer's outputs, or of those of the activation after it. */
static double gradient_at(const Learning *l, int node) {
    const double here = l->watch.rms[node];
    return here > 0 || node + 1 >= l->model->graph.node_count ? here : l->watch.rms[node + 1];
}

static void tell_layers(const Learning *l, LearningShot *shot) {
    const Graph *g = &l->model->graph;
    shot->layer_count = 0;
    for (int i = 0; i < g->node_count && shot->layer_count < LEARNING_LAYERS; i++) {
        const LayerFamily family = g->nodes[i].type->family;
        if (family != LAYER_CONVOLUTION && family != LAYER_CONNECTED && family != LAYER_POOLING)
            continue;
        LearningLayer *layer = &shot->layers[shot->layer_count++];
        *layer = (LearningLayer){.gradient = gradient_at(l, i)};
        text_format(layer->name, sizeof layer->name, "%s", g->nodes[i].name);
        trainer_kernel(l->trainer, i, &layer->size, &layer->weights);
    }
}

static void tell_names(const Learning *l, LearningShot *shot) {
    char buffer[24];
    for (int i = 0; i < LEARNING_CLASSES; i++) {
        text_format(shot->names[WORDS_EN][i], sizeof shot->names[0][0], "%s",
                    labels_name(&l->model->labels, i, buffer));
        text_format(shot->names[WORDS_ES][i], sizeof shot->names[0][0], "%s",
                    labels_name_es(&l->model->labels, i, buffer));
    }
}

/* With the lock. */
static void show(Learning *l) {
    LearningShot *shot = &l->shot;
    const TrainerState state = trainer_state(l->trainer);
    shot->done = l->done;
    shot->of = state.steps_per_epoch;
    shot->pictures = state.learn_count;
    shot->held_out = state.holdout_count;
    shot->images_per_second = state.images_per_second;
    shot->measuring = state.to_measure > 0;
    shot->now = l->now;
    shot->now.rate = l->rate;
    copy_kernels(l, shot->kernels);
    memcpy(shot->picture, l->input.data, sizeof shot->picture);
    shot->label = l->data->labels[0];
    memcpy(shot->maps, run_output(l->run, l->conv)->data, sizeof shot->maps);
    memcpy(shot->classes, run_probabilities(l->run)->data, sizeof shot->classes);
    shot->has_back = l->done > 0;
    memcpy(shot->back, l->watch.first, sizeof shot->back);
    tell_layers(l, shot);
    l->shown_ms = clock_ms();
}

static void keep_run(Learning *l) {
    LearningShot *shot = &l->shot;
    if (!l->trainer || l->now.curve.count == 0)
        return;
    const int kept = shot->before_count < LEARNING_RUNS ? shot->before_count : LEARNING_RUNS - 1;
    memmove(shot->before + 1, shot->before, (size_t)kept * sizeof *shot->before);
    shot->before[0] = shot->now;
    shot->before_count = kept + 1;
}

/* --- The thread ------------------------------------------------------------------------------- */

/* The lock is held at the beginning and at the end of these. */
static void fail(Learning *l, const Error *err) {
    l->failed = true;
    l->target = 0;
    l->shot.error = *err;
    l->shot.phase = LEARNING_FAILED;
}

static void rebuild(Learning *l) {
    const LearningSetup setup = l->setup;
    Error err = {0};
    keep_run(l);
    l->built = l->serial;
    l->shot.phase = LEARNING_READING;
    l->failed = false;
    l->done = l->epoch = 0;
    l->part = 0;
    l->part_loss = l->part_correct = l->seen_loss = l->seen_correct = 0;
    l->now = (LearningRun){.activation = setup.activation,
                           .pooling = setup.pooling,
                           .seed = setup.seed,
                           .curve.per = 1};
    l->target = l->target == without_end ? without_end : 0;
    atomic_store(&l->job.cancel, false);
    pthread_mutex_unlock(&l->lock);
    const bool ok = make(l, &setup, &err);
    if (ok)
        compute(l);
    pthread_mutex_lock(&l->lock);
    if (ok) {
        show(l);
        tell_names(l, &l->shot);
        copy_kernels(l, l->shot.first);
    } else if (err.code != ERROR_CANCELLED) {
        fail(l, &err);
    }
}

/* What the last step of the trainer did: learned a batch, or measured, or ended an epoch. */
static void take_note(Learning *l, const TrainerState *before, const TrainerState *after) {
    if (after->step > before->step) {
        const double steps = (double)after->step;
        const double loss = after->loss * steps, correct = after->accuracy * steps;
        curve_add(l, loss - l->seen_loss, correct - l->seen_correct);
        l->seen_loss = loss;
        l->seen_correct = correct;
        l->done++;
    }
    if (after->epoch > l->epoch) {
        if (l->now.epochs < LEARNING_EPOCHS)
            l->now.held[l->now.epochs++] = (float)after->records[l->epoch].val_accuracy;
        l->epoch = after->epoch;
        l->seen_loss = l->seen_correct = 0;
    }
}

static bool is_measuring(const Learning *l) {
    return l->trainer && trainer_state(l->trainer).to_measure > 0;
}

static bool has_to_learn(const Learning *l) {
    return !l->failed && l->trainer && !trainer_done(l->trainer) &&
           (l->done < l->target || (l->done > 0 && is_measuring(l) && l->target > 0));
}

static void learn(Learning *l) {
    Error err = {0};
    const double rate = l->rate, start = clock_ms();
    l->shot.phase = LEARNING_RUNNING;
    pthread_mutex_unlock(&l->lock);
    trainer_set_rate(l->trainer, rate);
    const TrainerState before = trainer_state(l->trainer);
    const bool ok = trainer_step(l->trainer, &l->job, &err);
    bool shown = false;
    if (ok) {
        const TrainerState after = trainer_state(l->trainer);
        take_note(l, &before, &after);
        shown = clock_ms() - l->shown_ms > SHOW_MS;
        if (shown)
            compute(l);
    }
    if (pool_cores() == 1) /* which the window needs as well */
        clock_sleep_ms(clock_ms() - start);
    pthread_mutex_lock(&l->lock);
    if (shown)
        show(l);
    if (!ok && err.code != ERROR_CANCELLED)
        fail(l, &err);
}

/* What was learned since it was shown last. */
static void rest(Learning *l) {
    if (l->shot.phase != LEARNING_RUNNING && l->shot.phase != LEARNING_READING)
        return;
    if (!l->failed && l->trainer) {
        pthread_mutex_unlock(&l->lock);
        compute(l);
        pthread_mutex_lock(&l->lock);
        show(l);
        l->shot.phase = trainer_done(l->trainer) ? LEARNING_ENDED : LEARNING_PAUSED;
    }
}

static void *thread_main(void *context) {
    Learning *l = context;
    pthread_mutex_lock(&l->lock);
    while (!l->ending) {
        l->busy = true;
        if (l->built != l->serial)
            rebuild(l);
        else if (has_to_learn(l))
            learn(l);
        else
            rest(l);
        if (!l->ending && l->built == l->serial && !has_to_learn(l) &&
            l->shot.phase != LEARNING_RUNNING && l->shot.phase != LEARNING_READING) {
            l->busy = false;
            pthread_cond_broadcast(&l->changed);
            pthread_cond_wait(&l->changed, &l->lock);
        }
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* --- From outside ----------------------------------------------------------------------------- */

Learning *learning_new(const RunOptions *options, int threads, const LearningSetup *setup,
                       Error *err) {
    Learning *l = mem_alloc(1, sizeof *l, err);
    if (!l)
        return NULL;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->changed, NULL);
    l->options = *options;
    l->setup = *setup;
    l->serial = 1;
    l->busy = true;
    l->rate = 0.02;
    l->pool = pool_new(threads > 1 ? threads : 1, err);
    if (l->pool && thread_start(&l->thread, thread_main, l, err))
        return l;
    pool_free(l->pool);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    mem_free(l);
    return NULL;
}

void learning_free(Learning *l) {
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->ending = true;
    atomic_store(&l->job.cancel, true);
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    forget(l);
    train_data_free(l->data);
    pool_free(l->pool);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    mem_free(l);
}

static bool same_setup(const LearningSetup *a, const LearningSetup *b) {
    return a->activation == b->activation && a->pooling == b->pooling && a->seed == b->seed &&
           a->restarts == b->restarts && strcmp(a->data, b->data) == 0;
}

/* The setup is written by the thread that asks, which is one. */
bool learning_is(const Learning *l, const LearningSetup *setup) {
    return l && same_setup(&l->setup, setup);
}

void learning_set(Learning *l, const LearningSetup *setup) {
    pthread_mutex_lock(&l->lock);
    l->setup = *setup;
    l->serial++;
    l->shot.phase = LEARNING_READING;
    atomic_store(&l->job.cancel, true); /* what is being read, or measured */
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

void learning_set_rate(Learning *l, double rate) {
    pthread_mutex_lock(&l->lock);
    l->rate = rate;
    l->shot.rate = rate;
    pthread_mutex_unlock(&l->lock);
}

void learning_go(Learning *l, int64_t batches) {
    pthread_mutex_lock(&l->lock);
    l->target = batches < 0 ? without_end : batches == 0 ? 0 : l->done + batches;
    l->busy = true; /* until the thread has seen it */
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

bool learning_is_endless(const Learning *l) {
    Learning *own = (Learning *)(uintptr_t)l;
    pthread_mutex_lock(&own->lock);
    const bool endless = l->target == without_end;
    pthread_mutex_unlock(&own->lock);
    return endless;
}

void learning_look(Learning *l, LearningShot *shot) {
    pthread_mutex_lock(&l->lock);
    *shot = l->shot;
    shot->endless = l->target == without_end;
    shot->rate = l->rate;
    pthread_mutex_unlock(&l->lock);
}

bool learning_wait(Learning *l, int ms) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += ms % 1000 * 1000000L;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&l->lock);
    int waited = 0;
    while (waited != ETIMEDOUT && (l->built != l->serial || (l->busy && l->target != without_end)))
        waited = pthread_cond_timedwait(&l->changed, &l->lock, &until);
    pthread_mutex_unlock(&l->lock);
    return waited != ETIMEDOUT;
}

/* --- Keeping what was learned ----------------------------------------------------------------- */

static bool write_files(const Learning *l, const char *folder, char model[FILE_PATH_MAX],
                        char weights[FILE_PATH_MAX], Error *err) {
    char stem[32];
    const bool ships = strcmp(network_name(&l->setup, stem), "lenet-fashion") == 0;
    const char *file =
        TEXT("%s-seed%d-%lld-batches.safetensors", stem, l->setup.seed, (long long)l->done);
    const WeightsSaveOptions options = {.pair_count = 0};
    if (!file_make_folder(folder, err) || !file_join(weights, FILE_PATH_MAX, folder, file, err) ||
        !weights_save(l->model, weights, &options, err))
        return false;
    text_format(model, FILE_PATH_MAX, "%s", stem);
    if (ships)
        return true;
    char *text = learning_network(l->setup.activation, l->setup.pooling, err);
    const bool ok = text && file_join(model, FILE_PATH_MAX, folder, TEXT("%s.json", stem), err) &&
                    file_write(model, text, strlen(text), err);
    mem_free(text);
    return ok;
}

bool learning_save(Learning *l, const char *folder, char model[FILE_PATH_MAX],
                   char weights[FILE_PATH_MAX], Error *err) {
    learning_go(l, 0);
    while (!learning_wait(l, 1000)) /* a batch takes a moment */
        continue;
    pthread_mutex_lock(&l->lock);
    const bool ok = l->trainer && !l->failed && l->done > 0
                        ? write_files(l, folder, model, weights, err)
                        : error_set(err, ERROR_BAD, "nothing was learned yet");
    pthread_mutex_unlock(&l->lock);
    return ok;
}
