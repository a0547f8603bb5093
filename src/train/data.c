#include "train/data.h"

#include "base/memory.h"
#include "base/random.h"
#include <assert.h>
#include <string.h>

/* ---- Loading ---- */

enum { UNREAD = -1 }; /* the label of a picture that could not be read, while loading */

/* What went wrong with the first of a worker's pictures: INT64_MAX if nothing did. */
typedef struct Trouble {
    int64_t picture;
    Error err;
} Trouble;

typedef struct Worker {
    Trouble skipped, fatal;
} Worker;

typedef struct Loader {
    const Dataset *set;
    const Model *model;
    DataFit fit;
    TrainData *data;
    Job *job;
    Worker *workers;
    atomic_llong stop; /* the first picture known to end the loading; later ones need not be read */
} Loader;

static void copy_planes(const Image *image, uint8_t *to) {
    int64_t area = (int64_t)image->width * image->height;
    for (int c = 0; c < image->channels; c++)
        for (int64_t i = 0; i < area; i++)
            *to++ = image->pixels[i * image->channels + c];
}

/* Whether the picture's size and class are the network's. */
static bool check_picture(const Loader *l, const Image *image, int label, Error *err) {
    const TrainData *d = l->data;
    if (label < 0 || label >= d->classes)
        return error_set(err, ERROR_EXPECTED, "its class",
                         TEXT("0..%lld", (long long)d->classes - 1),
                         label < 0 ? "none: pictures lie in folders named by class, IDX files "
                                     "beside those of their labels"
                                   : TEXT("%d", label));
    return l->fit != FIT_EXACT || (image->width == d->width && image->height == d->height) ||
           error_set(err, ERROR_EXPECTED, "its size",
                     TEXT("%lld x %lld, as the network's input", (long long)d->width,
                          (long long)d->height),
                     TEXT("%d x %d", image->width, image->height));
}

/* *fatal tells whether an error is the whole set's and not just this picture's. */
static bool load_picture(const Loader *l, int64_t i, bool *fatal, Error *err) {
    TrainData *d = l->data;
    Image image, fitted;
    int label;
    char name[FILE_PATH_MAX];
    *fatal = false;
    if (dataset_get(l->set, i, &image, &label, name, err)) {
        *fatal = !check_picture(l, &image, label, err);
        if (!*fatal &&
            preprocess_fit(&l->model->preprocess, &l->model->graph.input, &image, &fitted, err)) {
            copy_planes(&fitted, d->pixels + i * d->channels * d->height * d->width);
            d->labels[i] = label;
            image_free(&fitted);
        }
        image_free(&image);
        if (err->code)
            error_prefix(err, "%s", name);
    }
    /* A lack of memory must not decide what is learned from. */
    *fatal = *fatal || err->code == ERROR_NO_MEMORY || err->code == ERROR_MACHINE;
    return err->code == ERROR_NONE;
}

static void load_task(void *context, int64_t i, int worker) {
    Loader *l = context;
    Worker *w = &l->workers[worker];
    Error err = {0};
    bool fatal;
    l->data->labels[i] = UNREAD;
    long long stop = atomic_load(&l->stop);
    if (i > stop)
        return;
    if (!load_picture(l, i, &fatal, &err)) {
        Trouble *trouble = fatal ? &w->fatal : &w->skipped;
        if (i < trouble->picture)
            *trouble = (Trouble){i, err};
        while (fatal && i < stop && !atomic_compare_exchange_weak(&l->stop, &stop, i)) {
        }
    }
    job_advance(l->job, 1);
}

/* The earliest trouble of all workers, or NULL. */
static const Trouble *first_trouble(const Loader *l, int workers, bool fatal) {
    const Trouble *first = NULL;
    for (int w = 0; w < workers; w++) {
        const Trouble *t = fatal ? &l->workers[w].fatal : &l->workers[w].skipped;
        if (t->picture < INT64_MAX && (!first || t->picture < first->picture))
            first = t;
    }
    return first;
}

/* Closes the gaps that pictures left which could not be read. */
static void close_gaps(TrainData *d) {
    size_t size = (size_t)(d->channels * d->height * d->width);
    int64_t kept = 0;
    for (int64_t i = 0; i < d->count; i++) {
        if (d->labels[i] == UNREAD)
            continue;
        if (kept < i)
            memcpy(d->pixels + (size_t)kept * size, d->pixels + (size_t)i * size, size);
        d->labels[kept++] = d->labels[i];
    }
    d->skipped = d->count - kept;
    d->count = kept;
}

