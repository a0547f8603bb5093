#include "session/lab_bench.h"

#include "session/ablation.h"
#include "session/family_times.h"
#include "session/lab.h"
#include "session/ledger.h"
#include "session/palette.h"
#include "session/perform.h"

static bool has_blocks(const Session *s, BlockKind kind) {
    return s->scene && lab_count(session_graph(s), kind) > 0;
}

const char *residual_refuses(const Session *s) {
    return has_blocks(s, BLOCK_RESIDUAL) ? NULL : "refuse.no_residual";
}

const char *dense_refuses(const Session *s) {
    return has_blocks(s, BLOCK_DENSE) ? NULL : "refuse.no_dense";
}

const char *inception_refuses(const Session *s) {
    return has_blocks(s, BLOCK_INCEPTION) ? NULL : "refuse.no_inception";
}

/* With nothing removed too: then nothing is computed anew, but the whole network must be. */
Work *residual_wants(Session *s, Work *now, Error *err) {
    const StateBlocks *removed = &s->state.place.residual_removed;
    if (residual_refuses(s))
        return NULL;
    return ablation_is(now, s->scene, removed) ? now : ablation_new(s->scene, removed, err);
}

Work *dense_wants(Session *s, Work *now, Error *err) {
    const int block =
        s->scene ? lab_block(session_graph(s), BLOCK_DENSE, s->state.place.dense_block) : -1;
    if (block < 0)
        return NULL;
    return ledger_is(now, s->scene, block) ? now : ledger_new(s->scene, block, err);
}

Work *families_wants(Session *s, Work *now, Error *err) {
    const PaletteLists *lists = palette_lists(s);
    const int wish = s->state.place.families_time, one = wish - 2;
    if (wish == 0 || one >= (int)lists->model_count)
        return NULL;
    return family_times_is(now, wish == 1 ? -1 : one)
               ? now
               : family_times_new(lists, wish == 1 ? -1 : one, err);
}
