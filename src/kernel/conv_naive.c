/* The definition, literally: seven loops and one accumulator. */
#include "kernel/conv.h"

typedef struct Naive {
    const ConvShape *s;
    const float *x, *w, *bias;
    float *y;
    Job *job;
} Naive;

/* One row of one output map: rows are what threads share. */
static void naive_row(void *context, int64_t task, int worker) {
    const Naive *c = context;
    const ConvShape *s = c->s;
    (void)worker;
    int64_t oy = task % s->oh;
    int64_t oc = task / s->oh % s->oc;
    int64_t n = task / s->oh / s->oc;
    int64_t group_ic = s->ic / s->groups, first_ic = oc / (s->oc / s->groups) * group_ic;
    for (int64_t ox = 0; ox < s->ow; ox++) {
        float sum = 0;
        for (int64_t ic = 0; ic < group_ic; ic++)
            for (int64_t ky = 0; ky < s->kh; ky++) {
                int64_t iy = oy * s->sy - s->py + ky * s->dy;
                if (iy < 0 || iy >= s->ih)
                    continue;
                for (int64_t kx = 0; kx < s->kw; kx++) {
                    int64_t ix = ox * s->sx - s->px + kx * s->dx;
                    if (ix >= 0 && ix < s->iw)
                        sum += c->w[((oc * group_ic + ic) * s->kh + ky) * s->kw + kx] *
                               c->x[((n * s->ic + first_ic + ic) * s->ih + iy) * s->iw + ix];
                }
            }
        if (c->bias)
            sum += c->bias[oc];
        c->y[((n * s->oc + oc) * s->oh + oy) * s->ow + ox] = sum;
    }
    job_advance(c->job, s->ow * group_ic * s->kh * s->kw);
}

bool conv_naive(const KernelContext *k, const ConvShape *s, const float *x, const float *w,
                const float *bias, float *y) {
    Naive context = {s, x, w, bias, y, k->job};
    return pool_run(k->pool, k->job, s->n * s->oc * s->oh, naive_row, &context);
}
