/* The tables are printed by tests/reference/make_colormaps.py, which says where they come from. */
#include "tensor/colormap.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

/* clang-format off */
static const uint32_t VIRIDIS[256] = { /* S. van der Walt and N. Smith, 2015, CC0 */
    0x440154, 0x440256, 0x450457, 0x450559, 0x46075a, 0x46085c, 0x460a5d, 0x460b5e,
    0x470d60, 0x470e61, 0x471063, 0x471164, 0x471365, 0x481467, 0x481668, 0x481769,
    0x48186a, 0x481a6c, 0x481b6d, 0x481c6e, 0x481d6f, 0x481f70, 0x482071, 0x482173,
    0x482374, 0x482475, 0x482576, 0x482677, 0x482878, 0x482979, 0x472a7a, 0x472c7a,
    0x472d7b, 0x472e7c, 0x472f7d, 0x46307e, 0x46327e, 0x46337f, 0x463480, 0x453581,
    0x453781, 0x453882, 0x443983, 0x443a83, 0x443b84, 0x433d84, 0x433e85, 0x423f85,
    0x424086, 0x424186, 0x414287, 0x414487, 0x404588, 0x404688, 0x3f4788, 0x3f4889,
    0x3e4989, 0x3e4a89, 0x3e4c8a, 0x3d4d8a, 0x3d4e8a, 0x3c4f8a, 0x3c508b, 0x3b518b,
    0x3b528b, 0x3a538b, 0x3a548c, 0x39558c, 0x39568c, 0x38588c, 0x38598c, 0x375a8c,
    0x375b8d, 0x365c8d, 0x365d8d, 0x355e8d, 0x355f8d, 0x34608d, 0x34618d, 0x33628d,
    0x33638d, 0x32648e, 0x32658e, 0x31668e, 0x31678e, 0x31688e, 0x30698e, 0x306a8e,
    0x2f6b8e, 0x2f6c8e, 0x2e6d8e, 0x2e6e8e, 0x2e6f8e, 0x2d708e, 0x2d718e, 0x2c718e,
    0x2c728e, 0x2c738e, 0x2b748e, 0x2b758e, 0x2a768e, 0x2a778e, 0x2a788e, 0x29798e,
    0x297a8e, 0x297b8e, 0x287c8e, 0x287d8e, 0x277e8e, 0x277f8e, 0x27808e, 0x26818e,
    0x26828e, 0x26828e, 0x25838e, 0x25848e, 0x25858e, 0x24868e, 0x24878e, 0x23888e,
    0x23898e, 0x238a8d, 0x228b8d, 0x228c8d, 0x228d8d, 0x218e8d, 0x218f8d, 0x21908d,
    0x21918c, 0x20928c, 0x20928c, 0x20938c, 0x1f948c, 0x1f958b, 0x1f968b, 0x1f978b,
    0x1f988b, 0x1f998a, 0x1f9a8a, 0x1e9b8a, 0x1e9c89, 0x1e9d89, 0x1f9e89, 0x1f9f88,
    0x1fa088, 0x1fa188, 0x1fa187, 0x1fa287, 0x20a386, 0x20a486, 0x21a585, 0x21a685,
    0x22a785, 0x22a884, 0x23a983, 0x24aa83, 0x25ab82, 0x25ac82, 0x26ad81, 0x27ad81,
    0x28ae80, 0x29af7f, 0x2ab07f, 0x2cb17e, 0x2db27d, 0x2eb37c, 0x2fb47c, 0x31b57b,
    0x32b67a, 0x34b679, 0x35b779, 0x37b878, 0x38b977, 0x3aba76, 0x3bbb75, 0x3dbc74,
    0x3fbc73, 0x40bd72, 0x42be71, 0x44bf70, 0x46c06f, 0x48c16e, 0x4ac16d, 0x4cc26c,
    0x4ec36b, 0x50c46a, 0x52c569, 0x54c568, 0x56c667, 0x58c765, 0x5ac864, 0x5cc863,
    0x5ec962, 0x60ca60, 0x63cb5f, 0x65cb5e, 0x67cc5c, 0x69cd5b, 0x6ccd5a, 0x6ece58,
    0x70cf57, 0x73d056, 0x75d054, 0x77d153, 0x7ad151, 0x7cd250, 0x7fd34e, 0x81d34d,
    0x84d44b, 0x86d549, 0x89d548, 0x8bd646, 0x8ed645, 0x90d743, 0x93d741, 0x95d840,
    0x98d83e, 0x9bd93c, 0x9dd93b, 0xa0da39, 0xa2da37, 0xa5db36, 0xa8db34, 0xaadc32,
    0xaddc30, 0xb0dd2f, 0xb2dd2d, 0xb5de2b, 0xb8de29, 0xbade28, 0xbddf26, 0xc0df25,
    0xc2df23, 0xc5e021, 0xc8e020, 0xcae11f, 0xcde11d, 0xd0e11c, 0xd2e21b, 0xd5e21a,
    0xd8e219, 0xdae319, 0xdde318, 0xdfe318, 0xe2e418, 0xe5e419, 0xe7e419, 0xeae51a,
    0xece51b, 0xefe51c, 0xf1e51d, 0xf4e61e, 0xf6e620, 0xf8e621, 0xfbe723, 0xfde725,
};
/* From white; lightness falls evenly and alike, so that sizes compare across signs. */
enum { RAMP_STEPS = 16 };
static const uint32_t DIVERGING[2 * RAMP_STEPS + 2] = { /* the last twice: none comes after it */
    0x004296, 0x034da7, 0x1658b2, 0x2564bd, 0x3470c7, 0x427cd0, 0x5188d8, 0x6094e0,
    0x70a0e7, 0x80aced, 0x90b8f2, 0xa1c4f7, 0xb3d0fa, 0xc5dcfd, 0xd8e8ff, 0xebf3ff,
    0xffffff, 0xffeeed, 0xfedddb, 0xfbcdca, 0xf7bdba, 0xf2adaa, 0xec9e9b, 0xe58f8c,
    0xde807d, 0xd6716f, 0xcd6262, 0xc35455, 0xb94648, 0xae373c, 0xa22931, 0x961826,
    0x8a021c, 0x8a021c,
};
/* clang-format on */

