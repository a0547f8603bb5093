#include "kernel/dropout.h"

#include "base/random.h"
#include "kernel/maps.h"

enum { CHUNK = 4096, BATCH = 64 /* numbers drawn at a time, a multiple of a block's 4 */ };

typedef struct Dropout {
    int64_t count;
    uint64_t seed, stream;
    bool none;      /* kept */
    uint32_t limit; /* kept: words from limit on */
    float scale;
    const float *x;
    float *y;
    bool add;
    Job *job;
} Dropout;

static void dropout_batch(const Dropout *d, int64_t at, int64_t count) {
    uint32_t words[BATCH];
    float kept[BATCH];
    for (int i = 0; i < BATCH; i += 4)
        random_block(d->seed, d->stream, (uint64_t)(at + i) / 4, words + i);
    for (int64_t i = 0; i < count; i++)
        kept[i] = d->x[at + i] * d->scale;
    for (int64_t i = 0; i < count; i++)
        kept[i] = words[i] >= d->limit ? kept[i] : 0;
    if (d->add)
        for (int64_t i = 0; i < count; i++)
            d->y[at + i] += kept[i];
    else
        for (int64_t i = 0; i < count; i++)
            d->y[at + i] = kept[i];
}

static void dropout_chunk(const void *context, int64_t chunk) {
    const Dropout *d = context;
    const int64_t first = chunk * CHUNK, left = d->count - first;
    const int64_t end = first + (left < CHUNK ? left : CHUNK);
    for (int64_t at = first; at < end && !d->none; at += BATCH)
        dropout_batch(d, at, end - at < BATCH ? end - at : BATCH);
    for (int64_t i = first; i < end && d->none && !d->add; i++)
        d->y[i] = 0;
    job_advance(d->job, end - first);
}

bool dropout(const KernelContext *k, int64_t count, double p, uint64_t seed, uint64_t stream,
             const float *x, float *y, bool add) {
    const double limit = p * 0x1p32 + 0.5;
    const Dropout d = {.count = count,
                       .seed = seed,
                       .stream = stream,
                       .none = limit >= 0x1p32,
                       .limit = limit < 0x1p32 ? (uint32_t)limit : 0,
                       .scale = p < 1 ? (float)(1 / (1 - p)) : 0,
                       .x = x,
                       .y = y,
                       .add = add,
                       .job = k->job};
    return maps_run(k, (count + CHUNK - 1) / CHUNK, 0, 8 * CHUNK, dropout_chunk, &d);
}
