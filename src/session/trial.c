#include "session/trial.h"

#include "base/memory.h"
#include "kernel/conv.h"
#include <math.h>
#include <string.h>

/* --- Which layer ------------------------------------------------------------------------------ */

int trial_convolution(const Graph *g, int node) {
    while (node >= 0) {
        const Node *n = &g->nodes[node];
        if (strcmp(n->type->name, "conv") == 0)
            return node;
        const bool keeps = n->type->family == LAYER_ACTIVATION ||
                           n->type->family == LAYER_NORMALISATION ||
                           strcmp(n->type->name, "maxpool") == 0;
        if (!keeps || n->input_count != 1)
            return GRAPH_FAILED;
        node = n->inputs[0];
    }
    return GRAPH_FAILED;
}

const char *trial_refuses(const Session *s) {
    return !s->scene ? "refuse.no_network"
           : trial_convolution(session_graph(s), s->state.place.node) == GRAPH_FAILED
               ? "refuse.no_convolution"
               : NULL;
}

StateTrial trial_now(const Session *s) {
    static State initial;
    const StateTrial *t = &s->state.place.trial;
    const int node = s->scene ? trial_convolution(session_graph(s), s->state.place.node) : -1;
    if (t->of == node)
        return *t;
    state_init(&initial);
    StateTrial fresh = initial.place.trial;
    fresh.what = t->what;
    fresh.slider = t->slider;
    fresh.source = t->source;
    fresh.of = node;
    return fresh;
}

/* --- Its numbers ------------------------------------------------------------------------------ */

static void take(const Node *n, const char *name, int64_t *numbers) {
    for (const ParamSpec *p = n->type->params; p->name; p++)
        if (strcmp(p->name, name) == 0)
            memcpy(numbers, (const char *)n->params + p->offset,
                   (p->kind == PARAM_PAIR ? 2 : 1) * sizeof *numbers);
}

TrialParams trial_own(const Node *conv) {
    TrialParams p;
    take(conv, "kernel", p.kernel);
    take(conv, "stride", p.stride);
    take(conv, "padding", p.padding);
    take(conv, "dilation", p.dilation);
    take(conv, "groups", &p.groups);
    return p;
}

static void set_pair(int value, int64_t pair[2]) {
    if (value >= 0)
        pair[0] = pair[1] = value;
}

TrialParams trial_params(const Node *conv, const StateTrial *t) {
    TrialParams p = trial_own(conv);
    set_pair(t->kernel, p.kernel);
    set_pair(t->stride, p.stride);
    set_pair(t->padding, p.padding);
    set_pair(t->dilation, p.dilation);
    p.groups = t->groups > 0 ? t->groups : p.groups;
    for (int i = 0; i < 2; i++) {
        p.kernel[i] = p.kernel[i] < 1 ? 1 : p.kernel[i];
        p.stride[i] = p.stride[i] < 1 ? 1 : p.stride[i];
        p.dilation[i] = p.dilation[i] < 1 ? 1 : p.dilation[i];
    }
    return p;
}

TrialFigures trial_figures(const Node *conv, const TrialParams *p) {
    TrialFigures f = {.fault = TRIAL_FITS};
    const int64_t in = conv->in.dim[0], out = conv->out.dim[0];
    for (int i = 0; i < 2; i++) {
        f.extent[i] = p->dilation[i] * (p->kernel[i] - 1) + 1;
        f.out[i] =
            layer_slide(conv->in.dim[1 + i], f.extent[i], p->stride[i], p->padding[i], false);
        if (f.extent[i] > conv->in.dim[1 + i] + 2 * p->padding[i])
            f.fault = TRIAL_LARGE;
    }
    if (in % p->groups || out % p->groups)
        f.fault = TRIAL_GROUPS;
    f.weights = out * (in / p->groups) * p->kernel[0] * p->kernel[1];
    f.macs = f.fault ? 0 : f.weights * f.out[0] * f.out[1];
    return f;
}

/* --- Kernels ---------------------------------------------------------------------------------- */

/* The layer's own for that map and input map, at kernel[0] x kernel[1]: its middle, or zeros around
 * it; zeros for a map that it does not see. */
