/* The manual's page. */
#include "app/app.h"
#include "app/help.h"

#include "session/action.h"
#include <string.h>

/* What troff would take for its own is said otherwise; a hyphen-minus is to be copied as one. */
static void put(FILE *out, const char *text) {
    for (bool first = true; *text; first = *text++ == '\n')
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else if (first && (*text == '.' || *text == '\''))
            fprintf(out, "\\&%c", *text);
        else
            fputc(*text, out);
}

static void put_line(FILE *out, const char *macro, const char *text) {
    fprintf(out, "%s ", macro);
    put(out, text);
    fputc('\n', out);
}

static void put_text(FILE *out, const char *text) {
    put(out, text);
    fputc('\n', out);
}

/* "--image FILE" and what it does. */
static void put_options(FILE *out, const char *verb) {
    OptionHelp o;
    for (int at = 0; options_next(verb, &at, &o);) {
        fputs(".TP\n\\fB", out);
        put(out, TEXT("--%s", o.name));
        fputs("\\fR", out);
        if (o.value) {
            fputs(" \\fI", out);
            put(out, o.value);
            fputs("\\fR", out);
        }
        fputc('\n', out);
        put_text(out, o.help);
    }
}

static void put_examples(FILE *out, const char *examples) {
    fputs(".PP\nExamples:\n.PP\n.nf\n.RS 4\n", out);
    put(out, examples);
    fputs(".RE\n.fi\n", out);
}

static void put_verbs(FILE *out) {
    fputs(".SH COMMANDS\n", out);
    for (const Verb *v = verbs; v->name; v++) {
        put_line(out, ".SS", TEXT("%s %s", v->name, v->synopsis));
        put_text(out, TEXT("%s.", v->summary));
        put_options(out, v->name);
        put_examples(out, v->examples);
    }
}

static void put_keys(FILE *out, const Words *words) {
    char keys[ACTION_KEYS_SIZE];
    fputs(".SH KEYS\nIn the window; those of a bench of the workbench or of a lesson only "
          "there.\n",
          out);
    for (const Action *a = actions; a->name; a++) {
        if (!*action_every_key(a, keys))
            continue;
        fputs(".TP\n\\fB", out);
        put(out, keys);
        fputs("\\fR\n", out);
        put_text(out, words_get(words, WORDS_EN, TEXT("action.%s", a->name)));
    }
}

static void put_rest(FILE *out) {
    static const char *const files[][2] = {
        {"PREFIX/share/convoscope", "networks, trained weights, lessons, labels, words"},
        {"$XDG_DATA_HOME/convoscope/weights/NAME.safetensors", "weights of your own for a network"},
        {"$XDG_STATE_HOME/convoscope",
         "settings, bookmarks, what was open last, how far lessons went, checkpoints of training"}};
    fputs(".SH FILES\n", out);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        fputs(".TP\n\\fI", out);
        put(out, files[i][0]);
        fputs("\\fR\n", out);
        put_text(out, files[i][1]);
    }
    fputs(
        ".SH ENVIRONMENT\n.TP\n\\fBCONVOSCOPE_HOME\\fR\n"
        "a folder that holds assets, models and lessons in place of the installed ones\n"
        ".TP\n\\fBLANG\\fR, \\fBLC_ALL\\fR\nthe language on the screen, where \\-\\-lang does not "
        "say it\n"
        ".SH EXIT STATUS\n0: done. 1: it could not be done; why is told on the standard error. 2: "
        "wrong usage.\n"
        ".SH SEE ALSO\n\\fBrsvg\\-convert\\fR(1), which makes the PDF files of \\fBdiagram\\fR\n",
        out);
}

void help_man(FILE *out, const Words *words) {
    fputs(
        ".TH CONVOSCOPE 1 \"\" \"convoscope " CONVOSCOPE_VERSION "\" \"User Commands\"\n"
        ".SH NAME\nconvoscope \\- convolutional networks, step by step\n"
        ".SH SYNOPSIS\n\\fBconvoscope\\fR [\\fIcommand\\fR] [\\fIargument\\fR ...]\n"
        ".SH DESCRIPTION\n"
        "Runs LeNet, AlexNet, ZFNet, VGG, GoogLeNet, ResNet and DenseNet layer by layer and shows "
        "what they compute: feature maps, the arithmetic of every value, the shapes of their "
        "blocks, what excites a unit. Without a command it opens the window.\n"
        ".PP\nA \\fIMODEL\\fR is a network's name, as \\fBconvoscope models\\fR lists them, or the "
        "path of a .json file.\n",
        out);
    put_verbs(out);
    put_keys(out, words);
    put_rest(out);
}
