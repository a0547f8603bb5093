#include "session/perform.h"

#include <string.h>

PERFORM(explain_set) {
    if (!perform_field(s, "explain", argument, err))
        return false;
    s->state.place.stage = -1;
    return true;
}

PERFORM(explain_start) {
    return perform_field(s, "start", argument, err);
}

PERFORM(explain_switches) {
    return perform_field(s, "switches", argument, err);
}

PERFORM(explain_scale) {
    return perform_field(s, "signed_scale", argument, err);
}

PERFORM(explain_other) {
    s->state.place.switches = SWITCHES_OTHER;
    memset(s->state.place.other, 0, sizeof s->state.place.other);
    return session_set_path(s->state.place.other, argument, "the picture's path", err);
}

/* --- The way down, layer by layer ------------------------------------------------------------- */

const char *refuse_without_way(const Session *s) {
    return s->explanation && explanation_projection(s->explanation) ? NULL : "refuse.no_way";
}

/* Nodes on the way, the first where it begins, the last the picture; their number. */
int session_way(const Session *s, int *nodes, int most) {
    const Projection *p = s->explanation ? explanation_projection(s->explanation) : NULL;
    int count = 0;
    for (int node = p ? projection_start(p)->node : GRAPH_FAILED; node >= GRAPH_IMAGE; node--)
        if (projection_signal(p, node) && count++ < most)
            nodes[count - 1] = node;
    return count;
}

static bool go_stage(Session *s, int by) {
    int *stage = &s->state.place.stage;
    const int last = session_way(s, NULL, 0) - 1;
    const int now = *stage < 0 || *stage > last ? last : *stage;
    /* from the whole picture the first step begins at the top */
    const int next = *stage < 0 && by > 0 ? 0 : now + by;
    *stage = next < 0 ? 0 : next > last ? last : next;
    return true;
}

PERFORM(explain_down) {
    (void)argument, (void)err;
    return go_stage(s, 1);
}

PERFORM(explain_up) {
    (void)argument, (void)err;
    return go_stage(s, -1);
}

PERFORM(explain_whole) {
    (void)argument, (void)err;
    s->state.place.stage = -1;
    return true;
}

PERFORM(explain_stage) {
    const int last = session_way(s, NULL, 0) - 1;
    return perform_number(argument, "explain.stage", -1, last, &s->state.place.stage, err);
}

/* --- A unit that stays while others are looked at --------------------------------------------- */

const char *refuse_to_pin(const Session *s) {
    return !s->scene ? "refuse.no_network"
           : s->state.place.pin == GRAPH_FAILED && s->state.place.node == GRAPH_IMAGE
               ? "refuse.no_unit"
               : NULL;
}

PERFORM(explain_pin) {
    StatePlace *p = &s->state.place;
    (void)argument, (void)err;
    if (p->pin != GRAPH_FAILED) {
        p->pin = GRAPH_FAILED;
        p->pin_channel = 0;
        p->pin_cell[0] = p->pin_cell[1] = -1;
        return true;
    }
    p->pin = p->node;
    p->pin_channel = p->channel;
    memcpy(p->pin_cell, p->unit, sizeof p->pin_cell);
    if (p->explain == EXPLAIN_NONE)
        p->explain = EXPLAIN_DECONVNET;
    return true;
}