static bool decode_all(Loader *l, Pool *pool, Error *err) {
    TrainData *d = l->data;
    const int workers = pool_threads(pool);
    const int64_t all = d->count;
    l->workers = mem_alloc((size_t)workers, sizeof *l->workers, err);
    if (!l->workers)
        return false;
    for (int w = 0; w < workers; w++)
        l->workers[w].skipped.picture = l->workers[w].fatal.picture = INT64_MAX;
    atomic_store(&l->stop, INT64_MAX);
    bool whole = pool_run(pool, l->job, all, load_task, l);
    const Trouble *fatal = first_trouble(l, workers, true);
    bool ok = whole && !fatal;
    if (fatal && err && !err->code)
        *err = fatal->err;
    else if (!whole)
        error_set(err, ERROR_CANCELLED, "");
    if (ok) {
        close_gaps(d);
        const Trouble *skipped = first_trouble(l, workers, false);
        if (skipped)
            text_format(d->note, sizeof d->note, "%lld of %lld %s %s; the first: %s",
                        (long long)d->skipped, (long long)all, all == 1 ? "picture" : "pictures",
                        d->count ? "skipped" : "cannot be read", skipped->err.text);
        ok = d->count > 0 || error_set(err, ERROR_BAD, d->note);
    }
    mem_free(l->workers);
    return ok;
}

/* The finaliser of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
 * generators", OOPSLA 2014): every bit of x changes about half of the result's. */
