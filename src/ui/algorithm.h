/* The parts of view.algorithm. */
#ifndef UI_ALGORITHM_H
#define UI_ALGORITHM_H

#include "session/algorithm.h"
#include "ui/ui.h"
#include "ui/values.h"

typedef struct AlgorithmView {
    const View *v;
    const Algorithm *a;
    int64_t tap[3]; /* channel, y and x of the input that the step's term reads; */
    bool padding;   /* which lies outside */
    int64_t
        pixel[2]; /* the input pixel whose copies are lit: the hovered one, else the term's; -1 */
} AlgorithmView;

/* A line of a program: `shorter` (may be NULL) where there is no room for the text; what its index
 * is now; whether it runs in this step. */
typedef struct CodeLine {
    const char *text, *shorter, *value;
    bool runs;
} CodeLine;
void algorithm_code(const View *v, Rect *box, const CodeLine *lines, int count, const char *region);
int algorithm_code_height(const View *v, int count);
/* The input channel of the term: "channel 3", or "blue". */
const char *algorithm_channel(const AlgorithmView *w);

void algorithm_naive(const AlgorithmView *w, Rect box);
void algorithm_patches(const AlgorithmView *w, Rect box);  /* the patch matrix; A B = C; loads */
void algorithm_blocked(const AlgorithmView *w, Rect box);  /* five loops, panels, accumulators */
void algorithm_matrices(const AlgorithmView *w, Rect box); /* what of A, B and C is at work */

#endif
