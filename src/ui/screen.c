#include "ui/screen.h"

#include "base/file.h"
#include "draw/sdl_render.h"
#include "tensor/image.h"
#include "ui/bench.h"
#include "ui/overlays.h"
#include <math.h>
#include <string.h>

enum { TRANSITION_MS = 200, BAR_WIDTH = 850, ROOM_LEAST = 430 };

/* What 1920x1080 shows well, larger windows show larger, by steps of a quarter: who has a window of
 * 3840x2160 sits no nearer to it. (Screens of small pixels count in points, not in these.) */
static double scale_of(const State *state, int width, int height) {
    const double room = fmin(width / 1920.0, height / 1080.0);
    return state->text / 100.0 * (state->big ? 1.6 : 1) * fmax(1, floor(room * 4) / 4);
}

static View view_of(const Screen *screen, DrawList *list) {
    Session *s = screen->session;
    View v = {.list = list,
              .session = s,
              .memory = screen->memory,
              .state = &s->state,
              .place = &s->state.place,
              .theme = &themes[s->state.theme],
              .words = s->words,
              .language = s->state.language,
              .now = screen->now,
              .mouse_x = screen->mouse_x,
              .mouse_y = screen->mouse_y,
              .origin = screen->origin,
              .scale = scale_of(&s->state, screen->width, screen->height),
              .progress = job_progress(s->jobs),
              .scene = s->scene,
              .node = s->state.place.node};
    if (v.scene) {
        v.model = scene_model(v.scene);
        v.graph = &v.model->graph;
        v.extent = scene_extent(v.scene, v.node);
        v.values = scene_values(v.scene, v.node);
        v.stats = scene_stats(v.scene, v.node);
        v.channels = scene_channels(v.scene, v.node);
    }
    return v;
}

/* --- Zones on their way ----------------------------------------------------------------------- */

