/* What the tests share: cmocka with what it needs included, temporary folders, comparisons. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

/* Fails the test with the message if the call returned false or err is set. */
#define assert_ok(call, err)                                                                       \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, (err).text);                                                 \
    } while (0)
/* Fails unless the call is false and err's text contains `part`. Clears err afterwards. */
#define assert_fails(call, err, part)                                                              \
    do {                                                                                           \
        (err) = (Error){0};                                                                        \
        if (call)                                                                                  \
            fail_msg("%s: expected to fail", #call);                                               \
        test_contains((err).text, (part));                                                         \
        (err) = (Error){0};                                                                        \
    } while (0)

void test_contains(const char *text, const char *part);
/* A fresh folder under $TMPDIR or /tmp, removed at exit; and a path in it (a static buffer of
 * which four are live at a time). */
const char *test_folder(void);
const char *test_path(const char *name);
void test_write(const char *path, const void *data, size_t size);
/* A file in tests/fixtures, wherever the test runs. */
const char *test_fixture(const char *name);
/* |a - b| / max(|a|, |b|) in the L2 norm, in double; 0 if both are zero, NaN if any is not finite.
 */
double test_distance(const float *a, const float *b, size_t count);
/* Deterministic numbers, about normal. */
void test_fill(float *x, size_t count, uint64_t seed);

#endif
