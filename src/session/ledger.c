#include "session/ledger.h"

#include "base/memory.h"
#include "session/lab.h"
#include <math.h>

typedef struct Ledger {
    Work work;
    LabDense dense;
    int rows, columns; /* consumers, slices */
    float *mean;       /* rows * columns; read once the work is done */
} Ledger;

/* The mean of |w| of channels first .. first + count - 1 of a kernel (OC, IC, ...). */
static float mean_of(const Node *n, const float *w, int64_t first, int64_t count) {
    const Shape *s = &n->weights[0].shape;
    int64_t inner = 1;
    double sum = 0;
    for (int i = 2; i < s->rank; i++)
        inner *= s->dim[i];
    for (int64_t oc = 0; oc < s->dim[0]; oc++) {
        const float *row = w + (oc * s->dim[1] + first) * inner;
        for (int64_t i = 0; i < count * inner; i++)
            sum += fabs((double)row[i]);
    }
    return (float)(sum / ((double)s->dim[0] * (double)count * (double)inner));
}

static bool step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err) {
    (void)options, (void)pool, (void)job, (void)err;
    Ledger *l = (Ledger *)w;
    const Model *m = scene_model(w->scene);
    for (int row = 0; row < l->rows; row++) {
        const int node = l->dense.consumers[row];
        for (int column = 0; column < l->columns; column++) {
            const int64_t first = column ? l->dense.input + (column - 1) * l->dense.growth : 0;
            const int64_t count = column ? l->dense.growth : l->dense.input;
            l->mean[row * l->columns + column] =
                node < 0 || column > row
                    ? -1
                    : mean_of(&m->graph.nodes[node], m->weights.data[node][0], first, count);
        }
    }
    *done = true;
    return true;
}

static void close_ledger(Work *w) {
    mem_free(((Ledger *)w)->mean);
}

static const WorkKind kind = {step, NULL, close_ledger};

Work *ledger_new(Scene *scene, int block, Error *err) {
    Ledger *l = mem_alloc(1, sizeof *l, err);
    if (!l)
        return NULL;
    work_begin(&l->work, &kind, scene, GRAPH_IMAGE);
    lab_dense(&scene_model(scene)->graph, block, &l->dense);
    l->rows = l->columns = l->dense.layers + 1;
    l->mean = mem_alloc((size_t)(l->rows * l->columns), sizeof *l->mean, err);
    if (l->mean)
        return &l->work;
    work_release(&l->work);
    return NULL;
}

bool ledger_is(const Work *w, const Scene *scene, int block) {
    return w && w->kind == &kind && w->scene == scene && ((const Ledger *)w)->dense.block == block;
}

double ledger_weight(const Work *w, int consumer, int source) {
    const Ledger *l = (const Ledger *)w;
    if (!w || w->kind != &kind || !work_done(w))
        return NAN;
    return (double)l->mean[consumer * l->columns + source];
}

double ledger_most(const Work *w, int consumer) {
    double most = 0;
    if (!w || w->kind != &kind || !work_done(w))
        return NAN;
    for (int i = 0; i < ((const Ledger *)w)->columns; i++)
        most = fmax(most, ledger_weight(w, consumer, i));
    return most;
}
