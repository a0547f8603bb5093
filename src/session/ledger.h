/* Who uses what of a dense block: the mean absolute weight that each layer's 1x1 gives to the slice
 * of the stack that an earlier layer made, as in figure 5 of Huang et al. 2017. Work of the
 * session's thread. */
#ifndef SESSION_LEDGER_H
#define SESSION_LEDGER_H

#include "session/work.h"

Work *ledger_new(Scene *scene, int block, Error *err);
bool ledger_is(const Work *w, const Scene *scene, int block);
/* The mean of |w| over all weights from the source slice to the consumer (session/lab.h counts
 * both); negative: it does not read that slice. NaN: not there yet. Any thread. */
double ledger_weight(const Work *w, int consumer, int source);
double ledger_most(const Work *w, int consumer); /* of a row, by which it is normalised */

#endif
