/* A screen that nobody sees: a session, drawn by the same code as the window's, on a clock of its
 * own. For scripts, lessons and pictures. */
#ifndef UI_HEADLESS_H
#define UI_HEADLESS_H

#include "draw/sdl_stage.h"
#include "ui/play.h"
#include "ui/screen.h"

typedef struct Headless {
    const PlayOptions *options;
    Session session;
    UiMemory memory;
    Fonts *fonts;
    DrawList list;
    Stage *stage; /* where frames are drawn while their times are wanted; else NULL */
    double now;   /* the virtual clock, ms */
    int width, height, mouse_x, mouse_y, pictures;
    double *times;
    size_t time_count, time_capacity;
} Headless;

enum { FRAME_MS = 16 };

/* The only one there is, with nothing opened yet; headless_end in any case. */
Headless *headless_begin(const PlayOptions *options);
bool headless_open(Headless *p, Error *err);
void headless_end(Headless *p, int *pictures);

/* One frame as the window has it; true if another should follow. */
bool headless_frame(Headless *p);
/* Until nothing moves. */
bool headless_settle(Headless *p, Error *err);
/* The clock goes on by so many ms, a frame at a time. */
bool headless_wait(Headless *p, double ms, Error *err);
/* A picture of it (screen_save). */
bool headless_save(Headless *p, const char *path, bool told, Error *err);
/* What options.frame_times asks for. */
bool headless_write_times(const Headless *p, Error *err);

#endif
