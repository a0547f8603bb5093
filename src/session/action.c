#include "session/perform.h"

#include "base/text.h"
#include <stdio.h>
#include <string.h>

/* --- When they can be done -------------------------------------------------------------------- */

const char *refuse_without_scene(const Session *s) {
    return s->scene ? NULL : "refuse.no_network";
}

static const char *above_units(const Session *s) {
    return !s->scene                            ? "refuse.no_network"
           : s->state.place.depth == DEPTH_UNIT ? "refuse.in_unit"
                                                : NULL;
}

static const char *within_unit(const Session *s) {
    return !s->scene                            ? "refuse.no_network"
           : s->state.place.depth != DEPTH_UNIT ? "refuse.not_in_unit"
                                                : NULL;
}

static const char *with_blocks(const Session *s) {
    return !s->scene                           ? "refuse.no_network"
           : session_graph(s)->block_count > 1 ? NULL
                                               : "refuse.no_blocks";
}

static const char *with_mini(const Session *s) {
    char name[64];
    return trained_mini(s, name) ? NULL : "refuse.no_mini";
}

static const char *with_undo(const Session *s) {
    return s->history.before ? NULL : "refuse.no_undo";
}

static const char *with_redo(const Session *s) {
    return s->history.after ? NULL : "refuse.no_redo";
}

static const char *with_overlay(const Session *s) {
    return s->state.overlay ? NULL : "refuse.no_overlay";
}

#define SCENE refuse_without_scene

/* --- The table -------------------------------------------------------------------------------- */

