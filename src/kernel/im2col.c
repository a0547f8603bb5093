#include "kernel/im2col.h"

#include <string.h>

/* Columns n0..n0+nc-1 of row k of the patch matrix. */
static void patch_row(const ConvShape *s, const float *x, int64_t k, int64_t n0, int64_t nc,
                      float *row) {
    const int64_t ic = k / (s->kh * s->kw), ky = k / s->kw % s->kh, kx = k % s->kw;
    ConvCursor at = conv_cursor(s, n0);
    for (int64_t lane = 0; lane < nc;) {
        const ConvRun run = conv_run(s, &at, lane, nc);
        const float *map = x + ic * s->ih * s->iw;
        const int64_t start = run.start + ky * s->dy * s->iw + kx * s->dx;
        int64_t from = run.end, to = run.end;
        if (conv_run_row(s, &run, ky))
            conv_run_lanes(s, &run, kx, &from, &to);
        for (; lane < from && lane < run.end; lane++)
            row[lane] = 0;
        for (; lane < to; lane++)
            row[lane] = map[start + lane * s->sx];
        for (; lane < run.end; lane++)
            row[lane] = 0;
    }
}

void conv_im2col_row(const ConvShape *s, const float *x, int64_t k, float *row) {
    patch_row(s, x, k, 0, s->oh * s->ow, row);
}

void conv_im2col(const ConvShape *s, const float *x, float *columns) {
    const int64_t rows = s->ic / s->groups * s->kh * s->kw;
    for (int64_t k = 0; k < rows; k++)
        conv_im2col_row(s, x, k, columns + k * s->oh * s->ow);
}

void conv_pack_patches(const void *patches, int64_t k0, int64_t kc, int64_t n0, int64_t nc, int nr,
                       float *panel) {
    const ConvPatches *p = patches;
    for (int64_t k = k0; k < k0 + kc; k++, panel += nr) {
        patch_row(p->shape, p->x, k, n0, nc, panel);
        memset(panel + nc, 0, (size_t)(nr - nc) * sizeof *panel);
    }
}
