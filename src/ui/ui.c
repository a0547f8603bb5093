#include "ui/ui.h"

#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { IMAGE_CACHE_BYTES = 96 << 20 };

bool ui_memory_open(UiMemory *memory, Error *err) {
    *memory = (UiMemory){.has_layout = false};
    memory->images = image_cache_new(IMAGE_CACHE_BYTES, err);
    return memory->images != NULL;
}

void ui_memory_close(UiMemory *memory) {
    image_cache_free(memory->images);
    diagram_free(&memory->diagram);
    *memory = (UiMemory){.has_layout = false};
}

LayoutWish ui_layout_wish(const View *v, StateDepth depth) {
    static const StateBlocks none;
    return (LayoutWish){.depth = depth,
                        .big = v->state->big,
                        .opened = memcmp(&v->place->opened, &none, sizeof none) != 0,
                        .scale = v->scale,
                        .banner = view_banner_height(v, v->list->width)};
}

/* --- Sizes ------------------------------------------------------------------------------------ */

int ui_px(const View *v, double px) {
    return (int)lround(px * v->scale);
}

int ui_line(const View *v, int size) {
    return ui_px(v, size * 1.45);
}

/* --- Words ------------------------------------------------------------------------------------ */

const char *ui_word(const View *v, const char *key) {
    return words_get(v->words, v->language, key);
}

const char *ui_keep(const View *v, const char *text) {
    const char *kept = arena_text(&v->list->arena, text, &v->list->error);
    return kept ? kept : "";
}

const char *ui_say_args(const View *v, const char *key, const char *const *args) {
    char text[1024];
    return ui_keep(v, words_put_args(text, sizeof text, v->words, v->language, key, args));
}

/* With the sign that is as wide as a plus. */
static const char *keep_number(const View *v, const char *text) {
    return text[0] == '-' ? ui_keep(v, TEXT("−%s", text + 1)) : ui_keep(v, text);
}

static NumberStyle number_style(const View *v, int digits) {
    return (NumberStyle){.comma = v->state->comma, .digits = digits};
}

const char *ui_number(const View *v, double value) {
    char text[48];
    return keep_number(v, number_text(text, number_style(v, 3), value));
}

const char *ui_digits(const View *v, double value, int digits) {
    char text[48];
    return keep_number(v, number_text(text, number_style(v, digits), value));
}

const char *ui_short(const View *v, double value) {
    char text[48];
    const double size = fabs(value);
    if (!isfinite(value))
        return ui_number(v, value);
    const double step = size >= 10 ? 1 : size >= 1 ? 0.1 : 0.01;
    return keep_number(v, number_text(text, number_style(v, 3), round(value / step) * step));
}

const char *ui_exact(const View *v, double value) {
    char text[48];
    return keep_number(v, number_text(text, number_style(v, 9), value));
}

const char *ui_percent(const View *v, double share) {
    char text[48];
    return ui_keep(v, percent_text(text, number_style(v, 3), share));
}

const char *ui_count(const View *v, int64_t value) {
    char text[48];
    return ui_keep(v, count_text(text, value));
}

const char *ui_extent(const View *v, const Shape *shape) {
    if (shape->rank != 3)
        return ui_count(v, shape->dim[0]);
    return ui_keep(v, TEXT("%lld × %lld × %lld", (long long)shape->dim[1], (long long)shape->dim[2],
                           (long long)shape->dim[0]));
}

const char *ui_phrases(const View *v, const char *label) {
    char text[300];
    if (v->language == WORDS_EN)
        return label;
    return ui_keep(v, words_phrases(text, sizeof text, v->words, v->language, "label", label));
}

const char *ui_extent_short(const View *v, const Shape *shape) {
    if (shape->rank != 3 || shape->dim[1] != shape->dim[2])
        return ui_extent(v, shape);
    return ui_keep(v, TEXT("%lld² × %lld", (long long)shape->dim[1], (long long)shape->dim[0]));
}

const char *ui_unbroken(const View *v, const char *text) {
    static const char space[] = "\u00a0";
    char *kept = arena_alloc(&v->list->arena, 2 * strlen(text) + 1, 1, &v->list->error),
         *out = kept;
    for (const char *at = text; kept && *at; at++)
        if (*at == ' ' && at > text && at[-1] != ',') {
            memcpy(out, space, sizeof space - 1);
            out += sizeof space - 1;
        } else {
            *out++ = *at;
        }
    return kept ? kept : "";
}

