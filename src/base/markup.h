/* Writing HTML and SVG: text in which nothing is taken for markup, and pictures within the file. */
#ifndef BASE_MARKUP_H
#define BASE_MARKUP_H

#include "base/file.h"

/* printf's; what is put in is written as it is. Errors are the writer's (file_commit). */
void markup_put(FileWriter *file, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* So many bytes of UTF-8, & < > and " said otherwise; what neither may hold (controls but tab and
 * line end, bytes that are no UTF-8) becomes '?'. */
void markup_put_text(FileWriter *file, const char *text, size_t length);
/* RFC 4648, section 4. */
void markup_put_base64(FileWriter *file, const uint8_t *data, size_t size);

#endif
