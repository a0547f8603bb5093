#include "model/weights.h"

#include "base/memory.h"
#include "base/text.h"
#include "model/packed.h"
#include "model/safetensors.h"
#include "model/weights_build.h"
#include <string.h>

bool weights_begin(Weights *w, const Model *model, Error *err) {
    const Graph *graph = &model->graph;
    *w = (Weights){0};
    w->data = arena_alloc(&w->arena, (size_t)graph->node_count, sizeof *w->data, err);
    w->packed = packed_new(err);
    if (!w->data || !w->packed)
        return false;
    for (int n = 0; n < graph->node_count; n++)
        for (int i = 0; i < graph->nodes[n].weight_count; i++)
            w->bytes += shape_count(&graph->nodes[n].weights[i].shape) * (int64_t)sizeof(float);
    return true;
}

bool weights_room(const Model *model, uint64_t bytes, Error *err) {
    uint64_t available = mem_available();
    return bytes <= available ||
           error_set(err, ERROR_MACHINE, TEXT("loading the weights of %s", model->name),
                     MEM_TEXT(bytes), MEM_TEXT(available));
}

void weights_free(Weights *w) {
    packed_free(w->packed);
    file_unmap(&w->map);
    arena_free(&w->arena);
    *w = (Weights){0};
}

/* ---- Keys ---- */

static bool is_ignored(const char *key) {
    static const char tail[] = "num_batches_tracked";
    size_t length = strlen(key), end = sizeof tail - 1;
    return length >= end && strcmp(key + length - end, tail) == 0 &&
           (length == end || key[length - end - 1] == '.');
}

/* What the graph asks for and the file has not: an error that names the first of them, and the
 * nearest of the file's keys that nobody asks for. All others are marked as used. */
static bool check_missing(const Model *model, Safetensors *st, Error *err) {
    enum { COMPARED_MAX = 4000 }; /* more is no network's file, and comparing is slow */
    const Graph *graph = &model->graph;
    const char *first = NULL;
    const Shape *shape = NULL;
    int missing = 0, all = 0;
    for (int n = 0; n < graph->node_count; n++) {
        const Node *node = &graph->nodes[n];
        for (int i = 0; i < node->weight_count; i++, all++) {
            SafeTensor *tensor = safetensors_find(st, node->weight_keys[i]);
            if (tensor) {
                tensor->used = true;
            } else if (missing++ == 0) {
                first = node->weight_keys[i];
                shape = &node->weights[i].shape;
            }
        }
    }
    if (!missing)
        return true;
    TextNearest nearest = {.word = first};
    for (size_t t = 0; t < st->count && t < COMPARED_MAX; t++)
        if (!st->tensors[t].used && !is_ignored(st->tensors[t].key))
            text_nearest_offer(&nearest, st->tensors[t].key);
    const char *others = missing > 1 ? TEXT(" (nor %d others of %d)", missing - 1, all) : "";
    const char *near = nearest.count ? TEXT(", but a key '%.120s'", nearest.best[0].text) : "";
    return error_set(err, ERROR_EXPECTED, first, TEXT("shape %s", SHAPE_TEXT(shape)),
                     TEXT("no such key%s%s", others, near));
}

/* What the file has and the graph does not ask for. */
static bool check_unknown(const Model *model, const Safetensors *st, Error *err) {
    const Graph *graph = &model->graph;
    const char *first = NULL;
    int unknown = 0;
    for (size_t t = 0; t < st->count; t++)
        if (!st->tensors[t].used && !is_ignored(st->tensors[t].key) && unknown++ == 0)
            first = st->tensors[t].key;
    if (!unknown)
        return true;
    TextNearest nearest = {.word = first};
    for (int n = 0; n < graph->node_count; n++)
        for (int i = 0; i < graph->nodes[n].weight_count; i++)
            text_nearest_offer(&nearest, graph->nodes[n].weight_keys[i]);
    text_unknown(&nearest, "key", err);
    if (unknown > 1)
        error_prefix(err, "%d keys that %s does not have", unknown, model->name);
    return false;
}

/* ---- Loading ---- */

/* Dtypes and shapes; *copied counts the bytes of what cannot be used as it lies. */
static bool check_tensors(const Graph *graph, const Safetensors *st, uint64_t *copied, Error *err) {
    *copied = 0;
    for (int n = 0; n < graph->node_count; n++) {
        const Node *node = &graph->nodes[n];
        for (int i = 0; i < node->weight_count; i++) {
            const SafeTensor *tensor = safetensors_find(st, node->weight_keys[i]);
            if (!safetensors_check(tensor, &node->weights[i].shape, err))
                return false;
            if (!safetensors_in_place(st, tensor))
                *copied += (uint64_t)shape_count(&node->weights[i].shape) * sizeof(float);
        }
    }
    return true;
}

