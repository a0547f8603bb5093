/* An explanation of what is on the screen: a unit's projection down to the picture, the eight ways
 * of going down, tests of whether such a picture means anything, occlusion, Grad-CAM. Work of the
 * session's thread (session/work.h), which publishes it part by part. */
#ifndef SESSION_EXPLANATION_H
#define SESSION_EXPLANATION_H

#include "explain/occlusion.h"
#include "explain/project.h"
#include "session/work.h"

/* What is asked for. All bytes are set (explain_request_begin), so that two can be compared. */
typedef struct ExplainRequest {
    StateExplain method;
    StateStart start;
    LayerSwitches switches;
    int node;                  /* where the way down begins, or whose maps are looked at */
    int channel;               /* of that; */
    int cell[2];               /* and where, of START_CELL */
    int label;                 /* the class: START_CLASS, occlusion, Grad-CAM; -1: the likeliest */
    char other[FILE_PATH_MAX]; /* the picture of SWITCHES_OTHER */
} ExplainRequest;
void explain_request_begin(ExplainRequest *request);

enum { EXPLANATION_PARTS = 8 };
typedef enum ExplainTest { /* the parts of EXPLAIN_TESTS */
                           TEST_REAL,
                           TEST_RANDOM_WEIGHTS, /* Adebayo et al. 2018 */
                           TEST_OTHER_CHANNEL,  /* the strongest of the others */
                           TEST_NOISE,          /* random numbers start on the way */
                           EXPLAIN_TESTS_COUNT
} ExplainTest;

typedef struct Explanation Explanation;

Explanation *explanation_new(Scene *scene, const ExplainRequest *request, Error *err);
/* As the thread sees it, which fills it; to retain and release it, and to ask how far it is. */
Work *explanation_work(Explanation *e); /* NULL for NULL, here and below */
const Work *explanation_progress(const Explanation *e);

/* From here on: any thread. */
const ExplainRequest *explanation_request(const Explanation *e);
const Scene *explanation_scene(const Explanation *e);
int explanation_parts(const Explanation *e); /* how many there will be */
/* Signed, (1, C, H, W) of the input; Grad-CAM: (H, W) of the maps. NULL: not there yet. */
const Tensor *explanation_part(const Explanation *e, int part);
/* The channel that TEST_OTHER_CHANNEL took; the class that is asked about. */
int explanation_other_channel(const Explanation *e);
int explanation_label(const Explanation *e);
/* The cell that the way down begins at; false if it is no single one. */
bool explanation_cell(const Explanation *e, int64_t *y, int64_t *x);
/* Of one of the three named methods, at its end: the whole way down, with every stage. */
const Projection *explanation_projection(const Explanation *e);
/* The forward values by which a max pool's switches were set: the scene's, or of the other picture.
 */
const Tensor *explanation_switch_values(const Explanation *e, int node);

/* Occlusion: rows * columns scores in reading order, of which the first `done` are there. */
typedef struct ExplainScores {
    int rows, columns, patch, stride, done;
    const float *probability, *sum; /* sum: of the chosen map; NULL where there is none */
    float whole_probability, whole_sum;
} ExplainScores;
bool explanation_scores(const Explanation *e, ExplainScores *scores); /* false: not begun */

#endif
