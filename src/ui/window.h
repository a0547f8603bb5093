/* The window, and the same walk without one. The verb `view` is:
 *
 *     char why[200];
 *     if (!o->tour && ui_has_display(why, sizeof why))
 *         return ui_window(&session_options, err);
 *     return ui_tour(&session_options, o->tour ? o->tour : "build/tour", &pictures, err);
 *
 * and says on stdout how many pictures were written where, and why there was no window. */
#ifndef UI_WINDOW_H
#define UI_WINDOW_H

#include "session/session.h"

/* Whether a window can be opened here; if not, why: "neither DISPLAY nor WAYLAND_DISPLAY is set".
 */
bool ui_has_display(char *why, size_t size);

/* Opens the window and returns when it is closed, or when options->stop was cancelled. False: there
 * is no window, or the first network or picture could not be opened. */
bool ui_window(const SessionOptions *options, Error *err);

/* No display needed: walks from the input through every layer, by the actions that the keys stand
 * for, and writes each screen to FOLDER/NN_NAME.png (the folder is made). *pictures, which may be
 * NULL, receives how many. */
bool ui_tour(const SessionOptions *options, const char *folder, int *pictures, Error *err);

#endif
