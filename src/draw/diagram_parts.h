/* What the files of the diagram share: the tree of rows and lanes that is laid out. */
#ifndef DRAW_DIAGRAM_PARTS_H
#define DRAW_DIAGRAM_PARTS_H

#include "draw/diagram.h"

enum {
    DIAGRAM_ARCS_MAX = 12,     /* layers of a dense block whose connections are all drawn */
    DIAGRAM_GROWTH_HEIGHT = 72 /* of the highest column under it */
};

typedef enum PartKind {
    PART_BOX,  /* a leaf */
    PART_ROW,  /* one after the other, on one axis: the network, what is in a frame, a lane */
    PART_LANES /* the branches of a block, one above the other */
} PartKind;

/* How a row draws what goes over the heads of others. */
typedef enum PartStyle {
    ROW_LEVELS, /* lines at a level of their own for each source */
    ROW_ARCS,   /* arches: a dense block */
    ROW_MATRIX  /* not at all: a large dense block, whose layers stand in several rows */
} PartStyle;

/* Where the arrows of a large dense block turn: x from the row's left, y from its axis. */
typedef struct Turns {
    double enter;       /* up to the first line */
    double left, right; /* from the end of a line to the next */
    double leave;       /* behind the last one */
    double under;       /* y below the matrix */
    double past;        /* behind the matrix, to the axis */
} Turns;

/* Horizontal measures are from its left, vertical ones from its axis, along which the flow enters
 * and leaves. */
typedef struct Part {
    PartKind kind;
    PartStyle style;
    int parent, index;     /* -1: the root; which child of the parent */
    int depth;             /* of the root: 0 */
    int first, last, next; /* while the tree grows: children, the parent's next; -1: none */
    const int *child;      /* then: child_count of them */
    int child_count;
    int box;           /* of a leaf; of a row its frame, or -1 */
    int matrix;        /* of a row of that style: its box; else -1 */
    int growth;        /* of an opened dense block's row: its box; else -1 */
    int brackets;      /* of a row: its first Bracket; -1: none */
    int block;         /* of a row and of lanes: whose content; of a lane -1 */
    int lane;          /* of a row that is one: the branch; -1: the identity */
    bool residual;     /* of lanes */
    bool roomy;        /* of a row: every arrow has room for a shape */
    int identity;      /* of lanes: the index of the empty lane through which a shortcut goes; -1 */
    int skips;         /* of a row: its first Skip; -1: none */
    int levels;        /* how many levels they take */
    double w, in, out; /* where the flow enters and leaves */
    double edge;       /* of a leaf: the right end of its cuboid; else w */
    double above, below;           /* all of it, with the frame's caption */
    double face_above, face_below; /* a frame's */
    double top;                    /* of a row with brackets: where they begin, above the axis */
    double base;       /* of a row: from where lines that go over it rise, above the axis */
    double fork, join; /* of lanes: where they part, and where the innermost meets */
    bool rises, lands; /* a line over its row begins behind it, comes down before it */
    bool rises_before, lands_behind; /* of a row: a line begins before it, comes down behind it */
    Turns turns;                     /* of a matrix's row */
    double channel; /* in such a row, of the first that stands in another line than the one
                       before it: the height at which the arrow comes back */
    bool staggered; /* of a leaf: its caption, wider than the part, stands below the axis by: */
    double words;
    double rx, ry;  /* its left and its axis, from its parent's */
    double x, axis; /* the same in the diagram */
} Part;

/* What a node's output passes over in a row: from the child `from` (-1: from before the row) to
 * beyond, `to` at the furthest (child_count: out of the row). */
typedef struct Skip {
    int row, from, node, to, level, next;
} Skip;

/* Over the children first..last of a row. */
typedef struct Bracket {
    int row, first, last, box, next;
} Bracket;

/* An edge before it is drawn. */
typedef struct Link {
    int from, to, node; /* boxes; whose output */
} Link;

/* A stretch of a link's way through the tree. */
typedef enum HopKind {
    HOP_STEP,    /* in a row, from behind child i (-1: the row's begin) to before child j */
    HOP_IN,      /* from the fork into lane i */
    HOP_OUT,     /* from lane i to where they meet */
    HOP_THROUGH, /* past the lanes, as the shortcut */
    HOP_JUMP     /* no way is known (not in a network that a model file can tell) */
} HopKind;
typedef struct Hop {
    HopKind kind;
    int part, i, j;
} Hop;

typedef struct Layout {
    Diagram *d;
    const Graph *g;
    const DiagramOptions *options;
    Error *err;
    Arena arena; /* scratch */
    Part *parts;
    int part_count;
    int *part_of;   /* by box: its leaf or its framed row */
    int *uses;      /* by node: how many inputs it feeds */
    int *branch_of; /* by node: the branch of the block at hand in which it stands; -1: none */
    int split;
    Link *links;
    int link_count;
    Skip *skips;
    int skip_count;
    size_t skip_capacity;
    Hop *hops; /* of the link at hand */
    int hop_count;
    Bracket *brackets;
    int bracket_count;
    double text;    /* scale_text */
    double legible; /* at that zoom words still have the room that they were measured with */
    DiagramSpacing spacing;
} Layout;

/* diagram_tree.c: boxes without places and the tree above them, part 0 being its root. */
bool diagram_tree(Layout *l);
/* Whose output leaves a part; GRAPH_IMAGE: the image. Not of lanes. */
int diagram_part_node(const Layout *l, const Part *p);

/* diagram_links.c: which edges there are, and what goes over which row. */
bool diagram_links(Layout *l);
/* The way of a link, into l->hops. */
void diagram_walk(Layout *l, const Link *link);

/* diagram_measure.c: how large everything is and where it stands. */
void diagram_measure(Layout *l);
void diagram_place(Layout *l);
double diagram_text(const Layout *l, double px); /* so many of captions' pixels, at scale 1 */
double diagram_line_height(const Layout *l);
/* How high the arch rises that goes over so many steps of a row. */
double diagram_arc_height(int over);

/* diagram_caption.c: room for words. */
void diagram_caption(const Layout *l, const Part *leaf); /* sets the size of its box's */
/* How wide a node's shape is when written. */
double diagram_shape_width(const Layout *l, int node);

/* diagram_rows.c: a large dense block. */
bool diagram_fits_matrix(const Layout *l, const Part *row);
void diagram_measure_rows(Layout *l, Part *row);

/* diagram_route.c, diagram_label.c: the edges as lines, and room for their shapes. */
bool diagram_route(Layout *l);
bool diagram_label(Layout *l);

#endif
