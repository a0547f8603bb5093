#include "model/expand.h"

#include "base/text.h"
#include "model/expression.h"
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 200, REPEAT_MAX = 512, DEPTH_MAX = 8, INPUTS_MAX = 1024 };

typedef struct Expander {
    Graph *graph;
    const Json *templates;
    int depth; /* of blocks within blocks */
    Error *err;
} Expander;

/* Where entries of a list stand. */
typedef struct Place {
    char name[NAME_MAX_LENGTH],
        label[NAME_MAX_LENGTH]; /* put before names and labels: "layer1.0." */
    int block, branch;
    ExpressionNames args;
} Place;

/* The nodes that an entry or a list takes: one, or several of an entry with "from": [...]. */
typedef struct Inputs {
    int count, node[INPUTS_MAX];
} Inputs;

static bool expand_list(Expander *x, const Json *list, const Place *place, int input, int *output);

static bool is_one_of(const char *text, const char *const *words) {
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

/* Absent, or an object. */
static bool check_object(Expander *x, const Json *value, const char *what) {
    return !value || json_type(value) == JSON_OBJECT ||
           error_set(x->err, ERROR_EXPECTED, what, "an object", json_type_name(json_type(value)));
}

/* An object whose keys are all among `known`, or an error that suggests the nearest. */
static bool check_keys(Expander *x, const Json *object, const char *const *known) {
    if (!check_object(x, object, "its value"))
        return false;
    for (const Json *member = json_first(object); member; member = json_next(member)) {
        if (is_one_of(json_key(member), known))
            continue;
        TextNearest nearest = {.word = json_key(member)};
        for (const char *const *k = known; *k; k++)
            text_nearest_offer(&nearest, *k);
        return text_unknown(&nearest, "key", x->err);
    }
    return true;
}

static bool join_text(Expander *x, char out[NAME_MAX_LENGTH], const char *a, const char *b) {
    int length = snprintf(out, NAME_MAX_LENGTH, "%s%s", a, b);
    return (length >= 0 && length < NAME_MAX_LENGTH) ||
           error_set(x->err, ERROR_TOO_LARGE, "a name", TEXT("'%.60s...'", b),
                     TEXT("%d bytes with its prefixes", NAME_MAX_LENGTH - 1));
}

/* A text member, or `preset` if it is absent; a present one must be a text that is not empty. */
static const char *text_member(Expander *x, const Json *object, const char *key,
                               const char *preset) {
    const Json *member = json_get(object, key);
    if (!member)
        return preset;
    if (json_type(member) == JSON_TEXT && *json_text(member))
        return json_text(member);
    error_set(x->err, ERROR_EXPECTED, key, "a text",
              json_type(member) == JSON_TEXT ? "an empty one" : json_type_name(json_type(member)));
    return NULL;
}

/* A name becomes part of weight keys and of file names: letters, digits, '_', '-' and '.', which
 * must not lead. `name` "" (not given) is fine. */
static bool check_name(Expander *x, const char *name) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    return (name[0] != '.' && strspn(name, allowed) == strlen(name)) ||
           error_set(x->err, ERROR_EXPECTED, "name", "letters, digits, '_', '-' and '.'",
                     TEXT("'%.100s'", name));
}

static bool value_of(Expander *x, const Json *json, const ExpressionNames *args, double *value) {
    switch (json_type(json)) {
    case JSON_NUMBER:
        *value = json_number(json);
        return true;
    case JSON_BOOL:
        *value = json_bool(json);
        return true;
    case JSON_TEXT: {
        int64_t result;
        if (!expression_value(json_text(json), args, &result, x->err))
            return false;
        *value = (double)result;
        return true;
    }
    default:
        return error_set(x->err, ERROR_EXPECTED, "its value", "a number or an expression",
                         json_type_name(json_type(json)));
    }
}

/* --- Which inputs -------------------------------------------------------------------------- */

/* Entries of one list that can be named by "from". */
typedef struct Named {
    const Json *list;
    int *output; /* by position; only those before `done` are set */
    size_t done;
    int input;
} Named;

static const char *entry_name(const Json *entry) {
    const Json *name = json_get(entry, "name");
    return json_type(name) == JSON_TEXT ? json_text(name) : json_text(json_get(entry, "op"));
}

