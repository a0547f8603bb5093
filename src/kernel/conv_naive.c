#include "kernel/conv.h"

enum { ROWS = 8 }; /* output rows a task */

typedef struct Naive {
    const ConvShape *shape;
    const float *x, *w, *bias;
    float *y;
    Job *job;
    int64_t bands;
} Naive;

/* What every other path is held against, and what the lesson shows: seven loops and an accumulator.
 * A task is one picture, one output map and a few of its rows: the loops n, oc and oy are cut up
 * among threads, and no sum is. */
static void naive_rows(void *context, int64_t task, int worker) {
    const Naive *c = context;
    const ConvShape *s = c->shape;
    const int64_t icg = s->ic / s->groups, ocg = s->oc / s->groups;
    const int64_t n = task / c->bands / s->oc, oc = task / c->bands % s->oc;
    const int64_t oy0 = task % c->bands * ROWS, oy1 = oy0 + ROWS < s->oh ? oy0 + ROWS : s->oh;
    const int64_t g = oc / ocg;
    (void)worker;
    for (int64_t oy = oy0; oy < oy1 && !job_cancelled(c->job); oy++) {
        for (int64_t ox = 0; ox < s->ow; ox++) {
            float sum = 0;
            for (int64_t ic = 0; ic < icg; ic++)
                for (int64_t ky = 0; ky < s->kh; ky++)
                    for (int64_t kx = 0; kx < s->kw; kx++) {
                        const int64_t iy = oy * s->sy - s->py + ky * s->dy;
                        const int64_t ix = ox * s->sx - s->px + kx * s->dx;
                        if (iy >= 0 && iy < s->ih && ix >= 0 && ix < s->iw)
                            sum += c->w[((oc * icg + ic) * s->kh + ky) * s->kw + kx] *
                                   c->x[((n * s->ic + g * icg + ic) * s->ih + iy) * s->iw + ix];
                    }
            if (c->bias)
                sum += c->bias[oc];
            c->y[((n * s->oc + oc) * s->oh + oy) * s->ow + ox] = sum;
        }
        job_advance(c->job, s->ow * icg * s->kh * s->kw);
    }
}

bool conv_naive(const KernelContext *k, const ConvShape *s, const float *x, const float *w,
                const float *bias, float *y) {
    Naive c = {s, x, w, bias, y, k->job, (s->oh + ROWS - 1) / ROWS};
    return pool_run(k->pool, k->job, s->n * s->oc * c.bands, naive_rows, &c) &&
           !job_cancelled(k->job);
}
