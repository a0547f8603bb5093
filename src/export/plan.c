#include "export/plan.h"

#include "export/sheet.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *export_range_name(ExportRange range) {
    static const char *const names[] = {"map", "layer", "global"};
    return names[range];
}

const char *export_what_name(ExportWhat what) {
    static const char *const names[] = {"maps", "sheet", "kernels"};
    return names[what];
}

const char *export_weights_text(char *buffer, size_t size, const Model *model) {
    const Weights *w = &model->weights;
    bool marked = w->kind == WEIGHTS_FILE && !w->trained;
    return text_format(buffer, size, "%s%s", w->source, marked ? " (untrained)" : "");
}

/* --- Which nodes --------------------------------------------------------------------------------
 */

/* A convolution's kernels are OC, IC/G, KH, KW. */
static bool has_kernels(const Node *node) {
    return node->weight_count > 0 && node->weights[0].role == WEIGHT_KERNEL &&
           node->weights[0].shape.rank == 4;
}

bool export_select(const Graph *g, const char *list, ExportWhat what, bool *wanted, Error *err) {
    if (!graph_select(g, list, wanted, err))
        return false;
    if (what != EXPORT_KERNELS)
        return true;
    bool named = strcmp(list, "all") != 0 && strcmp(list, "weighted") != 0;
    int left = 0;
    for (int i = 0; i < g->node_count; i++) {
        if (!wanted[i])
            continue;
        wanted[i] = has_kernels(&g->nodes[i]);
        left += wanted[i];
        if (!wanted[i] && named)
            return error_set(err, ERROR_EXPECTED, TEXT("kernels of %.100s", g->nodes[i].name),
                             "a convolution", g->nodes[i].type->title);
    }
    return left > 0 || error_set(err, ERROR_BAD, "this network has no convolution");
}

/* --- Parts --------------------------------------------------------------------------------------
 */

/* A vector is shown in rows of equal length: one row if it is short, else as near to a square as
 * its length divides (1000: 25 rows of 40; a prime number: one row). */
static int64_t vector_rows(int64_t units) {
    enum { ONE_ROW_MAX = 32 };
    int64_t rows = 1;
    for (int64_t r = 2; units > ONE_ROW_MAX && r * r <= units; r++)
        if (units % r == 0)
            rows = r;
    return rows;
}

static int64_t node_parts(const ExportPlan *plan, const Node *node) {
    if (plan->options.what == EXPORT_KERNELS)
        return node->weights[0].shape.dim[0];
    return (node->out.rank == 3 ? node->out.dim[0] : 1) * plan->items;
}

static void fill_kernels(const ExportPlan *plan, const ExportNode *n) {
    const Node *node = &plan->model->graph.nodes[n->node];
    const Shape *s = &node->weights[0].shape;
    int64_t size = s->dim[1] * s->dim[2] * s->dim[3];
    bool rgb = node->inputs[0] == GRAPH_IMAGE && s->dim[1] == 3 && !plan->options.colormap_given;
    for (int64_t k = 0; k < n->count; k++)
        plan->parts[n->first + k] = (ExportPart){
            .data = plan->model->weights.data[n->node][0] + k * size,
            .planes = s->dim[1],
            .height = s->dim[2],
            .width = s->dim[3],
            .node = n->node,
            .channel = (int)k,
            .rgb = rgb,
        };
}

static void fill_maps(const ExportPlan *plan, const ExportNode *n, const Tensor *output) {
    const Shape *s = &plan->model->graph.nodes[n->node].out;
    bool vector = s->rank != 3;
    int64_t rows = vector ? vector_rows(shape_count(s)) : s->dim[1];
    int64_t columns = vector ? shape_count(s) / rows : s->dim[2];
    int64_t channels = n->count / plan->items;
    for (int64_t i = 0; i < n->count; i++)
        plan->parts[n->first + i] = (ExportPart){
            .data = output->data + i * rows * columns,
            .planes = 1,
            .height = rows,
            .width = columns,
            .node = n->node,
            .item = (int)(i / channels),
            .channel = (int)(i % channels),
            .vector = vector,
        };
}

static bool make_parts(ExportPlan *plan, const Run *run, const bool *wanted, Error *err) {
    const Graph *g = &plan->model->graph;
    for (int i = 0; i < g->node_count; i++)
        plan->node_count += wanted[i];
    plan->nodes = arena_alloc(&plan->arena, (size_t)plan->node_count, sizeof *plan->nodes, err);
    if (!plan->nodes)
        return false;
    ExportNode *n = plan->nodes;
    for (int i = 0; i < g->node_count; i++) {
        if (!wanted[i])
            continue;
        *n = (ExportNode){i, plan->part_count, node_parts(plan, &g->nodes[i]), {0}};
        plan->part_count += n++->count;
    }
    plan->parts = arena_alloc(&plan->arena, (size_t)plan->part_count, sizeof *plan->parts, err);
    if (!plan->parts)
        return false;
    for (int i = 0; i < plan->node_count; i++) {
        if (plan->options.what == EXPORT_KERNELS)
            fill_kernels(plan, &plan->nodes[i]);
        else
            fill_maps(plan, &plan->nodes[i], run_output(run, plan->nodes[i].node));
    }
    return true;
}

/* --- Colours ------------------------------------------------------------------------------------
 */

static void measure(void *context, int64_t i, int worker) {
    ExportPart *part = &((ExportPlan *)context)->parts[i];
    (void)worker;
    part->stats = stats_of(part->data, part->planes * part->height * part->width);
}

