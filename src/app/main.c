/* convoscope: the command line. Only this file prints errors and exits. */
#include "app/app.h"

#include "base/file.h"
#include "base/interrupt.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

static int fail(const char *verb, const Error *err, bool usage) {
    fprintf(stderr, "convoscope: %s\n", err->text);
    if (usage)
        fprintf(stderr, "Try 'convoscope help%s%s'.\n", verb ? " " : "", verb ? verb : "");
    return usage ? EXIT_USAGE : EXIT_FAILURE;
}

/* What the verb wrote goes to stdout only now that it has succeeded. */
static bool print(const char *text, size_t size, Error *err) {
    if (fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0)
        return true;
    return error_set(err, ERROR_BAD, "cannot write to standard output");
}

/* From a signal's handler: what could not be cancelled soon enough ends here, as if it had been. */
static void give_up(void) {
    file_drop_temporaries();
    interrupt_exit("convoscope: cancelled\n", EXIT_FAILURE);
}

static bool run_verb(App *app, const Verb *verb, Error *err) {
    char *text = NULL;
    size_t size = 0;
    long threads = app->options.threads ? app->options.threads : pool_cores();
    app->pool = pool_new((int)threads, err);
    app->out = open_memstream(&text, &size);
    bool ok = app->pool && app->out;
    if (ok) {
        interrupt_watch(&app->job, verb->patient ? NULL : give_up);
        ok = verb->run(app, err);
        interrupt_watch(NULL, NULL);
    } else {
        error_set(err, ERROR_NO_MEMORY, "a buffer");
    }
    app_progress_end(app);
    if (app->out && fclose(app->out) != 0)
        ok = error_set(err, ERROR_NO_MEMORY, "the output");
    ok = ok && print(text, size, err);
    free(text);
    pool_free(app->pool);
    return ok;
}

static int start_app(App *app, const char *name, int argc, char **argv) {
    Error err = {0};
    const Verb *verb = verb_find(name, &err);
    if (!verb)
        return fail(NULL, &err, true);
    app->command = app_command_text(&app->arena, name, argc, argv, &err); /* getopt reorders argv */
    if (!app->command)
        return fail(NULL, &err, false);
    if (!options_parse(&app->options, name, argc, argv, &err))
        return fail(name, &err, true);
    if (app->options.help) {
        app->options.words[0] = name;
        app->options.word_count = 1;
        verb = verb_find("help", &err);
    }
    int words = app->options.word_count;
    if (words < verb->words_min || words > verb->words_max) {
        app_usage(app, &err, "usage: convoscope %s %s", verb->name, verb->synopsis);
        return fail(name, &err, true);
    }
    return run_verb(app, verb, &err) ? EXIT_SUCCESS : fail(name, &err, app->usage);
}

static int start(const char *name, int argc, char **argv) {
    App app = {0};
    int status = start_app(&app, name, argc, argv);
    arena_free(&app.arena);
    return status;
}

int main(int argc, char **argv) {
    file_claim_streams();
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        Error err = {0};
        static const char version[] = "convoscope " CONVOSCOPE_VERSION "\n";
        return print(version, sizeof version - 1, &err) ? EXIT_SUCCESS : fail(NULL, &err, false);
    }
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return start("help", 1, argv);
    /* No verb: view. `convoscope lenet` and `convoscope --image x.png` are views too. */
    bool named = argc > 1 && argv[1][0] != '-';
    if (named && verb_find(argv[1], NULL))
        return start(argv[1], argc - 1, argv + 1);
    if (!named)
        return start("view", argc, argv);
    Error err = {0};
    Model *model = model_load(argv[1], 0, &err);
    model_free(model);
    bool path = strchr(argv[1], '/') || strchr(argv[1], '.');
    if (model || path)
        return start("view", argc, argv);
    return start(argv[1], argc - 1, argv + 1);
}
