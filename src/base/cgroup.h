/* What a container allows this process (cgroups, versions 2 and 1, of Linux). */
#ifndef BASE_CGROUP_H
#define BASE_CGROUP_H

#include <stdint.h>

uint64_t cgroup_memory(void); /* bytes it may still take; UINT64_MAX: no limit known */
int cgroup_cores(void);       /* cores' worth of time, rounded up; 0: no limit known */

#endif
