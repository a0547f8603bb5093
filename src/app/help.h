/* Help that is written for other programs, from the tables of verbs, options, actions and networks:
 * so it never tells of what is not there. */
#ifndef APP_HELP_H
#define APP_HELP_H

#include "base/words.h"
#include <stdio.h>

void help_man(FILE *out, const Words *words); /* convoscope(1), as troff with man's macros */
/* Completion of commands, options, choices, networks and lessons. */
void help_bash(FILE *out);
void help_zsh(FILE *out);
void help_fish(FILE *out);

#endif
