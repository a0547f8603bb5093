/* The table of layer types, their parameters, and what the types share. */
#include "layer/layer.h"
#include "kernel/backward.h"
#include "layer/types.h"
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const LayerType *const layer_types[] = {
    &layer_conv,    &layer_linear,  &layer_bn,        &layer_lrn,     &layer_relu,
    &layer_tanh,    &layer_sigmoid, &layer_maxpool,   &layer_avgpool, &layer_adaptive_avgpool,
    &layer_add,     &layer_concat,  &layer_subsample, &layer_flatten, &layer_dropout,
    &layer_softmax, NULL,
};

const char *conv_path_name(ConvPath path) {
    static const char *const names[CONV_PATHS] = {"auto", "naive", "gemm", "winograd"};
    assert((unsigned)path < CONV_PATHS);
    return names[path];
}

const LayerType *layer_find(const char *name, Error *err) {
    TextNearest nearest = {.word = name};
    for (const LayerType *const *type = layer_types; *type; type++) {
        if (strcmp((*type)->name, name) == 0)
            return *type;
        text_nearest_offer(&nearest, (*type)->name);
    }
    text_unknown(&nearest, "layer type", err);
    return NULL;
}

/* --- Texts --- */

void layer_append(char *buffer, size_t size, const char *format, ...) {
    size_t used = strlen(buffer);
    if (used && used + 3 > size)
        return;
    if (used) {
        memcpy(buffer + used, ", ", 3);
        used += 2;
    }
    va_list args;
    va_start(args, format);
    void *locale = text_point_begin();
    vsnprintf(buffer + used, size - used, format, args);
    text_point_end(locale);
    va_end(args);
}

const char *layer_side_text(char *buffer, size_t size, const int64_t v[2]) {
    if (v[0] == v[1])
        snprintf(buffer, size, "%" PRId64, v[0]);
    else
        snprintf(buffer, size, "%" PRId64 "x%" PRId64, v[0], v[1]);
    return buffer;
}

static const char *number_text(char *buffer, size_t size, double value) {
    void *locale = text_point_begin();
    snprintf(buffer, size, "%.10g", value);
    text_point_end(locale);
    return buffer;
}
#define NUMBER(value) number_text((char[32]){0}, 32, (value))

/* --- Parameters --- */

static double param_get(const ParamSpec *spec, const void *params, int axis) {
    const char *at = (const char *)params + spec->offset;
    switch (spec->kind) {
    case PARAM_INT:
    case PARAM_PAIR:
        return (double)((const int64_t *)(const void *)at)[axis];
    case PARAM_REAL:
        return *(const double *)(const void *)at;
    case PARAM_BOOL:
        return *(const bool *)(const void *)at ? 1 : 0;
    }
    return 0;
}

/* values: one, or two of a pair. */
static void param_put(const ParamSpec *spec, void *params, const double *values) {
    char *at = (char *)params + spec->offset;
    switch (spec->kind) {
    case PARAM_PAIR:
        ((int64_t *)(void *)at)[1] = (int64_t)values[1];
        ((int64_t *)(void *)at)[0] = (int64_t)values[0];
        break;
    case PARAM_INT:
        *(int64_t *)(void *)at = (int64_t)values[0];
        break;
    case PARAM_REAL:
        *(double *)(void *)at = values[0];
        break;
    case PARAM_BOOL:
        *(bool *)(void *)at = values[0] > 0;
        break;
    }
}

static const ParamSpec *param_find(const LayerType *type, const char *name) {
    for (const ParamSpec *spec = type->params; spec && spec->name; spec++)
        if (strcmp(spec->name, name) == 0)
            return spec;
    return NULL;
}

void *layer_params_new(const LayerType *type, Arena *arena, Error *err) {
    void *params = arena_alloc(arena, 1, type->params_size ? type->params_size : 1, err);
    if (!params)
        return NULL;
    for (const ParamSpec *spec = type->params; spec && spec->name; spec++)
        param_put(spec, params, (const double[]){spec->preset, spec->preset});
    return params;
}

static bool param_check(const ParamSpec *spec, double value, Error *err) {
    if (spec->kind == PARAM_BOOL)
        return value == 0 || value == 1 ||
               error_set(err, ERROR_EXPECTED, spec->name, "true or false", NUMBER(value));
    bool whole = spec->kind != PARAM_REAL;
    if (!(value >= spec->min && value <= spec->max)) /* NaN too */
        return error_set(err, ERROR_EXPECTED, spec->name,
                         TEXT("%s..%s", NUMBER(spec->min), NUMBER(spec->max)), NUMBER(value));
    if (whole && value != floor(value))
        return error_set(err, ERROR_EXPECTED, spec->name, "a whole number", NUMBER(value));
    return true;
}

bool layer_param_set(const LayerType *type, void *params, const char *name, const double *values,
                     int count, Error *err) {
    const ParamSpec *spec = param_find(type, name);
    if (!spec) {
        TextNearest nearest = {.word = name};
        for (spec = type->params; spec && spec->name; spec++)
            text_nearest_offer(&nearest, spec->name);
        return text_unknown(&nearest, TEXT("%s parameter", type->name), err);
    }
    bool pair = spec->kind == PARAM_PAIR;
    if (count < 1 || count > (pair ? 2 : 1))
        return error_set(err, ERROR_EXPECTED, name, pair ? "one number or [y, x]" : "one value",
                         count < 1 ? "none" : TEXT("%d of them", count));
    for (int i = 0; i < count; i++)
        if (!param_check(spec, values[i], err))
            return false;
    param_put(spec, params, (const double[]){values[0], values[count - 1]});
    return true;
}

