#include "explain/top9.h"

#include "base/random.h"
#include "explain/project.h"
#include "tensor/stats.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- The table ----------------------------------------------------------------------------------
 */

static int start_of(const Graph *g, int node) {
    return strcmp(g->nodes[node].type->name, "softmax") == 0 ? g->nodes[node].inputs[0] : node;
}

/* FNV-1a by words. */
static const char *fingerprint(Arena *arena, const Model *model, int node, Error *err) {
    const Graph *g = &model->graph;
    uint64_t hash = random_stream(SHAPE_TEXT(&g->input));
    hash = (hash ^ random_stream(g->nodes[node].name)) * 0x100000001b3u;
    for (int i = 0; i <= node; i++)
        for (int w = 0; w < g->nodes[i].weight_count; w++) {
            const float *data = model->weights.data[i][w];
            const int64_t count = shape_count(&g->nodes[i].weights[w].shape);
            for (int64_t k = 0; k < count; k++) {
                uint32_t word;
                memcpy(&word, data + k, sizeof word);
                hash = (hash ^ word) * 0x100000001b3u;
            }
        }
    return arena_format(arena, err, "%016" PRIx64, hash);
}

bool top_begin(TopTable *t, const Model *model, const char *which, int node,
               const int64_t *channels, int64_t channel_count, const char *data, int64_t pictures,
               int shard, int shards, Error *err) {
    const Graph *g = &model->graph;
    node = start_of(g, node);
    const int64_t there = g->nodes[node].out.dim[0];
    const size_t entries = (size_t)channel_count * TOP_BEST;
    *t = (TopTable){.pictures = pictures,
                    .shard = shards ? shard : 1,
                    .shards = shards ? shards : 1,
                    .channel_count = channel_count};
    for (int64_t i = 0; i < channel_count; i++)
        if (channels[i] < 0 || channels[i] >= there)
            return error_set(err, ERROR_EXPECTED, TEXT("channel of %s", g->nodes[node].name),
                             TEXT("0..%lld", (long long)there - 1),
                             TEXT("%lld", (long long)channels[i]));
    t->model = arena_text(&t->arena, which, err);
    t->weights = arena_text(&t->arena, model->weights.source, err);
    t->node = arena_text(&t->arena, g->nodes[node].name, err);
    t->data = arena_text(&t->arena, data, err);
    t->fingerprint = fingerprint(&t->arena, model, node, err);
    t->channels = arena_alloc(&t->arena, (size_t)channel_count, sizeof *t->channels, err);
    t->entries = arena_alloc(&t->arena, entries, sizeof *t->entries, err);
    if (!t->model || !t->weights || !t->node || !t->data || !t->fingerprint || !t->channels ||
        !t->entries)
        return false;
    memcpy(t->channels, channels, (size_t)channel_count * sizeof *channels);
    for (size_t i = 0; i < entries; i++)
        t->entries[i].picture = -1;
    return true;
}

void top_free(TopTable *t) {
    arena_free(&t->arena);
    *t = (TopTable){0};
}

int64_t top_shard_pictures(const TopTable *t) {
    return (t->pictures - t->shard + t->shards) / t->shards;
}

static bool is_stronger(const TopEntry *a, const TopEntry *b) {
    if (b->picture < 0)
        return true;
    return a->value > b->value || (a->value == b->value && a->picture < b->picture);
}

void top_offer(TopTable *t, int64_t channel_index, const TopEntry *entry) {
    TopEntry *best = t->entries + channel_index * TOP_BEST;
    int at = TOP_BEST;
    while (at > 0 && is_stronger(entry, &best[at - 1]))
        at--;
    if (at == TOP_BEST)
        return;
    memmove(best + at + 1, best + at, (size_t)(TOP_BEST - 1 - at) * sizeof *best);
    best[at] = *entry;
}

static bool differs(const char *path, const char *what, const char *a, const char *b, Error *err) {
    return strcmp(a, b) != 0 && !error_set(err, ERROR_EXPECTED, TEXT("%.100s: %s", path, what),
                                           TEXT("'%.150s'", a), TEXT("'%.150s'", b));
}

bool top_is_same(const TopTable *a, const TopTable *b, const char *path, Error *err) {
    if (differs(path, "network", a->model, b->model, err) ||
        differs(path, "node", a->node, b->node, err) ||
        differs(path, "weights", a->weights, b->weights, err) ||
        differs(path, "network, weights and size", a->fingerprint, b->fingerprint, err) ||
        differs(path, "pictures", TEXT("%lld", (long long)a->pictures),
                TEXT("%lld", (long long)b->pictures), err) ||
        differs(path, "shards", TEXT("%d", a->shards), TEXT("%d", b->shards), err))
        return false;
    bool same = a->channel_count == b->channel_count;
    for (int64_t i = 0; same && i < a->channel_count; i++)
        same = a->channels[i] == b->channels[i];
    return same || error_set(err, ERROR_EXPECTED, TEXT("%.100s: channels", path),
                             "those of the other", "others");
}

