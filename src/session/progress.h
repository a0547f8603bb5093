/* How far the user is in each lesson, kept from one start to the next. */
#ifndef SESSION_PROGRESS_H
#define SESSION_PROGRESS_H

#include "base/error.h"

int progress_get(const char *lesson); /* the step, from 0; 0 if none was kept */
bool progress_put(const char *lesson, int step, int steps, Error *err);

#endif