const Action actions[] = {
    {"model.open", "MODEL", "", NULL, model_open, false},
    {"model.pick", NULL, "n", NULL, overlay_models, false},
    {"model.trained", NULL, "t", with_mini, model_trained, false},
    {"weights.open", "PATH", "", NULL, weights_open, false},
    {"image.open", "PATH", "", NULL, image_open, false},
    {"image.pick", NULL, "i", NULL, overlay_images, false},
    {"image.next", NULL, "]", SCENE, image_next, false},
    {"image.prev", NULL, "[", SCENE, image_prev, false},

    {"layer.next", NULL, "Right PageDown Space", above_units, layer_next, false},
    {"layer.prev", NULL, "Left PageUp Backspace", above_units, layer_prev, false},
    {"layer.first", NULL, "Home", SCENE, layer_first, false},
    {"layer.last", NULL, "End", SCENE, layer_last, false},
    {"layer.skip", "N", "", SCENE, layer_skip, false},
    {"layer.select", "NODE", "", SCENE, layer_select, false},
    {"channel.next", NULL, "Down", above_units, channel_next, true},
    {"channel.prev", NULL, "Up", above_units, channel_prev, true},
    {"channel.skip", "N", "", SCENE, channel_skip, true},
    {"channel.select", "N", "", SCENE, channel_select, false},
    {"channel.rank", "N", "", SCENE, channel_rank, false},
    {"page.next", NULL, "Shift+PageDown", SCENE, page_next, true},
    {"page.prev", NULL, "Shift+PageUp", SCENE, page_prev, true},
    {"maps.more", NULL, "<", SCENE, maps_more, true},
    {"maps.fewer", NULL, ">", SCENE, maps_fewer, true},
    {"sort", "[index|mean|max]", "s", NULL, sort_set, false},
    {"colors", "[auto|gray|viridis|rdbu]", "c", NULL, colors_set, false},
    {"range", "[map|layer|network]", "r", NULL, range_set, false},

    {"depth", "network|layer|unit", "", SCENE, depth_set, false},
    {"deeper", NULL, "Return", SCENE, deeper, false},
    {"back", NULL, "Escape", NULL, back, false},
    {"unit.select", "C Y X", "", SCENE, unit_select, false},
    {"unit.max", NULL, "m", SCENE, unit_max, false},
    {"unit.left", NULL, "Left", within_unit, unit_left, true},
    {"unit.right", NULL, "Right", within_unit, unit_right, true},
    {"unit.up", NULL, "Up", within_unit, unit_up, true},
    {"unit.down", NULL, "Down", within_unit, unit_down, true},
    {"unit.move", "N N", "", SCENE, unit_move, true},
    {"step.mac", "[N]", "Space PageDown", within_unit, step_mac, true},
    {"step.back", NULL, "Backspace PageUp", within_unit, step_back, true},
    {"step.begin", NULL, "Shift+Home", within_unit, step_begin, true},
    {"step.all", NULL, "Shift+End", within_unit, step_all, true},
    {"terms", "[strongest|in-order]", "o", within_unit, terms_set, false},
    {"terms.next", NULL, "Ctrl+Down", within_unit, terms_next, true},
    {"terms.prev", NULL, "Ctrl+Up", within_unit, terms_prev, true},
    {"playing", "[no|yes]", "a", SCENE, playing_set, false},
    {"speed", "N", "", NULL, speed_set, false},
    {"play.step", NULL, "", SCENE, play_step, true},

    {"block.open", "[BLOCK]", "e", with_blocks, block_open, false},
    {"block.unfold", "[BLOCK]", "u", with_blocks, block_unfold, false},
    {"blocks.close", NULL, "E", with_blocks, blocks_close, false},
    {"network.zoom", "N", "", SCENE, network_zoom, true},
    {"network.in", NULL, "Ctrl++ Ctrl+=", SCENE, network_in, true},
    {"network.out", NULL, "Ctrl+-", SCENE, network_out, true},
    {"network.fit", NULL, "0", SCENE, network_fit, false},
    {"network.pan", "N N", "", SCENE, network_pan, true},
    {"heat", "[none|params|macs|bytes|time]", "h", SCENE, heat_set, false},
    {"logits", "[no|yes]", "g", SCENE, logits_set, false},
    {"class.select", "N", "", SCENE, class_select, true},

    {"undo", NULL, "z Ctrl+Z", with_undo, undo, false},
    {"redo", NULL, "Z Ctrl+Y Ctrl+Shift+Z", with_redo, redo, false},
    {"bookmark.set", "1|2|3|4|5|6|7|8|9", "", SCENE, bookmark_set, false},
    {"bookmark.go", "1|2|3|4|5|6|7|8|9", "", NULL, bookmark_go, false},
    {"state", "TEXT", "", NULL, state_go, false},
    {"run.all", NULL, "Shift+Return", SCENE, run_to_end, false},
    {"cancel", NULL, "", NULL, cancel, false},

    {"help", NULL, "F1 ?", NULL, overlay_help, false},
    {"palette", NULL, "Ctrl+P :", NULL, overlay_palette, false},
    {"overlay.close", NULL, "", with_overlay, overlay_close, false},
    {"type", "TEXT", "", with_overlay, type_text, false},
    {"type.erase", NULL, "", with_overlay, type_erase, false},
    {"choice.next", NULL, "", with_overlay, choice_next, false},
    {"choice.prev", NULL, "", with_overlay, choice_prev, false},
    {"choice.take", "[N]", "", with_overlay, choice_take, false},
    {"theme", "[dark|light|contrast]", "T", NULL, theme_set, false},
    {"language", "[en|es]", "l", NULL, language_set, false},
    {"comma", "[no|yes]", "", NULL, comma_set, false},
    {"text.larger", NULL, "+ =", NULL, text_larger, false},
    {"text.smaller", NULL, "-", NULL, text_smaller, false},
    {"text.normal", NULL, "", NULL, text_normal, false},
    {"big", "[no|yes]", "B", NULL, big_set, false},
    {"still", "[no|yes]", "", NULL, still_set, false},
    {"fullscreen", "[no|yes]", "F11", NULL, fullscreen_set, false},
    {"display", "N", "", NULL, display_set, false},
    {"blank", "[no|yes]", ". b", NULL, blank_set, false},
    {"nothing", NULL, "F5", NULL, nothing, false},
    {"export.view", "[FILE]", "x Ctrl+S", NULL, export_view, false},
    {"copy.view", NULL, "Ctrl+C", NULL, copy_view, false},
    {"copy.state", NULL, "Ctrl+Shift+C", NULL, copy_state, false},
    {"hover.node", "NODE", "", SCENE, hover_node, false},
    {"hover.cell", "NODE C Y X", "", SCENE, hover_cell, false},
    {"hover.none", NULL, "", NULL, hover_none, false},
    {"job.end", NULL, "", NULL, job_end, false},
    {"quit", NULL, "Ctrl+Q", NULL, quit, false},
    {.name = NULL},
};

