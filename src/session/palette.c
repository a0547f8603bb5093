#include "session/palette.h"

#include "base/text.h"
#include "session/action.h"
#include "session/exporting.h"
#include "session/lesson.h"
#include "session/progress.h"
#include <string.h>

/* Rows are made one after the other until the one asked for; nothing is kept. */
typedef struct Walk {
    Session *session;
    int wanted, count; /* wanted -1: only count them */
    PaletteRow *row;
} Walk;

/* --- What matches ----------------------------------------------------------------------------- */

static bool has_part(const char *text, const char *part, size_t length) {
    for (; *text; text++) {
        size_t i = 0;
        while (i < length && text[i] &&
               (text[i] | 32) == (part[i] | 32)) /* ASCII letters' case does not count */
            i++;
        if (i == length)
            return true;
    }
    return length == 0;
}

/* Whether each of the typed words is in one of the two texts. */
static bool matches(const char *typed, const char *first, const char *second) {
    while (*(typed += strspn(typed, " "))) {
        size_t length = strcspn(typed, " ");
        if (!has_part(first, typed, length) && !has_part(second, typed, length))
            return false;
        typed += length;
    }
    return true;
}

/* True if this is the row that is wanted, to be filled. */
static bool is_wanted(Walk *w) {
    if (w->count++ != w->wanted)
        return false;
    *w->row = (PaletteRow){.refusal = NULL};
    return true;
}

/* --- Commands --------------------------------------------------------------------------------- */

static const char *help_of(const Session *s, const Action *action) {
    return s->words ? words_get(s->words, s->state.language, TEXT("action.%s", action->name)) : "";
}

/* Actions that post for themselves what they are about are no use to a person. */
static bool is_for_people(const Action *action) {
    static const char *const inner[] = {"hover.", "type",      "choice.",
                                        "job.",   "play.step", "overlay.close"};
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
        if (strncmp(action->name, inner[i], strlen(inner[i])) == 0)
            return false;
    return true;
}

static void commands(Walk *w, const char *typed) {
    for (const Action *a = actions; a->name; a++) {
        const char *help = help_of(w->session, a);
        if (!is_for_people(a) || !matches(typed, a->name, help) || !is_wanted(w))
            continue;
        PaletteRow *row = w->row;
        row->unfinished = a->argument && a->argument[0] != '[';
        text_format(row->line, sizeof row->line, row->unfinished ? "%s " : "%s", a->name);
        text_format(row->title, sizeof row->title, "%s", help[0] ? help : a->name);
        text_format(row->detail, sizeof row->detail, a->argument ? "%s %s" : "%s", a->name,
                    a->argument);
        action_key(a, row->key);
        row->refusal = action_refusal(w->session, a);
    }
}

static void finished(Walk *w, const Action *action, const char *argument, const char *detail) {
    PaletteRow *row = w->row;
    text_format(row->line, sizeof row->line, "%s %s", action->name, argument);
    text_format(row->title, sizeof row->title, "%s", argument);
    text_format(row->detail, sizeof row->detail, "%s", detail);
    row->refusal = action_refusal(w->session, action);
}

/* --- What a command may be about -------------------------------------------------------------- */

static void nodes(Walk *w, const Action *action, const char *typed) {
    const Graph *g = session_graph(w->session);
    for (int i = 0; g && i < g->node_count; i++)
        if (matches(typed, g->nodes[i].name, g->nodes[i].label) && is_wanted(w))
            finished(w, action, g->nodes[i].name, g->nodes[i].label);
}

static void blocks(Walk *w, const Action *action, const char *typed) {
    const Graph *g = session_graph(w->session);
    for (int i = 1; g && i < g->block_count; i++)
        if (matches(typed, g->blocks[i].name, g->blocks[i].label) && is_wanted(w))
            finished(w, action, g->blocks[i].name, g->blocks[i].label);
}

static void choices(Walk *w, const Action *action, const char *typed) {
    const char *at = action->argument + (action->argument[0] == '[');
    char name[48];
    for (; *at && *at != ']'; at += *at == '|') {
        size_t length = strcspn(at, "|]");
        text_format(name, sizeof name, "%.*s", (int)length, at);
        if (matches(typed, name, "") && is_wanted(w))
            finished(w, action, name, "");
        at += length;
    }
}

