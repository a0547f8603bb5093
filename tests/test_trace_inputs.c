/* Which inputs an output depends on: traces and layer_outputs_of against what changes when an input
 * does. */
#include "trace_support.h"

typedef struct Parts {
    int64_t outputs, inputs; /* of item 0; inputs of all, one after the other */
    bool *in;                /* outputs, inputs: whether there is a term */
} Parts;

static int64_t place_of(const Rig *r, const TraceTerm *term) {
    int64_t place = 0, dim[3];
    for (int i = 0; i < term->input; i++)
        place += item_count(&r->in[i].value);
    extents(&r->in[term->input].value, dim);
    return place + (term->c * dim[1] + term->y) * dim[2] + term->x;
}

static Parts parts_of(Rig *r, Arena *arena) {
    Parts p = {.outputs = item_count(&r->out.value)};
    for (int i = 0; i < r->in_count; i++)
        p.inputs += item_count(&r->in[i].value);
    p.in = arena_alloc(arena, (size_t)(p.outputs * p.inputs), sizeof *p.in, NULL);
    assert_non_null(p.in);
    for (int64_t o = 0; o < p.outputs; o++) {
        Trace t;
        trace_of(r, o, arena, &t);
        for (int64_t i = 0; i < t.count; i++)
            if (!t.terms[i].padding)
                p.in[o * p.inputs + place_of(r, &t.terms[i])] = true;
    }
    return p;
}

/* The spans of layer_outputs_of against the terms. A cell is in a window whatever its channel. */
static void check_spans(Rig *r, const Parts *p, bool gaps) {
    int64_t in[3], out[3];
    Shape in_item = shape_unbatched(&r->in[0].value.shape);
    Shape out_item = shape_unbatched(&r->out.value.shape);
    const LayerWindow w = layer_window(r->type, r->params, &in_item, &out_item);
    extents(&r->in[0].value, in);
    extents(&r->out.value, out);
    for (int64_t cell = 0; cell < in[1] * in[2]; cell++) {
        const TraceSpan rows = layer_outputs_of(&w, 0, cell / in[2], out[1]);
        const TraceSpan columns = layer_outputs_of(&w, 1, cell % in[2], out[2]);
        for (int64_t at = 0; at < out[1] * out[2]; at++) {
            const int64_t y = at / out[2], x = at % out[2];
            const bool spanned =
                y >= rows.first && y <= rows.last && x >= columns.first && x <= columns.last;
            bool term = false;
            for (int64_t c = 0; c < out[0]; c++)
                for (int64_t ic = 0; ic < in[0]; ic++)
                    term |=
                        p->in[(c * out[1] * out[2] + at) * p->inputs + ic * in[1] * in[2] + cell];
            if (term ? !spanned : spanned && !gaps)
                fail_msg("%s: cell (%lld, %lld) and output (%lld, %lld)", r->line,
                         (long long)(cell / in[2]), (long long)(cell % in[2]), (long long)y,
                         (long long)x);
        }
    }
}

/* A large number in one cell after the other: what changes is what has a term there. */
static void check_dependence(Rig *r, const Parts *p) {
    Guarded before = guarded((int64_t)r->out.data.count);
    memcpy(before.data, r->out.data.data, before.count * sizeof *before.data);
    int64_t place = 0;
    for (int i = 0; i < r->in_count; i++)
        for (int64_t k = 0; k < item_count(&r->in[i].value); k++, place++) {
            float *cell = r->in[i].data.data + k, old = *cell;
            *cell = 1000;
            rig_forward(r);
            *cell = old;
            for (int64_t o = 0; o < p->outputs; o++)
                if ((r->out.data.data[o] != before.data[o]) != p->in[o * p->inputs + place])
                    fail_msg("%s: output %lld and input %d, %lld", r->line, (long long)o, i,
                             (long long)k);
        }
    rig_forward(r);
    release(&before);
}

static void terms_are_what_an_output_depends_on(void **state) {
    (void)state;
    for (size_t i = 0; i < TRACE_CASES; i++) {
        Rig r;
        Arena arena = {0};
        open_case(&r, i);
        r.path = CONV_NAIVE;
        if (item_count(&r.out.value) * item_count(&r.in[0].value) <= 200000) {
            rig_forward(&r);
            const Parts p = parts_of(&r, &arena);
            check_dependence(&r, &p);
            if (r.out.value.shape.rank == r.in[0].value.shape.rank)
                check_spans(&r, &p, trace_cases[i].gaps);
        }
        arena_free(&arena);
        rig_close(&r);
    }
}

static void outputs_of_a_cell_by_brute_force(void **state) {
    (void)state;
    for (int64_t i = 0; i < 6 * 5 * 4 * 5; i++) {
        const int64_t size = 1 + i % 6, stride = i / 6 % 5, pad = i / 30 % 4;
        const int64_t outputs = 1 + i / 120;
        const LayerWindow w = {.size = {99, size}, .stride = {99, stride}, .pad = {0, pad}};
        for (int64_t at = -5; at < 40; at++) {
            int64_t first = 0, last = -1;
            for (int64_t o = outputs - 1; o >= 0; o--)
                if (at >= o * stride - pad && at < o * stride - pad + size) {
                    first = o;
                    last = last < 0 ? o : last;
                }
            const TraceSpan span = layer_outputs_of(&w, 1, at, outputs);
            assert_int_equal(span.first, first);
            assert_int_equal(span.last, last);
        }
    }
    const LayerWindow all = {.size = {7, 5}, .stride = {7, 5}, .everything = true};
    const TraceSpan span = layer_outputs_of(&all, 0, 6, 3);
    assert_true(span.first == 0 && span.last == 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_are_what_an_output_depends_on),
        cmocka_unit_test(outputs_of_a_cell_by_brute_force),
    };
    return cmocka_run_group_tests_name("trace inputs", tests, NULL, NULL);
}
