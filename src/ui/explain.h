/* The parts of view.explain. */
#ifndef UI_EXPLAIN_H
#define UI_EXPLAIN_H

#include "ui/ui.h"

typedef struct ExplainView {
    const View *v;
    const Explanation *e;
    const ExplainRequest *request;
} ExplainView;

/* Signed numbers (1, C, H, W), or a part of them, as a picture with zero mid-grey, black and white
 * being -m and m; kept between frames by `part`, a number of the explanation's own. */
void explain_signed(const ExplainView *x, Rect box, const Tensor *values, GraphBox crop, float m,
                    int part);
/* The part of the input that is looked at: what the unit sees, where that is less than half of it.

 */
GraphBox explain_crop(const ExplainView *x, bool *whole);
float explain_size(const Tensor *values); /* its largest size */
/* What its greys stand for; as high as explain_legend_height. */
void explain_legend(const ExplainView *x, Rect box, Colormap map, ColorRange range);
int explain_legend_height(const ExplainView *x);

/* So many boxes of this shape beside and below each other, as large as may be, each with its words
 * below (texts[i]; NULL: none) and `extra` pixels more. */
typedef struct ExplainGrid {
    int columns, rows, width, height; /* of a box */
    int words, extra;                 /* the height of what is below it */
    const char *const *texts;
    Rect box;
} ExplainGrid;
ExplainGrid explain_grid(const ExplainView *x, Rect box, int count, int w, int h,
                         const char *const *texts, int extra);
/* The i-th box; its words are drawn below what `extra` takes, which *below gets (may be NULL). */
Rect explain_cell(const ExplainView *x, const ExplainGrid *grid, int i, Rect *below);

/* Each fills the box with what there is so far. */
void explain_projection_view(const ExplainView *x, Rect box); /* the picture, at the way's end */
void explain_way_view(const ExplainView *x, Rect box);        /* one stage of the way down */
void explain_cube_view(const ExplainView *x, Rect box);
void explain_tests_view(const ExplainView *x, Rect box);
void explain_occlusion_view(const ExplainView *x, Rect box);
void explain_gradcam_view(const ExplainView *x, Rect box);

#endif
