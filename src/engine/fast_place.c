#include "engine/fast_parts.h"

enum { LINE = 16 }; /* floats in a cache line */

/* --- What lies within what
 * ----------------------------------------------------------------------------- */

/* The buffer a value lies in, and where. */
static int root_of(const FastPlan *p, int value, int64_t *at) {
    *at = 0;
    while (p->values[value].within != VALUE_NONE) {
        *at += p->values[value].at;
        value = p->values[value].within;
    }
    return value;
}

static void lie_within(FastPlan *p, int value, int stack, int64_t at) {
    p->values[value].within = stack;
    p->values[value].at = at;
}

/* If the inputs lie behind each other already (a dense block's, in the stack of a later layer), so
 * does the output. */
static bool lies_already(FastPlan *p, const Step *s) {
    const Value *first = &p->values[s->in[0]];
    int64_t at = 0, start;
    const int root = root_of(p, s->in[0], &start);
    if (first->within == VALUE_NONE)
        return false;
    for (int k = 0; k < s->in_count; k++) {
        const Value *in = &p->values[s->in[k]];
        int64_t here;
        if (in->within == VALUE_NONE || root_of(p, s->in[k], &here) != root || here != start + at)
            return false;
        at += blocks_floats(in->blocks.c, in->blocks.h, in->blocks.w);
    }
    lie_within(p, s->out, root, start);
    return true;
}

/* A concatenation's inputs are computed where they will lie; the last ones come first, as the stack
 * of a dense block's last layer holds those of all others. */
static void place_stacks(FastPlan *p) {
    for (int i = p->step_count - 1; i >= 0; i--) {
        const Step *s = &p->steps[i];
        if (s->kind != STEP_BLOCKS || !fast_is_type(&p->model->graph.nodes[s->node], "concat") ||
            (p->values[s->out].within == VALUE_NONE && lies_already(p, s)))
            continue;
        int64_t at = 0;
        for (int k = 0; k < s->in_count; k++) {
            const Value *in = &p->values[s->in[k]];
            if (in->within == VALUE_NONE)
                lie_within(p, s->in[k], s->out, at);
            at += blocks_floats(in->blocks.c, in->blocks.h, in->blocks.w);
        }
    }
}

/* What only goes over its elements may write them where it read them, if nobody else will. */
static bool goes_over(const FastPlan *p, const Step *s) {
    const Node *n = &p->model->graph.nodes[s->node];
    if (s->kind == STEP_ALIAS)
        return true;
    return (s->kind == STEP_PLANES || (s->kind == STEP_BLOCKS && !s->b.conv.way)) &&
           ((n->type->family == LAYER_ACTIVATION && !fast_is_type(n, "softmax")) ||
            fast_is_type(n, "add") || n->type->affine);
}

static void note_reads(FastPlan *p) {
    int64_t at;
    for (int v = 0; v < p->value_count; v++)
        p->values[v].read = -1;
    for (int s = 0; s < p->step_count; s++) {
        const Step *step = &p->steps[s];
        p->values[root_of(p, step->out, &at)].read = s;
        for (int k = 0; k < step->in_count; k++)
            p->values[root_of(p, step->in[k], &at)].read = s;
        if (step->residual != VALUE_NONE)
            p->values[root_of(p, step->residual, &at)].read = s;
    }
    p->values[root_of(p, p->answer, &at)].read = p->step_count;
}

static void place_overwritten(FastPlan *p) {
    for (int s = 0; s < p->step_count; s++) {
        const Step *step = &p->steps[s];
        Value *in = &p->values[step->in[0]], *out = &p->values[step->out];
        if (!goes_over(p, step) || step->in[0] == p->picture[LAYOUT_PLANES] ||
            out->within != VALUE_NONE)
            continue;
        const bool free = in->within == VALUE_NONE && in->read == s && in->floats == out->floats;
        if (step->kind == STEP_ALIAS || free) {
            int64_t at;
            const int root = root_of(p, step->in[0], &at);
            lie_within(p, step->out, step->in[0], 0);
            if (out->read > p->values[root].read)
                p->values[root].read = out->read;
        }
    }
}

