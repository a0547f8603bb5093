#include "session/canvas.h"

#include "base/memory.h"
#include <math.h>
#include <string.h>

/* --- Strokes ---------------------------------------------------------------------------------- */

static double clamp(double value, double least, double most) {
    return value < least ? least : value > most ? most : value;
}

/* From a point to the segment between a and b. */
static double distance(double y, double x, const double a[2], const double b[2]) {
    const double dy = b[0] - a[0], dx = b[1] - a[1], length = dy * dy + dx * dx;
    const double along = length > 0 ? ((y - a[0]) * dy + (x - a[1]) * dx) / length : 0;
    const double share = clamp(along, 0, 1);
    return hypot(y - a[0] - share * dy, x - a[1] - share * dx);
}

void canvas_stroke(uint8_t *levels, int side, const int from[2], const int to[2], int width,
                   bool erase) {
    const double a[2] = {(from[0] + 0.5) / CANVAS_FINE, (from[1] + 0.5) / CANVAS_FINE};
    const double b[2] = {(to[0] + 0.5) / CANVAS_FINE, (to[1] + 0.5) / CANVAS_FINE};
    const double radius = width / 2.0 / CANVAS_FINE;
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            const double far = distance(y + 0.5, x + 0.5, a, b);
            const int level = (int)lround((CANVAS_LEVELS - 1) * clamp(radius + 0.5 - far, 0, 1));
            uint8_t *cell = &levels[y * side + x];
            const int rest = CANVAS_LEVELS - 1 - level;
            if (erase)
                *cell = (uint8_t)(*cell < rest ? *cell : rest);
            else
                *cell = (uint8_t)(*cell > level ? *cell : level);
        }
}

/* --- As MNIST was made ------------------------------------------------------------------------ */

void canvas_plain(const uint8_t *levels, int side, float *out) {
    for (int i = 0; i < side * side; i++)
        out[i] = (float)levels[i] / (CANVAS_LEVELS - 1);
}

typedef struct Extent {
    double mass, y, x; /* the centre of mass, in pixels */
    int box;           /* the longer side of what is drawn; 0: nothing is */
} Extent;

static Extent extent_of(const uint8_t *levels, int side) {
    Extent e = {.box = 0};
    int low[2] = {side, side}, high[2] = {-1, -1};
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            const int level = levels[y * side + x];
            if (!level)
                continue;
            e.mass += level;
            e.y += level * (y + 0.5);
            e.x += level * (x + 0.5);
            low[0] = y < low[0] ? y : low[0];
            low[1] = x < low[1] ? x : low[1];
            high[0] = y > high[0] ? y : high[0];
            high[1] = x > high[1] ? x : high[1];
        }
    if (e.mass > 0) {
        const int height = high[0] - low[0] + 1, width = high[1] - low[1] + 1;
        e.y /= e.mass;
        e.x /= e.mass;
        e.box = height > width ? height : width;
    }
    return e;
}

/* Between the four nearest cells; black beyond the edge. */
static double sample(const uint8_t *levels, int side, double y, double x) {
    const double fy = floor(y - 0.5), fx = floor(x - 0.5);
    double sum = 0;
    for (int k = 0; k < 4; k++) {
        const double cy = fy + k / 2, cx = fx + k % 2;
        const double share = (1 - fabs(y - 0.5 - cy)) * (1 - fabs(x - 0.5 - cx));
        if (cy >= 0 && cx >= 0 && cy < side && cx < side)
            sum += share * levels[(int)cy * side + (int)cx];
    }
    return sum / (CANVAS_LEVELS - 1);
}

void canvas_fit(const uint8_t *levels, int side, float *out) {
    enum { BOX = 20 };
    const Extent e = extent_of(levels, side);
    const double scale = e.box ? (double)BOX / e.box : 1, middle = side / 2.0;
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
            out[y * side + x] = e.box
                                    ? (float)sample(levels, side, (y + 0.5 - middle) / scale + e.y,
                                                    (x + 0.5 - middle) / scale + e.x)
                                    : 0;
}

