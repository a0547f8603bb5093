/* Scripts: one action a line, and what scripts alone can say: replayed in a window that nobody
 * sees, by the same code that draws the real one.
 *
 *     # a remark                        wait idle | wait MS
 *     shot NAME.png                     key NAME
 *     expect region NAME                click X Y | click REGION
 *     expect text "words"               hover X Y | hover REGION
 *     expect no text "words"            drop FILE | drag X1 Y1 X2 Y2 ...
 *     expect state KEY VALUE            size W H
 *     ACTION ...                        check        (no text cut, none on another) */
#ifndef UI_PLAY_H
#define UI_PLAY_H

#include "session/session.h"

typedef struct PlayOptions {
    SessionOptions session; /* of the first scene */
    const char *folder;     /* for pictures; made if it is not there */
    int width, height;
    double scale;            /* of the screen: pixels to a logical one */
    const char *frame_times; /* a JSON file for the milliseconds of each frame; NULL: none */
    bool live;               /* measured times are shown, not "-" */
} PlayOptions;

/* Runs the script of that path ("-": stdin). Errors name line and what was expected; *pictures (may
 * be NULL) receives how many were written. */
bool ui_play(const char *path, const PlayOptions *options, int *pictures, Error *err);

/* One picture of the screen, with the line that makes it again (export.view): PATH. */
bool ui_export(const PlayOptions *options, const char *path, Error *err);

/* The walk from the input through every layer, a picture each: FOLDER/NN_NAME.png. */
bool ui_tour(const PlayOptions *options, int *pictures, Error *err);

#endif
