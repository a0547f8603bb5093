/* A network laid out as papers draw it: boxes to the shapes of what they compute, blocks opened or
 * folded, and the edges between them. Knows no values and no pixels: a view (or the SVG writer)
 * puts it on the screen, at any zoom.
 *
 * Units are logical pixels at zoom 1, from the upper left corner of the diagram, doubles. Time runs
 * from left to right. */
#ifndef DRAW_DIAGRAM_H
#define DRAW_DIAGRAM_H

#include "base/arena.h"
#include "draw/rect.h"
#include "graph/graph.h"

typedef enum DiagramItem {
    DIAGRAM_INPUT,  /* the image */
    DIAGRAM_NODE,   /* one node, with the batch norm, ReLU, dropout or flatten that follows it */
    DIAGRAM_BLOCK,  /* a block that is closed: a box that stands for all in it */
    DIAGRAM_FOLD,   /* a run of blocks of a stage, or a dense block, closed: "x36" */
    DIAGRAM_FRAME,  /* around an opened block; its content are other boxes */
    DIAGRAM_MATRIX, /* the connections of an opened dense block of more than 12 layers, as count + 1
                       rows and columns. Rows: the layers, then the concatenation at the end.
                       Columns: the block's input, then what the layers made. Row i reads the
                       columns 0..i (all but its own neighbour's are not drawn as edges) */
    DIAGRAM_GROWTH, /* under an opened dense block: how its stack of maps grows, a column for each
                       box directly in the frame and, beside a matrix, as many as that has */
    DIAGRAM_BRACKET /* over the blocks of a run that is unfolded, or of a stage: what folds them */
} DiagramItem;

typedef struct DiagramBox {
    DiagramItem item;
    int node;   /* whose output it shows: the last of what it stands for; GRAPH_IMAGE: input */
    int first;  /* the first node that it stands for, up to `node`; of the input GRAPH_IMAGE */
    int shown;  /* the node whose shape it is drawn to: `node`, or what a flatten at its end had */
    int block;  /* of DIAGRAM_BLOCK, DIAGRAM_FRAME, DIAGRAM_MATRIX and DIAGRAM_GROWTH; of a
                   DIAGRAM_FOLD the first of its blocks, or the dense block itself (which is opened,
                   not unfolded); of a DIAGRAM_BRACKET whose flag unfolded it; else -1 */
    int count;  /* of a fold, a matrix, its growth and a bracket: how many blocks or layers; else 1
                 */
    bool stack; /* the concatenation of an opened block's branches: its face is cut from top to
                   bottom into what they bring, each as high as it has channels; not to scale */
    int frame;  /* the innermost frame it lies in: its index; -1: none */
    LayerFamily family; /* of `first`; LAYER_OTHER unless it is a DIAGRAM_NODE */
    Area face; /* the cuboid's front: a thumbnail fits in. Of a frame: all of it; of a matrix: the
                  cells */
    double depth; /* the cuboid's: channels; its top and side go up and to the right by depth *
                     diagram_slant. 0: flat, a vector's bar */
    Area caption; /* room for its words, under (of a frame and a bracket: above) the face */
    Area all;     /* everything of it: face, depth, caption */
    bool classification; /* it belongs to the second half (see diagram_split) */
    int lane;            /* of an opened block: which branch, top to bottom; else 0 */
} DiagramBox;

typedef enum DiagramWire {
    WIRE_FLOW,       /* to the next */
    WIRE_IDENTITY,   /* a shortcut that changes nothing */
    WIRE_PROJECTION, /* into or out of a shortcut with a convolution */
    WIRE_DENSE       /* to a later layer of a dense block */
} DiagramWire;

typedef struct DiagramEdge {
    int from, to; /* boxes; from is where the shape on it was made */
    int node;     /* whose output flows here */
    DiagramWire wire;
    Point *points; /* a polyline; the arrow's head is at the last */
    int count;
    Area label; /* room for the shape, if there is: w 0 if not */
} DiagramEdge;

struct Diagram;

/* Who says and measures what is to be written, so that there is room for it. Texts are broken at
 * spaces and live until the next call at least. */
