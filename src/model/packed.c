#include "model/packed.h"

#include "base/memory.h"
#include <pthread.h>

/* One node's, for one tier and path. */
typedef struct Entry {
    int node;
    CpuTier tier;
    ConvPath path;
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
static const float *find(const Packed *p, int node, const LayerCall *call) {
    for (const Entry *e = p->entries; e; e = e->next)
        if (e->node == node && e->tier == call->kernel->tier && e->path == call->path)
            return e->data;
    return NULL;
}

static void free_entry(Entry *e) {
    if (e)
        mem_free(e->data);
    mem_free(e);
}

/* Packs without the lock: packing may wait for threads that wait for it. */
static Entry *make_entry(const Node *node, int index, const LayerCall *call, size_t floats,
                         Error *err) {
    Entry *e = mem_alloc(1, sizeof *e, err);
    if (!e)
        return NULL;
    *e = (Entry){.node = index, .tier = call->kernel->tier, .path = call->path};
    e->data = mem_alloc_raw(floats, sizeof *e->data, err);
    if (e->data && node->type->pack(call, e->data))
        return e;
    if (e->data)
        error_set(err, ERROR_CANCELLED, TEXT(" in %s", node->name));
    free_entry(e);
    return NULL;
}

bool packed_weights(const Model *model, int node, LayerCall *call, Error *err) {
    const Node *n = &model->graph.nodes[node];
    Packed *p = model->weights.packed;
    const size_t floats = n->type->packed_size ? n->type->packed_size(call) : 0;
    call->packed = NULL;
    if (floats == 0)
        return true;
    pthread_mutex_lock(&p->lock);
    call->packed = find(p, node, call);
    pthread_mutex_unlock(&p->lock);
    if (call->packed)
        return true;
    Entry *e = make_entry(n, node, call, floats, err);
    if (!e)
        return false;
    pthread_mutex_lock(&p->lock);
    call->packed = find(p, node, call); /* another thread was faster? */
    if (!call->packed) {
        call->packed = e->data;
        e->next = p->entries;
        p->entries = e;
        e = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    free_entry(e);
    return true;
}
