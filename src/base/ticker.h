/* Calls a function at intervals from a thread of its own: for progress bars. */
#ifndef BASE_TICKER_H
#define BASE_TICKER_H

#include "base/error.h"

typedef struct Ticker Ticker;
/* The first call comes after one period. NULL with err set if there is no thread to be had. */
Ticker *ticker_start(double period_ms, void (*tick)(void *context), void *context, Error *err);
/* Returns after the last call has ended. NULL is fine. */
void ticker_stop(Ticker *ticker);

#endif