/* --- Buffers
 * ------------------------------------------------------------------------------------------ */

/* The free buffer that fits best: the smallest that is large enough, else the largest. */
static int free_slot(const FastPlan *p, int s, size_t floats) {
    int best = -1;
    for (int i = 0; i < p->slot_count; i++) {
        const Slot *slot = &p->slots[i];
        if (slot->free_after >= s)
            continue;
        if (best < 0) {
            best = i;
            continue;
        }
        size_t have = p->slots[best].floats;
        bool fits = slot->floats >= floats, best_fits = have >= floats;
        if (fits ? !best_fits || slot->floats < have : !best_fits && slot->floats > have)
            best = i;
    }
    return best;
}

static void assign_slots(FastPlan *p) {
    for (int s = 0; s < p->step_count; s++) {
        int64_t at;
        Value *v = &p->values[root_of(p, p->steps[s].out, &at)];
        if (v->slot >= 0 || v == &p->values[p->picture[LAYOUT_PLANES]])
            continue;
        int slot = free_slot(p, s, v->floats);
        if (slot < 0)
            slot = p->slot_count++;
        if (p->slots[slot].floats < v->floats)
            p->slots[slot].floats = v->floats;
        p->slots[slot].free_after = v->read;
        v->slot = slot;
    }
}

static void measure(FastPlan *p) {
    KernelContext kernel = {.tier = p->options.tier, .pool = p->pool};
    const int threads = pool_threads(p->pool);
    for (int i = 0; i < p->step_count; i++) {
        const Step *s = &p->steps[i];
        const LayerType *type = p->model->graph.nodes[s->node].type;
        LayerCall call = fast_call(p, s, &kernel);
        size_t floats = 0;
        if (s->kind == STEP_BLOCKS)
            floats = blocked_conv_scratch(p->options.tier, &s->b.conv, threads);
        else if (s->kind == STEP_PLANES && type->scratch)
            floats = type->scratch(&call);
        p->scratch_floats = floats > p->scratch_floats ? floats : p->scratch_floats;
        p->packed_floats += s->packed_floats;
    }
    for (int i = 0; i < p->slot_count; i++) {
        p->slots[i].floats = (p->slots[i].floats + LINE - 1) / LINE * LINE;
        p->memory_floats += p->slots[i].floats;
    }
}

bool fast_place(FastPlan *p, Error *err) {
    p->slots = arena_alloc(&p->arena, (size_t)p->value_count, sizeof *p->slots, err);
    if (!p->slots)
        return false;
    place_stacks(p);
    note_reads(p);
    place_overwritten(p);
    assign_slots(p);
    for (int i = 0; i < p->step_count; i++) { /* pointers that hold from now on */
        Step *s = &p->steps[i];
        for (int k = 0; k < s->in_count; k++) {
            s->planes[k] = &p->values[s->in[k]].planes;
            s->blocks[k] = &p->values[s->in[k]].blocks;
        }
        s->b.in = s->blocks;
        s->b.out = &p->values[s->out].blocks;
        if (s->residual != VALUE_NONE)
            s->b.conv.after.residual = &p->values[s->residual].blocks;
    }
    measure(p);
    return true;
}

void fast_point(FastPlan *p) {
    for (int i = 0; i < p->value_count; i++) {
        Value *v = &p->values[i];
        int64_t at;
        const Value *root = &p->values[root_of(p, i, &at)];
        float *start = p->memory;
        for (int slot = 0; slot < root->slot; slot++)
            start += p->slots[slot].floats;
        if (root->slot < 0)
            continue;
        v->planes.data = v->blocks.data = start + at;
        if (v->layout == LAYOUT_BLOCKS && root->layout == LAYOUT_BLOCKS)
            v->blocks.item = root->blocks.item;
    }
}
