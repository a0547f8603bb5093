#include "base/text.h"
#include "session/perform.h"
#include "session/trial.h"
#include <math.h>
#include <string.h>

/* What is tried becomes that of the layer shown. */
static StateTrial *begin(Session *s) {
    s->state.place.trial = trial_now(s);
    return &s->state.place.trial;
}

static const Node *convolution(const Session *s) {
    return &session_graph(s)->nodes[s->state.place.trial.of];
}

static int clamp(int64_t value, int64_t least, int64_t most) {
    return (int)(value < least ? least : value > most ? most : value);
}

static bool set_choice(Session *s, const char *field, const char *argument, Error *err) {
    begin(s);
    return perform_field(s, field, argument, err);
}

PERFORM(trial_set) {
    return set_choice(s, "trial", argument, err);
}

PERFORM(trial_preset) {
    memset(begin(s)->edits, 0, sizeof s->state.place.trial.edits);
    return perform_field(s, "trial_preset", argument, err);
}

PERFORM(trial_source) {
    return set_choice(s, "trial_source", argument, err);
}

/* --- The five numbers ------------------------------------------------------------------------- */

static int *number_at(StateTrial *t, int i) {
    int *const all[] = {&t->kernel, &t->stride, &t->padding, &t->dilation, &t->groups};
    return all[i];
}

static void set_number(Session *s, int which, int64_t value) {
    StateTrial *t = begin(s);
    const Node *n = convolution(s);
    const int64_t most[] = {TRIAL_SIDE, 16, 16, 8, n->in.dim[0]};
    *number_at(t, which) = clamp(value, which == 2 ? 0 : 1, most[which]);
    t->slider = which;
    t->cell[0] = t->cell[1] = 0;
    if (which == 0)
        memset(t->edits, 0, sizeof t->edits);
}

PERFORM(trial_param) {
    static const char *const names[] = {"kernel", "stride", "padding", "dilation", "groups"};
    const size_t length = strcspn(argument, " ");
    TextNearest nearest = {.word = argument};
    int value;
    for (int i = 0; i < TRIAL_PARAMS; i++) {
        text_nearest_offer(&nearest, names[i]);
        if (strlen(names[i]) != length || strncmp(names[i], argument, length) != 0)
            continue;
        if (!perform_number(argument + length + strspn(argument + length, " "), names[i], 0, 65536,
                            &value, err))
            return false;
        set_number(s, i, value);
        return true;
    }
    return text_unknown(&nearest, "number of a convolution", err);
}

static bool change_number(Session *s, int direction) {
    const StateTrial t = *begin(s);
    const TrialParams p = trial_params(convolution(s), &t);
    const int64_t now[] = {p.kernel[0], p.stride[0], p.padding[0], p.dilation[0], p.groups};
    set_number(s, t.slider, now[t.slider] + direction);
    return true;
}

/* --- The kernel ------------------------------------------------------------------------------- */

static bool edit_cell(Session *s, double add, bool to) {
    StateTrial *t = begin(s);
    const Model *model = scene_model(s->scene);
    const TrialParams p = trial_params(convolution(s), t);
    const int64_t at = t->cell[0] * p.kernel[1] + t->cell[1];
    const int channel = s->state.place.channel;
    float values[64 * 64];
    if (at >= TRIAL_CELLS || at >= p.kernel[0] * p.kernel[1])
        return true;
    trial_kernel(model, t->of, channel, t, values);
    const double unit = trial_unit(model, t->of, channel, t);
    const double units = to ? (add - (double)values[at]) / unit : add;
    t->edits[at] =
        clamp(t->edits[at] + (int64_t)llround(fmin(fmax(units, -1e6), 1e6)), -1000000, 1000000);
    return true;
}

PERFORM(trial_value) {
    double value;
    if (!text_to_double(argument, &value) || !isfinite(value))
        return error_set(err, ERROR_EXPECTED, "the cell's value", "a number",
                         TEXT("'%.100s'", argument));
    return edit_cell(s, value, true);
}

