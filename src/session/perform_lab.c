#include "session/bench.h"
#include "session/families.h"
#include "session/lab.h"
#include "session/palette.h"
#include "session/perform.h"

#include "base/text.h"
#include <string.h>

/* NULL where that bench is open, and the network has what it is about. */
static const char *refuse_outside(const Session *s, StateBench bench, const char *why) {
    const BenchKind *kind = &bench_kinds[bench];
    if (s->state.place.bench != bench)
        return why;
    return kind->refuses ? kind->refuses(s) : NULL;
}

const char *refuse_outside_lab(const Session *s) {
    const StateBench bench = s->state.place.bench;
    const bool lab = bench == BENCH_RESIDUAL || bench == BENCH_DENSE || bench == BENCH_INCEPTION ||
                     bench == BENCH_FAMILIES;
    return lab ? refuse_outside(s, bench, NULL) : "refuse.no_lab";
}

const char *refuse_outside_residual(const Session *s) {
    return refuse_outside(s, BENCH_RESIDUAL, "refuse.no_residual_lab");
}

const char *refuse_outside_dense(const Session *s) {
    return refuse_outside(s, BENCH_DENSE, "refuse.no_lab");
}

const char *refuse_outside_families(const Session *s) {
    return refuse_outside(s, BENCH_FAMILIES, "refuse.no_families");
}

/* --- The block that is looked at -------------------------------------------------------------- */

/* What is chosen of the bench, and of how many. */
static int *item_of(Session *s, int *count) {
    StatePlace *p = &s->state.place;
    switch (p->bench) {
    case BENCH_RESIDUAL:
        *count = lab_count(session_graph(s), BLOCK_RESIDUAL);
        return &p->residual_block;
    case BENCH_DENSE:
        *count = lab_count(session_graph(s), BLOCK_DENSE);
        return &p->dense_block;
    case BENCH_INCEPTION:
        *count = lab_count(session_graph(s), BLOCK_INCEPTION);
        return &p->inception_block;
    default:
        *count = (int)palette_lists(s)->model_count;
        return &p->families_row;
    }
}

static void choose(Session *s, int index) {
    int count;
    int *item = item_of(s, &count);
    *item = index < 0 ? 0 : index >= count ? count - 1 : index;
}

PERFORM(lab_next) {
    (void)argument, (void)err;
    int count;
    choose(s, *item_of(s, &count) + 1);
    return true;
}

PERFORM(lab_prev) {
    (void)argument, (void)err;
    int count;
    choose(s, *item_of(s, &count) - 1);
    return true;
}

PERFORM(lab_choose) {
    int index;
    if (!perform_number(argument, "lab.choose", 0, INT32_MAX, &index, err))
        return false;
    choose(s, index);
    return true;
}

/* --- Residual blocks -------------------------------------------------------------------------- */

PERFORM(residual_remove) {
    StatePlace *p = &s->state.place;
    int index = p->residual_block;
    if (argument[0] && !perform_number(argument, "residual.remove", 0, INT32_MAX, &index, err))
        return false;
    const int block = lab_block(session_graph(s), BLOCK_RESIDUAL, index);
    if (block < 0)
        return error_set(err, ERROR_EXPECTED, "residual.remove",
                         TEXT("0..%d", lab_count(session_graph(s), BLOCK_RESIDUAL) - 1),
                         TEXT("%d", index));
    p->residual_block = index;
    state_set_block(&p->residual_removed, block, !state_has_block(&p->residual_removed, block));
    return true;
}

PERFORM(residual_restore) {
    (void)argument, (void)err;
    memset(&s->state.place.residual_removed, 0, sizeof s->state.place.residual_removed);
    return true;
}

static int residual_channels(const Session *s) {
    const Graph *g = session_graph(s);
    const int block = lab_block(g, BLOCK_RESIDUAL, s->state.place.residual_block);
    return block < 0 ? 1 : (int)g->nodes[lab_residual(g, block).sum].out.dim[0];
}

/* Without a number the strongest again. */
PERFORM(residual_channel) {
    int channel = -1;
    if (argument[0] &&
        !perform_number(argument, "residual.channel", 0, residual_channels(s) - 1, &channel, err))
        return false;
    s->state.place.residual_channel = channel;
    return true;
}

static bool walk_channel(Session *s, int by) {
    const int count = residual_channels(s), now = s->state.place.residual_channel;
    s->state.place.residual_channel =
        now < 0 ? (by > 0 ? 0 : count - 1) : (now + count + by) % count;
    return true;
}

PERFORM(residual_channel_next) {
    (void)argument, (void)err;
    return walk_channel(s, 1);
}

PERFORM(residual_channel_prev) {
    (void)argument, (void)err;
    return walk_channel(s, -1);
}

/* --- Dense blocks ----------------------------------------------------------------------------- */

static bool go_layer(Session *s, int to) {
    LabDense d;
    const Graph *g = session_graph(s);
    const int block = lab_block(g, BLOCK_DENSE, s->state.place.dense_block);
    if (block < 0 || !lab_dense(g, block, &d))
        return true;
    s->state.place.dense_layer = to < 0 ? 0 : to > d.layers ? d.layers : to;
    return true;
}

PERFORM(dense_layer) {
    int layer;
    return perform_number(argument, "dense.layer", 0, LAB_LAYERS_MAX, &layer, err) &&
           go_layer(s, layer);
}

PERFORM(dense_layer_next) {
    (void)argument, (void)err;
    return go_layer(s, s->state.place.dense_layer + 1);
}

PERFORM(dense_layer_prev) {
    (void)argument, (void)err;
    return go_layer(s, s->state.place.dense_layer - 1);
}

/* --- The table of networks -------------------------------------------------------------------- */

/* What it is sorted by already is turned round. */
PERFORM(families_sort) {
    StatePlace *p = &s->state.place;
    const StateFamilySort before = p->families_sort;
    if (!perform_field(s, "families_sort", argument, err))
        return false;
    p->families_reverse = p->families_sort == before ? !p->families_reverse : 0;
    return true;
}

PERFORM(families_reverse) {
    (void)argument, (void)err;
    s->state.place.families_reverse = !s->state.place.families_reverse;
    return true;
}

PERFORM(families_view) {
    return perform_field(s, "families_view", argument, err);
}

/* Of the row that is chosen, or of the network that is named. */
static int model_of(Session *s, const char *name) {
    const PaletteLists *lists = palette_lists(s);
    int order[FAMILIES_MAX];
    const int count = families_order(s, order);
    for (int i = 0; name[0] && i < (int)lists->model_count; i++)
        if (strcmp(lists->models[i].name, name) == 0)
            return i;
    const int row = s->state.place.families_row;
    return name[0] || count == 0 ? -1 : order[row < count ? row : count - 1];
}

PERFORM(families_time) {
    const bool all = strcmp(argument, "all") == 0;
    const int model = all ? 0 : model_of(s, argument);
    if (model < 0)
        return error_set(err, ERROR_MISSING, argument);
    s->state.place.families_time = all ? 1 : 2 + model;
    return true;
}

PERFORM(families_open) {
    const int model = model_of(s, argument);
    if (model < 0)
        return error_set(err, ERROR_MISSING, argument);
    s->state.place.bench = BENCH_NONE;
    return model_open(s, palette_lists(s)->models[model].name, err);
}
