/* The screen, as a function of the session. It changes nothing: what a click on a place means is
 * written on the place (draw_region). */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "draw/list.h"
#include "session/session.h"

enum { VIEW_WIDTH = 1280, VIEW_HEIGHT = 800, VIEW_WIDTH_MIN = 1024, VIEW_HEIGHT_MIN = 640 };

/* Fills the list (begun here) with the screen of that size. Regions: "bar", "banner", "layers",
 * "layer.NAME", "maps", "map.INDEX", "legend", "picture", "channel", "classes", "footer". */
void view_build(DrawList *list, const TextMetrics *metrics, const Session *session, int width,
                int height);

#endif