const Action *action_find(const char *name) {
    for (const Action *a = actions; a->name; a++)
        if (strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

const char *action_refusal(const Session *s, const Action *action) {
    return action->refuses ? action->refuses(s) : NULL;
}

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

const Action *action_for_key(const Session *s, const char *key) {
    const Action *first = NULL;
    for (const Action *a = actions; a->name; a++) {
        if (!has_key(a->keys, key))
            continue;
        if (!action_refusal(s, a))
            return a;
        first = first ? first : a;
    }
    return first;
}

const char *action_key(const Action *action, char buffer[32]) {
    return text_format(buffer, 32, "%.*s", (int)strcspn(action->keys, " "), action->keys);
}

/* Keys that stand for an action with an argument: places 1-9, and the arrows with Shift by eight.
 */
static const char *key_line(const Session *s, const char *key, char line[64]) {
    static const char *const steps[][2] = {{"Shift+Right", "layer.skip 8"},
                                           {"Shift+Left", "layer.skip -8"},
                                           {"Shift+Down", "channel.skip 8"},
                                           {"Shift+Up", "channel.skip -8"}};
    static const char *const moves[][2] = {{"Shift+Right", "unit.move 0 8"},
                                           {"Shift+Left", "unit.move 0 -8"},
                                           {"Shift+Down", "unit.move 8 0"},
                                           {"Shift+Up", "unit.move -8 0"}};
    const bool unit = s->state.place.depth == DEPTH_UNIT;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (strcmp(key, steps[i][0]) == 0)
            return unit ? moves[i][1] : steps[i][1];
    if (key[0] >= '1' && key[0] <= '9' && !key[1])
        return text_format(line, 64, "bookmark.go %c", key[0]);
    if (strncmp(key, "Ctrl+", 5) == 0 && key[5] >= '1' && key[5] <= '9' && !key[6])
        return text_format(line, 64, "bookmark.set %c", key[5]);
    const Action *action = action_for_key(s, key);
    return action ? action->name : NULL;
}

/* In an overlay's list and field. */
static const char *overlay_line(const char *key, char line[64]) {
    static const char *const keys[][2] = {
        {"Down", "choice.next"},   {"Up", "choice.prev"},     {"PageDown", "choice.next"},
        {"PageUp", "choice.prev"}, {"Return", "choice.take"}, {"Backspace", "type.erase"},
        {"Tab", "choice.next"},    {"Escape", "back"},        {"F1", "help"},
        {"Ctrl+P", "palette"}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i][0]) == 0)
            return keys[i][1];
    size_t length = text_character(key, strlen(key) + 1);
    if (length && !key[length])
        return text_format(line, 64, "type %s", key);
    return strcmp(key, "Space") == 0 ? "type  " : NULL;
}

bool action_press(Session *s, const char *key) {
    char line[64];
    const StateOverlay overlay = s->state.overlay;
    const bool field = overlay && overlay != OVERLAY_HELP;
    const char *what = field ? overlay_line(key, line) : key_line(s, key, line);
    if (s->state.blank && !field)
        what = "blank no"; /* any key brings the picture back, and does no more */
    if (!what)
        return false;
    session_post(s, what);
    return true;
}

/* --- Performing ------------------------------------------------------------------------------- */

