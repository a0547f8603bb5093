/* What the overlay's list holds for what is typed: commands and what they may be about, networks,
 * pictures. A function of the session; the view shows the rows, choice.take does one. */
#ifndef SESSION_PALETTE_H
#define SESSION_PALETTE_H

#include "session/session.h"

typedef struct PaletteRow {
    char line[FILE_PATH_MAX + 80]; /* the action */
    char title[FILE_PATH_MAX];     /* what the row says */
    char detail[300];              /* and behind it, dimmer */
    char key[32];                  /* or "" */
    const char *refusal;           /* why it cannot be done now, a key of the words; or NULL */
    bool unfinished;               /* `line` is what to type, and more must follow */
    const PaletteModel *model;     /* of a network that ships; else NULL */
    const char *image;             /* the path of a picture that ships; else NULL */
} PaletteRow;

enum { PALETTE_COLUMNS = 6 }; /* of the pictures, which stand in rows of so many */

int palette_count(Session *s);
/* False if there is no row of that number. */
bool palette_row(Session *s, int index, PaletteRow *row);

/* Read on first use; NULL if they cannot be had. */
const PaletteLists *palette_lists(Session *s);
void palette_free(PaletteLists *lists);

#endif