/* After all checks. */
static bool take_tensors(Weights *w, const Graph *graph, const Safetensors *st, Error *err) {
    for (int n = 0; n < graph->node_count; n++) {
        const Node *node = &graph->nodes[n];
        for (int i = 0; i < node->weight_count; i++) {
            const SafeTensor *tensor = safetensors_find(st, node->weight_keys[i]);
            w->data[n][i] = safetensors_in_place(st, tensor);
            if (w->data[n][i])
                continue;
            size_t count = (size_t)shape_count(&node->weights[i].shape);
            float *copy = arena_alloc(&w->arena, count, sizeof *copy, err);
            if (!copy)
                return false;
            safetensors_read(st, tensor, copy);
            w->data[n][i] = copy;
        }
    }
    return true;
}

static bool is_plain_name(const char *name) {
    size_t length =
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return length > 0 && length <= 64 && name[length] == '\0';
}

/* What the file says of itself. */
static void read_marks(Weights *w, const Model *model, const Safetensors *st) {
    const char *owner = safetensors_metadata(st, "convoscope.model");
    w->trained = strcmp(safetensors_metadata(st, "convoscope.trained"), "false") != 0;
    if (strcmp(owner, model->name) == 0)
        return;
    if (is_plain_name(owner)) {
        text_format(w->of, sizeof w->of, "%s", owner);
        text_format(w->note, sizeof w->note, "the file says that its weights are those of %s",
                    owner);
    } else if (model->unmarked) {
        text_format(w->note, sizeof w->note, "%s", model->unmarked);
    }
}

/* A new set of weights from a file's bytes; *copied tells how much of it does not lie in them. On
 * failure the caller frees *w. */
static bool parse(Weights *w, const Model *model, const uint8_t *data, size_t size,
                  const char *name, uint64_t *copied, Error *err) {
    Safetensors st = {0};
    bool ok = weights_begin(w, model, err) && safetensors_parse(&st, data, size, err) &&
              check_missing(model, &st, err) && check_unknown(model, &st, err) &&
              check_tensors(&model->graph, &st, copied, err) && weights_room(model, *copied, err) &&
              take_tensors(w, &model->graph, &st, err);
    if (ok) {
        w->kind = WEIGHTS_FILE;
        text_format(w->source, sizeof w->source, "%s", file_name(name));
        read_marks(w, model, &st);
    }
    safetensors_free(&st);
    return ok || error_prefix(err, "%s", name);
}

/* The model gets the new weights in place of its own; or, after a failure, keeps those it has. */
static bool replace(Model *model, Weights *w, bool ok) {
    weights_free(ok ? &model->weights : w);
    if (ok)
        model->weights = *w;
    return ok;
}

bool weights_parse(Model *model, const uint8_t *data, size_t size, const char *name, Error *err) {
    Weights w = {0};
    uint64_t copied;
    return replace(model, &w, parse(&w, model, data, size, name, &copied, err));
}

/* PyTorch's own formats: a zip archive or a bare pickle, or what is called so. */
static bool is_torch(const FileMap *map, const char *path) {
    const char *extension = file_extension(path);
    if (text_equal(extension, "pt") || text_equal(extension, "pth"))
        return true;
    const uint8_t *p = map->data;
    if (map->size < 10)
        return false;
    return memcmp(p, "PK\3\4", 4) == 0 || /* a pickle: PROTO 2..5, LONG1 of 10 bytes (the magic) */
           (p[0] == 0x80 && p[1] >= 2 && p[1] <= 5 && p[2] == 0x8a && p[3] == 0x0a);
}

static bool refuse_torch(const char *path, Error *err) {
    const char *file = is_plain_name(file_name(path)) ? file_name(path) : "weights.pt";
    int stem = (int)(strlen(file) - strlen(file_extension(file)));
    stem -= stem > 0 && file[stem - 1] == '.';
    char text[ERROR_ARG_SIZE];
    text_format(text, sizeof text,
                "is PyTorch's own format, a program to be run; convert it: python3 -c \""
                "import torch, safetensors.torch; "
                "w = torch.load('%s', map_location='cpu', weights_only=True); "
                "safetensors.torch.save_file(w, '%.*s.safetensors')\"",
                file, stem, file);
    error_set(err, ERROR_BAD, text);
    return error_prefix(err, "%s", path);
}

bool weights_load(Model *model, const char *path, Error *err) {
    Weights w = {0};
    FileMap map = {0};
    uint64_t copied;
    if (!file_map(&map, path, err))
        return false;
    bool ok = is_torch(&map, path) ? refuse_torch(path, err)
                                   : parse(&w, model, map.data, map.size, path, &copied, err);
    if (ok && copied < (uint64_t)w.bytes)
        w.map = map;
    else
        file_unmap(&map);
    return replace(model, &w, ok);
}

bool weights_find(const char *model_name, char *path, size_t size) {
    char relative[200], folder[FILE_PATH_MAX];
    size_t length = strlen(model_name);
    if (length == 0 || length > 100 || strchr(model_name, '/'))
        return false;
    text_format(relative, sizeof relative, "weights/%s.safetensors", model_name);
    if (file_user_data(folder, sizeof folder) && file_join(path, size, folder, relative, NULL) &&
        file_exists(path))
        return true;
    text_format(relative, sizeof relative, "models/%s.safetensors", model_name);
    return file_find(path, size, relative);
}
