/* The parts of view.play. */
#ifndef UI_BENCH_LAYER_H
#define UI_BENCH_LAYER_H

#include "session/trial.h"
#include "ui/bench.h"

typedef struct TrialView {
    const View *v;
    StateTrial trial;
    int conv, channel; /* the convolution, and its map */
    const Node *node;
    TrialParams own, params;
    TrialFigures figures;
    const Work *work;
    const TrialResult *result; /* NULL: not yet */
} TrialView;

void trial_size_view(const TrialView *t, Rect box);
void trial_kernel_view(const TrialView *t, Rect box);
void trial_channels_view(const TrialView *t, Rect box);
void trial_patch_view(const TrialView *t, Rect box);

enum { TRIAL_PANES = 3 };
/* So many pictures beside each other, each with its title above; room[i] is for the picture, with
 * a ramp's height left below. */
void trial_panes(const View *v, Rect box, const char *const *titles, int count, Rect *room);
/* The map or colours that were computed, with what the colours mean; or why not. */
void trial_map(const TrialView *t, Rect box);
/* What goes in: one map, or the picture where the layer reads that. */
void trial_input_map(const TrialView *t, Rect box, int channel);
/* The layer's own map. */
void trial_layer_map(const TrialView *t, Rect box);
/* Why the numbers make no layer; NULL: they do. */
const char *trial_fault(const TrialView *t, const TrialFigures *f, int64_t height, int64_t width);

#endif