static bool named_output(Expander *x, const Named *named, const Json *from, int *node) {
    if (json_type(from) != JSON_TEXT)
        return error_set(x->err, ERROR_EXPECTED, "from", "a name or an array of names",
                         json_type_name(json_type(from)));
    const char *name = json_text(from);
    if (strcmp(name, "input") == 0) {
        *node = named->input;
        return true;
    }
    size_t i = 0, found = SIZE_MAX;
    for (const Json *e = json_first(named->list); e; e = json_next(e), i++)
        if (strcmp(entry_name(e), name) == 0 && (i < named->done || found == SIZE_MAX))
            found = i; /* the last of the earlier ones */
    *node = found < named->done ? named->output[found] : GRAPH_FAILED;
    if (*node != GRAPH_FAILED)
        return true;
    if (found != SIZE_MAX)
        return error_set(
            x->err, ERROR_BAD,
            TEXT("from: '%.80s' is not computed yet here: a layer takes its input from "
                 "earlier ones (a cycle cannot be computed)",
                 name));
    TextNearest nearest = {.word = name};
    for (const Json *e = json_first(named->list); e; e = json_next(e))
        text_nearest_offer(&nearest, entry_name(e));
    text_unknown(&nearest, "layer", x->err);
    return error_prefix(x->err, "from");
}

static bool entry_inputs(Expander *x, const Named *named, const Json *entry, int previous,
                         Inputs *inputs) {
    const Json *from = json_get(entry, "from");
    *inputs = (Inputs){.count = 1};
    if (!from) {
        inputs->node[0] = previous;
        return true;
    }
    if (json_type(from) != JSON_ARRAY)
        return named_output(x, named, from, &inputs->node[0]);
    if (json_count(from) < 1 || json_count(from) > INPUTS_MAX)
        return error_set(x->err, ERROR_EXPECTED, "from", TEXT("1..%d names", INPUTS_MAX),
                         TEXT("%zu", json_count(from)));
    inputs->count = 0;
    for (const Json *f = json_first(from); f; f = json_next(f))
        if (!named_output(x, named, f, &inputs->node[inputs->count++]))
            return false;
    return true;
}

/* --- Layers -------------------------------------------------------------------------------- */

static const char *const layer_keys[] = {"op", "name", "label", "then", "from", "when", NULL};

static bool set_params(Expander *x, const Json *entry, const LayerType *type, void *params,
                       const ExpressionNames *args) {
    for (const Json *member = json_first(entry); member; member = json_next(member)) {
        const char *key = json_key(member);
        if (is_one_of(key, layer_keys))
            continue;
        double values[2];
        int count = 0;
        if (json_type(member) == JSON_ARRAY && json_count(member) == 2) {
            for (; count < 2; count++)
                if (!value_of(x, json_at(member, (size_t)count), args, &values[count]))
                    return error_prefix(x->err, "%s", key);
        } else if (!value_of(x, member, args, &values[count++])) {
            return error_prefix(x->err, "%s", key);
        }
        if (!layer_param_set(type, params, key, values, count, x->err))
            return false;
    }
    for (const ParamSpec *spec = type->params; spec && spec->name; spec++)
        if (spec->required && !json_get(entry, spec->name))
            return error_set(x->err, ERROR_MISSING, spec->name);
    return true;
}

static bool add_node(Expander *x, const Place *place, const char *name, const char *label,
                     const LayerType *type, const void *params, const Inputs *inputs, int *output) {
    NodeDef def = {.name = name,
                   .label = label,
                   .type = type,
                   .params = params,
                   .inputs = inputs->node,
                   .input_count = inputs->count,
                   .block = place->block,
                   .branch = place->branch};
    *output = graph_add(x->graph, &def, x->err);
    return *output != GRAPH_FAILED;
}

/* A node of a type that needs no parameters: an activation after `then`, a join. */
static bool add_plain(Expander *x, const Place *place, const char *name, const char *label,
                      const char *op, const Inputs *inputs, int *output) {
    const LayerType *type = layer_find(op, x->err);
    void *params = type ? layer_params_new(type, &x->graph->arena, x->err) : NULL;
    return params && add_node(x, place, name, label, type, params, inputs, output);
}

static bool find_activation(Expander *x, const char *op) {
    const LayerType *type = layer_find(op, x->err);
    if (!type)
        return error_prefix(x->err, "then");
    return type->family == LAYER_ACTIVATION ||
           error_set(x->err, ERROR_EXPECTED, "then", "an activation", TEXT("'%.40s'", op));
}

