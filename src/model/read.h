/* Reading members of a JSON object into a model; within this room. */
#ifndef MODEL_READ_H
#define MODEL_READ_H

#include "base/json.h"
#include "model/model.h"

/* "" if absent. In the model's arena. */
bool read_text(Model *m, const Json *object, const char *key, const char **out, Error *err);
/* Leaves *out alone if absent. */
bool read_number(const Json *object, const char *key, double min, double max, double *out,
                 Error *err);
/* The value is an object with no other keys than these (ended by NULL). */
bool read_keys(const Json *object, const char *const *known, Error *err);
/* "printed" and "errors" (printed.c). */
bool read_printed(Model *m, const Json *root, Error *err);

#endif