bool perform_number(const char *argument, const char *what, long least, long most, int *out,
                    Error *err) {
    long value;
    if (!text_to_int(argument, least, most, &value))
        return error_set(err, ERROR_EXPECTED, what, TEXT("%ld..%ld", least, most),
                         TEXT("'%.100s'", argument));
    *out = (int)value;
    return true;
}

int perform_numbers(const char *argument, const char *what, int *out, int most, Error *err) {
    int count = 0;
    char word[32];
    while (*(argument += strspn(argument, " "))) {
        size_t length = strcspn(argument, " ");
        text_format(word, sizeof word, "%.*s", (int)length, argument);
        if (count == most || length >= sizeof word) {
            error_set(err, ERROR_EXPECTED, what, TEXT("%d numbers", most), "more");
            return -1;
        }
        if (!perform_number(word, what, -INT32_MAX, INT32_MAX, &out[count++], err))
            return -1;
        argument += length;
    }
    return count;
}

static const StateField *field_named(const char *name) {
    for (int i = 0;; i++)
        if (strcmp(state_field_name(state_field(i)), name) == 0)
            return state_field(i);
}

bool perform_field(Session *s, const char *field, const char *argument, Error *err) {
    char now[64], next[64] = "";
    const char *choices = state_field_values(field_named(field));
    if (argument[0])
        return state_set(&s->state, session_graph(s), field, argument, err);
    if (!state_get(&s->state, session_graph(s), field, now, sizeof now, err))
        return false;
    for (const char *at = choices; *at; at += *at == '|') {
        size_t length = strcspn(at, "|");
        bool found = strlen(now) == length && strncmp(at, now, length) == 0;
        at += length;
        if (found || !next[0])
            text_format(next, sizeof next, "%.*s",
                        (int)strcspn(found && *at ? at + 1 : choices, "|"),
                        found && *at ? at + 1 : choices);
        if (found)
            break;
    }
    return state_set(&s->state, session_graph(s), field, next, err);
}

static bool unknown(const char *name, Error *err) {
    TextNearest nearest = {.word = name};
    for (const Action *a = actions; a->name; a++)
        text_nearest_offer(&nearest, a->name);
    return text_unknown(&nearest, "action", err);
}

static bool refuse(const Session *s, const char *name, const char *key, Error *err) {
    const char *why = s->words ? words_get(s->words, s->state.language, key) : key;
    return error_set(err, ERROR_BAD, TEXT("%s: %s", name, why));
}

/* A place that was left can be gone back to; what the clock or the mouse does is none. */
static void remember(Session *s, const StatePlace *before, const Action *action) {
    if (!s->unrecorded && !state_same_place(before, &s->state.place) &&
        strcmp(action->name, "play.step") != 0)
        history_add(&s->history, before, action->name, action->merges);
    s->unrecorded = false;
}

bool action_perform(Session *s, const char *line, Error *err) {
    char name[64];
    line += strspn(line, " \t");
    size_t length = strcspn(line, " \t");
    text_format(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1),
                line);
    const Action *action = action_find(name);
    if (!action)
        return unknown(name, err);
    /* What is typed may begin with a space. */
    const char *argument = line + length + (line[length] != '\0');
    if (action->perform != type_text)
        argument += strspn(argument, " \t");
    const bool needed = action->argument && action->argument[0] != '[';
    if (needed && !argument[0])
        return error_set(err, ERROR_EXPECTED, name, action->argument, "nothing");
    if (!action->argument && argument[0])
        return error_set(err, ERROR_EXPECTED, name, "nothing after it", TEXT("'%.100s'", argument));
    const char *refusal = action_refusal(s, action);
    if (refusal)
        return refuse(s, name, refusal, err);
    const State before = s->state;
    if (!action->perform(s, argument, err)) {
        s->state = before;
        s->unrecorded = false;
        return false;
    }
    remember(s, &before.place, action);
    return true;
}
