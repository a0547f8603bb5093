#include "base/memory.h"
#include "base/random.h"
#include "model/weights_build.h"
#include <inttypes.h>
#include <math.h>

enum { PIECE = 1 << 14 }; /* numbers that one task draws */

/* A part of one tensor. What it holds depends on its place in the stream alone, so the threads and
 * the size of the pieces make no difference. */
typedef struct Piece {
    float *out;
    uint64_t seed, stream, first;
    size_t count;
    float deviation;
} Piece;

typedef struct Pieces {
    Piece *items;
    size_t count, capacity;
} Pieces;

static void draw(void *context, int64_t i, int worker) {
    const Piece *piece = &((const Pieces *)context)->items[i];
    (void)worker;
    random_normal(piece->seed, piece->stream, piece->first, piece->count, piece->out);
    for (size_t k = 0; k < piece->count; k++)
        piece->out[k] *= piece->deviation;
}

/* The inputs that one output sums: all extents but the first. */
static int64_t fan_in(const Shape *shape) {
    int64_t count = 1;
    for (int i = 1; i < shape->rank; i++)
        count *= shape->dim[i];
    return count;
}

static bool add_pieces(Pieces *pieces, const char *key, uint64_t seed, const Shape *shape,
                       float *out, Error *err) {
    size_t count = (size_t)shape_count(shape);
    Piece piece = {.seed = seed,
                   .stream = random_stream(key),
                   .deviation = (float)sqrt(2.0 / (double)fan_in(shape))};
    for (size_t at = 0; at < count; at += PIECE) {
        if (!mem_grow(&pieces->items, &pieces->capacity, pieces->count + 1, sizeof piece, err))
            return false;
        piece.out = out + at;
        piece.first = at;
        piece.count = count - at < PIECE ? count - at : PIECE;
        pieces->items[pieces->count++] = piece;
    }
    return true;
}

/* Room for every weight; constants are set, the rest is listed in *pieces. */
static bool prepare(Weights *w, const Model *model, uint64_t seed, Pieces *pieces, Error *err) {
    for (int n = 0; n < model->graph.node_count; n++) {
        const Node *node = &model->graph.nodes[n];
        for (int i = 0; i < node->weight_count; i++) {
            const WeightSpec *spec = &node->weights[i];
            size_t count = (size_t)shape_count(&spec->shape);
            float *out = arena_alloc(&w->arena, count, sizeof *out, err);
            if (!out)
                return false;
            w->data[n][i] = out;
            bool one = spec->role == WEIGHT_GAMMA || spec->role == WEIGHT_VARIANCE;
            for (size_t k = 0; one && k < count; k++)
                out[k] = 1;
            if (spec->role == WEIGHT_KERNEL &&
                !add_pieces(pieces, node->weight_keys[i], seed, &spec->shape, out, err))
                return false;
        }
    }
    return true;
}

bool weights_random(Model *model, uint64_t seed, Pool *pool, Job *job, Error *err) {
    Weights w;
    Pieces pieces = {0};
    bool ok = weights_begin(&w, model, err) && weights_room(model, (uint64_t)w.bytes, err) &&
              prepare(&w, model, seed, &pieces, err);
    if (ok && pool && !pool_run(pool, job, (int64_t)pieces.count, draw, &pieces))
        ok = error_set(err, ERROR_CANCELLED, " while weights were drawn");
    for (size_t i = 0; ok && !pool && i < pieces.count; i++)
        draw(&pieces, (int64_t)i, 0);
    mem_free(pieces.items);
    if (!ok) {
        weights_free(&w);
        return false;
    }
    w.kind = WEIGHTS_RANDOM;
    w.seed = seed;
    text_format(w.source, sizeof w.source, "random weights, seed %" PRIu64, seed);
    weights_free(&model->weights);
    model->weights = w;
    return true;
}
