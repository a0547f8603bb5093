/* An opened dense block of many layers: they stand in lines below each other, a matrix beside them
 * says which reads which, and the concatenation comes last, on the axis. */
#include "draw/diagram_parts.h"

#include <math.h>

enum {
    TURN = 12,        /* room for a line that goes up or down */
    CHANNEL = 16,     /* between two lines of layers */
    MATRIX_NAMES = 56 /* captions' pixels, left of a matrix */
};
static const double line_least = 1190; /* captions' pixels */

bool diagram_fits_matrix(const Layout *l, const Part *row) {
    const Part *last = row->last >= 0 ? &l->parts[row->last] : NULL;
    return last && row->child_count > DIAGRAM_ARCS_MAX && last->kind == PART_BOX &&
           l->d->boxes[last->box].item == DIAGRAM_NODE;
}

/* How long a line may be: if layers are opened, so that the whole is about three times as wide as
 * it is high. */
static double line_length(const Layout *l, const Part *row) {
    double width = 0, height = 0;
    for (int i = 0; i + 1 < row->child_count; i++) {
        const Part *c = &l->parts[row->child[i]];
        width += c->w + 10 * l->text;
        height = fmax(height, c->above + c->below + CHANNEL);
    }
    return fmax(diagram_text(l, line_least), sqrt(3 * width * height));
}

typedef struct Lines {
    int most;             /* layers in one */
    double length;        /* of one, at most (if it holds more than one layer) */
    double height, width; /* of those so far */
} Lines;

/* Sets the line that begins with child i below the others; returns the child after its last. */
static int measure_line(Layout *l, Part *row, int i, Lines *lines) {
    int n = row->child_count - 1, first = i;
    double x = 0, above = 0, below = 0;
    for (; i < n && i < first + lines->most; i++) {
        Part *c = &l->parts[row->child[i]];
        if (i > first) {
            const Part *before = &l->parts[row->child[i - 1]];
            double next = x + fmax(before->w + 10 * l->text, before->out + 24 - c->in);
            if (next + c->w > lines->length)
                break;
            x = next;
        }
        c->rx = x;
        above = fmax(above, c->above);
        below = fmax(below, c->below);
    }
    for (int k = first; k < i; k++)
        l->parts[row->child[k]].ry = lines->height + above;
    l->parts[row->child[first]].channel = lines->height - CHANNEL / 2;
    lines->height += above + below + CHANNEL;
    lines->width = fmax(lines->width, x + l->parts[row->child[i - 1]].w);
    return i;
}

/* From its left and top, with room for the names of its rows and columns, and below it how the
 * stack grows; returns the height of both. */
static double measure_matrix(Layout *l, const Part *row, double x) {
    DiagramBox *m = &l->d->boxes[row->matrix], *growth = &l->d->boxes[row->growth];
    const double cell = fmin(8, fmax(2, floor(480 / (m->count + 1.0)))), line = diagram_text(l, 16);
    const double side = cell * (m->count + 1), names = diagram_text(l, MATRIX_NAMES);
    const double words = fmax(side, diagram_text(l, 150));
    m->face = (Area){x + names, line, side, side};
    m->caption = (Area){x + names, m->face.y + side + 4, words, 3 * line};
    growth->face = (Area){x + names, m->caption.y + m->caption.h + 8, side, DIAGRAM_GROWTH_HEIGHT};
    growth->caption = (Area){x + names, growth->face.y + growth->face.h + 4, words, 2 * line};
    return growth->caption.y + growth->caption.h;
}

void diagram_measure_rows(Layout *l, Part *row) {
    int n = row->child_count - 1, count = (n + DIAGRAM_ARCS_MAX - 1) / DIAGRAM_ARCS_MAX;
    Lines lines = {(n + count - 1) / count, line_length(l, row), 0, 0};
    for (int i = 0; i < n;)
        i = measure_line(l, row, i, &lines);
    double height = lines.height - CHANNEL, left = 16 + 3 * TURN;
    for (int i = 0; i < n; i++) {
        l->parts[row->child[i]].rx += left;
        l->parts[row->child[i]].ry -= height / 2;
        l->parts[row->child[i]].channel -= height / 2;
    }
    Turns *t = &row->turns;
    t->enter = 16;
    t->left = left - TURN - 4;
    t->right = left + lines.width + 8;
    t->leave = t->right + TURN;
    DiagramBox *m = &l->d->boxes[row->matrix], *growth = &l->d->boxes[row->growth];
    double tall = measure_matrix(l, row, t->leave + TURN);
    m->face.y -= tall / 2;
    m->caption.y -= tall / 2;
    growth->face.y -= tall / 2;
    growth->caption.y -= tall / 2;
    t->under = tall / 2 + 8;
    t->past = m->caption.x + m->caption.w + 8;
    Part *last = &l->parts[row->child[n]];
    last->rx = fmax(t->past + 4, t->past + 20 - last->in);
    last->ry = 0;
    row->in = 0;
    row->w = last->rx + last->w;
    row->out = last->rx + last->out;
    row->above = fmax(fmax(height, tall) / 2, last->above);
    row->below = fmax(fmax(height / 2, t->under + 4), last->below);
}
