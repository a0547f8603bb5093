#include "app/app.h"

#include "base/json.h"
#include "engine/open.h"
#include "model/printed.h"
#include <math.h>
#include <string.h>

static void put_shape(JsonWriter *w, const char *key, const Shape *shape) {
    json_begin_array(w, key);
    for (int i = 0; i < shape->rank; i++)
        json_put_int(w, NULL, shape->dim[i]);
    json_end(w);
}

static void json_node(JsonWriter *w, const Graph *g, const Node *node) {
    json_begin_object(w, NULL);
    json_put_text(w, "name", node->name);
    json_put_text(w, "label", node->label);
    json_put_text(w, "op", node->type->name);
    json_begin_array(w, "from");
    for (int i = 0; i < node->input_count; i++)
        json_put_text(w, NULL,
                      node->inputs[i] == GRAPH_IMAGE ? "input" : g->nodes[node->inputs[i]].name);
    json_end(w);
    put_shape(w, "in", &node->in);
    put_shape(w, "out", &node->out);
    json_put_int(w, "params", node->param_count);
    json_put_int(w, "macs", node->macs);
    json_put_int(w, "bytes", shape_count(&node->out) * (int64_t)sizeof(float));
    json_begin_object(w, "rf");
    json_put_int(w, "size", node->rf[1].size);
    json_put_int(w, "jump", node->rf[1].jump);
    json_put_int(w, "start", node->rf[1].start);
    json_end(w);
    json_end(w);
}

/* The figures as printed, and what is counted here. */
static bool json_printed(JsonWriter *w, const Model *m, Error *err) {
    json_begin_array(w, "printed");
    for (int i = 0; i < m->figures.count; i++) {
        const PaperRow *row = &m->figures.rows[i];
        PrintedOurs ours;
        if (!printed_ours(m, row, &ours, err))
            return false;
        json_begin_object(w, NULL);
        json_put_text(w, "at", row->at);
        json_put_text(w, "source", m->figures.source);
        json_begin_object(w, "paper");
        json_put_text(w, "out", row->out);
        json_put_text(w, "depth", row->depth);
        json_put_text(w, "params", row->params);
        json_put_text(w, "macs", row->macs);
        json_put_text(w, "neurons", row->neurons);
        json_end(w);
        json_begin_object(w, "ours");
        put_shape(w, "out", &ours.out);
        json_put_int(w, "depth", ours.depth);
        json_put_int(w, "params", ours.params);
        json_put_int(w, "macs", ours.macs);
        json_put_int(w, "neurons", ours.neurons);
        json_end(w);
        json_put_text(w, "why", row->why);
        json_end(w);
    }
    json_end(w);
    return true;
}

static bool json_info(App *app, const Model *m, const RunMemory *memory, Error *err) {
    JsonWriter w = {0};
    const Graph *g = &m->graph;
    json_begin_object(&w, NULL);
    json_put_text(&w, "model", m->name);
    json_put_text(&w, "title", m->title);
    json_put_text(&w, "family", m->family);
    json_put_int(&w, "year", m->year);
    json_put_text(&w, "paper", m->paper);
    put_shape(&w, "input", &g->input);
    json_put_int(&w, "params", g->param_count);
    json_put_int(&w, "macs", g->macs);
    json_put_int(&w, "weight_bytes", (int64_t)memory->weights);
    json_put_int(&w, "activation_bytes", (int64_t)memory->activations);
    json_begin_array(&w, "nodes");
    for (int i = 0; i < g->node_count; i++)
        json_node(&w, g, &g->nodes[i]);
    json_end(&w);
    bool ok = !app->options.paper || json_printed(&w, m, err);
    json_end(&w);
    char *text = json_finish(&w, err);
    if (text && ok)
        fputs(text, app->out);
    mem_free(text);
    return text && ok;
}

/* "3x3, 384, pad 1" and the like. */
static void describe(const Node *node, char *buffer, size_t size) {
    if (node->type->describe)
        node->type->describe(node->params, &node->in, buffer, size);
    else
        snprintf(buffer, size, "%s", node->type->title);
}

static const char *field_text(char buffer[24], const ReceptiveField *rf) {
    if (rf[0].size == rf[1].size)
        snprintf(buffer, 24, "%lld", (long long)rf[1].size);
    else
        snprintf(buffer, 24, "%lldx%lld", (long long)rf[0].size, (long long)rf[1].size);
    return buffer;
}

static int widest(int width, const char *text) {
    int length = (int)strlen(text);
    return length > width ? length : width;
}

