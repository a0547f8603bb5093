#include "session/perform.h"

#include "base/text.h"
#include "session/algorithm.h"
#include <string.h>

/* --- Into things and back --------------------------------------------------------------------- */

PERFORM(depth_set) {
    return perform_field(s, "depth", argument, err);
}

/* A cell is chosen where the arithmetic of one is shown. */
static bool enter_unit(Session *s, Error *err) {
    s->state.place.depth = DEPTH_UNIT;
    return s->state.place.unit[0] >= 0 || unit_max(s, "", err);
}

PERFORM(deeper) {
    (void)argument;
    StatePlace *p = &s->state.place;
    s->state.paused = false;
    if (p->depth == DEPTH_NETWORK) {
        p->depth = DEPTH_LAYER;
        return true;
    }
    return enter_unit(s, err);
}

/* One thing at a time, the nearest first; at the outside nothing. */
PERFORM(back) {
    State *state = &s->state;
    (void)argument;
    if (state->blank)
        state->blank = false;
    else if (state->overlay)
        return overlay_close(s, "", err);
    else if (s->banner.code != ERROR_NONE)
        s->banner = (Error){0};
    else if (s->notice[0])
        s->notice[0] = '\0';
    else if (s->exporting)
        return export_cancel(s, "", err);
    else if (state->playing)
        state->playing = false;
    else if (s->opening || (state->all && scene_ready(s->scene) <= session_last_node(s)))
        return cancel(s, "", err);
    else if (state->place.bench != BENCH_NONE)
        state->place.bench = BENCH_NONE;
    else if (state->place.explain != EXPLAIN_NONE)
        return explain_set(s, "none", err);
    else if (state->place.depth > DEPTH_NETWORK)
        state->place.depth--;
    return true;
}

/* --- A sum, term by term ---------------------------------------------------------------------- */

/* How many terms the cell's sum has is known to the view; beyond them the sum is whole. */
enum { STEPS_MOST = 1 << 24 };

PERFORM(step_mac) {
    int terms = 1;
    StatePlace *p = &s->state.place;
    if (argument[0] && !perform_number(argument, "step.mac", 1, STEPS_MOST, &terms, err))
        return false;
    if (p->depth != DEPTH_UNIT && !enter_unit(s, err))
        return false;
    p->step = p->step < 0 ? terms : p->step + terms < STEPS_MOST ? p->step + terms : STEPS_MOST;
    return true;
}

PERFORM(step_back) {
    (void)argument, (void)err;
    StatePlace *p = &s->state.place;
    p->step = p->step > 0 ? p->step - 1 : 0;
    return true;
}

PERFORM(step_begin) {
    (void)argument, (void)err;
    s->state.place.step = 0;
    return true;
}

PERFORM(step_all) {
    (void)argument, (void)err;
    s->state.place.step = -1;
    return true;
}

PERFORM(terms_next) {
    (void)argument, (void)err;
    s->state.place.term_page++;
    return true;
}

PERFORM(terms_prev) {
    (void)argument, (void)err;
    StatePlace *p = &s->state.place;
    p->term_page -= p->term_page > 0;
    return true;
}

/* The next cell in reading order, in the unit view; else the next layer. */
PERFORM(play_step) {
    StatePlace *p = &s->state.place;
    (void)argument;
    if (p->bench == BENCH_ALGORITHM)
        return algorithm_play(s, err);
    if (p->depth != DEPTH_UNIT) {
        if (p->node >= session_last_node(s)) {
            s->state.playing = false;
            return true;
        }
        return layer_next(s, "", err);
    }
    const SceneExtent extent = scene_extent(s->scene, p->node);
    if (extent.vector)
        return channel_next(s, "", err);
    int at = p->unit[0] * extent.width + p->unit[1] + 1;
    if (p->unit[0] < 0 || at >= extent.width * extent.height)
        at = 0;
    p->unit[0] = at / extent.width;
    p->unit[1] = at % extent.width;
    return true;
}

/* --- The network view ------------------------------------------------------------------------- */

/* The block that the argument names; without one the innermost block of the layer shown, or where
 * it is in none the first one after it, or the first. */
static int block_of(const Session *s, const char *argument, Error *err) {
    const Graph *g = session_graph(s);
    if (argument[0])
        return graph_find_block(g, argument, err);
    const int node = s->state.place.node;
    int block = node < 0 ? 0 : g->nodes[node].block;
    while (block > 0 && g->blocks[block].kind == BLOCK_STAGE)
        block = g->blocks[block].parent;
    for (int b = 1; block == 0 && b < g->block_count; b++)
        if (g->blocks[b].kind != BLOCK_STAGE && g->blocks[b].first > node)
            block = b;
    for (int b = 1; block == 0 && b < g->block_count; b++)
        if (g->blocks[b].kind != BLOCK_STAGE)
            block = b;
    if (block > 0)
        return block;
    error_set(err, ERROR_BAD, "this network has no blocks");
    return GRAPH_FAILED;
}

/* The network view turns to a block that was opened or unfolded, else to the layer shown. */
static bool look_at(Session *s, int block, bool there) {
    StatePlace *p = &s->state.place;
    memset(&p->focus, 0, sizeof p->focus);
    state_set_block(&p->focus, block, there);
    p->pan[0] = p->pan[1] = 0;
    return true;
}

