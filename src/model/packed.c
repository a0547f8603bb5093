#include "model/packed.h"

#include "base/memory.h"
#include <pthread.h>

/* Whose they are, and for what. */
typedef struct Key {
    int node;
    LayerDirection direction;
    CpuTier tier;
    ConvPath path;
} Key;

typedef struct Entry {
    Key key;
    float *data;
    struct Entry *next;
} Entry;

struct Packed {
    pthread_mutex_t lock;
    Entry *entries;
};

Packed *packed_new(Error *err) {
    Packed *p = mem_alloc(1, sizeof *p, err);
    if (p)
        pthread_mutex_init(&p->lock, NULL);
    return p;
}

static void free_entries(Packed *p) {
    for (Entry *e = p->entries, *next; e; e = next) {
        next = e->next;
        mem_free(e->data);
        mem_free(e);
    }
    p->entries = NULL;
}

void packed_free(Packed *p) {
    if (!p)
        return;
    free_entries(p);
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

void packed_forget(const Model *model) {
    Packed *p = model->weights.packed;
    pthread_mutex_lock(&p->lock);
    free_entries(p);
    pthread_mutex_unlock(&p->lock);
}

/* The data of that entry, or NULL. With the lock held. */
static const float *find(const Packed *p, const Key *key) {
    for (const Entry *e = p->entries; e; e = e->next)
        if (e->key.node == key->node && e->key.direction == key->direction &&
            e->key.tier == key->tier && e->key.path == key->path)
            return e->data;
    return NULL;
}

static void free_entry(Entry *e) {
    if (e)
        mem_free(e->data);
    mem_free(e);
}

static bool pack(const Node *node, const LayerCall *call, const Key *key, float *packed,
                 Error *err) {
    KernelContext kernel = *call->kernel;
    LayerCall with_room = *call;
    kernel.scratch_count = (size_t)shape_count(&node->weights[0].shape);
    kernel.scratch = mem_alloc_raw(kernel.scratch_count, sizeof *kernel.scratch, err);
    with_room.kernel = &kernel;
    const bool room = kernel.scratch != NULL;
    const bool ok = room && node->type->pack(&with_room, key->direction, packed);
    mem_free(kernel.scratch);
    return ok || (room && error_set(err, ERROR_CANCELLED, TEXT(" in %s", node->name)));
}

/* Packs without the lock: packing may wait for threads that wait for it. */
static Entry *make_entry(const Node *node, const LayerCall *call, const Key *key, size_t floats,
                         Error *err) {
    Entry *e = mem_alloc(1, sizeof *e, err);
    if (!e)
        return NULL;
    *e = (Entry){.key = *key, .data = mem_alloc_raw(floats, sizeof *e->data, err)};
    if (e->data && pack(node, call, key, e->data, err))
        return e;
    free_entry(e);
    return NULL;
}

bool packed_weights(const Model *model, int node, const LayerCall *call, LayerDirection direction,
                    const float **packed, Error *err) {
    const Node *n = &model->graph.nodes[node];
    const Key key = {node, direction, call->kernel->tier, call->path};
    Packed *p = model->weights.packed;
    const size_t floats = n->type->packed_size ? n->type->packed_size(call, direction) : 0;
    *packed = NULL;
    if (floats == 0)
        return true;
    pthread_mutex_lock(&p->lock);
    *packed = find(p, &key);
    pthread_mutex_unlock(&p->lock);
    if (*packed)
        return true;
    Entry *e = make_entry(n, call, &key, floats, err);
    if (!e)
        return false;
    file_map_read(&model->weights.map, call->weights[0],
                  (size_t)shape_count(&n->weights[0].shape) * sizeof(float));
    pthread_mutex_lock(&p->lock);
    *packed = find(p, &key); /* another thread was faster? */
    if (!*packed) {
        *packed = e->data;
        e->next = p->entries;
        p->entries = e;
        e = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    free_entry(e);
    return true;
}
