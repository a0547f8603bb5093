#include "train/loss.h"

#include <assert.h>
#include <math.h>

/* What an item's losses are made of: its logits less the largest of them, so that nothing
 * overflows and huge ones keep their differences. */
typedef struct Row {
    double largest;
    double log_sum; /* log(sum exp(x - largest)) */
    double total;   /* sum (x - largest) */
    int64_t best;   /* -1: every logit is NaN */
} Row;

static Row read_row(const float *x, int64_t classes) {
    Row row = {.best = -1};
    for (int64_t k = 0; k < classes; k++)
        if (!isnan(x[k]) && (row.best < 0 || x[k] > x[row.best]))
            row.best = k;
    row.largest = row.best < 0 ? (double)NAN : (double)x[row.best];
    double sum = 0;
    for (int64_t k = 0; k < classes; k++) {
        double below = (double)x[k] - row.largest; /* a NaN spreads from here */
        sum += exp(below);
        row.total += below;
    }
    row.log_sum = log(sum);
    return row;
}

Loss loss_softmax(const float *logits, const int32_t *labels, const LabelMix *mixes, int64_t count,
                  int64_t classes, double smoothing, float *grad) {
    Loss loss = {0};
    assert(count >= 0 && classes > 0 && smoothing >= 0 && smoothing < 1);
    for (int64_t i = 0; i < count; i++) {
        const float *x = logits + i * classes;
        const LabelMix mix = mixes ? mixes[i] : (LabelMix){labels[i], 1};
        assert(labels[i] >= 0 && labels[i] < classes && mix.other >= 0 && mix.other < classes);
        Row row = read_row(x, classes);
        double even = smoothing / (double)classes, share = (double)mix.share;
        double plain = row.log_sum - ((double)x[labels[i]] - row.largest);
        if (share < 1)
            plain =
                share * plain + (1 - share) * (row.log_sum - ((double)x[mix.other] - row.largest));
        loss.plain += plain;
        /* Without smoothing a logit of -infinity at another class costs nothing. */
        loss.sum += smoothing > 0
                        ? (1 - smoothing) * plain + smoothing * row.log_sum - even * row.total
                        : plain;
        loss.correct += row.best == (share < 0.5 ? mix.other : labels[i]);
        for (int64_t k = 0; grad && k < classes; k++) {
            double target = even + (1 - smoothing) * ((k == labels[i] ? share : 0) +
                                                      (k == mix.other ? 1 - share : 0));
            double slope = exp((double)x[k] - row.largest - row.log_sum) - target;
            grad[i * classes + k] = (float)(slope / (double)count);
        }
    }
    return loss;
}