/* Opening a block opens those around it; closing one closes those within it. */
PERFORM(block_open) {
    const Graph *g = session_graph(s);
    StateBlocks *opened = &s->state.place.opened;
    int block = block_of(s, argument, err);
    if (block == GRAPH_FAILED)
        return false;
    bool open = !state_has_block(opened, block);
    for (int b = block; open && b > 0; b = g->blocks[b].parent)
        state_set_block(opened, b, true);
    for (int b = block; !open && b < g->block_count; b++)
        if (b == block || (g->blocks[b].first >= g->blocks[block].first &&
                           g->blocks[b].last <= g->blocks[block].last && b > block))
            state_set_block(opened, b, false);
    return look_at(s, block, open);
}

/* The block whose flag unfolds the run in which this one stands: the run's first, which is the
 * stage's or follows one that is opened; or the stage, if its flag unfolded all of it. */
static int run_of(const Graph *g, const StatePlace *p, int block) {
    const int stage = g->blocks[block].parent;
    int first = GRAPH_FAILED;
    if (stage < 0 || g->blocks[stage].kind != BLOCK_STAGE)
        return block;
    if (state_has_block(&p->unfolded, stage))
        return stage;
    for (int b = stage + 1; b <= block; b++) {
        if (g->blocks[b].parent != stage)
            continue;
        if (state_has_block(&p->opened, b))
            first = GRAPH_FAILED;
        else if (first == GRAPH_FAILED)
            first = b;
    }
    return first == GRAPH_FAILED ? block : first;
}

/* Without an argument the run about the layer shown. */
PERFORM(block_unfold) {
    int block = block_of(s, argument, err);
    if (block == GRAPH_FAILED)
        return false;
    if (!argument[0])
        block = run_of(session_graph(s), &s->state.place, block);
    StateBlocks *unfolded = &s->state.place.unfolded;
    state_set_block(unfolded, block, !state_has_block(unfolded, block));
    return look_at(s, block, state_has_block(unfolded, block));
}

PERFORM(blocks_close) {
    (void)argument, (void)err;
    memset(&s->state.place.opened, 0, sizeof s->state.place.opened);
    memset(&s->state.place.unfolded, 0, sizeof s->state.place.unfolded);
    return look_at(s, 0, false);
}

enum { ZOOM_LEAST = 10, ZOOM_MOST = 800 };

static bool zoom_to(Session *s, int percent) {
    s->state.place.zoom = percent < ZOOM_LEAST  ? ZOOM_LEAST
                          : percent > ZOOM_MOST ? ZOOM_MOST
                                                : percent;
    return true;
}

PERFORM(network_zoom) {
    int percent = 0;
    return perform_number(argument, "network.zoom", ZOOM_LEAST, ZOOM_MOST, &percent, err) &&
           zoom_to(s, percent);
}

/* The zoom that one sees, also where it is not set but follows the room. */
static int zoom_seen(const Session *s) {
    const int zoom = s->state.place.zoom;
    return zoom > 0 ? zoom : s->shown_zoom > 0 ? s->shown_zoom : 100;
}

PERFORM(network_in) {
    (void)argument, (void)err;
    return zoom_to(s, zoom_seen(s) * 5 / 4 + 1);
}

PERFORM(network_out) {
    (void)argument, (void)err;
    return zoom_to(s, zoom_seen(s) * 4 / 5);
}

/* All of it, and, once more, as much as can be read. */
PERFORM(network_fit) {
    (void)argument, (void)err;
    const bool whole = s->state.place.zoom == ZOOM_WHOLE;
    s->state.place.zoom = whole ? 0 : ZOOM_WHOLE;
    return look_at(s, 0, false);
}

/* By so many logical pixels at 100 %. */
PERFORM(network_pan) {
    enum { FAR = 1000000 };
    int by[2];
    int count = perform_numbers(argument, "network.pan", by, 2, err);
    if (count < 0)
        return false;
    if (count != 2)
        return error_set(err, ERROR_EXPECTED, "network.pan", "pixels to the right and down",
                         TEXT("'%.100s'", argument));
    for (int i = 0; i < 2; i++) {
        long long at = (long long)s->state.place.pan[i] + by[i];
        s->state.place.pan[i] = (int)(at < -FAR ? -FAR : at > FAR ? FAR : at);
    }
    return true;
}

PERFORM(class_select) {
    const Graph *g = session_graph(s);
    const int classes = (int)g->nodes[g->node_count - 1].out.dim[0];
    return perform_number(argument, "class.select", -1, classes - 1, &s->state.place.class_index,
                          err);
}

/* --- Undo ------------------------------------------------------------------------------------- */

PERFORM(undo) {
    static StatePlace place;
    (void)argument;
    s->unrecorded = true;
    return history_undo(&s->history, &s->state.place, &place) ? session_go(s, &place, err) : true;
}

PERFORM(redo) {
    static StatePlace place;
    (void)argument;
    s->unrecorded = true;
    return history_redo(&s->history, &s->state.place, &place) ? session_go(s, &place, err) : true;
}
