#ifndef GRAPH_INTERNAL_H
#define GRAPH_INTERNAL_H

#include "graph/graph.h"

/* Sets node->rf from its inputs' (cost.c). */
void graph_receptive_field(const Graph *g, Node *node);

#endif
