#include "train/trainer.h"

#include "base/clock.h"
#include "base/random.h"
#include "tensor/half.h"
#include "train/optimiser.h"
#include <math.h>
#include <string.h>

/* What has been measured of some pictures. */
typedef struct Tally {
    int64_t count, correct;
    double loss; /* their sum */
} Tally;

struct Trainer {
    const Recipe *recipe;
    const Model *model;
    const TrainData *data;
    Pool *pool;
    Arena arena;
    TrainNet *net;
    TrainSizes sizes;
    TrainSplit split;
    const char *path; /* of the checkpoint; NULL: none */
    uint64_t fingerprint;
    int64_t *order;      /* of this epoch: places in split.learn */
    int64_t *indices;    /* of a batch */
    int32_t *labels;     /* of a batch */
    LabelMix *mixes;     /* of a batch; NULL: its pictures are of one class each */
    float *velocity;     /* learned */
    float *average;      /* all; NULL: none is kept */
    float *best;         /* all */
    float *scratch;      /* of train_batch */
    Checkpoint c;        /* where it stands */
    Tally learned, held; /* of the measuring that goes on */
    double seconds_per_batch, seconds_per_measured; /* lately; of a picture; 0 before the first */
    double factor;
    bool resumed;
};

/* --- Beginning and end --------------------------------------------------------------------------
 */

static int64_t steps_per_epoch(const Trainer *t) {
    return t->split.learn_count / t->recipe->batch;
}

static const float *judged_weights(const Trainer *t) {
    return t->average ? t->average : train_net_weights(t->net);
}

static bool allocate(Trainer *t, Error *err) {
    const size_t all = t->sizes.all, batch = (size_t)t->recipe->batch;
    const size_t picture = (size_t)(t->data->channels * t->data->height * t->data->width);
    t->order = arena_alloc(&t->arena, (size_t)t->split.learn_count, sizeof *t->order, err);
    t->indices = arena_alloc(&t->arena, batch, sizeof *t->indices, err);
    t->labels = arena_alloc(&t->arena, batch, sizeof *t->labels, err);
    if (t->recipe->augment.cutmix > 0)
        t->mixes = arena_alloc(&t->arena, batch, sizeof *t->mixes, err);
    t->velocity = arena_alloc(&t->arena, t->sizes.learned, sizeof *t->velocity, err);
    t->best = arena_alloc(&t->arena, all, sizeof *t->best, err);
    t->scratch =
        arena_alloc(&t->arena, picture * (size_t)pool_threads(t->pool), sizeof(float), err);
    if (t->recipe->average > 0)
        t->average = arena_alloc(&t->arena, all, sizeof *t->average, err);
    /* checkpoint_load replaces this one */
    t->c.records = arena_alloc(&t->arena, (size_t)t->recipe->epochs, sizeof *t->c.records, err);
    return t->order && t->indices && t->labels && t->velocity && t->best && t->scratch &&
           t->c.records && (t->average || !(t->recipe->average > 0)) &&
           (t->mixes || !(t->recipe->augment.cutmix > 0));
}

static void list_array(Checkpoint *c, const char *name, float *data, size_t count) {
    c->arrays[c->array_count].name = name;
    c->arrays[c->array_count].data = data;
    c->arrays[c->array_count].count = count;
    c->array_count++;
}

/* Goes on from the checkpoint; `room` is for the records of all epochs. */
static bool resume(Trainer *t, EpochRecord *room, Error *err) {
    if (!checkpoint_load(&t->c, t->path, &t->arena, err))
        return false;
    if (t->c.epoch > t->recipe->epochs || t->c.step > steps_per_epoch(t)) {
        error_set(err, ERROR_BAD, "it is beyond the end of this training");
        return error_prefix(err, "%s", t->path);
    }
    memcpy(room, t->c.records, (size_t)t->c.epoch * sizeof *room);
    t->c.records = room;
    return true;
}

