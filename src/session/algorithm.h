/* Where the algorithm view is: which convolution, which of its outputs, which step of the blocked
 * GEMM. It follows from the state: the node shown or the convolution that made it, the chosen cell,
 * and `algorithm_step` as long as the cell's tile is at work in that step; else the walk is with
 * the cell. */
#ifndef SESSION_ALGORITHM_H
#define SESSION_ALGORITHM_H

#include "explain/gemm_walk.h"
#include "session/session.h"

typedef struct Algorithm {
    int node;  /* the convolution, */
    int input; /* and what it reads; GRAPH_IMAGE: the picture */
    GemmWalk walk;
    int64_t step;
    GemmPlace place;
    int channel, y, x;    /* the chosen output: of the convolution's maps, */
    int64_t row, column;  /* of the product; */
    int64_t terms;        /* and how many of its K terms it has, this step's included */
    const float *weights; /* OC, IC/G, KH, KW */
    const float *bias;    /* NULL: it has none */
    const float *x_data;  /* the input; NULL: not computed yet */
} Algorithm;

const char *algorithm_refuses(const Session *s); /* for BenchKind: no convolution here */
/* The convolution that is shown, or made what is shown; of the picture the first. GRAPH_FAILED:
 * there is none. */
int algorithm_node(const Session *s);
bool algorithm_at(const Session *s, Algorithm *a); /* false: there is none */
bool algorithm_play(Session *s, Error *err);       /* the next step of autoplay */

#endif
