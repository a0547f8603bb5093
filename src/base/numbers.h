/* Numbers as a screen shows them: few digits, the sign of the user's language between whole and
 * fraction, thin spaces (U+202F, which do not break) in the whole part from five digits on.
 *
 * The minus is '-': as wide as a digit in Mono, so that columns align, and what is copied from the
 * screen can be pasted into any program. Only exponents have a raised one. -0 is 0. */
#ifndef BASE_NUMBERS_H
#define BASE_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

/* `comma`: the decimal sign. */
typedef struct NumberStyle {
    bool comma;
    int digits; /* that count, 1..17; 0: 3. Zeros at a fraction's end are left out */
} NumberStyle;

/* "3.41", "-0.00123", "12 300", "1.2×10⁻⁷", "∞", "-∞", "NaN". Whole parts keep all of their digits
 * below a million (below 10^digits, if that is more); beyond, and below 0.001, there is a power of
 * ten. */
const char *number_text(char buffer[48], NumberStyle style, double value);
/* A whole number, all digits: "61 100 840". */
const char *count_text(char buffer[48], int64_t value);
/* A share 0..1 in percent: "59.5 %", "0.595 %"; "< 0.01 %" where it is less than that but not 0,
 * and "> 99.9 %" where rounding would say 100 of what is less. */
const char *percent_text(char buffer[48], NumberStyle style, double share);
/* "61.1 M", "1.8 G": for costs. k, M, G, T from a thousand on. */
const char *amount_text(char buffer[48], NumberStyle style, double value);
/* "8.2 MB", "62 MB": as MEM_TEXT (base/memory.h) whatever the digits. Less than 0 counts as 0. */
const char *bytes_text(char buffer[48], NumberStyle style, double bytes);
/* "4.3 µs", "12.3 ms", "1.8 s"; from a minute on "3 min 20 s", "2 h 5 min". */
const char *duration_text(char buffer[48], NumberStyle style, double ms);

#endif
