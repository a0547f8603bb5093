#include "base/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static Job *_Atomic watched;
static void (*_Atomic last_resort)(void);
static atomic_bool ended; /* by the job itself or by the last resort, whichever came first */

static void set_timer(long ms) {
    struct itimerval timer = {.it_value = {.tv_usec = ms * 1000}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_signal(int number) {
    (void)number;
    int saved = errno;
    Job *job = watched;
    if (job)
        atomic_store(&job->cancel, true);
    if (job && last_resort)
        set_timer(INTERRUPT_PATIENCE_MS);
    errno = saved;
}

static void on_alarm(int number) {
    (void)number;
    void (*give_up)(void) = last_resort;
    if (give_up && !atomic_exchange(&ended, true))
        give_up();
}

static void set_handler(int number, void (*handler)(int), int flags) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigaction(number, &action, NULL);
}

void interrupt_exit(const char *text, int status) {
    static const char erase[] = "\r\033[K";
    if (isatty(STDERR_FILENO))
        (void)!write(STDERR_FILENO, erase, sizeof erase - 1);
    (void)!write(STDERR_FILENO, text, strlen(text));
    _exit(status);
}

void interrupt_watch(Job *job, void (*give_up)(void)) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    if (!job && watched) {
        set_timer(0);
        while (atomic_exchange(&ended, true)) /* the other thread ends the program right now */
            pause();
    }
    watched = job;
    last_resort = give_up;
    atomic_store(&ended, !job);
    if (job && give_up)
        set_handler(SIGALRM, on_alarm, SA_RESTART);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction old;
        bool known = sigaction(numbers[i], NULL, &old) == 0;
        bool nohup = numbers[i] == SIGHUP && known && old.sa_handler == SIG_IGN;
        if (!nohup)
            set_handler(numbers[i], job ? on_signal : SIG_DFL, (int)(SA_RESTART | SA_RESETHAND));
    }
#ifdef SIGXFSZ
    signal(SIGXFSZ, SIG_IGN);
#endif
}
