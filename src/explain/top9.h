/* What a channel has learned to see: the nine pictures of a set in which it fires most strongly,
 * each once, where it does so, and what of them excites it (Zeiler and Fergus 2014, figure 2).
 *
 * Every picture goes through the network by itself, so the numbers do not depend on threads, on how
 * the set is shared out, or on where a search was interrupted. */
#ifndef EXPLAIN_TOP9_H
#define EXPLAIN_TOP9_H

#include "engine/run.h"
#include "model/dataset.h"

enum { TOP_BEST = 9, TOP_NAMES = 20 };

/* A channel's largest activation in a picture. */
typedef struct TopEntry {
    int64_t picture; /* its number in the set; -1: there is none */
    float value;
    int64_t y, x; /* the first of equals */
} TopEntry;

/* The strongest of each channel among the pictures seen so far; written to a file and read again.
 */
typedef struct TopTable {
    Arena arena;
    const char *model, *data; /* as the user named them */
    const char *weights, *node;
    const char *fingerprint;      /* of network, weights, input's shape and node */
    int64_t pictures;             /* of the set */
    int shard, shards;            /* pictures i with i % shards == shard - 1 */
    int64_t done, skipped;        /* of the shard; skipped ones are done too */
    int64_t name_count;           /* of skipped pictures: the first TOP_NAMES */
    const char *names[TOP_NAMES]; /* with the reason */
    int64_t channel_count;
    int64_t *channels;
    TopEntry *entries; /* channel_count, TOP_BEST: strongest first, of equals the earlier picture */
} TopTable;

/* For these channels (copied) of a node; a softmax stands for its logits. shards 0: all pictures.
 * Errors name a channel that the node does not have. */
bool top_begin(TopTable *t, const Model *model, const char *which, int node,
               const int64_t *channels, int64_t channel_count, const char *data, int64_t pictures,
               int shard, int shards, Error *err);
void top_free(TopTable *t);                    /* harmless on a zeroed one */
int64_t top_shard_pictures(const TopTable *t); /* how many there are to do */
void top_offer(TopTable *t, int64_t channel_index, const TopEntry *entry);

/* JSON: {"model", ..., "channels": [...], "best": [[[picture, value, y, x], ...], ...]}. */
bool top_save(const TopTable *t, const char *path, Error *err);
bool top_load(TopTable *t, const char *path, Error *err);
/* The same from text; `name` stands in messages. */
bool top_parse(TopTable *t, const char *text, size_t size, const char *name, Error *err);
/* Whether two are parts of one search: "PATH: expected ..., got ...". */
bool top_is_same(const TopTable *a, const TopTable *b, const char *path, Error *err);
/* Takes another shard's entries in. */
bool top_join(TopTable *t, const TopTable *part, Error *err);

/* The search: goes on from t->done. All must outlive it. */
typedef struct TopSearch TopSearch;
TopSearch *top_search_new(TopTable *t, const Model *model, const Dataset *data,
                          const RunOptions *how, Pool *pool, Error *err);
void top_search_free(TopSearch *s); /* NULL is fine */
/* Looks at some more pictures, several at a time on the pool; pictures that cannot be read are
 * skipped, counted and named. job->done grows by one a picture. False: cancelled or failed; the
 * table stands as it did before. */
bool top_search_step(TopSearch *s, Job *job, Error *err);
bool top_search_at_end(const TopSearch *s);

/* What of a picture excites a channel there. */
typedef struct TopLook TopLook;
TopLook *top_look_new(const TopTable *t, const Model *model, const Dataset *data,
                      const RunOptions *how, Pool *pool, Error *err);
void top_look_free(TopLook *l); /* NULL is fine */
typedef struct TopView {
    const Image *picture;     /* as the network got it: RGB or grey */
    const Tensor *projection; /* deconvnet, 1, C, H, W */
    GraphBox field;           /* what the unit sees; may reach beyond the picture */
    const char *name;         /* of the picture */
} TopView;
/* Of an entry that has a picture. The view lives until the next call. */
bool top_look(TopLook *l, int64_t channel_index, int rank, Job *job, TopView *view, Error *err);

#endif
