/* Threads of the program, beside those of a pool. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include "base/error.h"
#include <pthread.h>

/* With the stack that the pool's threads have (macOS gives 512 KB), and all signals blocked, which
 * are for the program's first thread. To be joined. */
bool thread_start(pthread_t *thread, void *(*run)(void *context), void *context, Error *err);

#endif