static void own_kernel(const Model *model, int node, int channel, int64_t input,
                       const int64_t kernel[2], float *out) {
    const Node *n = &model->graph.nodes[node];
    const TrialParams own = trial_own(n);
    const int64_t each = n->in.dim[0] / own.groups;
    const int64_t first = channel / (n->out.dim[0] / own.groups) * each;
    memset(out, 0, (size_t)(kernel[0] * kernel[1]) * sizeof *out);
    if (input < first || input >= first + each)
        return;
    const int64_t area = own.kernel[0] * own.kernel[1];
    const float *w = model->weights.data[node][0] + (channel * each + input - first) * area;
    const int64_t dy = kernel[0] / 2 - own.kernel[0] / 2, dx = kernel[1] / 2 - own.kernel[1] / 2;
    for (int64_t y = 0; y < own.kernel[0]; y++)
        for (int64_t x = 0; x < own.kernel[1]; x++)
            if (y + dy >= 0 && y + dy < kernel[0] && x + dx >= 0 && x + dx < kernel[1])
                out[(y + dy) * kernel[1] + x + dx] = w[y * own.kernel[1] + x];
}

int64_t trial_input_of(const Model *model, int node, int channel, const StateTrial *t) {
    const Node *n = &model->graph.nodes[node];
    const TrialParams own = trial_own(n);
    const int64_t each = n->in.dim[0] / own.groups, area = own.kernel[0] * own.kernel[1];
    const float *w = model->weights.data[node][0] + channel * each * area;
    int64_t best = 0;
    if (t->input >= 0)
        return t->input < n->in.dim[0] ? t->input : n->in.dim[0] - 1;
    for (int64_t i = 1; i < each * area; i++)
        if (fabsf(w[i]) > fabsf(w[best]))
            best = i;
    return channel / (n->out.dim[0] / own.groups) * each + best / area;
}

static void sobel(bool along_x, const int64_t k[2], float *out) {
    static const float smooth[] = {1, 2, 1};
    for (int64_t i = 0; i < 3; i++)
        for (int64_t j = -1; j <= 1; j += 2) {
            const int64_t y = k[0] / 2 + (along_x ? i - 1 : j),
                          x = k[1] / 2 + (along_x ? j : i - 1);
            if (y >= 0 && y < k[0] && x >= 0 && x < k[1])
                out[y * k[1] + x] = smooth[i] * (float)j;
        }
}

static void preset_kernel(StatePreset preset, const int64_t k[2], float *out) {
    const int64_t area = k[0] * k[1], middle = k[0] / 2 * k[1] + k[1] / 2;
    for (int64_t i = 0; i < area; i++)
        out[i] = preset == PRESET_BLUR      ? 1 / (float)area
                 : preset == PRESET_SHARPEN ? -1 / (float)area
                                            : 0;
    if (preset == PRESET_IDENTITY)
        out[middle] = 1;
    else if (preset == PRESET_SHARPEN)
        out[middle] += 2;
    else if (preset != PRESET_BLUR)
        sobel(preset == PRESET_SOBEL_X, k, out);
}

static void unedited(const Model *model, int node, int channel, const StateTrial *t, float *out) {
    const TrialParams p = trial_params(&model->graph.nodes[node], t);
    const int64_t area = p.kernel[0] * p.kernel[1];
    if (t->preset != PRESET_OWN && t->preset != PRESET_FLIP) {
        preset_kernel(t->preset, p.kernel, out);
        return;
    }
    own_kernel(model, node, channel, trial_input_of(model, node, channel, t), p.kernel, out);
    for (int64_t i = 0; t->preset == PRESET_FLIP && i < area / 2; i++) {
        const float kept = out[i];
        out[i] = out[area - 1 - i];
        out[area - 1 - i] = kept;
    }
}

double trial_unit(const Model *model, int node, int channel, const StateTrial *t) {
    const Node *n = &model->graph.nodes[node];
    const int64_t count = shape_count(&n->weights[0].shape) / n->out.dim[0];
    const float *w = model->weights.data[node][0] + channel * count;
    double most = 0;
    if (t->preset != PRESET_OWN && t->preset != PRESET_FLIP)
        return 0.01;
    for (int64_t i = 0; i < count; i++)
        most = fmax(most, fabs((double)w[i]));
    return most > 0 ? pow(10, floor(log10(most)) - 2) : 0.01; /* a hundredth of its first digit */
}

