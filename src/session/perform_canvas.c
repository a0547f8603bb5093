#include "session/perform.h"

#include "base/text.h"
#include "session/canvas.h"
#include <string.h>

const char *refuse_outside_canvas(const Session *s) {
    return s->state.place.bench != BENCH_CANVAS ? "refuse.no_drawing" : canvas_refuses(s);
}

/* --- Strokes ---------------------------------------------------------------------------------- */

static int fine_side(const Session *s) {
    return CANVAS_FINE * canvas_side(s);
}

static void stroke_to(Session *s, const int to[2]) {
    StatePlace *p = &s->state.place;
    canvas_stroke(p->canvas[p->canvas_which], canvas_side(s), p->canvas_at, to, p->canvas_width,
                  p->canvas_erase != 0);
    memcpy(p->canvas_at, to, sizeof p->canvas_at);
}

static bool read_point(Session *s, const char *argument, const char *what, int at[2], Error *err) {
    const int side = fine_side(s);
    const int count = perform_numbers(argument, what, at, 2, err);
    if (count < 0)
        return false;
    if (count != 2 || at[0] < 0 || at[1] < 0 || at[0] >= side || at[1] >= side)
        return error_set(
            err, ERROR_EXPECTED, what,
            TEXT("two numbers from 0 to %d: y and x, in quarters of a pixel", side - 1),
            TEXT("'%.60s'", argument));
    return true;
}

/* "left Y X": a stroke begins there. */
PERFORM(canvas_pen) {
    StatePlace *p = &s->state.place;
    int at[2];
    const size_t length = strcspn(argument, " ");
    char which[16];
    text_format(which, sizeof which, "%.*s", (int)(length < 15 ? length : 15), argument);
    if (!read_point(s, argument + length, "canvas.pen", at, err) ||
        !perform_field(s, "canvas_side", which, err))
        return false;
    memcpy(p->canvas_at, at, sizeof at);
    stroke_to(s, at);
    return true;
}

/* Part of the stroke that was begun: there is one thing to undo. */
PERFORM(canvas_draw) {
    int at[2];
    if (!read_point(s, argument, "canvas.draw", at, err))
        return false;
    stroke_to(s, at);
    s->unrecorded = true;
    return true;
}

/* The cursor goes by a pixel, drawing if the pen is down. */
static bool move(Session *s, int dy, int dx) {
    StatePlace *p = &s->state.place;
    const int most = fine_side(s) - 1;
    int at[2] = {p->canvas_at[0] + dy * CANVAS_FINE, p->canvas_at[1] + dx * CANVAS_FINE};
    for (int i = 0; i < 2; i++)
        at[i] = at[i] < 0 ? 0 : at[i] > most ? most : at[i];
    if (p->canvas_down)
        stroke_to(s, at);
    memcpy(p->canvas_at, at, sizeof at);
    return true;
}

PERFORM(canvas_left) {
    (void)argument, (void)err;
    return move(s, 0, -1);
}

PERFORM(canvas_right) {
    (void)argument, (void)err;
    return move(s, 0, 1);
}

PERFORM(canvas_up) {
    (void)argument, (void)err;
    return move(s, -1, 0);
}

PERFORM(canvas_down) {
    (void)argument, (void)err;
    return move(s, 1, 0);
}

PERFORM(canvas_press) {
    StatePlace *p = &s->state.place;
    if (!perform_field(s, "canvas_down", argument, err))
        return false;
    if (p->canvas_down)
        stroke_to(s, p->canvas_at);
    return true;
}

/* --- Tools ------------------------------------------------------------------------------------ */

PERFORM(canvas_choose) {
    return perform_field(s, "canvas_side", argument, err);
}

PERFORM(canvas_eraser) {
    return perform_field(s, "canvas_erase", argument, err);
}

PERFORM(canvas_fitted) {
    return perform_field(s, "canvas_input", argument, err);
}

static bool set_width(Session *s, int width) {
    s->state.place.canvas_width = width < 2 ? 2 : width > 32 ? 32 : width;
    return true;
}

PERFORM(canvas_thicker) {
    (void)argument, (void)err;
    return set_width(s, s->state.place.canvas_width + 2);
}

PERFORM(canvas_thinner) {
    (void)argument, (void)err;
    return set_width(s, s->state.place.canvas_width - 2);
}

/* --- Whole drawings --------------------------------------------------------------------------- */

PERFORM(canvas_clear) {
    StatePlace *p = &s->state.place;
    (void)argument, (void)err;
    memset(p->canvas[p->canvas_which], 0, sizeof p->canvas[0]);
    p->canvas_down = 0;
    return true;
}

PERFORM(canvas_copy) {
    StatePlace *p = &s->state.place;
    (void)argument, (void)err;
    memcpy(p->canvas[p->canvas_which], p->canvas[!p->canvas_which], sizeof p->canvas[0]);
    return true;
}

PERFORM(canvas_invert) {
    StatePlace *p = &s->state.place;
    (void)argument, (void)err;
    const int side = canvas_side(s);
    uint8_t *levels = p->canvas[p->canvas_which];
    for (int i = 0; i < side * side; i++)
        levels[i] = (uint8_t)(CANVAS_LEVELS - 1 - levels[i]);
    return true;
}

/* The picture that is open, as the network sees it. */
PERFORM(canvas_picture) {
    StatePlace *p = &s->state.place;
    (void)argument, (void)err;
    const Image *picture = scene_picture(s->scene);
    const int side = canvas_side(s);
    uint8_t *levels = p->canvas[p->canvas_which];
    for (int i = 0; i < side * side && i < picture->width * picture->height; i++)
        levels[i] =
            (uint8_t)((picture->pixels[i * picture->channels] * (CANVAS_LEVELS - 1) + 127) / 255);
    return true;
}

/* As a picture of its own, that the layers are then shown for. */
PERFORM(canvas_use) {
    StatePlace *p = &s->state.place;
    Error *e = err;
    char folder[FILE_PATH_MAX], path[FILE_PATH_MAX], state[FILE_PATH_MAX];
    const int side = canvas_side(s);
    uint8_t pixels[CANVAS_CELLS];
    float seen[CANVAS_CELLS];
    SceneNames names = *session_names_to_come(s);
    (void)argument;
    if (p->canvas_plain)
        canvas_plain(p->canvas[p->canvas_which], side, seen);
    else
        canvas_fit(p->canvas[p->canvas_which], side, seen);
    uint32_t hash = 2166136261u; /* the name follows from the drawing (FNV-1a) */
    for (int i = 0; i < side * side; i++) {
        pixels[i] = (uint8_t)(seen[i] * 255 + 0.5F);
        hash = (hash ^ pixels[i]) * 16777619u;
    }
    const Image image = {.pixels = pixels, .width = side, .height = side, .channels = 1};
    if (!file_user_state(state, sizeof state))
        return error_set(e, ERROR_MISSING, "the user's home folder");
    if (!file_join(folder, sizeof folder, state, "drawings", e) || !file_make_folder(folder, e) ||
        !file_join(path, sizeof path, folder, TEXT("drawing-%08x.png", (unsigned)hash), e) ||
        !image_save_png(path, &image, NULL, e) ||
        !session_set_path(names.image, path, "the picture's path", e) ||
        !session_open_scene(s, &names, NULL, e))
        return false;
    p->bench = BENCH_NONE;
    return true;
}