static bool begin(Trainer *t, Error *err) {
    EpochRecord *room = t->c.records;
    float *kernels = train_net_weights(t->net);
    for (size_t i = 0; i < t->sizes.kernels; i++)
        kernels[i] = (float)(kernels[i] * t->recipe->gain);
    t->c.fingerprint = t->fingerprint;
    list_array(&t->c, "weights", train_net_weights(t->net), t->sizes.all);
    list_array(&t->c, "velocity", t->velocity, t->sizes.learned);
    list_array(&t->c, "best", t->best, t->sizes.all);
    if (t->average)
        list_array(&t->c, "average", t->average, t->sizes.all);
    t->resumed = t->path && file_exists(t->path);
    if (t->resumed && !resume(t, room, err))
        return false;
    if (!t->resumed && t->average)
        memcpy(t->average, train_net_weights(t->net), t->sizes.all * sizeof(float));
    train_shuffle(t->recipe->seed, (uint64_t)t->c.epoch, t->split.learn_count, t->order);
    return true;
}

/* Shares the pictures out, of which there must be a batch to learn from. */
static bool split(Trainer *t, Error *err) {
    const Recipe *r = t->recipe;
    return (train_split(t->data, r->holdout, r->seed, &t->arena, &t->split, err) &&
            (steps_per_epoch(t) >= 1 ||
             error_set(err, ERROR_EXPECTED, "batch",
                       TEXT("at most %lld, as there are pictures to learn from",
                            (long long)t->split.learn_count),
                       TEXT("%lld", (long long)r->batch)))) ||
           error_prefix(err, "%s", recipe_where(r));
}

Trainer *trainer_new(const Recipe *recipe, const Model *model, const TrainData *data,
                     const char *checkpoint, const RunOptions *options, Pool *pool, Error *err) {
    Trainer *t = mem_alloc(1, sizeof *t, err);
    if (!t)
        return NULL;
    t->recipe = recipe;
    t->model = model;
    t->data = data;
    t->pool = pool;
    t->factor = 1;
    bool ok = !checkpoint || (t->path = arena_text(&t->arena, checkpoint, err)) != NULL;
    snprintf(t->c.kernels, sizeof t->c.kernels, "--cpu %s --conv %s", cpu_tier_name(options->tier),
             conv_path_name(options->path));
    ok = ok && split(t, err) &&
         (t->net = train_net_new(model, recipe->batch, options, pool, err)) != NULL;
    if (ok) {
        t->sizes = train_net_sizes(t->net);
        t->fingerprint =
            recipe->fingerprint * 0x9e3779b97f4a7c15u ^
            (train_net_fingerprint(t->net) + data->fingerprint * 31 + random_stream(t->c.kernels));
        ok = allocate(t, err) && begin(t, err);
    }
    if (ok)
        return t;
    trainer_free(t);
    return NULL;
}

void trainer_free(Trainer *t) {
    if (!t)
        return;
    train_net_free(t->net);
    arena_free(&t->arena);
    mem_free(t);
}

bool trainer_save(Trainer *t, Error *err) {
    return !t->path || checkpoint_save(&t->c, t->path, err);
}

/* --- A batch ------------------------------------------------------------------------------------
 */

static double present_rate(const Trainer *t) {
    return t->factor * schedule_rate(&t->recipe->schedule,
                                     t->c.epoch * steps_per_epoch(t) + t->c.step,
                                     steps_per_epoch(t), t->recipe->epochs);
}

/* Scales the gradient to the recipe's largest norm. */
static double clip_factor(const Trainer *t, double norm) {
    return t->recipe->clip > 0 && norm > t->recipe->clip ? t->recipe->clip / norm : 1;
}

static bool diverged(const Trainer *t, const char *what, double value, Error *err) {
    error_set(err, ERROR_EXPECTED, what, "a finite number",
              isnan(value) ? "NaN"
              : value < 0  ? "-infinity"
                           : "infinity");
    const char *when = t->c.step < steps_per_epoch(t) ? TEXT("batch %lld", (long long)t->c.step + 1)
                                                      : "after its last batch";
    return error_prefix(err, "epoch %lld, %s: the training diverged (learning rate %g: too high?)",
                        (long long)t->c.epoch + 1, when, present_rate(t));
}

/* How fast the average follows: as the mean of all so far at first, when there are few. */
static double average_decay(const Trainer *t, int64_t steps) {
    double early = (1.0 + (double)steps) / (10.0 + (double)steps);
    return early < t->recipe->average ? early : t->recipe->average;
}

