/* A race: the seven loops against blocked GEMM on the same input, of one convolution or of all that
 * the network has, timed one after the other by the session's thread (session/work.h), all threads
 * of the pool on each; and how far their results are apart. */
#ifndef SESSION_RACE_H
#define SESSION_RACE_H

#include "explain/gemm_walk.h"
#include "session/session.h"

enum { RACE_RUNS = 7, RACE_RUNS_EACH = 3 };

/* One convolution's. */
typedef struct RaceRow {
    int node;
    GemmWalk walk;
    double gemm_ms;  /* the median of RACE_RUNS, of a whole network RACE_RUNS_EACH */
    double naive_ms; /* one run, in pieces; -1: left out, as it would take too long */
    GemmBytes bytes;
    /* Where the results are furthest apart: what each says, and what rounding does to the loops'
     * sum there, by chance: the root of the sum of squares of what each addition and product may
     * lose. Not where naive was left out. */
    int channel, y, x;
    float naive, gemm;
    double chance;
} RaceRow;

typedef struct Race Race;

Race *race_new(Scene *scene, int node, bool whole, Error *err); /* whole: node is not looked at */
Work *race_work(Race *race);
/* For BenchKind. */
const char *race_refuses(const Session *s);
Work *race_wants(Session *s, Work *now, Error *err);
/* Of the bench that is open; NULL: it is another. */
const Race *race_of(const Session *s);

/* From here on: any thread. */
const Work *race_progress(const Race *race);
bool race_is_whole(const Race *race);
int race_rows(const Race *race);                  /* how many there will be; */
const RaceRow *race_row(const Race *race, int i); /* NULL: not there yet */
double race_peak(const Race *race);               /* GFLOP/s (engine/peak.h); 0: not yet */
double race_naive_macs_most(void);                /* of a layer of the whole network */

#endif
