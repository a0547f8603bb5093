/* convoscope explain occlusion, gradcam. */
#include "app/explain.h"

#include "base/text.h"
#include "engine/result.h"
#include "explain/gradcam.h"
#include "explain/occlusion.h"
#include "tensor/npy.h"
#include "tensor/stats.h"
#include <math.h>
#include <string.h>

/* --- Occlusion ----------------------------------------------------------------------------------
 */

/* Every score as a block of its stride, in the middle of its square. */
static bool put_scores(const Explain *e, const Occlusion *o, const float *scores, ColorRange range,
                       Panel *panel, Error *err) {
    const OcclusionView *v = occlusion_view(o);
    const int64_t height = e->input.shape.dim[2], width = e->input.shape.dim[3];
    float *map = mem_alloc((size_t)(height * width), sizeof *map, err);
    if (!map)
        return false;
    const int64_t inset = (v->patch - v->stride) / 2;
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++) {
            int64_t i = (y - inset) / v->stride, j = (x - inset) / v->stride;
            i = i < 0 ? 0 : i < v->rows ? i : v->rows - 1;
            j = j < 0 ? 0 : j < v->columns ? j : v->columns - 1;
            map[y * width + x] = scores[i * v->columns + j];
        }
    const bool ok = panel_paint(panel, map, 1, height, width, COLORMAP_VIRIDIS, range, err);
    mem_free(map);
    return ok;
}

static int64_t lowest(const float *scores, int64_t count) {
    int64_t at = 0;
    for (int64_t i = 1; i < count; i++)
        at = scores[i] < scores[at] ? i : at;
    return at;
}

/* Of the scores, and what the whole picture has. */
static ColorRange range_of(const float *scores, int64_t count, float whole) {
    const Stats s = stats_of(scores, count);
    return (ColorRange){s.min < whole ? s.min : whole, s.max > whole ? s.max : whole};
}

static bool fill_occlusion(const Explain *e, const Occlusion *o, Panels *page, Error *err) {
    const OcclusionView *v = occlusion_view(o);
    const int64_t count = v->rows * v->columns, low = lowest(v->probability, count);
    Panel *p = &page->panels[1];
    text_format(p->title, PANEL_TITLE_SIZE, "probability of the class");
    text_format(p->lines[0], PANEL_LINE_SIZE, "whole picture %.3g", (double)v->whole_probability);
    text_format(p->lines[1], PANEL_LINE_SIZE, "least %.3g: the square framed on the left",
                (double)v->probability[low]);
    panel_mark(&page->panels[0], (GraphBox){low / v->columns * v->stride,
                                            low % v->columns * v->stride, v->patch, v->patch});
    if (!put_scores(e, o, v->probability, range_of(v->probability, count, v->whole_probability), p,
                    err))
        return false;
    if (!v->sum)
        return true;
    p = &page->panels[2];
    text_format(p->title, PANEL_TITLE_SIZE, "sum of map %lld of %.80s", (long long)v->channel,
                e->model->graph.nodes[v->node].name);
    text_format(p->lines[0], PANEL_LINE_SIZE, "whole picture %.4g", (double)v->whole_sum);
    return put_scores(e, o, v->sum, range_of(v->sum, count, v->whole_sum), p, err);
}

static bool save_occlusion(const Explain *e, const Occlusion *o, const char *title, Error *err) {
    const OcclusionView *v = occlusion_view(o);
    Panels page = {0};
    char about[600];
    text_format(
        about, sizeof about,
        "A square of %lld x %lld pixels, filled with %g (0 is the mean colour), slides over "
        "the picture by %lld; each score stands where the middle of its square was. What "
        "fills the square matters.",
        (long long)v->patch, (long long)v->patch, e->app->options.fill, (long long)v->stride);
    bool ok = explain_page(e, &page, v->sum ? 3 : 2, err) && fill_occlusion(e, o, &page, err);
    page.title = title;
    page.about = about;
    page.columns = 3;
    ok = ok && panels_save(&page, e->app->options.out, err);
    panels_free(&page);
    return ok;
}