void trial_kernel(const Model *model, int node, int channel, const StateTrial *t, float *out) {
    const TrialParams p = trial_params(&model->graph.nodes[node], t);
    const double unit = trial_unit(model, node, channel, t);
    unedited(model, node, channel, t, out);
    for (int64_t i = 0; i < p.kernel[0] * p.kernel[1] && i < TRIAL_CELLS; i++)
        if (t->edits[i])
            out[i] += (float)(t->edits[i] * unit);
}

/* --- The work --------------------------------------------------------------------------------- */

typedef struct Trial {
    Work work;
    StateTrial asked;
    int node, shown, channel; /* the convolution, the node shown, its map */
    Run *run;
    Arena arena;
    TrialResult result;
} Trial;

typedef struct TrialConv {
    TrialParams params;
    int64_t channels, height, width; /* of the input */
    const float *x, *w, *bias;
    float *y;
} TrialConv;

static bool convolve(const TrialConv *c, const TrialFigures *f, const RunOptions *options,
                     Pool *pool, Job *job) {
    const TrialParams *p = &c->params;
    const ConvShape shape = {.n = 1,
                             .ic = c->channels,
                             .ih = c->height,
                             .iw = c->width,
                             .oc = 1,
                             .oh = f->out[0],
                             .ow = f->out[1],
                             .kh = p->kernel[0],
                             .kw = p->kernel[1],
                             .sy = p->stride[0],
                             .sx = p->stride[1],
                             .py = p->padding[0],
                             .px = p->padding[1],
                             .dy = p->dilation[0],
                             .dx = p->dilation[1],
                             .groups = 1};
    const KernelContext kernel = {.tier = options->tier, .pool = pool, .job = job};
    return conv_naive(&kernel, &shape, c->x, c->w, c->bias, c->y);
}

/* The chosen map with other parameters, by the layer's own filter and bias. */
static bool compute_size(Trial *t, const RunOptions *options, Pool *pool, Job *job, Error *err) {
    const Model *model = scene_model(t->work.scene);
    const Node *n = &model->graph.nodes[t->node];
    TrialConv c = {
        .params = trial_params(n, &t->asked), .height = n->in.dim[1], .width = n->in.dim[2]};
    const TrialFigures f = trial_figures(n, &c.params);
    const int64_t area = c.params.kernel[0] * c.params.kernel[1];
    c.channels = n->in.dim[0] / c.params.groups;
    const int64_t first = t->channel / (n->out.dim[0] / c.params.groups) * c.channels;
    float *w = arena_alloc(&t->arena, (size_t)(c.channels * area), sizeof *w, err);
    const Shape out = SHAPE(1, f.out[0], f.out[1]);
    if (!w || !tensor_new(&t->result.map, &t->arena, &out, err))
        return false;
    for (int64_t i = 0; i < c.channels; i++)
        own_kernel(model, t->node, t->channel, first + i, c.params.kernel, w + i * area);
    c.x = scene_values(t->work.scene, n->inputs[0])->data + first * c.height * c.width;
    c.w = w;
    c.bias = n->weight_count > 1 ? model->weights.data[t->node][1] + t->channel : NULL;
    c.y = t->result.map.data;
    return convolve(&c, &f, options, pool, job) || error_set(err, ERROR_CANCELLED, "");
}

/* The picture as planes of 0..1, in grey or by colour. */
static const float *picture_planes(Trial *t, int planes, Error *err) {
    const Image *picture = scene_picture(t->work.scene);
    const int64_t area = (int64_t)picture->width * picture->height;
    float *x = arena_alloc(&t->arena, (size_t)(planes * area), sizeof *x, err);
    for (int64_t i = 0; x && i < area; i++) {
        const uint8_t *p = picture->pixels + i * picture->channels;
        const bool colours = picture->channels >= 3;
        for (int c = 0; planes > 1 && c < planes; c++)
            x[c * area + i] = (float)p[colours ? c : 0] / 255;
        if (planes == 1)
            x[i] = colours
                       ? (0.299f * (float)p[0] + 0.587f * (float)p[1] + 0.114f * (float)p[2]) / 255
                       : (float)p[0] / 255;
    }
    return x;
}