static bool add_then(Expander *x, const Place *place, const Json *entry, int *output) {
    const char *op = text_member(x, entry, "then", "");
    if (!op || !*op)
        return op != NULL;
    if (!find_activation(x, op))
        return false;
    char name[NAME_MAX_LENGTH], label[NAME_MAX_LENGTH];
    const Node *before = &x->graph->nodes[*output];
    if (!join_text(x, name, before->name, TEXT(".%s", op)) ||
        !join_text(x, label, before->label, strcmp(op, "relu") ? TEXT(", %s", op) : ", ReLU"))
        return false;
    Inputs inputs = {1, {*output}};
    return add_plain(x, place, name, label, op, &inputs, output);
}

/* Names where none are given: an activation after what it follows, others after their op. */
static bool layer_names(Expander *x, const Place *place, const Json *entry, const LayerType *type,
                        int input, char name[NAME_MAX_LENGTH], char label[NAME_MAX_LENGTH]) {
    const char *given = text_member(x, entry, "name", "");
    if (!given || !check_name(x, given))
        return false;
    if (!*given && type->family == LAYER_ACTIVATION && input != GRAPH_IMAGE &&
        type->inputs_max == 1 && strcmp(type->name, "softmax") != 0) {
        const Node *before = &x->graph->nodes[input];
        const char *own = text_member(x, entry, "label", "");
        return own && join_text(x, name, before->name, TEXT(".%s", type->name)) &&
               join_text(x, label, *own ? place->label : before->label,
                         *own ? own : TEXT(", %s", type->name));
    }
    if (!*given)
        given = type->name;
    const char *own = text_member(x, entry, "label", given);
    return own && join_text(x, name, place->name, given) && join_text(x, label, place->label, own);
}

static bool expand_layer(Expander *x, const Json *entry, const Place *place, const Inputs *inputs,
                         int *output) {
    const char *op = text_member(x, entry, "op", "");
    if (!op)
        return false;
    if (!*op)
        return error_set(x->err, ERROR_MISSING, "op or block");
    const LayerType *type = layer_find(op, x->err);
    if (!type)
        return false;
    void *params = layer_params_new(type, &x->graph->arena, x->err);
    char name[NAME_MAX_LENGTH], label[NAME_MAX_LENGTH];
    return params && set_params(x, entry, type, params, &place->args) &&
           layer_names(x, place, entry, type, inputs->node[0], name, label) &&
           add_node(x, place, name, label, type, params, inputs, output) &&
           add_then(x, place, entry, output);
}

/* --- Blocks -------------------------------------------------------------------------------- */

static const char *const use_keys[] = {"block",      "name",  "label",   "with", "repeat", "each",
                                       "each_label", "first", "connect", "from", "when",   NULL};
static const char *const template_keys[] = {"kind", "args",          "layers", "branches",
                                            "join", "branch_labels", "then",   NULL};

static bool set_arg(Expander *x, ExpressionNames *args, const char *name, const Json *value,
                    const ExpressionNames *scope) {
    TextNearest nearest = {.word = name};
    for (int i = 0; i < args->count; i++) {
        if (strcmp(args->item[i].name, name) != 0) {
            text_nearest_offer(&nearest, args->item[i].name);
            continue;
        }
        double number;
        if (!value_of(x, value, scope, &number))
            return error_prefix(x->err, "%s", name);
        if (number < -1e15 || number > 1e15 || number != (double)(int64_t)number)
            return error_set(x->err, ERROR_EXPECTED, name, "a whole number", TEXT("%g", number));
        args->item[i].value = (int64_t)number;
        args->item[i].set = true;
        return true;
    }
    return text_unknown(&nearest, "argument", x->err);
}

