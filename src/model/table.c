#include "model/table.h"

#include "base/text.h"
#include "layer/layer.h"
#include "model/printed.h"
#include <string.h>

enum { FAMILY_MAX = 16, ROWS_MAX = 64, BRANCH_COLUMNS = 6 };

void table_free(PaperTable *t) {
    arena_free(&t->arena);
    *t = (PaperTable){.title = ""};
}

bool table_has(const Model *m) {
    return m->figures.count > 1;
}

const TableCell *table_cell(const PaperTable *t, int row, int column) {
    return &t->cells[row * t->column_count + column];
}

static TableCell *cell(PaperTable *t, int row, int column) {
    return &t->cells[row * t->column_count + column];
}

static bool make_cells(PaperTable *t, int rows, int columns, Error *err) {
    t->row_count = rows;
    t->column_count = columns;
    t->rows = arena_alloc(&t->arena, (size_t)rows + 1, sizeof *t->rows, err);
    t->columns = arena_alloc(&t->arena, (size_t)columns + 1, sizeof *t->columns, err);
    t->cells = arena_alloc(&t->arena, (size_t)rows * (size_t)columns + 1, sizeof *t->cells, err);
    if (!t->rows || !t->columns || !t->cells)
        return false;
    for (int i = 0; i < rows * columns; i++)
        t->cells[i].text = "";
    return true;
}

/* --- What stands at a row --------------------------------------------------------------------- */

/* The last of the places that a row adds up. */
static const char *last_place(const char *at) {
    const char *plus = strrchr(at, '+');
    return plus ? plus + 1 : at;
}

static const char *label_at(const Model *m, const char *at) {
    const Graph *g = &m->graph;
    const int block = graph_find_block(g, last_place(at), NULL);
    const int node = block < 0 ? graph_find(g, last_place(at), NULL) : GRAPH_FAILED;
    return block >= 0 ? g->blocks[block].label : node >= 0 ? g->nodes[node].label : at;
}

/* "7x7, stride 2" of what slides over maps, or as GoogLeNet's table has it "7x7/2"; "" of all else.
 */
static const char *window_text(Arena *arena, const Node *n, bool brief, Error *err) {
    const bool slides =
        n->type->window && (n->macs > 0 || n->type->family == LAYER_POOLING) && n->out.rank == 3;
    if (!slides)
        return "";
    const LayerWindow w = layer_window(n->type, n->params, &n->in, &n->out);
    if (w.everything)
        return "";
    const long long stride = n->out.dim[1] > 1 ? (long long)w.stride[0] : 1; /* a single one's */
    return arena_format(arena, err, "%lldx%lld%s", (long long)w.size[0], (long long)w.size[1],
                        brief        ? TEXT("/%lld", stride)
                        : stride > 1 ? TEXT(", stride %lld", stride)
                                     : "");
}

/* "7x7, 64, stride 2": how many maps only where weights make them. */
static const char *layer_text(Arena *arena, const Node *n, Error *err) {
    const long long maps = (long long)n->out.dim[0];
    if (n->out.rank == 1)
        return n->macs > 0 ? arena_format(arena, err, "%lld", maps) : "";
    const char *window = window_text(arena, n, false, err);
    if (!window || !window[0] || !n->macs)
        return window;
    const size_t size = strcspn(window, ",");
    return arena_format(arena, err, "%.*s, %lld%s", (int)size, window, maps, window + size);
}

static const char *size_text(Arena *arena, const Shape *s, bool channels, Error *err) {
    if (s->rank != 3)
        return arena_format(arena, err, "%lld", (long long)s->dim[0]);
    return channels
               ? arena_format(arena, err, "%lldx%lldx%lld", (long long)s->dim[1],
                              (long long)s->dim[2], (long long)s->dim[0])
               : arena_format(arena, err, "%lldx%lld", (long long)s->dim[1], (long long)s->dim[2]);
}

/* --- A family --------------------------------------------------------------------------------- */

/* A block within that says what all of them are: the last, which needs no projection. */
static int last_child(const Graph *g, int block, int *count) {
    int last = -1;
    *count = 0;
    for (int i = block + 1; i < g->block_count; i++)
        if (g->blocks[i].parent == block) {
            last = i;
            ++*count;
        }
    return last;
}

/* "[1x1, 64; 3x3, 64; 1x1, 256] x 3" of a stage or a dense block. */
static const char *stack_text(Arena *arena, const Graph *g, int block, Error *err) {
    int count;
    const int child = last_child(g, block, &count);
    const char *text = "";
    for (int i = child < 0 ? 1 : g->blocks[child].first; child >= 0 && i <= g->blocks[child].last;
         i++) {
        if (!g->nodes[i].macs)
            continue;
        const char *one = layer_text(arena, &g->nodes[i], err);
        text = one ? arena_format(arena, err, "%s%s%s", text, text[0] ? "; " : "", one) : NULL;
        if (!text)
            return NULL;
    }
    return text[0] ? arena_format(arena, err, "[%s] x %d", text, count) : "";
}

