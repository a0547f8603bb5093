#include "base/ticker.h"

#include "base/memory.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

struct Ticker {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool stop;
    double period_ms;
    void (*tick)(void *);
    void *context;
};

static struct timespec later(double ms) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    long nanoseconds = at.tv_nsec + (long)(ms * 1e6);
    at.tv_sec += nanoseconds / 1000000000;
    at.tv_nsec = nanoseconds % 1000000000;
    return at;
}

static void *ticker_main(void *argument) {
    Ticker *t = argument;
    pthread_mutex_lock(&t->mutex);
    while (!t->stop) {
        struct timespec at = later(t->period_ms);
        int result = 0;
        while (!t->stop && result != ETIMEDOUT)
            result = pthread_cond_timedwait(&t->wake, &t->mutex, &at);
        if (!t->stop)
            t->tick(t->context);
    }
    pthread_mutex_unlock(&t->mutex);
    return NULL;
}

Ticker *ticker_start(double period_ms, void (*tick)(void *context), void *context, Error *err) {
    Ticker *t = mem_alloc(1, sizeof *t, err);
    if (!t)
        return NULL;
    t->period_ms = period_ms;
    t->tick = tick;
    t->context = context;
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->wake, NULL);
    int failed = pthread_create(&t->thread, NULL, ticker_main, t);
    if (!failed)
        return t;
    error_set(err, ERROR_BAD, TEXT("cannot start a thread: %s", strerror(failed)));
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->mutex);
    mem_free(t);
    return NULL;
}

void ticker_stop(Ticker *t) {
    if (!t)
        return;
    pthread_mutex_lock(&t->mutex);
    t->stop = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->mutex);
    pthread_join(t->thread, NULL);
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->mutex);
    mem_free(t);
}