PERFORM(trial_cell) {
    int index;
    if (!perform_number(argument, "cell", 0, 64 * 64, &index, err))
        return false;
    StateTrial *t = begin(s);
    const TrialParams p = trial_params(convolution(s), t);
    t->cell[0] = clamp(index / p.kernel[1], 0, p.kernel[0] - 1);
    t->cell[1] = clamp(index % p.kernel[1], 0, p.kernel[1] - 1);
    return true;
}

PERFORM(trial_input) {
    return perform_number(argument, "map", 0, 65535, &begin(s)->input, err);
}

/* --- Maps and the patch ----------------------------------------------------------------------- */

PERFORM(trial_off) {
    int channel = s->state.place.channel;
    if (argument[0] && !perform_number(argument, "map", 0, session_channels(s) - 1, &channel, err))
        return false;
    StateTrial *t = begin(s);
    s->state.place.channel = channel;
    state_set_block(&t->off, channel, !state_has_block(&t->off, channel));
    return true;
}

static void put_patch(Session *s, int64_t y, int64_t x) {
    StateTrial *t = begin(s);
    const Shape *in = &session_graph(s)->input;
    t->patch[0] = clamp(y, 0, in->dim[1] - 1);
    t->patch[1] = clamp(x, 0, in->dim[2] - 1);
}

PERFORM(trial_patch) {
    int at[2];
    if (perform_numbers(argument, "place", at, 2, err) != 2)
        return error_set(err, ERROR_EXPECTED, "trial.patch", "Y X", TEXT("'%.100s'", argument));
    put_patch(s, at[0], at[1]);
    return true;
}

PERFORM(trial_reset) {
    (void)argument, (void)err;
    StateTrial *t = begin(s);
    const StateTrial kept = *t;
    t->of = GRAPH_FAILED; /* as of another layer */
    *t = trial_now(s);
    t->what = kept.what;
    return true;
}

/* --- Keys ------------------------------------------------------------------------------------- */

static bool move(Session *s, int dy, int dx) {
    StateTrial *t = begin(s);
    const TrialParams p = trial_params(convolution(s), t);
    const Shape *in = &session_graph(s)->input;
    const int step = clamp(trial_patch_side(session_graph(s), t) / 4, 1, 64);
    switch (t->what) {
    case TRY_KERNEL:
        t->cell[0] = clamp(t->cell[0] + dy, 0, p.kernel[0] - 1);
        t->cell[1] = clamp(t->cell[1] + dx, 0, p.kernel[1] - 1);
        return true;
    case TRY_CHANNELS:
        s->state.place.channel =
            clamp(s->state.place.channel + dx + 8 * dy, 0, session_channels(s) - 1);
        return true;
    case TRY_PATCH:
        if (t->patch[0] < 0)
            put_patch(s, in->dim[1] / 2, in->dim[2] / 2);
        else
            put_patch(s, t->patch[0] + dy * step, t->patch[1] + dx * step);
        return true;
    default:
        t->slider = clamp(t->slider + dy, 0, TRIAL_PARAMS - 1);
        return dx == 0 || change_number(s, dx);
    }
}

PERFORM(trial_up) {
    (void)argument, (void)err;
    return move(s, -1, 0);
}

PERFORM(trial_down) {
    (void)argument, (void)err;
    return move(s, 1, 0);
}

PERFORM(trial_left) {
    (void)argument, (void)err;
    return move(s, 0, -1);
}

PERFORM(trial_right) {
    (void)argument, (void)err;
    return move(s, 0, 1);
}

static bool change(Session *s, int direction) {
    StateTrial *t = begin(s);
    if (t->what == TRY_SIZE)
        return change_number(s, direction);
    if (t->what == TRY_KERNEL)
        return edit_cell(s, 10 * direction, false);
    if (t->what == TRY_PATCH)
        t->side = clamp(t->side + 5 * direction, 5, 100);
    return true;
}

PERFORM(trial_more) {
    (void)argument, (void)err;
    return change(s, 1);
}

PERFORM(trial_less) {
    (void)argument, (void)err;
    return change(s, -1);
}
