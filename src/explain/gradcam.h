/* Grad-CAM: where in a layer's maps the evidence for a class lies (Selvaraju et al., "Grad-CAM:
 * visual explanations from deep networks via gradient-based localization", ICCV 2017, equations 1
 * and 2): relu(sum over k of w[k] A[k]), w[k] being the mean over map A[k] of the gradient of the
 * class's logit. */
#ifndef EXPLAIN_GRADCAM_H
#define EXPLAIN_GRADCAM_H

#include "engine/run.h"

/* The node that it is usually asked of: the last maps of more than one cell that are no pool's, as
 * they are after their activation. GRAPH_IMAGE if there are none. */
int gradcam_node(const Graph *g);
/* Of a run of one picture that has computed its logits. `map` is (H, W) of the node's maps, in the
 * arena; `weights` (may be NULL) gets w, a number a channel. Errors: a class out of range, a node
 * without maps or that the logits do not depend on. */
bool gradcam(Run *run, int node, int label, Job *job, Arena *arena, Tensor *map, Tensor *weights,
             Error *err);

#endif
