#include "session/state_fields.h"

#include "base/text.h"
#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

const int state_maps[] = {1, 4, 16, 32, 64, 128, 256, 512, 0};

void state_init(State *state) {
    *state = (State){.place = {.node = GRAPH_IMAGE,
                               .unit = {-1, -1},
                               .maps = 64,
                               .step = -1,
                               .class_index = -1,
                               .pin = GRAPH_FAILED,
                               .pin_cell = {-1, -1},
                               .stage = -1,
                               .algorithm_step = -1,
                               .trial = {.of = GRAPH_FAILED,
                                         .kernel = -1,
                                         .stride = -1,
                                         .padding = -1,
                                         .dilation = -1,
                                         .groups = -1,
                                         .input = -1,
                                         .patch = {-1, -1},
                                         .side = 20},
                               .residual_channel = -1,
                               .canvas_at = {55, 55},
                               .canvas_width = 10,
                               .panes_seed = 1,
                               .learn_seed = 1,
                               .learn_rate = 20000},
                     .lesson_answer = -1,
                     .tips = STATE_TIPS,
                     .hover = {GRAPH_FAILED, -1, {-1, -1}},
                     .text = 100,
                     .speed = 4,
                     .export_scale = 1};
}

bool state_same_scene(const SceneNames *a, const SceneNames *b) {
    return strcmp(a->model, b->model) == 0 && strcmp(a->image, b->image) == 0 &&
           strcmp(a->weights, b->weights) == 0 && a->size == b->size;
}

/* Between the scene's names and `logits` there are ints and bytes without gaps. */
bool state_same_place(const StatePlace *a, const StatePlace *b) {
    const size_t from = offsetof(StatePlace, depth), to = offsetof(StatePlace, logits);
    return state_same_scene(&a->scene, &b->scene) && a->logits == b->logits &&
           strcmp(a->other, b->other) == 0 && strcmp(a->panes_model, b->panes_model) == 0 &&
           memcmp((const char *)a + from, (const char *)b + from, to - from) == 0;
}

bool state_has_block(const StateBlocks *set, int block) {
    return block >= 0 && block < GRAPH_BLOCKS_MAX && set->bits[block / 8] >> block % 8 & 1;
}

void state_set_block(StateBlocks *set, int block, bool in) {
    if (block < 0 || block >= GRAPH_BLOCKS_MAX)
        return;
    uint8_t bit = (uint8_t)(1u << block % 8);
    set->bits[block / 8] = (uint8_t)(in ? set->bits[block / 8] | bit : set->bits[block / 8] & ~bit);
}

/* --- The table, from outside ------------------------------------------------------------------ */

const StateField *state_field(int i) {
    return i >= 0 && i < state_field_count ? &state_fields[i] : NULL;
}

const char *state_field_name(const StateField *field) {
    return field->name;
}

const char *state_field_values(const StateField *field) {
    static const char *const kinds[] = {
        [FIELD_PATH] = "PATH",         [FIELD_TYPED] = "TEXT",
        [FIELD_WORD] = "TEXT",         [FIELD_INT] = "N",
        [FIELD_PAIR] = "N,N",          [FIELD_BOOL] = "yes|no",
        [FIELD_NODE] = "NODE|input",   [FIELD_BLOCKS] = "BLOCK+BLOCK|none",
        [FIELD_NUMBERS] = "N+N|none",  [FIELD_CELLS] = "LEVELS|none",
        [FIELD_EDITS] = "N:N+N:N|none"};
    return field->choices ? field->choices : kinds[field->kind];
}

bool state_field_needs_graph(const StateField *field) {
    return field->kind == FIELD_NODE || field->kind == FIELD_BLOCKS;
}

static const StateField *find(const char *name, Error *err) {
    TextNearest nearest = {.word = name};
    for (int i = 0; i < state_field_count; i++) {
        if (strcmp(state_fields[i].name, name) == 0)
            return &state_fields[i];
        text_nearest_offer(&nearest, state_fields[i].name);
    }
    text_unknown(&nearest, "part of the state", err);
    return NULL;
}

/* --- Choices ---------------------------------------------------------------------------------- */

static void choice_name(const char *choices, int index, char *buffer, size_t size) {
    while (index-- > 0 && strchr(choices, '|'))
        choices = strchr(choices, '|') + 1;
    text_format(buffer, size, "%.*s", (int)strcspn(choices, "|"), choices);
}

