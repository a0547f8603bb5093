#include "session/panes.h"
#include "session/perform.h"

#include <string.h>

const char *refuse_outside_panes(const Session *s) {
    return s->state.place.bench == BENCH_PANES ? NULL : "refuse.no_panes";
}

PERFORM(panes_kind) {
    return perform_field(s, "panes", argument, err);
}

/* Without a name the next that looks at the same pictures. */
PERFORM(panes_model) {
    StatePlace *p = &s->state.place;
    const char *now = p->panes_model[0] ? p->panes_model : panes_partner(s, p->scene.model);
    p->panes_kind = PANES_NETWORKS;
    return session_set_path(p->panes_model, argument[0] ? argument : panes_partner(s, now),
                            "the network's name", err);
}

/* Without a number the next. */
PERFORM(panes_seed) {
    StatePlace *p = &s->state.place;
    int seed = p->panes_seed < INT32_MAX ? p->panes_seed + 1 : 0;
    if (argument[0] && !perform_number(argument, "panes.seed", 0, INT32_MAX, &seed, err))
        return false;
    p->panes_kind = PANES_WEIGHTS;
    p->panes_seed = seed;
    return true;
}

PERFORM(panes_subtract) {
    return perform_field(s, "panes_difference", argument, err);
}
