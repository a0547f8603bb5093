/* The workbench on the screen: a zone in place of the layers' (view.bench), with a tab for each of
 * its benches. Each draws itself (bench_*.c) and has a row in bench.c. */
#ifndef UI_BENCH_H
#define UI_BENCH_H

#include "session/bench.h"
#include "ui/ui.h"

/* Each fills the box; its own region is "view.NAME", NAME being the bench's in the state. */
typedef void (*BenchDraw)(const View *v, Rect box);

void bench_algorithm(const View *v, Rect box);
void bench_race(const View *v, Rect box);

void view_bench(const View *v, Rect box);
/* Whether the network is drawn above it. */
/* The scale of type for a zone of that height: smaller where the bench would not fit, larger where
 * there is room for more. */
double bench_scale(StateBench bench, int height, double scale);
bool bench_has_network(StateBench bench);
/* The actions of most use there, the first first; NULL ends them. */
const char *const *bench_hints(StateBench bench);

void bench_layer(const View *v, Rect box); /* a layer played with */
void bench_training(const View *v, Rect box);
void bench_canvas(const View *v, Rect box);
void bench_panes(const View *v, Rect box);

/* What a bench shows while its work is underway (`waiting`: the words), or has failed. False: there
 * is nothing to wait for. */
bool bench_waits(const View *v, Rect box, const Work *work, const char *waiting);

#endif
