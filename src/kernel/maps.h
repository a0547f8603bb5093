/* Sharing out many small equal pieces of work; nothing outside kernel includes this. */
#ifndef KERNEL_MAPS_H
#define KERNEL_MAPS_H

#include "kernel/kernel.h"

/* Calls f(context, i) for i in 0..count-1 on the pool, several to a task, by their cost (in about
 * the time an element takes to copy), not by the number of threads. Progress: `elements` for each.
 */
typedef void (*MapFunction)(const void *context, int64_t i);
bool maps_run(const KernelContext *k, int64_t count, int64_t elements, int64_t cost, MapFunction f,
              const void *context);

#endif
