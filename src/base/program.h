/* Another program, run and waited for. */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include "base/error.h"

/* argv[0] is looked for in PATH; argv ends with NULL. It shares our stderr; its stdin is empty.
 * False if it is not there (ERROR_MISSING, named `what`: "rsvg-convert (Debian: librsvg2-bin)") or
 * did not end with 0. */
bool program_run(const char *const *argv, const char *what, Error *err);

#endif
