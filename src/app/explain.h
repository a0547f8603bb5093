/* What verb explain's files share: verb_explain.c reads what is asked for and does the ways down;
 * explain_maps.c occlusion and Grad-CAM, explain_top9.c the nine strongest. */
#ifndef APP_EXPLAIN_H
#define APP_EXPLAIN_H

#include "app/app.h"
#include "base/json.h"
#include "export/panels.h"

typedef struct Explain {
    App *app;
    const char *method;
    bool npy; /* --out asks for numbers */
    Model *model;
    Tensor input;
    const char *source; /* the picture's name */
    int node;           /* GRAPH_FAILED: not given */
    int label;          /* -1: not given */
} Explain;

/* Whether the file is to hold numbers, by its name; a picture otherwise. Wrong usage if neither. */
bool explain_output(Explain *e, Error *err);
/* --node, --class; after the model was opened. */
bool explain_places(Explain *e, Error *err);
/* "map 58 of conv5.relu", "class 3 (teapot)". */
const char *explain_unit_text(char *buffer, size_t size, const Model *model, int node,
                              int64_t channel);
/* The class's name, or "class 17". */
const char *explain_class_text(char *buffer, size_t size, const Model *model, int label);
/* A page of so many pictures, the first of them what was put in. */
bool explain_page(const Explain *e, Panels *page, int count, Error *err);

/* stdout: the beginning of the JSON document, or nothing; and its end with the file's name, or
 * "F.png: ..." with what is said. */
void explain_json_begin(const Explain *e, JsonWriter *w);
bool explain_json_end(const Explain *e, JsonWriter *w, Error *err);
void explain_say(const Explain *e, const char *text);

bool explain_projection(Explain *e, Error *err);
bool explain_occlusion(Explain *e, Error *err);
bool explain_gradcam(Explain *e, Error *err);
bool explain_top9(Explain *e, Error *err);

#endif