static bool save_scores(const Explain *e, const Occlusion *o, const float *scores, Error *err) {
    const OcclusionView *v = occlusion_view(o);
    const Tensor t = {.shape = SHAPE(v->rows, v->columns), .data = (float *)(uintptr_t)scores};
    return npy_save(e->app->options.out, &t, err);
}

static bool answer_occlusion(const Explain *e, const Occlusion *o, const char *title, Error *err) {
    const OcclusionView *v = occlusion_view(o);
    const int64_t low = lowest(v->probability, v->rows * v->columns);
    if (!e->app->options.json) {
        explain_say(e, TEXT("%.120s: %.3g, at least %.3g", title, (double)v->whole_probability,
                            (double)v->probability[low]));
        return true;
    }
    JsonWriter w = {0};
    explain_json_begin(e, &w);
    json_put_int(&w, "class", v->label);
    json_put_int(&w, "patch", v->patch);
    json_put_int(&w, "stride", v->stride);
    json_put_double(&w, "fill", e->app->options.fill);
    json_put_int(&w, "rows", v->rows);
    json_put_int(&w, "columns", v->columns);
    json_put_float(&w, "whole", v->whole_probability);
    json_put_float(&w, "least", v->probability[low]);
    if (v->sum) {
        json_put_text(&w, "node", e->model->graph.nodes[v->node].name);
        json_put_int(&w, "channel", v->channel);
        json_put_float(&w, "whole_sum", v->whole_sum);
    }
    return explain_json_end(e, &w, err);
}

bool explain_occlusion(Explain *e, Error *err) {
    App *app = e->app;
    const Options *o = &app->options;
    const bool maps = e->node != GRAPH_FAILED;
    const RunOptions how = run_exact(app_run_options(app));
    const OcclusionOptions options = {.patch = o->patch,
                                      .stride = o->stride,
                                      .fill = (float)o->fill,
                                      .label = e->label,
                                      .node = maps ? e->node : GRAPH_IMAGE,
                                      .channel = o->channel};
    if (!maps && o->channel >= 0)
        return app_usage(app, err, "--channel goes with --node");
    if (e->npy && maps && e->label >= 0)
        return app_usage(app, err, "a .npy holds one map: of --class K or of --node N");
    app_progress_begin(app, "the whole picture", 0);
    Occlusion *occlusion =
        occlusion_new(e->model, &e->input, &options, &how, app->pool, &app->job, err);
    app_progress_end(app);
    bool ok = occlusion != NULL;
    if (ok) {
        app_progress_begin(app, e->model->title, occlusion_work(occlusion));
        ok = occlusion_all(occlusion, &app->job, err);
        app_progress_end(app);
    }
    if (ok) {
        const OcclusionView *v = occlusion_view(occlusion);
        char title[240];
        text_format(title, sizeof title, "occlusion, %s",
                    explain_class_text((char[200]){0}, 200, e->model, v->label));
        ok = (e->npy ? save_scores(e, occlusion, v->sum ? v->sum : v->probability, err)
                     : save_occlusion(e, occlusion, title, err)) &&
             answer_occlusion(e, occlusion, title, err);
    }
    occlusion_free(occlusion);
    return ok;
}

/* --- Grad-CAM -----------------------------------------------------------------------------------
 */

/* The map over the picture: where it is 0 the picture is darkened. */
static bool put_overlay(const Explain *e, const Tensor *map, float max, Panel *panel, Error *err) {
    if (!panel_show_input(panel, e->model, &e->input, err))
        return false;
    const int64_t rows = map->shape.dim[0], columns = map->shape.dim[1];
    const Image *image = &panel->image;
    for (int64_t y = 0; y < image->height; y++)
        for (int64_t x = 0; x < image->width; x++) {
            const int64_t i = y * rows / image->height, j = x * columns / image->width;
            const float share = max > 0 ? map->data[i * columns + j] / max : 0;
            uint8_t *pixel = image->pixels + 3 * (y * image->width + x);
            for (int c = 0; c < 3; c++)
                pixel[c] = (uint8_t)(pixel[c] * (0.25F + 0.75F * share));
        }
    return true;
}