static bool update(Trainer *t, Error *err) {
    const Recipe *r = t->recipe;
    const size_t kernels = t->sizes.kernels, learned = t->sizes.learned;
    float *gradient = (float *)(uintptr_t)train_net_gradient(t->net),
          *w = train_net_weights(t->net);
    double norm = sgd_norm(t->pool, learned, gradient);
    if (!isfinite(norm))
        return diverged(t, "the gradient", norm, err);
    double factor = clip_factor(t, norm);
    for (size_t i = 0; factor < 1 && i < learned; i++)
        gradient[i] = (float)(gradient[i] * factor);
    Sgd sgd = {.rate = present_rate(t),
               .momentum = r->momentum,
               .decay = r->decay,
               .nesterov = r->nesterov};
    sgd_step(&sgd, t->pool, kernels, gradient, t->velocity, w);
    sgd.decay = 0;
    sgd_step(&sgd, t->pool, learned - kernels, gradient + kernels, t->velocity + kernels,
             w + kernels);
    int64_t steps = t->c.epoch * steps_per_epoch(t) + t->c.step;
    if (t->average)
        sgd_average(average_decay(t, steps), t->pool, t->sizes.all, w, t->average);
    return true;
}

/* How this epoch's pictures are changed. */
static Augment epoch_augment(const Trainer *t) {
    const Recipe *r = t->recipe;
    Augment augment = r->augment;
    if ((double)t->c.epoch >= augment.cutmix_until * (double)r->epochs)
        augment.cutmix = 0;
    return augment;
}

static bool learn_batch(Trainer *t, Error *err) {
    const Recipe *r = t->recipe;
    const Augment augment = epoch_augment(t);
    for (int64_t i = 0; i < r->batch; i++)
        t->indices[i] = t->split.learn[t->order[t->c.step * r->batch + i]];
    Loss loss;
    uint64_t number = (uint64_t)(t->c.epoch * steps_per_epoch(t) + t->c.step);
    if (!train_batch(t->data, t->indices, r->batch, &augment, r->seed, (uint64_t)t->c.epoch,
                     t->pool, NULL, t->scratch, train_net_input(t->net), t->labels, t->mixes) ||
        !train_net_learn(t->net, t->labels, t->mixes, r->smoothing, r->seed, number, NULL, &loss,
                         err))
        return false;
    if (!isfinite(loss.sum))
        return diverged(t, "the loss", loss.sum, err);
    if (!update(t, err))
        return false;
    t->c.step++;
    t->c.seen += r->batch;
    t->c.loss_sum += loss.sum;
    t->c.correct += loss.correct;
    return true;
}

/* --- An epoch -----------------------------------------------------------------------------------
 */

/* The next batch of `pictures`, as they are, without augmentation. Cancelled, it counts nothing. */
static bool score_batch(Trainer *t, const float *weights, const int64_t *pictures, int64_t count,
                        Job *job, Tally *tally, Error *err) {
    const int64_t at = tally->count, batch = t->recipe->batch;
    const int64_t items = count - at < batch ? count - at : batch;
    Loss loss;
    if (!train_batch(t->data, pictures + at, items, NULL, 0, 0, t->pool, job, t->scratch,
                     train_net_input(t->net), t->labels, NULL))
        return error_set(err, ERROR_CANCELLED, "");
    if (!train_net_score(t->net, weights, t->labels, items, job, &loss, err))
        return false;
    tally->count += items;
    tally->correct += loss.correct;
    tally->loss += loss.plain;
    return true;
}

static double mean_loss(const Tally *tally) {
    return tally->count ? tally->loss / (double)tally->count : NAN;
}

static double accuracy(const Tally *tally) {
    return tally->count ? (double)tally->correct / (double)tally->count : NAN;
}

/* Of what is learned from, how many pictures are measured. */
static int64_t measured_count(const Trainer *t) {
    return t->recipe->measure < t->split.learn_count ? t->recipe->measure : t->split.learn_count;
}

/* Whether these weights are better than all before: by accuracy, then by loss. */
static bool is_best(const Trainer *t, const EpochRecord *record) {
    if (t->split.holdout_count == 0 || t->c.best_epoch == 0)
        return true;
    return record->val_accuracy > t->c.best_accuracy ||
           (record->val_accuracy >= t->c.best_accuracy && record->val_loss < t->c.best_loss);
}