/* --- What the network answers ----------------------------------------------------------------- */

typedef struct Canvas {
    Work work;
    int side;
    bool fit;
    uint8_t levels[2][CANVAS_CELLS];
    float seen[2][CANVAS_CELLS];
    Run *runs[2];
    Work *before; /* the answers of which are shown meanwhile; or NULL */
} Canvas;

static bool answer(Canvas *c, int which, const RunOptions *options, Pool *pool, Job *job,
                   Error *err) {
    Arena arena = {0};
    const Model *m = scene_model(c->work.scene);
    const Shape shape = shape_batched(&m->graph.input, 1);
    const Preprocess *p = &m->preprocess;
    float *seen = c->seen[which];
    Tensor input;
    if (c->fit)
        canvas_fit(c->levels[which], c->side, seen);
    else
        canvas_plain(c->levels[which], c->side, seen);
    bool ok = tensor_new(&input, &arena, &shape, err);
    for (int i = 0; ok && i < c->side * c->side; i++)
        input.data[i] = (float)(((double)seen[i] * p->range - p->mean[0]) / p->deviation[0]);
    if (ok)
        c->runs[which] = run_new(m, &input, options, pool, err);
    ok = ok && c->runs[which] && run_all(c->runs[which], job, err);
    arena_free(&arena);
    return ok;
}

static bool step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err) {
    Canvas *c = (Canvas *)w;
    for (int i = 0; i < 2; i++) {
        run_release(c->runs[i]); /* of a time that was cancelled */
        c->runs[i] = NULL;
        if (!answer(c, i, options, pool, job, err))
            return false;
    }
    *done = true;
    return true;
}

static void close_canvas(Work *w) {
    Canvas *c = (Canvas *)w;
    run_release(c->runs[0]);
    run_release(c->runs[1]);
    work_release(c->before);
}

static const WorkKind kind = {step, NULL, close_canvas};

int canvas_side(const Session *s) {
    const Graph *g = s->scene ? session_graph(s) : NULL;
    return g && g->input.rank == 3 && g->input.dim[0] == 1 && g->input.dim[1] == g->input.dim[2] &&
                   g->input.dim[1] <= CANVAS_SIDE
               ? (int)g->input.dim[1]
               : 0;
}

const char *canvas_refuses(const Session *s) {
    return canvas_side(s) ? NULL : "refuse.no_canvas";
}

static bool is_this(const Session *s, const Work *w) {
    const StatePlace *p = &s->state.place;
    const Canvas *c = (const Canvas *)w;
    return w && w->kind == &kind && w->scene == s->scene && c->fit == (p->canvas_plain == 0) &&
           memcmp(c->levels, p->canvas, sizeof c->levels) == 0;
}

Work *canvas_wants(Session *s, Work *now, Error *err) {
    const StatePlace *p = &s->state.place;
    if (is_this(s, now))
        return now;
    Canvas *c = mem_alloc(1, sizeof *c, err);
    if (!c)
        return NULL;
    c->side = canvas_side(s);
    c->fit = p->canvas_plain == 0;
    memcpy(c->levels, p->canvas, sizeof c->levels);
    work_begin(&c->work, &kind, s->scene, GRAPH_IMAGE);
    if (now && now->kind == &kind && now->scene == s->scene) {
        /* One that was never done passes on what it had itself. */
        Work *shown = work_done(now) ? now : ((Canvas *)now)->before;
        c->before = work_retain(shown);
    }
    return &c->work;
}

bool canvas_answer(const Work *w, int which, CanvasAnswer *answer) {
    const Canvas *c = (const Canvas *)w;
    if (!w || w->kind != &kind)
        return false;
    if (!work_done(w))
        return c->before && canvas_answer(c->before, which, answer);
    const Model *m = scene_model(w->scene);
    *answer = (CanvasAnswer){.seen = c->seen[which],
                             .last = run_output(c->runs[which], m->graph.node_count - 1),
                             .run = c->runs[which]};
    return true;
}
