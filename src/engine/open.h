/* A network with weights, ready to run. */
#ifndef ENGINE_OPEN_H
#define ENGINE_OPEN_H

#include "engine/run.h"

/* `which` as model_load takes it. `weights`:
 *   NULL           the file that weights_find finds, or NAME.safetensors beside a .json that was
 * given by its path; else random weights of seed 1 "random:SEED"  random weights (batch-norm
 * statistics calibrated on a drawn picture) anything else  a safetensors file Refused with the
 * figure, before weights are drawn, if the machine lacks the memory for a Run. */
Model *engine_open(const char *which, int size, const char *weights, const RunOptions *options,
                   Pool *pool, Job *job, Error *err);

#endif
