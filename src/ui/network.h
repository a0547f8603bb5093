/* What the files of the network view share: the diagram as it stands on the screen. */
#ifndef UI_NETWORK_H
#define UI_NETWORK_H

#include "ui/ui.h"

/* From the diagram's units to the screen's. */
typedef struct Camera {
    double zoom, x, y; /* screen = diagram * zoom + (x, y) */
} Camera;

typedef struct Network {
    const View *v;
    const Diagram *d;
    Camera camera;
    Rect box;         /* what of it is seen lies in here */
    double most;      /* the cost of the fullest colour; 0: costs are not shown */
    const bool *said; /* by node, the image's at the end: an arrow tells its shape */
    int only;         /* the frame that alone is drawn, by index; -1: all is */
    bool printed;     /* on paper: without what is for clicking */
} Network;

Area network_area(const Network *n, Area a);
Rect network_rect(const Network *n, Area a);
Point network_point(const Network *n, Point p);
bool network_whole(const Network *n, Rect box);    /* whether it is seen from left to right */
const char *network_node(const View *v, int node); /* "conv1"; the image's is "input" */

/* --- network_draw.c --- */
/* The two halves of the network as grounds of a box, named. */
void network_halves(const Network *n, Rect box);
/* Whether a box of the diagram is to be drawn: all are, or those in a frame. */
bool network_shows(const Network *n, int box);
bool network_shows_edge(const Network *n, const DiagramEdge *e);
/* Frames, edges and boxes; sets n->said. */
void network_draw(Network *n);

/* --- network_text.c: what captions say --- */
extern const DiagramTexts network_texts; /* without its context, which is a View */
const char *network_name(const View *v, const Diagram *d, int box); /* "conv4_x ×36" */
/* "56² × 256", which may be broken before the last sign. */
const char *network_extent(const View *v, int node);
int network_type(const Network *n); /* the size of captions */
/* Whether a text, broken at its spaces, can be read as a whole in so much room. */
bool network_fits(const View *v, Rect box, TextStyle style, const char *text);
void network_put(const View *v, Rect *box, TextStyle style, const char *text); /* from its top */
/* What can be read as a whole of a box's texts, the name first. */
void network_caption(const Network *n, const DiagramBox *b, bool chosen);
/* All about the node chosen, in a line. */
const char *network_note(const View *v, const Diagram *d);

/* --- network_heat.c --- */
double network_cost(const View *v, const DiagramBox *b);
const char *network_cost_text(const View *v, double cost);
double network_most_cost(const View *v, const Diagram *d);

/* --- network_box.c --- */
void network_box(const Network *n, const DiagramBox *b);
void network_frame(const Network *n, const DiagramBox *b);
void network_bracket(const Network *n, const DiagramBox *b);

/* --- network_stack.c: stacks of maps, and which layers read which --- */
Color network_branch_color(const View *v, int branch);
/* Which input of a stack's concatenation a node is; -1: none. */
int network_branch(const View *v, const DiagramBox *stack, int node);
void network_stack(const Network *n, const DiagramBox *b, Rect face);
void network_matrix(const Network *n, const DiagramBox *b);
void network_growth(const Network *n, const DiagramBox *b);

/* --- network_legend.c: what its colours mean --- */
const char *network_family(const View *v, LayerFamily family); /* "convolution" */
/* Which families of layers stand in boxes of their own; on paper, or as signs within those. */
typedef struct NetworkFamilies {
    bool drawn[LAYER_OTHER + 1];
} NetworkFamilies;
NetworkFamilies network_families(const Network *n);

/* --- network_controls.c: under it, its buttons and what its colours mean --- */
int network_controls_height(const Network *n, int width);
/* `most`: the cost of the fullest colour; NULL: costs are not shown. */
void network_controls(const Network *n, Rect box, const char *most);

#endif
