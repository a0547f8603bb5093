/* The figures that a paper prints, and ours beside them. */
#include "model/printed.h"

#include "base/text.h"
#include "model/read.h"
#include <string.h>

enum { ROWS_MAX = 200 };

static bool read_row(Model *m, const Json *json, PaperRow *row, Error *err) {
    static const char *const keys[] = {"at",   "out",     "depth", "params",
                                       "macs", "neurons", "why",   NULL};
    if (!read_keys(json, keys, err) || !read_text(m, json, "at", &row->at, err) ||
        !read_text(m, json, "out", &row->out, err) ||
        !read_text(m, json, "depth", &row->depth, err) ||
        !read_text(m, json, "params", &row->params, err) ||
        !read_text(m, json, "macs", &row->macs, err) ||
        !read_text(m, json, "neurons", &row->neurons, err) ||
        !read_text(m, json, "why", &row->why, err))
        return false;
    PrintedOurs ours;
    return printed_ours(m, row, &ours, err); /* `at` names something */
}

static bool read_array(const Json *object, const char *key, size_t *count, Error *err) {
    const Json *list = json_get(object, key);
    *count = json_count(list);
    if (list && (json_type(list) != JSON_ARRAY || *count > ROWS_MAX))
        return error_set(err, ERROR_EXPECTED, key, TEXT("an array of at most %d", ROWS_MAX),
                         json_type(list) == JSON_ARRAY ? TEXT("%zu", *count)
                                                       : json_type_name(json_type(list)));
    return true;
}

static bool read_figures(Model *m, const Json *printed, Error *err) {
    static const char *const keys[] = {"source", "K", "rows", NULL};
    size_t count;
    m->figures.kilo = 1000;
    if (!read_keys(printed, keys, err) ||
        !read_text(m, printed, "source", &m->figures.source, err) ||
        !read_number(printed, "K", 1000, 1024, &m->figures.kilo, err) ||
        !read_array(printed, "rows", &count, err))
        return false;
    m->figures.rows = arena_alloc(&m->arena, count, sizeof *m->figures.rows, err);
    if (!m->figures.rows)
        return false;
    for (size_t i = 0; i < count; i++, m->figures.count++)
        if (!read_row(m, json_at(json_get(printed, "rows"), i), &m->figures.rows[i], err))
            return error_prefix(err, "rows[%zu].", i);
    return true;
}

static bool read_error(Model *m, const Json *json, PaperError *row, Error *err) {
    static const char *const keys[] = {"set", "setting", "source", "top1", "top5", NULL};
    row->top1 = row->top5 = -1;
    return read_keys(json, keys, err) && read_text(m, json, "set", &row->set, err) &&
           read_text(m, json, "setting", &row->setting, err) &&
           read_text(m, json, "source", &row->source, err) &&
           read_number(json, "top1", 0, 100, &row->top1, err) &&
           read_number(json, "top5", 0, 100, &row->top5, err);
}

bool read_printed(Model *m, const Json *root, Error *err) {
    const Json *printed = json_get(root, "printed");
    size_t count;
    if (printed && !read_figures(m, printed, err))
        return error_prefix(err, "printed");
    if (!read_array(root, "errors", &count, err))
        return false;
    m->errors = arena_alloc(&m->arena, count, sizeof *m->errors, err);
    if (!m->errors)
        return false;
    for (size_t i = 0; i < count; i++, m->error_count++)
        if (!read_error(m, json_at(json_get(root, "errors"), i), &m->errors[i], err)) {
            error_prefix(err, "[%zu].", i);
            return error_prefix(err, "errors");
        }
    return true;
}

/* --- Ours ---------------------------------------------------------------------------------------
 */

static bool add_place(const Model *m, const char *at, PrintedOurs *ours, Error *err) {
    const Graph *g = &m->graph;
    int block = *at ? graph_find_block(g, at, NULL) : 0;
    if (block >= 0) {
        ours->params += graph_block_params(g, block);
        ours->macs += graph_block_macs(g, block);
        ours->depth += graph_block_depth(g, block);
        ours->neurons += graph_neurons(g, block);
        int output = g->blocks[block].output;
        ours->out = output == GRAPH_IMAGE ? g->input : g->nodes[output].out;
        return true;
    }
    int node = graph_find(g, at, err);
    if (node == GRAPH_FAILED)
        return error_prefix(err, "at");
    ours->params += g->nodes[node].param_count;
    ours->macs += g->nodes[node].macs;
    ours->depth += g->nodes[node].macs > 0;
    ours->neurons += g->nodes[node].macs > 0 ? shape_count(&g->nodes[node].out) : 0;
    ours->out = g->nodes[node].out;
    return true;
}

bool printed_ours(const Model *m, const PaperRow *row, PrintedOurs *ours, Error *err) {
    *ours = (PrintedOurs){0};
    char at[200];
    const char *start = row->at;
    do {
        size_t length = strcspn(start, "+");
        if (length >= sizeof at)
            return error_set(err, ERROR_TOO_LARGE, "at", "a name", "199 bytes");
        memcpy(at, start, length);
        at[length] = 0;
        if (!add_place(m, at, ours, err))
            return false;
        start += length;
    } while (*start++ == '+');
    return true;
}

double printed_number(const char *text, double kilo) {
    char digits[40];
    size_t length = 0;
    const char *end = text;
    for (; *end && strchr("0123456789.,e", *end); end++) {
        if (*end == ',') /* 650,000 */
            continue;
        if (length + 1 == sizeof digits)
            return -1;
        digits[length++] = *end;
    }
    digits[length] = 0;
    double value;
    if (!text_to_double(digits, &value))
        return -1;
    while (*end == ' ')
        end++;
    static const struct {
        const char *unit;
        double factor;
    } units[] = {{"", 1},          {"M", 1e6},       {"B", 1e9},       {"G", 1e9},
                 {"million", 1e6}, {"billion", 1e9}, {"thousand", 1e3}};
    if (strcmp(end, "K") == 0)
        return value * kilo;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].unit) == 0)
            return value * units[i].factor;
    return -1;
}
