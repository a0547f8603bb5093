/* What an export consists of, worked out before anything is written: the maps or kernels that are
 * shown, what colours mean on each, and the files they go into. */
#ifndef EXPORT_PLAN_H
#define EXPORT_PLAN_H

#include "engine/run.h"
#include "tensor/colormap.h"
#include "tensor/stats.h"

typedef enum ExportWhat { EXPORT_MAPS, EXPORT_SHEET, EXPORT_KERNELS } ExportWhat;
typedef enum ExportRange { EXPORT_RANGE_MAP, EXPORT_RANGE_LAYER, EXPORT_RANGE_GLOBAL } ExportRange;

typedef struct ExportOptions {
    ExportWhat what;
    ExportRange range; /* of which numbers the colours span the smallest to the largest */
    bool npy;          /* files of numbers, not pictures; not for sheets */
    Colormap colormap;
    bool colormap_given; /* else viridis where nothing is negative, rdbu where something is */
    int scale;           /* pixels a cell, at least 1 (on sheets more if maps are tiny) */
    int density;         /* of sheets: pixels to one of the page; 0: 1 */
    int shard, shards;   /* files i with i % shards == shard - 1; shards 0: all */
    const char *folder;  /* exists already */
    const char *image;   /* what went into the network; NULL: nothing */
    const char *command; /* that makes all this again; NULL or "": not known */
} ExportOptions;

/* One map; a vector, laid out in rows; or one kernel with all of its input channels. */
typedef struct ExportPart {
    const float *data; /* planes, height, width */
    int64_t planes, height, width;
    int node, item, channel; /* channel: the map's or the kernel's number; 0 for a vector */
    bool vector;
    bool rgb; /* three planes as red, green and blue over a symmetric range: mid-grey is zero */
    Stats stats;
    Colormap colormap;
    ColorRange range;
} ExportPart;

/* The parts of one node: item after item, channel after channel. */
typedef struct ExportNode {
    int node;
    int64_t first, count;
    Stats stats; /* of them all; argmax only tells whether any number is finite (-1: none) */
} ExportNode;

typedef struct ExportFile {
    int64_t first, count; /* its parts */
    int page;             /* of a contact sheet: 0, 1, ...; -1: one part by itself */
} ExportFile;

typedef struct ExportPlan {
    Arena arena;
    const Model *model;
    ExportOptions options;
    ExportPart *parts;
    ExportNode *nodes;
    ExportFile *files; /* of all shards */
    int64_t part_count, file_count;
    int node_count, items;
    Stats stats; /* of all parts */
} ExportPlan;

/* Marks the nodes of `list` (see graph_select) that can be exported: for kernels the convolutions
 * among them. A node that was named and is none is an error, as is a list without any. */
bool export_select(const Graph *g, const char *list, ExportWhat what, bool *wanted, Error *err);

/* Activations from a run that has computed the nodes that are wanted, kernels from the model (run
 * may be NULL); both, and the texts of the options, must outlive the plan. Also after a failure:
 * export_plan_free. */
bool export_plan(ExportPlan *plan, const Model *model, const Run *run, const bool *wanted,
                 const ExportOptions *options, Pool *pool, Job *job, Error *err);
void export_plan_free(ExportPlan *plan);

/* Of several parts together. */
Stats export_stats(const ExportPart *parts, int64_t count);

/* Whether file i belongs to the shard that the options ask for; and how many do. */
bool export_in_shard(const ExportPlan *plan, int64_t i);
int64_t export_shard_files(const ExportPlan *plan);

/* The name of a file in the folder:
 *   MODEL_NODE_c0007.png       map 7; a vector is its own map 0
 *   MODEL_NODE_k0007.png       kernel 7
 *   MODEL_NODE_sheet.png       all maps; further pages _sheet-2.png, _sheet-3.png, ...
 *   MODEL_NODE_kernels.png     all kernels; further pages alike
 * Where the input was a batch, _i0003 stands behind the node for its item 3. What a file name may
 * not hold (in a MODEL that was opened by its path) becomes '_'. */
enum { EXPORT_NAME_SIZE = 512 };
void export_file_name(const ExportPlan *plan, const ExportFile *file, char name[EXPORT_NAME_SIZE]);

/* "map", "layer", "global"; "maps", "sheet", "kernels". */
const char *export_range_name(ExportRange range);
const char *export_what_name(ExportWhat what);
/* "random weights, seed 1", "alexnet.safetensors (untrained)": what must stand on every picture. */
const char *export_weights_text(char *buffer, size_t size, const Model *model);

#endif
