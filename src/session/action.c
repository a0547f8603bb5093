#include "session/perform.h"

#include "base/text.h"
#include "session/prediction.h"
#include "session/trial.h"
#include "session/tutor.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

/* --- When they can be done -------------------------------------------------------------------- */

const char *refuse_without_scene(const Session *s) {
    return s->scene ? NULL : "refuse.no_network";
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

static const char *with_lesson(const Session *s) {
    return tutor_lesson(s) ? NULL : "refuse.no_lesson";
}

static const char *with_question(const Session *s) {
    return tutor_is_asking(s) ? NULL : "refuse.no_question";
}

/* While a question stands the screen stays as it is: how it looks may change, not what it shows. */
static bool leaves_question(const Session *s, const Action *action) {
    static const char *const left[] = {
        "lesson.", "language", "comma",   "theme", "text.",  "big",     "still",      "full",
        "display", "blank",    "nothing", "help",  "quit",   "export",  "copy",       "hover.",
        "palette", "choice.",  "type",    "job.",  "cancel", "overlay", "unit.settle"};
    if (!tutor_is_asking(s) || s->performing)
        return true;
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        if (strncmp(action->name, left[i], strlen(left[i])) == 0)
            return true;
    return strcmp(action->name, "back") == 0 && (s->state.overlay || s->notice[0]);
}

#define SCENE refuse_without_scene

/* --- The table -------------------------------------------------------------------------------- */

const Action actions[] = {
    {"lesson.open", "LESSON", "", NULL, lesson_open, false, ACTION_ANYWHERE},
    {"lesson.pick", NULL, "F2", NULL, overlay_lessons, false, ACTION_ANYWHERE},
    {"lesson.next", NULL, "Space PageDown", with_lesson, lesson_next, false, ACTION_IN_LESSON},
    {"lesson.back", NULL, "PageUp Backspace", with_lesson, lesson_back, false, ACTION_IN_LESSON},
    {"lesson.go", "N", "", with_lesson, lesson_go, false, ACTION_ANYWHERE},
    {"lesson.answer", "N", "", with_question, lesson_answer, false, ACTION_ANYWHERE},
    {"lesson.reveal", NULL, "", with_question, lesson_reveal, false, ACTION_ANYWHERE},
    {"lesson.close", NULL, "Shift+Escape", with_lesson, lesson_close, false, ACTION_ANYWHERE},

    {"model.open", "MODEL", "", NULL, model_open, false, ACTION_ANYWHERE},
    {"model.pick", NULL, "n", NULL, overlay_models, false, ACTION_ANYWHERE},
    {"model.trained", NULL, "t", with_mini, model_trained, false, ACTION_ANYWHERE},
    {"weights.open", "PATH", "", NULL, weights_open, false, ACTION_ANYWHERE},
    {"image.open", "PATH", "", NULL, image_open, false, ACTION_ANYWHERE},
    {"image.pick", NULL, "i", NULL, overlay_images, false, ACTION_ANYWHERE},
    {"image.next", NULL, "]", SCENE, image_next, false, ACTION_ANYWHERE},
    {"image.prev", NULL, "[", SCENE, image_prev, false, ACTION_ANYWHERE},

    {"layer.next", NULL, "Right PageDown Space", SCENE, layer_next, false, ACTION_ANYWHERE},
    {"layer.prev", NULL, "Left PageUp Backspace", SCENE, layer_prev, false, ACTION_ANYWHERE},
    {"layer.first", NULL, "Home", SCENE, layer_first, false, ACTION_ANYWHERE},
    {"layer.last", NULL, "End", SCENE, layer_last, false, ACTION_ANYWHERE},
    {"layer.skip", "N", "", SCENE, layer_skip, false, ACTION_ANYWHERE},
    {"layer.select", "NODE", "", SCENE, layer_select, false, ACTION_ANYWHERE},
    {"channel.next", NULL, "Down", SCENE, channel_next, true, ACTION_OUTSIDE_UNIT},
    {"channel.prev", NULL, "Up", SCENE, channel_prev, true, ACTION_OUTSIDE_UNIT},
    {"channel.skip", "N", "", SCENE, channel_skip, true, ACTION_ANYWHERE},
    {"channel.select", "N", "", SCENE, channel_select, false, ACTION_ANYWHERE},
    {"channel.rank", "N", "", SCENE, channel_rank, false, ACTION_ANYWHERE},
    {"page.next", NULL, "Shift+PageDown", SCENE, page_next, true, ACTION_ANYWHERE},
    {"page.prev", NULL, "Shift+PageUp", SCENE, page_prev, true, ACTION_ANYWHERE},
    {"maps.more", NULL, "<", SCENE, maps_more, true, ACTION_ANYWHERE},
    {"maps.fewer", NULL, ">", SCENE, maps_fewer, true, ACTION_ANYWHERE},
    {"sort", "[index|mean|max]", "s", NULL, sort_set, false, ACTION_ANYWHERE},
    {"colors", "[auto|gray|viridis|rdbu]", "c", NULL, colors_set, false, ACTION_ANYWHERE},
    {"range", "[map|layer|network]", "r", NULL, range_set, false, ACTION_ANYWHERE},

    {"depth", "network|layer|unit", "", SCENE, depth_set, false, ACTION_ANYWHERE},
    {"deeper", NULL, "Return", SCENE, deeper, false, ACTION_ANYWHERE},
    {"back", NULL, "Escape", NULL, back, false, ACTION_ANYWHERE},
    {"unit.select", "C Y X", "", SCENE, unit_select, false, ACTION_ANYWHERE},
    {"unit.max", NULL, "m", SCENE, unit_max, false, ACTION_ANYWHERE},
    {"unit.settle", NULL, "", SCENE, unit_settle, false, ACTION_ANYWHERE},
    {"unit.left", NULL, "Left", SCENE, unit_left, true, ACTION_IN_UNIT},
    {"unit.right", NULL, "Right", SCENE, unit_right, true, ACTION_IN_UNIT},
    {"unit.up", NULL, "Up", SCENE, unit_up, true, ACTION_IN_UNIT},
    {"unit.down", NULL, "Down", SCENE, unit_down, true, ACTION_IN_UNIT},
    {"unit.move", "N N", "", SCENE, unit_move, true, ACTION_ANYWHERE},
    {"step.mac", "[N]", "Space", SCENE, step_mac, true, ACTION_IN_UNIT},
    {"step.back", NULL, "Backspace", SCENE, step_back, true, ACTION_IN_UNIT},
    {"step.begin", NULL, "Shift+Home", SCENE, step_begin, true, ACTION_IN_UNIT},
    {"step.all", NULL, "Shift+End", SCENE, step_all, true, ACTION_IN_UNIT},
    {"terms", "[strongest|in-order]", "o", SCENE, terms_set, false, ACTION_IN_UNIT},
    {"terms.next", NULL, "Ctrl+Down", SCENE, terms_next, true, ACTION_IN_UNIT},
    {"terms.prev", NULL, "Ctrl+Up", SCENE, terms_prev, true, ACTION_IN_UNIT},
    {"playing", "[no|yes]", "a", SCENE, playing_set, false, ACTION_ANYWHERE},
    {"speed", "N", "", NULL, speed_set, false, ACTION_ANYWHERE},
    {"speed.up", NULL, "f", NULL, speed_up, false, ACTION_ANYWHERE},
    {"speed.down", NULL, "F", NULL, speed_down, false, ACTION_ANYWHERE},
    {"play.step", NULL, "", SCENE, play_step, true, ACTION_ANYWHERE},

    {"block.open", "[BLOCK]", "e", with_blocks, block_open, false, ACTION_ANYWHERE},
    {"block.unfold", "[BLOCK]", "u", with_blocks, block_unfold, false, ACTION_ANYWHERE},
    {"blocks.close", NULL, "E", with_blocks, blocks_close, false, ACTION_ANYWHERE},
    {"network.zoom", "N", "", SCENE, network_zoom, true, ACTION_ANYWHERE},
    {"network.in", NULL, "Ctrl++ Ctrl+=", SCENE, network_in, true, ACTION_ANYWHERE},
    {"network.out", NULL, "Ctrl+-", SCENE, network_out, true, ACTION_ANYWHERE},
    {"network.fit", NULL, "0", SCENE, network_fit, false, ACTION_ANYWHERE},
    {"network.pan", "N N", "", SCENE, network_pan, true, ACTION_ANYWHERE},
    {"heat", "[none|params|macs|bytes|time]", "h", SCENE, heat_set, false, ACTION_ANYWHERE},
    {"logits", "[no|yes]", "g", SCENE, logits_set, false, ACTION_ANYWHERE},
    {"class.select", "N", "", SCENE, class_select, true, ACTION_ANYWHERE},

    {"explain", "[none|deconvnet|gradient|guided|cube|tests|occlusion|gradcam]", "x", SCENE,
     explain_set, false, ACTION_ANYWHERE},
    {"explain.pin", NULL, "p", refuse_to_pin, explain_pin, false, ACTION_ANYWHERE},
    {"explain.start", "[max|all|cell|class]", "X", SCENE, explain_start, false, ACTION_ANYWHERE},
    {"explain.switches", "[recorded|center|other]", "w", SCENE, explain_switches, false,
     ACTION_ANYWHERE},
    {"explain.other", "PATH", "", SCENE, explain_other, false, ACTION_ANYWHERE},
    {"explain.scale", "[picture|common]", "W", SCENE, explain_scale, false, ACTION_ANYWHERE},
    {"explain.down", NULL, "d", refuse_without_way, explain_down, true, ACTION_ANYWHERE},
    {"explain.up", NULL, "D", refuse_without_way, explain_up, true, ACTION_ANYWHERE},
    {"explain.stage", "N", "", refuse_without_way, explain_stage, true, ACTION_ANYWHERE},
    {"explain.whole", NULL, "", refuse_without_way, explain_whole, false, ACTION_ANYWHERE},

    {"hide", "[none|shape|value|class]", "H", SCENE, prediction_hide, false, ACTION_ANYWHERE},
    {"guess", "[TEXT]", "G", prediction_refuses, prediction_guess, false, ACTION_ANYWHERE},
    {"reveal", NULL, "R", prediction_refuses, prediction_reveal, false, ACTION_ANYWHERE},

    {"bench",
     "[none|algorithm|race|residual|dense|inception|layer|training|canvas|panes|families|table]",
     "k", SCENE, bench_set, false, ACTION_ANYWHERE},
    {"algorithm.step", NULL, "Space", refuse_without_walk, algorithm_step, true,
     ACTION_IN_ALGORITHM},
    {"algorithm.back", NULL, "Backspace", refuse_without_walk, algorithm_back, true,
     ACTION_IN_ALGORITHM},
    {"algorithm.by", "[k|tile|panel|part]", "o", refuse_without_walk, algorithm_by, false,
     ACTION_IN_ALGORITHM},
    {"algorithm.pixel", "[C Y X]", "Return", refuse_without_walk, algorithm_pixel, true,
     ACTION_IN_ALGORITHM},
    {"algorithm.begin", NULL, "Shift+Home", refuse_without_walk, algorithm_begin, false,
     ACTION_IN_ALGORITHM},
    {"algorithm.end", NULL, "Shift+End", refuse_without_walk, algorithm_end, false,
     ACTION_IN_ALGORITHM},
    {"race.replay", NULL, "Space", refuse_without_race, race_replay, true, ACTION_IN_RACE},
    {"race.whole", "[layer|network]", "o", refuse_without_race, race_whole, false, ACTION_IN_RACE},

    {"trial", "[size|kernel|channels|patch]", "Tab", trial_refuses, trial_set, false,
     ACTION_IN_TRIAL},
    {"trial.set", "NAME N", "", trial_refuses, trial_param, true, ACTION_ANYWHERE},
    {"trial.up", NULL, "Up", trial_refuses, trial_up, true, ACTION_IN_TRIAL},
    {"trial.down", NULL, "Down", trial_refuses, trial_down, true, ACTION_IN_TRIAL},
    {"trial.left", NULL, "Left", trial_refuses, trial_left, true, ACTION_IN_TRIAL},
    {"trial.right", NULL, "Right", trial_refuses, trial_right, true, ACTION_IN_TRIAL},
    {"trial.more", NULL, "+ =", trial_refuses, trial_more, true, ACTION_IN_TRIAL},
    {"trial.less", NULL, "-", trial_refuses, trial_less, true, ACTION_IN_TRIAL},
    {"trial.preset", "[own|identity|sobel-x|sobel-y|blur|sharpen|flip]", "p", trial_refuses,
     trial_preset, false, ACTION_IN_TRIAL},
    {"trial.source", "[map|grey|colours]", "s", trial_refuses, trial_source, false,
     ACTION_IN_TRIAL},
    {"trial.input", "N", "", trial_refuses, trial_input, true, ACTION_ANYWHERE},
    {"trial.cell", "N", "", trial_refuses, trial_cell, true, ACTION_ANYWHERE},
    {"trial.value", "NUMBER", "", trial_refuses, trial_value, false, ACTION_ANYWHERE},
    {"trial.off", "[N]", "o", trial_refuses, trial_off, false, ACTION_IN_TRIAL},
    {"trial.patch", "N N", "", trial_refuses, trial_patch, true, ACTION_ANYWHERE},
    {"trial.reset", NULL, "Delete", trial_refuses, trial_reset, false, ACTION_IN_TRIAL},

    {"dense.layer", "N", "", refuse_outside_dense, dense_layer, true, ACTION_IN_LAB},
    {"dense.layer_next", NULL, "Down", refuse_outside_dense, dense_layer_next, true, ACTION_IN_LAB},
    {"dense.layer_prev", NULL, "Up", refuse_outside_dense, dense_layer_prev, true, ACTION_IN_LAB},
    {"lab.next", NULL, "Right PageDown Down", refuse_outside_lab, lab_next, true, ACTION_IN_LAB},
    {"lab.prev", NULL, "Left PageUp Up", refuse_outside_lab, lab_prev, true, ACTION_IN_LAB},
    {"lab.choose", "N", "", refuse_outside_lab, lab_choose, false, ACTION_IN_LAB},
    {"residual.remove", "[N]", "Space", refuse_outside_residual, residual_remove, false,
     ACTION_IN_LAB},
    {"residual.restore", NULL, "Backspace", refuse_outside_residual, residual_restore, false,
     ACTION_IN_LAB},
    {"residual.channel", "[N]", "m", refuse_outside_residual, residual_channel, false,
     ACTION_IN_LAB},
    {"residual.channel_next", NULL, "Shift+Right", refuse_outside_residual, residual_channel_next,
     true, ACTION_IN_LAB},
    {"residual.channel_prev", NULL, "Shift+Left", refuse_outside_residual, residual_channel_prev,
     true, ACTION_IN_LAB},
    {"families.sort", "[taught|name|year|depth|params|macs|error|time]", "s",
     refuse_outside_families, families_sort, false, ACTION_IN_LAB},
    {"families.reverse", NULL, "S", refuse_outside_families, families_reverse, false,
     ACTION_IN_LAB},
    {"families.view", "[table|error|params]", "v", refuse_outside_families, families_view, false,
     ACTION_IN_LAB},
    {"families.time", "[MODEL|all]", "m", refuse_outside_families, families_time, false,
     ACTION_IN_LAB},
    {"families.open", "[MODEL]", "Return", refuse_outside_families, families_open, false,
     ACTION_IN_LAB},

    {"training.run", NULL, "Space", refuse_outside_training, training_run, false,
     ACTION_IN_TRAINING},
    {"training.batch", "[N]", "Right", refuse_outside_training, training_batch, false,
     ACTION_IN_TRAINING},
    {"training.epoch", NULL, "e", refuse_outside_training, training_epoch, false,
     ACTION_IN_TRAINING},
    {"training.reset", "[N]", "Delete", refuse_outside_training, training_reset, false,
     ACTION_IN_TRAINING},
    {"training.rate", "NUMBER", "", refuse_outside_training, training_rate, true, ACTION_ANYWHERE},
    {"training.faster", NULL, "Up", refuse_outside_training, training_faster, true,
     ACTION_IN_TRAINING},
    {"training.slower", NULL, "Down", refuse_outside_training, training_slower, true,
     ACTION_IN_TRAINING},
    {"training.activation", "[tanh|relu]", "a", refuse_outside_training, training_activation, false,
     ACTION_IN_TRAINING},
    {"training.pooling", "[2x2|3x3]", "p", refuse_outside_training, training_pooling, false,
     ACTION_IN_TRAINING},
    {"training.view", "[filters|gradient|degradation]", "Tab", refuse_outside_training,
     training_view, false, ACTION_IN_TRAINING},
    {"training.data", "PATH", "", refuse_outside_training, training_data, false, ACTION_ANYWHERE},
    {"training.use", NULL, "Return", refuse_outside_training, training_use, false,
     ACTION_IN_TRAINING},

    {"canvas.pen", "SIDE Y X", "", refuse_outside_canvas, canvas_pen, false, ACTION_ANYWHERE},
    {"canvas.draw", "Y X", "", refuse_outside_canvas, canvas_draw, true, ACTION_ANYWHERE},
    {"canvas.left", NULL, "Left", refuse_outside_canvas, canvas_left, true, ACTION_IN_CANVAS},
    {"canvas.right", NULL, "Right", refuse_outside_canvas, canvas_right, true, ACTION_IN_CANVAS},
    {"canvas.up", NULL, "Up", refuse_outside_canvas, canvas_up, true, ACTION_IN_CANVAS},
    {"canvas.down", NULL, "Down", refuse_outside_canvas, canvas_down, true, ACTION_IN_CANVAS},
    {"canvas.press", "[no|yes]", "Space", refuse_outside_canvas, canvas_press, false,
     ACTION_IN_CANVAS},
    {"canvas.choose", "[left|right]", "Tab", refuse_outside_canvas, canvas_choose, false,
     ACTION_IN_CANVAS},
    {"canvas.eraser", "[no|yes]", "e", refuse_outside_canvas, canvas_eraser, false,
     ACTION_IN_CANVAS},
    {"canvas.fitted", "[fitted|plain]", "f", refuse_outside_canvas, canvas_fitted, false,
     ACTION_IN_CANVAS},
    {"canvas.thicker", NULL, "+ =", refuse_outside_canvas, canvas_thicker, true, ACTION_IN_CANVAS},
    {"canvas.thinner", NULL, "-", refuse_outside_canvas, canvas_thinner, true, ACTION_IN_CANVAS},
    {"canvas.clear", NULL, "Delete", refuse_outside_canvas, canvas_clear, false, ACTION_IN_CANVAS},
    {"canvas.copy", NULL, "c", refuse_outside_canvas, canvas_copy, false, ACTION_IN_CANVAS},
    {"canvas.invert", NULL, "v", refuse_outside_canvas, canvas_invert, false, ACTION_IN_CANVAS},
    {"canvas.picture", NULL, "p", refuse_outside_canvas, canvas_picture, false, ACTION_IN_CANVAS},
    {"canvas.use", NULL, "Return", refuse_outside_canvas, canvas_use, false, ACTION_IN_CANVAS},

    {"panes.kind", "[networks|paths|weights]", "o", refuse_outside_panes, panes_kind, false,
     ACTION_IN_PANES},
    {"panes.model", "[MODEL]", "p", refuse_outside_panes, panes_model, false, ACTION_IN_PANES},
    {"panes.seed", "[N]", "v", refuse_outside_panes, panes_seed, false, ACTION_IN_PANES},
    {"panes.difference", "[no|yes]", "d", refuse_outside_panes, panes_subtract, false,
     ACTION_IN_PANES},

    {"undo", NULL, "z Ctrl+Z", with_undo, undo, false, ACTION_ANYWHERE},
    {"redo", NULL, "Z Ctrl+Y Ctrl+Shift+Z", with_redo, redo, false, ACTION_ANYWHERE},
    {"bookmark.set", "1|2|3|4|5|6|7|8|9", "", SCENE, bookmark_set, false, ACTION_ANYWHERE},
    {"bookmark.go", "1|2|3|4|5|6|7|8|9", "", NULL, bookmark_go, false, ACTION_ANYWHERE},
    {"state", "TEXT", "", NULL, state_go, false, ACTION_ANYWHERE},
    {"run.all", NULL, "Shift+Return", SCENE, run_to_end, false, ACTION_ANYWHERE},
    {"cancel", NULL, "", NULL, cancel, false, ACTION_ANYWHERE},

    {"help", NULL, "F1 ?", NULL, overlay_help, false, ACTION_ANYWHERE},
    {"welcome", NULL, "F3", NULL, overlay_welcome, false, ACTION_ANYWHERE},
    {"tips.next", NULL, "Ctrl+H", refuse_without_tip, tips_next, false, ACTION_ANYWHERE},
    {"tips", "[no|yes]", "", NULL, tips_set, false, ACTION_ANYWHERE},
    {"palette", NULL, "Ctrl+P :", NULL, overlay_palette, false, ACTION_ANYWHERE},
    {"overlay.close", NULL, "", with_overlay, overlay_close, false, ACTION_ANYWHERE},
    {"type", "TEXT", "", with_overlay, type_text, false, ACTION_ANYWHERE},
    {"type.erase", NULL, "", with_overlay, type_erase, false, ACTION_ANYWHERE},
    {"choice.next", "[N]", "", with_overlay, choice_next, false, ACTION_ANYWHERE},
    {"choice.prev", "[N]", "", with_overlay, choice_prev, false, ACTION_ANYWHERE},
    {"choice.take", "[N]", "", with_overlay, choice_take, false, ACTION_ANYWHERE},
    {"theme", "[dark|light|contrast]", "T", NULL, theme_set, false, ACTION_ANYWHERE},
    {"language", "[en|es]", "l", NULL, language_set, false, ACTION_ANYWHERE},
    {"comma", "[no|yes]", "", NULL, comma_set, false, ACTION_ANYWHERE},
    {"text.larger", NULL, "+ =", NULL, text_larger, false, ACTION_ANYWHERE},
    {"text.smaller", NULL, "-", NULL, text_smaller, false, ACTION_ANYWHERE},
    {"text.normal", NULL, "", NULL, text_normal, false, ACTION_ANYWHERE},
    {"big", "[no|yes]", "B", NULL, big_set, false, ACTION_ANYWHERE},
    {"still", "[no|yes]", "", NULL, still_set, false, ACTION_ANYWHERE},
    {"alone", "[no|yes]", "V", NULL, alone_set, false, ACTION_ANYWHERE},
    {"fullscreen", "[no|yes]", "F11", NULL, fullscreen_set, false, ACTION_ANYWHERE},
    {"display", "N", "", NULL, display_set, false, ACTION_ANYWHERE},
    {"blank", "[no|yes]", ". b", NULL, blank_set, false, ACTION_ANYWHERE},
    {"nothing", NULL, "F5", NULL, nothing, false, ACTION_ANYWHERE},
    {"export", NULL, "Ctrl+E", SCENE, overlay_export, false, ACTION_ANYWHERE},
    {"export.view", "[FILE]", "Ctrl+S", NULL, export_view, false, ACTION_ANYWHERE},
    {"export.zone", "[FILE]", "Ctrl+Shift+S", SCENE, export_zone, false, ACTION_ANYWHERE},
    {"export.maps", "[FOLDER]", "", refuse_without_layer, export_maps, false, ACTION_ANYWHERE},
    {"export.layers", "[FOLDER]", "", SCENE, export_layers, false, ACTION_ANYWHERE},
    {"export.scale", "1|2|3|4", "", NULL, export_scale_set, false, ACTION_ANYWHERE},
    {"export.cancel", NULL, "", refuse_without_export, export_cancel, false, ACTION_ANYWHERE},
    {"copy.view", NULL, "Ctrl+C", NULL, copy_view, false, ACTION_ANYWHERE},
    {"copy.state", NULL, "Ctrl+Shift+C", NULL, copy_state, false, ACTION_ANYWHERE},
    {"hover.node", "NODE", "", SCENE, hover_node, false, ACTION_ANYWHERE},
    {"hover.cell", "NODE C Y X", "", SCENE, hover_cell, false, ACTION_ANYWHERE},
    {"hover.none", NULL, "", NULL, hover_none, false, ACTION_ANYWHERE},
    {"job.exported", NULL, "", NULL, job_exported, false, ACTION_ANYWHERE},
    {"job.end", NULL, "", NULL, job_end, false, ACTION_ANYWHERE},
    {"quit", NULL, "Ctrl+Q", NULL, quit, false, ACTION_ANYWHERE},
    {.name = NULL},
};

const Action *action_find(const char *name) {
    for (const Action *a = actions; a->name; a++)
        if (strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

const char *action_refusal(const Session *s, const Action *action) {
    if (!leaves_question(s, action))
        return "refuse.question";
    return action->refuses ? action->refuses(s) : NULL;
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
    const bool restores =
        s->unrecorded || action->perform == state_go || action->perform == bookmark_go;
    if (!restores) /* a place as it was or is written, with what was revealed there */
        prediction_follow(&before.place, &s->state.place);
    remember(s, &before.place, action);
    return true;
}
