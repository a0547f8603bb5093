/* Everything that a person can do, in one table: keys, clicks, the palette, help, lessons, scripts
 * and tests all come through here, and nothing else changes the state. A new action is one row. */
#ifndef SESSION_ACTION_H
#define SESSION_ACTION_H

#include "session/session.h"

/* Where its keys mean this: the same ones walk layers outside of the unit view and cells in it, and
 * do something else in a bench. */
typedef enum ActionPlace {
    ACTION_ANYWHERE,
    ACTION_OUTSIDE_UNIT,
    ACTION_IN_UNIT,
    ACTION_IN_QUESTION, /* of a lesson; */
    ACTION_IN_LESSON,
    ACTION_IN_ALGORITHM,
    ACTION_IN_RACE,
    ACTION_IN_TRIAL, /* while a layer is played with */
    ACTION_IN_TRAINING,
    ACTION_IN_CANVAS,
    ACTION_IN_PANES,
    ACTION_IN_PREDICTION, /* while something in the middle of the screen is hidden */
    ACTION_IN_LAB         /* where a block or a network is chosen */
} ActionPlace;

typedef struct Action {
    const char *name; /* "layer.select"; what it does stands in assets/i18n under "action." NAME */
    /* What stands after it: NODE, BLOCK, MODEL, PATH, FILE, N, "C Y X", TEXT, or "a|b|c"; in
     * brackets if it may be left out; NULL: nothing. */
    const char *argument;
    /* Separated by spaces: SDL's names of keys ("Right", "F11"), with "Shift+", "Ctrl+" before
     * them; signs and letters as they are typed ("[", "c"), whatever the keyboard. Or "". */
    const char *keys;
    /* The key of the words that say why it cannot be done now; NULL: it can. NULL function: it
     * always can. */
    const char *(*refuses)(const Session *s);
    bool (*perform)(Session *s, const char *argument, Error *err);
    bool merges; /* one after another they are one thing to undo */
    ActionPlace place;
} Action;

/* All of them, ended by a name of NULL. */
extern const Action actions[];
/* Keys that stand for an action with an argument: "Shift+Right" for "layer.skip 8". Ended by a key
 * of NULL. */
typedef struct ActionKey {
    const char *key, *action, *argument;
    ActionPlace place;
} ActionKey;
extern const ActionKey action_keys[];
/* NULL if there is none of that name. */
const Action *action_find(const char *name);
/* Of those with this key at this depth the first that can be done, else the first; NULL: none. */
const Action *action_for_key(const Session *s, const char *key);
/* Why it cannot be done now, as a key of the words; NULL: it can. */
const char *action_refusal(const Session *s, const Action *action);
/* "Ctrl+P" of "Ctrl+P :": the first of its keys, or "". */
const char *action_key(const Action *action, char buffer[32]);
/* All of them, those of action_keys too, separated by spaces. */
enum { ACTION_KEYS_SIZE = 160 };
const char *action_every_key(const Action *action, char buffer[ACTION_KEYS_SIZE]);

/* The trained mini of the family that is shown; NULL: there is none, or this is trained itself. */
const char *trained_mini(const Session *s, char name[64]);

/* Performs a line such as "layer.select conv3_2": a name, and its argument up to the line's end. On
 * failure the state is as it was. Unknown names suggest the nearest. */
bool action_perform(Session *s, const char *line, Error *err);

/* A key is pressed: what it stands for is posted (session_post). While an overlay has a field, text
 * goes there. False: the key means nothing now. */
bool action_press(Session *s, const char *key);

#endif
