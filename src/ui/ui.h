/* What the parts of the screen share: what they look at, and how they say and draw it. Each part
 * (view_*.c, panel_*.c, overlay_*.c) fills a box of the display list; it changes nothing. What a
 * click on a place means is written on the place (draw_region). */
#ifndef UI_UI_H
#define UI_UI_H

#include "draw/diagram.h"
#include "draw/image_cache.h"
#include "draw/list.h"
#include "session/action.h"
#include "tensor/colormap.h"
#include "ui/layout.h"
#include "ui/theme.h"

/* What the network's diagram was laid out for. */
typedef struct DiagramKey {
    uint64_t serial; /* of the scene */
    StateBlocks opened, unfolded;
    double scale; /* of type */
    WordsLanguage language;
    int width, height; /* of the zone, where the network is large */
} DiagramKey;

/* What lives from frame to frame beside the session: nothing of it is anything but a shortcut to
 * what could be worked out again, and where animations stand. */
typedef struct UiMemory {
    ImageCache *images;
    Diagram diagram;
    DiagramKey diagram_key;
    bool has_diagram;
    Layout from, to; /* zones on their way */
    double started;  /* ms of the clock */
    bool has_layout;
    struct {
        double zoom, x, y; /* as it was drawn last: screen = diagram * zoom + (x, y) */
        double focus[2];   /* what pan starts from, in the diagram */
        Rect box;          /* the middle of which shows focus + pan */
    } camera;
    struct {
        uint64_t serial; /* of the race that is replayed */
        int replays;
        double started; /* ms of the clock */
    } race;
    bool animating;   /* what is being drawn moves on by itself: the next frame will differ */
    bool hide_lesson; /* what a lesson says stands elsewhere: only what it means is framed */
    bool hide_times;  /* measured times read "-": pictures of scripts do not depend on them */
} UiMemory;
bool ui_memory_open(UiMemory *memory, Error *err);
void ui_memory_close(UiMemory *memory);

/* The pan with which the network's point under (x, y) stays there at a zoom of so many percent. */
void ui_pan_under(const UiMemory *memory, int x, int y, int percent, int pan[2]);

/* What all parts look at. `values`, `stats` and `channels` are NULL while the node shown is not
 * computed. */
typedef struct View {
    DrawList *list;
    Session *session;
    UiMemory *memory;
    const State *state;
    const StatePlace *place;
    const Theme *theme;
    const Words *words;
    WordsLanguage language;
    double now;
    int mouse_x, mouse_y; /* -1: not over the window */
    const char *origin;   /* what the footer says instead of keys; NULL: nothing */
    double scale;         /* of type and space: 1 is 14 pixels' body type */
    JobProgress progress;
    const Scene *scene; /* NULL: none is open */
    const Model *model;
    const Graph *graph;
    int node;
    SceneExtent extent;
    const Tensor *values;
    const Stats *stats;
    const ChannelStats *channels;
} View;

/* What the zones would depend on at that depth. */
LayoutWish ui_layout_wish(const View *v, StateDepth depth);

/* --- Sizes: logical pixels at this size of type --- */
enum { SIZE_SMALL = 12, SIZE_BODY = 14, SIZE_HEAD = 18, SIZE_TITLE = 24, SIZE_LARGE = 32 };
int ui_px(const View *v, double px);  /* so many at scale 1 */
int ui_line(const View *v, int size); /* the height that a line of that type takes */
#define SPACE(v) ui_px((v), 8)

/* --- Words --- */
const char *ui_word(const View *v, const char *key);
/* With what is put in; lives as long as the list. */
#define ui_say(v, key, ...) ui_say_args((v), (key), (const char *const[]){__VA_ARGS__, NULL})
const char *ui_say_args(const View *v, const char *key, const char *const *args);
const char *ui_keep(const View *v, const char *text); /* a copy that lives as long as the list */
const char *ui_number(const View *v, double value);   /* three digits that count */
const char *ui_digits(const View *v, double value, int digits);
const char *ui_short(const View *v, double value); /* two decimals at most: "-0.12", "13" */
const char *ui_exact(const View *v, double value); /* nine, for what hovering says */
const char *ui_percent(const View *v, double share);
const char *ui_count(const View *v, int64_t value);
/* "24 × 24 × 20", the channels last; or "500" for a vector. */
const char *ui_extent(const View *v, const Shape *shape);
/* Of what a node puts out (GRAPH_IMAGE: the picture); as text "?" while that is to be predicted. */
const Shape *ui_shape(const View *v, int node);
const char *ui_extent_of(const View *v, int node);
const char *ui_extent_short(const View *v, int node); /* "24² × 20" where it is square */
/* With spaces at which no line is broken, but for those after commas: "pad 1, 2 groups". */
const char *ui_unbroken(const View *v, const char *text);
const char *ui_label(const View *v, int node); /* as lecturers say it; of the input too */
/* A label of models/NAME.json in the user's language, as far as it consists of known phrases. */
const char *ui_phrases(const View *v, const char *label);
const char *ui_operation(const View *v, int node);  /* "convolution", in the user's language */
const char *ui_parameters(const View *v, int node); /* "3x3, 384, pad 1", or "" */
/* Such parts in the user's language: "7x7, 64, stride 2". */
const char *ui_part(const View *v, const char *text);
/* The class that an element of the last vector stands for, in the user's language, or its number.
 */
const char *ui_class_name(const View *v, int index);

/* A key as it is printed on keyboards of the user's language: "Ctrl+PageDown" is "Ctrl+PgDn", or
 * "Ctrl+Av Pág". */
