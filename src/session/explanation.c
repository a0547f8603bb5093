#include "session/explanation.h"

#include "base/memory.h"
#include "engine/input.h"
#include "engine/open.h"
#include "explain/gradcam.h"
#include "explain/rules.h"
#include <stdatomic.h>
#include <string.h>

struct Explanation {
    Work work;
    ExplainRequest request;

    /* of the thread that fills it */
    Arena arena;
    Tensor input; /* of the other picture */
    Run *other;
    Model *random;
    Run *random_run;
    Occlusion *occlusion;

    /* published: a part is read once `ready` is past it, the rest once `ended` is set */
    Tensor parts[EXPLANATION_PARTS];
    atomic_int ready;
    Projection *projection;
    int other_channel;
    atomic_int label; /* -1: not known yet */
    ExplainScores scores;
    float *probability, *sum;
    atomic_int scores_done; /* -1: not begun */
};

void explain_request_begin(ExplainRequest *request) {
    memset(request, 0, sizeof *request);
    request->label = -1;
}

/* --- What is asked for ------------------------------------------------------------------------ */

static int logits_node(const Graph *g) {
    const int last = g->node_count - 1;
    return strcmp(g->nodes[last].type->name, "softmax") == 0 ? g->nodes[last].inputs[0] : last;
}

static bool asks_for_class(const ExplainRequest *r) {
    return r->method == EXPLAIN_GRADCAM || r->method == EXPLAIN_OCCLUSION ||
           r->start == START_CLASS;
}

/* The node that the scene must have computed before it can begin. */
static int needed_node(const Scene *scene, const ExplainRequest *request) {
    const Graph *g = &scene_model(scene)->graph;
    return asks_for_class(request) ? g->node_count - 1 : request->node;
}

/* The likeliest. */
static int class_of(const Explanation *e) {
    const Graph *g = &scene_model(e->work.scene)->graph;
    const Stats *stats = scene_stats(e->work.scene, logits_node(g));
    return stats && stats->argmax >= 0 ? (int)stats->argmax : 0;
}

bool explanation_cell(const Explanation *e, int64_t *y, int64_t *x) {
    const ExplainRequest *r = &e->request;
    *y = *x = 0;
    if (r->node == GRAPH_IMAGE || r->start == START_ALL || r->start == START_CLASS ||
        r->method >= EXPLAIN_OCCLUSION)
        return false;
    const SceneExtent extent = scene_extent(e->work.scene, r->node);
    const ChannelStats *stats = scene_channels(e->work.scene, r->node);
    const bool chosen = r->start == START_CELL && r->cell[0] >= 0;
    if (extent.vector || (!chosen && (!stats || stats[r->channel].argmax < 0)))
        return false;
    *y = chosen ? r->cell[0] : stats[r->channel].argmax / extent.width;
    *x = chosen ? r->cell[1] : stats[r->channel].argmax % extent.width;
    return true;
}

/* Where the way down begins. */
static int first_node(const Explanation *e, Seed *seed) {
    const ExplainRequest *r = &e->request;
    static const SeedKind kinds[] = {[START_MAX] = SEED_MAX,
                                     [START_ALL] = SEED_ALL,
                                     [START_CELL] = SEED_AT,
                                     [START_CLASS] = SEED_ONE};
    *seed = (Seed){.kind = kinds[r->start],
                   .channel = r->channel,
                   .y = r->cell[0],
                   .x = r->cell[1],
                   .random = 1};
    if (r->start == START_CELL && (r->cell[0] < 0 || scene_extent(e->work.scene, r->node).vector))
        seed->kind = SEED_MAX;
    if (r->start != START_CLASS)
        return r->node;
    *seed = (Seed){.kind = SEED_ONE, .channel = atomic_load(&e->label)};
    return logits_node(&scene_model(e->work.scene)->graph);
}

/* --- Parts ------------------------------------------------------------------------------------ */

static void publish(Explanation *e) {
    atomic_fetch_add_explicit(&e->ready, 1, memory_order_release);
}

