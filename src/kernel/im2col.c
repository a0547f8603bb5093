#include "kernel/im2col.h"

#include <string.h>

enum {
    GROUP = 4,  /* columns that lie together in a sliver of A (gemm_tiers.h) */
    PIECE = 256 /* columns at a time; a multiple */
};

/* Columns n0..n0+nc-1 of row k of the patch matrix. */
static void patch_row(const ConvShape *s, const float *x, int64_t k, int64_t n0, int64_t nc,
                      float *row) {
    const int64_t ic = k / (s->kh * s->kw), ky = k / s->kw % s->kh, kx = k % s->kw;
    for (int64_t lane = 0; lane < nc;) {
        const ConvRun run = conv_run(s, n0, lane, nc);
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

void conv_pack_patch_rows(const void *patches, int64_t m0, int64_t rows, int64_t k0, int64_t kc,
                          float *sliver) {
    const ConvPatches *p = patches;
    const ConvShape *s = p->shape;
    const int64_t plane = s->oh * s->ow;
    for (int64_t r = 0; r < rows; r++) {
        float row[PIECE], *to = sliver + r * GROUP;
        for (int64_t k = 0, piece; k < kc; k += piece) {
            piece = kc - k < PIECE ? kc - k : PIECE;
            for (int64_t i = 0, count; i < piece; i += count) {
                const int64_t item = (k0 + k + i) / plane, n0 = (k0 + k + i) % plane;
                count = piece - i < plane - n0 ? piece - i : plane - n0;
                patch_row(s, p->x + item * s->ic * s->ih * s->iw, m0 + r, n0, count, row + i);
            }
            for (int64_t i = piece; i % GROUP; i++)
                row[i] = 0;
            for (int64_t i = 0; i < piece; i += GROUP, to += rows * GROUP)
                memcpy(to, row + i, GROUP * sizeof *to);
        }
    }
}