const char *ui_key_name(const View *v, const char *key);
const char *ui_key(const View *v, const Action *action); /* its first key, or "" */
/* Whose weights these are, in the user's language; random ones say so. */
const char *ui_weights(const View *v);
/* What goes in and what comes out of a layer, and what it is: "convolution 5x5, 20: 28 × 28 × 1 →
 * 24 × 24 × 20". */
const char *ui_layer_note(const View *v, int node);

/* --- Text --- */
typedef enum UiTone { TONE_TEXT, TONE_DIM, TONE_ACCENT, TONE_ON_ACCENT, TONE_WRONG } UiTone;
TextStyle ui_style(const View *v, int size, UiTone tone, TextAlign align);
TextStyle ui_mono(const View *v, int size, UiTone tone, TextAlign align);
/* A line of it from the top of the box, which it cuts off. Returns what it takes. */
Rect ui_text(const View *v, Rect *box, TextStyle style, const char *text);
/* Broken into lines; cuts off what it takes, at most `lines` lines. */
void ui_paragraph(const View *v, Rect *box, TextStyle style, int lines, const char *text);

/* --- Things --- */
/* A button as wide as its text asks for, cut off the left of *row. `key` may be NULL. */
void ui_button(const View *v, Rect *row, const char *text, const char *key, const char *action,
               bool chosen, const char *region);
typedef struct UiButton {
    const char *text, *action, *region;
    bool chosen, keyless;
} UiButton;
/* A row of them, with their keys where there is room for those of all, smaller where there would
 * not even be room for the words; hovering one says what it does. */
void ui_buttons(const View *v, Rect row, const UiButton *buttons, int count);
/* A heading of a zone with a note at its right; cuts itself off. Neither is ever cut: they become
 * smaller, and go on in further lines. */
void ui_heading(const View *v, Rect *box, const char *text, const char *note);
void ui_progress(const View *v, Rect box, double share);
/* What a zone says that has nothing to show: in its middle, over several lines. */
void ui_empty(const View *v, Rect box, const char *text);
/* Two pixels' frame outside the box, thicker in the hall. */
void ui_mark(const View *v, Rect box, Color color);
bool ui_hovers(const View *v, Rect box); /* whether the mouse is there */

/* Of the arrows in the network view, and of what came along them elsewhere. */
Color ui_wire_color(const View *v, DiagramWire wire);

/* --- Maps --- */
/* The interval of the colours of a channel (-1: of the layer) as the state's `range` has it, and
 * the colour map. */
Colormap ui_colormap(const View *v, int node);
ColorRange ui_range(const View *v, int node, int channel);
/* One channel of a computed node in the box, sharp where enlarged, averaged where made smaller;
 * kept between frames. With a region over it whose cells are the map's: clicking one chooses it,
 * and the mouse over it hovers it. */
void ui_map(const View *v, Rect box, int node, int channel);
/* The same without a region. */
void ui_map_plain(const View *v, Rect box, int node, int channel);
/* How large w x h cells are drawn in a box: a whole number of pixels each where that costs less
 * than a sixth of the size. In the middle if `centred`. */
Rect ui_fit(Rect box, int w, int h, bool centred);
/* The cell's part of a box that shows w x h of them. */
Rect ui_cell(Rect box, int w, int h, int y, int x);
/* A map of w x h values as dw x dh: every pixel is the mean of what it covers, so that nothing is
 * left out when it shrinks. NaN spreads to the pixels that it touches. */
void ui_resample(const float *x, int w, int h, int dw, int dh, float *out);
/* A frame around cells of a map that is drawn there. */
void ui_mark_cells(const View *v, Rect map, int node, GraphBox cells, Color color);
/* What the cell of an earlier layer under the mouse has a part in, in a map that is drawn there. */
void ui_mark_fed(const View *v, Rect map, int node);
/* The receptive field of a cell, framed in a picture that is drawn there. */
void ui_mark_field(const View *v, Rect picture, int node, int64_t channel, const int cell[2]);
/* The unit that view.explain is about, where it is a single cell of a map. */
bool ui_explained_cell(const View *v, int *node, int64_t *channel, int cell[2]);
/* Colours from end to end of a range; and its numbers in a line below. */
void ui_ramp(const View *v, Rect bar, Colormap map, ColorRange range);
void ui_ramp_ends(const View *v, Rect line, ColorRange range);
/* A map's number; of a picture's its colour. */
const char *ui_channel(const View *v, int node, int channel);
/* Words about a map of the node shown, of the keys WHAT.map and WHAT.color. */
const char *ui_say_map(const View *v, const char *what, int channel);
/* The picture that the network sees. */
void ui_picture(const View *v, Rect box);

/* --- The parts --- */
void view_bar(const View *v, Rect box);
void view_banner(const View *v, Rect box);
int view_banner_height(const View *v, int width); /* 0: there is none */
/* 0: no lesson is underway. */
int view_lesson_height(const View *v, int width, int height);
void view_lesson(const View *v, Rect box);
int view_footer_height(const View *v, int width);
void view_footer(const View *v, Rect box);
void view_right(const View *v, Rect box); /* the unit, an explanation, or the classes */
void view_explain(const View *v, Rect box);
void view_network(const View *v, Rect box);
void view_layer(const View *v, Rect box);
void view_unit(const View *v, Rect box);
void view_channel(const View *v, Rect box); /* within the zone of view.unit */
void view_classes(const View *v, Rect box);
void panel_input(const View *v, Rect box);
bool panel_has_kernel(const View *v); /* whether a convolution made the chosen map */
void panel_kernel(const View *v, Rect box);
void panel_histogram(const View *v, Rect box);
void panel_legend(const View *v, Rect box);

#endif
