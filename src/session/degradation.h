/* The curves of lessons/degradation: plain and residual networks of 20 and 56 layers that learned
 * the same pictures by the same recipe (He et al. 2016, section 4.2 and figure 6). */
#ifndef SESSION_DEGRADATION_H
#define SESSION_DEGRADATION_H

#include "base/arena.h"
#include <stdbool.h>

enum { DEGRADATION_CURVES = 16, DEGRADATION_EPOCHS = 200 };

typedef struct DegradationCurve {
    bool residual;
    int layers, seed, epochs;
    float learned[DEGRADATION_EPOCHS]; /* error on what is learned from, without augmentation, */
    float held[DEGRADATION_EPOCHS];    /* and on what is held out; shares, after each epoch */
} DegradationCurve;

typedef struct Degradation {
    DegradationCurve curves[DEGRADATION_CURVES];
    int count;
} Degradation;

/* All files NAME-seedN.csv of the folder lessons/degradation. Errors name file and line. */
bool degradation_load(Degradation *d, Error *err);
/* One such file's text. */
bool degradation_parse(DegradationCurve *curve, const char *text, Error *err);

#endif
