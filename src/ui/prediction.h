/* What is to be predicted (session/prediction.h): what stands in place of it, and what is said of
 * the guess. */
#ifndef UI_PREDICTION_H
#define UI_PREDICTION_H

#include "session/prediction.h"
#include "ui/ui.h"

/* The question with what to choose among, in place of what it is about. */
void prediction_view(const View *v, Rect box);
/* In place of a list of classes. False: they are not hidden. */
bool prediction_covers_classes(const View *v, Rect box);
/* In place of what tells the shape of a node. False: it is not hidden. */
bool prediction_covers_shape(const View *v, Rect box, int node);
/* What is asked, or what came of it. NULL: nothing is predicted. */
const char *prediction_banner(const View *v);
/* "?" for a number that tells what is hidden, else its text. */
const char *prediction_value(const View *v, const char *text);

#endif
