#include "ui/play.h"

#include "base/memory.h"
#include "base/text.h"
#include "ui/drop.h"
#include "ui/headless.h"
#include <stdlib.h>
#include <string.h>

/* --- What scripts alone can say --------------------------------------------------------------- */

static bool do_shot(Headless *p, const char *name, Error *err) {
    char path[FILE_PATH_MAX];
    if (!name[0] || strchr(name, '/'))
        return error_set(err, ERROR_EXPECTED, "shot", "NAME.png", TEXT("'%.100s'", name));
    if (!headless_settle(p, err) || !file_join(path, sizeof path, p->options->folder, name, err) ||
        !headless_save(p, path, false, err))
        return false;
    p->pictures++;
    return true;
}

static bool do_wait(Headless *p, const char *what, Error *err) {
    long ms;
    if (strcmp(what, "idle") == 0)
        return headless_settle(p, err);
    if (!text_to_int(what, 0, 1000000, &ms))
        return error_set(err, ERROR_EXPECTED, "wait", "idle, or 0..1000000 milliseconds",
                         TEXT("'%.100s'", what));
    return headless_wait(p, (double)ms, err);
}

/* "X Y", or the middle of a region. */
static bool place_of(Headless *p, const char *text, int *x, int *y, Error *err) {
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
    headless_frame(p);
    const DrawRegion *region = draw_region_find(&p->list, text);
    if (!region)
        return error_set(err, ERROR_MISSING, TEXT("the region '%.100s'", text));
    *x = region->box.x + region->box.w / 2;
    *y = region->box.y + region->box.h / 2;
    return true;
}

static bool do_click(Headless *p, const char *where, Error *err) {
    char line[FILE_PATH_MAX];
    if (!place_of(p, where, &p->mouse_x, &p->mouse_y, err))
        return false;
    headless_frame(p);
    const DrawRegion *region = draw_region_at(&p->list, p->mouse_x, p->mouse_y);
    if (region)
        session_post(&p->session,
                     draw_region_click(region, p->mouse_x, p->mouse_y, line, sizeof line));
    return true;
}

/* "X1 Y1 X2 Y2 ...": pressed at the first place, let go at the last, in steps of a few pixels. */
static bool do_drag(Headless *p, const char *places, Error *err) {
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
    headless_frame(p);
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
            headless_frame(p);
            const char *action =
                draw_drag_at(&p->list, group, p->mouse_x, p->mouse_y, line, sizeof line);
            if (action)
                session_post(&p->session, action);
        }
    }
    return true;
}

static bool do_hover(Headless *p, const char *where, Error *err) {
    char line[FILE_PATH_MAX];
    if (!place_of(p, where, &p->mouse_x, &p->mouse_y, err))
        return false;
    headless_frame(p);
    const DrawRegion *region = draw_hover_at(&p->list, p->mouse_x, p->mouse_y);
    const char *action =
        region ? draw_region_hover(region, p->mouse_x, p->mouse_y, line, sizeof line) : NULL;
    return action_perform(&p->session, action ? action : "hover.none", err);
}

static bool do_size(Headless *p, const char *text, Error *err) {
    int w, h;
    if (!place_of(p, text, &w, &h, err) || w < 320 || h < 240 || w > 16384 || h > 16384)
        return error_set(err, ERROR_EXPECTED, "size", "a width and a height",
                         TEXT("'%.50s'", text));
    p->width = w;
    p->height = h;
    return true;
}

/* --- Expectations ----------------------------------------------------------------------------- */

static bool expect_text(Headless *p, const char *quoted, bool wanted, Error *err) {
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

static bool expect_state(Headless *p, const char *text, Error *err) {
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

static bool do_expect(Headless *p, const char *what, Error *err) {
    if (!headless_settle(p, err))
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

static bool do_check(Headless *p, const char *nothing, Error *err) {
    (void)nothing;
    return headless_settle(p, err) && draw_list_check(&p->list, err);
}

static bool do_key(Headless *p, const char *key, Error *err) {
    return action_press(&p->session, key) ||
           error_set(err, ERROR_UNKNOWN, "key", TEXT("%.50s", key));
}

static bool do_drop(Headless *p, const char *path, Error *err) {
    (void)err;
    ui_drop(&p->session, path);
    return true;
}

/* --- Lines ------------------------------------------------------------------------------------ */

static bool do_line(Headless *p, const char *line, Error *err) {
    static const struct {
        const char *word;
        bool (*perform)(Headless *p, const char *rest, Error *err);
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

static bool do_script(Headless *p, const char *path, char *text, Error *err) {
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

bool ui_play(const char *path, const PlayOptions *options, int *pictures, Error *err) {
    size_t size;
    Headless *p = headless_begin(options);
    const char *file = strcmp(path, "-") == 0 ? "/dev/stdin" : path;
    char *text = (char *)file_read(file, 1 << 20, false, &size, err);
    bool ok = text && headless_open(p, err) && do_script(p, path, text, err);
    ok = ok && (!options->frame_times || headless_write_times(p, err));
    headless_end(p, pictures);
    mem_free(text);
    return ok;
}

/* --- The tour --------------------------------------------------------------------------------- */

/* "07_tanh1.png": numbers as wide as the last one. */
static void tour_name(const Headless *p, char *name, size_t size) {
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
    Headless *p = headless_begin(options);
    bool ok = headless_open(p, err);
    while (ok) {
        tour_name(p, name, sizeof name);
        ok = do_shot(p, name, err);
        if (!ok || p->session.state.place.node == session_last_node(&p->session))
            break;
        ok = action_perform(&p->session, "layer.next", err);
    }
    headless_end(p, pictures);
    return ok;
}
