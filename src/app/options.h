/* The command line: one table of options, read by getopt_long. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include "base/error.h"
#include "engine/run.h"
#include "tensor/colormap.h"

enum { OPTIONS_WORDS_MAX = 1024 };

typedef struct Options {
    const char *weights, *image, *input, *plan, *dump, *nodes, *out, *what, *format, *range, *shard,
        *data, *lang, *state, *theme, *frame_times, *screen, *export, *lesson, *block, *node, *at,
        *label, *switches, *channels, *span;
    ConvPath conv;
    CpuTier cpu;
    Colormap colormap;
    bool colormap_given;
    long threads, top, size, scale, density, batch, limit, epochs, save_every;
    long seed, channel; /* -1: not given */
    long patch, stride;
    double fill;
    bool json, csv, quiet, paper, layers, paths, half, restart, big, live, resume, merge, help;
    const char *words[OPTIONS_WORDS_MAX]; /* what is no option, after the verb */
    int word_count;
} Options;

/* `verb` decides which options are known. False: wrong usage, err says what. */
bool options_parse(Options *options, const char *verb, int argc, char **argv, Error *err);
/* What an option of a verb is, for help and completion. */
typedef struct OptionHelp {
    const char *name, *value, *choices, *help; /* value and choices: NULL for a flag */
} OptionHelp;
/* The next option of the verb from *at on, which begins with 0; false: there is no other. */
bool options_next(const char *verb, int *at, OptionHelp *option);
/* A line for each option of the verb, the verb's own first, on stdout's stream `out`. */
void options_help(const char *verb, void *out);

#endif
