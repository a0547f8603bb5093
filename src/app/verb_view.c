#include "app/app.h"

bool verb_view(App *app, Error *err) {
    (void)app;
    return error_set(err, ERROR_BAD, "x");
}
