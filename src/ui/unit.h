/* The parts of view.unit: each kind of arithmetic in a box of its own. */
#ifndef UI_UNIT_H
#define UI_UNIT_H

#include "layer/trace.h"
#include "ui/ui.h"
#include "ui/values.h"

typedef struct UnitView {
    const View *v;
    const Trace *t;
    int node, channel, y, x;
    int64_t *order; /* terms in the order that the running sum takes them */
    int64_t taken;  /* how many of them it has: all, or the state's step */
    double running; /* their sum */
    bool hidden;    /* the result is to be predicted: nothing that tells it */
} UnitView;

/* Sums of products: patch x kernel by channels (a convolution), or term by term. */
void unit_sum(const UnitView *u, Rect box);
/* A window of values of which one is taken, or their mean. */
void unit_window(const UnitView *u, Rect box);
/* A function of one value, with its curve; a copy from elsewhere. */
void unit_function(const UnitView *u, Rect box);
void unit_copy(const UnitView *u, Rect box);
/* An addition; of a residual block F(x) and x by name, in the colours that their ways have in the
 * network view. */
void unit_add(const UnitView *u, Rect box);
/* A formula, and with the numbers put in, which are the trace's steps; the terms as bars where they
 * are many. */
void unit_formula(const UnitView *u, Rect box);
/* The numbers that the layer has beside its terms, a line each; in two columns where they would not
 * fit below each other. */
void unit_steps(const UnitView *u, Rect box);
int unit_steps_height(const UnitView *u); /* in one column */

/* Where the window lies on a channel of the input, and what it gives in the output. */
void unit_slide(const UnitView *u, Rect box, int64_t input_channel);
int unit_slide_height(const UnitView *u, Rect box); /* of a zone; 0: no room for it */
/* A channel of the trace's window as cells of the map that it looks at: hovering them lights that
 * map's cells, and the other way round. `at`: its first term. */
void unit_cells(const UnitView *u, int64_t at, ValueCells *cells);

/* Whether the sum is over a patch of rows and columns, not a row of terms. */
static inline bool unit_has_patch(const UnitView *u) {
    return u->t->window[1] * u->t->window[2] > 1 &&
           u->v->graph->nodes[u->node].type->family != LAYER_CONNECTED;
}

/* A line of words and one of figures, cut off the top. */
void unit_say(const UnitView *u, Rect *box, const char *text);
void unit_figures(const UnitView *u, Rect *box, const char *text);
/* "channel 3, row 5, column 7" of a term; where several inputs meet, of which. */
const char *unit_place(const UnitView *u, const TraceTerm *term);

#endif