static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t hash_bytes(uint64_t hash, const uint8_t *p, size_t size) {
    for (; size >= 8; p += 8, size -= 8) {
        uint64_t word = (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
                        (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
                        (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    for (; size; p++, size--)
        hash = mix(hash ^ *p);
    return mix(hash);
}

static uint64_t hash_float(uint64_t hash, float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return mix(hash + bits);
}

static uint64_t fingerprint(const TrainData *d) {
    const int64_t sizes[] = {d->count, d->channels, d->height, d->width, d->classes};
    uint64_t hash = 0;
    for (int64_t c = 0; c < d->channels; c++)
        hash = hash_float(hash_float(hash, d->scale[c]), d->shift[c]);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        hash = mix(hash + (uint64_t)sizes[i]);
    for (int64_t i = 0; i < d->count; i++)
        hash = mix(hash + (uint64_t)d->labels[i]);
    return hash_bytes(hash, d->pixels, (size_t)(d->count * d->channels * d->height * d->width));
}

/* Room for all pictures, if the machine has it. */
static bool make_room(TrainData *d, Error *err) {
    size_t picture = (size_t)(d->channels * d->height * d->width), pixels, all;
    bool fits = size_mul((size_t)d->count, picture, &pixels) &&
                size_mul((size_t)d->count, sizeof *d->labels, &all) && size_add(all, pixels, &all);
    uint64_t available = mem_available();
    if (!fits || all > available)
        return error_set(err, ERROR_MACHINE,
                         TEXT("a training set of %lld pictures", (long long)d->count),
                         MEM_TEXT(fits ? all : SIZE_MAX), MEM_TEXT(available));
    d->pixels = arena_alloc(&d->arena, pixels, 1, err);
    d->labels = arena_alloc(&d->arena, (size_t)d->count, sizeof *d->labels, err);
    return d->pixels && d->labels;
}

/* "no pictures of 2 of 10 classes: frog, ship"; NULL if there are some of each. */
static const char *absent_classes(TrainData *d, const Labels *labels, Error *err) {
    const int64_t named = labels->count && labels->count < d->classes ? labels->count : d->classes;
    int64_t *counts = mem_alloc((size_t)d->classes, sizeof *counts, err), absent = 0;
    char names[200] = "", name[24];
    if (!counts)
        return NULL;
    for (int64_t i = 0; i < d->count; i++)
        counts[d->labels[i]]++;
    for (int64_t c = 0; c < named; c++) {
        if (counts[c])
            continue;
        if (absent++ < 4)
            text_format(names + strlen(names), sizeof names - strlen(names), "%s%.40s",
                        absent > 1 ? ", " : "", labels_name(labels, (int)c, name));
    }
    mem_free(counts);
    return absent
               ? arena_format(&d->arena, err, "no pictures of %lld of %lld classes: %s%s",
                              (long long)absent, (long long)named, names, absent > 4 ? ", ..." : "")
               : NULL;
}

/* What there is to say that is no error. */
static bool write_remarks(TrainData *d, const Dataset *set, const Labels *labels, Error *err) {
    Error failure = {0};
    int count = 0;
    if (*dataset_note(set))
        d->remarks[count++] = arena_text(&d->arena, dataset_note(set), &failure);
    if ((d->remarks[count] = absent_classes(d, labels, &failure)) != NULL)
        count++;
    if (labels->count && labels->count < d->classes)
        d->remarks[count++] = arena_format(
            &d->arena, &failure, "the network has %lld outputs, but %d %s", (long long)d->classes,
            labels->count, labels->count == 1 ? "label" : "labels");
    if (failure.code && err && !err->code)
        *err = failure;
    return failure.code == ERROR_NONE;
}

TrainData *train_data_load(const char *path, DatasetPart part, const Model *model, DataFit fit,
                           Pool *pool, Job *job, int64_t *total, Error *err) {
    const Graph *g = &model->graph;
    if (!preprocess_check(&g->input, err))
        return NULL;
    TrainData *d = mem_alloc(1, sizeof *d, err);
    Dataset *set = d ? dataset_open(path, part, &model->labels, err) : NULL;
    bool ok = set != NULL;
    if (ok) {
        d->count = dataset_count(set);
        d->channels = g->input.dim[0];
        d->height = g->input.dim[1];
        d->width = g->input.dim[2];
        d->classes = g->nodes[g->node_count - 1].out.dim[0];
        preprocess_affine(&model->preprocess, d->scale, d->shift);
        if (total)
            *total = d->count;
        Loader loader = {.set = set, .model = model, .fit = fit, .data = d, .job = job};
        ok = make_room(d, err) && decode_all(&loader, pool, err) &&
             write_remarks(d, set, &model->labels, err);
    }
    dataset_free(set);
    if (!ok) {
        train_data_free(d);
        return NULL;
    }
    d->fingerprint = fingerprint(d);
    return d;
}

void train_data_free(TrainData *data) {
    if (!data)
        return;
    arena_free(&data->arena);
    mem_free(data);
}

/* ---- Order ---- */

/* Numbers one after another: those of stream `name` from block `which` * 2^40 on. */
typedef struct Sequence {
    uint64_t seed, stream, next;
} Sequence;

static Sequence sequence(const char *name, uint64_t seed, uint64_t which) {
    assert(which >> 24 == 0);
    return (Sequence){seed, random_stream(name), which << 40};
}

/* 0 <= number < count, each equally likely: what lies beyond the last whole multiple of count is
 * drawn again. */
static int64_t next_below(Sequence *s, int64_t count) {
    const uint64_t n = (uint64_t)count, end = UINT64_MAX - UINT64_MAX % n;
    uint64_t number;
    do {
        uint32_t words[4];
        random_block(s->seed, s->stream, s->next++, words);
        number = (uint64_t)words[0] << 32 | words[1];
    } while (number >= end);
    return (int64_t)(number % n);
}

static void shuffle(Sequence *s, int64_t *items, int64_t count) {
    for (int64_t i = count - 1; i > 0; i--) {
        int64_t j = next_below(s, i + 1), item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}

void train_shuffle(uint64_t seed, uint64_t epoch, int64_t count, int64_t *order) {
    Sequence s = sequence("train_shuffle", seed, epoch);
    for (int64_t i = 0; i < count; i++)
        order[i] = i;
    shuffle(&s, order, count);
}

/* ---- Holding out ---- */

typedef struct ClassShare {
    int64_t count, take; /* pictures; how many of them are held out */
} ClassShare;

/* Each class's part of `holdout` of the data's pictures, rounded down; what is left goes one by one
 * to the classes with the largest remainders, the lower class first among equals. */
static void share_out(ClassShare *shares, int64_t classes, int64_t holdout, int64_t count) {
    int64_t left = holdout;
    for (int64_t c = 0; c < classes; c++) {
        shares[c].take = (int64_t)((double)holdout * (double)shares[c].count / (double)count);
        left -= shares[c].take;
    }
    while (left > 0) {
        int64_t best = -1;
        double most = 0;
        for (int64_t c = 0; c < classes; c++) {
            double wanted = (double)holdout * (double)shares[c].count / (double)count;
            double missing = wanted - (double)shares[c].take;
            if (shares[c].take < shares[c].count && (best < 0 || missing > most)) {
                best = c;
                most = missing;
            }
        }
        shares[best].take++;
        left--;
    }
}

/* Marks the pictures held out: of each class those that come first when shuffled. `members` has
 * room for all pictures. */
static void choose(const TrainData *data, const ClassShare *shares, uint64_t seed, int64_t *members,
                   bool *chosen) {
    for (int64_t c = 0; c < data->classes; c++) {
        Sequence s = sequence("train_split", seed, (uint64_t)c);
        int64_t count = 0;
        for (int64_t i = 0; shares[c].take && i < data->count; i++)
            if (data->labels[i] == c)
                members[count++] = i;
        shuffle(&s, members, count);
        for (int64_t i = 0; i < shares[c].take; i++)
            chosen[members[i]] = true;
    }
}

bool train_split(const TrainData *data, int64_t holdout, uint64_t seed, Arena *arena,
                 TrainSplit *split, Error *err) {
    if (holdout < 0 || holdout >= data->count)
        return error_set(err, ERROR_EXPECTED, "holdout",
                         TEXT("0..%lld, so that some of the pictures are left to learn from",
                              (long long)data->count - 1),
                         TEXT("%lld", (long long)holdout));
    size_t count = (size_t)data->count;
    int64_t *indices = arena_alloc(arena, count, sizeof *indices, err);
    int64_t *members = mem_alloc(count, sizeof *members, err);
    bool *chosen = mem_alloc(count, sizeof *chosen, err);
    ClassShare *shares = mem_alloc((size_t)data->classes, sizeof *shares, err);
    bool ok = indices && members && chosen && shares;
    if (ok) {
        for (int64_t i = 0; i < data->count; i++)
            shares[data->labels[i]].count++;
        share_out(shares, data->classes, holdout, data->count);
        choose(data, shares, seed, members, chosen);
        int64_t at[2] = {0, data->count - holdout};
        for (int64_t i = 0; i < data->count; i++)
            indices[at[chosen[i]]++] = i;
        *split =
            (TrainSplit){indices, indices + data->count - holdout, data->count - holdout, holdout};
    }
    mem_free(members);
    mem_free(chosen);
    mem_free(shares);
    return ok;
}

/* ---- Batches ---- */

typedef struct Batch {
    const TrainData *data;
    const int64_t *indices;
    const Augment *augment;
    uint64_t seed, epoch;
    float *scratch, *x;
    int32_t *labels;
    LabelMix *mixes;
} Batch;

static void batch_task(void *context, int64_t i, int worker) {
    const Batch *b = context;
    const TrainData *d = b->data;
    const int64_t index = b->indices[i], size = d->channels * d->height * d->width;
    augment_picture(b->augment, d->pixels + index * size, d->channels, d->height, d->width,
                    d->scale, d->shift, b->seed, b->epoch, (uint64_t)index,
                    b->scratch + worker * size, b->x + i * size);
    b->labels[i] = d->labels[index];
}

static void exchange_task(void *context, int64_t pair, int worker) {
    (void)worker;
    const Batch *b = context;
    const TrainData *d = b->data;
    const int64_t i = 2 * pair, j = i + 1, size = d->channels * d->height * d->width;
    const double share =
        augment_exchange(b->augment, d->channels, d->height, d->width, b->seed, b->epoch,
                         (uint64_t)b->indices[i], b->x + i * size, b->x + j * size);
    b->mixes[i] = (LabelMix){b->labels[j], (float)share};
    b->mixes[j] = (LabelMix){b->labels[i], (float)share};
}

bool train_batch(const TrainData *data, const int64_t *indices, int64_t count,
                 const Augment *augment, uint64_t seed, uint64_t epoch, Pool *pool, Job *job,
                 float *scratch, float *x, int32_t *labels, LabelMix *mixes) {
    Batch batch = {data, indices, augment, seed, epoch, scratch, x, labels, mixes};
    const bool mixed = augment && augment->cutmix > 0;
    assert(mixes || !mixed);
    if (!pool_run(pool, job, count, batch_task, &batch))
        return false;
    if (mixes && count % 2)
        mixes[count - 1] = (LabelMix){labels[count - 1], 1};
    for (int64_t i = 0; mixes && !mixed && i < count; i++)
        mixes[i] = (LabelMix){labels[i], 1};
    return !mixed || pool_run(pool, job, count / 2, exchange_task, &batch);
}