Stats export_stats(const ExportPart *parts, int64_t count) {
    Stats all = {.argmax = -1};
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < count; i++) {
        const Stats *s = &parts[i].stats;
        all.count += s->count;
        all.nans += s->nans;
        all.infinities += s->infinities;
        squares += s->l2 * s->l2;
        if (s->argmax < 0)
            continue;
        sum += s->mean * (double)(s->count - s->nans - s->infinities);
        all.min = all.argmax < 0 || s->min < all.min ? s->min : all.min;
        all.max = all.argmax < 0 || s->max > all.max ? s->max : all.max;
        all.argmax = 0;
    }
    int64_t finite = all.count - all.nans - all.infinities;
    all.mean = finite > 0 ? sum / (double)finite : 0;
    all.l2 = sqrt(squares);
    return all;
}

/* One colour map a layer (or for all, if they share a range), so that its maps can be compared. */
static void choose_colors(ExportPlan *plan, const ExportNode *n) {
    const ExportOptions *o = &plan->options;
    const Stats *shared = o->range == EXPORT_RANGE_GLOBAL ? &plan->stats : &n->stats;
    bool diverging = o->what == EXPORT_KERNELS || shared->min < 0;
    Colormap map = o->colormap_given ? o->colormap : diverging ? COLORMAP_RDBU : COLORMAP_VIRIDIS;
    for (int64_t i = n->first; i < n->first + n->count; i++) {
        ExportPart *part = &plan->parts[i];
        const Stats *s = o->range == EXPORT_RANGE_MAP ? &part->stats : shared;
        part->colormap = part->rgb ? COLORMAP_GRAY : map;
        part->range = colormap_range(part->rgb ? COLORMAP_RDBU : map, s->min, s->max);
    }
}

/* --- Files --------------------------------------------------------------------------------------
 */

/* Adds the sheets that show `count` parts (only counts them while there are no files yet). */
static void add_sheets(ExportPlan *plan, int64_t first, int64_t count, int64_t *files) {
    int64_t most = sheet_grid(&plan->options, &plan->parts[first], count).per_page;
    for (int64_t done = 0; done < count; done += most, ++*files)
        if (plan->files)
            plan->files[*files] = (ExportFile){
                first + done, count - done < most ? count - done : most, (int)(done / most)};
}

static void add_files(ExportPlan *plan, const ExportNode *n, int64_t *files) {
    const ExportOptions *o = &plan->options;
    for (int64_t i = 0; i < n->count && o->what != EXPORT_SHEET; i++, ++*files)
        if (plan->files)
            plan->files[*files] = (ExportFile){n->first + i, 1, -1};
    int64_t channels = n->count / plan->items;
    if (o->what == EXPORT_MAPS || o->npy)
        return;
    for (int item = 0; item < plan->items; item++)
        add_sheets(plan, n->first + item * channels, channels, files);
}

static bool make_files(ExportPlan *plan, Error *err) {
    for (int i = 0; i < plan->node_count; i++)
        add_files(plan, &plan->nodes[i], &plan->file_count);
    plan->files = arena_alloc(&plan->arena, (size_t)plan->file_count, sizeof *plan->files, err);
    int64_t files = 0;
    for (int i = 0; plan->files && i < plan->node_count; i++)
        add_files(plan, &plan->nodes[i], &files);
    return plan->files != NULL;
}

bool export_plan(ExportPlan *plan, const Model *model, const Run *run, const bool *wanted,
                 const ExportOptions *options, Pool *pool, Job *job, Error *err) {
    *plan = (ExportPlan){.model = model, .options = *options, .items = 1};
    if (options->what != EXPORT_KERNELS)
        plan->items = (int)run_output(run, GRAPH_IMAGE)->shape.dim[0];
    if (!make_parts(plan, run, wanted, err))
        return false;
    if (!pool_run(pool, job, plan->part_count, measure, plan))
        return error_set(err, ERROR_CANCELLED, "");
    plan->stats = export_stats(plan->parts, plan->part_count);
    for (int i = 0; i < plan->node_count; i++) {
        ExportNode *n = &plan->nodes[i];
        n->stats = export_stats(plan->parts + n->first, n->count);
        choose_colors(plan, n);
    }
    return make_files(plan, err);
}

void export_plan_free(ExportPlan *plan) {
    arena_free(&plan->arena);
    *plan = (ExportPlan){0};
}

bool export_in_shard(const ExportPlan *plan, int64_t i) {
    return plan->options.shards == 0 || i % plan->options.shards == plan->options.shard - 1;
}

int64_t export_shard_files(const ExportPlan *plan) {
    int64_t count = 0;
    for (int64_t i = 0; i < plan->file_count; i++)
        count += export_in_shard(plan, i);
    return count;
}

/* --- Names --------------------------------------------------------------------------------------
 */

/* Nodes are checked when a model is read; a model's own name is that of any file. */
static void make_safe(char *name) {
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    if (name[0] == '.')
        name[0] = '_';
    for (; *name; name++)
        if (!strchr(safe, *name))
            *name = '_';
}

void export_file_name(const ExportPlan *plan, const ExportFile *file, char name[EXPORT_NAME_SIZE]) {
    const ExportPart *part = &plan->parts[file->first];
    bool kernels = plan->options.what == EXPORT_KERNELS;
    const char *item = plan->items > 1 ? TEXT("_i%04d", part->item) : "";
    const char *sheet = kernels ? "kernels" : "sheet";
    char last[32];
    if (file->page < 0)
        snprintf(last, sizeof last, "%c%04d", kernels ? 'k' : 'c', part->channel);
    else if (file->page == 0)
        snprintf(last, sizeof last, "%s", sheet);
    else
        snprintf(last, sizeof last, "%s-%d", sheet, file->page + 1);
    text_format(name, EXPORT_NAME_SIZE, "%s_%s%s_%s.%s", plan->model->name,
                plan->model->graph.nodes[part->node].name, item, last,
                plan->options.npy ? "npy" : "png");
    make_safe(name);
}
