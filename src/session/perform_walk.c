#include "session/perform.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

/* --- Layers ----------------------------------------------------------------------------------- */

/* The chosen channel's page. */
static void show_channel(Session *s) {
    StatePlace *p = &s->state.place;
    session_settle(s);
    p->page = session_pages(s) > 1 ? session_rank_of(s, p->channel) / session_page_maps(s) : 0;
}

/* The chosen channel stays the chosen one where the next node has as many. */
static bool go_to_node(Session *s, int node) {
    StatePlace *p = &s->state.place;
    int last = session_last_node(s);
    p->node = node < GRAPH_IMAGE ? GRAPH_IMAGE : node > last ? last : node;
    if (p->channel >= session_channels(s))
        p->channel = 0;
    p->unit[0] = p->unit[1] = -1;
    p->step = -1;
    p->term_page = 0;
    memset(&p->focus, 0, sizeof p->focus);
    s->state.hover = (StateHover){GRAPH_FAILED, -1, {-1, -1}};
    s->state.paused = false;
    s->notice[0] = '\0';
    show_channel(s);
    return true;
}

PERFORM(layer_next) {
    (void)argument, (void)err;
    return go_to_node(s, s->state.place.node + 1);
}

PERFORM(layer_prev) {
    (void)argument, (void)err;
    return go_to_node(s, s->state.place.node - 1);
}

PERFORM(layer_first) {
    (void)argument, (void)err;
    return go_to_node(s, GRAPH_IMAGE);
}

PERFORM(layer_last) {
    (void)argument, (void)err;
    return go_to_node(s, session_last_node(s));
}

PERFORM(layer_skip) {
    int layers = 0;
    return perform_number(argument, "layer.skip", -GRAPH_NODES_MAX, GRAPH_NODES_MAX, &layers,
                          err) &&
           go_to_node(s, s->state.place.node + layers);
}

PERFORM(layer_select) {
    int node = GRAPH_IMAGE;
    if (!text_equal(argument, "input"))
        node = graph_find(session_graph(s), argument, err);
    return node != GRAPH_FAILED && go_to_node(s, node);
}

/* --- Channels and pages ----------------------------------------------------------------------- */

static bool go_to_channel(Session *s, int channel) {
    StatePlace *p = &s->state.place;
    if (scene_extent(s->scene, p->node).vector)
        p->unit[0] = p->unit[1] = 0; /* a vector's unit is chosen with it */
    if (channel >= 0 && channel < session_channels(s) && channel != p->channel) {
        p->channel = channel;
        p->step = -1;
        p->term_page = 0;
        show_channel(s);
    }
    return true;
}

/* By places in the order that is shown. */
static bool skip_channels(Session *s, int step) {
    int last = session_channels(s) - 1, rank = session_rank_of(s, s->state.place.channel) + step;
    return go_to_channel(s, session_channel_at(s, rank < 0 ? 0 : rank > last ? last : rank));
}

PERFORM(channel_next) {
    (void)argument, (void)err;
    return skip_channels(s, 1);
}

PERFORM(channel_prev) {
    (void)argument, (void)err;
    return skip_channels(s, -1);
}

PERFORM(channel_skip) {
    int channels = 0;
    return perform_number(argument, "channel.skip", -65536, 65536, &channels, err) &&
           skip_channels(s, channels);
}

PERFORM(channel_select) {
    int channel = 0;
    return perform_number(argument, "channel.select", 0, session_channels(s) - 1, &channel, err) &&
           go_to_channel(s, channel);
}

PERFORM(channel_rank) {
    int rank = 0;
    return perform_number(argument, "channel.rank", 0, INT32_MAX, &rank, err) &&
           (rank >= session_channels(s) || go_to_channel(s, session_channel_at(s, rank)));
}

static bool turn_page(Session *s, int step) {
    int page = s->state.place.page + step;
    if (page >= 0 && page < session_pages(s))
        s->state.place.page = page;
    return true;
}

PERFORM(page_next) {
    (void)argument, (void)err;
    return turn_page(s, 1);
}

PERFORM(page_prev) {
    (void)argument, (void)err;
    return turn_page(s, -1);
}

static bool change_maps(Session *s, int step) {
    StatePlace *p = &s->state.place;
    int i = 0;
    while (state_maps[i] < p->maps)
        i++;
    i += step;
    if (i >= 0 && state_maps[i])
        p->maps = state_maps[i];
    show_channel(s);
    return true;
}

PERFORM(maps_more) {
    (void)argument, (void)err;
    return change_maps(s, 1);
}

PERFORM(maps_fewer) {
    (void)argument, (void)err;
    return change_maps(s, -1);
}

/* --- Cells ------------------------------------------------------------------------------------ */

static bool select_cell(Session *s, int channel, int y, int x, Error *err) {
    const SceneExtent extent = scene_extent(s->scene, s->state.place.node);
    if (channel < 0 || channel >= extent.channels || y < 0 || y >= extent.height || x < 0 ||
        x >= extent.width)
        return error_set(
            err, ERROR_EXPECTED, "unit.select",
            TEXT("a cell within %d, %d, %d", extent.channels, extent.height, extent.width),
            TEXT("%d %d %d", channel, y, x));
    go_to_channel(s, channel);
    StatePlace *p = &s->state.place;
    if (p->unit[0] != y || p->unit[1] != x)
        p->term_page = 0;
    p->unit[0] = y;
    p->unit[1] = x;
    return true;
}

