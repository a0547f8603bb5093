/* A picture that changes from frame to frame: only what differs is painted, and the outcome is as
 * if all had been. */
#include "draw_support.h"

#include "base/memory.h"
#include "base/random.h"
#include "draw/damage.h"
#include <SDL.h>

enum { WIDTH = 300, HEIGHT = 200 };

typedef struct Fixture {
    SDL_Surface *surface;
    SDL_Renderer *renderer;
    SdlScreen *screen;
    Fonts *fonts;
    DrawList list;
    Error err;
} Fixture;

static void open_screen(Fixture *f, double scale) {
    *f = (Fixture){0};
    f->surface = SDL_CreateRGBSurfaceWithFormat(0, (int)(WIDTH * scale), (int)(HEIGHT * scale), 32,
                                                SDL_PIXELFORMAT_ARGB8888);
    f->renderer = SDL_CreateSoftwareRenderer(f->surface);
    assert_non_null(f->renderer);
    f->screen = sdl_screen_new(f->renderer, &f->err);
    f->fonts = fonts_new(scale, &f->err);
    assert_ok(f->screen && f->fonts, f->err);
}

static void close_screen(Fixture *f) {
    draw_free(&f->list);
    sdl_screen_free(f->screen);
    fonts_free(f->fonts);
    SDL_DestroyRenderer(f->renderer);
    SDL_FreeSurface(f->surface);
}

static void begin(Fixture *f) {
    draw_begin(&f->list, fonts_metrics(f->fonts), WIDTH, HEIGHT);
    draw_fill(&f->list, (Rect){0, 0, WIDTH, HEIGHT}, (Color){30, 31, 34, 255});
}

/* Draws the list and returns how many pixels were painted; what is seen must be the whole list. */
static size_t show(Fixture *f) {
    Image wanted, seen = {0};
    assert_ok(sdl_screen_draw(f->screen, f->fonts, &f->list, &f->err), f->err);
    SDL_RenderPresent(f->renderer);
    assert_ok(sdl_render_image(f->fonts, &f->list, &wanted, &f->err), f->err);
    assert_ok(image_new(&seen, wanted.width, wanted.height, 3, &f->err), f->err);
    assert_int_equal(
        SDL_RenderReadPixels(f->renderer, NULL, SDL_PIXELFORMAT_RGB24, seen.pixels, 3 * seen.width),
        0);
    for (int i = 0; i < 3 * seen.width * seen.height; i++)
        if (seen.pixels[i] != wanted.pixels[i])
            fail_msg("pixel (%d, %d) is stale", i / 3 % seen.width, i / 3 / seen.width);
    image_free(&seen);
    image_free(&wanted);
    return sdl_screen_painted(f->screen);
}

static void what_stays_is_not_painted(void **state) {
    (void)state;
    Fixture f;
    open_screen(&f, 1);
    static const uint8_t grey[4] = {10, 80, 160, 240};
    for (int i = 0; i < 4; i++) {
        begin(&f);
        draw_text(&f.list, (Rect){10, 10, 100, 20}, (TextStyle){.size = 14, .color = white},
                  "text");
        draw_image(&f.list, (Rect){100, 100, 50, 50}, grey, 2, 2, 1);
        draw_disc(&f.list, (Point){200, 100}, 30, red);
        if (i == 2) /* the mouse */
            draw_frame(&f.list, (Rect){70, 70, 50, 50}, white);
        size_t painted = show(&f);
        if (i == 0)
            assert_int_equal(painted, WIDTH * HEIGHT);
        else if (i == 1)
            assert_int_equal(painted, 0);
        else
            assert_in_range(painted, 50, 128 * 128);
    }
    sdl_screen_reset(f.screen); /* the renderer lost it */
    assert_int_equal(show(&f), WIDTH * HEIGHT);
    assert_int_equal(show(&f), 0);
    f.list.items[0].color.r++;
    assert_int_equal(show(&f), WIDTH * HEIGHT);
    close_screen(&f);
}

/* Each of these changes one thing that is seen. */
static void every_change_is_seen(void **state) {
    (void)state;
    Fixture f;
    open_screen(&f, 1);
    uint8_t grey[4] = {10, 80, 160, 240};
    const uint8_t other[4] = {250, 80, 160, 240};
    for (int i = 0; i < 16; i++) {
        TextStyle style = {.size = i < 2 ? 14 : 15, .color = i < 3 ? white : red, .bold = i >= 4};
        Stroke stroke = {.width = i < 5 ? 1 : 3, .color = white, .arrow = i >= 6};
        stroke.dash = stroke.gap = i < 7 ? 0 : 4;
        begin(&f);
        draw_text(&f.list, (Rect){10, 10, 100, 24}, style, i < 1 ? "text" : "Text");
        draw_polyline(&f.list, (Point[]){{20, 60}, {i < 8 ? 90.0 : 90.5, 75}}, 2, stroke);
        grey[3] = i < 9 ? 240 : 100; /* the same place, other pixels */
        draw_image(&f.list, (Rect){100, 100, 20, 20}, grey, 2, 2, 1);
        ImageKey key = image_key_add((ImageKey){0}, i < 10 ? 1 : 2);
        draw_image_keyed(&f.list, (Rect){140, 100, 20, 20}, key, i < 10 ? grey : other, 2, 2, 1);
        draw_clip_begin(&f.list, (Rect){180, 100, i < 11 ? 20 : 21, 20});
        draw_disc(&f.list, (Point){190, 110}, i < 12 ? 18 : 19, red);
        draw_clip_end(&f.list);
        bool swap = i >= 13; /* what lies over what */
        draw_fill(&f.list, (Rect){swap ? 225 : 220, 100, 20, 20}, swap ? white : red);
        draw_fill(&f.list, (Rect){swap ? 220 : 225, 100, 20, 20}, swap ? red : white);
        draw_line(&f.list, 250, 150, 250, i < 14 ? 160 : 140, white);
        draw_frame(&f.list, (Rect){260, 150, 10, i < 15 ? 10 : 11}, white);
        /* nothing is kept of a key whose pixels were in another frame */
        if (i == 9)
            sdl_screen_reset(f.screen);
        size_t painted = show(&f);
        if (painted == 0)
            fail_msg("change %d was not seen", i);
    }
    close_screen(&f);
}

