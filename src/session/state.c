#include "session/state.h"

#include "base/text.h"
#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

const int state_maps[] = {1, 4, 16, 32, 64, 128, 256, 512, 0};

typedef enum FieldKind {
    FIELD_PATH,    /* char[FILE_PATH_MAX] */
    FIELD_TYPED,   /* char[STATE_TYPED_SIZE] */
    FIELD_INT,     /* int, min..max */
    FIELD_MAPS,    /* int, one of state_maps */
    FIELD_PAIR,    /* int[2], each min..max: "5,7" */
    FIELD_CHOICE,  /* an enum, by name */
    FIELD_BOOL,    /* "yes" or "no" */
    FIELD_NODE,    /* int: a node's name, "input", or "none" where min allows it */
    FIELD_BLOCKS,  /* StateBlocks: names separated by '+', or "none" */
    FIELD_NUMBERS, /* StateBlocks: numbers separated by '+', or "none" */
    FIELD_EDITS    /* int[TRIAL_CELLS]: "CELL:UNITS" separated by '+', or "none" */
} FieldKind;

struct StateField {
    const char *name;
    FieldKind kind;
    size_t offset;
    int min, max;
    const char *choices; /* "a|b|c" in the enum's order */
    bool scene;          /* it says what is to be opened */
};

