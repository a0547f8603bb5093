#include "session/families.h"

#include "session/palette.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const PaperError *families_error(const PaletteModel *m) {
    return m->error_count ? &m->errors[0] : NULL;
}

double families_top5(const PaletteModel *m) {
    const PaperError *e = families_error(m);
    return e && strcmp(e->set, "ImageNet validation") == 0 ? e->top5 : -1;
}

double families_ms(const PaletteLists *lists, int model) {
    const int us = atomic_load(&lists->microseconds[model]);
    return us ? us / 1000.0 : -1;
}

typedef struct Row {
    int model, taught;
    double key; /* negative: there is none */
    const char *name;
} Row;

static double key_of(const PaletteLists *lists, int model, StateFamilySort sort) {
    const PaletteModel *m = &lists->models[model];
    switch (sort) {
    case FAMILIES_BY_YEAR:
        return m->year;
    case FAMILIES_BY_DEPTH:
        return m->depth;
    case FAMILIES_BY_PARAMS:
        return (double)m->params;
    case FAMILIES_BY_MACS:
        return (double)m->macs;
    case FAMILIES_BY_ERROR:
        return families_top5(m);
    case FAMILIES_BY_TIME:
        return families_ms(lists, model);
    default:
        return 0;
    }
}

static int compare(const void *a, const void *b) {
    const Row *x = a, *y = b;
    if (x->name && strcmp(x->name, y->name) != 0)
        return strcmp(x->name, y->name);
    return x->key < y->key ? -1 : x->key > y->key ? 1 : x->taught - y->taught;
}

int families_order(Session *s, int order[FAMILIES_MAX]) {
    const StatePlace *p = &s->state.place;
    const PaletteLists *lists = palette_lists(s);
    Row rows[FAMILIES_MAX];
    int count = 0, none = 0, last[FAMILIES_MAX];
    for (int i = 0; i < (int)lists->model_count && count + none < FAMILIES_MAX; i++) {
        const int model = lists->taught[i];
        const double key = key_of(lists, model, p->families_sort);
        const char *name = p->families_sort == FAMILIES_BY_NAME ? lists->models[model].name : NULL;
        if (key < 0)
            last[none++] = model;
        else
            rows[count++] = (Row){model, i, key, name};
    }
    qsort(rows, (size_t)count, sizeof *rows, compare);
    for (int i = 0; i < count; i++)
        order[i] = rows[p->families_reverse ? count - 1 - i : i].model;
    memcpy(order + count, last, (size_t)none * sizeof *last);
    return count + none;
}
