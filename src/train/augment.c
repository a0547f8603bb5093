#include "train/augment.h"

#include "base/random.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum { BOX_TRIES = 10 };

typedef struct Size {
    int64_t channels, height, width;
} Size;

/* ---- Draws ---- */

/* Block number epoch * 2^40 + picture * 2^8 + Draw of the stream "augment": each kind of change has
 * four numbers of its own, so turning one on or off leaves the others' draws as they were. Distinct
 * for epochs below 2^24 and pictures below 2^32. */
typedef enum Draw {
    DRAW_PLACE,                           /* flip; shift across, down */
    DRAW_COLOUR,                          /* brightness, contrast, saturation, hue */
    DRAW_REST,                            /* rotation; cutout across, down */
    DRAW_BOX,                             /* and BOX_TRIES - 1 more: area, aspect, across, down */
    DRAW_EXCHANGE = DRAW_BOX + BOX_TRIES, /* whether; area kept; across, down */
} Draw;

typedef struct Dice {
    uint64_t seed, stream, first;
} Dice;

/* Four numbers in [0, 1). */
static void draw(const Dice *dice, uint64_t which, double u[4]) {
    uint32_t words[4];
    random_block(dice->seed, dice->stream, dice->first + which, words);
    for (int i = 0; i < 4; i++)
        u[i] = words[i] * 0x1p-32;
}

static double between(double least, double most, double u) {
    return least + (most - least) * u;
}

/* A whole number from 0 to count - 1. */
static int64_t whole(int64_t count, double u) {
    return (int64_t)((double)count * u);
}

/* ---- Colours: bytes' units, 0..255, until they are normalised ---- */

static inline float clamped(float v) {
    v = v > 0 ? v : 0;
    return v < 255 ? v : 255;
}

/* Luma (ITU-R 601), with the digits torchvision has. */
static inline float grey(float r, float g, float b) {
    return 0.2989f * r + 0.587f * g + 0.114f * b;
}

static double mean_grey(const float *x, int64_t channels, int64_t area) {
    double sum = 0;
    for (int64_t i = 0; i < area; i++)
        sum += (double)(channels == 3 ? grey(x[i], x[area + i], x[2 * area + i]) : x[i]);
    return sum / (double)area;
}

static void saturate(float *x, int64_t area, float factor) {
    float *r = x, *g = x + area, *b = x + 2 * area;
    for (int64_t i = 0; i < area; i++) {
        float rest = (1 - factor) * grey(r[i], g[i], b[i]);
        r[i] = clamped(factor * r[i] + rest);
        g[i] = clamped(factor * g[i] + rest);
        b[i] = clamped(factor * b[i] + rest);
    }
}

/* A channel of the colour with that hue (sixths of the circle, 0..12), value and chroma: red has
 * offset 5, green 3, blue 1 (Smith 1978's hexcone). */
static inline float hexcone(float offset, float hue, float value, float chroma) {
    float k = offset + hue;
    k -= k >= 12 ? 12.0f : k >= 6 ? 6.0f : 0.0f;
    k = k < 4 - k ? k : 4 - k;
    k = k > 0 ? k : 0;
    return value - chroma * (k < 1 ? k : 1);
}

/* Turns the hue by that many sixths of the circle, 0 <= turn < 6; value and chroma stay. */
static void turn_hue(float *x, int64_t area, float turn) {
    float *red = x, *green = x + area, *blue = x + 2 * area;
    for (int64_t i = 0; i < area; i++) {
        float r = red[i], g = green[i], b = blue[i];
        float most = r > g ? r : g, least = r > g ? g : r;
        most = b > most ? b : most;
        least = b < least ? b : least;
        float chroma = most - least, part = 1 / (chroma > 0 ? chroma : 1); /* grey stays grey */
        float hue = most == r   ? (g - b) * part
                    : most == g ? (b - r) * part + 2
                                : (r - g) * part + 4;
        hue += hue < 0 ? turn + 6 : turn;
        red[i] = hexcone(5, hue, most, chroma);
        green[i] = hexcone(3, hue, most, chroma);
        blue[i] = hexcone(1, hue, most, chroma);
    }
}

static bool has_jitter(const Augment *a, int64_t channels) {
    return a->brightness > 0 || a->contrast > 0 ||
           (channels == 3 && (a->saturation > 0 || a->hue > 0));
}

static float factor(double spread, double u) {
    return (float)between(spread < 1 ? 1 - spread : 0, 1 + spread, u);
}

/* Brightness, contrast (about the picture's mean grey), saturation, hue, in this order; each as
 * torchvision's adjust_... does it on a tensor of 0..1, clamped after each. */