#define AT(member)         .offset = offsetof(State, member)
#define RANGE(least, most) .min = (least), .max = (most)
static const StateField fields[] = {
    {.name = "model", .kind = FIELD_PATH, AT(place.scene.model), .scene = true},
    {.name = "image", .kind = FIELD_PATH, AT(place.scene.image), .scene = true},
    {.name = "weights", .kind = FIELD_PATH, AT(place.scene.weights), .scene = true},
    {.name = "size", .kind = FIELD_INT, AT(place.scene.size), RANGE(0, 16384), .scene = true},
    {.name = "depth", .kind = FIELD_CHOICE, AT(place.depth), .choices = "network|layer|unit"},
    {.name = "node", .kind = FIELD_NODE, AT(place.node), .min = GRAPH_IMAGE},
    {.name = "channel", .kind = FIELD_INT, AT(place.channel), RANGE(0, INT32_MAX)},
    {.name = "unit", .kind = FIELD_PAIR, AT(place.unit), RANGE(-1, 16384)},
    {.name = "maps", .kind = FIELD_MAPS, AT(place.maps), .choices = "1|4|16|32|64|128|256|512"},
    {.name = "page", .kind = FIELD_INT, AT(place.page), RANGE(0, INT32_MAX)},
    {.name = "sort", .kind = FIELD_CHOICE, AT(place.sort), .choices = "index|mean|max"},
    {.name = "colors", .kind = FIELD_CHOICE, AT(place.colors), .choices = "auto|gray|viridis|rdbu"},
    {.name = "range", .kind = FIELD_CHOICE, AT(place.range), .choices = "map|layer|network"},
    {.name = "heat",
     .kind = FIELD_CHOICE,
     AT(place.heat),
     .choices = "none|params|macs|bytes|time"},
    {.name = "zoom", .kind = FIELD_INT, AT(place.zoom), RANGE(ZOOM_WHOLE, 800)},
    {.name = "pan", .kind = FIELD_PAIR, AT(place.pan), RANGE(-1000000, 1000000)},
    {.name = "open", .kind = FIELD_BLOCKS, AT(place.opened)},
    {.name = "focus", .kind = FIELD_BLOCKS, AT(place.focus)},
    {.name = "unfold", .kind = FIELD_BLOCKS, AT(place.unfolded)},
    {.name = "terms", .kind = FIELD_CHOICE, AT(place.terms), .choices = "strongest|in-order"},
    {.name = "term_page", .kind = FIELD_INT, AT(place.term_page), RANGE(0, INT32_MAX)},
    {.name = "step", .kind = FIELD_INT, AT(place.step), RANGE(-1, INT32_MAX)},
    {.name = "logits", .kind = FIELD_BOOL, AT(place.logits)},
    {.name = "class", .kind = FIELD_INT, AT(place.class_index), RANGE(-1, INT32_MAX)},
    {.name = "explain",
     .kind = FIELD_CHOICE,
     AT(place.explain),
     .choices = "none|deconvnet|gradient|guided|cube|tests|occlusion|gradcam"},
    {.name = "start", .kind = FIELD_CHOICE, AT(place.start), .choices = "max|all|cell|class"},
    {.name = "switches",
     .kind = FIELD_CHOICE,
     AT(place.switches),
     .choices = "recorded|center|other"},
    {.name = "other", .kind = FIELD_PATH, AT(place.other)},
    {.name = "signed_scale",
     .kind = FIELD_CHOICE,
     AT(place.common_scale),
     .choices = "picture|common"},
    {.name = "pin", .kind = FIELD_NODE, AT(place.pin), .min = GRAPH_FAILED},
    {.name = "pin_channel", .kind = FIELD_INT, AT(place.pin_channel), RANGE(0, INT32_MAX)},
    {.name = "pin_cell", .kind = FIELD_PAIR, AT(place.pin_cell), RANGE(-1, 16384)},
    {.name = "stage", .kind = FIELD_INT, AT(place.stage), RANGE(-1, INT32_MAX)},
    {.name = "bench",
     .kind = FIELD_CHOICE,
     AT(place.bench),
     .choices = "none|algorithm|race|residual|dense|inception|layer|training|families"},
    {.name = "algorithm_step", .kind = FIELD_INT, AT(place.algorithm_step), RANGE(-1, INT32_MAX)},
    {.name = "algorithm_by",
     .kind = FIELD_CHOICE,
     AT(place.algorithm_by),
     .choices = "k|tile|panel|part"},
    {.name = "race", .kind = FIELD_CHOICE, AT(place.race_whole), .choices = "layer|network"},
    {.name = "race_replays", .kind = FIELD_INT, AT(place.race_replays), RANGE(0, INT32_MAX)},
    {.name = "trial",
     .kind = FIELD_CHOICE,
     AT(place.trial.what),
     .choices = "size|kernel|channels|patch"},
    {.name = "trial_of", .kind = FIELD_NODE, AT(place.trial.of), .min = GRAPH_FAILED},
    {.name = "trial_kernel", .kind = FIELD_INT, AT(place.trial.kernel), RANGE(-1, 64)},
    {.name = "trial_stride", .kind = FIELD_INT, AT(place.trial.stride), RANGE(-1, 64)},
    {.name = "trial_padding", .kind = FIELD_INT, AT(place.trial.padding), RANGE(-1, 64)},
    {.name = "trial_dilation", .kind = FIELD_INT, AT(place.trial.dilation), RANGE(-1, 64)},
    {.name = "trial_groups", .kind = FIELD_INT, AT(place.trial.groups), RANGE(-1, 65536)},
    {.name = "trial_slider",
     .kind = FIELD_CHOICE,
     AT(place.trial.slider),
     .choices = "kernel|stride|padding|dilation|groups"},
    {.name = "trial_preset",
     .kind = FIELD_CHOICE,
     AT(place.trial.preset),
     .choices = "own|identity|sobel-x|sobel-y|blur|sharpen|flip"},
    {.name = "trial_source",
     .kind = FIELD_CHOICE,
     AT(place.trial.source),
     .choices = "map|grey|colours"},
    {.name = "trial_input", .kind = FIELD_INT, AT(place.trial.input), RANGE(-1, 65535)},
    {.name = "trial_cell", .kind = FIELD_PAIR, AT(place.trial.cell), RANGE(0, 10)},
    {.name = "trial_edits", .kind = FIELD_EDITS, AT(place.trial.edits)},
    {.name = "trial_off", .kind = FIELD_NUMBERS, AT(place.trial.off)},
    {.name = "trial_patch", .kind = FIELD_PAIR, AT(place.trial.patch), RANGE(-1, 16384)},
    {.name = "trial_side", .kind = FIELD_INT, AT(place.trial.side), RANGE(2, 100)},
    {.name = "residual_block",
     .kind = FIELD_INT,
     AT(place.residual_block),
     RANGE(0, GRAPH_BLOCKS_MAX)},
    {.name = "residual_channel",
     .kind = FIELD_INT,
     AT(place.residual_channel),
     RANGE(-1, INT32_MAX)},
    {.name = "removed", .kind = FIELD_BLOCKS, AT(place.residual_removed)},
    {.name = "dense_block", .kind = FIELD_INT, AT(place.dense_block), RANGE(0, GRAPH_BLOCKS_MAX)},
    {.name = "dense_layer", .kind = FIELD_INT, AT(place.dense_layer), RANGE(0, GRAPH_BLOCKS_MAX)},
    {.name = "inception_block",
     .kind = FIELD_INT,
     AT(place.inception_block),
     RANGE(0, GRAPH_BLOCKS_MAX)},
    {.name = "families_sort",
     .kind = FIELD_CHOICE,
     AT(place.families_sort),
     .choices = "taught|name|year|depth|params|macs|error|time"},
    {.name = "families_view",
     .kind = FIELD_CHOICE,
     AT(place.families_view),
     .choices = "table|error|params"},
    {.name = "families_reverse",
     .kind = FIELD_CHOICE,
     AT(place.families_reverse),
     .choices = "no|yes"},
    {.name = "families_row", .kind = FIELD_INT, AT(place.families_row), RANGE(0, 999)},
    {.name = "families_time", .kind = FIELD_INT, AT(place.families_time), RANGE(0, 1001)},
    {.name = "learn_activation",
     .kind = FIELD_CHOICE,
     AT(place.learn_activation),
     .choices = "tanh|relu"},
    {.name = "learn_pooling", .kind = FIELD_CHOICE, AT(place.learn_pooling), .choices = "2x2|3x3"},
    {.name = "learn_view",
     .kind = FIELD_CHOICE,
     AT(place.learn_view),
     .choices = "filters|gradient|degradation"},
    {.name = "learn_seed", .kind = FIELD_INT, AT(place.learn_seed), RANGE(0, INT32_MAX)},
    {.name = "learn_restarts", .kind = FIELD_INT, AT(place.learn_restarts), RANGE(0, INT32_MAX)},
    {.name = "learn_rate", .kind = FIELD_INT, AT(place.learn_rate), RANGE(1, 10000000)},
    {.name = "learn_data", .kind = FIELD_PATH, AT(learn_data)},
    {.name = "hover", .kind = FIELD_NODE, AT(hover.node), .min = GRAPH_FAILED},
    {.name = "hover_channel", .kind = FIELD_INT, AT(hover.channel), RANGE(-1, INT32_MAX)},
    {.name = "hover_cell", .kind = FIELD_PAIR, AT(hover.cell), RANGE(-1, 16384)},
    {.name = "overlay",
     .kind = FIELD_CHOICE,
     AT(overlay),
     .choices = "none|help|palette|models|images"},
    {.name = "typed", .kind = FIELD_TYPED, AT(typed)},
    {.name = "choice", .kind = FIELD_INT, AT(choice), RANGE(0, INT32_MAX)},
    {.name = "theme", .kind = FIELD_CHOICE, AT(theme), .choices = "dark|light|contrast"},
    {.name = "lang", .kind = FIELD_CHOICE, AT(language), .choices = "en|es"},
    {.name = "comma", .kind = FIELD_BOOL, AT(comma)},
    {.name = "text", .kind = FIELD_INT, AT(text), RANGE(STATE_TEXT_MIN, STATE_TEXT_MAX)},
    {.name = "big", .kind = FIELD_BOOL, AT(big)},
    {.name = "still", .kind = FIELD_BOOL, AT(still)},
    {.name = "fullscreen", .kind = FIELD_BOOL, AT(fullscreen)},
    {.name = "display", .kind = FIELD_INT, AT(display), RANGE(0, 15)},
    {.name = "blank", .kind = FIELD_BOOL, AT(blank)},
    {.name = "playing", .kind = FIELD_BOOL, AT(playing)},
    {.name = "speed", .kind = FIELD_INT, AT(speed), RANGE(1, 1000)},
    {.name = "all", .kind = FIELD_BOOL, AT(all)},
    {.name = "paused", .kind = FIELD_BOOL, AT(paused)},
};
enum { FIELDS = sizeof fields / sizeof *fields };

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
                               .learn_seed = 1,
                               .learn_rate = 20000},
                     .hover = {GRAPH_FAILED, -1, {-1, -1}},
                     .text = 100,
                     .speed = 4};
}