static bool all_finite(const Trainer *t, const float *weights, Error *err) {
    for (size_t i = 0; weights && i < t->sizes.all; i++)
        if (!isfinite(weights[i]))
            return diverged(t, "a weight", (double)weights[i], err);
    return true;
}

/* All batches of the epoch are done. */
static bool begin_measuring(Trainer *t, Error *err) {
    t->learned = t->held = (Tally){0};
    if (!all_finite(t, train_net_weights(t->net), err) || !all_finite(t, t->average, err))
        return false;
    /* Those measured are spread evenly: the first so many of the first epoch's order. */
    train_shuffle(t->recipe->seed, 0, t->split.learn_count, t->order);
    for (int64_t i = 0; i < measured_count(t); i++)
        t->order[i] = t->split.learn[t->order[i]];
    return true;
}

static bool end_epoch(Trainer *t, Error *err) {
    Checkpoint *c = &t->c;
    EpochRecord *record = &c->records[c->epoch];
    *record = (EpochRecord){
        .epoch = c->epoch + 1,
        .rate = present_rate(t),
        .loss = c->loss_sum / (double)c->seen,
        .accuracy = (double)c->correct / (double)c->seen,
        .train_loss = mean_loss(&t->learned),
        .train_accuracy = accuracy(&t->learned),
        .val_loss = mean_loss(&t->held),
        .val_accuracy = accuracy(&t->held),
        .seconds = c->seconds,
        .images_per_second = (double)c->seen / c->seconds,
    };
    if (t->learned.count && !isfinite(record->train_loss))
        return diverged(t, "the loss as measured", record->train_loss, err);
    if (t->held.count && !isfinite(record->val_loss))
        return diverged(t, "the loss on what is held out", record->val_loss, err);
    if (is_best(t, record)) {
        c->best_epoch = c->epoch + 1;
        c->best_loss = record->val_loss;
        c->best_accuracy = record->val_accuracy;
        memcpy(t->best, judged_weights(t), t->sizes.all * sizeof(float));
    }
    c->epoch++;
    c->step = c->seen = c->correct = 0;
    c->loss_sum = c->seconds = 0;
    t->learned = t->held = (Tally){0};
    train_shuffle(t->recipe->seed, (uint64_t)c->epoch, t->split.learn_count, t->order);
    return true;
}

static void follow(double *lately, double seconds) {
    *lately = *lately > 0 ? 0.95 * *lately + 0.05 * seconds : seconds;
}

/* A batch of what is measured; after the last the epoch has ended. */
static bool measure_batch(Trainer *t, Job *job, Error *err) {
    const double start = clock_ms();
    const int64_t before = t->learned.count + t->held.count;
    const bool first = t->learned.count < measured_count(t);
    if (before == 0 && !begin_measuring(t, err))
        return false;
    if (first
            ? !score_batch(t, judged_weights(t), t->order, measured_count(t), job, &t->learned, err)
            : t->held.count < t->split.holdout_count &&
                  !score_batch(t, judged_weights(t), t->split.holdout, t->split.holdout_count, job,
                               &t->held, err))
        return false;
    const int64_t after = t->learned.count + t->held.count;
    if (after > before)
        follow(&t->seconds_per_measured, (clock_ms() - start) / 1000 / (double)(after - before));
    return after < measured_count(t) + t->split.holdout_count || end_epoch(t, err);
}

bool trainer_step(Trainer *t, Job *job, Error *err) {
    if (trainer_done(t))
        return true;
    if (t->c.step == steps_per_epoch(t))
        return measure_batch(t, job, err);
    const double start = clock_ms();
    if (!learn_batch(t, err))
        return false;
    const double seconds = (clock_ms() - start) / 1000;
    t->c.seconds += seconds;
    follow(&t->seconds_per_batch, seconds);
    const bool nothing = measured_count(t) + t->split.holdout_count == 0;
    return t->c.step < steps_per_epoch(t) || !nothing || measure_batch(t, job, err);
}

bool trainer_done(const Trainer *t) {
    return t->c.epoch >= t->recipe->epochs;
}

/* --- Looking ------------------------------------------------------------------------------------
 */

/* Until the end. As long as nothing was measured, that is taken to need a third of the time of
 * learning, which goes back as well. */
