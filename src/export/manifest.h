/* manifest.json: what an export wrote, and the command that makes it again. */
#ifndef EXPORT_MANIFEST_H
#define EXPORT_MANIFEST_H

#include "export/plan.h"

/* "manifest.json", or "manifest-2-of-4.json" for a shard. */
void manifest_name(const ExportOptions *options, char name[64]);

/* {"model", "weights": {"source", "trained"}, "image", "command", "what", "format", "range",
 * "colormap", "scale", "shard", "files": [{"node", "label", "channel", "min", "max", "mean", "nan",
 * "infinite", "colormap", "colors", "shape", "file"}, ...]}
 *
 * "image" is null where there was none, "colormap" null unless one was asked for: each file names
 * its own, with "colors", the numbers that its first and last colour stand for (null where each map
 * of a sheet has its own). "channel" is the map's or kernel's number, null for a sheet; of a batch,
 * "item" too. min, max and mean are of the finite numbers, null if there are none; how many are not
 * finite is in "nan" and "infinite". "shape" is what one map, vector or kernel is: (H, W), (F) or
 * (IC, KH, KW). The text is freed by mem_free; NULL on failure. */
char *manifest_text(const ExportPlan *plan, Error *err);
/* Into the folder. */
bool manifest_write(const ExportPlan *plan, Error *err);

#endif