const char *ui_label(const View *v, int node) {
    return node == GRAPH_IMAGE ? ui_word(v, "layer.input")
                               : ui_phrases(v, v->graph->nodes[node].label);
}

const char *ui_operation(const View *v, int node) {
    if (node == GRAPH_IMAGE)
        return ui_word(v, "layer.input_what");
    return ui_word(v, TEXT("layer.%s", v->graph->nodes[node].type->name));
}

/* "pad 1" in the user's language: texts of layer->describe are parts with ", " between them, words
 * that stand in the catalogue under "param." with their number. */
static void put_parameter(const View *v, const char *part, char *out, size_t size) {
    static const char *const before[] = {"stride", "pad", "dilation", "to"};
    static const char *const after[] = {"groups"};
    char number[64], word[64];
    if (sscanf(part, "%63s %63s", word, number) == 2) {
        for (size_t i = 0; i < sizeof before / sizeof *before; i++)
            if (strcmp(word, before[i]) == 0) {
                words_put(out, size, v->words, v->language, TEXT("param.%s", word), number);
                return;
            }
        if (strcmp(number, after[0]) == 0) {
            words_put(out, size, v->words, v->language, "param.groups", word);
            return;
        }
    }
    const bool known = strcmp(part, "ceil") == 0 || strcmp(part, "global") == 0;
    text_format(out, size, "%s", known ? ui_word(v, TEXT("param.%s", part)) : part);
}

const char *ui_parameters(const View *v, int node) {
    char text[200] = "", part[80], said[400] = "", one[100];
    if (node == GRAPH_IMAGE)
        return "";
    const Node *n = &v->graph->nodes[node];
    if (n->type->describe)
        n->type->describe(n->params, &n->in, text, sizeof text);
    if (strcmp(text, n->type->title) == 0)
        return "";
    for (const char *at = text; *at;) {
        const char *end = strstr(at, ", ");
        const size_t length = end ? (size_t)(end - at) : strlen(at), used = strlen(said);
        text_format(part, sizeof part, "%.*s", (int)length, at);
        put_parameter(v, part, one, sizeof one);
        text_format(said + used, sizeof said - used, "%s%s", used ? ", " : "", one);
        at += length + (end ? 2 : 0);
    }
    return ui_keep(v, said);
}

const char *ui_class_name(const View *v, int index) {
    char buffer[24];
    return ui_keep(v, v->language == WORDS_ES ? labels_name_es(&v->model->labels, index, buffer)
                                              : labels_name(&v->model->labels, index, buffer));
}

const char *ui_weights(const View *v) {
    const Weights *w = &v->model->weights;
    if (w->kind == WEIGHTS_RANDOM)
        return ui_say(v, "weights.random", TEXT("%llu", (unsigned long long)w->seed));
    return ui_say(v, w->trained ? "weights.trained" : "weights.untrained", w->source);
}

const char *ui_layer_note(const View *v, int node) {
    if (node == GRAPH_IMAGE)
        return ui_extent(v, &v->graph->input);
    const Node *n = &v->graph->nodes[node];
    const char *parameters = ui_parameters(v, node);
    const char *in = n->input_count > 1 ? ui_say(v, "layer.inputs", TEXT("%d", n->input_count))
                                        : ui_unbroken(v, ui_extent(v, &n->in));
    const char *note = arena_format(&v->list->arena, &v->list->error, "%s%s%s:  %s → %s",
                                    ui_operation(v, node), parameters[0] ? " " : "", parameters, in,
                                    ui_unbroken(v, ui_extent(v, &n->out)));
    return note ? note : "";
}

/* --- Text ------------------------------------------------------------------------------------- */

static Color tone(const View *v, UiTone t) {
    switch (t) {
    case TONE_DIM:
        return v->theme->dim;
    case TONE_ACCENT:
        return v->theme->accent;
    case TONE_ON_ACCENT:
        return v->theme->on_accent;
    case TONE_WRONG:
        return v->theme->on_wrong;
    default:
        return v->theme->text;
    }
}

TextStyle ui_style(const View *v, int size, UiTone t, TextAlign align) {
    return (TextStyle){
        .face = FACE_SANS, .size = ui_px(v, size), .color = tone(v, t), .align = align};
}

TextStyle ui_mono(const View *v, int size, UiTone t, TextAlign align) {
    return (TextStyle){
        .face = FACE_MONO, .size = ui_px(v, size), .color = tone(v, t), .align = align};
}

static int line_of(TextStyle style) {
    return (int)lround(style.size * 1.45);
}

