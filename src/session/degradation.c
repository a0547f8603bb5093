#include "session/degradation.h"

#include "base/file.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CSV_MAX = 1 << 20, COLUMNS = 32 };

static size_t line_length(const char *text) {
    return strcspn(text, "\n");
}

/* The cell's text; "" beyond the last. */
static void cell_of(const char *line, int column, char cell[32]) {
    size_t length = line_length(line);
    const char *at = line, *end = line + length;
    for (; column > 0 && at < end; column--) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        at = comma ? comma + 1 : end;
    }
    const char *comma = memchr(at, ',', (size_t)(end - at));
    text_format(cell, 32, "%.*s", (int)((comma ? comma : end) - at), at);
    cell[strcspn(cell, "\r")] = '\0';
}

static int column_named(const char *line, const char *name, Error *err) {
    char cell[32];
    for (int i = 0; i < COLUMNS; i++) {
        cell_of(line, i, cell);
        if (strcmp(cell, name) == 0)
            return i;
    }
    error_set(err, ERROR_MISSING, TEXT("the column '%s'", name));
    return -1;
}

static bool read_share(const char *line, int column, int number, float *error, Error *err) {
    char cell[32];
    double share;
    cell_of(line, column, cell);
    if (!text_to_double(cell, &share) || !(share >= 0 && share <= 1))
        return error_set(err, ERROR_EXPECTED, TEXT("line %d", number), "an accuracy from 0 to 1",
                         TEXT("'%s'", cell));
    *error = (float)(1 - share);
    return true;
}

bool degradation_parse(DegradationCurve *curve, const char *text, Error *err) {
    int learned = -1, held = -1, number = 1;
    for (const char *line = text; *line; number++) {
        const size_t length = line_length(line);
        if (length && line[0] != '#' && learned < 0) {
            learned = column_named(line, "train_accuracy", err);
            held = column_named(line, "val_accuracy", err);
            if (learned < 0 || held < 0)
                return false;
        } else if (length && line[0] != '#') {
            const int i = curve->epochs;
            if (i == DEGRADATION_EPOCHS)
                return error_set(err, ERROR_TOO_LARGE, "the curve", "more epochs",
                                 TEXT("%d", DEGRADATION_EPOCHS));
            if (!read_share(line, learned, number, &curve->learned[i], err) ||
                !read_share(line, held, number, &curve->held[i], err))
                return false;
            curve->epochs++;
        }
        line += length + (line[length] == '\n');
    }
    return curve->epochs > 0 || error_set(err, ERROR_MISSING, "an epoch");
}

/* "resnet20-seed1.csv" */
static bool name_means(const char *name, DegradationCurve *curve) {
    char kind[16];
    int layers, seed, used = 0;
    if (sscanf(name, "%15[a-z]%d-seed%d.csv%n", kind, &layers, &seed, &used) != 3 ||
        (size_t)used != strlen(name))
        return false;
    *curve =
        (DegradationCurve){.residual = strcmp(kind, "resnet") == 0, .layers = layers, .seed = seed};
    return curve->residual || strcmp(kind, "plain") == 0;
}

static bool read_curve(Degradation *d, const char *path, const DegradationCurve *named,
                       Error *err) {
    size_t size;
    char *text = (char *)file_read(path, CSV_MAX, false, &size, err);
    d->curves[d->count] = *named;
    const bool ok = text && (degradation_parse(&d->curves[d->count], text, err) ||
                             error_prefix(err, "%s", path));
    d->count += ok;
    mem_free(text);
    return ok;
}

bool degradation_load(Degradation *d, Error *err) {
    Arena arena = {0};
    char folder[FILE_PATH_MAX], path[FILE_PATH_MAX], **names;
    size_t count;
    *d = (Degradation){.count = 0};
    if (!file_find(folder, sizeof folder, "lessons/degradation"))
        return error_set(err, ERROR_MISSING, "lessons/degradation");
    bool ok = file_list(folder, &arena, &names, &count, err);
    for (size_t i = 0; ok && i < count && d->count < DEGRADATION_CURVES; i++) {
        DegradationCurve named;
        if (name_means(names[i], &named))
            ok = file_join(path, sizeof path, folder, names[i], err) &&
                 read_curve(d, path, &named, err);
    }
    arena_free(&arena);
    return ok && (d->count > 0 || error_set(err, ERROR_MISSING, "a curve of lessons/degradation"));
}
