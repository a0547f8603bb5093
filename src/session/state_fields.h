/* The fields of the state as text: for state.c, which reads and writes them by this table. */
#ifndef SESSION_STATE_FIELDS_H
#define SESSION_STATE_FIELDS_H

#include "session/state.h"

typedef enum FieldKind {
    FIELD_PATH,    /* char[FILE_PATH_MAX] */
    FIELD_TYPED,   /* char[STATE_TYPED_SIZE] */
    FIELD_WORD,    /* char[STATE_WORD_SIZE] */
    FIELD_INT,     /* int, min..max */
    FIELD_MAPS,    /* int, one of state_maps */
    FIELD_PAIR,    /* int[2], each min..max: "5,7" */
    FIELD_CHOICE,  /* an enum, by name */
    FIELD_BOOL,    /* "yes" or "no" */
    FIELD_NODE,    /* int: a node's name, "input", or "none" where min allows it */
    FIELD_BLOCKS,  /* StateBlocks: names separated by '+', or "none" */
    FIELD_NUMBERS, /* StateBlocks: numbers separated by '+', or "none" */
    FIELD_CELLS,   /* uint8_t[CANVAS_CELLS]: levels as hexadecimal digits, runs of zeros as zNN */
    FIELD_EDITS    /* int[TRIAL_CELLS]: "CELL:UNITS" separated by '+', or "none" */
} FieldKind;

struct StateField {
    const char *name;
    FieldKind kind;
    size_t offset;
    int min, max;
    const char *choices; /* "a|b|c" in the enum's order */
    bool scene;          /* it says what is to be opened */
};

extern const StateField state_fields[];
extern const int state_field_count;

#endif
