/* The screen, as a function of the session, the clock and where the mouse is. It changes nothing:
 * what a click on a place means is written on the place (draw_region). */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include "draw/sdl_font.h"
#include "ui/ui.h"

enum { SCREEN_WIDTH = 1280, SCREEN_HEIGHT = 800, SCREEN_WIDTH_MIN = 1024, SCREEN_HEIGHT_MIN = 640 };

typedef struct Screen {
    Session *session;
    UiMemory *memory;
    const TextMetrics *metrics;
    int width, height;
    int mouse_x, mouse_y; /* -1: not over it */
    double now;           /* ms of the clock that animations go by */
    const char *origin;   /* for the footer, in place of the keys; or NULL */
} Screen;

/* Fills the list, begun here. True if something on it is on its way: another frame should follow.
 */
bool screen_build(const Screen *screen, DrawList *list);
/* As a PNG; animations are at their end. The file's metadata tell how to make it again; if `told`,
 * its footer does too. */
bool screen_save(const Screen *screen, Fonts *fonts, const char *path, bool told, Error *err);

#endif
