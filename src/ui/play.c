#include "ui/play.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "draw/sdl_stage.h"
#include "ui/drop.h"
#include "ui/screen.h"
#include <stdlib.h>
#include <string.h>

typedef struct Play {
    const PlayOptions *options;
    Session session;
    UiMemory memory;
    Fonts *fonts;
    DrawList list;
    Stage *stage; /* where frames are drawn while their times are wanted; else NULL */
    double now;   /* the virtual clock, ms */
    int width, height, mouse_x, mouse_y, pictures;
    double *times;
    size_t time_count, time_capacity;
} Play;

enum { FRAME_MS = 16, SETTLE_FRAMES = 40, LINE_MOST = 3 * FILE_PATH_MAX };

/* --- Frames ----------------------------------------------------------------------------------- */

static Screen screen_of(Play *p) {
    return (Screen){.session = &p->session,
                    .memory = &p->memory,
                    .metrics = fonts_metrics(p->fonts),
                    .width = p->width,
                    .height = p->height,
                    .mouse_x = p->mouse_x,
                    .mouse_y = p->mouse_y,
                    .now = p->now};
}

static void note_time(Play *p, double ms) {
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
static bool frame(Play *p) {
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
static bool settle(Play *p, Error *err) {
    if (!session_wait(&p->session))
        return error_set(err, ERROR_CANCELLED, "");
    for (int i = 0; frame(p) && i < SETTLE_FRAMES; i++)
        p->now += FRAME_MS;
    return true;
}

/* The clock goes on by so many ms, a frame at a time. */
static bool let_pass(Play *p, double ms, Error *err) {
    for (double end = p->now + ms; p->now < end;) {
        p->now += end - p->now < FRAME_MS ? end - p->now : FRAME_MS;
        session_tick(&p->session, p->now);
        if (!session_wait(&p->session))
            return error_set(err, ERROR_CANCELLED, "");
        frame(p);
    }
    return true;
}

/* --- What scripts alone can say --------------------------------------------------------------- */

static bool save_screen(Play *p, const char *path, bool told, Error *err) {
    const Screen screen = screen_of(p);
    return screen_save(&screen, p->fonts, path, told, err);
}

/* With the line that leads there in its footer; `shot` is what one sees. */
static bool export_screen(void *context, const char *path, Error *err) {
    return save_screen(context, path, true, err);
}

static bool do_shot(Play *p, const char *name, Error *err) {
    char path[FILE_PATH_MAX];
    if (!name[0] || strchr(name, '/'))
        return error_set(err, ERROR_EXPECTED, "shot", "NAME.png", TEXT("'%.100s'", name));
    if (!settle(p, err) || !file_join(path, sizeof path, p->options->folder, name, err) ||
        !save_screen(p, path, false, err))
        return false;
    p->pictures++;
    return true;
}

static bool do_wait(Play *p, const char *what, Error *err) {
    long ms;
    if (strcmp(what, "idle") == 0)
        return settle(p, err);
    if (!text_to_int(what, 0, 1000000, &ms))
        return error_set(err, ERROR_EXPECTED, "wait", "idle, or 0..1000000 milliseconds",
                         TEXT("'%.100s'", what));
    return let_pass(p, (double)ms, err);
}

/* "X Y", or the middle of a region. */
static bool place_of(Play *p, const char *text, int *x, int *y, Error *err) {
    char first[16];
    long at[2];
    const char *space = strchr(text, ' ');
    if (space && space - text < (long)sizeof first) {
        text_format(first, sizeof first, "%.*s", (int)(space - text), text);
        if (text_to_int(first, 0, 100000, &at[0]) && text_to_int(space + 1, 0, 100000, &at[1])) {
            *x = (int)at[0];
            *y = (int)at[1];
            return true;
        }
    }
    frame(p);
    const DrawRegion *region = draw_region_find(&p->list, text);
    if (!region)
        return error_set(err, ERROR_MISSING, TEXT("the region '%.100s'", text));
    *x = region->box.x + region->box.w / 2;
    *y = region->box.y + region->box.h / 2;
    return true;
}

static bool do_click(Play *p, const char *where, Error *err) {
    char line[FILE_PATH_MAX];
    if (!place_of(p, where, &p->mouse_x, &p->mouse_y, err))
        return false;
    frame(p);
    const DrawRegion *region = draw_region_at(&p->list, p->mouse_x, p->mouse_y);
    if (region)
        session_post(&p->session,
                     draw_region_click(region, p->mouse_x, p->mouse_y, line, sizeof line));
    return true;
}

/* "X1 Y1 X2 Y2 ...": pressed at the first place, let go at the last, in steps of a few pixels. */
static bool do_drag(Play *p, const char *places, Error *err) {
    enum { MOST = 64, STEP = 6 };
    char line[FILE_PATH_MAX];
    int at[MOST], count = 0;
    for (const char *word = places + strspn(places, " "); *word && count < MOST; count++) {
        char number[16];
        long value;
        const size_t length = strcspn(word, " ");
        text_format(number, sizeof number, "%.*s", (int)(length < 15 ? length : 15), word);
        if (!text_to_int(number, 0, 100000, &value))
            break;
        at[count] = (int)value;
        word += length + strspn(word + length, " ");
    }
    if (count < 4 || count % 2)
        return error_set(err, ERROR_EXPECTED, "drag", "X Y of two places or more",
                         TEXT("'%.60s'", places));
    frame(p);
    const DrawRegion *region = draw_region_at(&p->list, at[0], at[1]);
    if (!region || !region->group)
        return error_set(err, ERROR_MISSING, TEXT("something to drag at %d %d", at[0], at[1]));
    char group[64];
    text_format(group, sizeof group, "%s", region->group);
    session_post(&p->session, draw_region_click(region, at[0], at[1], line, sizeof line));
    for (int i = 2; i < count; i += 2) {
        const int dx = at[i] - at[i - 2], dy = at[i + 1] - at[i - 1];
        const int steps = 1 + (abs(dx) > abs(dy) ? abs(dx) : abs(dy)) / STEP;
        for (int k = 1; k <= steps; k++) {
            p->mouse_x = at[i - 2] + dx * k / steps;
            p->mouse_y = at[i - 1] + dy * k / steps;
            frame(p);
            const char *action =
                draw_drag_at(&p->list, group, p->mouse_x, p->mouse_y, line, sizeof line);
            if (action)
                session_post(&p->session, action);
        }
    }
    return true;
}

static bool do_hover(Play *p, const char *where, Error *err) {
    char line[FILE_PATH_MAX];
    if (!place_of(p, where, &p->mouse_x, &p->mouse_y, err))
        return false;
    frame(p);
    const DrawRegion *region = draw_hover_at(&p->list, p->mouse_x, p->mouse_y);
    const char *action =
        region ? draw_region_hover(region, p->mouse_x, p->mouse_y, line, sizeof line) : NULL;
    return action_perform(&p->session, action ? action : "hover.none", err);
}

static bool do_size(Play *p, const char *text, Error *err) {
    int w, h;
    if (!place_of(p, text, &w, &h, err) || w < 320 || h < 240 || w > 16384 || h > 16384)
        return error_set(err, ERROR_EXPECTED, "size", "a width and a height",
                         TEXT("'%.50s'", text));
    p->width = w;
    p->height = h;
    return true;
}

/* --- Expectations ----------------------------------------------------------------------------- */

static bool expect_text(Play *p, const char *quoted, bool wanted, Error *err) {
    char words[1000];
    size_t length = strlen(quoted);
    if (length < 2 || quoted[0] != '"' || quoted[length - 1] != '"' || length > sizeof words)
        return error_set(err, ERROR_EXPECTED, "expect text", "words in double quotes", quoted);
    text_format(words, sizeof words, "%.*s", (int)length - 2, quoted + 1);
    if ((draw_text_find(&p->list, words) != NULL) == wanted)
        return true;
    return error_set(err, ERROR_BAD,
                     TEXT("the screen %s \"%.100s\"", wanted ? "does not say" : "says", words));
}

static bool expect_state(Play *p, const char *text, Error *err) {
    char key[64], value[FILE_PATH_MAX];
    size_t length = strcspn(text, " ");
    text_format(key, sizeof key, "%.*s", (int)(length < 63 ? length : 63), text);
    const char *wanted = text + length + strspn(text + length, " ");
    if (!state_get(&p->session.state, session_graph(&p->session), key, value, sizeof value, err))
        return false;
    return strcmp(value, wanted) == 0 ||
           error_set(err, ERROR_EXPECTED, TEXT("state %s", key), TEXT("'%.100s'", wanted),
                     TEXT("'%.100s'", value));
}

static bool do_expect(Play *p, const char *what, Error *err) {
    if (!settle(p, err))
        return false;
    if (strncmp(what, "region ", 7) == 0)
        return draw_region_find(&p->list, what + 7) ||
               error_set(err, ERROR_MISSING, TEXT("the region '%.100s'", what + 7));
    if (strncmp(what, "text ", 5) == 0)
        return expect_text(p, what + 5, true, err);
    if (strncmp(what, "no text ", 8) == 0)
        return expect_text(p, what + 8, false, err);
    if (strncmp(what, "state ", 6) == 0)
        return expect_state(p, what + 6, err);
    if (strcmp(what, "banner") == 0)
        return p->session.banner.code != ERROR_NONE || error_set(err, ERROR_MISSING, "a banner");
    return error_set(err, ERROR_EXPECTED, "expect", "region, text, no text, state or banner",
                     TEXT("'%.100s'", what));
}

static bool do_check(Play *p, const char *nothing, Error *err) {
    (void)nothing;
    return settle(p, err) && draw_list_check(&p->list, err);
}

static bool do_key(Play *p, const char *key, Error *err) {
    return action_press(&p->session, key) ||
           error_set(err, ERROR_UNKNOWN, "key", TEXT("%.50s", key));
}

static bool do_drop(Play *p, const char *path, Error *err) {
    (void)err;
    ui_drop(&p->session, path);
    return true;
}

/* --- Lines ------------------------------------------------------------------------------------ */

static bool do_line(Play *p, const char *line, Error *err) {
    static const struct {
        const char *word;
        bool (*perform)(Play *p, const char *rest, Error *err);
    } words[] = {{"shot", do_shot}, {"wait", do_wait},  {"expect", do_expect}, {"click", do_click},
                 {"drag", do_drag}, {"key", do_key},    {"drop", do_drop},     {"hover", do_hover},
                 {"size", do_size}, {"check", do_check}};
    line += strspn(line, " \t");
    if (!line[0] || line[0] == '#')
        return true;
    size_t length = strcspn(line, " \t");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == length && strncmp(line, words[i].word, length) == 0)
            return words[i].perform(p, line + length + strspn(line + length, " \t"), err);
    /* Actions are about what there is: the scene must be open. */
    return session_wait(&p->session) ? action_perform(&p->session, line, err)
                                     : error_set(err, ERROR_CANCELLED, "");
}

static bool do_script(Play *p, const char *path, char *text, Error *err) {
    int number = 1;
    for (char *line = text; line; number++) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        size_t length = strlen(line);
        while (length && (line[length - 1] == '\r' || line[length - 1] == ' '))
            line[--length] = '\0';
        p->now += FRAME_MS;
        session_tick(&p->session, p->now);
        if (!do_line(p, line, err))
            return error_prefix(err, "%s: line %d", path, number);
        if (p->session.state.quit)
            return true;
        line = end ? end + 1 : NULL;
    }
    return true;
}