static double seconds_left(const Trainer *t) {
    const Checkpoint *c = &t->c;
    const int64_t epochs = t->recipe->epochs - c->epoch;
    const double measure = (double)(measured_count(t) + t->split.holdout_count) * (double)epochs -
                           (double)(t->learned.count + t->held.count);
    const double batches = (double)(epochs * steps_per_epoch(t) - c->step);
    const double each = t->seconds_per_measured > 0
                            ? t->seconds_per_measured
                            : t->seconds_per_batch / (double)t->recipe->batch / 3;
    return t->seconds_per_batch > 0 || batches == 0
               ? batches * t->seconds_per_batch + measure * each
               : NAN;
}

TrainerState trainer_state(const Trainer *t) {
    const Checkpoint *c = &t->c;
    const bool measuring = c->step == steps_per_epoch(t);
    return (TrainerState){
        .epoch = c->epoch,
        .epochs = t->recipe->epochs,
        .step = c->step,
        .steps_per_epoch = steps_per_epoch(t),
        .measured = t->learned.count + t->held.count,
        .to_measure = measuring ? measured_count(t) + t->split.holdout_count : 0,
        .loss = c->seen ? c->loss_sum / (double)c->seen : NAN,
        .accuracy = c->seen ? (double)c->correct / (double)c->seen : NAN,
        .rate = present_rate(t),
        .images_per_second =
            t->seconds_per_batch > 0 ? (double)t->recipe->batch / t->seconds_per_batch : NAN,
        .seconds_left = seconds_left(t),
        .best_epoch = c->best_epoch,
        .best_accuracy = c->best_accuracy,
        .best_loss = c->best_loss,
        .resumed = t->resumed,
        .learn_count = t->split.learn_count,
        .holdout_count = t->split.holdout_count,
        .kernels = c->kernels,
        .records = c->records,
    };
}

void trainer_set_rate(Trainer *t, double factor) {
    t->factor = factor;
}

void trainer_watch(Trainer *t, const TrainWatch *watch) {
    train_net_watch(t->net, watch);
}

bool trainer_kernel(const Trainer *t, int node, double *kernel, double *gradient) {
    return train_net_kernel(t->net, node, kernel, gradient);
}

void trainer_export(const Trainer *t, bool now, Model *model) {
    train_net_export(t->net, now || t->c.best_epoch == 0 ? judged_weights(t) : t->best, model);
    model->weights.kind = WEIGHTS_FILE;
    model->weights.trained = true;
    text_format(model->weights.source, sizeof model->weights.source, "trained by %s, seed %llu",
                t->recipe->name, (unsigned long long)t->recipe->seed);
}

/* The loss of weights on all that is held out. */
static bool held_out_loss(Trainer *t, const float *weights, Job *job, double *loss, Error *err) {
    Tally tally = {0};
    while (tally.count < t->split.holdout_count)
        if (!score_batch(t, weights, t->split.holdout, t->split.holdout_count, job, &tally, err))
            return false;
    *loss = mean_loss(&tally);
    return true;
}

bool trainer_halve(Trainer *t, double tolerance, Job *job, double loss[2], bool *halved,
                   Error *err) {
    const float *best = t->c.best_epoch ? t->best : judged_weights(t);
    *halved = false;
    float *rounded = mem_alloc(t->sizes.all, sizeof *rounded, err);
    if (!rounded)
        return false;
    memcpy(rounded, best, t->sizes.all * sizeof *rounded);
    for (size_t i = 0; i < t->sizes.kernels; i++) {
        uint32_t bits;
        memcpy(&bits, &rounded[i], sizeof bits);
        bits = half_widen(half_narrow(bits));
        memcpy(&rounded[i], &bits, sizeof bits);
    }
    const bool ok =
        held_out_loss(t, best, job, &loss[0], err) && held_out_loss(t, rounded, job, &loss[1], err);
    *halved = ok && loss[1] <= (1 + tolerance) * loss[0]; /* false for NaN */
    if (*halved) {
        memcpy(t->best, rounded, t->sizes.all * sizeof *rounded);
        t->c.best_epoch = t->c.best_epoch ? t->c.best_epoch : t->c.epoch;
    }
    mem_free(rounded);
    return ok;
}

uint64_t trainer_fingerprint(const Trainer *t) {
    return t->fingerprint;
}