PERFORM(unit_select) {
    int at[3];
    int count = perform_numbers(argument, "unit.select", at, 3, err);
    if (count < 0)
        return false;
    if (count != 3)
        return error_set(err, ERROR_EXPECTED, "unit.select", "a channel, y and x",
                         TEXT("'%.100s'", argument));
    return select_cell(s, at[0], at[1], at[2], err);
}

/* The first of the largest values of the chosen channel, or of a vector; the middle if none is a
 * number. While nothing is computed no cell is chosen: that waits until it is (unit.settle). */
static bool go_to_max(Session *s) {
    StatePlace *p = &s->state.place;
    const ChannelStats *stats = scene_channels(s->scene, p->node);
    const SceneExtent extent = scene_extent(s->scene, p->node);
    p->term_page = 0;
    if (!scene_values(s->scene, p->node))
        return true;
    if (extent.vector) {
        const int64_t best = scene_stats(s->scene, p->node)->argmax;
        p->unit[0] = p->unit[1] = 0;
        return go_to_channel(s, best < 0 ? p->channel : (int)best);
    }
    int at = stats ? stats[p->channel].argmax : -1;
    if (at < 0)
        at = extent.height / 2 * extent.width + extent.width / 2;
    p->unit[0] = at / extent.width;
    p->unit[1] = at % extent.width;
    return true;
}

/* The cell that the unit view was waiting for: no step of one's own, so nothing to undo. */
PERFORM(unit_settle) {
    (void)argument, (void)err;
    s->unrecorded = true;
    return go_to_max(s);
}

PERFORM(unit_max) {
    (void)argument, (void)err;
    return go_to_max(s);
}

/* Stays at the edges; of a vector, down and right go to the next unit. */
static bool move_cell(Session *s, int dy, int dx) {
    StatePlace *p = &s->state.place;
    const SceneExtent extent = scene_extent(s->scene, p->node);
    if (extent.vector)
        return skip_channels(s, dy + dx);
    if (p->unit[0] < 0)
        return go_to_max(s);
    int y = p->unit[0] + dy, x = p->unit[1] + dx;
    p->unit[0] = y < 0 ? 0 : y >= extent.height ? extent.height - 1 : y;
    p->unit[1] = x < 0 ? 0 : x >= extent.width ? extent.width - 1 : x;
    p->term_page = 0;
    return true;
}

PERFORM(unit_move) {
    int by[2];
    int count = perform_numbers(argument, "unit.move", by, 2, err);
    if (count < 0)
        return false;
    if (count != 2)
        return error_set(err, ERROR_EXPECTED, "unit.move", "rows and columns",
                         TEXT("'%.100s'", argument));
    return move_cell(s, by[0], by[1]);
}

PERFORM(unit_left) {
    (void)argument, (void)err;
    return move_cell(s, 0, -1);
}

PERFORM(unit_right) {
    (void)argument, (void)err;
    return move_cell(s, 0, 1);
}

PERFORM(unit_up) {
    (void)argument, (void)err;
    return move_cell(s, -1, 0);
}

PERFORM(unit_down) {
    (void)argument, (void)err;
    return move_cell(s, 1, 0);
}

/* --- The mouse -------------------------------------------------------------------------------- */

PERFORM(hover_node) {
    int node =
        text_equal(argument, "input") ? GRAPH_IMAGE : graph_find(session_graph(s), argument, err);
    if (node == GRAPH_FAILED)
        return false;
    s->state.hover = (StateHover){node, -1, {-1, -1}};
    return true;
}

/* "NODE C Y X": the name may hold spaces, the numbers are the last three. */
PERFORM(hover_cell) {
    char name[300];
    int at[3];
    const char *end = argument + strlen(argument);
    for (int words = 0; end > argument && words < 3;)
        words += *--end == ' ';
    text_format(name, sizeof name, "%.*s", (int)(end - argument), argument);
    if (*end != ' ' || perform_numbers(end, "hover.cell", at, 3, err) != 3)
        return error_set(err, ERROR_EXPECTED, "hover.cell", "a layer, channel, y and x",
                         TEXT("'%.100s'", argument));
    if (!hover_node(s, name, err))
        return false;
    const SceneExtent extent = scene_extent(s->scene, s->state.hover.node);
    if (at[0] < 0 || at[0] >= extent.channels || at[1] < 0 || at[1] >= extent.height || at[2] < 0 ||
        at[2] >= extent.width)
        return error_set(
            err, ERROR_EXPECTED, "hover.cell",
            TEXT("a cell within %d, %d, %d", extent.channels, extent.height, extent.width),
            TEXT("%d %d %d", at[0], at[1], at[2]));
    s->state.hover.channel = at[0];
    s->state.hover.cell[0] = at[1];
    s->state.hover.cell[1] = at[2];
    return true;
}

PERFORM(hover_none) {
    (void)argument, (void)err;
    s->state.hover = (StateHover){GRAPH_FAILED, -1, {-1, -1}};
    return true;
}
