/* What the verbs share. Each verb is one file, src/app/verb_NAME.c, and one row in verbs.c. */
#ifndef APP_APP_H
#define APP_APP_H

#include "app/options.h"
#include "base/ticker.h"
#include "session/session.h"
#include <stdio.h>

typedef struct App {
    Options options;
    Pool *pool;
    Job job;     /* cancelled by Ctrl-C */
    Arena arena; /* until the program ends */
    FILE *out;   /* what goes to stdout once the verb has succeeded */
    Ticker *ticker;
    const char *task;    /* what the progress bar says */
    int64_t work;        /* what job.done grows to */
    bool usage;          /* set: the error is wrong usage, exit status 2 */
    const char *command; /* the command line, quoted for a shell: what makes all this again */
} App;

typedef struct Verb {
    const char *name, *synopsis, *summary;
    const char *examples; /* lines */
    int words_min, words_max;
    bool (*run)(App *app, Error *err);
    bool patient; /* after a signal it ends in its own time: a window */
} Verb;
extern const Verb verbs[]; /* ended by a NULL name */
const Verb *verb_find(const char *name, Error *err);

bool verb_models(App *app, Error *err);
bool verb_info(App *app, Error *err);
bool verb_run(App *app, Error *err);
bool verb_export(App *app, Error *err);
bool verb_explain(App *app, Error *err);
bool verb_eval(App *app, Error *err);
bool verb_train(App *app, Error *err);
bool verb_bench(App *app, Error *err);
bool verb_view(App *app, Error *err);
bool verb_play(App *app, Error *err);
bool verb_lesson(App *app, Error *err);
bool verb_diagram(App *app, Error *err);
bool verb_table(App *app, Error *err);
/* What --image, --state, --lang, ... ask of the session; words are loaded (words_free). `look`
 * lends room; `kept`: it begins with what the user chose the last time. */
bool app_session_options(App *app, bool kept, SessionOptions *options, State *look, Words **words,
                         Error *err);
bool verb_help(App *app, Error *err);
/* "1920x1080"; nothing is set if the text is NULL. */
bool app_screen_size(const char *text, const char *option, int *width, int *height, Error *err);

/* Wrong usage; returns false. */
bool app_usage(App *app, Error *err, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* "convoscope VERB ARGUMENT...", quoted where a shell needs it; argv[0] is left out. */
char *app_command_text(Arena *arena, const char *verb, int argc, char **argv, Error *err);

/* --shard I/N; both 0 if it is not given. */
bool app_shard(App *app, int *shard, int *shards, Error *err);

RunOptions app_run_options(const App *app);
/* The network that options name, with weights; remarks on loading go to stderr. NULL on failure. */
Model *app_open(App *app, const char *which, int size, Error *err);
/* The network and its input from --image or --input (one of them must be given). A square --input
 * of another size than the network's own opens it at that size. *source is the file's name. */
Model *app_open_input(App *app, Tensor *input, const char **source, Error *err);

/* A progress bar (of work 0: the task alone) on stderr if that is a terminal and --quiet is not
 * given, until app_progress_end.
 */
void app_progress_begin(App *app, const char *task, int64_t work);
void app_progress_end(App *app);
/* A remark on stderr, unless --quiet or the text is empty. */
void app_note(const App *app, const char *text);
/* What must not be missed, also with --quiet; nothing if the text is empty. */
void app_warn(const char *text);

/* "1.23 G", "61.1 M", "431 k", "520". */
const char *app_count_text(char buffer[24], double count);
#define COUNT_TEXT(n) app_count_text((char[24]){0}, (double)(n))
/* "1 picture", "12 pictures". */
const char *app_counted_text(char buffer[80], int64_t count, const char *noun);
#define COUNTED(count, noun) app_counted_text((char[80]){0}, (count), (noun))
/* "12.35"; "NaN", "inf" and "-inf" whatever the sign bit of a NaN and the C library. */
const char *app_fixed_text(char buffer[48], double value, int decimals);
#define FIXED_TEXT(value, decimals) app_fixed_text((char[48]){0}, (value), (decimals))

#endif
