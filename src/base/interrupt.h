/* Ctrl-C and kill: a job is asked to stop, so that files are closed and half-written ones removed.
 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include "base/pool.h"

/* From now on SIGINT, SIGTERM and SIGHUP cancel this job; a second one ends the program as usual.
 * NULL: as usual from the first. */
void interrupt_watch(Job *job);

#endif
