#include "session/prediction.h"

#include "base/text.h"
#include "session/trial.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- What is hidden --------------------------------------------------------------------------- */

bool prediction_hides_shape(const StatePlace *p, int node) {
    return p->hide == HIDE_SHAPE && node >= 0 &&
           (node > p->node || (node == p->node && !p->revealed));
}

bool prediction_hides_values(const StatePlace *p) {
    return p->hide == HIDE_VALUE && !p->revealed;
}

bool prediction_hides_class(const StatePlace *p) {
    return p->hide == HIDE_CLASS && !p->revealed;
}

bool prediction_is_answer(const Model *model, int node) {
    const Node *n = node < 0 ? NULL : &model->graph.nodes[node];
    return n && n->out.rank == 1 && n->out.dim[0] == model->labels.count;
}

static bool in_trial(const StatePlace *p) {
    return p->bench == BENCH_LAYER && p->trial.what == TRY_SIZE;
}

/* What of the workbench tells it; without, the layers do. */
static bool is_told_here(const StatePlace *p) {
    switch (p->bench) {
    case BENCH_NONE:
        return true;
    case BENCH_ALGORITHM:
        return p->hide != HIDE_CLASS;
    case BENCH_RACE:
    case BENCH_DENSE:
    case BENCH_INCEPTION:
        return p->hide == HIDE_SHAPE;
    case BENCH_RESIDUAL:
    case BENCH_PANES:
        return p->hide != HIDE_VALUE;
    case BENCH_LAYER:
        return p->hide == HIDE_CLASS ? p->trial.what >= TRY_CHANNELS : p->hide == HIDE_SHAPE;
    case BENCH_CANVAS:
        return p->hide == HIDE_CLASS;
    default:
        return false;
    }
}

bool prediction_hidden(const Session *s) {
    const StatePlace *p = &s->state.place;
    return s->scene && p->hide != HIDE_NONE && !p->revealed && is_told_here(p) &&
           (p->hide != HIDE_SHAPE || p->node >= 0);
}

bool prediction_asks(const Session *s) {
    const StatePlace *p = &s->state.place;
    PredictionAnswer answer;
    if (!prediction_hidden(s))
        return false;
    if (p->bench == BENCH_CANVAS) /* the keys draw */
        return false;
    if (p->hide == HIDE_CLASS && p->bench == BENCH_NONE)
        return prediction_is_answer(scene_model(s->scene), p->node);
    return p->hide != HIDE_VALUE || prediction_answer(s, &answer);
}

const char *prediction_refuses(const Session *s) {
    return !s->scene ? "refuse.no_network" : prediction_hidden(s) ? NULL : "refuse.nothing_hidden";
}

void prediction_follow(const StatePlace *before, StatePlace *now) {
    const bool same_node = before->node == now->node || now->hide == HIDE_CLASS;
    const bool same_unit = before->channel == now->channel && before->unit[0] == now->unit[0] &&
                           before->unit[1] == now->unit[1];
    const bool same = before->hide == now->hide && before->bench == now->bench &&
                      state_same_scene(&before->scene, &now->scene) && same_node &&
                      (same_unit || now->hide != HIDE_VALUE) &&
                      memcmp(&before->trial, &now->trial, sizeof now->trial) == 0 &&
                      memcmp(&before->residual_removed, &now->residual_removed,
                             sizeof now->residual_removed) == 0;
    if (same || now->hide == HIDE_NONE)
        return;
    now->revealed = false;
    now->guess[0] = '\0';
}

/* --- The answer ------------------------------------------------------------------------------- */

static bool shape_answer(const Session *s, Shape *shape) {
    const StatePlace *p = &s->state.place;
    const Graph *g = session_graph(s);
    if (p->node < 0)
        return false;
    *shape = g->nodes[p->node].out;
    if (!in_trial(p))
        return true;
    const int conv = trial_convolution(g, p->node);
    if (conv < 0)
        return false;
    const StateTrial trial = trial_now(s);
    const TrialParams params = trial_params(&g->nodes[conv], &trial);
    const TrialFigures f = trial_figures(&g->nodes[conv], &params);
    shape->dim[1] = f.out[0];
    shape->dim[2] = f.out[1];
    return f.fault == TRIAL_FITS;
}

static bool value_answer(const Session *s, double *value) {
    const StatePlace *p = &s->state.place;
    const SceneExtent e = scene_extent(s->scene, p->node);
    const Tensor *t = scene_values(s->scene, p->node);
    if (!t || (!e.vector && p->unit[0] < 0))
        return false;
    const int64_t area = e.vector ? 1 : (int64_t)e.height * e.width;
    const int64_t cell = e.vector ? 0 : (int64_t)p->unit[0] * e.width + p->unit[1];
    *value = (double)t->data[p->channel * area + cell];
    return true;
}

