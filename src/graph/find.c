/* Nodes and blocks by what people call them. */
#include "base/text.h"
#include "graph/graph.h"

#include <string.h>

static int find_node(const Graph *g, const char *text) {
    for (int i = 0; i < g->node_count; i++)
        if (text_equal(g->nodes[i].name, text))
            return i;
    for (int i = 0; i < g->node_count; i++)
        if (text_equal(g->nodes[i].label, text))
            return i;
    return GRAPH_FAILED;
}

static int find_block(const Graph *g, const char *text) {
    for (int i = 1; i < g->block_count; i++)
        if (text_equal(g->blocks[i].name, text) || text_equal(g->blocks[i].label, text))
            return i;
    return GRAPH_FAILED;
}

/* A node, or a block's output; -2 without a message. */
static int find_quietly(const Graph *g, const char *text) {
    int node = find_node(g, text);
    if (node != GRAPH_FAILED)
        return node;
    int block = find_block(g, text);
    return block == GRAPH_FAILED || g->blocks[block].output < 0 ? GRAPH_FAILED
                                                                : g->blocks[block].output;
}

int graph_find(const Graph *g, const char *text, Error *err) {
    int node = find_quietly(g, text);
    if (node != GRAPH_FAILED)
        return node;
    TextNearest nearest = {.word = text};
    for (int i = 0; i < g->node_count; i++) {
        text_nearest_offer(&nearest, g->nodes[i].name);
        text_nearest_offer(&nearest, g->nodes[i].label);
    }
    for (int i = 1; i < g->block_count; i++)
        text_nearest_offer(&nearest, g->blocks[i].name);
    text_unknown(&nearest, "node", err);
    return GRAPH_FAILED;
}

int graph_find_block(const Graph *g, const char *text, Error *err) {
    int block = find_block(g, text);
    if (block != GRAPH_FAILED)
        return block;
    TextNearest nearest = {.word = text};
    for (int i = 1; i < g->block_count; i++)
        text_nearest_offer(&nearest, g->blocks[i].name);
    text_unknown(&nearest, "block", err);
    return GRAPH_FAILED;
}

/* The longest run of comma-separated pieces at `list` that names a node. Labels hold up to a few
 * commas; pieces may have spaces around them. Copies it to `name`, returns where it ends. */
enum { SELECT_NAME = 400, SELECT_PIECES = 6 };

static const char *take_name(const Graph *g, const char *list, char name[SELECT_NAME], int *node) {
    const char *first_end = NULL;
    size_t first_length = 0;
    *node = GRAPH_FAILED;
    const char *taken = NULL;
    int pieces = 0;
    for (const char *end = list;; end++) {
        if (*end != ',' && *end != 0)
            continue;
        const char *from = list, *to = end;
        while (*from == ' ' && from < to)
            from++;
        while (to > from && to[-1] == ' ')
            to--;
        size_t length = (size_t)(to - from);
        if (length < SELECT_NAME) {
            memcpy(name, from, length);
            name[length] = 0;
            int found = find_quietly(g, name);
            if (found != GRAPH_FAILED) {
                *node = found;
                taken = end;
            }
        }
        if (!first_end) {
            first_end = end;
            first_length = length < SELECT_NAME ? length : SELECT_NAME - 1;
        }
        if (*end == 0 || ++pieces == SELECT_PIECES)
            break;
    }
    if (taken)
        return taken;
    const char *from = list;
    while (*from == ' ')
        from++;
    memcpy(name, from, first_length);
    name[first_length] = 0;
    return first_end;
}

bool graph_select(const Graph *g, const char *list, bool *wanted, Error *err) {
    memset(wanted, 0, (size_t)g->node_count * sizeof *wanted);
    if (strcmp(list, "all") == 0 || strcmp(list, "weighted") == 0) {
        for (int i = 0; i < g->node_count; i++)
            wanted[i] = list[0] == 'a' || g->nodes[i].weight_count > 0;
        return true;
    }
    for (const char *at = list;;) {
        char name[SELECT_NAME];
        int node;
        at = take_name(g, at, name, &node);
        if (node == GRAPH_FAILED) {
            graph_find(g, name, err); /* for its message */
            return false;
        }
        wanted[node] = true;
        if (*at == 0)
            return true;
        at++;
    }
}