int trial_source_planes(const Session *s, const StateTrial *t) {
    return t->source == SOURCE_COLOURS && scene_picture(s->scene)->channels >= 3 ? 3 : 1;
}

/* The edited kernel over one map, or over the picture. */
static bool compute_kernel(Trial *t, const RunOptions *options, Pool *pool, Job *job, Error *err) {
    const Model *model = scene_model(t->work.scene);
    Node n = model->graph.nodes[t->node]; /* its input is not always that of the layer */
    const Image *picture = scene_picture(t->work.scene);
    const bool map = t->asked.source == SOURCE_MAP;
    const int planes = t->asked.source == SOURCE_COLOURS && picture->channels >= 3 ? 3 : 1;
    TrialConv c = {.params = trial_params(&n, &t->asked), .channels = 1};
    float w[64 * 64];
    trial_kernel(model, t->node, t->channel, &t->asked, w);
    const float *x =
        map ? scene_values(t->work.scene, n.inputs[0])->data : picture_planes(t, planes, err);
    if (!map)
        n.in = SHAPE(n.in.dim[0], picture->height, picture->width);
    c.params.groups = 1;
    const TrialFigures f = trial_figures(&n, &c.params);
    c.height = n.in.dim[1];
    c.width = n.in.dim[2];
    const Shape out = SHAPE(planes, f.out[0], f.out[1]);
    if (!x || f.fault || !tensor_new(&t->result.map, &t->arena, &out, err))
        return x && f.fault; /* the view says so */
    const int64_t area = c.height * c.width;
    x += map ? trial_input_of(model, t->node, t->channel, &t->asked) * area : 0;
    c.w = w;
    for (int i = 0; i < planes; i++) {
        c.x = x + i * area;
        c.y = t->result.map.data + i * f.out[0] * f.out[1];
        if (!convolve(&c, &f, options, pool, job))
            return error_set(err, ERROR_CANCELLED, "");
    }
    return true;
}

/* The layer shown with maps of it set to zero. */
static Run *run_without(Trial *t, Error *err) {
    const Tensor *values = scene_values(t->work.scene, t->shown);
    const SceneExtent e = scene_extent(t->work.scene, t->shown);
    const size_t area = (size_t)e.height * (size_t)e.width;
    float *x = mem_alloc_raw((size_t)tensor_count(values), sizeof *x, err);
    if (!x)
        return NULL;
    memcpy(x, values->data, (size_t)tensor_count(values) * sizeof *x);
    for (int c = 0; c < e.channels; c++)
        if (state_has_block(&t->asked.off, c))
            memset(x + (size_t)c * area, 0, area * sizeof *x);
    Run *run = run_new_given(scene_run(t->work.scene), &(RunGiven){t->shown, x}, 1, err);
    mem_free(x);
    return run;
}

int trial_patch_side(const Graph *g, const StateTrial *t) {
    const int64_t h = g->input.dim[1], w = g->input.dim[2], least = h < w ? h : w;
    const int64_t side = least * t->side / 100;
    return side < 1 ? 1 : (int)side;
}

/* The picture with a grey patch: 0 is the mean colour. */
static Run *run_patched(Trial *t, const RunOptions *options, Pool *pool, Error *err) {
    const Model *model = scene_model(t->work.scene);
    const Tensor *picture = scene_values(t->work.scene, GRAPH_IMAGE);
    const int side = trial_patch_side(&model->graph, &t->asked);
    const int64_t h = model->graph.input.dim[1], w = model->graph.input.dim[2];
    Tensor x;
    if (!tensor_new(&x, &t->arena, &picture->shape, err))
        return NULL;
    memcpy(x.data, picture->data, (size_t)tensor_count(picture) * sizeof(float));
    const int64_t top = t->asked.patch[0] - side / 2, left = t->asked.patch[1] - side / 2;
    for (int64_t c = 0; c < model->graph.input.dim[0]; c++)
        for (int64_t i = top < 0 ? 0 : top; i < top + side && i < h; i++)
            for (int64_t j = left < 0 ? 0 : left; j < left + side && j < w; j++)
                x.data[(c * h + i) * w + j] = 0;
    return run_new(model, &x, options, pool, err);
}

