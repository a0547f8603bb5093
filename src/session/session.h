/* A session: the state, and the workspace that holds what the state names: the scene, and the
 * thread that computes. For one thread, the window's, which never computes: it posts actions, calls
 * session_tick once a frame, and shows what there is. */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "session/job.h"

typedef struct SessionOptions {
    const char *model;   /* as engine_open takes it; NULL: "lenet" */
    const char *image;   /* NULL: the sample picture that suits the network */
    const char *weights; /* as engine_open takes it: NULL, "random:SEED" or a path */
    int size;            /* the input's height and width; 0: as the network says */
    RunOptions run;
    Pool *pool;      /* lent: must outlive the session */
    const Job *stop; /* once cancelled (Ctrl-C), session_wait gives up. May be NULL */
} SessionOptions;

typedef struct Session {
    State state;
    JobThread *jobs;
    const Job *stop;
    Scene *scene;     /* what is shown; NULL before the first is open */
    SceneNames asked; /* for the next scene, while `opening` */
    bool opening;
    Error banner; /* what could not be done; what was shown before stays */
    /* Set by the user interface, for the action export.view: writes what is seen as a PNG. */
    bool (*export_view)(void *context, const char *path, Error *err);
    void *export_context;
} Session;

/* Begins to open the first scene and returns at once. On failure nothing is left to close. */
bool session_open(Session *s, const SessionOptions *options, Error *err);
void session_close(Session *s);

/* Performs an action for a person at the screen: what fails is told in the banner. */
bool session_post(Session *s, const char *line);
/* Once a frame: takes over what the thread has done and asks it for what the state needs. True if
 * something has changed. */
bool session_tick(Session *s);
/* Until all that the state needs is there, or could not be had (see banner). For scripts and tests.
 * False if `stop` was cancelled meanwhile. */
bool session_wait(Session *s);

/* For actions. */
bool session_set_path(char path[FILE_PATH_MAX], const char *text, const char *what, Error *err);

/* For actions and views. The scene must be open. */
int session_last_node(const Session *s);
int session_channels(const Session *s); /* of the node shown: maps, or elements of a vector */
int session_pages(const Session *s);    /* of the node shown; 1 for a vector */

#endif
