/* Sheets of all maps, of one layer or of every layer with weights, written while one goes on: work
 * of the session's thread, a few files a step. The pictures are those of `convoscope export --what
 * sheet`, and each names the command that makes it again. */
#ifndef SESSION_EXPORTING_H
#define SESSION_EXPORTING_H

#include "session/session.h"

/* `node`: of which; GRAPH_FAILED: of every layer with weights. Colours, range and density are the
 * state's. The folder is made when the work begins; files in it of the same names are replaced. */
Work *exporting_new(const Session *s, int node, const char *folder, Error *err);
const char *exporting_folder(const Work *w);
int64_t exporting_files(const Work *w); /* how many it wrote so far */

/* Where what is called `name` goes: into the session's folder, unless it is a path from the root.
 * "": beside what is there, the first of "convoscope-001EXTENSION", ... that is not, in the
 * session's folder, the current one, or the user's home if nothing can be written there. */
bool exporting_name(const Session *s, const char *name, const char *extension,
                    char path[FILE_PATH_MAX], Error *err);

#endif