static bool same_layout(const Layout *a, const Layout *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

/* Slow at both ends. */
static double eased(double share) {
    return share * share * (3 - 2 * share);
}

/* Where the zones are now; *moving tells whether they have yet to arrive. */
static Layout layout_now(const View *v, const Screen *screen, const Layout *wanted, bool *moving) {
    UiMemory *m = screen->memory;
    *moving = false;
    if (!m->has_layout || v->state->still) {
        m->from = m->to = *wanted;
        m->has_layout = true;
        return *wanted;
    }
    double share = (screen->now - m->started) / TRANSITION_MS;
    if (!same_layout(&m->to, wanted)) {
        /* What only follows the window's size or a banner jumps. */
        const bool resized = m->to.zone[ZONE_FOOTER].y != wanted->zone[ZONE_FOOTER].y ||
                             m->to.zone[ZONE_BAR].w != wanted->zone[ZONE_BAR].w ||
                             m->to.zone[ZONE_BANNER].h != wanted->zone[ZONE_BANNER].h;
        m->from = resized || share >= 1 ? m->to : layout_between(&m->from, &m->to, eased(share));
        if (resized)
            m->from = *wanted;
        m->to = *wanted;
        m->started = screen->now;
        share = 0;
    }
    if (share >= 1 || same_layout(&m->from, &m->to))
        return *wanted;
    *moving = true;
    return layout_between(&m->from, &m->to, eased(share < 0 ? 0 : share));
}

/* --- The whole -------------------------------------------------------------------------------- */

/* In smaller type where something would be cut, down to that of scale 1. */
static void draw_zone(const View *v, Rect box, void (*draw)(const View *v, Rect box)) {
    View smaller = *v;
    const DrawMark mark = draw_mark(v->list);
    draw(&smaller, box);
    while (!draw_is_whole(v->list, mark) && smaller.scale > 1) {
        draw_rewind(v->list, mark);
        smaller.scale = fmax(1, smaller.scale * 0.88);
        draw(&smaller, box);
    }
}

/* Three panels; the kernel's where there is a kernel, and room for all. In little room only the
 * input. */
static void draw_panels(const View *v, Rect box) {
    if (box.w < 1)
        return;
    const int gap = SPACE(v);
    const bool three = box.h >= ui_px(v, 420) && panel_has_kernel(v);
    if (box.h < ui_px(v, 160)) {
        draw_zone(v, box, panel_input);
        return;
    }
    Rect histogram = rect_cut_bottom(&box, box.h * (three ? 27 : 40) / 100);
    rect_cut_bottom(&box, gap);
    draw_zone(v, histogram, panel_histogram);
    if (three) {
        Rect kernel = rect_cut_bottom(&box, box.h * 45 / 100);
        rect_cut_bottom(&box, gap);
        draw_zone(v, kernel, panel_kernel);
    }
    draw_zone(v, box, panel_input);
}

static void draw_scene(const View *v, const Layout *layout) {
    const Rect *zone = layout->zone;
    if (zone[ZONE_NETWORK].w > 0)
        view_network(v, zone[ZONE_NETWORK]);
    if (v->place->bench != BENCH_NONE) {
        View fitting = *v;
        fitting.scale = bench_scale(v->place->bench, zone[ZONE_BENCH].h, v->scale);
        draw_zone(&fitting, zone[ZONE_BENCH], view_bench);
        return;
    }
    draw_panels(v, zone[ZONE_PANELS]);
    if (zone[ZONE_LAYER].w > 0)
        draw_zone(v, zone[ZONE_LAYER], view_layer);
    if (zone[ZONE_RIGHT].w > 0)
        draw_zone(v, zone[ZONE_RIGHT], view_right);
}

static void draw_overlay(const View *v, Rect screen) {
    static void (*const draw[OVERLAYS])(const View *, Rect) = {
        [OVERLAY_HELP] = overlay_help_view,       [OVERLAY_PALETTE] = overlay_list_view,
        [OVERLAY_MODELS] = overlay_models_view,   [OVERLAY_IMAGES] = overlay_images_view,
        [OVERLAY_EXPORT] = overlay_export_view,   [OVERLAY_LESSONS] = overlay_list_view,
        [OVERLAY_WELCOME] = overlay_welcome_view,
    };
    if (draw[v->state->overlay])
        draw[v->state->overlay](v, screen);
}

static void draw_hover_text(const View *v) {
    const DrawRegion *region = draw_hint_at(v->list, v->mouse_x, v->mouse_y);
    if (v->mouse_x < 0 || !region || !region->hint)
        return;
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    style.may_cut = true;
    const int line = ui_line(v, SIZE_SMALL), pad = SPACE(v) / 2;
    const int width = rect_least(draw_text_width(v->list, style, region->hint) + 2, ui_px(v, 420));
    const int height = draw_paragraph_height(v->list, width, style, line, region->hint);
    const char *hint = region->hint;
    Rect box = {v->mouse_x + 12, v->mouse_y + 18, width + 2 * pad, height + 2 * pad};
    box.x = box.x + box.w > v->list->width ? v->list->width - box.w : box.x;
    box.y = box.y + box.h > v->list->height ? v->mouse_y - box.h - 4 : box.y;
    draw_layer(v->list, 9);
    draw_fill(v->list, box, v->theme->raised);
    draw_frame(v->list, box, v->theme->line);
    draw_paragraph(v->list, rect_inset(box, pad, pad), style, line, hint);
}

bool screen_build(const Screen *screen, DrawList *list) {
    bool moving;
    screen->memory->animating = false;
    draw_begin(list, screen->metrics, screen->width, screen->height);
    image_cache_frame(screen->memory->images);
    const View v = view_of(screen, list);
    const Rect all = {0, 0, screen->width, screen->height};
    if (v.state->blank) {
        draw_fill(list, all, (Color){0, 0, 0, 255});
        draw_region(list, all, "blank no", "blank");
        return false;
    }
    draw_fill(list, all, v.theme->ground);
    const LayoutWish wish = ui_layout_wish(&v, v.place->depth);
    const Layout wanted = layout_make(screen->width, screen->height, &wish);
    const Layout layout = layout_now(&v, screen, &wanted, &moving);
    if (v.scene) {
        View zones = v;
        if (wish.lesson > 0) /* less is left to them */
            zones.scale = fmin(v.scale, fmax(1, layout_room(&wanted) / (double)ROOM_LEAST));
        draw_scene(&zones, &layout);
    }
    View bar = v; /* in the hall it still has to hold a line */
    bar.scale = fmin(v.scale, fmax(1, screen->width / (double)BAR_WIDTH));
    view_bar(&bar, layout.zone[ZONE_BAR]);
    view_banner(&v, layout.zone[ZONE_BANNER]);
    view_lesson(&v, layout.zone[ZONE_LESSON]);
    view_footer(&v, layout.zone[ZONE_FOOTER]);
    draw_overlay(&v, all);
    draw_hover_text(&v);
    return moving || screen->memory->animating;
}

/* The line that makes it again, without and with what the picture's footer has no room for. */
static void say_origin(const Screen *screen, const char *path, char *state, char *origin,
                       size_t size) {
    const Session *s = screen->session;
    if (!state_print(&s->state, session_graph(s), state, size))
        state[0] = '\0';
    text_format(origin, size, "convoscope --state \"%s\" --window %dx%d --export %s", state,
                screen->width, screen->height, file_name(path));
}

/* Twice: the first may start what then has arrived. */
static bool draw_still(const Screen *screen, DrawList *list, Error *err) {
    Screen still = *screen;
    for (int i = 0; i < 2; i++) {
        still.now += 2 * TRANSITION_MS;
        screen_build(&still, list);
    }
    if (list->error.code != ERROR_NONE && err && err->code == ERROR_NONE)
        *err = list->error;
    return list->error.code == ERROR_NONE;
}

bool screen_save(const Screen *screen, Fonts *fonts, const char *path, bool told, Error *err) {
    enum { LINE = 4 * FILE_PATH_MAX };
    static char state[LINE], origin[LINE];
    const int scale = screen->session->state.export_scale;
    Fonts *own = scale > 1 ? fonts_new(scale, err) : NULL;
    DrawList list = {.error = {0}};
    Image image = {0};
    Screen still = *screen;
    if (scale > 1 && !own)
        return false;
    if (own)
        still.metrics = fonts_metrics(own);
    say_origin(screen, path, state, origin, LINE);
    still.origin = told ? origin : NULL;
    const char *const texts[] = {"Software", "convoscope " CONVOSCOPE_VERSION, "Comment", origin,
                                 NULL};
    bool ok = draw_still(&still, &list, err) &&
              sdl_render_image(own ? own : fonts, &list, &image, err) &&
              image_save_png(path, &image, texts, err);
    image_free(&image);
    draw_free(&list);
    fonts_free(own);
    return ok;
}