static void models(Walk *w, const char *typed) {
    const Action *action = action_find("model.open");
    const PaletteLists *lists = palette_lists(w->session);
    for (size_t i = 0; lists && i < lists->model_count; i++) {
        const PaletteModel *m = &lists->models[i];
        const char *year = m->year ? TEXT("%d", m->year) : "";
        const char *words = TEXT("%s %s %s", m->title, m->family, year);
        if (!matches(typed, m->name, words) || !is_wanted(w))
            continue;
        finished(w, action, m->name, TEXT("%s%s%s", m->family, *year ? ", " : "", year));
        text_format(w->row->title, sizeof w->row->title, "%s", m->title);
        w->row->model = m;
    }
}

static void images(Walk *w, const char *typed) {
    const Action *action = action_find("image.open");
    const PaletteLists *lists = palette_lists(w->session);
    for (size_t i = 0; lists && i < lists->image_count; i++) {
        if (!matches(typed, file_name(lists->images[i]), "") || !is_wanted(w))
            continue;
        finished(w, action, lists->images[i], "");
        text_format(w->row->title, sizeof w->row->title, "%s", file_name(lists->images[i]));
        w->row->image = lists->images[i];
    }
}

static void lessons(Walk *w, const char *typed) {
    const Action *action = action_find("lesson.open");
    const PaletteLists *lists = palette_lists(w->session);
    const WordsLanguage language = w->session->state.language;
    for (size_t i = 0; lists && i < lists->lesson_count; i++) {
        const PaletteLesson *l = &lists->lessons[i];
        if (!matches(typed, l->title[language], l->about[language]) || !is_wanted(w))
            continue;
        finished(w, action, l->id, l->about[language]);
        text_format(w->row->title, sizeof w->row->title, "%s", l->title[language]);
    }
}

/* A path that was typed or pasted. */
static void path_typed(Walk *w, const char *typed) {
    const char *kind = file_extension(typed);
    const char *name = text_equal(kind, "json")          ? "model.open"
                       : text_equal(kind, "safetensors") ? "weights.open"
                                                         : "image.open";
    if (strchr(typed, '/') && is_wanted(w))
        finished(w, action_find(name), typed, name);
}

/* Of a command with its first words typed; false if it is none. */
static bool arguments(Walk *w, const char *typed) {
    char name[64];
    size_t length = strcspn(typed, " ");
    text_format(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), typed);
    const Action *action = typed[length] ? action_find(name) : NULL;
    if (!action || !action->argument)
        return false;
    const char *rest = typed + length + strspn(typed + length, " "), *kind = action->argument;
    if (strcmp(kind, "NODE") == 0)
        nodes(w, action, rest);
    else if (strstr(kind, "BLOCK"))
        blocks(w, action, rest);
    else if (strcmp(kind, "MODEL") == 0)
        models(w, rest);
    else if (strchr(kind, '|'))
        choices(w, action, rest);
    else if (rest[0] && is_wanted(w))
        finished(w, action, rest, kind);
    return true;
}

/* What can be written, with where it goes. */
static void exports(Walk *w, const char *typed) {
    static const char *const names[] = {"export.view", "export.zone", "export.maps",
                                        "export.layers"};
    enum { PICTURES = 2 };
    for (int i = 0; i < 4; i++) {
        const Action *action = action_find(names[i]);
        char path[FILE_PATH_MAX] = "";
        Error err = {0};
        if (!is_wanted(w))
            continue;
        if (typed[0])
            text_format(path, sizeof path, "%s", typed);
        else if (!exporting_name(w->session, "", i < PICTURES ? ".png" : "", path, &err))
            text_format(path, sizeof path, "%s", err.text);
        finished(w, action, typed, path);
        text_format(w->row->title, sizeof w->row->title, "%s", help_of(w->session, action));
        action_key(action, w->row->key);
    }
}

/* --- What one could begin with ---------------------------------------------------------------- */

static void offer(Walk *w, const char *line, const char *title, const char *detail) {
    if (!is_wanted(w))
        return;
    text_format(w->row->line, sizeof w->row->line, "%s", line);
    text_format(w->row->title, sizeof w->row->title, "%s", title);
    text_format(w->row->detail, sizeof w->row->detail, "%s", detail);
}

