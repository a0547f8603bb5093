/* Pictures for the clipboard, which SDL 2 cannot put there: by the tool that the system has for it
 * (wl-copy, xclip; osascript on macOS). */
#ifndef BASE_CLIPBOARD_H
#define BASE_CLIPBOARD_H

#include "base/error.h"

/* The PNG file's content. The file may be removed afterwards, but on macOS. ERROR_MISSING names the
 * tool that must be installed. */
bool clipboard_put_png(const char *path, Error *err);

#endif
