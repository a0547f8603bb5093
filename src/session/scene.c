#include "session/scene.h"

#include "engine/input.h"
#include "engine/open.h"
#include <stdatomic.h>
#include <string.h>

/* A network that several scenes may show. */
typedef struct SharedModel {
    atomic_int references;
    uint64_t serial;
    Model *model;
} SharedModel;

struct Scene {
    atomic_int references;
    SceneNames names;
    SharedModel *shared;
    char image_path[FILE_PATH_MAX], image_note[IMAGE_NOTE_SIZE];
    Image picture;
    Arena arena; /* the input as a tensor, and the statistics */
    Tensor input;
    Stats input_stats, *stats; /* by node */
    ChannelStats *input_channels, **channels;
    uint64_t serial;
    Run *run;
    atomic_int ready;
};

static uint64_t next_serial(void) {
    static atomic_ullong serials;
    return atomic_fetch_add(&serials, 1) + 1;
}

static SharedModel *shared_new(const SceneNames *names, const RunOptions *options, Pool *pool,
                               Job *job, Error *err) {
    SharedModel *shared = mem_alloc(1, sizeof *shared, err);
    if (!shared)
        return NULL;
    atomic_init(&shared->references, 1);
    shared->serial = next_serial();
    const char *weights = names->weights[0] ? names->weights : NULL;
    shared->model = engine_open(names->model, names->size, weights, options, pool, job, err);
    if (shared->model)
        return shared;
    mem_free(shared);
    return NULL;
}

static void shared_release(SharedModel *shared) {
    if (!shared || atomic_fetch_sub(&shared->references, 1) > 1)
        return;
    model_free(shared->model);
    mem_free(shared);
}

static bool same_model(const SceneNames *a, const SceneNames *b) {
    return strcmp(a->model, b->model) == 0 && strcmp(a->weights, b->weights) == 0 &&
           a->size == b->size;
}

static bool open_model(Scene *scene, Scene *like, const RunOptions *options, Pool *pool, Job *job,
                       Error *err) {
    if (like && same_model(&like->names, &scene->names)) {
        atomic_fetch_add(&like->shared->references, 1);
        scene->shared = like->shared;
        return true;
    }
    scene->shared = shared_new(&scene->names, options, pool, job, err);
    return scene->shared != NULL;
}

/* The sample pictures that come with the program: the one that the network names, else a digit for
 * grey inputs, a still life for others. */
static bool find_picture(Scene *scene, Error *err) {
    const char *asked = scene->names.image;
    if (asked[0]) {
        /* "assets/images/digit_3.png" is found wherever the program was started. */
        if (asked[0] == '/' || file_exists(asked) ||
            !file_find(scene->image_path, sizeof scene->image_path, asked))
            memcpy(scene->image_path, asked, sizeof scene->image_path);
        return true;
    }
    bool grey = scene->shared->model->graph.input.dim[0] == 1;
    const char *own = scene->shared->model->sample;
    const char *sample = own[0] ? TEXT("assets/images/%.150s", own)
                         : grey ? "assets/images/digit_7.png"
                                : "assets/images/still_life.png";
    return file_find(scene->image_path, sizeof scene->image_path, sample) ||
           error_set(err, ERROR_MISSING, sample);
}

static ChannelStats *channel_stats(Scene *scene, int node, const Tensor *values, Error *err) {
    const SceneExtent extent = scene_extent(scene, node);
    const int64_t area = (int64_t)extent.height * extent.width;
    ChannelStats *all = arena_alloc(&scene->arena, (size_t)extent.channels, sizeof *all, err);
    for (int c = 0; all && c < extent.channels; c++) {
        const Stats s = stats_of(values->data + c * area, area);
        all[c] = (ChannelStats){s.min, s.max, (float)s.mean, (int32_t)s.argmax};
    }
    return all;
}

static bool open_run(Scene *scene, const RunOptions *options, Pool *pool, Error *err) {
    const Model *model = scene->shared->model;
    if (!engine_input_image(model, scene->image_path, &scene->arena, &scene->input, &scene->picture,
                            scene->image_note, err))
        return false;
    size_t nodes = (size_t)model->graph.node_count;
    scene->input_stats = stats_of(scene->input.data, tensor_count(&scene->input));
    scene->input_channels = channel_stats(scene, GRAPH_IMAGE, &scene->input, err);
    scene->stats = arena_alloc(&scene->arena, nodes, sizeof *scene->stats, err);
    scene->channels = arena_alloc(&scene->arena, nodes, sizeof *scene->channels, err);
    if (!scene->input_channels || !scene->stats || !scene->channels)
        return false;
    scene->run = run_new(model, &scene->input, options, pool, err);
    return scene->run != NULL;
}

