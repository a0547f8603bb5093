#include "kernel/conv_tiers.h"

#include <string.h>

enum { LINE = 16, SAME_LINES = 1024 /* floats apart, which fall on the same lines of the cache */ };

const ConvTier *conv_tier(CpuTier tier) {
#if defined(KERNEL_X86)
    if (tier == CPU_AVX512)
        return &conv_tier_avx512;
    if (tier == CPU_AVX2)
        return &conv_tier_avx2;
#endif
    (void)tier;
    return &conv_tier_ref;
}

void conv_frame_init(ConvFrame *f, int64_t items, int64_t beyond) {
    f->beyond = beyond;
    f->item_step = f->height * f->width;
    f->channel_step = conv_round_up(items * f->item_step + conv_max(beyond, LINE), LINE);
    if (f->channel_step % SAME_LINES == 0)
        f->channel_step += LINE;
}

void conv_frame_copy(CpuTier tier, const ConvFrame *f, const float *maps, int64_t item,
                     int64_t channels, int64_t items, int64_t row, int64_t height, float *frame) {
    const ConvCopy copy = conv_tier(tier)->copy;
    const bool whole = f->row_step == 1 && f->col_step == 1 && f->col_from == 0 &&
                       f->width == f->map_width && row >= 0 && row + height <= f->map_height;
    for (int64_t channel = 0; channel < channels; channel++, frame += f->channel_step) {
        const float *map = maps + channel * f->map_height * f->map_width;
        for (int64_t i = 0; i < items; i++, map += item)
            if (whole)
                memcpy(frame + i * f->item_step, map + row * f->width,
                       (size_t)(height * f->width) * sizeof *map);
            else
                copy(f, map, row, height, frame + i * f->item_step);
        float *end = frame + items * f->item_step;
        memset(end, 0, LINE * sizeof *end); /* of a size that needs no call */
        for (int64_t i = LINE; i < f->beyond; i++)
            end[i] = 0;
    }
}
