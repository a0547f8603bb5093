#include "ui/theme.h"

#include <math.h>

#define HEX(rgb)                                                                                   \
    { (rgb) >> 16 & 255, (rgb) >> 8 & 255, (rgb)&255, 255 }

const Theme themes[THEMES] = {
    [THEME_DARK] = {.ground = HEX(0x1e1f22),
                    .panel = HEX(0x292a2e),
                    .raised = HEX(0x3a3c42),
                    .line = HEX(0x5a5d66),
                    .text = HEX(0xeeeef0),
                    .dim = HEX(0xb4b7be),
                    .accent = HEX(0xe69f00),
                    .on_accent = HEX(0x1e1f22),
                    .hover = HEX(0x56b4e9),
                    .wrong = HEX(0x8c3400),
                    .on_wrong = HEX(0xffffff),
                    .bar = HEX(0x56b4e9),
                    .positive = HEX(0xe69f00),
                    .negative = HEX(0x56b4e9),
                    .half = {HEX(0x23262b), HEX(0x2a2623)},
                    .veil = {0, 0, 0, 170}},
    [THEME_LIGHT] = {.ground = HEX(0xffffff),
                     .panel = HEX(0xf3f4f6),
                     .raised = HEX(0xe2e5ea),
                     .line = HEX(0xa2a6b0),
                     .text = HEX(0x17181b),
                     .dim = HEX(0x50545d),
                     .accent = HEX(0xa35000),
                     .on_accent = HEX(0xffffff),
                     .hover = HEX(0x0072b2),
                     .wrong = HEX(0xa33100),
                     .on_wrong = HEX(0xffffff),
                     .bar = HEX(0x0072b2),
                     .positive = HEX(0xa35000),
                     .negative = HEX(0x0072b2),
                     .half = {HEX(0xeef3f9), HEX(0xf9f3ea)},
                     .veil = {30, 31, 34, 130}},
    [THEME_CONTRAST] = {.ground = HEX(0x000000),
                        .panel = HEX(0x000000),
                        .raised = HEX(0x262626),
                        .line = HEX(0xffffff),
                        .text = HEX(0xffffff),
                        .dim = HEX(0xffffff),
                        .accent = HEX(0xffd000),
                        .on_accent = HEX(0x000000),
                        .hover = HEX(0x56d4ff),
                        .wrong = HEX(0xa00000),
                        .on_wrong = HEX(0xffffff),
                        .bar = HEX(0x56d4ff),
                        .positive = HEX(0xffd000),
                        .negative = HEX(0x56d4ff),
                        .half = {HEX(0x000000), HEX(0x161616)},
                        .veil = {0, 0, 0, 215}},
};

Color theme_family(LayerFamily family) {
    static const Color colors[] = {
        [LAYER_CONVOLUTION] = HEX(0x0072b2),   [LAYER_POOLING] = HEX(0x009e73),
        [LAYER_NORMALISATION] = HEX(0xf0e442), [LAYER_ACTIVATION] = HEX(0xcc79a7),
        [LAYER_CONNECTED] = HEX(0x56b4e9),     [LAYER_JOINING] = HEX(0xd55e00),
        [LAYER_OTHER] = HEX(0x96999f)};
    return colors[family <= LAYER_OTHER ? family : LAYER_OTHER];
}

Color theme_mix(Color a, Color b, double share) {
    const double s = share < 0 ? 0 : share > 1 ? 1 : share;
    return (Color){(uint8_t)lround(a.r + (b.r - a.r) * s), (uint8_t)lround(a.g + (b.g - a.g) * s),
                   (uint8_t)lround(a.b + (b.b - a.b) * s), (uint8_t)lround(a.a + (b.a - a.a) * s)};
}

static double linear(uint8_t byte) {
    const double v = byte / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

double theme_contrast(Color a, Color b) {
    const double x = 0.2126 * linear(a.r) + 0.7152 * linear(a.g) + 0.0722 * linear(a.b);
    const double y = 0.2126 * linear(b.r) + 0.7152 * linear(b.g) + 0.0722 * linear(b.b);
    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

Color theme_heat(const Theme *theme, double share) {
    return theme_mix(theme->raised, theme->accent, share);
}

Color theme_family_text(StateTheme theme, LayerFamily family) {
    const Theme *t = &themes[theme];
    const Color own = theme_family(family);
    for (double share = 0; share < 1; share += 0.05) {
        const Color c = theme_mix(own, t->text, share);
        if (theme_contrast(c, t->panel) >= 4.5 && theme_contrast(c, t->ground) >= 4.5)
            return c;
    }
    return t->text;
}
