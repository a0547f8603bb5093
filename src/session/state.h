/* What the screen shows, as plain data: no pointers, a fixed size, so that undo and bookmarks are
 * copies of it. Only action_perform (session/action.h) changes it. One table (state.c) names every
 * field: from it follow --state, bookmarks, `expect state` and `convoscope help state`. */
#ifndef SESSION_STATE_H
#define SESSION_STATE_H

#include "base/file.h"
#include "base/words.h"
#include "graph/graph.h"

/* A network with a picture, by name. */
typedef struct SceneNames {
    char model[FILE_PATH_MAX];   /* "lenet", or the path of a .json; "" before the first */
    char image[FILE_PATH_MAX];   /* a path; "": the sample picture that suits the network */
    char weights[FILE_PATH_MAX]; /* a path or "random:SEED"; "": what engine_open finds */
    int size;                    /* the input's height and width; 0: as the network says */
} SceneNames;

/* Into what one has gone: the zone that is large and that the arrow keys move in. */
typedef enum StateDepth { DEPTH_NETWORK, DEPTH_LAYER, DEPTH_UNIT, DEPTHS } StateDepth;

typedef enum StateColors {
    COLORS_AUTO, /* viridis for values of one sign, blue-white-red for signed ones */
    COLORS_GRAY,
    COLORS_VIRIDIS,
    COLORS_RDBU,
    COLORS_CHOICES
} StateColors;

typedef enum StateRange { RANGE_MAP, RANGE_LAYER, RANGE_NETWORK, RANGES } StateRange;
typedef enum StateSort { SORT_INDEX, SORT_MEAN, SORT_MAX, SORTS } StateSort;
typedef enum StateHeat {
    HEAT_NONE,
    HEAT_PARAMS,
    HEAT_MACS,
    HEAT_BYTES,
    HEAT_TIME,
    HEATS
} StateHeat;
/* The terms of a long sum: the strongest first, or as the loops go. */
typedef enum StateTerms { TERMS_STRONGEST, TERMS_IN_ORDER, TERMS_ORDERS } StateTerms;
/* What view.explain shows of the chosen unit, or of a class. */
typedef enum StateExplain {
    EXPLAIN_NONE,
    EXPLAIN_DECONVNET,
    EXPLAIN_GRADIENT,
    EXPLAIN_GUIDED,
    EXPLAIN_CUBE,      /* all eight ways down at once */
    EXPLAIN_TESTS,     /* does the picture mean anything? */
    EXPLAIN_OCCLUSION, /* of the class */
    EXPLAIN_GRADCAM,
    EXPLAINS
} StateExplain;
/* What starts on the way down. */
typedef enum StateStart { START_MAX, START_ALL, START_CELL, START_CLASS, STARTS } StateStart;
/* What of the workbench is open, in place of the layers (session/bench.h). */
typedef enum StateBench {
    BENCH_NONE,
    BENCH_ALGORITHM, /* the seven loops beside im2col and blocked GEMM */
    BENCH_RACE,      /* both on the clock */
    BENCH_RESIDUAL,  /* what a residual block adds, and the network without it */
    BENCH_DENSE,     /* who made each slice of a dense block, and who uses it */
    BENCH_INCEPTION, /* the branches to scale, and what their 1x1 reductions save */
    BENCH_LAYER,     /* a convolution with other parameters, a kernel edited, maps set to zero */
    BENCH_TRAINING,  /* a LeNet that learns */
    BENCH_CANVAS,    /* two drawings, and what the network answers */
    BENCH_PANES,     /* another network, or the same otherwise, beside */
    BENCH_FAMILIES,  /* all networks in a table, or as a chart */
    BENCH_TABLE,     /* the table by which the network's paper tells it */
    BENCHES
} StateBench;
/* What one plays with of a layer (session/trial.h). */
typedef enum StateTry { TRY_SIZE, TRY_KERNEL, TRY_CHANNELS, TRY_PATCH, TRIES } StateTry;
typedef enum StatePreset {
    PRESET_OWN,
    PRESET_IDENTITY,
    PRESET_SOBEL_X,
    PRESET_SOBEL_Y,
    PRESET_BLUR,
    PRESET_SHARPEN,
    PRESET_FLIP, /* the layer's own, turned by half a turn */
    PRESETS
} StatePreset;
typedef enum StateSource { SOURCE_MAP, SOURCE_GREY, SOURCE_COLOURS, SOURCES } StateSource;
/* What the table of networks is sorted by; and how they are drawn instead. */
typedef enum StateFamilySort {
    FAMILIES_AS_TAUGHT, /* as the classroom meets them: family, year, size */
    FAMILIES_BY_NAME,
    FAMILIES_BY_YEAR,
    FAMILIES_BY_DEPTH,
    FAMILIES_BY_PARAMS,
    FAMILIES_BY_MACS,
    FAMILIES_BY_ERROR,
    FAMILIES_BY_TIME,
    FAMILY_SORTS
} StateFamilySort;
typedef enum StateFamilyView {
    FAMILIES_TABLE,
    FAMILIES_ERROR_MACS,  /* a chart of these two, */
    FAMILIES_PARAMS_MACS, /* or of these */
    FAMILY_VIEWS
} StateFamilyView;
/* What stands in the other pane (session/panes.h). */
typedef enum StatePanes {
    PANES_NETWORKS, /* another network */
    PANES_PATHS,    /* the same by the seven loops */
    PANES_WEIGHTS,  /* the same with random weights */
    PANES_KINDS
} StatePanes;
/* A LeNet that learns (session/learning.h): with what, and what is looked at. */
typedef enum StateLearnActivation {
    LEARN_TANH,
    LEARN_RELU,
    LEARN_ACTIVATIONS
} StateLearnActivation;
typedef enum StateLearnPooling {
    LEARN_POOL_2, /* 2x2 by steps of 2 */
    LEARN_POOL_3, /* 3x3 by steps of 2: windows overlap */
    LEARN_POOLINGS
} StateLearnPooling;
typedef enum StateLearnView {
    LEARN_FILTERS,     /* what it learns, and how well */
    LEARN_GRADIENT,    /* the way back */
    LEARN_DEGRADATION, /* plain and residual networks of 20 and 56 layers */
    LEARN_VIEWS
} StateLearnView;
/* What is predicted first, and hidden until it is revealed (session/prediction.h). */
typedef enum StateHide { HIDE_NONE, HIDE_SHAPE, HIDE_VALUE, HIDE_CLASS, HIDES } StateHide;
typedef enum StateTheme { THEME_DARK, THEME_LIGHT, THEME_CONTRAST, THEMES } StateTheme;
typedef enum StateOverlay {
    OVERLAY_NONE,
    OVERLAY_HELP,
    OVERLAY_PALETTE, /* of commands, and of what they may be about */
    OVERLAY_MODELS,
    OVERLAY_IMAGES,
    OVERLAY_EXPORT, /* what of the screen is written, and where */
    OVERLAY_LESSONS,
    OVERLAY_WELCOME, /* what one could begin with */
    OVERLAYS
} StateOverlay;