static void text_info(App *app, const Model *m, const RunMemory *memory) {
    const Graph *g = &m->graph;
    FILE *out = app->out;
    char what[80];
    int name_width = 4, label_width = 5, what_width = 5;
    for (int i = 0; i < g->node_count; i++) {
        describe(&g->nodes[i], what, sizeof what);
        name_width = widest(name_width, g->nodes[i].name);
        label_width = widest(label_width, g->nodes[i].label);
        what_width = widest(what_width, what);
    }
    fprintf(out, "%s%s\n", m->title, m->year ? TEXT(" (%d)", m->year) : "");
    if (*m->paper)
        fprintf(out, "%s\n", m->paper);
    const char *note = m->note[words_language_of_locale()];
    if (*note)
        fprintf(out, "%s\n", note);
    fprintf(out, "input %s\n\n", SHAPE_TEXT(&g->input));
    fprintf(out, "%-*s  %-*s  %-*s  %-16s %8s %8s %6s %5s %9s\n", name_width, "name", label_width,
            "label", what_width, "layer", "output", "params", "MACs", "field", "jump", "bytes");
    for (int i = 0; i < g->node_count; i++) {
        const Node *node = &g->nodes[i];
        char field[24];
        describe(node, what, sizeof what);
        fprintf(out, "%-*s  %-*s  %-*s  %-16s %8s %8s %6s %5lld %9s\n", name_width, node->name,
                label_width, node->label, what_width, what, SHAPE_TEXT(&node->out),
                node->param_count ? COUNT_TEXT(node->param_count) : "",
                node->macs ? COUNT_TEXT(node->macs) : "", field_text(field, node->rf),
                (long long)node->rf[1].jump,
                MEM_TEXT((uint64_t)shape_count(&node->out) * sizeof(float)));
    }
    fprintf(out, "\n%lld parameters, %lld multiply-adds, %d layers with weights along the depth\n",
            (long long)g->param_count, (long long)g->macs, graph_block_depth(g, 0));
    fprintf(out, "weights %s; activations of one picture %s (%llu bytes, the input included)\n",
            MEM_TEXT(memory->weights), MEM_TEXT(memory->activations),
            (unsigned long long)memory->activations);
}

/* --- The paper's figures
 * ---------------------------------------------------------------------------- */

/* "28x28x256" of (256, 28, 28): channels last, as tables print it. */
static const char *ours_out(char buffer[64], const Shape *s) {
    if (s->rank == 3)
        snprintf(buffer, 64, "%lldx%lldx%lld", (long long)s->dim[1], (long long)s->dim[2],
                 (long long)s->dim[0]);
    else
        snprintf(buffer, 64, "%lld", (long long)s->dim[0]);
    return buffer;
}

static void compare_count(FILE *out, const char *what, const char *printed, double ours,
                          double kilo) {
    if (!*printed)
        return;
    double paper = printed_number(printed, kilo);
    fprintf(out, "  %-8s paper %-12s ours %-12.0f", what, printed, ours);
    if (paper > 0)
        fprintf(out, " %+.1f %%", round((ours / paper - 1) * 1000) / 10 + 0.0); /* no -0.0 */
    fputc('\n', out);
}

static bool paper_row(FILE *out, const Model *m, const PaperRow *row, Error *err) {
    PrintedOurs ours;
    if (!printed_ours(m, row, &ours, err))
        return false;
    char shape[64];
    fprintf(out, "%s\n", *row->at ? row->at : "the network");
    if (*row->out)
        fprintf(out, "  %-8s paper %-12s ours %s\n", "output", row->out,
                ours_out(shape, &ours.out));
    if (*row->depth)
        fprintf(out, "  %-8s paper %-12s ours %d\n", "depth", row->depth, ours.depth);
    compare_count(out, "params", row->params, (double)ours.params, m->figures.kilo);
    compare_count(out, "MACs", row->macs, (double)ours.macs, m->figures.kilo);
    compare_count(out, "neurons", row->neurons, (double)ours.neurons, m->figures.kilo);
    if (*row->why)
        fprintf(out, "  why: %s\n", row->why);
    return true;
}

static bool text_paper(App *app, const Model *m, Error *err) {
    if (!m->figures.count && !m->error_count) {
        fputs("\nNo figures of the paper are kept for this network.\n", app->out);
        return true;
    }
    if (m->figures.count)
        fprintf(app->out, "\nWhat the paper prints (%s), beside what is counted here%s:\n",
                m->figures.source, m->figures.kilo > 1000 ? "; its K is 1024" : "");
    for (int i = 0; i < m->figures.count; i++)
        if (!paper_row(app->out, m, &m->figures.rows[i], err))
            return false;
    if (m->error_count)
        fputs("\nErrors that the paper reports, in percent (not measured here):\n", app->out);
    for (int i = 0; i < m->error_count; i++) {
        const PaperError *e = &m->errors[i];
        fprintf(app->out, "  %s, %s:", e->set, e->setting);
        if (e->top1 >= 0)
            fprintf(app->out, " top-1 %.2f", e->top1);
        if (e->top5 >= 0)
            fprintf(app->out, " top-5 %.2f", e->top5);
        fprintf(app->out, " (%s)\n", e->source);
    }
    return true;
}

bool verb_info(App *app, Error *err) {
    Model *m = model_load(app->options.words[0], (int)app->options.size, err);
    if (!m)
        return false;
    RunOptions options = app_run_options(app);
    RunMemory memory;
    bool ok = run_memory(m, 1, &options, app->pool, &memory, err);
    if (ok && app->options.json)
        ok = json_info(app, m, &memory, err);
    else if (ok)
        text_info(app, m, &memory);
    if (ok && app->options.paper && !app->options.json)
        ok = text_paper(app, m, err);
    model_free(m);
    return ok;
}