static bool save_gradcam(const Explain *e, const Tensor *map, const char *title, Error *err) {
    Panels page = {0};
    const Node *node = &e->model->graph.nodes[e->node];
    const float max = stats_of(map->data, tensor_count(map)).max;
    char about[400];
    text_format(about, sizeof about,
                "Grad-CAM (Selvaraju et al. 2017): the maps of %.100s, each weighted by the mean "
                "gradient of the class's logit over it, added up; what is below 0 is left out.",
                node->name);
    bool ok = explain_page(e, &page, 3, err);
    if (ok) {
        page.title = title;
        page.about = about;
        page.columns = 3;
        text_format(page.panels[1].title, PANEL_TITLE_SIZE, "%.80s, %lld x %lld", node->name,
                    (long long)map->shape.dim[0], (long long)map->shape.dim[1]);
        text_format(page.panels[2].title, PANEL_TITLE_SIZE, "over the picture");
        ok = panel_paint(&page.panels[1], map->data, 1, map->shape.dim[0], map->shape.dim[1],
                         COLORMAP_VIRIDIS, (ColorRange){0, max}, err) &&
             put_overlay(e, map, max, &page.panels[2], err) &&
             panels_save(&page, e->app->options.out, err);
    }
    panels_free(&page);
    return ok;
}

static bool answer_gradcam(const Explain *e, const Tensor *map, const char *title, Error *err) {
    const Stats s = stats_of(map->data, tensor_count(map));
    const Node *node = &e->model->graph.nodes[e->node];
    if (!e->app->options.json) {
        explain_say(e, TEXT("%.120s at %.40s; up to %.4g", title, node->name, (double)s.max));
        return true;
    }
    JsonWriter w = {0};
    explain_json_begin(e, &w);
    json_put_int(&w, "class", e->label);
    json_put_text(&w, "node", node->name);
    json_put_int(&w, "rows", map->shape.dim[0]);
    json_put_int(&w, "columns", map->shape.dim[1]);
    json_put_float(&w, "max", s.max);
    return explain_json_end(e, &w, err);
}

bool explain_gradcam(Explain *e, Error *err) {
    App *app = e->app;
    const RunOptions how = run_exact(app_run_options(app));
    Tensor map;
    if (e->node == GRAPH_FAILED)
        e->node = gradcam_node(&e->model->graph);
    if (e->node == GRAPH_IMAGE)
        return error_set(err, ERROR_EXPECTED, e->model->name, "a network with maps", "none");
    Run *run = run_new(e->model, &e->input, &how, app->pool, err);
    bool ok = run != NULL;
    if (ok) {
        app_progress_begin(app, e->model->title, 2 * run_work(run));
        ok = run_all(run, &app->job, err);
    }
    if (ok && e->label < 0) {
        int64_t best;
        stats_top(run_logits(run)->data, run_logits(run)->shape.dim[1], 1, &best);
        e->label = (int)best;
    }
    ok = ok && gradcam(run, e->node, e->label, &app->job, &app->arena, &map, NULL, err);
    app_progress_end(app);
    if (ok) {
        char title[240];
        text_format(title, sizeof title, "Grad-CAM, %s",
                    explain_class_text((char[200]){0}, 200, e->model, e->label));
        ok = (e->npy ? npy_save(app->options.out, &map, err) : save_gradcam(e, &map, title, err)) &&
             answer_gradcam(e, &map, title, err);
    }
    run_release(run);
    return ok;
}
