/* view.play: a kernel edited by hand, a cell at a time, and what it makes of a map or picture. */
#include "ui/bench_layer.h"

#include "base/text.h"
#include "ui/values.h"
#include <math.h>

static void draw_choices(const View *v, Rect row, const char *action, const char *const *names,
                         int count, int chosen, const char *const *texts) {
    UiButton buttons[PRESETS];
    for (int i = 0; i < count; i++)
        buttons[i] = (UiButton){.text = ui_word(v, texts[i]),
                                .action = ui_keep(v, TEXT("%s %s", action, names[i])),
                                .region = ui_keep(v, TEXT("%s.%s", action, names[i])),
                                .chosen = i == chosen,
                                .keyless = true};
    ui_buttons(v, row, buttons, count);
}

static void draw_presets(const TrialView *t, Rect *box) {
    static const char *const presets[] = {"own",  "identity", "sobel-x", "sobel-y",
                                          "blur", "sharpen",  "flip"};
    static const char *const words[] = {"trial.own",     "trial.identity", "trial.sobel_x",
                                        "trial.sobel_y", "trial.blur",     "trial.sharpen",
                                        "trial.flip"};
    static const char *const sources[] = {"map", "grey", "colours"};
    static const char *const says[] = {"trial.from_map", "trial.from_grey", "trial.from_colours"};
    const View *v = t->v;
    draw_choices(v, rect_cut_top(box, ui_px(v, 30)), "trial.preset", presets, PRESETS,
                 (int)t->trial.preset, words);
    draw_choices(v, rect_cut_top(box, ui_px(v, 30)), "trial.source", sources, SOURCES,
                 (int)t->trial.source, says);
    rect_cut_top(box, SPACE(v) / 2);
}

/* --- The grid of values ----------------------------------------------------------------------- */

static const float *values_of(const TrialView *t, float *sum, float *most) {
    const int64_t count = t->params.kernel[0] * t->params.kernel[1];
    float *x = arena_alloc(&t->v->list->arena, (size_t)count, sizeof *x, &t->v->list->error);
    *sum = *most = 0;
    if (!x)
        return NULL;
    trial_kernel(t->v->model, t->conv, t->channel, &t->trial, x);
    for (int64_t i = 0; i < count; i++) {
        *sum += x[i];
        *most = fmaxf(*most, fabsf(x[i]));
    }
    return x;
}

static void draw_cell_line(const TrialView *t, Rect *box, float value) {
    const View *v = t->v;
    Rect row = rect_cut_bottom(box, ui_px(v, 30));
    ui_button(v, &row, "−", ui_key(v, action_find("trial.less")), "trial.less", false,
              "trial.cell.less");
    ui_button(v, &row, "+", ui_key(v, action_find("trial.more")), "trial.more", false,
              "trial.cell.more");
    rect_cut_left(&row, SPACE(v) / 2);
    draw_text(v->list, row, ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT),
              ui_keep(v, TEXT("(%d, %d) = %s", t->trial.cell[0], t->trial.cell[1],
                              ui_number(v, (double)value))));
}

static void draw_grid(const TrialView *t, Rect box) {
    const View *v = t->v;
    float sum, most;
    const int h = (int)t->params.kernel[0], w = (int)t->params.kernel[1];
    const float *x = values_of(t, &sum, &most);
    if (!x)
        return;
    const int at = rect_least(t->trial.cell[0], h - 1) * w + rect_least(t->trial.cell[1], w - 1);
    draw_cell_line(t, &box, x[at]);
    Rect note = rect_cut_bottom(&box, ui_line(v, SIZE_SMALL));
    draw_text(v->list, note, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT),
              ui_say(v, "trial.sum", ui_number(v, (double)sum)));
    rect_cut_bottom(&box, SPACE(v) / 2);
    const Rect r = ui_fit(box, w, h, false);
    values_cells(v, r,
                 &(ValueCells){.values = x,
                               .w = w,
                               .h = h,
                               .map = COLORMAP_RDBU,
                               .range = colormap_range(COLORMAP_RDBU, -most, most),
                               .lit = -1});
    draw_region(v->list, r, "trial.cell", "trial.cells");
    draw_cells(v->list, h, w, CELLS_INDEX, NULL);
    draw_hint(v->list, ui_word(v, "trial.cells_are"));
    ui_mark(v, ui_cell(r, w, h, at / w, at % w), v->theme->accent);
}

/* --- What goes in, what comes out ------------------------------------------------------------- */

static const char *source_title(const TrialView *t, int input) {
    const View *v = t->v;
    if (t->trial.source == SOURCE_GREY)
        return ui_word(v, "trial.grey_is");
    if (t->trial.source == SOURCE_COLOURS)
        return ui_word(v, trial_source_planes(v->session, &t->trial) == 3 ? "trial.colours_are"
                                                                          : "trial.grey_is");
    return ui_say(v, "trial.in_map", TEXT("%d", input), ui_count(v, t->node->in.dim[0]));
}

void trial_kernel_view(const TrialView *t, Rect box) {
    const View *v = t->v;
    draw_presets(t, &box);
    Rect left = rect_cut_left(&box, box.w * 30 / 100), room[2];
    rect_cut_left(&box, 2 * SPACE(v));
    const bool map = t->trial.source == SOURCE_MAP;
    const Image *picture = scene_picture(v->scene);
    Node node = *t->node;
    TrialParams params = t->params;
    params.groups = 1;
    if (!map)
        node.in = SHAPE(node.in.dim[0], picture->height, picture->width);
    const TrialFigures f = trial_figures(&node, &params);
    const char *fault = trial_fault(t, &f, node.in.dim[1], node.in.dim[2]);
    const int input = (int)trial_input_of(v->model, t->conv, t->channel, &t->trial);
    const char *numbers = ui_keep(v, TEXT("%lld × %lld", (long long)f.out[0], (long long)f.out[1]));
    draw_grid(t, left);
    const char *titles[2] = {
        source_title(t, input),
        fault ? fault
              : ui_say(v, "trial.its_map", ui_unbroken(v, numbers), ui_count(v, params.stride[0]),
                       ui_count(v, params.padding[0]), ui_count(v, params.dilation[0]))};
    trial_panes(v, box, titles, 2, room);
    trial_input_map(t, room[0], map ? input : -1);
    if (!fault)
        trial_map(t, room[1]);
}
