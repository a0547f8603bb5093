/* A scene: a network, what goes into it, and its Run, with what can be said of every activation. It
 * is opened whole by the session's thread and handed over; then nodes are computed one by one, and
 * each is published once and for good. Counted by reference. */
#ifndef SESSION_SCENE_H
#define SESSION_SCENE_H

#include "engine/run.h"
#include "layer/trace.h"
#include "session/state.h"
#include "tensor/image.h"
#include "tensor/stats.h"

typedef struct Scene Scene;

/* Opens model, weights and picture. `like` (may be NULL) is a scene whose network is shared if it
 * is the same one. NULL with err set if something cannot be opened, or the job was cancelled. */
Scene *scene_open(const SceneNames *names, Scene *like, const RunOptions *options, Pool *pool,
                  Job *job, Error *err);
Scene *scene_retain(Scene *scene);
void scene_release(Scene *scene); /* NULL is fine */

/* Computes and publishes the next node. By one thread at a time. */
bool scene_compute(Scene *scene, Job *job, Error *err);

/* From here on: any thread. Nodes 0 .. scene_ready - 1 are published. */
int scene_ready(const Scene *scene);
const Tensor *scene_values(const Scene *scene, int node); /* batch 1; GRAPH_IMAGE: the input */
const Stats *scene_stats(const Scene *scene, int node);   /* of all its values. NULL: not ready */
/* Of each channel (see scene_extent), as many as that has. NULL: not ready. */
typedef struct ChannelStats {
    float min, max, mean; /* of the finite values; 0 if there are none */
    int32_t argmax;       /* first of the largest in reading order; -1 if none is finite */
} ChannelStats;
const ChannelStats *scene_channels(const Scene *scene, int node);
/* The smallest and largest value of all nodes that are ready, the input left out. */
void scene_range(const Scene *scene, float *min, float *max);
double scene_node_ms(const Scene *scene, int node); /* 0: not ready */
Run *scene_run(Scene *scene);              /* for explanations, which are made by the same thread */
uint64_t scene_serial(const Scene *scene); /* no two scenes of a program share one */
const Model *scene_model(const Scene *scene);
const SceneNames *scene_names(const Scene *scene);
const Image *scene_picture(const Scene *scene); /* as the network sees it, cropped and resized */
const char *scene_image_path(const Scene *scene);
const char *scene_image_note(const Scene *scene); /* a remark on reading it, or "" */

/* The arithmetic of one output of a node that is ready, in the arena (layer/trace.h). */
bool scene_trace(const Scene *scene, int node, int channel, int y, int x, Arena *arena,
                 Trace *trace, Error *err);
/* Scenes that share a network share this. */
uint64_t scene_model_serial(const Scene *scene);

/* Maps of a node, and their size; a vector has one channel an element, each 1 x 1. */
typedef struct SceneExtent {
    int channels, height, width;
    bool vector;
} SceneExtent;
SceneExtent scene_extent(const Scene *scene, int node);

#endif