static const char *const NAMES[COLORMAPS] = {"gray", "viridis", "rdbu"};

const char *colormap_name(Colormap map) {
    return NAMES[map];
}

bool colormap_from_name(Colormap *map, const char *name, Error *err) {
    TextNearest nearest = {.word = name};
    for (int i = 0; i < COLORMAPS; i++) {
        if (strcmp(name, NAMES[i]) == 0) {
            *map = (Colormap)i;
            return true;
        }
        text_nearest_offer(&nearest, NAMES[i]);
    }
    return text_unknown(&nearest, "colour map", err);
}

/* The larger size of a range's ends. */
static double extent_of(ColorRange range) {
    return fmax(fabs((double)range.min), fabs((double)range.max));
}

ColorRange colormap_range(Colormap map, float min, float max) {
    ColorRange range = {isfinite(min) ? min : 0, isfinite(max) ? max : 0};
    if (range.min > range.max)
        range = (ColorRange){range.max, range.min};
    if (map == COLORMAP_RDBU) {
        float extent = (float)extent_of(range);
        range = (ColorRange){-extent, extent};
    }
    return range;
}

static void unpack(uint32_t color, uint8_t rgb[3]) {
    rgb[0] = (uint8_t)(color >> 16);
    rgb[1] = (uint8_t)(color >> 8);
    rgb[2] = (uint8_t)color;
}

/* How many steps of a colour map a unit is; 0 if the range is empty. */
static float step_scale(Colormap map, ColorRange range) {
    const double width = (double)range.max - (double)range.min; /* may overflow a float */
    return width > 0 ? (float)(256 / (map == COLORMAP_RDBU ? extent_of(range) : width)) : 0;
}

/* The 0..255 of 256 equal intervals in which `value` falls. Neither this nor the next branches, so
 * that compilers turn a row of them into vector instructions. */
static int32_t level(float min, float scale, float value) {
    const float place = (value - min) * scale, above = place > 0 ? place : 0;
    return (int32_t)(above < 255 ? above : 255);
}

/* Of 256 steps on either side of zero, the nearest. */
static int32_t diverging_step(float scale, float value) {
    const float place = fabsf(value) * scale, size = place < 256 ? place : 256;
    return (int32_t)copysignf(size + 0.5f, value);
}

