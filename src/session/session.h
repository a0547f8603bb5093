/* A session: the state, and the workspace that holds what the state names: the scene, the thread
 * that computes, what can be undone. For one thread, the window's, which never computes: it posts
 * actions, calls session_tick once a frame, and shows what there is. */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "session/browse.h"
#include "session/explanation.h"
#include "session/history.h"
#include "session/job.h"
#include "session/learning.h"
#include "session/recent.h"

typedef struct SessionOptions {
    const char *model;   /* as engine_open takes it; NULL: "lenet" */
    const char *image;   /* NULL: the sample picture that suits the network */
    const char *weights; /* as engine_open takes it: NULL, "random:SEED" or a path */
    int size;            /* the input's height and width; 0: as the network says */
    const char *state;   /* a line of state_print to begin with; its scene overrules the above */
    const Words *words;  /* lent; NULL: none, for tests */
    const State *look;   /* its look (settings.h); NULL: as state_init has it */
    const char *lesson;  /* to begin with; NULL: none */
    bool welcome;        /* begin with what one could begin with */
    const char *folder;  /* lent: where exports go that name none; NULL: exporting_name says */
    RunOptions run;
    Pool *pool;      /* lent: must outlive the session */
    const Job *stop; /* once cancelled (Ctrl-C), session_wait gives up. May be NULL */
    bool scripted;   /* bookmarks and settings are neither read nor written */
} SessionOptions;

/* What actions ask of the user interface; each may be NULL. */
typedef struct SessionScreen {
    void *context;
    /* Writes what is seen as a PNG; or puts it on the clipboard. */
    bool (*export_view)(void *context, const char *path, Error *err);
    bool (*copy_view)(void *context, Error *err);
    bool (*copy_text)(void *context, const char *text, Error *err);
} SessionScreen;

/* A network as the picker tells of it. */
typedef struct PaletteModel {
    const char *name, *title, *family, *paper, *note[WORDS_LANGUAGES];
    int year;     /* 0: not told */
    bool trained; /* its weights are there */
    Shape input;  /* (C, H, W) */
    int depth;    /* layers with weights */
    int64_t params, macs;
    PaperError *errors; /* as published */
    int error_count;
} PaletteModel;

/* A lesson as the picker tells of it. */
typedef struct PaletteLesson {
    const char *id, *title[WORDS_LANGUAGES], *about[WORDS_LANGUAGES];
    int minutes;
} PaletteLesson;

/* The pictures that come with the program, and networks, as the pickers list them: the trained ones
 * first. */
typedef struct PaletteLists {
    Arena arena;
    PaletteModel *models;
    char **images;
    PaletteLesson *lessons;
    int *taught;              /* models as the classroom meets them: family, year, size */
    atomic_int *microseconds; /* that a pass took here, by model; 0: not measured */
    size_t model_count, image_count, lesson_count;
    bool tried;
} PaletteLists;

typedef struct Tutor Tutor;

typedef struct Session {
    State state;
    JobThread *jobs;
    const Job *stop;
    const Words *words;
    Scene *scene;             /* what is shown; NULL before the first is open */
    Explanation *explanation; /* of what the state says; NULL: none */
    Work *work;               /* of the bench that is open; NULL: none */
    RunOptions run;
    const char *folder; /* as in the options */
    Work *exporting;    /* sheets that are being written (exporting.h); NULL: none */
    Learning *learning; /* begun when it was first looked at; NULL: not yet */
    Tutor *tutor;       /* of the lesson underway (session/tutor.h); NULL: none */
    SceneNames asked;   /* for the next scene, while `opening` */
    bool opening;
    char *arrival;     /* what to be like once that is open: a line of state_print; or NULL */
    StatePlace coming; /* or where to be, */
    bool has_coming;
    bool performing; /* a lesson, not a person, does something */
    bool unrecorded; /* what the action underway changes makes no history: an undo */
    History history;
    Browse browse; /* the folder of the picture */
    PaletteLists lists;
    Recent recent;    /* what was open last */
    Error banner;     /* what could not be done; what was shown before stays */
    char notice[400]; /* what was done: "wrote view-003.png"; or "" */
    SessionScreen screen;
    int shown_zoom; /* of the network as it was drawn last, in percent; 0: not yet */
    int help_pages; /* of the help as it was drawn last; 0: not yet */
    double now;     /* ms of the clock at the last tick; */
    double due;     /* when autoplay takes its next step */
    bool scripted;
    struct {
        const Scene *scene;
        int node, count;
        StateSort sort;
        int *channels; /* by rank */
    } order;
} Session;

/* Begins to open the first scene and returns at once. On failure nothing is left to close. */
bool session_open(Session *s, const SessionOptions *options, Error *err);
void session_close(Session *s);

/* Performs an action for a person at the screen: what fails is told in the banner. */
bool session_post(Session *s, const char *line);
/* Once a frame, with a clock in milliseconds: takes over what the thread has done, asks it for what
 * the state needs, and lets autoplay go on. True if something has changed. */
bool session_tick(Session *s, double now);
/* Until all that the state needs is there, or could not be had (see banner). For scripts and tests.
 * False if `stop` was cancelled meanwhile. */
bool session_wait(Session *s);

/* For actions. */
bool session_set_path(char path[FILE_PATH_MAX], const char *text, const char *what, Error *err);
/* Begins to open that scene; `arrival` (may be NULL) is what to be like then. */
bool session_open_scene(Session *s, const SceneNames *names, const char *arrival, Error *err);
/* What the screen shows or, if something is being opened, will show. */
const SceneNames *session_names_to_come(const Session *s);
/* Puts what the place says into the ranges that the network has. */
void session_settle(Session *s);
/* Says what was done: a key of the words, and what is put in for {0}. */
void session_notice(Session *s, const char *key, const char *argument);
/* Goes to a place, opening its scene if it is another. */
bool session_go(Session *s, const StatePlace *place, Error *err);

/* For actions and views. The scene must be open. */
const Graph *session_graph(const Session *s); /* NULL if none is open */
int session_last_node(const Session *s);
int session_channels(const Session *s); /* of the node shown: maps, or elements of a vector */
/* Whose switches SWITCHES_OTHER takes: the place's, or a picture that comes with the program. */
const char *session_other_picture(const Session *s);
/* The nodes on the way down of the explanation, the first where it begins, the last the picture:
 * up to `most` of them. Returns how many there are; 0 while there is no such way. */
int session_way(const Session *s, int *nodes, int most);
/* How many maps a page holds: as many as the state says, or half as many more where that is all. */
int session_page_maps(const Session *s);
int session_pages(const Session *s); /* of the node shown; 1 for a vector */
/* Channels in the order that they are shown in: by index, or the largest mean or maximum first. */
int session_channel_at(Session *s, int rank);
int session_rank_of(Session *s, int channel);

#endif