Scene *scene_open(const SceneNames *names, Scene *like, const RunOptions *options, Pool *pool,
                  Job *job, Error *err) {
    Scene *scene = mem_alloc(1, sizeof *scene, err);
    if (!scene)
        return NULL;
    atomic_init(&scene->references, 1);
    atomic_init(&scene->ready, 0);
    scene->serial = next_serial();
    scene->names = *names;
    if (open_model(scene, like, options, pool, job, err) && find_picture(scene, err) &&
        open_run(scene, options, pool, err))
        return scene;
    scene_release(scene);
    return NULL;
}

Scene *scene_retain(Scene *scene) {
    atomic_fetch_add(&scene->references, 1);
    return scene;
}

void scene_release(Scene *scene) {
    if (!scene || atomic_fetch_sub(&scene->references, 1) > 1)
        return;
    run_release(scene->run);
    shared_release(scene->shared);
    image_free(&scene->picture);
    arena_free(&scene->arena);
    mem_free(scene);
}

bool scene_compute(Scene *scene, Job *job, Error *err) {
    int node = scene_ready(scene);
    if (node >= scene->shared->model->graph.node_count)
        return true;
    if (!run_until(scene->run, node, job, err))
        return false;
    const Tensor *out = run_output(scene->run, node);
    scene->stats[node] = stats_of(out->data, tensor_count(out));
    scene->channels[node] = channel_stats(scene, node, out, err);
    if (!scene->channels[node])
        return false;
    atomic_store_explicit(&scene->ready, node + 1, memory_order_release);
    return true;
}

int scene_ready(const Scene *scene) {
    return atomic_load_explicit(&scene->ready, memory_order_acquire);
}

const Tensor *scene_values(const Scene *scene, int node) {
    if (node == GRAPH_IMAGE)
        return &scene->input;
    return node < scene_ready(scene) ? run_output(scene->run, node) : NULL;
}

const Stats *scene_stats(const Scene *scene, int node) {
    if (node == GRAPH_IMAGE)
        return &scene->input_stats;
    return node < scene_ready(scene) ? &scene->stats[node] : NULL;
}

const ChannelStats *scene_channels(const Scene *scene, int node) {
    if (node == GRAPH_IMAGE)
        return scene->input_channels;
    return node < scene_ready(scene) ? scene->channels[node] : NULL;
}

void scene_range(const Scene *scene, float *min, float *max) {
    const int ready = scene_ready(scene);
    *min = *max = 0;
    for (int i = 0; i < ready; i++) {
        *min = i && *min < scene->stats[i].min ? *min : scene->stats[i].min;
        *max = i && *max > scene->stats[i].max ? *max : scene->stats[i].max;
    }
}

double scene_node_ms(const Scene *scene, int node) {
    return node >= 0 && node < scene_ready(scene) ? run_node_ms(scene->run, node) : 0;
}

Run *scene_run(Scene *scene) {
    return scene->run;
}

uint64_t scene_serial(const Scene *scene) {
    return scene->serial;
}

const Model *scene_model(const Scene *scene) {
    return scene->shared->model;
}

const SceneNames *scene_names(const Scene *scene) {
    return &scene->names;
}

const Image *scene_picture(const Scene *scene) {
    return &scene->picture;
}

const char *scene_image_path(const Scene *scene) {
    return scene->image_path;
}

const char *scene_image_note(const Scene *scene) {
    return scene->image_note;
}

SceneExtent scene_extent(const Scene *scene, int node) {
    const Graph *graph = &scene->shared->model->graph;
    const Shape *shape = node == GRAPH_IMAGE ? &graph->input : &graph->nodes[node].out;
    SceneExtent extent = {.channels = (int)shape->dim[0], .height = 1, .width = 1};
    if (shape->rank == 3) {
        extent.height = (int)shape->dim[1];
        extent.width = (int)shape->dim[2];
    }
    extent.vector = extent.height == 1 && extent.width == 1;
    return extent;
}

uint64_t scene_model_serial(const Scene *scene) {
    return scene->shared->serial;
}

bool scene_trace(const Scene *scene, int node, int channel, int y, int x, Arena *arena,
                 Trace *trace, Error *err) {
    const Model *model = scene->shared->model;
    const Node *n = &model->graph.nodes[node];
    const Tensor **in = arena_alloc(arena, (size_t)n->input_count, sizeof *in, err);
    if (!in)
        return false;
    for (int i = 0; i < n->input_count; i++)
        in[i] = scene_values(scene, n->inputs[i]);
    Tensor out = *scene_values(scene, node);
    LayerCall call = {.path = run_options(scene->run)->path,
                      .params = n->params,
                      .in = in,
                      .in_count = n->input_count,
                      .out = &out};
    for (int i = 0; i < n->weight_count; i++)
        call.weights[i] = model->weights.data[node][i];
    return layer_trace(n->type, &call, channel, y, x, arena, trace, err);
}
