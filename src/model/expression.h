/* Integer expressions in models/NAME.json: "4 * $width", "$in / 2". */
#ifndef MODEL_EXPRESSION_H
#define MODEL_EXPRESSION_H

#include "base/error.h"
#include <stdint.h>

enum { EXPRESSION_NAMES_MAX = 16 };

typedef struct ExpressionNames { /* what $name stands for */
    int count;
    struct {
        const char *name;
        int64_t value;
        bool set;
    } item[EXPRESSION_NAMES_MAX];
} ExpressionNames;

/* + - * / ( ) on integers (division truncates, and must not be by 0), numbers and $names. Results
 * are within +-2^53. */
bool expression_value(const char *text, const ExpressionNames *names, int64_t *value, Error *err);

#endif
