#include "kernel/dropout.h"

#include "base/random.h"
#include "kernel/maps.h"

enum { CHUNK = 4096, WORDS = 4 /* of a block of random numbers */ };

typedef struct Dropout {
    int64_t count;
    uint64_t seed, stream, limit; /* kept: words from limit on */
    float scale;
    const float *x;
    float *y;
    bool add;
    Job *job;
} Dropout;

static void dropout_chunk(const void *context, int64_t chunk) {
    const Dropout *d = context;
    const int64_t at = chunk * CHUNK, left = d->count - at, count = left < CHUNK ? left : CHUNK;
    for (int64_t i = 0; i < count; i += WORDS) {
        uint32_t words[WORDS];
        random_block(d->seed, d->stream, (uint64_t)(at + i) / WORDS, words);
        for (int64_t j = 0; j < WORDS && i + j < count; j++) {
            const float v = words[j] >= d->limit ? d->x[at + i + j] * d->scale : 0;
            d->y[at + i + j] = d->add ? d->y[at + i + j] + v : v;
        }
    }
    job_advance(d->job, count);
}

bool dropout(const KernelContext *k, int64_t count, double p, uint64_t seed, uint64_t stream,
             const float *x, float *y, bool add) {
    const Dropout d = {.count = count,
                       .seed = seed,
                       .stream = stream,
                       .limit = (uint64_t)(p * 0x1p32 + 0.5),
                       .scale = p < 1 ? (float)(1 / (1 - p)) : 0,
                       .x = x,
                       .y = y,
                       .add = add,
                       .job = k->job};
    return maps_run(k, (count + CHUNK - 1) / CHUNK, 0, 8 * CHUNK, dropout_chunk, &d);
}
