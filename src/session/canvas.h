/* Two small drawings, and what a network of small grey pictures answers to them. Drawings are part
 * of the state: grey levels of CANVAS_LEVELS, row by row. What the network computes of them is work
 * of the session's thread (session/work.h). */
#ifndef SESSION_CANVAS_H
#define SESSION_CANVAS_H

#include "session/session.h"

/* A point on a drawing comes in quarters of a pixel. */
enum { CANVAS_FINE = 4 };

/* Draws a round-ended stroke between two such points, of that width in quarters, into side x side
 * levels: soft at its edge, as the digits of MNIST are. `erase`: takes away instead. */
void canvas_stroke(uint8_t *levels, int side, const int from[2], const int to[2], int width,
                   bool erase);
/* As MNIST was made (LeCun et al. 1998, section III.A): enlarged or shrunk until it fits a box of
 * 20 x 20, its proportions kept, then moved until its centre of mass is in the middle of side x
 * side. An empty drawing stays empty. Shares of white, 0 to 1. */
void canvas_fit(const uint8_t *levels, int side, float *out);
/* The same without fitting. */
void canvas_plain(const uint8_t *levels, int side, float *out);

/* For BenchKind and actions: whether the network looks at one grey map of at most CANVAS_SIDE. */
const char *canvas_refuses(const Session *s);
int canvas_side(const Session *s); /* of its input; 0: none is open */
Work *canvas_wants(Session *s, Work *now, Error *err);

typedef struct CanvasAnswer {
    const float *seen;  /* side x side: what went in, before the network's own scaling */
    const Tensor *last; /* the last node's values */
    Run *run;           /* lent: all nodes are computed */
} CanvasAnswer;
/* Of a drawing (0: left, 1: right). While a new answer is being computed, the one before. False:
 * there is none yet. */
bool canvas_answer(const Work *w, int which, CanvasAnswer *answer);

#endif
