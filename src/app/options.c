#include "app/options.h"

#include "base/text.h"
#include <getopt.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef enum OptionKind {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_INT,
    OPTION_REAL,
    OPTION_CHOICE
} OptionKind;

typedef struct OptionSpec {
    const char *name, *value; /* value: what stands after it in help; NULL for a flag */
    OptionKind kind;
    size_t offset; /* in Options; a choice's offset holds an int: the index into choices */
    long min, max;
    const char *choices; /* "naive|gemm"; a text option with choices takes only those */
    const char *verbs;   /* " run export "; NULL: all */
    const char *help;
} OptionSpec;

#define SEED_MAX    9007199254740991LL /* 2^53 - 1, as in recipes */
#define FIELD(name) offsetof(Options, name)
static const OptionSpec specs[] = {
    {"image", "FILE", OPTION_TEXT, FIELD(image), 0, 0, NULL, " run export explain view play ",
     "a picture: PNG, JPEG, BMP, TGA, GIF, PNM"},
    {"input", "F.npy", OPTION_TEXT, FIELD(input), 0, 0, NULL, " run export explain ",
     "the network's input as it is: no resizing, no normalising"},
    {"top", "N", OPTION_INT, FIELD(top), 1, 100000, NULL, " run ", "how many classes to tell (5)"},
    {"plan", NULL, OPTION_TEXT, FIELD(plan), 0, 0, "fast|step", " run ",
     "fast: fused, buffers reused; step: every activation kept"},
    {"dump", "DIR", OPTION_TEXT, FIELD(dump), 0, 0, NULL, " run ",
     "write activations, logits and probabilities as .npy"},
    {"nodes", "all|weighted|N1,N2", OPTION_TEXT, FIELD(nodes), 0, 0, NULL, " run export ",
     "which nodes, by name or label (weighted)"},
    {"node", "N", OPTION_TEXT, FIELD(node), 0, 0, NULL, " explain ",
     "where it starts, by name or label; for gradcam whose maps (the last), for occlusion see "
     "there"},
    {"channel", "C", OPTION_INT, FIELD(channel), 0, 1000000000, NULL, " explain ",
     "of that node (the one with the largest activation)"},
    {"at", "max|all|Y,X", OPTION_TEXT, FIELD(at), 0, 0, NULL, " explain ",
     "what starts: the channel's largest activation, all of it, or that of one place (max)"},
    {"class", "K", OPTION_TEXT, FIELD(label), 0, 0, NULL, " explain ",
     "a class, by number or name (the likeliest); without --node it starts at its logit, with 1"},
    {"out", "F.png|F.npy", OPTION_TEXT, FIELD(out), 0, 0, NULL, " explain ",
     "a picture to look at, or the numbers; F.json: a part of top9"},
    {"switches", "recorded|center|F.png", OPTION_TEXT, FIELD(switches), 0, 0, NULL, " explain ",
     "max pools send back to where the largest was, or to the middle (recorded; cube: center)"},
    {"patch", "P", OPTION_INT, FIELD(patch), 1, 16384, NULL, " explain ",
     "occlusion: the square's side (an eighth of the input's)"},
    {"stride", "S", OPTION_INT, FIELD(stride), 1, 16384, NULL, " explain ",
     "occlusion: pixels from one place of the square to the next (half its side)"},
    {"fill", "V", OPTION_REAL, FIELD(fill), 0, 0, NULL, " explain ",
     "occlusion: what fills the square, as the network's input has it (0: the mean colour)"},
    {"channels", "0-19,25", OPTION_TEXT, FIELD(channels), 0, 0, NULL, " explain ",
     "top9: which channels (all)"},
    {"scale", NULL, OPTION_TEXT, FIELD(span), 0, 0, "picture|common", " explain ",
     "cube, top9: black and white are each picture's own largest value, or that of all (picture)"},
    {"resume", NULL, OPTION_FLAG, FIELD(resume), 0, 0, NULL, " explain ",
     "top9: go on from F.part, which a run that was cut off has left"},
    {"merge", NULL, OPTION_FLAG, FIELD(merge), 0, 0, NULL, " explain ",
     "top9: join the parts of all shards, whose files follow"},
    {"out", "DIR", OPTION_TEXT, FIELD(out), 0, 0, NULL, " export ", "the folder to write to"},
    {"out", "F.safetensors", OPTION_TEXT, FIELD(out), 0, 0, NULL, " train ",
     "the weights to write, with F.log.csv beside them (RECIPE.safetensors)"},
    {"epochs", "N", OPTION_INT, FIELD(epochs), 1, 100000, NULL, " train ",
     "the schedule is stretched to so many (the recipe's)"},
    {"seed", "S", OPTION_INT, FIELD(seed), 0, LONG_MAX < SEED_MAX ? LONG_MAX : (long)SEED_MAX, NULL,
     " train ", "0 to 2^53 - 1: of weights, order, changes of the pictures (the recipe's)"},
    {"half", NULL, OPTION_FLAG, FIELD(half), 0, 0, NULL, " train ",
     "kernels as F16, where the held-out loss shows that it costs no more than 0.5 % of it"},
    {"restart", NULL, OPTION_FLAG, FIELD(restart), 0, 0, NULL, " train ",
     "from the beginning, even if there is a checkpoint to go on from"},
    {"save-every", "SECONDS", OPTION_INT, FIELD(save_every), 1, 100000, NULL, " train ",
     "between checkpoints (30)"},
    {"what", NULL, OPTION_TEXT, FIELD(what), 0, 0, "maps|sheet|kernels", " export ",
     "a file a map, one sheet a node, or a convolution's kernels (maps)"},
    {"format", NULL, OPTION_TEXT, FIELD(format), 0, 0, "png|npy", " export ", "(png)"},
    {"colormap", NULL, OPTION_CHOICE, FIELD(colormap), 0, 0, "gray|viridis|rdbu", " export ",
     "(viridis; rdbu where values are signed)"},
    {"range", NULL, OPTION_TEXT, FIELD(range), 0, 0, "map|layer|global", " export ",
     "what the colours span (map)"},
    {"scale", "N", OPTION_INT, FIELD(scale), 1, 64, NULL, " export ", "pixels a cell (1)"},
    {"density", "N", OPTION_INT, FIELD(density), 1, 4, NULL, " export ",
     "pixels of a sheet to one of its page: 2 for slides, 4 for print (1)"},
    {"shard", "I/N", OPTION_TEXT, FIELD(shard), 0, 0, NULL, " export ",
     "only part I of N of the files"},
    {"shard", "I/N", OPTION_TEXT, FIELD(shard), 0, 0, NULL, " explain ",
     "top9: only part I of N of the pictures, for F.json"},
    {"data", "PATH", OPTION_TEXT, FIELD(data), 0, 0, NULL, " eval explain train ",
     "an image folder, IDX or CIFAR files"},
    {"limit", "N", OPTION_INT, FIELD(limit), 1, 1000000000, NULL, " eval ",
     "at most this many pictures"},
    {"batch", "N", OPTION_INT, FIELD(batch), 1, 1024, NULL, " eval bench ", "pictures at a time"},
    {"layers", NULL, OPTION_FLAG, FIELD(layers), 0, 0, NULL, " bench ",
     "of each step of the fast plan and of each layer in step mode"},
    {"paths", NULL, OPTION_FLAG, FIELD(paths), 0, 0, NULL, " bench ",
     "by each path (gemm, winograd, auto) and each tier of this machine"},
    {"paper", NULL, OPTION_FLAG, FIELD(paper), 0, 0, NULL, " info ",
     "the paper's figures beside ours"},
    {"csv", NULL, OPTION_FLAG, FIELD(csv), 0, 0, NULL, " table ",
     "for spreadsheets: commas, a line a row (RFC 4180)"},
    {"size", "N", OPTION_INT, FIELD(size), 1, 16384, NULL,
     " run export explain info bench eval view diagram ", "another height and width of the input"},
    {"lesson", "ID", OPTION_TEXT, FIELD(lesson), 0, 0, NULL, " view ",
     "begin with that lesson (convoscope lesson list), or its file"},
    {"state", "K=V;...", OPTION_TEXT, FIELD(state), 0, 0, NULL, " view play ",
     "the place to begin at (convoscope help state)"},
    {"lang", NULL, OPTION_TEXT, FIELD(lang), 0, 0, "en|es", " view play lesson diagram ",
     "the language on the screen (the locale's)"},
    {"theme", NULL, OPTION_TEXT, FIELD(theme), 0, 0, "dark|light|contrast", " view play lesson ",
     "(dark)"},
    {"big", NULL, OPTION_FLAG, FIELD(big), 0, 0, NULL, " view play lesson ",
     "for the hall: large type, two zones at a time"},
    {"export", "F.png", OPTION_TEXT, FIELD(export), 0, 0, NULL, " view ",
     "write a picture of the screen instead of opening the window"},
    {"window", "WxH", OPTION_TEXT, FIELD(screen), 0, 0, NULL, " view ",
     "how large that picture's screen is (1280x800)"},
    {"size", "WxH", OPTION_TEXT, FIELD(screen), 0, 0, NULL, " play lesson ",
     "of the screen (1280x800)"},
    {"scale", "N", OPTION_INT, FIELD(scale), 1, 4, NULL, " play lesson ",
     "pixels of a picture to one of the screen: 2 for slides, 4 for print (1)"},
    {"out", "DIR", OPTION_TEXT, FIELD(out), 0, 0, NULL, " play lesson ", "the folder for pictures"},
    {"block", "NAME", OPTION_TEXT, FIELD(block), 0, 0, NULL, " diagram ",
     "one block of it, opened (convoscope info MODEL --json names them)"},
    {"out", "F.svg|F.png|F.pdf", OPTION_TEXT, FIELD(out), 0, 0, NULL, " diagram ",
     "the file; a PDF is made by rsvg-convert"},
    {"scale", "N", OPTION_INT, FIELD(scale), 1, 8, NULL, " diagram ",
     "pixels of a PNG to a unit: 2 for slides, 4 for print (1)"},
    {"theme", NULL, OPTION_TEXT, FIELD(theme), 0, 0, "dark|light|contrast", " diagram ", "(light)"},
    {"live", NULL, OPTION_FLAG, FIELD(live), 0, 0, NULL, " play ",
     "show measured times, which differ from run to run"},
    {"frame-times", "F.json", OPTION_TEXT, FIELD(frame_times), 0, 0, NULL, " play ",
     "write the milliseconds that each frame took"},
    {"weights", "F.safetensors|random:SEED", OPTION_TEXT, FIELD(weights), 0, 0, NULL,
     " run export explain eval bench view play ", "(those at hand, else random:1)"},
    {"conv", NULL, OPTION_CHOICE, FIELD(conv), 0, 0, "auto|naive|gemm|winograd",
     " run export explain eval train bench view play lesson ",
     "how convolutions are computed (auto)"},
    {"threads", "N", OPTION_INT, FIELD(threads), 1, POOL_THREADS_MAX, NULL,
     " run export explain eval train bench view play lesson ", "(all cores)"},
    {"cpu", NULL, OPTION_CHOICE, FIELD(cpu), 0, 0, "ref|avx2|avx512",
     " run export explain eval train bench view play ",
     "use no more than this (the best there is)"},
    {"json", NULL, OPTION_FLAG, FIELD(json), 0, 0, NULL,
     " models info run explain eval train bench ", "one JSON document on stdout"},
    {"quiet", NULL, OPTION_FLAG, FIELD(quiet), 0, 0, NULL, NULL,
     "no progress, no remarks; warnings stay"},
    {"help", NULL, OPTION_FLAG, FIELD(help), 0, 0, NULL, NULL, "this help"},
};
enum { OPTION_COUNT = sizeof specs / sizeof *specs, FIRST_OPTION = 256 };

