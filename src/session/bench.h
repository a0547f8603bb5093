/* The workbench: things to do with a network that take the place of its layers on the screen: how
 * a convolution is computed, a race, training, two panes, ... Which is open is a field of the
 * state; what one of them needs computed is work (session/work.h) that follows from the state, as
 * the explanation does. A new bench is a row here (bench.c), one in ui/bench.c, and a file for
 * each. */
#ifndef SESSION_BENCH_H
#define SESSION_BENCH_H

#include "session/session.h"

typedef struct BenchKind {
    const char *name;                         /* as the state's field `bench` has it */
    const char *(*refuses)(const Session *s); /* as an Action's; NULL: it can always be opened */
    /* The work that the state asks for: `now` while it still is the right one, a new one (the
     * caller's), or NULL where there is nothing to compute. NULL function: there never is. */
    Work *(*wants)(Session *s, Work *now, Error *err);
    bool alone; /* it computes nothing of the network shown: no layer need be there */
} BenchKind;

extern const BenchKind bench_kinds[BENCHES];

/* The work of the bench that is open; NULL: none. */
Work *bench_work(const Session *s);
/* Takes over what the bench wants; the session calls it once a frame. */
void bench_ask(Session *s);

#endif
