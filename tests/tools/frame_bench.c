/* How long a picture takes that is full: 512 maps with captions, panels, 200 texts, 100 shapes at
 * 1920x1080, listed and drawn by SDL's software renderer.
 *
 *     frame_bench [frames] [scale]
 *
 * Milliseconds, median and 95th percentile, of frames that only the mouse changes and of frames
 * that turn a page, so that all maps are new; of each the share of making the maps and the list,
 * and that of drawing. */
#include "base/memory.h"
#include "base/random.h"
#include "draw/image_cache.h"
#include "draw/sdl_render.h"
#include "tensor/colormap.h"
#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WIDTH = 1920, HEIGHT = 1080, COLUMNS = 27, MAPS = 512, MAP = 55, CELL_W = 62, CELL_H = 50 };
enum {
    PAGES = 40,
    LAYER_PAGES = 4, /* 2048 channels, then the next layer */
    CAPTION = 17,
    FRAMES_MAX = 2000
};

typedef struct Bench {
    SDL_Renderer *renderer;
    Fonts *fonts;
    SdlScreen *screen;
    ImageCache *images;
    DrawList list;
    const float *values;
    int page, frame;
    Error err;
} Bench;

static const Color ground = {30, 31, 34, 255}, panel = {41, 42, 46, 255},
                   ink = {238, 238, 240, 255}, dim = {176, 179, 186, 255},
                   accent = {230, 159, 0, 255};

static void check(bool ok, const char *what) {
    if (ok)
        return;
    fprintf(stderr, "frame_bench: %s\n", what);
    exit(1);
}

/* 512 maps of 60 x 60 and their captions would not fit: the rows overlap a little. */

/* Of the one thread that draws: who else is on the machine does not count. */
static double own_ms(void) {
    return 1e3 * (double)clock() / CLOCKS_PER_SEC;
}

/* A map of the page, its colours made once while it is kept. */
static void draw_map(Bench *b, Rect box, int channel) {
    ImageKey key = image_key_add((ImageKey){0}, (uint64_t)(b->page * MAPS + channel));
    const uint8_t *pixels = image_cache_get(b->images, key, MAP, MAP, 3);
    if (!pixels) {
        uint8_t *fresh = image_cache_put(b->images, key, MAP, MAP, 3, &b->err);
        const float *x = b->values + (size_t)(b->page * 7919 + channel * 101) % (MAP * MAP);
        ColorRange range = {.min = 0, .max = 1};
        if (fresh)
            colormap_apply(COLORMAP_VIRIDIS, range, x, MAP * MAP, fresh);
        pixels = fresh;
    }
    draw_image_keyed(&b->list, box, key, pixels, MAP, MAP, 3);
}

static void draw_maps(Bench *b) {
    TextStyle caption = {.size = 12, .color = dim, .align = ALIGN_CENTRE};
    for (int i = 0; i < MAPS; i++) {
        Rect cell = {8 + i % COLUMNS * CELL_W, 40 + i / COLUMNS * CELL_H, 60, 60};
        draw_map(b, cell, i);
        draw_region(&b->list, cell, TEXT("channel.select %d", i), "grid.channel.%d", i);
        if (i == b->frame % MAPS)
            draw_frame(&b->list, cell, accent);
        draw_textf(&b->list, (Rect){cell.x, cell.y + 44, 60, CAPTION}, caption, "%d",
                   b->page % LAYER_PAGES * MAPS + i);
    }
}

static void draw_shapes(Bench *b) {
    Point p[33];
    for (int i = 0; i < 50; i++) {
        double x = 20 + 36 * i, y = 990 + i % 5;
        Point top[] = {{x, y}, {x + 9, y - 9}, {x + 29, y - 9}, {x + 20, y}};
        draw_polygon(&b->list, top, 4, dim);
        for (int k = 0; k <= 32; k++) {
            double t = k / 32.0;
            p[k] = (Point){x + t * (60 + 6 * i), 1070 - (40 + i) * 4 * t * (1 - t)};
        }
        Stroke stroke = {.width = 1.5, .color = accent, .arrow = true};
        stroke.dash = stroke.gap = i % 5 ? 0 : 5;
        draw_polyline(&b->list, p, 33, stroke);
    }
}