static bool belongs(const OptionSpec *spec, const char *verb) {
    return !spec->verbs || strstr(spec->verbs, TEXT(" %s ", verb)) != NULL;
}

/* The index of a choice, or -1. */
static int choice_index(const char *choices, const char *text) {
    int index = 0;
    for (const char *at = choices;; index++) {
        size_t length = strcspn(at, "|");
        if (strlen(text) == length && strncmp(at, text, length) == 0)
            return index;
        if (!at[length])
            return -1;
        at += length + 1;
    }
}

static bool set_option(Options *options, const OptionSpec *spec, const char *value, Error *err) {
    void *field = (char *)options + spec->offset;
    if (spec->choices && choice_index(spec->choices, value) < 0)
        return error_set(err, ERROR_EXPECTED, TEXT("--%s", spec->name), spec->choices,
                         TEXT("'%.80s'", value));
    switch (spec->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case OPTION_TEXT:
        *(const char **)field = value;
        return true;
    case OPTION_CHOICE:
        *(int *)field = choice_index(spec->choices, value);
        if (spec->offset == FIELD(colormap))
            options->colormap_given = true;
        return true;
    case OPTION_REAL:
        return text_to_double(value, field) ||
               error_set(err, ERROR_EXPECTED, TEXT("--%s", spec->name), "a number",
                         TEXT("'%.80s'", value));
    default:
        return text_to_int(value, spec->min, spec->max, field) ||
               error_set(err, ERROR_EXPECTED, TEXT("--%s", spec->name),
                         TEXT("%ld..%ld", spec->min, spec->max), TEXT("'%.80s'", value));
    }
}

