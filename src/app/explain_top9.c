#include "app/explain.h"
bool explain_top9(Explain *e, Error *err) {
    (void)e;
    return error_set(err, ERROR_BAD, "top9 is not there yet");
}
