#include "base/interrupt.h"

#include <signal.h>
#include <string.h>

static Job *_Atomic watched;

static void on_signal(int number) {
    (void)number;
    Job *job = watched;
    if (job)
        atomic_store(&job->cancel, true);
}

void interrupt_watch(Job *job) {
    watched = job;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = job ? on_signal : SIG_DFL;
    action.sa_flags = (int)(SA_RESTART | SA_RESETHAND);
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
}