static bool unknown_option(const char *verb, const char *given, Error *err) {
    while (*given == '-')
        given++;
    char word[80];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(given, "="), given);
    TextNearest nearest = {.word = word};
    for (int i = 0; i < OPTION_COUNT; i++)
        if (belongs(&specs[i], verb))
            text_nearest_offer(&nearest, specs[i].name);
    return text_unknown(&nearest, TEXT("option of %s", verb), err);
}

bool options_parse(Options *options, const char *verb, int argc, char **argv, Error *err) {
    *options = (Options){.cpu = cpu_best(),
                         .top = 5,
                         .scale = 1,
                         .seed = -1,
                         .channel = -1,
                         .colormap = COLORMAP_VIRIDIS};
    struct option known[OPTION_COUNT + 1] = {{0}};
    int count = 0;
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (!belongs(&specs[i], verb))
            continue;
        known[count] = (struct option){.name = specs[i].name,
                                       .has_arg = specs[i].kind == OPTION_FLAG ? no_argument
                                                                               : required_argument,
                                       /* each its own: getopt takes the first of several
                                        * abbreviated ones that it cannot tell apart */
                                       .val = FIRST_OPTION + i};
        count++;
    }
    opterr = 0;
    optind = 1;
    for (int result; (result = getopt_long(argc, argv, ":h", known, NULL)) != -1;) {
        if (result == 'h')
            options->help = true;
        else if (result == ':')
            return error_set(err, ERROR_MISSING, TEXT("the value of %.80s", argv[optind - 1]));
        else if (result == '?' && optopt >= FIRST_OPTION)
            return error_set(err, ERROR_BAD,
                             TEXT("--%s takes no value", specs[optopt - FIRST_OPTION].name));
        else if (result == '?')
            return unknown_option(verb, optopt ? TEXT("%c", optopt) : argv[optind - 1], err);
        else if (!set_option(options, &specs[result - FIRST_OPTION], optarg, err))
            return false;
    }
    for (; optind < argc; optind++) {
        if (options->word_count == OPTIONS_WORDS_MAX)
            return error_set(err, ERROR_TOO_LARGE, "the command line", "more words",
                             TEXT("%d", OPTIONS_WORDS_MAX));
        options->words[options->word_count++] = argv[optind];
    }
    if (options->cpu > cpu_best())
        options->cpu = cpu_best(); /* a cap, not a demand */
    return true;
}

bool options_next(const char *verb, int *at, OptionHelp *option) {
    while (*at < OPTION_COUNT && !belongs(&specs[*at], verb))
        ++*at;
    if (*at == OPTION_COUNT)
        return false;
    const OptionSpec *spec = &specs[(*at)++];
    *option = (OptionHelp){spec->name, spec->value ? spec->value : spec->choices, spec->choices,
                           spec->help};
    return true;
}

void options_help(const char *verb, void *out) {
    OptionHelp o;
    for (int at = 0; options_next(verb, &at, &o);)
        fprintf(out, "  %-42s %s\n",
                TEXT("--%s%s%s", o.name, o.value ? " " : "", o.value ? o.value : ""), o.help);
}