static bool keep(Explanation *e, const Tensor *values, Error *err) {
    const int part = atomic_load(&e->ready);
    Tensor *kept = &e->parts[part];
    if (!tensor_new(kept, &e->arena, &values->shape, err))
        return false;
    memcpy(kept->data, values->data, (size_t)tensor_count(values) * sizeof(float));
    publish(e);
    return true;
}

/* The other picture through the network as far as the way begins, for its switches. */
static bool open_other(Explanation *e, int node, const RunOptions *options, Pool *pool, Job *job,
                       Error *err) {
    if (e->request.switches != SWITCHES_OTHER)
        return true;
    const Model *model = scene_model(e->work.scene);
    char path[FILE_PATH_MAX], note[IMAGE_NOTE_SIZE];
    if (file_exists(e->request.other) || !file_find(path, sizeof path, e->request.other))
        memcpy(path, e->request.other, sizeof path);
    if (!e->other) {
        if (!engine_input_image(model, path, &e->arena, &e->input, NULL, note, err))
            return false;
        e->other = run_new(model, &e->input, options, pool, err);
    }
    return e->other && run_until(e->other, node, job, err);
}

/* One way down over a run, its end kept as a part. */
static bool go_down(Explanation *e, Run *run, const LayerRules *rules, int node, const Seed *seed,
                    Job *job, Error *err) {
    Projection *p = projection_new(run, node, GRAPH_IMAGE, false, err);
    const bool ok = p && projection_begin(p, rules, e->other, seed, err) &&
                    projection_all(p, job, err) && keep(e, projection_signal(p, GRAPH_IMAGE), err);
    projection_free(p);
    return ok;
}

static bool project(Explanation *e, const RunOptions *options, Pool *pool, Job *job, Error *err) {
    static const ExplainRule named[] = {[EXPLAIN_DECONVNET] = RULE_DECONVNET,
                                        [EXPLAIN_GRADIENT] = RULE_GRADIENT,
                                        [EXPLAIN_GUIDED] = RULE_GUIDED};
    Seed seed;
    const int node = first_node(e, &seed);
    LayerRules rules = rule_rules(named[e->request.method]);
    rules.switches = e->request.switches;
    if (!open_other(e, node, options, pool, job, err))
        return false;
    Projection *p = projection_new(scene_run(e->work.scene), node, GRAPH_IMAGE, true, err);
    if (p && projection_begin(p, &rules, e->other, &seed, err) && projection_all(p, job, err) &&
        keep(e, projection_signal(p, GRAPH_IMAGE), err)) {
        e->projection = p;
        return true;
    }
    projection_free(p);
    return false;
}

static bool next_corner(Explanation *e, const RunOptions *options, Pool *pool, Job *job,
                        Error *err) {
    Seed seed;
    const int node = first_node(e, &seed);
    const LayerSwitches off =
        e->request.switches == SWITCHES_OTHER ? SWITCHES_OTHER : SWITCHES_CENTER;
    const LayerRules rules = cube_rules(atomic_load(&e->ready), off);
    return open_other(e, node, options, pool, job, err) &&
           go_down(e, scene_run(e->work.scene), &rules, node, &seed, job, err);
}

/* --- Tests ------------------------------------------------------------------------------------ */

/* The strongest of the other channels; the same one if there is no other. */
static int strongest_other(const Scene *scene, int node, int channel) {
    const ChannelStats *stats = scene_channels(scene, node);
    int best = -1;
    for (int c = 0; c < scene_extent(scene, node).channels; c++)
        if (c != channel && (best < 0 || stats[c].max > stats[best].max))
            best = c;
    return best < 0 ? channel : best;
}

/* The same network with weights that nobody has trained, as far as the way begins. */
static bool randomise(Explanation *e, int node, const RunOptions *options, Pool *pool, Job *job,
                      Error *err) {
    const SceneNames *names = scene_names(e->work.scene);
    if (!e->random)
        e->random = engine_open(names->model, names->size, "random:1", options, pool, job, err);
    if (e->random && !e->random_run)
        e->random_run =
            run_new(e->random, scene_values(e->work.scene, GRAPH_IMAGE), options, pool, err);
    return e->random_run && run_until(e->random_run, node, job, err);
}

