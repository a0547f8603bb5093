#include "engine/fast_parts.h"

#include "base/clock.h"

LayerCall fast_call(const FastPlan *p, const Step *step, const KernelContext *kernel) {
    const Node *node = &p->model->graph.nodes[step->node];
    LayerCall call = {.kernel = kernel,
                      .path = p->options.path,
                      .params = node->params,
                      .in = step->planes,
                      .in_count = step->in_count,
                      .out = &p->values[step->out].planes,
                      .fusion = &step->fusion};
    for (int w = 0; w < node->weight_count; w++)
        call.weights[w] = p->model->weights.data[step->node][w];
    return call;
}

static bool take_memory(FastPlan *p, Error *err) {
    uint64_t available = mem_available();
    if (fast_bytes(p) > available)
        return error_set(err, ERROR_MACHINE, p->model->name, MEM_TEXT(fast_bytes(p)),
                         MEM_TEXT(available));
    p->memory = mem_alloc_raw(p->memory_floats, sizeof *p->memory, err);
    p->scratch = mem_alloc_raw(p->scratch_floats, sizeof *p->scratch, err);
    p->packed = mem_alloc_raw(p->packed_floats, sizeof *p->packed, err);
    return p->memory && p->scratch && p->packed;
}

static bool pack_weights(FastPlan *p, Error *err) {
    const KernelContext kernel = {.tier = p->options.tier, .pool = p->pool};
    const Weights *weights = &p->model->weights;
    float *at = p->packed;
    for (int i = 0; i < p->step_count; i++) {
        Step *s = &p->steps[i];
        if (!s->packed_floats)
            continue;
        const float *w = weights->data[s->node][0];
        s->b.conv.packed = at;
        if (!blocked_pack(&kernel, &s->b.conv, w, s->filter_scale, at))
            return error_set(err, ERROR_CANCELLED, " in packing the weights");
        file_map_read(&weights->map, w,
                      (size_t)shape_count(&p->model->graph.nodes[s->node].weights[0].shape) *
                          sizeof *w);
        at += s->packed_floats;
    }
    return true;
}

FastPlan *fast_new(const Model *model, int64_t batch, const RunOptions *options, Pool *pool,
                   Error *err) {
    FastPlan *p = mem_alloc(1, sizeof *p, err);
    if (!p)
        return NULL;
    const Graph *g = &model->graph;
    Shape input = shape_batched(&g->input, batch);
    p->model = model;
    p->options = *options;
    p->pool = pool;
    p->batch = batch;
    bool ok = shape_check(&input, "the input", err);
    for (int i = 0; ok && i < g->node_count; i++) {
        const Shape out = shape_batched(&g->nodes[i].out, batch);
        ok = shape_check(&out, g->nodes[i].name, err);
    }
    if (ok && fast_list(p, err) && fast_place(p, err) && take_memory(p, err)) {
        fast_point(p);
        if (pack_weights(p, err))
            return p;
    }
    fast_free(p);
    return NULL;
}

void fast_free(FastPlan *p) {
    if (!p)
        return;
    mem_free(p->memory);
    mem_free(p->scratch);
    mem_free(p->packed);
    arena_free(&p->arena);
    mem_free(p);
}

uint64_t fast_bytes(const FastPlan *p) {
    return (uint64_t)(p->memory_floats + p->scratch_floats + p->packed_floats) * sizeof(float);
}

int64_t fast_work(const FastPlan *p) {
    int64_t work = 0;
    for (int s = 0; s < p->step_count; s++)
        work += p->steps[s].work;
    return work;
}

int fast_step_count(const FastPlan *p) {
    return p->step_count;
}

FastStep fast_step(const FastPlan *p, int i) {
    static const char *const kinds[] = {"planes", "blocks", "to planes", "to blocks", "as it is"};
    static const char *const ways[] = {NULL, "picture", "gemm", "winograd"};
    const Step *s = &p->steps[i];
    const Node *node = &p->model->graph.nodes[s->node];
    FastStep step = {.node = node->name, .way = kinds[s->kind], .ms = s->ms};
    if (s->kind == STEP_BLOCKS && s->b.conv.way)
        step.way = ways[s->b.conv.way];
    if (s->kind == STEP_PLANES || s->kind == STEP_BLOCKS)
        step.macs = node->macs * p->batch;
    return step;
}

static bool run_step_of(FastPlan *p, const Step *s, const KernelContext *kernel) {
    const LayerType *type = p->model->graph.nodes[s->node].type;
    const LayerCall call = fast_call(p, s, kernel);
    const Value *in = &p->values[s->in[0]];
    Value *out = &p->values[s->out];
    switch (s->kind) {
    case STEP_PLANES:
        return type->forward(&call);
    case STEP_BLOCKS:
        return type->forward_blocks(&call, &s->b);
    case STEP_TO_PLANES:
        return blocked_to_planes(kernel, &in->blocks, out->planes.data);
    case STEP_TO_BLOCKS:
        return blocked_from_planes(kernel, in->planes.data, &out->blocks);
    case STEP_ALIAS: /* the picture's place is known only now */
        out->planes.data = in->planes.data;
        return true;
    }
    return false;
}

bool fast_run(FastPlan *p, const Tensor *input, Job *job, Arena *arena, Result *result,
              Error *err) {
    Value *picture = &p->values[p->picture[LAYOUT_PLANES]];
    if (!shape_equal(&input->shape, &picture->planes.shape))
        return error_set(err, ERROR_EXPECTED, TEXT("input of %s", p->model->name),
                         SHAPE_TEXT(&picture->planes.shape), SHAPE_TEXT(&input->shape));
    KernelContext kernel = {.tier = p->options.tier,
                            .pool = p->pool,
                            .job = job,
                            .scratch = p->scratch,
                            .scratch_count = p->scratch_floats};
    picture->planes.data = picture->blocks.data = input->data;
    double start = clock_ms();
    double last = start;
    for (int s = 0; s < p->step_count; s++) {
        if (job_cancelled(job) || !run_step_of(p, &p->steps[s], &kernel))
            return error_set(err, ERROR_CANCELLED,
                             TEXT(" in %s", p->model->graph.nodes[p->steps[s].node].name));
        const double now = clock_ms();
        p->steps[s].ms = now - last;
        last = now;
    }
    const double ms = last - start;
    const Tensor *answer = &p->values[p->answer].planes;
    if (!result_of_logits(result, answer, &p->options, p->pool, arena, err))
        return false;
    result->ms = ms;
    return true;
}