/* The template's arguments: defaults, then `with`, then `first` in a first repetition. */
static bool bind_args(Expander *x, const Json *template, const Json *use, bool first,
                      const ExpressionNames *scope, ExpressionNames *args) {
    *args = (ExpressionNames){0};
    const Json *declared = json_get(template, "args");
    const Json *given[2] = {json_get(use, "with"), first ? json_get(use, "first") : NULL};
    if (!check_object(x, declared, "args") || !check_object(x, given[0], "with") ||
        !check_object(x, given[1], "first"))
        return false;
    if (json_count(declared) >= EXPRESSION_NAMES_MAX)
        return error_set(x->err, ERROR_TOO_LARGE, "args", TEXT("%zu", json_count(declared)),
                         TEXT("%d", EXPRESSION_NAMES_MAX - 1));
    for (const Json *a = json_first(declared); a; a = json_next(a)) {
        args->item[args->count++].name = json_key(a);
        if (json_type(a) != JSON_NULL && !set_arg(x, args, json_key(a), a, scope))
            return error_prefix(x->err, "args");
    }
    for (int g = 0; g < 2; g++)
        for (const Json *a = json_first(given[g]); a; a = json_next(a))
            if (!set_arg(x, args, json_key(a), a, scope))
                return error_prefix(x->err, g ? "first" : "with");
    return true;
}

/* Branch outputs into a join, named like the block when nothing follows it. */
static bool join_branches(Expander *x, const Json *template, const Place *inside, const char *name,
                          const char *label, const Inputs *outputs, int *output) {
    const char *join = text_member(x, template, "join", "");
    const char *then = join ? text_member(x, template, "then", "") : NULL;
    if (!join || !then)
        return false;
    if (strcmp(join, "add") != 0 && strcmp(join, "concat") != 0)
        return error_set(x->err, ERROR_EXPECTED, "join", "'add' or 'concat'",
                         TEXT("'%.40s'", join));
    if (!*then)
        return add_plain(x, inside, name, label, join, outputs, output);
    char inner[NAME_MAX_LENGTH], inner_label[NAME_MAX_LENGTH];
    if (!find_activation(x, then) || !join_text(x, inner, name, TEXT(".%s", join)) ||
        !join_text(x, inner_label, label, join[0] == 'a' ? ", sum" : ", concatenation") ||
        !add_plain(x, inside, inner, inner_label, join, outputs, output))
        return false;
    Inputs joined = {1, {*output}};
    return add_plain(x, inside, name, label, then, &joined, output);
}

static bool expand_branches(Expander *x, const Json *template, Place *inside, const char *name,
                            const char *label, int input, int *output) {
    const Json *branches = json_get(template, "branches");
    if (json_type(branches) != JSON_ARRAY || json_count(branches) < 1 || json_count(branches) > 64)
        return error_set(
            x->err, ERROR_EXPECTED, "branches", "an array of 1..64 arrays",
            TEXT("%s of %zu", json_type_name(json_type(branches)), json_count(branches)));
    Inputs outputs = {0};
    for (const Json *b = json_first(branches); b; b = json_next(b)) {
        inside->branch = outputs.count;
        if (!expand_list(x, b, inside, input, &outputs.node[outputs.count]))
            return error_prefix(x->err, "branches[%d]", outputs.count);
        outputs.count++;
    }
    inside->branch = -1;
    return join_branches(x, template, inside, name, label, &outputs, output);
}

/* One block: opened, filled, closed. Several inputs are concatenated first (a dense stage). */
static bool expand_instance(Expander *x, const Json *template, const ExpressionNames *args,
                            const char *name, const char *label, int parent, const Inputs *inputs,
                            int *output) {
    BlockKind kind = BLOCK_CHAIN;
    const char *kind_name = text_member(x, template, "kind", "chain");
    if (!kind_name || !block_kind_from_name(&kind, kind_name, x->err))
        return false;
    int block = graph_block_open(x->graph, name, label, kind, parent, inputs->node[0], x->err);
    Place inside = {.block = block, .branch = -1, .args = *args};
    char concat[NAME_MAX_LENGTH], concat_label[NAME_MAX_LENGTH];
    if (block == GRAPH_FAILED || !join_text(x, inside.name, name, ".") ||
        !join_text(x, inside.label, label, ", "))
        return false;
    int input = inputs->node[0];
    if (inputs->count > 1 &&
        (!join_text(x, concat, name, ".concat") ||
         !join_text(x, concat_label, label, ", concatenation") ||
         !add_plain(x, &inside, concat, concat_label, "concat", inputs, &input)))
        return false;

    Shape in = input == GRAPH_IMAGE ? x->graph->input : x->graph->nodes[input].out;
    inside.args.item[inside.args.count].name = "in";
    inside.args.item[inside.args.count].value = in.dim[0];
    inside.args.item[inside.args.count++].set = true;

    bool branched = json_get(template, "branches") != NULL;
    bool ok = branched ? expand_branches(x, template, &inside, name, label, input, output)
                       : expand_list(x, json_get(template, "layers"), &inside, input, output) ||
                             error_prefix(x->err, "layers");
    if (ok)
        graph_block_close(x->graph, block, *output);
    return ok;
}

