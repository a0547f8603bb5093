/* What captions of the network say, and whether there is room for it. */
#include "ui/network.h"
#include "ui/prediction.h"

#include "base/text.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

enum { TYPE_LEAST = SIZE_SMALL, TYPE_MOST = SIZE_BODY };

const char *network_name(const View *v, const Diagram *d, int box) {
    const DiagramBox *b = &d->boxes[box];
    const char *name = diagram_name(d, v->graph, box);
    const char *label = name[0] ? ui_phrases(v, name) : ui_label(v, b->node);
    const bool many = b->count > 1 && (b->item == DIAGRAM_FOLD || b->item == DIAGRAM_BRACKET);
    if (many && v->graph->blocks[b->block].kind == BLOCK_DENSE)
        return ui_keep(v, TEXT("%s, %s", label,
                               ui_unbroken(v, ui_say(v, "network.layers", TEXT("%d", b->count)))));
    return many ? ui_keep(v, TEXT("%s ×%d", label, b->count)) : label;
}

const char *network_extent(const View *v, int node) {
    const Shape *s = ui_shape(v, node);
    if (prediction_hides_shape(v->place, node))
        return "?";
    if (s->rank != 3)
        return ui_extent(v, s);
    if (s->dim[1] == s->dim[2])
        return ui_keep(v, TEXT("%lld² ×\u00a0%lld", (long long)s->dim[1], (long long)s->dim[0]));
    return ui_keep(v, TEXT("%lld\u00a0×\u00a0%lld ×\u00a0%lld", (long long)s->dim[1],
                           (long long)s->dim[2], (long long)s->dim[0]));
}

/* --- For the layout --------------------------------------------------------------------------- */

static const char *text_name(const void *context, const Diagram *d, int box) {
    return network_name(context, d, box);
}

static const char *text_parameters(const void *context, int node) {
    return ui_unbroken(context, ui_parameters(context, node));
}

static const char *text_shape(const void *context, int node) {
    return network_extent(context, node);
}

static double text_width(const void *context, const char *text) {
    const View *v = context;
    return draw_text_width(v->list, ui_style(v, TYPE_LEAST, TONE_TEXT, ALIGN_LEFT), text);
}

const DiagramTexts network_texts = {
    .name = text_name, .parameters = text_parameters, .shape = text_shape, .width = text_width};

/* --- Captions --------------------------------------------------------------------------------- */

/* They grow and shrink with the diagram, but are never smaller than what can be read. */
int network_type(const Network *n) {
    const double size = fmin(fmax(TYPE_LEAST, TYPE_LEAST * n->camera.zoom), TYPE_MOST);
    return (int)lround(size * n->v->scale);
}

bool network_fits(const View *v, Rect box, TextStyle style, const char *text) {
    const int line = draw_text_height(v->list, style);
    char word[120];
    for (const char *at = text; *at; at += strspn(at, " ")) {
        const size_t length = strcspn(at, " ");
        text_format(word, sizeof word, "%.*s", (int)length, at);
        if (draw_text_width(v->list, style, word) > box.w)
            return false;
        at += length;
    }
    return draw_paragraph_height(v->list, box.w, style, line, text) <= box.h;
}

void network_put(const View *v, Rect *box, TextStyle style, const char *text) {
    const int line = draw_text_height(v->list, style);
    const int height = draw_paragraph_height(v->list, box->w, style, line, text);
    draw_paragraph(v->list, rect_cut_top(box, height), style, line, text);
}

/* What else a caption says, of most use first: its shape, where no arrow tells it. */
static int details_of(const Network *n, const DiagramBox *b, const char *details[2]) {
    const View *v = n->v;
    const int slot = b->node < 0 ? v->graph->node_count : b->node;
    const char *shape = network_extent(v, b->shown);
    int count = 0;
    if (v->place->heat)
        details[count++] = network_cost_text(v, network_cost(v, b));
    if (b->item == DIAGRAM_NODE) {
        const char *parameters = ui_unbroken(v, ui_parameters(v, b->first));
        const bool said = n->said[slot] && b->shown == b->node;
        if (count < 2)
            details[count++] = said && parameters[0] ? parameters : shape;
        if (count < 2 && parameters[0] && !said)
            details[count++] = parameters;
    } else if (count < 2) {
        details[count++] = shape;
    }
    return count;
}

/* From a box to its caption where that stands lower down, unless the line would cross another's. */
static void draw_leader(const Network *n, const DiagramBox *b, Rect caption) {
    const View *v = n->v;
    const Rect face = network_rect(n, b->face);
    const Rect line = {caption.x + caption.w / 2, face.y + face.h + 2, 1,
                       caption.y - face.y - face.h - 2};
    if (line.h < ui_px(v, 12))
        return;
    for (int i = -1; i <= 1; i += 2) {
        const ptrdiff_t other = b - n->d->boxes + i;
        if (other >= 0 && other < n->d->box_count &&
            rect_meet(line, network_rect(n, n->d->boxes[other].caption)))
            return;
    }
    draw_fill(v->list, line, v->theme->line);
}

void network_caption(const Network *n, const DiagramBox *b, bool chosen) {
    const View *v = n->v;
    TextStyle name = ui_style(v, SIZE_SMALL, chosen ? TONE_ACCENT : TONE_TEXT, ALIGN_CENTRE);
    TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE);
    name.size = small.size = network_type(n);
    Rect box = network_rect(n, b->caption);
    const char *label = network_name(v, n->d, (int)(b - n->d->boxes));
    if (!network_whole(n, box))
        return;
    if (!network_fits(v, box, name, label))
        name.size = small.size = ui_px(v, TYPE_LEAST);
    if (!network_fits(v, box, name, label) && b->item == DIAGRAM_BLOCK && strrchr(label, ' '))
        label = strrchr(label, ' ') + 1; /* "12" of "layer 12", "(3a)" of "inception (3a)" */
    if (!network_fits(v, box, name, label))
        return;
    draw_leader(n, b, box);
    network_put(v, &box, name, label);
    const char *details[2];
    const int count = details_of(n, b, details);
    for (int i = 0; i < count; i++)
        if (network_fits(v, box, small, details[i]))
            network_put(v, &box, small, details[i]);
}

const char *network_note(const View *v, const Diagram *d) {
    const char *parameters = ui_parameters(v, v->node);
    const int box = diagram_box_of(d, v->node);
    const char *cost =
        box >= 0 && v->place->heat ? network_cost_text(v, network_cost(v, &d->boxes[box])) : "";
    return ui_keep(v, TEXT("%s: %s%s%s%s%s", ui_label(v, v->node), ui_extent_of(v, v->node),
                           parameters[0] ? "; " : "", parameters, cost[0] ? "; " : "", cost));
}
