/* Room for words: captions under boxes, shapes on arrows. Type is not drawn smaller than 12 pixels,
 * so where the diagram is drawn small, words are given more of it. */
#include "draw/diagram_parts.h"

#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of DejaVu Sans at 12 pixels: the mean character, and what rounding may take from a box. */
static const double character = 6.7, slack = 6;

/* The widths that a caption has, in captions' pixels. */
static const double caption_most = 122, caption_least[DIAGRAM_SPACINGS] = {62, 62, 34, 34, 34};

/* --- What is written -------------------------------------------------------------------------- */

static const Shape *output_shape(const Layout *l, int node) {
    return node < 0 ? &l->g->input : &l->g->nodes[node].out;
}

static double text_width(const Layout *l, const char *text) {
    const DiagramTexts *t = l->options->texts;
    if (t)
        return t->width(t->context, text);
    size_t count = 0;
    for (const char *at = text; *at; at++)
        count += (*at & 0xc0) != 0x80; /* UTF-8: the first byte of each character */
    return character * (double)count * l->text;
}

static const char *say_name(const Layout *l, int box, char *buffer, size_t size) {
    const DiagramTexts *t = l->options->texts;
    const DiagramBox *b = &l->d->boxes[box];
    if (t)
        return t->name(t->context, l->d, box);
    text_format(buffer, size, "%s", diagram_name(l->d, l->g, box));
    const size_t used = strlen(buffer);
    if (b->item == DIAGRAM_FOLD)
        text_format(buffer + used, size - used, " x%d", b->count);
    return buffer;
}

/* "14² x 512", or of a map that is no square "14 x 20 x 512". */
static const char *say_shape(const Layout *l, int node, char *buffer, size_t size) {
    const DiagramTexts *t = l->options->texts;
    const Shape *s = output_shape(l, node);
    if (t)
        return t->shape(t->context, node);
    if (s->rank != 3)
        return text_format(buffer, size, "%lld", (long long)s->dim[0]);
    if (s->dim[1] == s->dim[2])
        return text_format(buffer, size, "%lld2 x_%lld", (long long)s->dim[1],
                           (long long)s->dim[0]);
    return text_format(buffer, size, "%lld_x_%lld x_%lld", (long long)s->dim[1],
                       (long long)s->dim[2], (long long)s->dim[0]);
}

static const char *say_parameters(const Layout *l, int node, char *buffer, size_t size) {
    const DiagramTexts *t = l->options->texts;
    if (t)
        return t->parameters(t->context, node);
    const Node *n = &l->g->nodes[node];
    if (n->type->describe)
        n->type->describe(n->params, &n->in, buffer, size);
    /* lines end at commas: other spaces count as letters */
    for (char *at = buffer; *at; at++)
        if (*at == ' ' && at > buffer && at[-1] != ',')
            *at = '_';
    return buffer;
}

/* --- Lines ------------------------------------------------------------------------------------ */

enum { WORDS_MAX = 24, TEXT_SIZE = 400 };

/* A text as words, and how wide each run of them is. */
typedef struct Wrap {
    int count;
    double width[WORDS_MAX][WORDS_MAX]; /* of words i..j */
} Wrap;

static void wrap_text(const Layout *l, const char *text, Wrap *w) {
    const char *begin[WORDS_MAX];
    size_t length[WORDS_MAX];
    char run[TEXT_SIZE];
    w->count = 0;
    for (const char *at = text; *at && w->count < WORDS_MAX;) {
        begin[w->count] = at;
        length[w->count] = strcspn(at, " ");
        at += length[w->count] + strspn(at + length[w->count], " ");
        w->count++;
    }
    for (int i = 0; i < w->count; i++)
        for (int j = i; j < w->count; j++) {
            const int bytes = (int)(begin[j] + length[j] - begin[i]);
            text_format(run, sizeof run, "%.*s", bytes, begin[i]);
            w->width[i][j] = text_width(l, run);
        }
}

/* How many lines it takes in so much room. */
static int lines_in(const Wrap *w, double room) {
    int lines = 0;
    for (int i = 0; i < w->count; lines++) {
        int j = i;
        while (j + 1 < w->count && w->width[i][j + 1] <= room)
            j++;
        i = j + 1;
    }
    return lines;
}

/* The least room in which it takes no more than so many lines, no word being wider. */
static double room_for(const Wrap *w, int lines) {
    double longest = 0, best = INFINITY;
    for (int i = 0; i < w->count; i++)
        longest = fmax(longest, w->width[i][i]);
    for (int i = 0; i < w->count; i++)
        for (int j = i; j < w->count; j++) {
            const double room = w->width[i][j];
            if (room >= longest && room < best && lines_in(w, room) <= lines)
                best = room;
        }
    return w->count ? best : 0;
}

/* --- Captions --------------------------------------------------------------------------------- */

/* Its name, then its parameters where there is much room ("3x3, 192, pad 1"), else its shape. */
void diagram_caption(const Layout *l, const Part *leaf) {
    static const int name_lines[DIAGRAM_SPACINGS] = {2, 2, 3, 2, 2};
    static const int shape_lines[DIAGRAM_SPACINGS] = {1, 1, 2, 1, 1};
    DiagramBox *box = &l->d->boxes[leaf->box];
    const bool flat = l->spacing == DIAGRAM_FLAT && box->frame >= 0;
    const Part *row = &l->parts[leaf->parent];
    const bool named = flat && !box->stack && /* and no more */
                       (row->roomy || (row->style == ROW_MATRIX && box->item == DIAGRAM_BLOCK));
    const bool described = !flat && row->roomy && box->item == DIAGRAM_NODE;
    char text[TEXT_SIZE] = "";
    Wrap name, second;
    wrap_text(l, say_name(l, leaf->box, text, sizeof text), &name);
    text[0] = '\0';
    wrap_text(l,
              named       ? ""
              : described ? say_parameters(l, box->first, text, sizeof text)
                          : say_shape(l, box->shown, text, sizeof text),
              &second);
    const double longest = fmax(room_for(&name, WORDS_MAX), room_for(&second, WORDS_MAX));
    double room = fmax(room_for(&name, flat ? 1 : name_lines[l->spacing]),
                       room_for(&second, described ? 3 : shape_lines[l->spacing]));
    room = fmin(room + slack * l->text, caption_most * l->text);
    room = fmax(fmax(room, caption_least[l->spacing] * l->text), longest + slack * l->text);
    const double inner = room - slack * l->text / 2;
    const int more = described && box->shown != box->node; /* its shape, which no arrow has */
    const int lines = lines_in(&name, inner) + lines_in(&second, inner) + more;
    box->caption.w = room / l->legible;
    box->caption.h = (lines < 2 && !named ? 2 : lines) * diagram_line_height(l);
}

double diagram_shape_width(const Layout *l, int node) {
    char text[80];
    return (text_width(l, say_shape(l, node, text, sizeof text)) + slack * l->text) / l->legible;
}