enum {
    STATE_TYPED_SIZE = 1024,
    STATE_WORD_SIZE = 64,
    STATE_TEXT_MIN = 80,
    STATE_TEXT_MAX = 240,
    STATE_FLAG_BYTES = GRAPH_BLOCKS_MAX / 8
};

/* A block index in a set of them. */
typedef struct StateBlocks {
    uint8_t bits[STATE_FLAG_BYTES];
} StateBlocks;

/* Of a drawing (session/canvas.h). */
enum { CANVAS_SIDE = 32, CANVAS_CELLS = CANVAS_SIDE * CANVAS_SIDE, CANVAS_LEVELS = 16 };
enum { ZOOM_WHOLE = -1, TRIAL_PARAMS = 5, TRIAL_CELLS = 121 };

/* All ints and bytes, so that two can be compared. */
typedef struct StateTrial {
    StateTry what;
    int of; /* the convolution that the rest is about; GRAPH_FAILED: none yet */
    int kernel, stride, padding, dilation, groups; /* -1: as the layer has it */
    int slider;                                    /* which of these the arrow keys move */
    StatePreset preset;
    StateSource source;
    int input;              /* which map the kernel goes over; -1: its strongest */
    int cell[2];            /* of the kernel, y and x */
    int edits[TRIAL_CELLS]; /* by cell: how many units are added to it */
    StateBlocks off;        /* the maps that are set to zero */
    int patch[2], side;     /* its middle, y and x of the input (-1: none); its side in percent */
} StateTrial;

