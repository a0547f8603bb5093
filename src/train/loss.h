/* Softmax cross-entropy, averaged over a batch, with smoothed labels (Szegedy et al. 2016,
 * "Rethinking the Inception architecture", section 7): the target is (1 - s) at the class and s / K
 * everywhere. */
#ifndef TRAIN_LOSS_H
#define TRAIN_LOSS_H

#include <stdint.h>

typedef struct Loss {
    double sum;   /* of the items' losses, with smoothing */
    double plain; /* the same without */
    int64_t
        correct; /* items whose largest logit (the first among equals) is that of the right class */
} Loss;

/* An item's target where two pictures are in one: `share` (0..1) of its label, the rest of `other`.
 */
typedef struct LabelMix {
    int32_t other;
    float share;
} LabelMix;

/* logits: count x classes; mixes: count, or NULL: each item is of its label alone. Of a mixed one
 * the class with the larger share is the right one. grad (may be NULL; may be logits itself)
 * becomes d(mean loss) / d(logits) = (softmax - target) / count. */
Loss loss_softmax(const float *logits, const int32_t *labels, const LabelMix *mixes, int64_t count,
                  int64_t classes, double smoothing, float *grad);

#endif
