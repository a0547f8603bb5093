#include "tensor/stats.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

Stats stats_of(const float *x, int64_t count) {
    Stats s = {.count = count, .argmax = -1};
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < count; i++) {
        if (isnan(x[i])) {
            s.nans++;
        } else if (isinf(x[i])) {
            s.infinities++;
        } else {
            if (s.argmax < 0 || x[i] < s.min)
                s.min = x[i];
            if (s.argmax < 0 || x[i] > s.max) {
                s.max = x[i];
                s.argmax = i;
            }
            sum += (double)x[i];
            squares += (double)x[i] * (double)x[i];
        }
    }
    int64_t finite = count - s.nans - s.infinities;
    s.mean = finite > 0 ? sum / (double)finite : 0;
    s.l2 = sqrt(squares);
    return s;
}

void stats_histogram(const float *x, int64_t count, float min, float max, int bins, int64_t *out) {
    assert(bins > 0);
    memset(out, 0, (size_t)bins * sizeof *out);
    double width = (double)max - (double)min; /* in double: max - min may overflow a float */
    for (int64_t i = 0; i < count; i++) {
        if (!(x[i] >= min && x[i] <= max) || !isfinite(x[i]))
            continue;
        double place = ((double)x[i] - (double)min) / width * bins;
        out[place < bins ? (int)place : bins - 1]++; /* NaN (no width) falls in the last, too */
    }
}

/* Whether x goes before y in "largest first, NaN last". */
static bool before(float x, float y) {
    return isnan(y) ? !isnan(x) : x > y;
}

void stats_top(const float *x, int64_t count, int k, int64_t *out) {
    assert(k >= 0);
    int held = 0;
    for (int64_t i = 0; i < count; i++) {
        if (held == k && (k == 0 || !before(x[i], x[out[k - 1]])))
            continue;
        int at = held < k ? held++ : k - 1;
        for (; at > 0 && before(x[i], x[out[at - 1]]); at--)
            out[at] = out[at - 1];
        out[at] = i;
    }
    for (; held < k; held++)
        out[held] = -1;
}
