/* What keys mean: where one is, in an overlay, in a lesson. */
#include "session/action.h"

#include "base/text.h"
#include "session/palette.h"
#include "session/perform.h"
#include "session/prediction.h"
#include "session/tutor.h"
#include <assert.h>
#include <string.h>

/* What one goes on with first reveals what is asked; the arrows with Shift go by eight; a digit
 * goes to a place that was kept. */
const ActionKey action_keys[] = {
    {"Space", "reveal", "", ACTION_IN_PREDICTION},
    {"PageDown", "reveal", "", ACTION_IN_PREDICTION},
    {"1", "lesson.answer", "1", ACTION_IN_QUESTION},
    {"2", "lesson.answer", "2", ACTION_IN_QUESTION},
    {"3", "lesson.answer", "3", ACTION_IN_QUESTION},
    {"4", "lesson.answer", "4", ACTION_IN_QUESTION},
    {"5", "lesson.answer", "5", ACTION_IN_QUESTION},
    {"6", "lesson.answer", "6", ACTION_IN_QUESTION},
    {"Shift+Right", "layer.skip", "8", ACTION_OUTSIDE_UNIT},
    {"Shift+Left", "layer.skip", "-8", ACTION_OUTSIDE_UNIT},
    {"Shift+Down", "channel.skip", "8", ACTION_OUTSIDE_UNIT},
    {"Shift+Up", "channel.skip", "-8", ACTION_OUTSIDE_UNIT},
    {"Shift+Right", "unit.move", "0 8", ACTION_IN_UNIT},
    {"Shift+Left", "unit.move", "0 -8", ACTION_IN_UNIT},
    {"Shift+Down", "unit.move", "8 0", ACTION_IN_UNIT},
    {"Shift+Up", "unit.move", "-8 0", ACTION_IN_UNIT},
    {"1", "bookmark.go", "1", ACTION_ANYWHERE},
    {"2", "bookmark.go", "2", ACTION_ANYWHERE},
    {"3", "bookmark.go", "3", ACTION_ANYWHERE},
    {"4", "bookmark.go", "4", ACTION_ANYWHERE},
    {"5", "bookmark.go", "5", ACTION_ANYWHERE},
    {"6", "bookmark.go", "6", ACTION_ANYWHERE},
    {"7", "bookmark.go", "7", ACTION_ANYWHERE},
    {"8", "bookmark.go", "8", ACTION_ANYWHERE},
    {"9", "bookmark.go", "9", ACTION_ANYWHERE},
    {"Ctrl+1", "bookmark.set", "1", ACTION_ANYWHERE},
    {"Ctrl+2", "bookmark.set", "2", ACTION_ANYWHERE},
    {"Ctrl+3", "bookmark.set", "3", ACTION_ANYWHERE},
    {"Ctrl+4", "bookmark.set", "4", ACTION_ANYWHERE},
    {"Ctrl+5", "bookmark.set", "5", ACTION_ANYWHERE},
    {"Ctrl+6", "bookmark.set", "6", ACTION_ANYWHERE},
    {"Ctrl+7", "bookmark.set", "7", ACTION_ANYWHERE},
    {"Ctrl+8", "bookmark.set", "8", ACTION_ANYWHERE},
    {"Ctrl+9", "bookmark.set", "9", ACTION_ANYWHERE},
    {.key = NULL},
};

/* --- Keys ------------------------------------------------------------------------------------- */

static bool has_key(const char *keys, const char *key) {
    size_t length = strlen(key);
    while (length && *(keys += strspn(keys, " "))) {
        size_t word = strcspn(keys, " ");
        if (word == length && strncmp(keys, key, length) == 0)
            return true;
        keys += word;
    }
    return false;
}

static bool is_here(const Session *s, ActionPlace place) {
    const StateBench bench = s->state.place.bench;
    const bool unit = s->state.place.depth == DEPTH_UNIT && bench == BENCH_NONE;
    switch (place) {
    case ACTION_ANYWHERE:
        return true;
    case ACTION_IN_QUESTION:
        return tutor_is_asking(s);
    case ACTION_IN_LESSON:
        return tutor_lesson(s) != NULL;
    case ACTION_IN_ALGORITHM:
        return bench == BENCH_ALGORITHM;
    case ACTION_IN_RACE:
        return bench == BENCH_RACE;
    case ACTION_IN_TRIAL:
        return bench == BENCH_LAYER;
    case ACTION_IN_TRAINING:
        return bench == BENCH_TRAINING;
    case ACTION_IN_CANVAS:
        return bench == BENCH_CANVAS;
    case ACTION_IN_PANES:
        return bench == BENCH_PANES;
    case ACTION_IN_PREDICTION:
        return prediction_asks(s) && !tutor_lesson(s); /* which has a way to go on of its own */
    case ACTION_IN_LAB:
        return !refuse_outside_lab(s);
    default:
        return (place == ACTION_IN_UNIT) == unit;
    }
}