static bool add_name(TopTable *t, const char *name, Error *err) {
    t->skipped++;
    if (t->name_count == TOP_NAMES)
        return true;
    t->names[t->name_count] = arena_text(&t->arena, name, err);
    return t->names[t->name_count++] != NULL;
}

bool top_join(TopTable *t, const TopTable *part, Error *err) {
    for (int64_t c = 0; c < t->channel_count; c++)
        for (int i = 0; i < TOP_BEST; i++)
            if (part->entries[c * TOP_BEST + i].picture >= 0)
                top_offer(t, c, &part->entries[c * TOP_BEST + i]);
    const int64_t skipped = t->skipped + part->skipped;
    for (int64_t i = 0; i < part->name_count; i++)
        if (!add_name(t, part->names[i], err))
            return false;
    t->skipped = skipped;
    t->done += part->done;
    return true;
}

/* --- The search ---------------------------------------------------------------------------------
 */

enum { PICTURES_A_THREAD = 8 };

/* What one picture gave. */
typedef struct Found {
    bool read, done;
    char why[ERROR_TEXT_SIZE]; /* it could not be read */
    TopEntry *best;            /* by channel */
} Found;

/* One thread's own, so that pictures do not wait for each other. */
typedef struct Searcher {
    Pool *pool; /* of one thread */
    Run *run;
    Tensor input;
    Error err;
} Searcher;

struct TopSearch {
    TopTable *table;
    const Model *model;
    const Dataset *data;
    RunOptions how;
    Pool *pool;
    Arena arena;
    int node, searcher_count;
    Searcher *searchers;
    Found *found;
    int64_t chunk;
    Job *job;
};

static bool open_searchers(TopSearch *s, Error *err) {
    const Shape shape = shape_batched(&s->model->graph.input, 1);
    for (int i = 0; i < s->searcher_count; i++) {
        Searcher *one = &s->searchers[i];
        if (!tensor_new(&one->input, &s->arena, &shape, err) || !(one->pool = pool_new(1, err)) ||
            !(one->run = run_new(s->model, &one->input, &s->how, one->pool, err)))
            return false;
    }
    for (int64_t i = 0; i < s->chunk; i++) {
        const size_t channels = (size_t)s->table->channel_count;
        s->found[i].best = arena_alloc(&s->arena, channels, sizeof *s->found[i].best, err);
        if (!s->found[i].best)
            return false;
    }
    return true;
}

TopSearch *top_search_new(TopTable *t, const Model *model, const Dataset *data,
                          const RunOptions *how, Pool *pool, Error *err) {
    TopSearch *s = mem_alloc(1, sizeof *s, err);
    if (!s)
        return NULL;
    *s = (TopSearch){.table = t, .model = model, .data = data, .how = *how, .pool = pool};
    s->node = graph_find(&model->graph, t->node, err);
    s->searcher_count = pool_threads(pool);
    s->chunk = (int64_t)s->searcher_count * PICTURES_A_THREAD;
    s->searchers = arena_alloc(&s->arena, (size_t)s->searcher_count, sizeof *s->searchers, err);
    s->found = arena_alloc(&s->arena, (size_t)s->chunk, sizeof *s->found, err);
    if (s->node >= 0 && s->searchers && s->found && open_searchers(s, err))
        return s;
    top_search_free(s);
    return NULL;
}

void top_search_free(TopSearch *s) {
    if (!s)
        return;
    for (int i = 0; s->searchers && i < s->searcher_count; i++) {
        run_release(s->searchers[i].run);
        pool_free(s->searchers[i].pool);
    }
    arena_free(&s->arena);
    mem_free(s);
}

/* The shard's picture i as an index of the set. */
static int64_t picture_of(const TopTable *t, int64_t i) {
    return i * t->shards + t->shard - 1;
}

static bool read_picture(const Model *model, const Dataset *data, int64_t picture, Tensor *input,
                         Image *prepared, char name[FILE_PATH_MAX], Error *err) {
    Image image;
    int label;
    if (!dataset_get(data, picture, &image, &label, name, err))
        return false;
    const bool ok = preprocess_image(&model->preprocess, &model->graph.input, &image, input->data,
                                     prepared, err) ||
                    error_prefix(err, "%s", name);
    image_free(&image);
    return ok;
}

static void find_best(const TopSearch *s, const Tensor *values, int64_t picture, TopEntry *best) {
    const int64_t plane = tensor_count(values) / values->shape.dim[1];
    const int64_t width = values->shape.rank == 4 ? values->shape.dim[3] : 1;
    for (int64_t c = 0; c < s->table->channel_count; c++) {
        const float *map = values->data + s->table->channels[c] * plane;
        const int64_t at = stats_of(map, plane).argmax;
        best[c] = (TopEntry){.picture = -1};
        if (at >= 0)
            best[c] = (TopEntry){picture, map[at], at / width, at % width};
    }
}

