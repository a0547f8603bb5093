/* Another network, another way of computing, or other weights, beside what is shown: a second scene
 * on the same picture, computed as far as the layer that corresponds to the one shown. Work of the
 * session's thread (session/work.h). */
#ifndef SESSION_PANES_H
#define SESSION_PANES_H

#include "session/session.h"

/* For BenchKind. */
Work *panes_wants(Session *s, Work *now, Error *err);
/* The other scene; NULL: not yet open. Lent; lives as long as the work. */
Scene *panes_scene(const Work *w);
/* What stands beside: a model's name, "naive", "random:2". */
const char *panes_other(Session *s, char buffer[FILE_PATH_MAX]);

/* The layer of another network that corresponds to a node: of the same name or label; else, of the
 * layers of its family (or of all, if there are none), the one at the same share of the depth. */
int panes_node(const Graph *g, int node, const Graph *other);
/* The next network of the list that looks at pictures of the same size and colours; its name, lent
 * by the session's list. */
const char *panes_partner(Session *s, const char *after);

typedef struct PanesDifference {
    double most; /* of the magnitudes; NaN: shapes differ */
    int channel, y, x;
    float left, right;
} PanesDifference;
PanesDifference panes_difference(const Tensor *left, const Tensor *right);

#endif