static const Tensor *last_values(const Session *s) {
    return scene_values(s->scene, session_graph(s)->node_count - 1);
}

bool prediction_answer(const Session *s, PredictionAnswer *answer) {
    *answer = (PredictionAnswer){.label = -1};
    if (!s->scene)
        return false;
    switch (s->state.place.hide) {
    case HIDE_SHAPE:
        return shape_answer(s, &answer->shape);
    case HIDE_VALUE:
        return value_answer(s, &answer->value);
    case HIDE_CLASS: {
        const Tensor *last = last_values(s);
        int64_t best;
        if (!last)
            return false;
        stats_top(last->data, tensor_count(last), 1, &best);
        answer->label = (int)best;
        return true;
    }
    default:
        return false;
    }
}

/* --- Guesses ---------------------------------------------------------------------------------- */

/* Up to three whole numbers between anything else: "24 × 24 × 20". */
static int read_numbers(const char *text, long numbers[3]) {
    int count = 0;
    for (const char *at = text; *at;) {
        char *end;
        if (*at < '0' || *at > '9') {
            at++;
            continue;
        }
        const long number = strtol(at, &end, 10);
        if (count == 3 || number > INT32_MAX)
            return -1;
        numbers[count++] = number;
        at = end;
    }
    return count;
}

static bool read_shape(const char *text, char guess[STATE_WORD_SIZE], Error *err) {
    long n[3];
    const int count = read_numbers(text, n);
    if (count == 3)
        text_format(guess, STATE_WORD_SIZE, "%ld %ld %ld", n[0], n[1], n[2]);
    else if (count == 1)
        text_format(guess, STATE_WORD_SIZE, "%ld", n[0]);
    return count == 3 || count == 1 ||
           error_set(err, ERROR_EXPECTED, "guess", "a shape such as 24x24x20, or one number",
                     TEXT("'%.100s'", text));
}

static bool read_class(const Session *s, const char *text, char guess[STATE_WORD_SIZE],
                       Error *err) {
    const Model *m = scene_model(s->scene);
    const Graph *g = &m->graph;
    long number = labels_find(&m->labels, text);
    if (number < 0 && !text_to_int(text, 0, g->nodes[g->node_count - 1].out.dim[0] - 1, &number))
        return error_set(err, ERROR_EXPECTED, "guess", "a class's name or number",
                         TEXT("'%.100s'", text));
    text_format(guess, STATE_WORD_SIZE, "%ld", number);
    return true;
}

static bool read_value(const char *text, char guess[STATE_WORD_SIZE], Error *err) {
    char dotted[STATE_WORD_SIZE];
    double value;
    text_format(dotted, sizeof dotted, "%s", text);
    for (char *at = dotted; *at; at++)
        *at = *at == ',' ? '.' : *at;
    if (!text_to_double(dotted, &value) || !isfinite(value))
        return error_set(err, ERROR_EXPECTED, "guess", "a number", TEXT("'%.100s'", text));
    text_format(guess, STATE_WORD_SIZE, "%.9g", value);
    return true;
}

bool prediction_read(const Session *s, const char *text, char guess[STATE_WORD_SIZE], Error *err) {
    switch (s->state.place.hide) {
    case HIDE_SHAPE:
        return read_shape(text, guess, err);
    case HIDE_CLASS:
        return read_class(s, text, guess, err);
    default:
        return read_value(text, guess, err);
    }
}

bool prediction_guessed_shape(const StatePlace *p, Shape *shape) {
    long n[3];
    switch (read_numbers(p->guess, n)) {
    case 1:
        *shape = (Shape){.rank = 1, .dim = {n[0]}};
        return true;
    case 3:
        *shape = (Shape){.rank = 3, .dim = {n[2], n[0], n[1]}};
        return true;
    default:
        return false;
    }
}

static bool same_shape(const Shape *a, const Shape *b) {
    bool same = a->rank == b->rank;
    for (int i = 0; same && i < a->rank; i++)
        same = a->dim[i] == b->dim[i];
    return same;
}

