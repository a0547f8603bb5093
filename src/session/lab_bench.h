/* When the benches about blocks, and the table of networks, can be opened, and the work that they
 * ask for: rows of bench_kinds. */
#ifndef SESSION_LAB_BENCH_H
#define SESSION_LAB_BENCH_H

#include "session/bench.h"

const char *residual_refuses(const Session *s);
Work *residual_wants(Session *s, Work *now, Error *err);
const char *dense_refuses(const Session *s);
Work *dense_wants(Session *s, Work *now, Error *err);
const char *inception_refuses(const Session *s);
Work *families_wants(Session *s, Work *now, Error *err);

#endif
