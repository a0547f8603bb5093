/* The network with residual blocks removed: their F(x) set to zero, so that only the shortcut goes
 * on. "Residual networks behave like ensembles of relatively shallow networks" (Veit, Wilber and
 * Belongie 2016): of a trained one most blocks can be taken away singly with little loss. Work of
 * the session's thread; what lies before the first of them is the scene's own. */
#ifndef SESSION_ABLATION_H
#define SESSION_ABLATION_H

#include "session/work.h"

/* None, or residual ones. */
Work *ablation_new(Scene *scene, const StateBlocks *removed, Error *err);
bool ablation_is(const Work *w, const Scene *scene, const StateBlocks *removed);
/* What a node puts out then; NULL: not there yet. Any thread. */
const Tensor *ablation_values(const Work *w, int node);
/* The root of the mean square of what the block's F(x) and output are then; false: not there yet.
 */
typedef struct AblationSizes {
    double f, output;
} AblationSizes;
bool ablation_sizes(const Work *w, int index, AblationSizes *sizes); /* of the index-th block */

#endif
