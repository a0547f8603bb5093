/* A convolution of maps in planes by way of blocks. */
#include "kernel/blocked_tiers.h"

#include <string.h>

/* What lies in the scratch, in this order: the maps in blocks, then what the way itself needs. */
typedef struct Places {
    Blocks x, y;
    size_t x_floats, y_floats, shift_floats;
} Places;

static Places make_places(const ConvShape *s) {
    Places p = {.x = {.n = s->n, .c = s->ic, .h = s->ih, .w = s->iw},
                .y = {.n = s->n, .c = s->oc, .h = s->oh, .w = s->ow}};
    p.x.item = blocks_floats(s->ic, s->ih, s->iw);
    p.y.item = blocks_floats(s->oc, s->oh, s->ow);
    p.x_floats = (size_t)(s->n * p.x.item);
    p.y_floats = (size_t)(s->n * p.y.item);
    p.shift_floats = (size_t)(blocks_of(s->oc) * BLOCK);
    return p;
}

size_t blocked_conv_planes_scratch(CpuTier tier, const BlockedConv *c, int threads) {
    const Places p = make_places(&c->shape);
    return p.x_floats + p.y_floats + p.shift_floats + blocked_conv_scratch(tier, c, threads);
}

bool blocked_conv_planes(const KernelContext *k, const BlockedConv *c, const float *x,
                         const float *bias, float *y) {
    Places p = make_places(&c->shape);
    BlockedConv conv = *c;
    KernelContext rest = *k;
    p.x.data = k->scratch;
    p.y.data = p.x.data + p.x_floats;
    float *shift = p.y.data + p.y_floats;
    rest.scratch = shift + p.shift_floats;
    rest.scratch_count -= p.x_floats + p.y_floats + p.shift_floats;
    if (bias) {
        memset(shift, 0, p.shift_floats * sizeof *shift);
        memcpy(shift, bias, (size_t)c->shape.oc * sizeof *shift);
        conv.after.shift = shift;
    }
    return blocked_from_planes(&rest, x, &p.x) && blocked_conv(&rest, &conv, &p.x, &p.y) &&
           blocked_to_planes(&rest, &p.y, y);
}