static int choice_index(const char *choices, const char *name, TextNearest *nearest,
                        char names[][32], int most) {
    for (int i = 0; i < most; i++) {
        size_t length = strcspn(choices, "|");
        text_format(names[i], sizeof names[i], "%.*s", (int)length, choices);
        if (text_equal(names[i], name))
            return i;
        text_nearest_offer(nearest, names[i]);
        if (!choices[length])
            break;
        choices += length + 1;
    }
    return -1;
}

/* --- To text ---------------------------------------------------------------------------------- */

static bool put(char *buffer, size_t size, const char *text) {
    size_t length = strlen(text);
    if (length >= size)
        return false;
    memcpy(buffer, text, length + 1);
    return true;
}

static const char *node_name(const Graph *g, int node) {
    return node == GRAPH_FAILED                     ? "none"
           : node == GRAPH_IMAGE                    ? "input"
           : g && node >= 0 && node < g->node_count ? g->nodes[node].name
                                                    : "none";
}

static bool put_blocks(const Graph *g, const StateBlocks *set, char *buffer, size_t size) {
    size_t used = 0;
    for (int b = 0; g && b < g->block_count; b++) {
        if (!state_has_block(set, b))
            continue;
        if (used && !put(buffer + used, size - used, "+"))
            return false;
        used += used != 0;
        if (!put(buffer + used, size - used, g->blocks[b].name))
            return false;
        used += strlen(g->blocks[b].name);
    }
    return used || put(buffer, size, "none");
}

static bool put_numbers(const StateBlocks *set, const int *edits, char *buffer, size_t size) {
    size_t used = 0;
    for (int i = 0; i < (edits ? (int)TRIAL_CELLS : (int)GRAPH_BLOCKS_MAX); i++) {
        char word[48];
        if (edits ? edits[i] == 0 : !state_has_block(set, i))
            continue;
        text_format(word, sizeof word, edits ? "%s%d:%d" : "%s%d", used ? "+" : "", i,
                    edits ? edits[i] : 0);
        if (!put(buffer + used, size - used, word))
            return false;
        used += strlen(word);
    }
    return used || put(buffer, size, "none");
}

/* "z1c07ff...": what is dark at the end is left out. */
static bool put_cells(const uint8_t *levels, char *buffer, size_t size) {
    size_t used = 0;
    int count = CANVAS_CELLS;
    while (count > 0 && !levels[count - 1])
        count--;
    for (int i = 0; i < count;) {
        char word[8];
        int zeros = 0;
        while (zeros < 255 && i + zeros < count && !levels[i + zeros])
            zeros++;
        text_format(word, sizeof word, zeros > 3 ? "z%02x" : "%x", zeros > 3 ? zeros : levels[i]);
        if (!put(buffer + used, size - used, word))
            return false;
        used += strlen(word);
        i += zeros > 3 ? zeros : 1;
    }
    return used || put(buffer, size, "none");
}

static bool put_field(const State *state, const Graph *g, const StateField *f, char *buffer,
                      size_t size) {
    const void *at = (const char *)state + f->offset;
    const int *numbers = at;
    char word[48];
    switch (f->kind) {
    case FIELD_PATH:
    case FIELD_TYPED:
    case FIELD_WORD:
        return put(buffer, size, at);
    case FIELD_NODE:
        return put(buffer, size, node_name(g, *numbers));
    case FIELD_BLOCKS:
        return put_blocks(g, at, buffer, size);
    case FIELD_NUMBERS:
        return put_numbers(at, NULL, buffer, size);
    case FIELD_CELLS:
        return put_cells(at, buffer, size);
    case FIELD_EDITS:
        return put_numbers(NULL, numbers, buffer, size);
    case FIELD_BOOL:
        return put(buffer, size, *(const bool *)at ? "yes" : "no");
    case FIELD_PAIR:
        return put(buffer, size, text_format(word, sizeof word, "%d,%d", numbers[0], numbers[1]));
    case FIELD_CHOICE:
        choice_name(f->choices, *numbers, word, sizeof word);
        return put(buffer, size, word);
    case FIELD_INT:
    case FIELD_MAPS:
        break;
    }
    return put(buffer, size, text_format(word, sizeof word, "%d", *numbers));
}

bool state_get(const State *state, const Graph *g, const char *name, char *buffer, size_t size,
               Error *err) {
    const StateField *f = find(name, err);
    return f && (put_field(state, g, f, buffer, size) ||
                 error_set(err, ERROR_TOO_LARGE, name, "its text", TEXT("%zu bytes", size - 1)));
}