/* "denselayer{1}" and 2 -> "denselayer3". */
static bool repeat_name(Expander *x, const char *pattern, long i, char out[NAME_MAX_LENGTH]) {
    const char *brace = strchr(pattern, '{');
    if (!brace || (brace[1] != '0' && brace[1] != '1') || brace[2] != '}')
        return error_set(x->err, ERROR_EXPECTED, "each", "a text with {0} or {1}",
                         TEXT("'%.60s'", pattern));
    char head[NAME_MAX_LENGTH];
    snprintf(head, sizeof head, "%.*s", (int)(brace - pattern < 150 ? brace - pattern : 150),
             pattern);
    return join_text(x, out, head, TEXT("%ld%.40s", i + (brace[1] - '0'), brace + 3));
}

/* What all repetitions of a stage share. */
typedef struct Stage {
    const Json *template, *use;
    const char *name, *label, *each, *each_label;
    bool dense;
    long repeat;
    int block;
} Stage;

static bool expand_repetition(Expander *x, const Stage *s, long i, const ExpressionNames *scope,
                              const Inputs *inputs, int *output) {
    ExpressionNames args;
    char part[NAME_MAX_LENGTH], name[NAME_MAX_LENGTH], label[NAME_MAX_LENGTH];
    char prefix[NAME_MAX_LENGTH];
    return repeat_name(x, s->each, i, part) && join_text(x, prefix, s->name, ".") &&
           join_text(x, name, prefix, part) && repeat_name(x, s->each_label, i, part) &&
           join_text(x, prefix, s->label, ", ") && join_text(x, label, prefix, part) &&
           bind_args(x, s->template, s->use, i == 0, scope, &args) &&
           expand_instance(x, s->template, &args, name, label, s->block, inputs, output);
}

