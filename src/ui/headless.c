#include "ui/headless.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include <string.h>

enum { SETTLE_FRAMES = 40 };

/* --- Frames ----------------------------------------------------------------------------------- */

static Screen screen_of(Headless *p) {
    return (Screen){.session = &p->session,
                    .memory = &p->memory,
                    .metrics = fonts_metrics(p->fonts),
                    .width = p->width,
                    .height = p->height,
                    .mouse_x = p->mouse_x,
                    .mouse_y = p->mouse_y,
                    .now = p->now};
}

static void note_time(Headless *p, double ms) {
    if (p->time_count == p->time_capacity) {
        size_t more = p->time_capacity ? 2 * p->time_capacity : 1024;
        double *times = mem_alloc(more, sizeof *times, NULL);
        if (!times)
            return;
        if (p->time_count)
            memcpy(times, p->times, p->time_count * sizeof *times);
        mem_free(p->times);
        p->times = times;
        p->time_capacity = more;
    }
    p->times[p->time_count++] = ms;
}

/* One frame as the window has it; true if another should follow. */
bool headless_frame(Headless *p) {
    const double start = clock_ms();
    const Screen screen = screen_of(p);
    bool moving = screen_build(&screen, &p->list);
    if (p->stage) {
        stage_draw(p->stage, p->fonts, &p->list);
        note_time(p, clock_ms() - start);
    }
    return moving;
}

/* Until nothing moves. */
bool headless_settle(Headless *p, Error *err) {
    if (!session_wait(&p->session))
        return error_set(err, ERROR_CANCELLED, "");
    for (int i = 0; headless_frame(p) && i < SETTLE_FRAMES; i++)
        p->now += FRAME_MS;
    return true;
}

/* The clock goes on by so many ms, a frame at a time. */
bool headless_wait(Headless *p, double ms, Error *err) {
    for (double end = p->now + ms; p->now < end;) {
        p->now += end - p->now < FRAME_MS ? end - p->now : FRAME_MS;
        session_tick(&p->session, p->now);
        if (!session_wait(&p->session))
            return error_set(err, ERROR_CANCELLED, "");
        headless_frame(p);
    }
    return true;
}

/* --- Pictures --------------------------------------------------------------------------------- */

bool headless_save(Headless *p, const char *path, bool told, Error *err) {
    const Screen screen = screen_of(p);
    return screen_save(&screen, p->fonts, path, told, err);
}

/* With the line that leads there in its footer; `shot` is what one sees. */
static bool export_screen(void *context, const char *path, Error *err) {
    return headless_save(context, path, true, err);
}

/* --- Opening and closing ---------------------------------------------------------------------- */

bool headless_write_times(const Headless *p, Error *err) {
    JsonWriter w = {0};
    json_begin_object(&w, NULL);
    json_begin_array(&w, "frame_ms");
    for (size_t i = 0; i < p->time_count; i++)
        json_put_double(&w, NULL, p->times[i]);
    json_end(&w);
    json_end(&w);
    char *text = json_finish(&w, err);
    bool ok = text && file_write(p->options->frame_times, text, strlen(text), err);
    mem_free(text);
    return ok;
}

bool headless_open(Headless *p, Error *err) {
    const PlayOptions *o = p->options;
    p->fonts = fonts_new(o->scale > 0 ? o->scale : 1, err);
    if (!p->fonts || !ui_memory_open(&p->memory, err) || !file_make_folder(o->folder, err))
        return false;
    if (o->frame_times && !(p->stage = stage_new(p->width, p->height, err)))
        return false;
    SessionOptions session = o->session;
    session.scripted = true;
    session.folder = o->folder;
    if (!session_open(&p->session, &session, err))
        return false;
    p->session.screen.context = p;
    p->session.screen.export_view = export_screen;
    p->memory.hide_times = !o->live;
    /* What cannot be opened at the beginning ends the play. */
    if (!session_wait(&p->session))
        return error_set(err, ERROR_CANCELLED, "");
    if (!p->session.scene && p->session.banner.code != ERROR_NONE) {
        *err = p->session.banner;
        return false;
    }
    return true;
}

Headless *headless_begin(const PlayOptions *options) {
    static Headless play; /* large */
    play = (Headless){.options = options,
                      .width = options->width,
                      .height = options->height,
                      .mouse_x = -1,
                      .mouse_y = -1};
    return &play;
}

void headless_end(Headless *p, int *pictures) {
    if (pictures)
        *pictures = p->pictures;
    session_close(&p->session);
    stage_free(p->stage);
    draw_free(&p->list);
    fonts_free(p->fonts);
    ui_memory_close(&p->memory);
    mem_free(p->times);
}

bool ui_export(const PlayOptions *options, const char *path, Error *err) {
    Headless *p = headless_begin(options);
    bool ok = headless_open(p, err) && headless_settle(p, err) && headless_save(p, path, true, err);
    headless_end(p, NULL);
    return ok;
}
