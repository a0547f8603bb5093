/* The window. */
#ifndef UI_WINDOW_H
#define UI_WINDOW_H

#include "session/session.h"

/* Whether a window can be opened here; if not, why: "neither DISPLAY nor WAYLAND_DISPLAY is set".
 */
bool ui_has_display(char *why, size_t size);

/* Opens the window and returns when it is closed, or when options->stop was cancelled. False: there
 * is no window, or the first network or picture could not be opened. */
bool ui_window(const SessionOptions *options, Error *err);

#endif
