/* A layer played with: a convolution with another kernel, stride, padding, dilation or groups, on
 * what it really gets; a kernel edited by hand, on one map or picture; maps of it set to zero, or a
 * grey patch over the picture, and what the network answers then. What is tried is StateTrial; it
 * belongs to one layer (trial_now). What takes time is a Work. */
#ifndef SESSION_TRIAL_H
#define SESSION_TRIAL_H

#include "engine/result.h"
#include "session/session.h"

/* The convolution that made the maps of a node: itself, or the one that a ReLU, a batch norm or the
 * like took over map by map. GRAPH_FAILED: none. */
int trial_convolution(const Graph *g, int node);
const char *trial_refuses(const Session *s); /* for Action.refuses */

/* What is tried of the layer shown; as at the beginning if that was another's. */
StateTrial trial_now(const Session *s);

typedef struct TrialParams {
    int64_t kernel[2], stride[2], padding[2], dilation[2], groups; /* y, x */
} TrialParams;
TrialParams trial_own(const Node *conv);
TrialParams trial_params(const Node *conv, const StateTrial *t);

/* What the numbers make of the layer, or why it cannot be. */
typedef enum TrialFault { TRIAL_FITS, TRIAL_GROUPS, TRIAL_LARGE } TrialFault;
typedef struct TrialFigures {
    TrialFault fault;
    int64_t extent[2], out[2]; /* of the kernel with its gaps; of a map */
    int64_t weights, macs;     /* of the whole layer, biases left out */
} TrialFigures;
TrialFigures trial_figures(const Node *conv, const TrialParams *p);

/* The kernel of TRIAL_KERNEL, kernel[0] * kernel[1] values, edits included. `own` is the layer's
 * own filter for that channel and input map, its middle or with zeros around it. */
enum { TRIAL_SIDE = 11 };
void trial_kernel(const Model *model, int node, int channel, const StateTrial *t, float *out);
/* The input map that it goes over: the chosen one, or that of the filter's largest weight. */
int64_t trial_input_of(const Model *model, int node, int channel, const StateTrial *t);
/* The number that an edit of 1 stands for. */
double trial_unit(const Model *model, int node, int channel, const StateTrial *t);

/* The work for it; NULL: there is nothing to compute, or no memory. */
Work *trial_wants(Session *s, Work *now, Error *err);
typedef struct TrialResult {
    Tensor map;           /* (planes, H, W): of TRIAL_SIZE and TRIAL_KERNEL; else rank 0 */
    Result before, after; /* of TRIAL_CHANNELS and TRIAL_PATCH */
} TrialResult;
/* NULL: not yet, or `w` is none of these. */
const TrialResult *trial_result(const Work *w);

/* Maps that the edited kernel goes over: the input map `t->input`, or the picture. */
int trial_source_planes(const Session *s, const StateTrial *t);
/* The side of the patch in pixels of the input. */
int trial_patch_side(const Graph *g, const StateTrial *t);

#endif
