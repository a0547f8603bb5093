#include "engine/calibrate.h"

#include "base/random.h"
#include "model/packed.h"
#include <math.h>
#include <string.h>

/* --- The picture ---------------------------------------------------------------------------------
 */

/* Value noise: random numbers on a grid of `cells`, between which cubic steps lead. Only sums and
 * products, so that every machine draws the same. */
static float noise(int64_t channel, int cells, double y, double x) {
    int64_t row = (int64_t)(y * cells), column = (int64_t)(x * cells);
    double v = y * cells - (double)row, u = x * cells - (double)column;
    v = v * v * (3 - 2 * v);
    u = u * u * (3 - 2 * u);
    double corner[4];
    for (int k = 0; k < 4; k++)
        corner[k] = random_uniform(20151211, (uint64_t)(channel * 64 + cells),
                                   (uint64_t)((row + k / 2) * 1024 + column + k % 2));
    double top = corner[0] + (corner[1] - corner[0]) * u;
    double bottom = corner[2] + (corner[3] - corner[2]) * u;
    return (float)(top + (bottom - top) * v);
}

static float picture_value(int64_t channel, double y, double x) {
    float value = noise(channel, 2, y, x) + 0.6F * noise(channel, 5, y, x) +
                  0.4F * noise(channel, 11, y, x) + 0.25F * noise(channel, 29, y, x);
    double disc = (y - 0.4) * (y - 0.4) + (x - 0.6) * (x - 0.6);
    if (disc < 0.06)
        value += channel == 0 ? 0.8F : -0.3F; /* a disc of another colour, with an edge */
    if (y > 0.7 && x < 0.5 && ((int)(x * 24) & 1))
        value += 0.7F; /* stripes */
    return value;
}

void calibrate_picture(const Shape *input, float *out) {
    int64_t channels = input->dim[0], height = input->dim[1], width = input->dim[2];
    int64_t count = channels * height * width;
    double sum = 0, squares = 0;
    float *at = out;
    for (int64_t c = 0; c < channels; c++)
        for (int64_t y = 0; y < height; y++)
            for (int64_t x = 0; x < width; x++, at++) {
                *at = picture_value(c, ((double)y + 0.5) / (double)height,
                                    ((double)x + 0.5) / (double)width);
                sum += *at;
                squares += (double)*at * *at;
            }
    double mean = sum / (double)count;
    double deviation = sqrt(squares / (double)count - mean * mean);
    float scale = deviation > 1e-6 ? (float)(1 / deviation) : 1;
    for (int64_t i = 0; i < count; i++)
        out[i] = (out[i] - (float)mean) * scale;
}

/* --- The statistics
 * -------------------------------------------------------------------------------- */

enum { CELLS_MIN = 16 }; /* maps smaller than this share one variance over all channels */

static void channel_moments(const float *x, int64_t count, double *mean, double *square) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < count; i++) {
        sum += x[i];
        squares += (double)x[i] * x[i];
    }
    *mean = sum / (double)count;
    *square = squares / (double)count;
}

static void set_statistics(const Tensor *in, float *running_mean, float *running_var) {
    int64_t channels = in->shape.dim[1];
    int64_t cells = tensor_count(in) / channels; /* the batch is 1 */
    double all_mean, all_square;
    channel_moments(in->data, tensor_count(in), &all_mean, &all_square);
    for (int64_t c = 0; c < channels; c++) {
        double mean, square;
        channel_moments(in->data + c * cells, cells, &mean, &square);
        double variance = square - mean * mean;
        if (cells < CELLS_MIN) {
            mean = 0;
            variance = all_square;
        } else if (variance < 1e-3 * all_square) {
            variance = 1e-3 * all_square; /* a dead channel is not blown up to full size */
        }
        running_mean[c] = (float)mean;
        running_var[c] = variance > 0 ? (float)variance : 1;
    }
}

/* Which of a node's weights has this role; -1: none. */
static int weight_of_role(const Node *node, WeightRole role) {
    for (int w = 0; w < node->weight_count; w++)
        if (node->weights[w].role == role)
            return w;
    return -1;
}

static int last_with_statistics(const Graph *g) {
    for (int i = g->node_count - 1; i >= 0; i--)
        if (weight_of_role(&g->nodes[i], WEIGHT_MEAN) >= 0)
            return i;
    return -1;
}

static bool calibrate_run(Model *model, Run *run, int last, Job *job, Error *err) {
    const Graph *g = &model->graph;
    for (int i = 0; i <= last; i++) {
        const Node *node = &g->nodes[i];
        int mean = weight_of_role(node, WEIGHT_MEAN);
        int variance = weight_of_role(node, WEIGHT_VARIANCE);
        /* Random weights lie in the model's own arena and are ours to write. */
        if (mean >= 0 && variance >= 0)
            set_statistics(run_output(run, node->inputs[0]),
                           (float *)(uintptr_t)model->weights.data[i][mean],
                           (float *)(uintptr_t)model->weights.data[i][variance]);
        if (!run_until(run, i, job, err))
            return false;
        packed_forget(model); /* this run comes by once, and most later ones by another path */
    }
    return true;
}

bool calibrate_batchnorm(Model *model, const RunOptions *options, Pool *pool, Job *job,
                         Error *err) {
    int last = last_with_statistics(&model->graph);
    if (last < 0)
        return true;
    Shape shape = shape_batched(&model->graph.input, 1);
    Arena arena = {0};
    Tensor picture;
    Run *run = NULL;
    bool ok = tensor_new(&picture, &arena, &shape, err);
    if (ok) {
        calibrate_picture(&model->graph.input, picture.data);
        run = run_new(model, &picture, options, pool, err);
    }
    ok = ok && run && calibrate_run(model, run, last, job, err);
    run_release(run);
    arena_free(&arena);
    return ok;
}
