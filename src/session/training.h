/* The bench where a LeNet learns: what of session/learning.h follows from the state. */
#ifndef SESSION_TRAINING_H
#define SESSION_TRAINING_H

#include "session/bench.h"

/* For BenchKind: begins to learn, or goes on with what the state says. There is no work of the
 * session's thread in it. */
Work *training_wants(Session *s, Work *now, Error *err);
/* Another bench, or none, is open: what would learn without end pauses. */
void training_leave(Session *s);
/* The rates that one goes through, millionths; NULL beyond either end: the nearest. */
int training_rate_beside(int rate, int by);

#endif