typedef struct DiagramTexts {
    const void *context;
    const char *(*name)(const void *context, const struct Diagram *d, int box);
    const char *(*parameters)(const void *context, int node); /* "3x3, 384, pad 1" */
    const char *(*shape)(const void *context, int node);      /* "13² × 384" */
    double (*width)(const void *context, const char *text);   /* logical pixels of captions' type */
} DiagramTexts;

/* How close boxes stand. */
typedef enum DiagramSpacing {
    DIAGRAM_PLAIN,     /* a name in two lines and a shape under each; shapes on arrows only within
                          opened blocks */
    DIAGRAM_ROOMY,     /* room for the shape on every arrow, and for parameters */
    DIAGRAM_COMPACT,   /* names in three lines, shapes in two, short arrows */
    DIAGRAM_FLAT,      /* short arrows in the network, one line for a name in opened blocks and the
                          shapes on their arrows: as low as can be */
    DIAGRAM_STAGGERED, /* as compact, and the network's captions at two heights by turns */
    DIAGRAM_SPACINGS
} DiagramSpacing;

/* What is opened, as sets of blocks by index.
 *
 * opened: shown with its content, in a frame; one within a block that is closed has to wait until
 * that is opened (a stage is no such obstacle: its run splits around what is opened). An opened
 * stage is a frame around all of its blocks.
 * unfolded: a run of a stage's blocks, by its first block or by the stage, is shown block by block.
 * fine: each node of the block's own (of block 0: the network's) has a box to itself. */
typedef struct DiagramOptions {
    const bool *opened;   /* block_count flags, or NULL: none */
    const bool *unfolded; /* block_count flags, or NULL: none */
    const bool *fine;     /* block_count flags, or NULL: none */
    double scale_text;    /* of captions: 1 is 12 logical pixels' type; 0 is taken as 1 */
    double legible;       /* the zoom down to which captions have room; 0 is taken as 0.85 */
    DiagramSpacing spacing;
    const DiagramTexts *texts; /* NULL: the graph's labels, about as wide as DejaVu Sans has them */
    bool size_only;            /* boxes and their places, no edges: quicker */
} DiagramOptions;

typedef struct Diagram {
    Arena arena;
    DiagramBox *boxes; /* frames before what lies in them; time's order else */
    int box_count;
    DiagramEdge *edges;
    int edge_count;
    double width, height;
    double legible; /* as in DiagramOptions */
    double split;   /* x between feature extraction and classification */
    bool has_split;
    double cuboid[3]; /* how sizes are drawn: face side = [0] * sqrt(H), depth = [1] * sqrt(C), the
                         height of a vector's bar = [2] * sqrt(C); no side is less than 24 (20 at
                         the least zoom), but a bar's width */
    int *box_of;      /* by node, and the image's at the end; see diagram_box_of */
    int node_count;
} Diagram;

extern const double diagram_slant; /* what of the depth goes up, and right */

/* Zeroes *d and lays the graph out. False: out of memory. diagram_free also after that. */
bool diagram_make(Diagram *d, const Graph *g, const DiagramOptions *options, Error *err);
void diagram_free(Diagram *d);

/* The first node of the classification half: the first fully connected layer that no convolution
 * follows, or the flatten or global pooling right before it. node_count if there is none. A flatten
 * that is drawn with the last pool counts there as part of it. */
int diagram_split(const Graph *g);
/* The box that shows this node, or stands for it. Frames and matrices are not it. */
int diagram_box_of(const Diagram *d, int node);
/* What a box is called where it stands: its first node's or its block's label without that of the
 * frame around it ("3x3 reduce" in "inception (3a)"); a fold's and a bracket's: its stage's. "":
 * the input. */
const char *diagram_name(const Diagram *d, const Graph *g, int box);
/* Whether nodes are drawn in it or by it: it is no frame, bracket or chart. */
bool diagram_is_layer(const DiagramBox *box);
/* The topmost box at a point: a face or caption before a frame. -1: none. */
int diagram_box_at(const Diagram *d, Point p);

#endif