bool state_same_scene(const SceneNames *a, const SceneNames *b) {
    return strcmp(a->model, b->model) == 0 && strcmp(a->image, b->image) == 0 &&
           strcmp(a->weights, b->weights) == 0 && a->size == b->size;
}

/* Between the scene's names and `logits` there are ints and bytes without gaps. */
bool state_same_place(const StatePlace *a, const StatePlace *b) {
    const size_t from = offsetof(StatePlace, depth), to = offsetof(StatePlace, logits);
    return state_same_scene(&a->scene, &b->scene) && a->logits == b->logits &&
           strcmp(a->other, b->other) == 0 &&
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
    return i >= 0 && i < FIELDS ? &fields[i] : NULL;
}

const char *state_field_name(const StateField *field) {
    return field->name;
}

const char *state_field_values(const StateField *field) {
    static const char *const kinds[] = {[FIELD_PATH] = "PATH",
                                        [FIELD_TYPED] = "TEXT",
                                        [FIELD_INT] = "N",
                                        [FIELD_PAIR] = "N,N",
                                        [FIELD_BOOL] = "yes|no",
                                        [FIELD_NODE] = "NODE|input",
                                        [FIELD_BLOCKS] = "BLOCK+BLOCK|none",
                                        [FIELD_NUMBERS] = "N+N|none",
                                        [FIELD_EDITS] = "N:N+N:N|none"};
    return field->choices ? field->choices : kinds[field->kind];
}