Rect ui_text(const View *v, Rect *box, TextStyle style, const char *text) {
    return draw_text(v->list, rect_cut_top(box, line_of(style)), style, text);
}

void ui_paragraph(const View *v, Rect *box, TextStyle style, int lines, const char *text) {
    const int line = line_of(style);
    const int height = draw_paragraph_height(v->list, box->w, style, line, text);
    Rect all = rect_cut_top(box, rect_least(height, lines * line));
    draw_paragraph(v->list, all, style, line, text);
}

/* --- Things ----------------------------------------------------------------------------------- */

void ui_button(const View *v, Rect *row, const char *text, const char *key, const char *action,
               bool chosen, const char *region) {
    const int pad = SPACE(v), height = ui_px(v, 26);
    TextStyle style = ui_style(v, SIZE_BODY, chosen ? TONE_ON_ACCENT : TONE_TEXT, ALIGN_LEFT);
    TextStyle small = ui_mono(v, SIZE_SMALL, chosen ? TONE_ON_ACCENT : TONE_DIM, ALIGN_LEFT);
    const int words = draw_text_width(v->list, style, text);
    const int keys = key && key[0] ? draw_text_width(v->list, small, key) + pad : 0;
    if (words + keys + 2 * pad > row->w)
        return;
    Rect box = rect_cut_left(row, words + keys + 2 * pad);
    box = (Rect){box.x, box.y + (box.h - height) / 2, box.w, height};
    draw_fill(v->list, box, chosen ? v->theme->accent : v->theme->raised);
    if (ui_hovers(v, box))
        draw_frame(v->list, box, v->theme->hover);
    draw_region(v->list, box, action, "%s", region);
    Rect inside = rect_inset(box, pad, 0);
    draw_text(v->list, rect_cut_left(&inside, words), style, text);
    rect_cut_left(&inside, pad);
    if (keys)
        draw_text(v->list, inside, small, key);
    rect_cut_left(row, pad / 2);
}

void ui_heading(const View *v, Rect *box, const char *text, const char *note) {
    Rect line = rect_cut_top(box, ui_line(v, SIZE_HEAD));
    TextStyle head = ui_style(v, SIZE_HEAD, TONE_TEXT, ALIGN_LEFT);
    TextStyle small = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_RIGHT);
    if (draw_text_width(v->list, head, text) > line.w) /* rather smaller than cut */
        head = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
    if (draw_text_width(v->list, head, text) > line.w &&
        strchr(text, ' ')) { /* or over two lines */
        const int height = draw_text_height(v->list, head);
        line.h +=
            rect_cut_top(box, rect_least(2 * height > line.h ? 2 * height - line.h : 0, box->h / 3))
                .h;
        head.may_cut = true;
        draw_paragraph(v->list, line, head, height, text);
        rect_cut_top(box, SPACE(v) / 2);
        return;
    }
    small.may_cut = head.may_cut = true;
    const int wanted = draw_text_width(v->list, head, text);
    const int note_width = note[0] ? draw_text_width(v->list, small, note) : 0;
    const bool fits = wanted + note_width + 2 * SPACE(v) <= line.w;
    Rect left = rect_cut_left(&line, fits ? wanted : rect_least(wanted, line.w));
    draw_text(v->list, left, head, text);
    rect_cut_left(&line, 2 * SPACE(v));
    if (note[0] && fits)
        draw_text(v->list, line, small, note);
    rect_cut_top(box, SPACE(v) / 2);
}

void ui_progress(const View *v, Rect box, double share) {
    draw_fill(v->list, box, v->theme->raised);
    box.w = (int)lround(box.w * (share < 0 ? 0 : share > 1 ? 1 : share));
    draw_fill(v->list, box, v->theme->bar);
}

void ui_empty(const View *v, Rect box, const char *text) {
    TextStyle style = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_CENTRE);
    const int line = line_of(style);
    box = rect_inset(box, SPACE(v), 0);
    const int height = draw_paragraph_height(v->list, box.w, style, line, text);
    rect_cut_top(&box, (box.h - rect_least(height, box.h)) / 2);
    draw_paragraph(v->list, box, style, line, text);
}

void ui_mark(const View *v, Rect box, Color color) {
    const int width = v->state->big ? 3 : 2;
    for (int i = 1; i <= width; i++)
        draw_frame(v->list, (Rect){box.x - i, box.y - i, box.w + 2 * i, box.h + 2 * i}, color);
}

bool ui_hovers(const View *v, Rect box) {
    return rect_holds(box, v->mouse_x, v->mouse_y);
}