static bool expand_stage(Expander *x, Stage *s, const Place *place, int input, int *output) {
    s->each = text_member(x, s->use, "each", "{0}");
    if (s->each &&
        strspn(s->each, "{}abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
            strlen(s->each))
        return error_set(x->err, ERROR_EXPECTED, "each", "letters, digits, '_', '-' and {0} or {1}",
                         TEXT("'%.60s'", s->each));
    s->each_label = s->each ? text_member(x, s->use, "each_label", "block {1}") : NULL;
    const char *connect = s->each_label ? text_member(x, s->use, "connect", "chain") : NULL;
    if (!connect)
        return false;
    s->dense = strcmp(connect, "dense") == 0;
    if (!s->dense && strcmp(connect, "chain") != 0)
        return error_set(x->err, ERROR_EXPECTED, "connect", "'chain' or 'dense'",
                         TEXT("'%.40s'", connect));
    s->block = graph_block_open(x->graph, s->name, s->label, s->dense ? BLOCK_DENSE : BLOCK_STAGE,
                                place->block, input, x->err);
    if (s->block == GRAPH_FAILED)
        return false;
    Inputs inputs = {1, {input}};
    for (long i = 0; i < s->repeat; i++) {
        if (!expand_repetition(x, s, i, &place->args, &inputs, output))
            return false;
        if (s->dense)
            inputs.node[inputs.count++] = *output;
        else
            inputs.node[0] = *output;
    }
    Place inside = {.block = s->block, .branch = -1};
    if (s->dense && !add_plain(x, &inside, s->name, s->label, "concat", &inputs, output))
        return false;
    graph_block_close(x->graph, s->block, *output);
    return true;
}

static bool find_template(Expander *x, const Json *use, const Json **template) {
    const char *name = text_member(x, use, "block", "");
    if (!name)
        return false;
    *template = json_get(x->templates, name);
    if (*template)
        return check_keys(x, *template, template_keys) ||
               error_prefix(x->err, "blocks.%.80s", name);
    TextNearest nearest = {.word = name};
    for (const Json *t = json_first(x->templates); t; t = json_next(t))
        text_nearest_offer(&nearest, json_key(t));
    return text_unknown(&nearest, "block", x->err);
}

static bool expand_use_within(Expander *x, const Json *use, const Place *place,
                              const Inputs *inputs, int *output) {
    Stage s = {.use = use, .repeat = 1};
    char name[NAME_MAX_LENGTH], label[NAME_MAX_LENGTH];
    if (!check_keys(x, use, use_keys) || !find_template(x, use, &s.template))
        return false;
    const char *own = text_member(x, use, "name", "");
    if (own && !*own)
        return error_set(x->err, ERROR_MISSING, "name");
    const char *own_label = own ? text_member(x, use, "label", own) : NULL;
    if (!own_label || !check_name(x, own) || !join_text(x, name, place->name, own) ||
        !join_text(x, label, place->label, own_label))
        return false;
    s.name = name;
    s.label = label;
    const Json *repeat = json_get(use, "repeat");
    if (!repeat) {
        ExpressionNames args;
        return bind_args(x, s.template, use, true, &place->args, &args) &&
               expand_instance(x, s.template, &args, name, label, place->block, inputs, output);
    }
    double count;
    if (!value_of(x, repeat, &place->args, &count))
        return error_prefix(x->err, "repeat");
    if (!(count >= 1 && count <= REPEAT_MAX) || count != (double)(long)count)
        return error_set(x->err, ERROR_EXPECTED, "repeat", TEXT("1..%d", REPEAT_MAX),
                         TEXT("%g", count));
    s.repeat = (long)count;
    return expand_stage(x, &s, place, inputs->node[0], output);
}

static bool expand_use(Expander *x, const Json *use, const Place *place, const Inputs *inputs,
                       int *output) {
    if (x->depth >= DEPTH_MAX)
        return error_set(x->err, ERROR_TOO_LARGE, "the nesting of blocks", "deeper",
                         TEXT("%d", DEPTH_MAX));
    x->depth++;
    bool ok = expand_use_within(x, use, place, inputs, output);
    x->depth--;
    return ok || error_prefix(x->err, "block %.80s", json_text(json_get(use, "block")));
}

/* --- Lists --------------------------------------------------------------------------------- */

/* Whether "when" leaves the entry out. */
static bool entry_wanted(Expander *x, const Json *entry, const Place *place, bool *wanted) {
    const Json *when = json_get(entry, "when");
    double value = 1;
    if (when && !value_of(x, when, &place->args, &value))
        return error_prefix(x->err, "when");
    *wanted = value != 0;
    return true;
}

static bool expand_entry(Expander *x, const Json *entry, const Place *place, const Named *named,
                         int previous, int *output) {
    Inputs inputs;
    bool wanted = true;
    *output = previous;
    if (json_type(entry) != JSON_OBJECT)
        return error_set(x->err, ERROR_EXPECTED, "this layer", "an object",
                         json_type_name(json_type(entry)));
    if (!entry_wanted(x, entry, place, &wanted) ||
        !entry_inputs(x, named, entry, previous, &inputs))
        return false;
    if (!wanted)
        return true;
    return json_get(entry, "block") ? expand_use(x, entry, place, &inputs, output)
                                    : expand_layer(x, entry, place, &inputs, output);
}

static bool expand_list(Expander *x, const Json *list, const Place *place, int input, int *output) {
    if (json_type(list) != JSON_ARRAY)
        return error_set(x->err, ERROR_EXPECTED, "its value", "an array of layers",
                         json_type_name(json_type(list)));
    if (json_count(list) > GRAPH_NODES_MAX)
        return error_set(x->err, ERROR_TOO_LARGE, "its list", TEXT("%zu layers", json_count(list)),
                         TEXT("%d", GRAPH_NODES_MAX));
    Named named = {.list = list, .input = input};
    named.output = mem_alloc(json_count(list), sizeof *named.output, x->err);
    if (!named.output)
        return false;
    bool ok = true;
    *output = input;
    for (const Json *e = json_first(list); ok && e; e = json_next(e)) {
        ok = expand_entry(x, e, place, &named, *output, output);
        named.output[named.done] = *output;
        if (!ok)
            error_prefix(x->err, "[%zu].", named.done);
        named.done++;
    }
    mem_free(named.output);
    return ok;
}

bool expand_layers(Graph *graph, const Json *layers, const Json *blocks, Error *err) {
    Expander x = {.graph = graph, .templates = blocks, .err = err};
    Place place = {.branch = -1};
    int output;
    if (!check_object(&x, blocks, "blocks"))
        return false;
    return expand_list(&x, layers, &place, GRAPH_IMAGE, &output) ? graph_end(graph, err)
                                                                 : error_prefix(err, "layers");
}