static void search_task(void *context, int64_t i, int worker) {
    TopSearch *s = context;
    Searcher *one = &s->searchers[worker];
    Found *found = &s->found[i];
    const int64_t picture = picture_of(s->table, s->table->done + i);
    char name[FILE_PATH_MAX];
    Error unread = {0};
    found->done = false;
    found->read = read_picture(s->model, s->data, picture, &one->input, NULL, name, &unread);
    if (!found->read) {
        memcpy(found->why, unread.text, sizeof found->why);
        found->done = true;
        return;
    }
    Job inner = {0};
    run_restart(one->run, &one->input);
    if (job_cancelled(s->job) || !run_until(one->run, s->node, &inner, &one->err))
        return;
    find_best(s, run_output(one->run, s->node), picture, found->best);
    found->done = true;
}

bool top_search_at_end(const TopSearch *s) {
    return s->table->done >= top_shard_pictures(s->table);
}

bool top_search_step(TopSearch *s, Job *job, Error *err) {
    TopTable *t = s->table;
    const int64_t left = top_shard_pictures(t) - t->done;
    const int64_t count = left < s->chunk ? left : s->chunk;
    s->job = job;
    if (!pool_run(s->pool, job, count, search_task, s))
        return error_set(err, ERROR_CANCELLED, "");
    for (int64_t i = 0; i < count; i++)
        if (!s->found[i].done) {
            for (int k = 0; k < s->searcher_count && err && err->code == ERROR_NONE; k++)
                *err = s->searchers[k].err;
            return error_set(err, ERROR_CANCELLED, "");
        }
    for (int64_t i = 0; i < count; i++) {
        if (!s->found[i].read && !add_name(t, s->found[i].why, err))
            return false;
        for (int64_t c = 0; s->found[i].read && c < t->channel_count; c++)
            if (s->found[i].best[c].picture >= 0)
                top_offer(t, c, &s->found[i].best[c]);
    }
    t->done += count;
    job_advance(job, count);
    return true;
}

/* --- Looking ------------------------------------------------------------------------------------
 */

struct TopLook {
    const TopTable *table;
    const Model *model;
    const Dataset *data;
    Arena arena;
    int node;
    Tensor input;
    Image picture;
    Run *run;
    Projection *projection;
    int64_t loaded; /* the picture in the run; -1: none */
    char name[FILE_PATH_MAX];
};

TopLook *top_look_new(const TopTable *t, const Model *model, const Dataset *data,
                      const RunOptions *how, Pool *pool, Error *err) {
    TopLook *l = mem_alloc(1, sizeof *l, err);
    if (!l)
        return NULL;
    const Shape shape = shape_batched(&model->graph.input, 1);
    *l = (TopLook){.table = t, .model = model, .data = data, .loaded = -1};
    l->node = graph_find(&model->graph, t->node, err);
    if (l->node >= 0 && tensor_new(&l->input, &l->arena, &shape, err) &&
        (l->run = run_new(model, &l->input, how, pool, err)) &&
        (l->projection = projection_new(l->run, l->node, GRAPH_IMAGE, false, err)))
        return l;
    top_look_free(l);
    return NULL;
}

void top_look_free(TopLook *l) {
    if (!l)
        return;
    projection_free(l->projection);
    run_release(l->run);
    image_free(&l->picture);
    arena_free(&l->arena);
    mem_free(l);
}

static bool load_picture(TopLook *l, int64_t picture, Job *job, Error *err) {
    if (l->loaded == picture)
        return true;
    l->loaded = -1;
    image_free(&l->picture);
    if (!read_picture(l->model, l->data, picture, &l->input, &l->picture, l->name, err))
        return false;
    run_restart(l->run, &l->input);
    if (!run_until(l->run, l->node, job, err))
        return false;
    l->loaded = picture;
    return true;
}

bool top_look(TopLook *l, int64_t channel_index, int rank, Job *job, TopView *view, Error *err) {
    const Graph *g = &l->model->graph;
    const TopEntry *entry = &l->table->entries[channel_index * TOP_BEST + rank];
    const LayerRules rules = rule_rules(RULE_DECONVNET);
    int64_t channel = l->table->channels[channel_index];
    const Seed seed = {.kind = SEED_AT, .channel = channel, .y = entry->y, .x = entry->x};
    GraphBox inside;
    if (!load_picture(l, entry->picture, job, err) ||
        !projection_begin(l->projection, &rules, NULL, &seed, err) ||
        !projection_all(l->projection, job, err))
        return false;
    *view = (TopView){.picture = &l->picture,
                      .projection = projection_signal(l->projection, GRAPH_IMAGE),
                      .name = l->name};
    const int maker = graph_channel_maker(g, l->node, &channel);
    graph_receptive_box(g, maker, entry->y, entry->x, &view->field, &inside);
    return true;
}
