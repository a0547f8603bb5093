/* The grammar of JSON (RFC 8259), checked before cJSON sees the text: cJSON takes more than that,
 * recurses with the nesting and says not where an error lies. */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include "base/error.h"

enum {
    JSON_DEPTH_MAX = 100,
    JSON_VALUES_MAX = 4000000, /* some 400 MB of cJSON's nodes */
};

bool json_scan(const char *text, size_t size, Error *err);

#endif
