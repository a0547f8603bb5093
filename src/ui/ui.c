#include "ui/ui.h"

#include "base/text.h"
#include "ui/bench.h"
#include "ui/prediction.h"
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
                        .bench = v->place->bench != BENCH_NONE,
                        .alone = v->state->alone,
                        .right = v->place->explain != EXPLAIN_NONE,
                        .bench_network = bench_has_network(v->place->bench),
                        .opened = memcmp(&v->place->opened, &none, sizeof none) != 0,
                        .scale = v->scale,
                        .banner = view_banner_height(v, v->list->width),
                        .lesson = view_lesson_height(v, v->list->width, v->list->height),
                        .footer = view_footer_height(v, v->list->width)};
}

/* --- Sizes ------------------------------------------------------------------------------------ */

int ui_px(const View *v, double px) {
    return (int)lround(px * v->scale);
}

/* As high for every style of that size (line_of). */
int ui_line(const View *v, int size) {
    return (int)lround(ui_px(v, size) * 1.45);
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

const Shape *ui_shape(const View *v, int node) {
    return node == GRAPH_IMAGE ? &v->graph->input : &v->graph->nodes[node].out;
}

const char *ui_extent_of(const View *v, int node) {
    return prediction_hides_shape(v->place, node) ? "?" : ui_extent(v, ui_shape(v, node));
}

const char *ui_extent_short(const View *v, int node) {
    const Shape *s = ui_shape(v, node);
    if (prediction_hides_shape(v->place, node) || s->rank != 3 || s->dim[1] != s->dim[2])
        return ui_extent_of(v, node);
    return ui_keep(v, TEXT("%lld² × %lld", (long long)s->dim[1], (long long)s->dim[0]));
}

const char *ui_phrases(const View *v, const char *label) {
    char text[300];
    if (v->language == WORDS_EN)
        return label;
    return ui_keep(v, words_phrases(text, sizeof text, v->words, v->language, "label", label));
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

const char *ui_part(const View *v, const char *text) {
    char part[80], said[400] = "", one[100];
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

const char *ui_parameters(const View *v, int node) {
    char text[200] = "";
    if (node == GRAPH_IMAGE)
        return "";
    const Node *n = &v->graph->nodes[node];
    if (n->type->describe)
        n->type->describe(n->params, &n->in, text, sizeof text);
    return strcmp(text, n->type->title) == 0 ? "" : ui_part(v, text);
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
                                        : ui_unbroken(v, ui_extent_of(v, n->inputs[0]));
    const char *note = arena_format(&v->list->arena, &v->list->error, "%s%s%s:  %s → %s",
                                    ui_operation(v, node), parameters[0] ? " " : "", parameters, in,
                                    ui_unbroken(v, ui_extent_of(v, node)));
    return note ? note : "";
}

const char *ui_key_name(const View *v, const char *key) {
    static const char *const named[] = {
        "Backspace", "Ctrl",   "Delete", "Down",  "End",   "Escape", "Home", "Left",
        "PageDown",  "PageUp", "Return", "Right", "Shift", "Space",  "Tab",  "Up"};
    char said[80] = "", part[32];
    for (const char *at = key; *at;) {
        const char *plus = at[1] ? strchr(at + 1, '+') : NULL; /* "+" is a key too */
        const size_t length = plus ? (size_t)(plus - at) : strlen(at), used = strlen(said);
        text_format(part, sizeof part, "%.*s", (int)length, at);
        const char *word = part;
        for (size_t i = 0; i < sizeof named / sizeof *named; i++)
            if (strcmp(part, named[i]) == 0)
                word = ui_word(v, TEXT("key.%s", part));
        text_format(said + used, sizeof said - used, "%s%s", word, plus ? "+" : "");
        at += length + (plus ? 1 : 0);
    }
    return ui_unbroken(v, said);
}

const char *ui_key(const View *v, const Action *action) {
    char buffer[32];
    return ui_key_name(v, action_key(action, buffer));
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

/* Of a button: its words in a size of type, and its key, or NULL. */
static int button_width(const View *v, int size, const char *text, const char *key) {
    const int words = draw_text_width(v->list, ui_style(v, size, TONE_TEXT, ALIGN_LEFT), text);
    const TextStyle small = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int keys = key && key[0] ? draw_text_width(v->list, small, key) + SPACE(v) : 0;
    return words + keys + 2 * SPACE(v);
}

static bool draw_button(const View *v, Rect *row, int size, const UiButton *b, const char *key) {
    const int pad = SPACE(v), height = ui_px(v, 26), width = button_width(v, size, b->text, key);
    const UiTone bright = b->chosen ? TONE_ON_ACCENT : TONE_TEXT;
    const TextStyle style = ui_style(v, size, bright, ALIGN_LEFT);
    const TextStyle small =
        ui_mono(v, SIZE_SMALL, b->chosen ? TONE_ON_ACCENT : TONE_DIM, ALIGN_RIGHT);
    if (width > row->w)
        return false;
    Rect box = rect_cut_left(row, width);
    box = (Rect){box.x, box.y + (box.h - height) / 2, box.w, height};
    draw_fill(v->list, box, b->chosen ? v->theme->accent : v->theme->raised);
    if (ui_hovers(v, box))
        draw_frame(v->list, box, v->theme->hover);
    draw_region(v->list, box, b->action, "%s", b->region);
    Rect inside = rect_inset(box, pad, 0);
    if (key && key[0])
        draw_text(v->list, rect_cut_right(&inside, draw_text_width(v->list, small, key)), small,
                  key);
    draw_text(v->list, inside, style, b->text);
    rect_cut_left(row, pad / 2);
    return true;
}

void ui_button(const View *v, Rect *row, const char *text, const char *key, const char *action,
               bool chosen, const char *region) {
    const UiButton b = {.text = text, .action = action, .region = region, .chosen = chosen};
    draw_button(v, row, SIZE_BODY, &b, key);
}

static const char *key_of(const View *v, const UiButton *b, bool keys) {
    const Action *action = keys && !b->keyless ? action_find(b->action) : NULL;
    return action ? ui_key(v, action) : NULL;
}

void ui_buttons(const View *v, Rect row, const UiButton *buttons, int count) {
    static const int sizes[] = {SIZE_BODY, SIZE_BODY, SIZE_SMALL};
    int way = 0, all;
    do { /* with keys, without, small */
        all = 0;
        for (int i = 0; i < count; i++)
            all += button_width(v, sizes[way], buttons[i].text, key_of(v, &buttons[i], way == 0)) +
                   SPACE(v) / 2;
    } while (all - SPACE(v) / 2 > row.w && ++way < 3);
    for (int i = 0; i < count; i++) {
        const UiButton *b = &buttons[i];
        const char *name = ui_keep(v, TEXT("action.%.*s", (int)strcspn(b->action, " "), b->action));
        if (draw_button(v, &row, sizes[way < 3 ? way : 2], b, key_of(v, b, way == 0)))
            draw_hint(v->list, ui_word(v, name));
    }
}

static int lines_of(const View *v, int width, int size, const char *text) {
    const TextStyle style = ui_style(v, size, TONE_TEXT, ALIGN_LEFT);
    return draw_paragraph_height(v->list, width, style, 1, text);
}

/* Beside each other in the largest type that lets them; else the note below, and the heading over
 * as many lines as it takes. */
void ui_heading(const View *v, Rect *box, const char *text, const char *note) {
    static const int sizes[] = {SIZE_HEAD, SIZE_BODY};
    const TextStyle right = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_RIGHT);
    const int notes = note[0] ? draw_text_width(v->list, right, note) + 2 * SPACE(v) : 0;
    for (int i = 0; i < 2; i++) {
        const TextStyle head = ui_style(v, sizes[i], TONE_TEXT, ALIGN_LEFT);
        if (draw_text_width(v->list, head, text) + notes > box->w)
            continue;
        Rect line = rect_cut_top(box, ui_line(v, SIZE_HEAD));
        if (note[0])
            draw_text(v->list, rect_cut_right(&line, notes - 2 * SPACE(v)), right, note);
        draw_text(v->list, line, head, text);
        rect_cut_top(box, SPACE(v) / 2);
        return;
    }
    const int size = lines_of(v, box->w, SIZE_BODY, text) <= 2 ? SIZE_BODY : SIZE_SMALL;
    ui_paragraph(v, box, ui_style(v, size, TONE_TEXT, ALIGN_LEFT), 6, text);
    if (note[0])
        ui_paragraph(v, box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), 3, note);
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

Color ui_wire_color(const View *v, DiagramWire wire) {
    switch (wire) {
    case WIRE_IDENTITY:
        return v->theme->accent;
    case WIRE_PROJECTION:
        return theme_family_text(v->state->theme, LAYER_CONVOLUTION);
    case WIRE_DENSE:
        return theme_family_text(v->state->theme, LAYER_JOINING);
    default:
        return v->theme->dim;
    }
}