/* Another unit at the place where the real one's way begins, so that both see the same part of the
 * picture; a 1 starts there, whatever it made of that. */
static void same_place(const Explanation *e, Seed *seed) {
    if (seed->kind != SEED_MAX && seed->kind != SEED_AT)
        return;
    *seed = (Seed){.kind = SEED_ONE, .channel = seed->channel};
    explanation_cell(e, &seed->y, &seed->x);
}

static bool next_test(Explanation *e, const RunOptions *options, Pool *pool, Job *job, Error *err) {
    Seed seed;
    const int node = first_node(e, &seed);
    const LayerRules rules = rule_rules(RULE_DECONVNET);
    Run *run = scene_run(e->work.scene);
    switch (atomic_load(&e->ready)) {
    case TEST_RANDOM_WEIGHTS:
        if (!randomise(e, node, options, pool, job, err))
            return false;
        run = e->random_run;
        same_place(e, &seed);
        break;
    case TEST_OTHER_CHANNEL:
        seed.channel = e->other_channel = strongest_other(e->work.scene, node, (int)seed.channel);
        same_place(e, &seed);
        break;
    case TEST_NOISE:
        seed.kind = SEED_NOISE;
        break;
    default:
        break;
    }
    return go_down(e, run, &rules, node, &seed, job, err);
}

/* --- Occlusion and Grad-CAM ------------------------------------------------------------------- */

static bool begin_occlusion(Explanation *e, const RunOptions *options, Pool *pool, Job *job,
                            Error *err) {
    const ExplainRequest *r = &e->request;
    const bool maps = r->node != GRAPH_IMAGE && !scene_extent(e->work.scene, r->node).vector;
    const OcclusionOptions how = {.label = atomic_load(&e->label),
                                  .node = maps ? r->node : GRAPH_IMAGE,
                                  .channel = r->channel,
                                  .batch = 2};
    e->occlusion =
        occlusion_new(scene_model(e->work.scene), scene_values(e->work.scene, GRAPH_IMAGE), &how,
                      options, pool, job, err);
    if (!e->occlusion)
        return false;
    const OcclusionView *view = occlusion_view(e->occlusion);
    const size_t count = (size_t)(view->rows * view->columns);
    e->probability = arena_alloc(&e->arena, count, sizeof *e->probability, err);
    e->sum = maps ? arena_alloc(&e->arena, count, sizeof *e->sum, err) : NULL;
    if (!e->probability || (maps && !e->sum))
        return false;
    e->scores = (ExplainScores){.rows = (int)view->rows,
                                .columns = (int)view->columns,
                                .patch = (int)view->patch,
                                .stride = (int)view->stride,
                                .probability = e->probability,
                                .sum = e->sum,
                                .whole_probability = view->whole_probability,
                                .whole_sum = view->whole_sum};
    atomic_store_explicit(&e->scores_done, 0, memory_order_release);
    return true;
}

static bool occlude(Explanation *e, const RunOptions *options, Pool *pool, Job *job, Error *err) {
    if (!e->occlusion)
        return begin_occlusion(e, options, pool, job, err);
    if (!occlusion_step(e->occlusion, job, err))
        return false;
    const OcclusionView *view = occlusion_view(e->occlusion);
    for (int64_t i = atomic_load(&e->scores_done); i < view->done; i++) {
        e->probability[i] = view->probability[i];
        if (e->sum)
            e->sum[i] = view->sum[i];
    }
    atomic_store_explicit(&e->scores_done, (int)view->done, memory_order_release);
    return true;
}

static bool see_class(Explanation *e, Job *job, Error *err) {
    const Graph *g = &scene_model(e->work.scene)->graph;
    const int node = e->request.node;
    const bool maps = node != GRAPH_IMAGE && !scene_extent(e->work.scene, node).vector;
    Tensor map;
    if (!gradcam(scene_run(e->work.scene), maps ? node : gradcam_node(g), atomic_load(&e->label),
                 job, &e->arena, &map, NULL, err))
        return false;
    e->parts[0] = map;
    publish(e);
    return true;
}

