/* How long networks take here: the fast plan on one picture, with random weights, which take as
 * long as trained ones. Work of the session's thread, one network a step, the cheapest first; what
 * was measured stays in the session's list (PaletteLists.microseconds). */
#ifndef SESSION_FAMILY_TIMES_H
#define SESSION_FAMILY_TIMES_H

#include "session/session.h"

/* What has no time yet of all (`one` -1), or that one, anew. The lists must outlive it. */
Work *family_times_new(const PaletteLists *lists, int one, Error *err);
bool family_times_is(const Work *w, int one);
int family_times_at(const Work *w); /* the network that is measured now; -1: none */

/* Median of three passes after one that warms up. Negative: cancelled or failed. */
double family_time(const char *name, const RunOptions *options, Pool *pool, Job *job, Error *err);

#endif
