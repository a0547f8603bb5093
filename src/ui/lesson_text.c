#include "ui/lesson_text.h"

#include <string.h>

enum { PARTS_MAX = 1200 };

/* A word, or the part of one that lies in one span. */
typedef struct Part {
    const char *text, *region; /* NULL: no link */
    int width;
    bool glued;   /* to the part before: no line may break there */
    bool newline; /* a line ends before it */
} Part;

typedef struct Flow {
    const View *v;
    TextStyle style;
    Part *parts;
    int count, space; /* space: a blank's width */
} Flow;

static void add_part(Flow *f, const char *text, size_t length, const char *region, bool glued,
                     bool newline) {
    DrawList *list = f->v->list;
    if (f->count == PARTS_MAX)
        return;
    char *word = arena_format(&list->arena, &list->error, "%.*s", (int)length, text);
    if (!word)
        return;
    TextStyle style = f->style;
    style.bold = style.bold || region;
    f->parts[f->count++] = (Part){word, region, draw_text_width(list, style, word), glued, newline};
}

/* Words between blanks; what touches across a link's edge is glued. */
static void add_span(Flow *f, const LessonSpan *span, bool *glued, bool *newline) {
    const char *region = span->region[0] ? ui_keep(f->v, span->region) : NULL;
    for (size_t i = 0; i < span->length;) {
        const char c = span->text[i];
        if (c == ' ' || c == '\n') {
            *newline = *newline || c == '\n';
            *glued = false;
            i++;
            continue;
        }
        size_t end = i;
        while (end < span->length && span->text[end] != ' ' && span->text[end] != '\n')
            end++;
        add_part(f, span->text + i, end - i, region, *glued, *newline);
        *glued = true;
        *newline = false;
        i = end;
    }
}

static Flow flow_of(const View *v, TextStyle style, const char *text) {
    Flow f = {.v = v, .style = style};
    LessonSpan span;
    bool glued = false, newline = false;
    f.parts = arena_alloc(&v->list->arena, PARTS_MAX, sizeof *f.parts, &v->list->error);
    f.space = draw_text_width(v->list, style, "n n") - draw_text_width(v->list, style, "nn");
    while (f.parts && lesson_span(&text, &span))
        add_span(&f, &span, &glued, &newline);
    return f;
}

/* Of a part and all that is glued to it. */
static int glued_width(const Flow *f, int first) {
    int width = f->parts[first].width;
    for (int i = first + 1; i < f->count && f->parts[i].glued; i++)
        width += f->parts[i].width;
    return width;
}

static void draw_part(const Flow *f, const Part *p, Rect place, const char **lit) {
    const View *v = f->v;
    TextStyle style = f->style;
    if (p->region) {
        const bool hovered = ui_hovers(v, place);
        style.bold = true;
        style.color = hovered ? v->theme->hover : v->theme->accent;
        draw_line(v->list, place.x, place.y + place.h - 2, place.x + p->width,
                  place.y + place.h - 2, style.color);
        draw_region(v->list, place, NULL, "lesson.link.%s", p->region);
        if (hovered && lit)
            *lit = p->region;
    }
    place.w += 1; /* widths are rounded */
    draw_text(v->list, place, style, p->text);
}

/* The height; draws it at the box's top if `draw`. */
static int flow(const Flow *f, Rect box, int line, bool draw, const char **lit) {
    int x = 0, y = 0;
    for (int i = 0; i < f->count; i++) {
        const Part *p = &f->parts[i];
        const int gap = p->glued || x == 0 ? 0 : f->space;
        if (p->newline || (!p->glued && x > 0 && x + gap + glued_width(f, i) > box.w)) {
            x = 0;
            y += line;
        } else
            x += gap;
        if (draw)
            draw_part(f, p, (Rect){box.x + x, box.y + y, p->width, line}, lit);
        x += p->width;
    }
    return f->count ? y + line : 0;
}

int lesson_text_height(const View *v, int width, TextStyle style, int line, const char *text) {
    const Flow f = flow_of(v, style, text);
    return flow(&f, (Rect){0, 0, width, 0}, line, false, NULL);
}

void lesson_text(const View *v, Rect *box, TextStyle style, int line, const char *text,
                 const char **lit) {
    const Flow f = flow_of(v, style, text);
    rect_cut_top(box, flow(&f, *box, line, true, lit));
}