/* A node at a time. */
static bool step_answer(Trial *t, const RunOptions *options, Pool *pool, Job *job, bool *done,
                        Error *err) {
    if (!t->run)
        t->run =
            t->asked.what == TRY_PATCH ? run_patched(t, options, pool, err) : run_without(t, err);
    if (!t->run || !run_step(t->run, job, err))
        return false;
    if (run_cursor(t->run) < scene_model(t->work.scene)->graph.node_count)
        return true;
    *done = result_of_run(&t->result.before, scene_run(t->work.scene), &t->arena, err) &&
            result_of_run(&t->result.after, t->run, &t->arena, err);
    run_release(t->run);
    t->run = NULL;
    return *done;
}

static bool trial_step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done,
                       Error *err) {
    Trial *t = (Trial *)w;
    if (t->asked.what >= TRY_CHANNELS)
        return step_answer(t, options, pool, job, done, err);
    *done = (t->asked.what == TRY_SIZE ? compute_size : compute_kernel)(t, options, pool, job, err);
    return *done;
}

static double trial_fraction(const Work *w) {
    (void)w;
    return 0;
}

static void trial_close(Work *w) {
    Trial *t = (Trial *)w;
    run_release(t->run);
    arena_free(&t->arena);
}

static const WorkKind trial_kind = {trial_step, trial_fraction, trial_close};

const TrialResult *trial_result(const Work *w) {
    return w && w->kind == &trial_kind && work_done(w) ? &((const Trial *)w)->result : NULL;
}

/* What the result does not depend on is as at the beginning, so that it is not made again for it.
 */
static StateTrial asked_for(const Session *s, int *channel) {
    static State initial;
    StateTrial t = trial_now(s);
    state_init(&initial);
    const StateTrial *fresh = &initial.place.trial;
    t.slider = 0;
    memcpy(t.cell, fresh->cell, sizeof t.cell);
    if (t.what != TRY_KERNEL) {
        memcpy(t.edits, fresh->edits, sizeof t.edits);
        t.preset = fresh->preset;
        t.source = fresh->source;
        t.input = fresh->input;
    } else {
        t.groups = fresh->groups;
    }
    if (t.what >= TRY_CHANNELS) {
        t.kernel = t.stride = t.padding = t.dilation = t.groups = -1;
        *channel = 0;
    }
    if (t.what != TRY_CHANNELS)
        t.off = fresh->off;
    if (t.what != TRY_PATCH) {
        memcpy(t.patch, fresh->patch, sizeof t.patch);
        t.side = fresh->side;
    }
    return t;
}

static bool asks_for_nothing(const Session *s, const StateTrial *t) {
    static const StateBlocks none;
    const Node *n = &session_graph(s)->nodes[t->of];
    const TrialParams p = trial_params(n, t);
    return t->what == TRY_SIZE       ? trial_figures(n, &p).fault != TRIAL_FITS
           : t->what == TRY_CHANNELS ? memcmp(&t->off, &none, sizeof none) == 0
           : t->what == TRY_PATCH    ? t->patch[0] < 0
                                     : false;
}

Work *trial_wants(Session *s, Work *now, Error *err) {
    int channel = s->state.place.channel;
    if (trial_refuses(s))
        return NULL;
    const StateTrial asked = asked_for(s, &channel);
    const Trial *had = now && now->kind == &trial_kind ? (const Trial *)now : NULL;
    if (asks_for_nothing(s, &asked))
        return NULL;
    if (had && had->work.scene == s->scene && had->channel == channel &&
        had->shown == s->state.place.node && memcmp(&had->asked, &asked, sizeof asked) == 0)
        return now;
    Trial *t = mem_alloc(1, sizeof *t, err);
    if (!t)
        return NULL;
    const Graph *g = session_graph(s);
    work_begin(&t->work, &trial_kind, s->scene,
               asked.what >= TRY_CHANNELS ? session_last_node(s) : asked.of);
    t->asked = asked;
    t->node = asked.of;
    t->shown = s->state.place.node;
    t->channel = channel < g->nodes[asked.of].out.dim[0] ? channel : 0;
    return &t->work;
}
