/* From the "layers" and "blocks" of models/NAME.json to a graph; models/README.md documents them.
 */
#ifndef MODEL_EXPAND_H
#define MODEL_EXPAND_H

#include "base/json.h"
#include "graph/graph.h"

/* `graph` was begun; `blocks` may be NULL. Errors tell the place within the file. */
bool expand_layers(Graph *graph, const Json *layers, const Json *blocks, Error *err);

#endif
