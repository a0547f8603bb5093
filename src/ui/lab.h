/* What the benches about blocks and networks share on the screen. */
#ifndef UI_LAB_H
#define UI_LAB_H

#include "ui/bench.h"

void bench_residual(const View *v, Rect box);
void bench_dense(const View *v, Rect box);
void bench_inception(const View *v, Rect box);
void bench_families(const View *v, Rect box);
void bench_table(const View *v, Rect box);
void families_chart(const View *v, Rect box, const int *order, int count);

/* A square of a colour with what it stands for, cut off the left; nothing where there is no room.
 */
void lab_swatch(const View *v, Rect *row, Color color, const char *text);
/* What is to be known about the picture above: at the bottom, in small type, as long as that leaves
 * `least` pixels at scale 1 to the box. */
void lab_caption(const View *v, Rect *box, int least, const char *text);
/* Two sentences; the second may be "". */
const char *lab_join(const View *v, const char *first, const char *second);
/* Signed percentage points: "+3.1", "−0.4". */
const char *lab_change(const View *v, double share);
/* "3.86 G" */
const char *lab_amount(const View *v, double value);

#endif