/* "AlexNet mini, dog.jpg" of a line of recent scenes. */
static void offer_recent(Walk *w, const char *line, const char *detail) {
    static State there; /* large; sessions are of one thread */
    const PaletteLists *lists = palette_lists(w->session);
    state_init(&there);
    if (!line[0] || !state_read_scene(&there, line, NULL))
        return;
    const SceneNames *names = &there.place.scene;
    const char *title = file_name(names->model);
    for (size_t i = 0; i < lists->model_count; i++)
        if (strcmp(lists->models[i].name, names->model) == 0)
            title = lists->models[i].title;
    PaletteRow *row = w->row;
    offer(w, "", "", detail);
    if (w->count == w->wanted + 1) {
        text_format(row->line, sizeof row->line, "state %s", line);
        text_format(row->title, sizeof row->title, "%s%s%s", title, names->image[0] ? ", " : "",
                    file_name(names->image));
    }
}

static void offers(Walk *w) {
    Session *s = w->session;
    static const char *const rows[][3] = {
        {"lesson.pick", "welcome.lessons", "welcome.lessons_about"},
        {"model.pick", "welcome.network", "welcome.network_about"},
        {"image.pick", "welcome.image", "welcome.image_about"},
        {"state model=lenet; bench=canvas", "welcome.draw", "welcome.draw_about"}};
    const WordsLanguage l = s->state.language;
    const int step = s->scripted ? 0 : progress_get("course");
    char title[200];
    if (!s->words)
        return;
    words_put(title, sizeof title, s->words, l, step ? "welcome.course_on" : "welcome.course",
              TEXT("%d", step + 1));
    offer(w, "lesson.open course", title, words_get(s->words, l, "welcome.course_about"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        offer(w, rows[i][0], words_get(s->words, l, rows[i][1]),
              words_get(s->words, l, rows[i][2]));
    recent_load(&s->recent, s->scripted);
    for (int i = 0; i < RECENT_MAX; i++)
        offer_recent(w, s->recent.lines[i], words_get(s->words, l, "welcome.recent"));
}

static void walk(Walk *w) {
    const State *state = &w->session->state;
    switch (state->overlay) {
    case OVERLAY_PALETTE:
        if (!arguments(w, state->typed)) {
            path_typed(w, state->typed);
            commands(w, state->typed);
        }
        break;
    case OVERLAY_MODELS:
        path_typed(w, state->typed);
        models(w, state->typed);
        break;
    case OVERLAY_IMAGES:
        path_typed(w, state->typed);
        images(w, state->typed);
        break;
    case OVERLAY_EXPORT:
        exports(w, state->typed);
        break;
    case OVERLAY_LESSONS:
        lessons(w, state->typed);
        break;
    case OVERLAY_WELCOME:
        offers(w);
        break;
    default:
        break;
    }
}

int palette_count(Session *s) {
    Walk w = {.session = s, .wanted = -1};
    walk(&w);
    return w.count;
}

bool palette_row(Session *s, int index, PaletteRow *row) {
    Walk w = {.session = s, .wanted = index, .row = row};
    walk(&w);
    return index >= 0 && index < w.count;
}

/* --- Networks and pictures -------------------------------------------------------------------- */

/* NULL: no memory. */
static PaperError *copy_errors(Arena *arena, const Model *model, Error *err) {
    const size_t count = (size_t)model->error_count;
    PaperError *errors = arena_alloc(arena, count ? count : 1, sizeof *errors, err);
    for (size_t i = 0; errors && i < count; i++) {
        errors[i] = model->errors[i];
        errors[i].set = arena_text(arena, errors[i].set, err);
        errors[i].setting = arena_text(arena, errors[i].setting, err);
        errors[i].source = arena_text(arena, errors[i].source, err);
        if (!errors[i].set || !errors[i].setting || !errors[i].source)
            return NULL;
    }
    return errors;
}

static bool read_model(Arena *arena, const char *name, PaletteModel *m, Error *err) {
    char path[FILE_PATH_MAX];
    Model *model = model_load(name, 0, err);
    if (!model)
        return false;
    *m = (PaletteModel){.name = name,
                        .title = arena_text(arena, model->title, err),
                        .family = arena_text(arena, model->family, err),
                        .paper = arena_text(arena, model->paper, err),
                        .year = model->year,
                        .input = model->graph.input,
                        .depth = graph_block_depth(&model->graph, 0),
                        .params = model->graph.param_count,
                        .macs = model->graph.macs,
                        .errors = copy_errors(arena, model, err),
                        .error_count = model->error_count,
                        .trained = weights_find(name, path, sizeof path)};
    bool ok = m->title && m->family && m->paper && m->errors;
    for (int i = 0; i < WORDS_LANGUAGES; i++) {
        m->note[i] = arena_text(arena, model->note[i], err);
        ok = ok && m->note[i];
    }
    model_free(model);
    return ok;
}

/* The trained ones come first, each half in the order the classroom meets them. */
static bool read_models(PaletteLists *lists, Error *err) {
    Arena *arena = &lists->arena;
    char **names;
    size_t count;
    if (!model_names(arena, &names, &count, err))
        return false;
    lists->models = arena_alloc(arena, count, sizeof *lists->models, err);
    PaletteModel *all = arena_alloc(arena, count, sizeof *all, err);
    for (size_t i = 0; i < count; i++)
        if (!lists->models || !all || !read_model(arena, names[i], &all[i], err))
            return false;
    lists->taught = arena_alloc(arena, count, sizeof *lists->taught, err);
    lists->microseconds = arena_alloc(arena, count, sizeof *lists->microseconds, err);
    if (!lists->taught || !lists->microseconds)
        return false;
    for (int trained = 1; trained >= 0; trained--)
        for (size_t i = 0; i < count; i++)
            if (all[i].trained == (trained == 1)) {
                lists->taught[i] = (int)lists->model_count;
                lists->models[lists->model_count++] = all[i];
            }
    return true;
}

static bool read_images(PaletteLists *lists, Error *err) {
    char folder[FILE_PATH_MAX], path[FILE_PATH_MAX], **names;
    size_t count;
    if (!file_find(folder, sizeof folder, "assets/images"))
        return error_set(err, ERROR_MISSING, "assets/images");
    if (!file_list(folder, &lists->arena, &names, &count, err))
        return false;
    lists->images = arena_alloc(&lists->arena, count, sizeof *lists->images, err);
    for (size_t i = 0; lists->images && i < count; i++) {
        if (!browse_is_picture(names[i]) || !file_join(path, sizeof path, folder, names[i], err))
            continue;
        lists->images[lists->image_count] = arena_text(&lists->arena, path, err);
        if (!lists->images[lists->image_count])
            return false;
        lists->image_count++;
    }
    return lists->images != NULL;
}

static bool read_lessons(PaletteLists *lists, Error *err) {
    char **ids;
    size_t count;
    if (!lesson_ids(&lists->arena, &ids, &count, NULL))
        return true; /* there are none */
    lists->lessons = arena_alloc(&lists->arena, count ? count : 1, sizeof *lists->lessons, err);
    for (size_t i = 0; lists->lessons && i < count; i++) {
        Lesson *lesson = lesson_load(ids[i], err);
        if (!lesson)
            return false;
        PaletteLesson *l = &lists->lessons[lists->lesson_count++];
        *l = (PaletteLesson){.id = ids[i], .minutes = lesson->minutes};
        bool ok = true;
        for (int k = 0; k < WORDS_LANGUAGES; k++) {
            l->title[k] = arena_text(&lists->arena, lesson->title.in[k], err);
            l->about[k] = arena_text(&lists->arena, lesson->about.in[k], err);
            ok = ok && l->title[k] && l->about[k];
        }
        lesson_free(lesson);
        if (!ok)
            return false;
    }
    return lists->lessons != NULL;
}

const PaletteLists *palette_lists(Session *s) {
    PaletteLists *lists = &s->lists;
    if (!lists->tried) {
        Error err = {0};
        lists->tried = true;
        if (!read_models(lists, &err) || !read_images(lists, &err) || !read_lessons(lists, &err))
            s->banner = err;
    }
    return lists;
}

void palette_free(PaletteLists *lists) {
    arena_free(&lists->arena);
    *lists = (PaletteLists){.tried = false};
}