/* One that belongs to where one is goes before one that can be done anywhere. */
const Action *action_for_key(const Session *s, const char *key) {
    const Action *first = NULL, *here = NULL, *anywhere = NULL;
    for (const Action *a = actions; a->name; a++) {
        if (!has_key(a->keys, key) || !is_here(s, a->place))
            continue;
        first = first ? first : a;
        if (action_refusal(s, a))
            continue;
        if (a->place >= ACTION_IN_QUESTION) /* of the lesson, or of the bench that is open */
            return a;
        if (a->place != ACTION_ANYWHERE)
            here = here ? here : a;
        else
            anywhere = anywhere ? anywhere : a;
    }
    return here ? here : anywhere ? anywhere : first;
}

const char *action_key(const Action *action, char buffer[32]) {
    return text_format(buffer, 32, "%.*s", (int)strcspn(action->keys, " "), action->keys);
}

const char *action_every_key(const Action *action, char buffer[ACTION_KEYS_SIZE]) {
    text_format(buffer, ACTION_KEYS_SIZE, "%s", action->keys);
    for (const ActionKey *k = action_keys; k->key; k++) {
        const size_t used = strlen(buffer);
        if (strcmp(k->action, action->name) == 0)
            text_format(buffer + used, ACTION_KEYS_SIZE - used, "%s%s", used ? " " : "", k->key);
    }
    return buffer;
}

static const char *key_line(const Session *s, const char *key, char line[64]) {
    for (const ActionKey *k = action_keys; k->key; k++)
        if (strcmp(key, k->key) == 0 && is_here(s, k->place))
            return text_format(line, 64, "%s %s", k->action, k->argument);
    const Action *action = action_for_key(s, key);
    return action ? action->name : NULL;
}

/* In the help, which has pages; all other keys mean what they do without it. */
static const char *help_line(const char *key) {
    static const char *const next[] = {"Down", "Right", "PageDown", "Space"};
    static const char *const prev[] = {"Up", "Left", "PageUp", "Backspace"};
    for (size_t i = 0; i < sizeof next / sizeof *next; i++)
        if (strcmp(key, next[i]) == 0 || strcmp(key, prev[i]) == 0)
            return strcmp(key, next[i]) == 0 ? "choice.next" : "choice.prev";
    return NULL;
}

/* In an overlay's list and field; pictures stand in rows. */
static const char *overlay_line(const Session *s, const char *key, char line[64]) {
    static const char *const moves[][3] = {/* key, in a list, among pictures */
                                           {"Down", "choice.next", "choice.next 6"},
                                           {"Up", "choice.prev", "choice.prev 6"},
                                           {"PageDown", "choice.next 8", "choice.next 18"},
                                           {"PageUp", "choice.prev 8", "choice.prev 18"},
                                           {"Right", NULL, "choice.next"},
                                           {"Left", NULL, "choice.prev"}};
    static const char *const keys[][2] = {{"Return", "choice.take"},
                                          {"Backspace", "type.erase"},
                                          {"Tab", "choice.next"},
                                          {"Escape", "back"},
                                          {"F1", "help"},
                                          {"Ctrl+P", "palette"}};
    static_assert(PALETTE_COLUMNS == 6, "a row of pictures");
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (strcmp(key, moves[i][0]) == 0) {
            const char *move = moves[i][1 + (s->state.overlay == OVERLAY_IMAGES)];
            if (move)
                return move;
        }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i][0]) == 0)
            return keys[i][1];
    const bool more = strcmp(key, "Right") == 0, less = strcmp(key, "Left") == 0;
    if (s->state.overlay == OVERLAY_EXPORT && (more || less)) {
        const int scale = s->state.export_scale + (more ? 1 : -1);
        return text_format(line, 64, "export.scale %d", scale < 1 ? 1 : scale > 4 ? 4 : scale);
    }
    size_t length = text_character(key, strlen(key) + 1);
    if (length && !key[length])
        return text_format(line, 64, "type %s", key);
    return strcmp(key, "Space") == 0 ? "type  " : NULL;
}

/* Among the offers, which have numbers; all other keys mean what they do without them. */
static const char *welcome_line(const char *key, char line[64]) {
    static const char *const keys[][2] = {{"Down", "choice.next"},  {"Tab", "choice.next"},
                                          {"Up", "choice.prev"},    {"Return", "choice.take"},
                                          {"Space", "choice.take"}, {"PageDown", "choice.take"},
                                          {"Escape", "back"}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i][0]) == 0)
            return keys[i][1];
    return key[0] >= '1' && key[0] <= '9' && !key[1]
               ? text_format(line, 64, "choice.take %d", key[0] - '1')
               : NULL;
}

bool action_press(Session *s, const char *key) {
    char line[64];
    const StateOverlay overlay = s->state.overlay;
    const bool field = state_overlay_has_field(overlay);
    const char *what = field                        ? overlay_line(s, key, line)
                       : overlay == OVERLAY_HELP    ? help_line(key)
                       : overlay == OVERLAY_WELCOME ? welcome_line(key, line)
                                                    : NULL;
    if (!field && !what)
        what = key_line(s, key, line);
    if (s->state.blank && !field)
        what = "blank no"; /* any key brings the picture back, and does no more */
    if (!what)
        return false;
    session_post(s, what);
    return true;
}