bool layer_param_required(const LayerType *type, const char *name) {
    const ParamSpec *spec = param_find(type, name);
    return spec && spec->required;
}

/* A pair that is required is a window's size and reads "3x3"; others read "2" where y and x agree.
 */
static void param_text(const ParamSpec *spec, const void *params, char *buffer, size_t size) {
    const int64_t pair[2] = {(int64_t)param_get(spec, params, 0),
                             spec->kind == PARAM_PAIR ? (int64_t)param_get(spec, params, 1) : 0};
    switch (spec->kind) {
    case PARAM_INT:
        layer_append(buffer, size, "%s %" PRId64, spec->name, pair[0]);
        break;
    case PARAM_PAIR:
        layer_append(buffer, size, "%s %s", spec->name,
                     spec->required ? LAYER_PAIR(pair) : LAYER_SIDE(pair));
        break;
    case PARAM_REAL:
        layer_append(buffer, size, "%s %.10g", spec->name, param_get(spec, params, 0));
        break;
    case PARAM_BOOL:
        layer_append(buffer, size, "%s%s", pair[0] ? "" : "no ", spec->name);
        break;
    }
}

void layer_params_text(const LayerType *type, const void *params, char *buffer, size_t size) {
    buffer[0] = '\0';
    for (const ParamSpec *spec = type->params; spec && spec->name; spec++) {
        bool differs = param_get(spec, params, 0) != spec->preset ||
                       (spec->kind == PARAM_PAIR && param_get(spec, params, 1) != spec->preset);
        if (differs || spec->required)
            param_text(spec, params, buffer, size);
    }
}

/* --- Windows --- */

LayerWindow layer_window(const LayerType *type, const void *params, const Shape *in,
                         const Shape *out) {
    LayerWindow window = {.size = {1, 1}, .stride = {1, 1}};
    if (type->window)
        type->window(params, in, out, &window);
    return window;
}

void layer_window_everything(const void *params, const Shape *in, const Shape *out,
                             LayerWindow *window) {
    (void)params, (void)out;
    bool maps = in->rank == 3;
    for (int axis = 0; axis < 2; axis++)
        window->size[axis] = window->stride[axis] = maps ? in->dim[1 + axis] : 1;
    window->everything = true;
}

int64_t layer_slide(int64_t size, int64_t extent, int64_t stride, int64_t pad, bool ceil_mode) {
    int64_t room = size + 2 * pad - extent + (ceil_mode ? stride - 1 : 0);
    int64_t steps = room >= 0 ? room / stride : -((-room + stride - 1) / stride); /* floor */
    if (ceil_mode && steps * stride >= size + pad)
        steps--;
    return steps + 1;
}

bool layer_slide_maps(const Shape *in, const int64_t kernel[2], const int64_t extent[2],
                      const int64_t stride[2], const int64_t pad[2], bool ceil_mode, int64_t out[2],
                      Error *err) {
    for (int axis = 0; axis < 2; axis++)
        out[axis] =
            layer_slide(in->dim[1 + axis], extent[axis], stride[axis], pad[axis], ceil_mode);
    if (out[0] >= 1 && out[1] >= 1)
        return true;
    bool dilated = extent[0] != kernel[0] || extent[1] != kernel[1];
    return error_set(err, ERROR_BAD,
                     TEXT("kernel %s%s does not fit a %s input with padding %s", LAYER_PAIR(kernel),
                          dilated ? TEXT(" (dilated to %s)", LAYER_PAIR(extent)) : "",
                          LAYER_PAIR(in->dim + 1), LAYER_SIDE(pad)));
}

/* --- Shared members --- */

bool layer_expect_maps(const Shape *in, Error *err) {
    return in->rank == 3 ||
           error_set(err, ERROR_EXPECTED, "input", "maps (C, H, W)", SHAPE_TEXT(in));
}

bool layer_expect_vector(const Shape *in, Error *err) {
    return in->rank == 1 || error_set(err, ERROR_EXPECTED, "input", "(F)",
                                      TEXT("%s: put a flatten before it", SHAPE_TEXT(in)));
}

bool layer_shape_same(const void *params, const Shape *in, int in_count, Shape *out, Error *err) {
    (void)params, (void)in_count, (void)err;
    *out = in[0];
    return true;
}

bool layer_forward_copy(const LayerCall *call) {
    return pointwise_copy(call->kernel, tensor_count(call->out), call->in[0]->data,
                          call->out->data);
}

bool layer_is_derived(const LayerBackward *back) {
    return !back->rules || back->rules->forward_mask;
}

bool layer_backward_fused(const LayerBackward *back) {
    const LayerCall *call = back->call;
    if (!call->fusion || !call->fusion->relu)
        return true;
    const bool masked = layer_is_derived(back),
               positive = back->rules && back->rules->backward_mask;
    return backward_rectify(call->kernel, tensor_count(call->out), masked ? call->out->data : NULL,
                            positive, back->grad_out, back->grad_out, false);
}

bool layer_backward_copy(const LayerBackward *back) {
    return !back->grad_in[0] || backward_copy(back->call->kernel, tensor_count(back->call->out),
                                              back->grad_out, back->grad_in[0], back->add[0]);
}
