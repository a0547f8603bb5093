/* Convolutions of batches by the tiles of conv_tiers.h; nothing outside kernel includes this. */
#ifndef KERNEL_CONV_DIRECT_H
#define KERNEL_CONV_DIRECT_H

#include "kernel/conv_tiers.h"

/* One axis of a convolution: position p is the output's to + p*to_step; tap t of it sees the
 * input's from + p*from_step + t*tap_step, through the filter's tap + t*next. */
typedef struct ConvAxis {
    int64_t positions, to, to_step;
    int64_t from, from_step, tap_step, taps;
    int64_t tap, next;
} ConvAxis;

/* What is to be computed, of each item and group: y[cout] (+)= the epilogue of the sum over cin and
 * taps of w * x. */
typedef struct ConvDirect {
    int64_t n, groups;
    int64_t cin, ih, iw, cout, oh, ow; /* of a group */
    ConvAxis v, h;                     /* down and across */
    const float *x, *w;
    int64_t w_group, w_out, w_in, w_row; /* from one weight to the next group's, channel's, row's */
    const GemmEpilogue *epilogue;        /* NULL if h.to_step is not 1 */
    bool add;
    float *y;

    /* Filled in when it is. */
    const KernelContext *k;
    const ConvTier *tier;
    int64_t terms, columns; /* columns: of all panels of a group */
    ConvFrame frame;
    int64_t items, rows;        /* of a block */
    int64_t item_blocks, bands; /* affect no sum */
    int64_t strip;              /* lines finished together */
    float *packed;              /* groups, panels, terms, lanes */
    int32_t *at;
    size_t frame_size, worker_size;
} ConvDirect;

size_t conv_direct_size(ConvDirect *d, CpuTier tier, int threads); /* floats of scratch */
bool conv_direct_run(const KernelContext *k, ConvDirect *d);

#endif