static const char *place_text(Arena *arena, const Model *m, const char *at, Error *err) {
    const Graph *g = &m->graph;
    const int block = graph_find_block(g, last_place(at), NULL);
    if (block >= 0)
        return stack_text(arena, g, block, err);
    const int node = graph_find(g, last_place(at), err);
    return node < 0 ? NULL : layer_text(arena, &g->nodes[node], err);
}

static bool is_variant(const char *name) {
    const size_t length = strlen(name);
    return length > 3 && strcmp(name + length - 3, "-tv") == 0;
}

/* Told by the same table: the same rows, and both as the authors have it, or both torchvision's. */
static bool is_sister(const Model *a, const Model *b) {
    if (strcmp(a->family, b->family) != 0 || a->figures.count != b->figures.count ||
        is_variant(a->name) != is_variant(b->name))
        return false;
    for (int i = 0; i < a->figures.count; i++)
        if (strcmp(a->figures.rows[i].at, b->figures.rows[i].at) != 0)
            return false;
    return true;
}

/* The networks of the table in order of their depth; owned by the caller. */
static bool load_family(const Model *m, Model *family[FAMILY_MAX], int *count, Error *err) {
    Arena arena = {0};
    char **names;
    size_t name_count;
    bool ok = model_names(&arena, &names, &name_count, err);
    for (size_t i = 0; ok && i < name_count && *count < FAMILY_MAX; i++) {
        Model *other = model_load(names[i], 0, err);
        ok = other != NULL;
        if (other && is_sister(m, other))
            family[(*count)++] = other;
        else
            model_free(other);
    }
    arena_free(&arena);
    for (int i = 1; i < *count; i++) /* few: sorted by insertion */
        for (int k = i; k > 0 && graph_block_depth(&family[k - 1]->graph, 0) >
                                     graph_block_depth(&family[k]->graph, 0);
             k--) {
            Model *swapped = family[k];
            family[k] = family[k - 1];
            family[k - 1] = swapped;
        }
    return ok;
}

/* What the paper prints of the whole of a network; NULL: nothing. */
static const PaperRow *whole_of(const Model *m) {
    const PaperRow *last = &m->figures.rows[m->figures.count - 1];
    return last->at[0] ? NULL : last;
}

static bool put_text(PaperTable *t, int row, int column, const char *text, Error *err) {
    const char *copy = text ? arena_text(&t->arena, text, err) : NULL;
    cell(t, row, column)->text = copy;
    return copy != NULL;
}

static void put_count(PaperTable *t, int row, int column, int64_t count) {
    *cell(t, row, column) = (TableCell){NULL, count};
}

/* Depth, parameters and multiply-adds at the foot of a network's column; what the paper prints of
 * these in the last row, where it does. */
enum { FOOT_DEPTH, FOOT_PARAMS, FOOT_MACS, FOOT_PAPER, FOOT_ROWS };

static bool put_foot(PaperTable *t, int row, int column, const Model *m, Error *err) {
    const PaperRow *paper = whole_of(m);
    TableLine *last = &t->rows[row + FOOT_MACS];
    put_count(t, row + FOOT_DEPTH, column, graph_block_depth(&m->graph, 0));
    put_count(t, row + FOOT_PARAMS, column, m->graph.param_count);
    put_count(t, row + FOOT_MACS, column, m->graph.macs);
    if (!paper || t->row_count <= row + FOOT_PAPER)
        return true;
    if (paper->why[0])
        last->why = arena_format(&t->arena, err, "%s%s%s: %s", last->why, last->why[0] ? "; " : "",
                                 m->title, paper->why);
    return last->why && put_text(t, row + FOOT_PAPER, column, paper->macs, err);
}

static bool name_rows(PaperTable *t, const Model *m, int places, Error *err) {
    static const TableLine foot[] = {{"", "table.depth", TABLE_OURS, "", ""},
                                     {"", "table.params", TABLE_OURS, "", ""},
                                     {"", "table.macs", TABLE_OURS, "", ""},
                                     {"", "table.macs", TABLE_PAPER, "", ""}};
    for (int i = 0; i < places; i++) {
        const PaperRow *row = &m->figures.rows[i];
        t->rows[i] = (TableLine){.text = arena_text(&t->arena, label_at(m, row->at), err),
                                 .word = "",
                                 .at = arena_text(&t->arena, last_place(row->at), err),
                                 .why = arena_text(&t->arena, row->why, err)};
        if (!t->rows[i].text || !t->rows[i].at || !t->rows[i].why)
            return false;
    }
    for (int i = places; i < t->row_count; i++)
        t->rows[i] = foot[i - places];
    return true;
}