static void jitter(const Augment *a, const Dice *dice, const uint8_t *pixels, int64_t channels,
                   int64_t area, float *out) {
    double u[4];
    draw(dice, DRAW_COLOUR, u);
    float brightness = factor(a->brightness, u[0]), contrast = factor(a->contrast, u[1]);
    for (int64_t i = 0; i < channels * area; i++)
        out[i] = clamped((float)pixels[i] * brightness);
    if (a->contrast > 0) {
        float rest = (1 - contrast) * (float)mean_grey(out, channels, area);
        for (int64_t i = 0; i < channels * area; i++)
            out[i] = clamped(contrast * out[i] + rest);
    }
    if (channels == 3 && a->saturation > 0)
        saturate(out, area, factor(a->saturation, u[2]));
    if (channels == 3 && a->hue > 0) {
        double turn = fmod(between(-a->hue, a->hue, u[3]) / 60, 6);
        turn_hue(out, area, (float)(turn < 0 ? turn + 6 : turn));
    }
}

/* ---- Places ---- */

/* Mirrored, then shifted, then a box of it enlarged to the whole, then turned. Where an output's
 * point comes from, in the continuous plane in which pixel i covers i..i+1: x' = x[0] * x + x[1] *
 * y
 * + x[2], and y' likewise. */
typedef struct Place {
    bool flip;
    int64_t across, down; /* output (x, y) shows (x + across, y + down) of the mirrored picture */
    bool sampled;         /* the rest is not whole pixels */
    double x[3], y[3];
} Place;

/* As torchvision's RandomResizedCrop: tries until it lies within the picture; the last try is cut
 * to it. But aspects are relative to the picture's own, and places are not rounded to pixels. */
static void draw_box(const Augment *a, const Dice *dice, double *width, double *height,
                     double u[4]) {
    double wide = log(a->aspect > 1 ? a->aspect : 1);
    for (uint64_t i = 0; i < BOX_TRIES; i++) {
        draw(dice, DRAW_BOX + i, u);
        double area = between(a->area[0], a->area[1], u[0]),
               aspect = exp(between(-wide, wide, u[1]));
        *width = sqrt(area * aspect);
        *height = sqrt(area / aspect);
        if (*width <= 1 && *height <= 1)
            return;
    }
    *width = *width < 1 ? *width : 1;
    *height = *height < 1 ? *height : 1;
}

static Place draw_place(const Augment *a, const Dice *dice, const Size *size) {
    double u[4], turn[4], box[4], wide = 1, high = 1;
    double w = (double)size->width, h = (double)size->height;
    draw(dice, DRAW_PLACE, u);
    Place p = {.flip = a->flip && u[0] < 0.5};
    if (a->crop > 0) {
        p.across = whole(2 * a->crop + 1, u[1]) - a->crop;
        p.down = whole(2 * a->crop + 1, u[2]) - a->crop;
    }
    p.sampled = a->area[1] > 0 || a->rotate > 0;
    if (!p.sampled)
        return p;
    double angle = 0, left = 0, top = 0;
    if (a->rotate > 0) {
        draw(dice, DRAW_REST, turn);
        angle = between(-a->rotate, a->rotate, turn[0]) * 3.14159265358979323846 / 180;
    }
    if (a->area[1] > 0) {
        draw_box(a, dice, &wide, &high, box);
        left = box[2] * (1 - wide) * w;
        top = box[3] * (1 - high) * h;
    }
    double c = cos(angle), s = sin(angle);
    double x[3] = {c, -s, w / 2 - c * w / 2 + s * h / 2},
           y[3] = {s, c, h / 2 - s * w / 2 - c * h / 2};
    for (int i = 0; i < 3; i++) {
        p.x[i] = x[i] * wide + (i == 2 ? left + (double)p.across : 0);
        p.y[i] = y[i] * high + (i == 2 ? top + (double)p.down : 0);
        if (p.flip)
            p.x[i] = (i == 2 ? w : 0) - p.x[i];
    }
    return p;
}

/* Whole pixels: no interpolation. */
static void move(const Place *p, const Size *size, const float *from, float *to) {
    int64_t width = size->width, height = size->height;
    int64_t begin = p->across < 0 ? -p->across : 0, end = width - (p->across > 0 ? p->across : 0);
    for (int64_t c = 0; c < size->channels; c++)
        for (int64_t y = 0; y < height; y++, to += width) {
            int64_t row = y + p->down;
            if (row < 0 || row >= height || begin >= end) {
                memset(to, 0, (size_t)width * sizeof *to);
                continue;
            }
            const float *line = from + (c * height + row) * width;
            for (int64_t x = 0; x < begin; x++)
                to[x] = 0;
            if (p->flip)
                for (int64_t x = begin; x < end; x++)
                    to[x] = line[width - 1 - x - p->across];
            else
                memcpy(to + begin, line + begin + p->across, (size_t)(end - begin) * sizeof *to);
            for (int64_t x = end; x < width; x++)
                to[x] = 0;
        }
}

/* One row of all channels, bilinear. Plainly so: a box enlarges and turning keeps the scale, so
 * that there is never anything to average over. Points outside the picture give 0; those within
 * half a pixel of its edge take the edge's own pixels. */