static bool write_times(const Play *p, Error *err) {
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

static bool open_all(Play *p, Error *err) {
    const PlayOptions *o = p->options;
    p->fonts = fonts_new(o->scale > 0 ? o->scale : 1, err);
    if (!p->fonts || !ui_memory_open(&p->memory, err) || !file_make_folder(o->folder, err))
        return false;
    if (o->frame_times && !(p->stage = stage_new(p->width, p->height, err)))
        return false;
    SessionOptions session = o->session;
    session.scripted = true;
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

static Play *begin(const PlayOptions *options) {
    static Play play; /* large */
    play = (Play){.options = options,
                  .width = options->width,
                  .height = options->height,
                  .mouse_x = -1,
                  .mouse_y = -1};
    return &play;
}

static void end(Play *p, int *pictures) {
    if (pictures)
        *pictures = p->pictures;
    session_close(&p->session);
    stage_free(p->stage);
    draw_free(&p->list);
    fonts_free(p->fonts);
    ui_memory_close(&p->memory);
    mem_free(p->times);
}

bool ui_play(const char *path, const PlayOptions *options, int *pictures, Error *err) {
    size_t size;
    Play *p = begin(options);
    const char *file = strcmp(path, "-") == 0 ? "/dev/stdin" : path;
    char *text = (char *)file_read(file, 1 << 20, false, &size, err);
    bool ok = text && open_all(p, err) && do_script(p, path, text, err);
    ok = ok && (!options->frame_times || write_times(p, err));
    end(p, pictures);
    mem_free(text);
    return ok;
}

/* --- The tour --------------------------------------------------------------------------------- */

/* "07_tanh1.png": numbers as wide as the last one. */
static void tour_name(const Play *p, char *name, size_t size) {
    const Graph *g = session_graph(&p->session);
    const int node = p->session.state.place.node;
    const int digits = g->node_count > 999 ? 4 : g->node_count > 99 ? 3 : 2;
    text_format(name, size, "%0*d_%s.png", digits, node + 1,
                node == GRAPH_IMAGE ? "input" : g->nodes[node].name);
    for (char *c = name; *c; c++)
        if (strchr("/\\:*?\"<>| ", *c))
            *c = '_';
}

bool ui_tour(const PlayOptions *options, int *pictures, Error *err) {
    char name[300];
    Play *p = begin(options);
    bool ok = open_all(p, err);
    while (ok) {
        tour_name(p, name, sizeof name);
        ok = do_shot(p, name, err);
        if (!ok || p->session.state.place.node == session_last_node(&p->session))
            break;
        ok = action_perform(&p->session, "layer.next", err);
    }
    end(p, pictures);
    return ok;
}