static void draw_texts(Bench *b) {
    TextStyle name = {.size = 14, .color = ink},
              number = {.face = FACE_MONO, .size = 12, .color = dim, .align = ALIGN_RIGHT};
    for (int i = 0; i < 100; i++) {
        Rect row = {1690 + i % 2 * 112, 40 + i / 2 * 19, 108, 18};
        draw_textf(&b->list, row, name, "conv%d_%d", i / 8, i % 8);
        draw_textf(&b->list, row, number, "%.3f", 0.001 * (i + b->page));
    }
}

static void fill_list(Bench *b) {
    draw_begin(&b->list, fonts_metrics(b->fonts), WIDTH, HEIGHT);
    image_cache_frame(b->images);
    draw_fill(&b->list, (Rect){0, 0, WIDTH, HEIGHT}, ground);
    draw_fill(&b->list, (Rect){0, 0, WIDTH, 36}, panel);
    draw_fill(&b->list, (Rect){1686, 36, 234, 944}, panel);
    draw_maps(b);
    draw_texts(b);
    draw_shapes(b);
    /* what follows the mouse */
    Rect tip = {100 + b->frame * 7 % 1500, 200, 160, 24};
    draw_fill(&b->list, tip, (Color){0, 0, 0, 200});
    draw_textf(&b->list, tip, (TextStyle){.size = 14, .color = ink}, "x %d", tip.x);
}

static int by_size(const void *a, const void *b) {
    double d = *(const double *)a - *(const double *)b;
    return d < 0 ? -1 : d > 0;
}

static void print_times(const char *what, double *ms, int count) {
    qsort(ms, (size_t)count, sizeof *ms, by_size);
    printf("  %-8s median %6.2f   95%% %6.2f   most %6.2f\n", what, ms[count / 2],
           ms[count * 95 / 100], ms[count - 1]);
}

static void measure(Bench *b, const char *name, int frames, bool turn) {
    static double list[FRAMES_MAX], drawing[FRAMES_MAX], all[FRAMES_MAX];
    for (int i = 0; i < frames; i++) {
        b->frame++;
        if (turn)
            b->page = (b->page + 1) % PAGES;
        double start = own_ms();
        fill_list(b);
        double middle = own_ms();
        check(sdl_screen_draw(b->screen, b->fonts, &b->list, &b->err), b->err.text);
        SDL_RenderPresent(b->renderer);
        double end = own_ms();
        list[i] = middle - start;
        drawing[i] = end - middle;
        all[i] = end - start;
    }
    printf("%s, %d frames:\n", name, frames);
    print_times("list", list, frames);
    print_times("drawing", drawing, frames);
    print_times("frame", all, frames);
}

static float *make_values(Error *err) {
    float *x = mem_alloc(2 * MAP * MAP, sizeof *x, err);
    for (int i = 0; x && i < 2 * MAP * MAP; i++)
        x[i] = random_uniform(1, 0, (uint64_t)i);
    return x;
}

int main(int argc, char **argv) {
    Bench b = {0};
    int frames = argc > 1 ? atoi(argv[1]) : 200;
    double scale = argc > 2 ? atof(argv[2]) : 1;
    check(frames > 0 && frames <= FRAMES_MAX && scale > 0 && scale <= 4, "frames 1..2000, scale");
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(
        0, (int)lround(WIDTH * scale), (int)lround(HEIGHT * scale), 32, SDL_PIXELFORMAT_RGB888);
    b.renderer = surface ? SDL_CreateSoftwareRenderer(surface) : NULL;
    check(b.renderer, SDL_GetError());
    b.fonts = fonts_new(scale, &b.err);
    b.screen = sdl_screen_new(b.renderer, &b.err);
    b.images = image_cache_new(64 << 20, &b.err);
    float *values = make_values(&b.err);
    b.values = values;
    check(b.fonts && b.screen && b.images && values, b.err.text);
    measure(&b, "first", 1, false);
    measure(&b, "the mouse moves", frames, false);
    measure(&b, "every frame a new page", frames, true);
    check(b.list.error.code == ERROR_NONE && b.err.code == ERROR_NONE, b.list.error.text);
    draw_free(&b.list);
    image_cache_free(b.images);
    sdl_screen_free(b.screen);
    fonts_free(b.fonts);
    mem_free(values);
    SDL_DestroyRenderer(b.renderer);
    SDL_FreeSurface(surface);
    return 0;
}
