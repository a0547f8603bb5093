/* The table by which a paper tells its architectures, made from our graphs: of one network, module
 * by module (GoogLeNet's table 1), or of a family, a column each (table 1 of ResNet, of DenseNet).
 * What the paper prints stands beside what is counted here. */
#ifndef MODEL_TABLE_H
#define MODEL_TABLE_H

#include "model/model.h"

/* A text, or where that is NULL a count. "" says nothing. */
typedef struct TableCell {
    const char *text;
    int64_t count;
} TableCell;

/* Whose figures a column or row holds. */
typedef enum TableSource { TABLE_SHAPE, TABLE_PAPER, TABLE_OURS } TableSource;

typedef struct TableLine { /* a column, or a row */
    const char *text;      /* a network's or a layer's name as it is; "" if it has a word */
    const char *word;      /* a key of the catalogue, "table.params", else "" */
    TableSource source;
    const char *at;  /* of a row: the node or block of the network that was asked for; "" */
    const char *why; /* of a row: why ours part from the paper's, where it is known; "" */
} TableLine;

typedef struct PaperTable {
    Arena arena;
    const char *title, *paper, *source; /* "ResNet-50", its citation, "table 1" */
    bool family;                        /* a column is a network; else a column is a property */
    TableLine *columns, *rows;   /* the first column holds the rows' names: it has no cells */
    int column_count, row_count; /* of the cells */
    TableCell *cells;            /* rows * columns */
} PaperTable;

/* `which` as in model_load. False where no table is kept (fewer than two rows of figures), or out
 * of memory. Owned: table_free, also after a failure. */
bool table_make(PaperTable *table, const char *which, Error *err);
void table_free(PaperTable *table);
/* Whether there would be one. */
bool table_has(const Model *m);
const TableCell *table_cell(const PaperTable *table, int row, int column);

#endif
