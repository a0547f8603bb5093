/* models/NAME.json: any text becomes a network or one sentence. */
#include "model/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Error err = {0};
    Model *model = model_parse((const char *)data, size, "fuzz", 0, &err);
    if (!model && err.code == ERROR_NONE)
        __builtin_trap(); /* a failure that says nothing */
    model_free(model);
    return 0;
}
