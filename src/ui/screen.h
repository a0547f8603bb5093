/* The screen of a session as a picture, without a window: for the tour and for export.view. */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include "draw/sdl_font.h"
#include "session/session.h"

/* Writes what the session shows, laid out for width x height, as a PNG at the fonts' scale. */
bool screen_save(const Session *session, Fonts *fonts, int width, int height, const char *path,
                 Error *err);

#endif