/* --- Step by step ----------------------------------------------------------------------------- */

int explanation_parts(const Explanation *e) {
    switch (e->request.method) {
    case EXPLAIN_CUBE:
        return CUBE_CORNERS;
    case EXPLAIN_TESTS:
        return EXPLAIN_TESTS_COUNT;
    case EXPLAIN_NONE:
    case EXPLAIN_OCCLUSION:
        return 0;
    default:
        return 1;
    }
}

static bool work(Explanation *e, const RunOptions *options, Pool *pool, Job *job, Error *err) {
    switch (e->request.method) {
    case EXPLAIN_CUBE:
        return next_corner(e, options, pool, job, err);
    case EXPLAIN_TESTS:
        return next_test(e, options, pool, job, err);
    case EXPLAIN_OCCLUSION:
        return occlude(e, options, pool, job, err);
    case EXPLAIN_GRADCAM:
        return see_class(e, job, err);
    default:
        return project(e, options, pool, job, err);
    }
}

static bool step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err) {
    Explanation *e = (Explanation *)w;
    if (e->request.label < 0)
        atomic_store(&e->label, class_of(e));
    if (!work(e, options, pool, job, err))
        return false;
    *done = e->request.method == EXPLAIN_OCCLUSION ? occlusion_at_end(e->occlusion)
                                                   : atomic_load(&e->ready) >= explanation_parts(e);
    return true;
}

/* Of all parts, those underway left out. */
static double fraction(const Work *w) {
    const Explanation *e = (const Explanation *)w;
    ExplainScores scores;
    if (e->request.method != EXPLAIN_OCCLUSION)
        return (double)atomic_load(&e->ready) / explanation_parts(e);
    return explanation_scores(e, &scores) ? (double)scores.done / (scores.rows * scores.columns)
                                          : 0;
}

static void close_explanation(Work *w) {
    Explanation *e = (Explanation *)w;
    projection_free(e->projection);
    occlusion_free(e->occlusion);
    run_release(e->random_run);
    model_free(e->random);
    run_release(e->other);
    arena_free(&e->arena);
}

Explanation *explanation_new(Scene *scene, const ExplainRequest *request, Error *err) {
    static const WorkKind kind = {step, fraction, close_explanation};
    Explanation *e = mem_alloc(1, sizeof *e, err);
    if (!e)
        return NULL;
    work_begin(&e->work, &kind, scene, needed_node(scene, request));
    atomic_init(&e->scores_done, -1);
    e->request = *request;
    atomic_init(&e->label, request->label);
    return e;
}

/* --- What there is ---------------------------------------------------------------------------- */

Work *explanation_work(Explanation *e) {
    return e ? &e->work : NULL;
}

const Work *explanation_progress(const Explanation *e) {
    return e ? &e->work : NULL;
}

const ExplainRequest *explanation_request(const Explanation *e) {
    return &e->request;
}

const Scene *explanation_scene(const Explanation *e) {
    return e->work.scene;
}

const Tensor *explanation_part(const Explanation *e, int part) {
    return part < atomic_load_explicit(&e->ready, memory_order_acquire) ? &e->parts[part] : NULL;
}

int explanation_other_channel(const Explanation *e) {
    return e->other_channel;
}

int explanation_label(const Explanation *e) {
    return atomic_load(&e->label);
}

const Projection *explanation_projection(const Explanation *e) {
    return work_done(&e->work) ? e->projection : NULL;
}

const Tensor *explanation_switch_values(const Explanation *e, int node) {
    return e->other && work_at_end(&e->work) ? run_output(e->other, node)
                                             : scene_values(e->work.scene, node);
}

bool explanation_scores(const Explanation *e, ExplainScores *scores) {
    const int done = atomic_load_explicit(&e->scores_done, memory_order_acquire);
    if (done < 0)
        return false;
    *scores = e->scores;
    scores->done = done;
    return true;
}
