/* A network as nodes in the order they are computed, with shapes, costs, receptive fields, and the
 * blocks they belong to. Shapes are inferred as nodes are added. Everything lies in the graph's
 * arena. Knows no files. */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include "base/arena.h"
#include "layer/layer.h"

enum { GRAPH_IMAGE = -1, GRAPH_NODES_MAX = 8192, GRAPH_BLOCKS_MAX = 4096 };

/* Along one axis output i sees pixels start + i*jump .. start + i*jump + size - 1, some of which
 * may lie in the padding. Where paths meet, the smallest interval that holds those of all. Once a
 * layer saw everything (fully connected) jump is 0. */
typedef struct ReceptiveField {
    int64_t size, jump, start;
} ReceptiveField;

typedef struct Node {
    const char *name;  /* the weight key's prefix, or INTERFACE's rule: "conv1", "layer1.0.add" */
    const char *label; /* "conv4_x, block 3, 3x3" */
    const LayerType *type;
    const void *params;
    int block;  /* innermost block; 0 is the network itself */
    int branch; /* which branch of that block; -1: none */
    int input_count;
    const int *inputs; /* earlier nodes, or GRAPH_IMAGE */
    Shape in, out;     /* of the first input; of the output. Without the batch */
    int weight_count;
    WeightSpec weights[LAYER_WEIGHTS_MAX];
    const char *weight_keys[LAYER_WEIGHTS_MAX];
    int64_t param_count; /* learned ones */
    int64_t macs;
    int64_t work;         /* what its forward adds to Job.done for one item */
    ReceptiveField rf[2]; /* y, x */
} Node;

typedef enum BlockKind {
    BLOCK_NETWORK,
    BLOCK_CHAIN,
    BLOCK_STAGE,
    BLOCK_INCEPTION,
    BLOCK_RESIDUAL,
    BLOCK_DENSE,
    BLOCK_DENSE_LAYER,
    BLOCK_TRANSITION,
    BLOCK_KINDS
} BlockKind;
const char *block_kind_name(BlockKind kind); /* "inception", "dense-layer", ... */
bool block_kind_from_name(BlockKind *kind, const char *name, Error *err);

typedef struct Block {
    const char *name, *label;
    BlockKind kind;
    int parent;      /* -1 for the network */
    int input;       /* the node (or GRAPH_IMAGE) that it starts from */
    int first, last; /* its nodes are those in between; last < first while it is empty */
    int output;      /* the node that bears its result; another name for it in graph_find */
    int branches;
} Block;

typedef struct Graph {
    Arena arena;
    Shape input; /* (C, H, W) */
    Node *nodes;
    Block *blocks;
    int node_count, block_count;
    size_t node_capacity, block_capacity;
    int64_t param_count, macs, work, activation_count; /* totals for one item; floats */
} Graph;

/* Zeroes *g; block 0 is opened. The input is checked: rank 3, each extent 1..16384. */
bool graph_begin(Graph *g, const Shape *input, Error *err);
void graph_free(Graph *g);

typedef struct NodeDef {
    const char *name, *label; /* copied */
    const LayerType *type;
    const void *params; /* kept: in the graph's arena, or living as long */
    const int *inputs;  /* copied */
    int input_count;
    int block, branch;
} NodeDef;
/* Infers the node's shape, costs and receptive field. Returns its index, or GRAPH_FAILED. Names
 * must not repeat (ERROR_TWICE). */
enum { GRAPH_FAILED = -2 };
int graph_add(Graph *g, const NodeDef *def, Error *err);
int graph_block_open(Graph *g, const char *name, const char *label, BlockKind kind, int parent,
                     int input, Error *err); /* index or GRAPH_FAILED */
void graph_block_close(Graph *g, int block, int output);
/* Ends the building: labels must not repeat, there must be a node. */
bool graph_end(Graph *g, Error *err);

/* The node of that name or label, or of the block so named or labelled (its output); ASCII case
 * does not count. GRAPH_FAILED with the nearest names in err. */
int graph_find(const Graph *g, const char *text, Error *err);
int graph_find_block(const Graph *g, const char *text, Error *err);
/* "all", "weighted" (those with weights) or names and labels separated by commas (labels may hold
 * commas themselves: the longest match wins). wanted: node_count flags. */
bool graph_select(const Graph *g, const char *list, bool *wanted, Error *err);

/* Pixels y .. y + height - 1 and x .. x + width - 1 of the image; of none both sizes are 0. */
typedef struct GraphBox {
    int64_t y, x, height, width;
} GraphBox;
/* What output cell (y, x) of a node sees (of a vector: 0, 0; of GRAPH_IMAGE: itself), whatever its
 * channel. `whole`: the theoretical field, which may reach beyond the image; it is the node's
 * ReceptiveField at this cell. `inside`: the smallest rectangle that holds the pixels that have a
 * way to the cell; less than the part of `whole` in the image where a map between them ends before
 * the image does. Windows are solid, as in LayerWindow. */
void graph_receptive_box(const Graph *g, int node, int64_t y, int64_t x, GraphBox *whole,
                         GraphBox *inside);
/* The smallest rectangle of a node's outputs that holds all in which cell (y, x) of `from` (a node
 * before it, or GRAPH_IMAGE) has a part, whatever the channels; sizes 0: none. Windows are solid.
 */
GraphBox graph_fed_box(const Graph *g, int from, int64_t y, int64_t x, int node);
/* The node, this or one before it, whose layer made a channel's values: back through
 * concatenations, to the branch that brought it, and through layers that keep every value in its
 * place. *channel becomes that node's own. What it sees is all that this channel sees. */
int graph_channel_maker(const Graph *g, int node, int64_t *channel);

/* Sums over a block's nodes. Depth: layers with weights (convolutions and fully connected) on the
 * longest path through it; -1 only when there is no memory. */
int64_t graph_block_params(const Graph *g, int block);
int64_t graph_block_macs(const Graph *g, int block);
int graph_block_depth(const Graph *g, int block);
int64_t graph_neurons(const Graph *g,
                      int block); /* outputs of its convolutions and fully connected layers */

#endif