static void sample_row(const Place *p, const Size *size, const float *from, int64_t row,
                       float *to) {
    int64_t width = size->width, height = size->height, area = width * height;
    double down = (double)row + 0.5;
    for (int64_t i = 0; i < width; i++) {
        double across = (double)i + 0.5;
        double x = p->x[0] * across + p->x[1] * down + p->x[2];
        double y = p->y[0] * across + p->y[1] * down + p->y[2];
        if (!(x >= 0 && x < (double)width && y >= 0 && y < (double)height)) {
            for (int64_t c = 0; c < size->channels; c++)
                to[c * area + i] = 0;
            continue;
        }
        int64_t x1 = (int64_t)(x + 0.5), x0 = x1 - 1, y1 = (int64_t)(y + 0.5), y0 = y1 - 1;
        float fx = (float)(x - 0.5 - (double)x0), fy = (float)(y - 0.5 - (double)y0);
        x0 = x0 < 0 ? 0 : x0;
        y0 = y0 < 0 ? 0 : y0;
        x1 = x1 < width ? x1 : width - 1;
        y1 = y1 < height ? y1 : height - 1;
        const float *upper = from + y0 * width, *lower = from + y1 * width;
        for (int64_t c = 0; c < size->channels; c++, upper += area, lower += area) {
            float above = (1 - fx) * upper[x0] + fx * upper[x1];
            float below = (1 - fx) * lower[x0] + fx * lower[x1];
            to[c * area + i] = (1 - fy) * above + fy * below;
        }
    }
}

/* Pixels left..right-1 of rows top..bottom-1. */
typedef struct Box {
    int64_t left, right, top, bottom;
} Box;

/* Of that width and height about a pixel drawn by u[0], u[1], cut to the picture. */
static Box box_about(const double u[2], int64_t wide, int64_t high, const Size *size) {
    int64_t left = whole(size->width, u[0]) - wide / 2, right = left + wide;
    int64_t top = whole(size->height, u[1]) - high / 2, bottom = top + high;
    return (Box){.left = left < 0 ? 0 : left,
                 .right = right < size->width ? right : size->width,
                 .top = top < 0 ? 0 : top,
                 .bottom = bottom < size->height ? bottom : size->height};
}

static void cut_out(int64_t side, const Dice *dice, const Size *size, float *x) {
    double u[4];
    draw(dice, DRAW_REST, u);
    Box box = box_about(u + 1, side, side, size);
    for (int64_t c = 0; c < size->channels; c++)
        for (int64_t row = box.top; row < box.bottom; row++)
            memset(x + (c * size->height + row) * size->width + box.left, 0,
                   (size_t)(box.right - box.left) * sizeof *x);
}

double augment_exchange(const Augment *augment, int64_t channels, int64_t height, int64_t width,
                        uint64_t seed, uint64_t epoch, uint64_t picture, float *first,
                        float *second) {
    const Size size = {channels, height, width};
    const Dice dice = {seed, random_stream("augment"), (epoch << 40) + (picture << 8)};
    double u[4];
    draw(&dice, DRAW_EXCHANGE, u);
    if (!(u[0] < augment->cutmix))
        return 1;
    const double side = sqrt(1 - u[1]);
    const Box box =
        box_about(u + 2, (int64_t)(side * (double)width), (int64_t)(side * (double)height), &size);
    for (int64_t c = 0; c < channels; c++)
        for (int64_t row = box.top; row < box.bottom; row++)
            for (int64_t i = box.left; i < box.right; i++) {
                const int64_t at = (c * height + row) * width + i;
                const float kept = first[at];
                first[at] = second[at];
                second[at] = kept;
            }
    const int64_t moved = (box.right - box.left) * (box.bottom - box.top);
    return 1 - (double)moved / (double)(height * width);
}

/* ---- All ---- */

void augment_picture(const Augment *augment, const uint8_t *pixels, int64_t channels,
                     int64_t height, int64_t width, const float *scale, const float *shift,
                     uint64_t seed, uint64_t epoch, uint64_t picture, float *temporary,
                     float *out) {
    static const Augment none;
    assert((channels == 1 || channels == 3) && epoch >> 24 == 0 && picture >> 32 == 0);
    const Augment *a = augment ? augment : &none;
    const Size size = {channels, height, width};
    const Dice dice = {seed, random_stream("augment"), (epoch << 40) + (picture << 8)};
    const int64_t area = height * width;
    const Place place = draw_place(a, &dice, &size);
    const bool moved = place.flip || place.across || place.down || place.sampled;
    const bool jittered = has_jitter(a, channels);
    float *flat = moved ? temporary : out;
    if (jittered)
        jitter(a, &dice, pixels, channels, area, flat);
    for (int64_t c = 0; c < channels; c++, pixels += area)
        for (int64_t i = 0; i < area; i++)
            flat[c * area + i] =
                (jittered ? flat[c * area + i] : (float)pixels[i]) * scale[c] + shift[c];
    if (place.sampled)
        for (int64_t row = 0; row < height; row++)
            sample_row(&place, &size, flat, row, out + row * width);
    else if (moved)
        move(&place, &size, flat, out);
    if (a->cutout > 0)
        cut_out(a->cutout, &dice, &size, out);
}