/* The sixteenth parts of the way from one colour to another, rounded. */
static uint32_t between(uint32_t from, uint32_t to, uint32_t sixteenths) {
    const uint32_t rest = 16 - sixteenths;
    const uint32_t red_blue = (from & 0xff00ff) * rest + (to & 0xff00ff) * sixteenths + 0x80008;
    const uint32_t green = (from >> 8 & 0xff) * rest + (to >> 8 & 0xff) * sixteenths + 8;
    return (red_blue >> 4 & 0xff00ff) | (green >> 4) << 8;
}

/* White at 0; towards blue (-256) and red (256), linear between the ramp's colours. One table from
 * end to end: signs that change at random cost no branch. */
static uint32_t diverged(int32_t step) {
    const uint32_t place = (uint32_t)(step + 16 * RAMP_STEPS);
    return between(DIVERGING[place >> 4], DIVERGING[(place >> 4) + 1], place & 15);
}

void colormap_color(Colormap map, ColorRange range, float value, uint8_t rgb[3]) {
    const float scale = step_scale(map, range);
    if (isnan(value))
        unpack(0xff00ff, rgb);
    else if (isinf(value))
        unpack(value > 0 ? 0xffff00 : 0x00ffff, rgb);
    else if (map == COLORMAP_RDBU)
        unpack(diverged(scale > 0 ? diverging_step(scale, value) : 0), rgb);
    else if (map == COLORMAP_VIRIDIS)
        unpack(VIRIDIS[scale > 0 ? level(range.min, scale, value) : 0], rgb);
    else
        unpack((uint32_t)(scale > 0 ? level(range.min, scale, value) : 128) * 0x010101, rgb);
}

/* --- Many values ------------------------------------------------------------------------------ */

enum { BLOCK = 64 };

/* What is no finite number has a colour of its own. */
static bool all_finite(const float *x) {
    uint32_t odd = 0;
    for (int i = 0; i < BLOCK; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        odd |= (bits & 0x7f800000) == 0x7f800000;
    }
    return !odd;
}

/* The colours of all steps, red, green and blue, and a byte so that four are copied at once. */
typedef uint8_t Ramp[2 * 256 + 1][4];

static void make_ramp(Colormap map, Ramp ramp) {
    const int last = map == COLORMAP_RDBU ? 512 : 255;
    for (int i = 0; i <= last; i++)
        unpack(map == COLORMAP_RDBU      ? diverged(i - 256)
               : map == COLORMAP_VIRIDIS ? VIRIDIS[i]
                                         : (uint32_t)i * 0x010101,
               ramp[i]);
}

static void apply_block(Colormap map, ColorRange range, float scale, const Ramp ramp,
                        const float *x, uint8_t *rgb) {
    int32_t step[BLOCK];
    if (!all_finite(x)) {
        for (int i = 0; i < BLOCK; i++)
            colormap_color(map, range, x[i], rgb + 3 * i);
        return;
    }
    if (map == COLORMAP_RDBU)
        for (int i = 0; i < BLOCK; i++)
            step[i] = diverging_step(scale, x[i]) + 256;
    else
        for (int i = 0; i < BLOCK; i++)
            step[i] = level(range.min, scale, x[i]);
    /* the fourth byte is overwritten by the next colour */
    for (int i = 0; i < BLOCK - 1; i++)
        memcpy(rgb + 3 * i, ramp[step[i]], 4);
    memcpy(rgb + 3 * (BLOCK - 1), ramp[step[BLOCK - 1]], 3);
}

void colormap_apply(Colormap map, ColorRange range, const float *x, int64_t count, uint8_t *rgb) {
    enum { FEW = 4 * BLOCK }; /* do not pay for a ramp */
    const float scale = step_scale(map, range);
    int64_t i = 0;
    if (scale > 0 && count >= FEW) {
        Ramp ramp = {{0}};
        make_ramp(map, ramp);
        for (; i + BLOCK <= count; i += BLOCK)
            apply_block(map, range, scale, ramp, x + i, rgb + 3 * i);
    }
    for (; i < count; i++)
        colormap_color(map, range, x[i], rgb + 3 * i);
}
