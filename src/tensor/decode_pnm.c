/* Netpbm's binary PGM (P5) and PPM (P6), any maximum (netpbm.sourceforge.net/doc/pgm.html). */
#include "tensor/decode.h"

static bool is_space(uint8_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A number of the header, after space and comments; -1 if there is none. Huge ones are cut. */
static int64_t read_number(const Source *s, size_t *at) {
    while (*at < s->size && (is_space(s->data[*at]) || s->data[*at] == '#')) {
        if (s->data[*at] == '#')
            while (*at < s->size && s->data[*at] != '\n' && s->data[*at] != '\r')
                (*at)++;
        else
            (*at)++;
    }
    int64_t value = -1;
    for (; *at < s->size && s->data[*at] >= '0' && s->data[*at] <= '9'; (*at)++) {
        value = (value < 0 ? 0 : value) * 10 + (s->data[*at] - '0');
        if (value > INT32_MAX)
            value = INT32_MAX;
    }
    return value;
}

static uint8_t scale(uint32_t value, uint32_t most) {
    return (uint8_t)(((value < most ? value : most) * 255 + most / 2) / most);
}

bool pnm_decode(Samples *out, const Source *s, Error *err) {
    size_t at = 2;
    *out = (Samples){0};
    const int64_t width = read_number(s, &at), height = read_number(s, &at);
    const int64_t most = read_number(s, &at);
    if (at == s->size)
        return source_cut(s, "it ends within its header", err);
    if (width < 0 || height < 0 || most < 0 || !is_space(s->data[at]))
        return source_bad(s, "its header is not: width, height, maximum", err);
    if (!image_check_size(width, height, s->name, err))
        return false;
    if (most < 1 || most > 65535)
        return source_bad(s, TEXT("its maximum is %lld, not 1 to 65535", (long long)most), err);
    at++; /* one byte of space ends the header */
    const int channels = s->data[1] == '6' ? 3 : 1;
    const size_t count = (size_t)(width * height) * (size_t)channels, bytes = most > 255 ? 2 : 1;
    if (count * bytes > s->size - at)
        return source_cut(s, "it ends within its pixels", err);
    if (!samples_new(out, width, height, channels, err))
        return false;
    uint8_t *pixels = out->data;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *in = s->data + at + i * bytes;
        pixels[i] = scale(bytes == 2 ? be16(in) : in[0], (uint32_t)most);
    }
    return true;
}