/* --- From text -------------------------------------------------------------------------------- */

static bool bad_value(const StateField *f, const char *expected, const char *value, Error *err) {
    return error_set(err, ERROR_EXPECTED, f->name, expected, TEXT("'%.100s'", value));
}

static bool read_number(const StateField *f, const char *text, int *out, Error *err) {
    long value;
    if (!text_to_int(text, f->min, f->max, &value))
        return bad_value(f, TEXT("%d..%d", f->min, f->max), text, err);
    *out = (int)value;
    return true;
}

static bool read_pair(const StateField *f, const char *text, int out[2], Error *err) {
    char first[32];
    const char *comma = strchr(text, ',');
    if (!comma || (size_t)(comma - text) >= sizeof first)
        return bad_value(f, "two numbers with a comma between them", text, err);
    text_format(first, sizeof first, "%.*s", (int)(comma - text), text);
    int pair[2];
    if (!read_number(f, first, &pair[0], err) || !read_number(f, comma + 1, &pair[1], err))
        return false;
    memcpy(out, pair, sizeof pair);
    return true;
}

static bool read_choice(const StateField *f, const char *text, int *out, Error *err) {
    enum { MOST = 16 };
    char names[MOST][32];
    TextNearest nearest = {.word = text};
    int index = choice_index(f->choices, text, &nearest, names, MOST);
    if (index < 0)
        return nearest.count ? text_unknown(&nearest, f->name, err)
                             : bad_value(f, f->choices, text, err);
    *out = f->kind == FIELD_MAPS ? state_maps[index] : index;
    return true;
}

static bool read_node(const StateField *f, const Graph *g, const char *text, int *out, Error *err) {
    if (text_equal(text, "input") || (f->min <= GRAPH_FAILED && text_equal(text, "none"))) {
        *out = text_equal(text, "input") ? GRAPH_IMAGE : GRAPH_FAILED;
        return true;
    }
    if (!g)
        return error_set(err, ERROR_BAD, "no network is open yet");
    int node = graph_find(g, text, err);
    if (node == GRAPH_FAILED)
        return false;
    *out = node;
    return true;
}

static bool read_blocks(const Graph *g, const char *text, StateBlocks *out, Error *err) {
    StateBlocks set = {{0}};
    char name[300];
    if (!g)
        return error_set(err, ERROR_BAD, "no network is open yet");
    for (bool more = !text_equal(text, "none"); more;) {
        size_t length = strcspn(text, "+");
        text_format(name, sizeof name, "%.*s", (int)length, text);
        int block = graph_find_block(g, name, err);
        if (block == GRAPH_FAILED)
            return false;
        state_set_block(&set, block, true);
        more = text[length] == '+';
        text += length + more;
    }
    *out = set;
    return true;
}

