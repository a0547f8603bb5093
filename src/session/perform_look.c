#include "session/perform.h"

#include "base/text.h"
#include "session/palette.h"
#include <string.h>

/* --- Choices ---------------------------------------------------------------------------------- */

#define CHOICE(function, field)                                                                    \
    PERFORM(function) {                                                                            \
        return perform_field(s, field, argument, err);                                             \
    }

CHOICE(colors_set, "colors")
CHOICE(range_set, "range")
CHOICE(heat_set, "heat")
CHOICE(terms_set, "terms")
CHOICE(logits_set, "logits")
CHOICE(theme_set, "theme")
CHOICE(comma_set, "comma")
CHOICE(big_set, "big")
CHOICE(still_set, "still")
CHOICE(fullscreen_set, "fullscreen")
CHOICE(display_set, "display")
CHOICE(blank_set, "blank")
CHOICE(language_set, "lang")
CHOICE(speed_set, "speed")

PERFORM(playing_set) {
    s->due = s->now + 1000.0 / s->state.speed;
    return perform_field(s, "playing", argument, err);
}

/* Twice or half as many steps a second: 1, 2, 4, ... */
enum { SPEED_MOST = 64 };

static bool change_speed(Session *s, int speed) {
    s->state.speed = speed < 1 ? 1 : speed > SPEED_MOST ? SPEED_MOST : speed;
    s->due = s->now + 1000.0 / s->state.speed;
    return true;
}

PERFORM(speed_up) {
    (void)argument, (void)err;
    return change_speed(s, 2 * s->state.speed);
}

PERFORM(speed_down) {
    (void)argument, (void)err;
    return change_speed(s, s->state.speed / 2);
}

/* The chosen channel stays on the page. */
PERFORM(sort_set) {
    StatePlace *p = &s->state.place;
    if (!perform_field(s, "sort", argument, err))
        return false;
    if (s->scene && session_pages(s) > 1)
        p->page = session_rank_of(s, p->channel) / session_page_maps(s);
    return true;
}

/* --- Size of type ----------------------------------------------------------------------------- */

static bool text_size(Session *s, int percent) {
    s->state.text = percent < STATE_TEXT_MIN   ? STATE_TEXT_MIN
                    : percent > STATE_TEXT_MAX ? STATE_TEXT_MAX
                                               : percent;
    return true;
}

PERFORM(text_larger) {
    (void)argument, (void)err;
    return text_size(s, s->state.text + 10);
}

PERFORM(text_smaller) {
    (void)argument, (void)err;
    return text_size(s, s->state.text - 10);
}

PERFORM(text_normal) {
    (void)argument, (void)err;
    return text_size(s, 100);
}

/* --- Tips for newcomers ----------------------------------------------------------------------- */

const char *refuse_without_tip(const Session *s) {
    return s->state.tips < STATE_TIPS ? NULL : "refuse.no_tip";
}

PERFORM(tips_next) {
    (void)argument, (void)err;
    s->state.tips++;
    return true;
}

PERFORM(tips_set) {
    bool shown = s->state.tips == STATE_TIPS;
    if (argument[0] && strcmp(argument, "yes") != 0 && strcmp(argument, "no") != 0)
        return error_set(err, ERROR_EXPECTED, "tips", "yes or no", TEXT("'%.40s'", argument));
    if (argument[0])
        shown = argument[0] == 'y';
    s->state.tips = shown ? 0 : STATE_TIPS;
    return true;
}

/* --- Overlays --------------------------------------------------------------------------------- */

static bool show_overlay(Session *s, StateOverlay overlay) {
    State *state = &s->state;
    state->overlay = state->overlay == overlay ? OVERLAY_NONE : overlay;
    state->typed[0] = '\0';
    state->choice = 0;
    return true;
}

PERFORM(overlay_help) {
    (void)argument, (void)err;
    return show_overlay(s, OVERLAY_HELP);
}

PERFORM(overlay_palette) {
    (void)argument, (void)err;
    return show_overlay(s, OVERLAY_PALETTE);
}

/* What is open is chosen at first: its row tells what it is. */
static bool choose_open_one(Session *s) {
    const SceneNames *open = &s->state.place.scene;
    static PaletteRow row;
    const int rows = s->state.overlay ? palette_count(s) : 0;
    for (int i = 0; i < rows; i++)
        if (palette_row(s, i, &row) &&
            ((row.model && strcmp(row.model->name, open->model) == 0) ||
             (row.image && s->scene && strcmp(row.image, scene_image_path(s->scene)) == 0)))
            s->state.choice = i;
    return true;
}

