/* Ctrl-C and kill: a job is asked to stop, so that files are closed and half-written ones removed,
 * and the program is ended where that takes long. */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include "base/pool.h"

/* From now on SIGINT, SIGTERM and SIGHUP cancel this job; a second one ends the program as usual.
 * If `give_up` is given, it is called in a signal's handler, and must end the program, unless the
 * job has ended (told by a call with NULL) INTERRUPT_PATIENCE_MS after the first. A hang-up
 * that is ignored already (nohup) stays so. A file beyond `ulimit -f` is an error of writing, no
 * signal. NULL: as usual from the first. */
enum { INTERRUPT_PATIENCE_MS = 60 };
void interrupt_watch(Job *job, void (*give_up)(void));
/* For give_up: ends the program at once, after a text on stderr in place of a progress bar. */
_Noreturn void interrupt_exit(const char *text, int status);

#endif
