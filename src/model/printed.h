/* A paper's printed figures beside what this engine counts. */
#ifndef MODEL_PRINTED_H
#define MODEL_PRINTED_H

#include "model/model.h"

typedef struct PrintedOurs {
    Shape out;
    int64_t params, macs, neurons;
    int depth;
} PrintedOurs;
/* What the places of row->at (a node, a block, "" for the network; several joined by '+' add up,
 * `out` being the last's) come to here. */
bool printed_ours(const Model *m, const PaperRow *row, PrintedOurs *ours, Error *err);

/* "159K" -> 159 * kilo; "1.8e9", "60 million", "11.3B"; -1 if it is no such figure. */
double printed_number(const char *text, double kilo);

#endif