bool state_field_needs_graph(const StateField *field) {
    return field->kind == FIELD_NODE || field->kind == FIELD_BLOCKS;
}

static const StateField *find(const char *name, Error *err) {
    TextNearest nearest = {.word = name};
    for (int i = 0; i < FIELDS; i++) {
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
        text_nearest_offer(&nearest, fields[i].name);
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

static bool put_field(const State *state, const Graph *g, const StateField *f, char *buffer,
                      size_t size) {
    const void *at = (const char *)state + f->offset;
    const int *numbers = at;
    char word[48];
    switch (f->kind) {
    case FIELD_PATH:
    case FIELD_TYPED:
        return put(buffer, size, at);
    case FIELD_NODE:
        return put(buffer, size, node_name(g, *numbers));
    case FIELD_BLOCKS:
        return put_blocks(g, at, buffer, size);
    case FIELD_NUMBERS:
        return put_numbers(at, NULL, buffer, size);
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

static bool set_field(State *state, const Graph *g, const StateField *f, const char *value,
                      Error *err) {
    void *at = (char *)state + f->offset;
    size_t room = f->kind == FIELD_PATH ? FILE_PATH_MAX : STATE_TYPED_SIZE;
    static_assert(sizeof(StateDepth) == sizeof(int), "choices are stored as int");
    switch (f->kind) {
    case FIELD_PATH:
    case FIELD_TYPED:
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
    for (int i = 0; i < FIELDS; i++) {
        const StateField *f = &fields[i];
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