PERFORM(overlay_models) {
    (void)argument, (void)err;
    return show_overlay(s, OVERLAY_MODELS) && choose_open_one(s);
}

PERFORM(overlay_images) {
    (void)argument, (void)err;
    return show_overlay(s, OVERLAY_IMAGES) && choose_open_one(s);
}

PERFORM(overlay_export) {
    (void)argument, (void)err;
    return show_overlay(s, OVERLAY_EXPORT);
}

PERFORM(overlay_lessons) {
    (void)argument, (void)err;
    return show_overlay(s, OVERLAY_LESSONS);
}

PERFORM(overlay_welcome) {
    (void)argument, (void)err;
    return show_overlay(s, OVERLAY_WELCOME);
}

PERFORM(overlay_close) {
    (void)argument, (void)err;
    return show_overlay(s, s->state.overlay);
}

/* What is typed makes another list, but not of what can be exported. */
static void choose_first(Session *s) {
    if (s->state.overlay != OVERLAY_EXPORT)
        s->state.choice = 0;
}

/* Adds to the overlay's field. */
PERFORM(type_text) {
    State *state = &s->state;
    size_t length = strlen(state->typed), more = strlen(argument);
    if (!text_is_utf8(argument, more))
        return error_set(err, ERROR_EXPECTED, "type", "UTF-8", "other bytes");
    if (more >= sizeof state->typed - length)
        return error_set(err, ERROR_TOO_LARGE, "type", TEXT("%zu bytes", length + more),
                         TEXT("%zu", sizeof state->typed - 1));
    memcpy(state->typed + length, argument, more + 1);
    choose_first(s);
    return true;
}

PERFORM(type_erase) {
    (void)argument, (void)err;
    char *typed = s->state.typed;
    size_t length = strlen(typed);
    while (length && ((unsigned char)typed[length - 1] & 0xc0) == 0x80)
        length--;
    if (length)
        typed[length - 1] = '\0';
    choose_first(s);
    return true;
}

/* By rows; of the help by pages, as it was drawn last. */
static bool move_choice(Session *s, int step) {
    const int rows = s->state.overlay == OVERLAY_HELP ? s->help_pages : palette_count(s);
    int choice = s->state.choice + step;
    s->state.choice = choice < 0 ? 0 : choice >= rows ? (rows ? rows - 1 : 0) : choice;
    return true;
}

static bool step_choice(Session *s, const char *argument, int direction, Error *err) {
    int rows = 1;
    return (!argument[0] || perform_number(argument, "number", 1, 100000, &rows, err)) &&
           move_choice(s, direction * rows);
}

PERFORM(choice_next) {
    return step_choice(s, argument, 1, err);
}

PERFORM(choice_prev) {
    return step_choice(s, argument, -1, err);
}

/* The row of that number, or the one chosen. One that wants more words gets them typed. */
PERFORM(choice_take) {
    PaletteRow row;
    int index = s->state.choice;
    if (argument[0] && !perform_number(argument, "choice.take", 0, 100000, &index, err))
        return false;
    if (!palette_row(s, index, &row))
        return true;
    if (row.unfinished) {
        s->state.typed[0] = '\0';
        return type_text(s, row.line, err);
    }
    show_overlay(s, s->state.overlay);
    const bool done = action_perform(s, row.line, err);
    s->unrecorded = true; /* that action has seen to it */
    return done;
}

/* --- Out of the program ----------------------------------------------------------------------- */

PERFORM(copy_view) {
    (void)argument;
    if (!s->screen.copy_view)
        return error_set(err, ERROR_UNSUPPORTED, "copy.view", "there is no clipboard");
    s->notice[0] = '\0';
    if (!s->screen.copy_view(s->screen.context, err))
        return false;
    session_notice(s, "notice.copied_view", "");
    return true;
}

PERFORM(copy_state) {
    static char line[4 * FILE_PATH_MAX];
    (void)argument;
    if (!s->screen.copy_text)
        return error_set(err, ERROR_UNSUPPORTED, "copy.state", "there is no clipboard");
    if (!state_print(&s->state, session_graph(s), line, sizeof line))
        return error_set(err, ERROR_TOO_LARGE, "the state", "its line", TEXT("%zu", sizeof line));
    if (!s->screen.copy_text(s->screen.context, line, err))
        return false;
    session_notice(s, "notice.copied_state", "");
    return true;
}

/* For keys that clickers send and that must do no harm. */
PERFORM(nothing) {
    (void)s, (void)argument, (void)err;
    return true;
}

PERFORM(quit) {
    (void)argument, (void)err;
    s->state.quit = true;
    return true;
}