/* Where one is: what undo and bookmarks go back to. */
typedef struct StatePlace {
    SceneNames scene;
    StateDepth depth;
    int node;    /* the node shown; GRAPH_IMAGE: the input */
    int channel; /* the chosen one of that node; of a vector, the unit */
    int unit[2]; /* the chosen cell of that channel, y and x; -1: none chosen yet */
    int maps;    /* on a page: one of state_maps */
    int page;    /* of so many */
    StateSort sort;
    StateColors colors;
    StateRange range;
    StateHeat heat;
    int zoom;   /* of the network view, in percent; 0: as much as can be read; ZOOM_WHOLE: all */
    int pan[2]; /* of that, logical pixels at 100 %: from where it would be without */
    StateBlocks opened, unfolded;
    StateBlocks focus; /* what the network view has in its middle; none: the layer shown */
    StateTerms terms;
    int term_page;
    int step;        /* how many terms the running sum has so far; -1: all */
    int class_index; /* whose fraction of the softmax is shown; -1: the likeliest */
    StateExplain explain;
    StateStart start;
    int switches;     /* LayerSwitches */
    int common_scale; /* 1: signed pictures side by side share a scale */
    int pin;          /* the node whose unit is explained while others are looked at; */
    int pin_channel;  /* GRAPH_FAILED: none, that of the node shown */
    int pin_cell[2];  /* as unit */
    int stage;        /* how far down the way is shown; -1: the whole of it, the picture */
    StateBench bench;
    int algorithm_step; /* of the walk; it counts while the chosen cell's tile is at work then */
    int algorithm_by;   /* GemmStride */
    int race_whole;     /* 1: of the whole network, layer by layer */
    int race_replays;   /* how often it was shown again */
    StateTrial trial;
    int residual_block;           /* chosen in the residual lab, of its blocks; */
    int residual_channel;         /* whose map is shown there; -1: the strongest of F(x) */
    StateBlocks residual_removed; /* whose F(x) is taken away */
    int dense_block, dense_layer; /* in the dense ledger */
    int inception_block;
    StateFamilySort families_sort;
    StateFamilyView families_view;
    int families_reverse, families_row;
    int families_time; /* what was asked to be measured: 0: nothing, 1: all, 2 + row: one */
    StateLearnActivation learn_activation;
    StateLearnPooling learn_pooling;
    StateLearnView learn_view;
    int learn_seed, learn_restarts;
    int learn_rate;                  /* millionths */
    uint8_t canvas[2][CANVAS_CELLS]; /* drawings, rows of the network's input's width */
    int canvas_which;                /* the one that is drawn on: 0 left, 1 right */
    int canvas_at[2];                /* the pen, y and x, in quarters of a pixel */
    int canvas_width;                /* of its stroke, in these */
    int canvas_down, canvas_erase;
    int canvas_plain; /* 1: not fitted as MNIST's digits are */
    StatePanes panes_kind;
    int panes_seed, panes_difference; /* 1: left − right in place of the right one */
    StateHide hide;
    char guess[STATE_WORD_SIZE]; /* of what is hidden: "24 24 20", "0.5", a class's number; or "" */
    bool revealed;
    bool logits;                     /* classes by logit, not probability */
    char panes_model[FILE_PATH_MAX]; /* ""; one that suits it */
    char other[FILE_PATH_MAX]; /* the picture whose switches are used; "": one that comes along */
} StatePlace;

/* What the mouse is over. */
typedef struct StateHover {
    int node;    /* GRAPH_FAILED: none */
    int channel; /* -1: none */
    int cell[2]; /* y and x in that channel; -1: none */
} StateHover;

typedef struct State {
    StatePlace place;
    char learn_data[FILE_PATH_MAX]; /* what to learn; "": Fashion-MNIST as packaged */
    char lesson[FILE_PATH_MAX];     /* that is underway, as lesson_load takes it; "": none */
    int lesson_step, lesson_answer; /* from 0; see session/tutor.h */
    StateHover hover;
    StateOverlay overlay;
    char typed[STATE_TYPED_SIZE]; /* into the overlay's field */
    int choice;                   /* the row of its list that is chosen */
    StateTheme theme;
    WordsLanguage language;
    bool comma; /* decimal sign */
    int text;   /* percent */
    bool big;   /* for the hall: two zones at a time, larger type, thicker lines */
    bool still; /* no animations */
    bool fullscreen;
    int display;      /* which one; counted from 0 */
    int tips;         /* how many of the tips for newcomers were read */
    bool alone;       /* of the zones only the one that is large */
    int export_scale; /* pixels of exported pictures to one of the screen */
    bool blank;       /* a black screen */
    bool playing;     /* autoplay: a step a tick */
    int speed;        /* of that, steps a second */
    bool all;         /* compute to the end, not only up to the node shown */
    bool paused;      /* compute nothing until the next step */
    bool quit;
} State;

enum { STATE_TIPS = 3 };
/* Whether text can be typed into it. */
static inline bool state_overlay_has_field(StateOverlay overlay) {
    return overlay != OVERLAY_NONE && overlay != OVERLAY_HELP && overlay != OVERLAY_WELCOME;
}

/* How many maps a page may have, ended by 0: 1, 4, 16, ... */
extern const int state_maps[];

void state_init(State *state);
bool state_same_place(const StatePlace *a, const StatePlace *b);
bool state_same_scene(const SceneNames *a, const SceneNames *b);
bool state_has_block(const StateBlocks *set, int block);
void state_set_block(StateBlocks *set, int block, bool in);

/* One field as text: "node" "layer2.0.conv1", "unit" "5,7". The graph (NULL: none is open) gives
 * nodes and blocks their names. */
typedef struct StateField StateField;
const StateField *state_field(int i); /* NULL beyond the last */
const char *state_field_name(const StateField *field);
const char *state_field_values(const StateField *field); /* "none|params|...", "0..100", "NODE" */
bool state_field_needs_graph(const StateField *field);
bool state_get(const State *state, const Graph *g, const char *name, char *buffer, size_t size,
               Error *err);
/* Sets one; ranges that depend on the network are left to session_settle. Unknown names and values
 * suggest the nearest. */
bool state_set(State *state, const Graph *g, const char *name, const char *value, Error *err);

/* "model=resnet18; node=layer2.0.conv1; channel=12": all fields that are not as state_init has
 * them. False: it does not fit. */
bool state_print(const State *state, const Graph *g, char *buffer, size_t size);
/* Of such a line only the fields that name the scene (model, image, weights, size), or only the
 * others. */
bool state_read_scene(State *state, const char *line, Error *err);
bool state_read_rest(State *state, const Graph *g, const char *line, Error *err);

#endif
