#include "ui/bench.h"

#include "base/text.h"
#include "ui/lab.h"
#include "ui/prediction.h"
#include <math.h>

typedef struct BenchRow {
    BenchDraw draw;
    const char *word, *note; /* its tab, and what hovering that says */
    bool alone;              /* without the network above it */
    bool shapes;             /* it tells the shape of the layer shown */
    bool grows;              /* with much room its type is larger */
    int height;              /* that it is made for, in logical pixels at scale 1 */
    const char *const *hints;
} BenchRow;

static const char *const algorithm_hints[] = {"algorithm.step",
                                              "algorithm.back",
                                              "algorithm.by",
                                              "playing",
                                              "algorithm.pixel",
                                              "channel.next",
                                              "layer.next",
                                              "back",
                                              "help",
                                              "palette",
                                              NULL};
static const char *const race_hints[] = {"race.replay", "race.whole", "layer.next", "back",
                                         "help",        "palette",    NULL};
static const char *const residual_hints[] = {
    "lab.next", "residual.remove", "residual.restore", "back", "help", "palette", NULL};
static const char *const dense_hints[] = {"lab.next", "dense.layer_next", "back",
                                          "help",     "palette",          NULL};
static const char *const inception_hints[] = {"lab.next", "back", "help", "palette", NULL};
static const char *const families_hints[] = {"families.sort", "families.reverse", "families.view",
                                             "families.time", "families.open",    "back",
                                             "help",          "palette",          NULL};
static const char *const table_hints[] = {"bench", "back", "help", "palette", NULL};
static const char *const layer_hints[] = {"trial",     "trial.down",  "trial.more", "trial.preset",
                                          "trial.off", "trial.reset", "bench",      "back",
                                          "help",      "palette",     NULL};

static const char *const training_hints[] = {"training.run",
                                             "training.batch",
                                             "training.epoch",
                                             "training.faster",
                                             "training.reset",
                                             "training.use",
                                             "training.view",
                                             "back",
                                             "help",
                                             "palette",
                                             NULL};

static const char *const canvas_hints[] = {"canvas.press",
                                           "canvas.right",
                                           "canvas.choose",
                                           "canvas.clear",
                                           "canvas.eraser",
                                           "canvas.picture",
                                           "canvas.use",
                                           "back",
                                           "help",
                                           "palette",
                                           NULL};

static const char *const panes_hints[] = {
    "layer.next", "channel.next", "panes.kind", "panes.difference", "panes.model",
    "panes.seed", "back",         "help",       "palette",          NULL};

static const BenchRow rows[BENCHES] = {
    [BENCH_NONE] = {.draw = NULL},
    [BENCH_ALGORITHM] = {bench_algorithm, "bench.algorithm", NULL, true, true, false, 480,
                         algorithm_hints},
    [BENCH_RACE] = {bench_race, "bench.race", NULL, false, true, false, 0, race_hints},
    [BENCH_LAYER] = {bench_layer, "bench.layer", "bench.layer_note", false, false, true, 400,
                     layer_hints},
    [BENCH_RESIDUAL] = {bench_residual, "bench.residual", "bench.residual_note", false, true, true,
                        430, residual_hints},
    [BENCH_DENSE] = {bench_dense, "bench.dense", "bench.dense_note", false, true, true, 430,
                     dense_hints},
    [BENCH_INCEPTION] = {bench_inception, "bench.inception", "bench.inception_note", false, true,
                         true, 430, inception_hints},
    [BENCH_TRAINING] = {bench_training, "bench.training", "bench.training_note", true, false, false,
                        480, training_hints},
    [BENCH_CANVAS] = {bench_canvas, "bench.canvas", "bench.canvas_note", true, false, false, 440,
                      canvas_hints},
    [BENCH_PANES] = {bench_panes, "bench.panes", "bench.panes_note", false, true, false, 400,
                     panes_hints},
    [BENCH_FAMILIES] = {bench_families, "bench.families", "bench.families_note", true, false, false,
                        0, families_hints},
    [BENCH_TABLE] = {bench_table, "bench.table", "bench.table_note", true, false, true, 480,
                     table_hints},
};

bool bench_has_network(StateBench bench) {
    return rows[bench].draw && !rows[bench].alone;
}

const char *const *bench_hints(StateBench bench) {
    return rows[bench].hints;
}

double bench_scale(StateBench bench, int height, double scale) {
    enum { ROOM = 125 }; /* percent of what is needed, before type grows */
    static const double most = 1.4;
    const double fits = rows[bench].height > 0 ? height / (double)rows[bench].height : scale;
    if (fits < scale)
        return fmax(1, fits);
    return rows[bench].grows ? fmax(scale, fmin(most, fits * 100 / ROOM)) : scale;
}

bool bench_waits(const View *v, Rect box, const Work *work, const char *waiting) {
    const Error *error = work_error(work);
    if (work_done(work))
        return false;
    if (error) {
        char text[600];
        words_error(text, sizeof text, v->words, v->language, error);
        ui_empty(v, box, text);
        return true;
    }
    ui_progress(v, rect_cut_top(&box, ui_px(v, 4)), work_fraction(work));
    ui_empty(v, box, waiting);
    return true;
}

static void draw_tabs(const View *v, Rect box) {
    UiButton tabs[BENCHES];
    int count = 0;
    for (int i = 0; i < BENCHES; i++) {
        const BenchKind *kind = &bench_kinds[i];
        if (!rows[i].draw || (kind->refuses && kind->refuses(v->session)))
            continue;
        tabs[count++] = (UiButton){.text = ui_word(v, rows[i].word),
                                   .action = ui_keep(v, TEXT("bench %s", kind->name)),
                                   .region = ui_keep(v, TEXT("bench.tab.%s", kind->name)),
                                   .chosen = (int)v->place->bench == i,
                                   .keyless = true};
    }
    ui_buttons(v, box, tabs, count);
}

void view_bench(const View *v, Rect box) {
    const BenchRow *row = &rows[v->place->bench];
    if (!row->draw)
        return;
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, NULL, "view.bench");
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    draw_tabs(v, rect_cut_top(&box, ui_px(v, 32)));
    rect_cut_top(&box, SPACE(v));
    const BenchKind *kind = &bench_kinds[v->place->bench];
    const char *refusal = kind->refuses ? kind->refuses(v->session) : NULL;
    if (refusal) /* another network than it was opened for */
        ui_empty(v, box, ui_word(v, refusal));
    else if (!row->shapes || !prediction_covers_shape(v, box, v->node))
        row->draw(v, box);
}