/* Into a set, or with a number after each into `edits`. */
static bool read_numbers(const StateField *f, const char *text, StateBlocks *set, int *edits,
                         Error *err) {
    StateBlocks in = {{0}};
    int by[TRIAL_CELLS] = {0};
    const long most = edits ? TRIAL_CELLS : GRAPH_BLOCKS_MAX;
    for (const char *at = text; !text_equal(text, "none");) {
        char word[48], *colon;
        long number, units = 0;
        const size_t length = strcspn(at, "+");
        text_format(word, sizeof word, "%.*s", (int)length, at);
        colon = strchr(word, ':');
        if (colon)
            *colon = '\0';
        if (!text_to_int(word, 0, most - 1, &number) || !colon != !edits ||
            (colon && !text_to_int(colon + 1, -1000000, 1000000, &units)))
            return bad_value(f, state_field_values(f), text, err);
        if (edits)
            by[number] = (int)units;
        else
            state_set_block(&in, (int)number, true);
        if (!at[length])
            break;
        at += length + 1;
    }
    if (edits)
        memcpy(edits, by, sizeof by);
    else
        *set = in;
    return true;
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_cells(const StateField *f, const char *text, uint8_t *out, Error *err) {
    uint8_t levels[CANVAS_CELLS] = {0};
    int count = 0;
    for (const char *at = text_equal(text, "none") ? "" : text; *at; at++) {
        int value = hex_digit(*at), run = 1;
        if (*at == 'z' && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0) {
            run = 16 * hex_digit(at[1]) + hex_digit(at[2]);
            value = 0;
            at += 2;
        }
        if (value < 0 || count + run > CANVAS_CELLS)
            return bad_value(f,
                             TEXT("%d levels, 0 to f, runs of 0 as z and two digits", CANVAS_CELLS),
                             text, err);
        memset(levels + count, value, (size_t)run);
        count += run;
    }
    memcpy(out, levels, sizeof levels);
    return true;
}

static bool set_field(State *state, const Graph *g, const StateField *f, const char *value,
                      Error *err) {
    void *at = (char *)state + f->offset;
    const size_t room = f->kind == FIELD_PATH   ? FILE_PATH_MAX
                        : f->kind == FIELD_WORD ? STATE_WORD_SIZE
                                                : STATE_TYPED_SIZE;
    static_assert(sizeof(StateDepth) == sizeof(int), "choices are stored as int");
    switch (f->kind) {
    case FIELD_PATH:
    case FIELD_TYPED:
    case FIELD_WORD:
        return put(at, room, value) ||
               error_set(err, ERROR_TOO_LARGE, f->name, TEXT("%zu bytes", strlen(value)),
                         TEXT("%zu", room - 1));
    case FIELD_INT:
        return read_number(f, value, at, err);
    case FIELD_PAIR:
        return read_pair(f, value, at, err);
    case FIELD_CHOICE:
    case FIELD_MAPS:
        return read_choice(f, value, at, err);
    case FIELD_NODE:
        return read_node(f, g, value, at, err);
    case FIELD_BLOCKS:
        return read_blocks(g, value, at, err);
    case FIELD_NUMBERS:
        return read_numbers(f, value, at, NULL, err);
    case FIELD_CELLS:
        return read_cells(f, value, at, err);
    case FIELD_EDITS:
        return read_numbers(f, value, NULL, at, err);
    case FIELD_BOOL:
        break;
    }
    if (!text_equal(value, "yes") && !text_equal(value, "no"))
        return bad_value(f, "yes or no", value, err);
    *(bool *)at = text_equal(value, "yes");
    return true;
}

bool state_set(State *state, const Graph *g, const char *name, const char *value, Error *err) {
    const StateField *f = find(name, err);
    return f && set_field(state, g, f, value, err);
}

/* --- Lines ------------------------------------------------------------------------------------ */

bool state_print(const State *state, const Graph *g, char *buffer, size_t size) {
    static const char between[] = "; ";
    char value[FILE_PATH_MAX + 64], preset[FILE_PATH_MAX + 64];
    State initial;
    size_t used = 0;
    state_init(&initial);
    buffer[0] = '\0';
    for (int i = 0; i < state_field_count; i++) {
        const StateField *f = &state_fields[i];
        if (!put_field(state, g, f, value, sizeof value))
            return false;
        put_field(&initial, g, f, preset, sizeof preset);
        if (strcmp(value, preset) == 0)
            continue;
        size_t length = strlen(f->name) + strlen(value) + 1 + (used ? sizeof between - 1 : 0);
        if (length >= size - used)
            return false;
        snprintf(buffer + used, size - used, "%s%s=%s", used ? between : "", f->name, value);
        used += length;
    }
    return true;
}

/* Fields of the line that belong to the scene, or those that do not. Paths may hold '=' but no
 * ';'. */
static bool read_line(State *state, const Graph *g, const char *line, bool scene, Error *err) {
    char part[FILE_PATH_MAX + 64];
    while (*(line += strspn(line, "; \t"))) {
        size_t length = strcspn(line, ";");
        if (length >= sizeof part)
            return error_set(err, ERROR_TOO_LARGE, "the state", TEXT("%zu bytes", length),
                             TEXT("%zu", sizeof part - 1));
        memcpy(part, line, length);
        part[length] = '\0';
        line += length;
        while (length && part[length - 1] == ' ')
            part[--length] = '\0';
        char *equals = strchr(part, '=');
        if (!equals)
            return error_set(err, ERROR_EXPECTED, "the state", "NAME=VALUE; NAME=VALUE",
                             TEXT("'%.100s'", part));
        *equals = '\0';
        const StateField *f = find(part, err);
        if (!f || (f->scene == scene && !set_field(state, g, f, equals + 1, err)))
            return false;
    }
    return true;
}

bool state_read_scene(State *state, const char *line, Error *err) {
    return read_line(state, NULL, line, true, err);
}

bool state_read_rest(State *state, const Graph *g, const char *line, Error *err) {
    return read_line(state, g, line, false, err);
}
