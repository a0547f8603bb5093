/* Writing what a plan says. */
#ifndef EXPORT_WRITE_H
#define EXPORT_WRITE_H

#include "export/plan.h"

/* The folder is made, with those above it, and it is tried whether the manifest can be written
 * there: so that a long run does not end with that news. */
bool export_prepare(const ExportOptions *options, Error *err);

/* Writes the files of the shard, several at a time, then the manifest. Each file comes into being
 * whole or not at all; after a failure or when cancelled those that were done stay, without a
 * manifest. job->done grows by one a file. Pictures say in their PNG texts what they show, how to
 * make them again and whose weights they come from. */
bool export_write(const ExportPlan *plan, Pool *pool, Job *job, Error *err);
/* Only files from..to-1 of the plan, without the manifest: for who writes piece by piece. */
bool export_write_some(const ExportPlan *plan, int64_t from, int64_t to, Pool *pool, Job *job,
                       Error *err);

#endif