static PredictionVerdict judge_class(const Session *s, int label) {
    const Tensor *last = last_values(s);
    const int64_t all = tensor_count(last);
    const int first = all < 5 ? (int)all : 5;
    int64_t best[5];
    stats_top(last->data, all, first, best);
    if (best[0] == label)
        return PREDICTION_RIGHT;
    for (int i = 1; i < first && all > 10; i++)
        if (best[i] == label)
            return PREDICTION_NEAR;
    return PREDICTION_WRONG;
}

PredictionVerdict prediction_judge(const Session *s) {
    const StatePlace *p = &s->state.place;
    PredictionAnswer answer;
    Shape shape;
    if (!p->guess[0] || !prediction_answer(s, &answer))
        return PREDICTION_NONE;
    if (p->hide == HIDE_SHAPE)
        return !prediction_guessed_shape(p, &shape) ? PREDICTION_NONE
               : same_shape(&shape, &answer.shape)  ? PREDICTION_RIGHT
                                                    : PREDICTION_WRONG;
    if (p->hide == HIDE_CLASS)
        return judge_class(s, atoi(p->guess));
    const double guess = strtod(p->guess, NULL), size = fabs(answer.value);
    const double off = fabs(guess - answer.value);
    return off <= 0.005 * size + 1e-6 ? PREDICTION_RIGHT
           : off <= 0.1 * size + 1e-6 ? PREDICTION_NEAR
                                      : PREDICTION_WRONG;
}

/* --- To choose among -------------------------------------------------------------------------- */

static void add_shape(Shape shapes[PREDICTION_SHAPES], int *count, Shape shape) {
    for (int i = 0; i < shape.rank; i++)
        if (shape.dim[i] < 1)
            return;
    for (int i = 0; i < *count; i++)
        if (same_shape(&shapes[i], &shape))
            return;
    if (*count < PREDICTION_SHAPES)
        shapes[(*count)++] = shape;
}

/* Smaller ones first: where the right one stands says nothing. */
static int compare_shapes(const void *a, const void *b) {
    const Shape *x = a, *y = b;
    for (int i = 0; i < x->rank; i++) {
        const int axis = (i + 1) % x->rank; /* the channels last */
        if (x->dim[axis] != y->dim[axis])
            return x->dim[axis] < y->dim[axis] ? -1 : 1;
    }
    return 0;
}

int prediction_shapes(const Session *s, Shape shapes[PREDICTION_SHAPES]) {
    PredictionAnswer answer;
    int count = 0;
    if (s->state.place.hide != HIDE_SHAPE || !prediction_answer(s, &answer))
        return 0;
    const Node *n = &session_graph(s)->nodes[s->state.place.node];
    const Shape right = answer.shape;
    Shape wrong = right;
    add_shape(shapes, &count, right);
    if (right.rank != 3) {
        const int64_t sizes[] = {shape_count(&n->in), 2 * right.dim[0], right.dim[0] / 2};
        for (int i = 0; i < 3; i++)
            add_shape(shapes, &count, (Shape){.rank = 1, .dim = {sizes[i]}});
    } else {
        const bool kept = n->in.rank == 3 && n->in.dim[1] == right.dim[1];
        wrong.dim[1] = kept ? right.dim[1] / 2 : n->in.dim[1]; /* as if by the other stride, */
        wrong.dim[2] = kept ? right.dim[2] / 2 : n->in.dim[2];
        add_shape(shapes, &count, wrong);
        const int off = kept ? -2 : 1; /* not padded, or rounded up, */
        add_shape(
            shapes, &count,
            (Shape){.rank = 3, .dim = {right.dim[0], right.dim[1] + off, right.dim[2] + off}});
        wrong = right; /* or the maps of what goes in */
        wrong.dim[0] = n->in.dim[0] == right.dim[0] ? 2 * right.dim[0] : n->in.dim[0];
        add_shape(shapes, &count, wrong);
    }
    qsort(shapes, (size_t)count, sizeof *shapes, compare_shapes);
    return count;
}

static int compare_ints(const void *a, const void *b) {
    const int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

int prediction_classes(const Session *s, int classes[PREDICTION_CLASSES]) {
    enum { OF_MANY = 5 };
    PredictionAnswer answer;
    int64_t best[PREDICTION_CLASSES];
    if (s->state.place.hide != HIDE_CLASS || !prediction_answer(s, &answer))
        return 0;
    const Tensor *last = last_values(s);
    const int64_t all = tensor_count(last);
    const int count = all <= PREDICTION_CLASSES ? (int)all : OF_MANY;
    stats_top(last->data, all, count, best);
    for (int i = 0; i < count; i++)
        classes[i] = (int)best[i];
    qsort(classes, (size_t)count, sizeof *classes, compare_ints);
    return count;
}