static bool fill_family(PaperTable *t, const Model *m, Model *const *family, int count,
                        Error *err) {
    const int places = m->figures.count - (whole_of(m) != NULL);
    const int foot = whole_of(m) && whole_of(m)->macs[0] ? FOOT_ROWS : FOOT_PAPER;
    t->family = true;
    if (!make_cells(t, places + foot, count + 1, err) || !name_rows(t, m, places, err))
        return false;
    t->columns[0] = (TableLine){"", "table.out", TABLE_OURS, "", ""};
    for (int i = 0; i < count; i++) {
        const char *title = arena_text(&t->arena, family[i]->title, err);
        t->columns[i + 1] = (TableLine){title, "", TABLE_SHAPE, "", ""};
        if (!title || !put_foot(t, places, i + 1, family[i], err))
            return false;
    }
    for (int r = 0; r < places; r++) {
        PrintedOurs ours;
        if (!printed_ours(m, &m->figures.rows[r], &ours, err) ||
            !put_text(t, r, 0, size_text(&t->arena, &ours.out, false, err), err))
            return false;
        for (int i = 0; i < count; i++)
            if (!put_text(t, r, i + 1, place_text(&t->arena, family[i], m->figures.rows[r].at, err),
                          err))
                return false;
    }
    return true;
}

/* --- One network ------------------------------------------------------------------------------ */

typedef enum Property {
    WINDOW,
    OUT,
    DEPTH,
    BRANCHES, /* ... and BRANCH_COLUMNS of them */
    PARAMS_PAPER = BRANCHES + BRANCH_COLUMNS,
    PARAMS_OURS,
    MACS_PAPER,
    MACS_OURS,
    NEURONS_PAPER,
    NEURONS_OURS,
    PROPERTIES
} Property;

static const TableLine properties[PROPERTIES] = {
    [WINDOW] = {"", "table.window", TABLE_SHAPE, "", ""},
    [OUT] = {"", "table.out", TABLE_OURS, "", ""},
    [DEPTH] = {"", "table.depth", TABLE_OURS, "", ""},
    [BRANCHES] = {"1x1", "", TABLE_SHAPE, "", ""},
    [BRANCHES + 1] = {"", "table.reduce3", TABLE_SHAPE, "", ""},
    [BRANCHES + 2] = {"3x3", "", TABLE_SHAPE, "", ""},
    [BRANCHES + 3] = {"", "table.reduce5", TABLE_SHAPE, "", ""},
    [BRANCHES + 4] = {"5x5", "", TABLE_SHAPE, "", ""},
    [BRANCHES + 5] = {"", "table.pool_proj", TABLE_SHAPE, "", ""},
    [PARAMS_PAPER] = {"", "table.params", TABLE_PAPER, "", ""},
    [PARAMS_OURS] = {"", "table.params", TABLE_OURS, "", ""},
    [MACS_PAPER] = {"", "table.macs", TABLE_PAPER, "", ""},
    [MACS_OURS] = {"", "table.macs", TABLE_OURS, "", ""},
    [NEURONS_PAPER] = {"", "table.neurons", TABLE_PAPER, "", ""},
    [NEURONS_OURS] = {"", "table.neurons", TABLE_OURS, "", ""},
};

/* The maps of a block's convolutions in the order of the columns; a branch with one of them has no
 * reduction. 0: there is none. */
static void branch_widths(const Graph *g, int block, int64_t widths[BRANCH_COLUMNS]) {
    static const int first[] = {0, 1, 3, 5};
    const Block *b = &g->blocks[block];
    int used[4] = {0};
    memset(widths, 0, BRANCH_COLUMNS * sizeof *widths);
    for (int i = b->first; i <= b->last; i++) {
        const Node *n = &g->nodes[i];
        if (n->macs <= 0 || n->branch < 0 || n->branch > 3)
            continue;
        const int at = first[n->branch] + used[n->branch]++;
        if (at < BRANCH_COLUMNS)
            widths[at] = n->out.dim[0];
    }
}

/* "conv2_reduce+conv2" is a reduction and its 3x3, outside of a block. */
static void place_widths(const Graph *g, const char *at, int64_t widths[BRANCH_COLUMNS]) {
    const char *plus = strchr(at, '+');
    const int block = graph_find_block(g, at, NULL);
    memset(widths, 0, BRANCH_COLUMNS * sizeof *widths);
    if (block > 0 && g->blocks[block].kind == BLOCK_INCEPTION) {
        branch_widths(g, block, widths);
    } else if (plus) {
        const int reduce = graph_find(g, TEXT("%.*s", (int)(plus - at), at), NULL);
        const int conv = graph_find(g, plus + 1, NULL);
        if (reduce >= 0 && conv >= 0) {
            widths[1] = g->nodes[reduce].out.dim[0];
            widths[2] = g->nodes[conv].out.dim[0];
        }
    }
}

