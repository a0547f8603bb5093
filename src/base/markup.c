#include "base/markup.h"

#include "base/text.h"
#include <stdarg.h>
#include <string.h>

void markup_put(FileWriter *file, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0)
        file_put(file, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

static const char *said(unsigned char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return (c < ' ' && c != '\t' && c != '\n') || c == 127 ? "?" : NULL;
    }
}

void markup_put_text(FileWriter *file, const char *text, size_t length) {
    for (size_t i = 0, bytes; i < length; i += bytes) {
        const char *other = said((unsigned char)text[i]);
        bytes = text_character(text + i, length - i);
        if (!bytes) {
            other = "?";
            bytes = 1;
        }
        if (other)
            file_put(file, other, strlen(other));
        else
            file_put(file, text + i, bytes);
    }
}

void markup_put_base64(FileWriter *file, const uint8_t *data, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const unsigned bits = (unsigned)data[i] << 16 |
                              (unsigned)(left > 1 ? data[i + 1] : 0) << 8 |
                              (unsigned)(left > 2 ? data[i + 2] : 0);
        const char four[] = {digits[bits >> 18], digits[bits >> 12 & 63],
                             left > 1 ? digits[bits >> 6 & 63] : '=',
                             left > 2 ? digits[bits & 63] : '='};
        file_put(file, four, sizeof four);
    }
}
