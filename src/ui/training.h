/* What the files of view.training share. */
#ifndef UI_TRAINING_H
#define UI_TRAINING_H

#include "session/learning.h"
#include "ui/bench.h"
#include "ui/chart.h"

void training_filters(const View *v, Rect box, const LearningShot *shot);
void training_gradient(const View *v, Rect box, const LearningShot *shot);
void training_degradation(const View *v, Rect box);

/* w x h signed values, blue, white at zero, red, over -most..most. */
void training_values(const View *v, Rect box, const float *values, int w, int h, float most);
/* LEARNING_MAPS of them in a grid, all on one scale, which is returned. */
float training_grid(const View *v, Rect box, const float *values, int side, int count,
                    const char *region);
/* The height that the grid takes in that width. */
int training_grid_height(const View *v, int width, int most);
float training_most(const float *values, int count); /* the largest magnitude */

#endif