static double any(uint64_t frame, uint64_t *i) {
    return (double)random_uniform(11, frame, (*i)++);
}

static void add_any(DrawList *list, uint64_t frame, uint64_t *i, const uint8_t *pixels) {
    Rect box = {(int)(any(frame, i) * 320) - 20, (int)(any(frame, i) * 220) - 20,
                (int)(any(frame, i) * 90), (int)(any(frame, i) * 90)};
    Color c = {(uint8_t)(any(frame, i) * 255), 200, (uint8_t)(any(frame, i) * 255),
               any(frame, i) < 0.5 ? 255 : 120};
    Point a = {box.x + any(frame, i), box.y}, b = {box.x + box.w + 0.3, box.y + box.h};
    switch ((int)(any(frame, i) * 8)) {
    case 0:
        draw_fill(list, box, c);
        break;
    case 1:
        draw_frame(list, box, c);
        break;
    case 2:
        draw_image(list, box, pixels + (int)(any(frame, i) * 10), 5, 4, 1 + 2 * (box.x & 1));
        break;
    case 3:
        draw_image(list, box, pixels + (int)(any(frame, i) * 10), 3, 2, 4);
        break;
    case 4:
        draw_textf(list, (Rect){box.x, box.y, 200, 40}, (TextStyle){.size = 18, .color = c}, "%d",
                   box.w);
        break;
    case 5:
        draw_disc(list, a, box.w / 3.0, c);
        break;
    case 6:
        draw_polyline(list, (Point[]){a, b, {b.x, a.y}}, 3, (Stroke){.width = 3, .color = c});
        break;
    default:
        draw_line(list, box.x, box.y, box.x, box.y + box.h, c);
    }
}

/* Half of what is shown comes from the frame before; a sixth is under a clip. */
static void frames_at_random_are_never_stale(void **state) {
    (void)state;
    static const double scales[] = {1, 1.5, 2};
    uint8_t pixels[200];
    for (int i = 0; i < 200; i++)
        pixels[i] = (uint8_t)(37 * i);
    for (int s = 0; s < 3; s++) {
        Fixture f;
        open_screen(&f, scales[s]);
        for (uint64_t frame = 1; frame <= 25; frame++) {
            begin(&f);
            if (frame % 7 == 0)
                draw_begin(&f.list, fonts_metrics(f.fonts), WIDTH, HEIGHT); /* without ground */
            for (uint64_t n = 0; n < 24; n++) {
                uint64_t i = 100 * n, from = n % 2 ? frame : frame / 4;
                if (n % 6 == 5)
                    draw_clip_begin(&f.list, (Rect){(int)frame * 5, 40, 80, 70});
                add_any(&f.list, from, &i, pixels);
                if (n % 6 == 5)
                    draw_clip_end(&f.list);
            }
            show(&f);
        }
        close_screen(&f);
    }
}

static void the_scale_may_change(void **state) {
    (void)state;
    Fixture f;
    open_screen(&f, 2);
    fonts_set_scale(f.fonts, 2);
    begin(&f);
    draw_text(&f.list, (Rect){10, 10, 100, 24}, (TextStyle){.size = 14, .color = white}, "text");
    assert_int_equal(show(&f), 4 * WIDTH * HEIGHT);
    assert_int_equal(show(&f), 0);
    fonts_set_scale(f.fonts, 1); /* the same list, smaller; the rest is black */
    assert_ok(sdl_screen_draw(f.screen, f.fonts, &f.list, &f.err), f.err);
    assert_int_equal(sdl_screen_painted(f.screen), 4 * WIDTH * HEIGHT);
    close_screen(&f);
}

static void what_failed_is_drawn_again(void **state) {
    (void)state;
    Fixture f;
    Error err = {0};
    open_screen(&f, 1);
    begin(&f);
    draw_text(&f.list, (Rect){10, 10, 100, 24}, (TextStyle){.size = 14, .color = white}, "text");
    draw_disc(&f.list, (Point){100, 100}, 20, red);
    mem_fail_at(0);
    for (size_t n = 1; n < 40; n++) {
        err = (Error){0};
        mem_fail_at(n);
        bool ok = sdl_screen_draw(f.screen, f.fonts, &f.list, &err);
        size_t asked = mem_fail_at(0);
        assert_int_equal(ok, err.code == ERROR_NONE);
        if (ok && asked < n) {
            assert_true(n > 5);
            break;
        }
    }
    show(&f);
    close_screen(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stays_is_not_painted),        cmocka_unit_test(every_change_is_seen),
        cmocka_unit_test(frames_at_random_are_never_stale), cmocka_unit_test(the_scale_may_change),
        cmocka_unit_test(what_failed_is_drawn_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
