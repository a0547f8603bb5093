/* How work is cut, shared by the kernels. Nothing outside kernel includes this. */
#ifndef KERNEL_DEAL_H
#define KERNEL_DEAL_H

#include <assert.h>
#include <stdint.h>

static inline int64_t min64(int64_t a, int64_t b) {
    return a < b ? a : b;
}
static inline int64_t max64(int64_t a, int64_t b) {
    return a > b ? a : b;
}
static inline int64_t div_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}
static inline int64_t round_up(int64_t a, int64_t b) {
    return div_up(a, b) * b;
}

/* `count` things dealt out to `parts`: the first `extra` get each + 1, the others each. */
typedef struct Deal {
    int64_t parts, each, extra;
} Deal;
static inline Deal deal(int64_t count, int64_t parts) {
    assert(parts > 0);
    return (Deal){parts, count / parts, count % parts};
}
/* Where part i begins. */
static inline int64_t deal_start(const Deal *d, int64_t i) {
    return d->each * i + min64(i, d->extra);
}

#endif