/* Which of the properties say anything of this network. */
static void find_properties(const Model *m, bool wanted[PROPERTIES]) {
    for (int i = 0; i < PROPERTIES; i++)
        wanted[i] = i < BRANCHES || i == PARAMS_OURS || i == MACS_OURS;
    for (int b = 1; b < m->graph.block_count; b++)
        for (int i = 0; m->graph.blocks[b].kind == BLOCK_INCEPTION && i < BRANCH_COLUMNS; i++)
            wanted[BRANCHES + i] = true;
    for (int r = 0; r < m->figures.count; r++) {
        const PaperRow *row = &m->figures.rows[r];
        wanted[PARAMS_PAPER] |= row->params[0] != 0;
        wanted[MACS_PAPER] |= row->macs[0] != 0;
        wanted[NEURONS_PAPER] |= row->neurons[0] != 0;
    }
    wanted[NEURONS_OURS] = wanted[NEURONS_PAPER];
}

static const char *row_window(PaperTable *t, const Graph *g, const char *at, Error *err) {
    const int block = graph_find_block(g, last_place(at), NULL);
    const int node = block < 0 ? graph_find(g, last_place(at), NULL) : GRAPH_FAILED;
    return node < 0 ? "" : window_text(&t->arena, &g->nodes[node], true, err);
}

static bool fill_row(PaperTable *t, const Model *m, int r, const int column[PROPERTIES],
                     Error *err) {
    const PaperRow *row = &m->figures.rows[r];
    int64_t widths[BRANCH_COLUMNS];
    PrintedOurs ours;
    if (!printed_ours(m, row, &ours, err))
        return false;
    const char *texts[PROPERTIES] = {[WINDOW] =
                                         row->at[0] ? row_window(t, &m->graph, row->at, err) : "",
                                     [OUT] = size_text(&t->arena, &ours.out, true, err),
                                     [PARAMS_PAPER] = row->params,
                                     [MACS_PAPER] = row->macs,
                                     [NEURONS_PAPER] = row->neurons};
    int64_t counts[PROPERTIES] = {
        [PARAMS_OURS] = ours.params, [MACS_OURS] = ours.macs, [NEURONS_OURS] = ours.neurons};
    place_widths(&m->graph, row->at, widths);
    memcpy(&counts[BRANCHES], widths, sizeof widths);
    for (int i = 0; i < PROPERTIES; i++) {
        if (column[i] >= 0 && counts[i])
            put_count(t, r, column[i], counts[i]);
        const bool is_text = i == WINDOW || i == OUT || texts[i];
        if (column[i] >= 0 && is_text && !put_text(t, r, column[i], texts[i], err))
            return false;
    }
    put_count(t, r, column[DEPTH], ours.depth);
    return true;
}

static bool fill_network(PaperTable *t, const Model *m, Error *err) {
    const int rows = m->figures.count;
    int column[PROPERTIES], columns = 0;
    bool wanted[PROPERTIES];
    find_properties(m, wanted);
    for (int i = 0; i < PROPERTIES; i++)
        column[i] = wanted[i] ? columns++ : -1;
    if (!make_cells(t, rows, columns, err) || !name_rows(t, m, rows, err))
        return false;
    for (int i = 0; i < PROPERTIES; i++)
        if (column[i] >= 0)
            t->columns[column[i]] = properties[i];
    for (int r = 0; r < rows; r++)
        if (!fill_row(t, m, r, column, err))
            return false;
    const PaperRow *whole = whole_of(m);
    if (whole) {
        t->rows[rows - 1].text = "";
        t->rows[rows - 1].word = "table.whole";
    }
    return true;
}

/* --- Both ------------------------------------------------------------------------------------- */

static bool fill(PaperTable *t, const Model *m, Error *err) {
    Model *family[FAMILY_MAX];
    int count = 0;
    t->title = arena_text(&t->arena, m->title, err);
    t->paper = arena_text(&t->arena, m->paper, err);
    t->source = arena_text(&t->arena, m->figures.source, err);
    if (!t->title || !t->paper || !t->source)
        return false;
    bool ok = load_family(m, family, &count, err);
    if (ok)
        ok = count > 1 ? fill_family(t, m, family, count, err) : fill_network(t, m, err);
    for (int i = 0; i < count; i++)
        model_free(family[i]);
    return ok;
}

bool table_make(PaperTable *t, const char *which, Error *err) {
    *t = (PaperTable){.title = ""};
    Model *m = model_load(which, 0, err);
    if (!m)
        return false;
    const bool ok =
        table_has(m) ? fill(t, m, err)
                     : error_set(err, ERROR_MISSING, TEXT("a table of the paper for %s", m->title));
    model_free(m);
    return ok;
}
