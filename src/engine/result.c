#include "engine/result.h"

#include "kernel/pointwise.h"
#include "tensor/stats.h"
#include <math.h>
#include <string.h>

static bool copy_rows(Tensor *out, const Tensor *t, Arena *arena, Error *err) {
    Shape rows = {.rank = 2, .dim = {t->shape.dim[0], shape_count(&t->shape) / t->shape.dim[0]}};
    if (!tensor_new(out, arena, &rows, err))
        return false;
    memcpy(out->data, t->data, (size_t)tensor_count(t) * sizeof(float));
    return true;
}

bool result_of_logits(Result *result, const Tensor *logits, const RunOptions *options, Pool *pool,
                      Arena *arena, Error *err) {
    *result = (Result){0};
    if (!copy_rows(&result->logits, logits, arena, err) ||
        !tensor_new(&result->probabilities, arena, &result->logits.shape, err))
        return false;
    KernelContext kernel = {.tier = options->tier, .pool = pool};
    const Shape *shape = &result->logits.shape;
    pointwise_softmax(&kernel, shape->dim[0], shape->dim[1], result->logits.data,
                      result->probabilities.data);
    return true;
}

bool result_of_run(Result *result, const Run *run, Arena *arena, Error *err) {
    const Tensor *probabilities = run_probabilities(run);
    if (!result_of_logits(result, run_logits(run), run_options(run), run_pool(run), arena, err))
        return false;
    if (probabilities)
        memcpy(result->probabilities.data, probabilities->data,
               (size_t)tensor_count(probabilities) * sizeof(float));
    for (int i = 0; i < run_model(run)->graph.node_count; i++)
        result->ms += run_node_ms(run, i);
    return true;
}

void result_score(const Result *result, const int *labels, double *loss, int64_t *top1,
                  int64_t *top5) {
    int64_t items = result->probabilities.shape.dim[0];
    int64_t classes = result->probabilities.shape.dim[1];
    *loss = 0;
    *top1 = *top5 = 0;
    for (int64_t n = 0; n < items; n++) {
        const float *logits = result->logits.data + n * classes;
        int64_t best[5];
        int count = classes < 5 ? (int)classes : 5;
        stats_top(logits, classes, count, best);
        /* log-sum-exp, so that a tiny probability does not become log 0 */
        double sum = 0;
        for (int64_t c = 0; c < classes; c++)
            sum += exp((double)logits[c] - (double)logits[best[0]]);
        *loss += log(sum) + (double)logits[best[0]] - (double)logits[labels[n]];
        *top1 += best[0] == labels[n];
        for (int i = 0; i < count; i++)
            *top5 += best[i] == labels[n];
    }
    *loss /= (double)items;
}
