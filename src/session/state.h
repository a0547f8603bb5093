/* What the screen shows, as plain data: no pointers, a fixed size, so that undo and bookmarks are
 * copies of it. Only action_perform (session/action.h) changes it. */
#ifndef SESSION_STATE_H
#define SESSION_STATE_H

#include "base/file.h"

enum { STATE_PAGE_MAPS = 64 }; /* maps on one page, whatever the window's size */

/* A network with a picture, by name. */
typedef struct SceneNames {
    char model[FILE_PATH_MAX];   /* "lenet", or the path of a .json; "" before the first */
    char image[FILE_PATH_MAX];   /* a path; "": the sample picture that suits the network */
    char weights[FILE_PATH_MAX]; /* a path or "random:SEED"; "": what engine_open finds */
    int size;                    /* the input's height and width; 0: as the network says */
} SceneNames;

typedef enum StateColors {
    COLORS_AUTO, /* viridis for values of one sign, blue-white-red for signed ones */
    COLORS_GRAY,
    COLORS_VIRIDIS,
    COLORS_RDBU,
    COLORS_CHOICES
} StateColors;

typedef struct State {
    SceneNames scene;
    int node;    /* the node shown; GRAPH_IMAGE: the input */
    int channel; /* the chosen one of that node; of a vector, the unit */
    int page;    /* of STATE_PAGE_MAPS maps */
    int scroll;  /* rows by which the list of layers was moved away from the node shown */
    StateColors colors;
    bool all;    /* compute to the end, not only up to the node shown */
    bool paused; /* compute nothing until the next step */
    bool quit;
} State;

#endif
