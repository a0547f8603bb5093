/* Layer types: one file each, one row each in the table (layer.c).
 *
 * A type documents its parameters in a table of ParamSpec, from which parsing, range errors and
 * inspection follow; it gives the shape rule, the weights, the costs, the window by which receptive
 * fields grow, and the forward computation. Shapes here leave out the batch: (C, H, W) or (F). */
#ifndef LAYER_LAYER_H
#define LAYER_LAYER_H

#include "kernel/blocked.h"
#include "tensor/tensor.h"

enum { LAYER_WEIGHTS_MAX = 4 };

typedef enum ParamKind {
    PARAM_INT,  /* int64_t */
    PARAM_PAIR, /* int64_t[2]: y, x; written as one number for both or as [y, x] */
    PARAM_REAL, /* double */
    PARAM_BOOL  /* bool */
} ParamKind;

typedef struct ParamSpec {
    const char *name; /* as in models/NAME.json; NULL ends the table */
    ParamKind kind;
    size_t offset; /* in the type's parameter struct */
    double min, max;
    bool required;
    double preset; /* the value when it is not given (both of a pair); one outside min..max cannot
                      be written and has the meaning that help tells ("left out: the kernel") */
    const char *help;
} ParamSpec;

/* What colour and column a layer gets on screen. */
typedef enum LayerFamily {
    LAYER_CONVOLUTION,
    LAYER_POOLING,
    LAYER_NORMALISATION,
    LAYER_ACTIVATION,
    LAYER_CONNECTED,
    LAYER_JOINING,
    LAYER_OTHER
} LayerFamily;

typedef enum WeightRole {                 /* how random weights are drawn; see model/weights.h */
                          WEIGHT_KERNEL,  /* He: normal, variance 2 / fan_in */
                          WEIGHT_BIAS,    /* 0 */
                          WEIGHT_GAMMA,   /* 1 */
                          WEIGHT_BETA,    /* 0 */
                          WEIGHT_MEAN,    /* a batch norm's running statistics: 0 and 1 until
                                             calibrated; */
                          WEIGHT_VARIANCE /* kept in files, not counted as parameters */
} WeightRole;

typedef struct WeightSpec {
    const char
        *suffix; /* "weight", "bias", "running_mean", ...: the key is node name + "." + this */
    WeightRole role;
    Shape shape;
} WeightSpec;

/* How output i of an axis sees its input: size of the window (dilation included), stride, padding
 * before. `everything`: each output sees the whole input. */
typedef struct LayerWindow {
    int64_t size[2], stride[2], pad[2]; /* y, x */
    bool everything;
} LayerWindow;

/* auto: by the shape; winograd: wherever that can be, GEMM elsewhere. */
typedef enum ConvPath { CONV_AUTO, CONV_NAIVE, CONV_GEMM, CONV_WINOGRAD, CONV_PATHS } ConvPath;
const char *conv_path_name(ConvPath path); /* "auto", "naive", "gemm", "winograd" */

/* What the fast plan lets a layer do in the same pass, where its type says that it can. */
typedef struct LayerFusion {
    const float *scale, *shift; /* by channel: y * scale + shift, the layer's own bias included in
                                   shift; NULL: as the layer would do it */
    bool relu;
} LayerFusion;
enum { LAYER_FUSES_AFFINE = 1, LAYER_FUSES_RELU = 2 };

/* What a layer needs beside its inputs while the network learns. */
typedef struct LayerTraining {
    uint64_t seed, stream; /* of what it draws (dropout): base/random.h */
    float *saved; /* type->saved floats that forward leaves for backward: a batch norm's statistics
                     of the batch */
    float *weights[LAYER_WEIGHTS_MAX]; /* those of the call, to be changed: running statistics */
} LayerTraining;

typedef enum LayerDirection { LAYER_FORWARD, LAYER_BACKWARD } LayerDirection;

/* One computation: everything a forward pass may touch. Inputs and output are batched. */
typedef struct LayerCall {
    const KernelContext *kernel;
    ConvPath path;
    const void *params;
    const Tensor *const *in;
    int in_count;
    const float *weights[LAYER_WEIGHTS_MAX]; /* in the order of the type's WeightSpecs */
    Tensor *out;
    const LayerFusion *fusion;     /* NULL in step mode */
    const LayerTraining *training; /* NULL in inference */
    const float *packed; /* what pack made for this direction, or NULL: the weights as they are */
} LayerCall;

/* What the fast plan adds to a call whose maps lie in blocks of 16 channels (kernel/blocked.h). */
typedef struct LayerBlocks {
    const Blocks *const *in; /* by input */
    const Blocks *out;
    BlockedConv conv;           /* of a convolution */
    const float *scale, *shift; /* of a type with `affine`: blocks of channels */
} LayerBlocks;

/* How an explanation walks back through a layer in inference. Three switches, each of which may be
 * set by itself; three settings have names: the gradient (forward mask, recorded switches, no
 * backward mask), the deconvnet of Zeiler and Fergus 2014 (no forward mask, recorded switches,
 * backward mask) and guided backpropagation, Springenberg et al. 2015 (both masks). */
typedef enum LayerSwitches {
    SWITCHES_RECORDED, /* a max pool's window sends back to where its largest value was */
    SWITCHES_CENTER,   /* to its middle */
    SWITCHES_OTHER     /* to where the largest value was in another picture */
} LayerSwitches;
typedef struct LayerRules {
    bool forward_mask;  /* a ReLU passes back only where it did forward, and local response norm,
                           tanh and sigmoid multiply by their derivative; without it those three
                           pass the signal on as it is */
    bool backward_mask; /* a ReLU passes back only what is above 0, whatever came forward */
    LayerSwitches switches;
    const Tensor *other; /* SWITCHES_OTHER: the max pool's input with the other picture */
} LayerRules;

/* The way back through one layer: from the gradient of a loss with respect to its output to those
 * with respect to its inputs and weights, summed over the batch (the chain rule; Rumelhart, Hinton
 * and Williams 1986). */
typedef struct LayerBackward {
    const LayerCall *call; /* as forward had it: in, out, weights and training with their values */
    float *grad_out; /* as call->out (after the ReLU, where one is fused); may be overwritten */
    float *const *grad_in; /* by input, each as call->in[i]; NULL: not wanted */
    const bool *add;       /* by input: add to what lies in grad_in[i], else overwrite it */
    float *grad_weights[LAYER_WEIGHTS_MAX]; /* overwritten; NULL: not wanted, or not learned */
    const LayerRules *rules;                /* NULL: the gradient. Not while learning */
    const float *packed;                    /* what pack made for this direction, or NULL */
} LayerBackward;

/* Where the windows of a max pool send back to by these rules (NULL: recorded switches): for each
 * output the index y * IW + x within its input map, -1 for a window that sees nothing. `maxima`:
 * room for as many numbers. False: cancelled. */
bool layer_switches(const LayerCall *call, const LayerRules *rules, float *maxima,
                    int32_t *switches);

typedef struct Trace Trace; /* layer/trace.h */

typedef struct LayerType {
    const char *name;  /* "conv": the op in models/NAME.json and in JSON answers */
    const char *title; /* "convolution" */
    LayerFamily family;
    const ParamSpec *params; /* NULL: none */
    size_t params_size;
    int inputs_min, inputs_max;

    /* The output's shape from the inputs'; an error says what does not fit. */
    bool (*shape)(const void *params, const Shape *in, int in_count, Shape *out, Error *err);
    /* Fills specs and returns how many; NULL: none. */
    int (*weights)(const void *params, const Shape *in, WeightSpec specs[LAYER_WEIGHTS_MAX]);
    int64_t (*macs)(const void *params, const Shape *in, const Shape *out); /* an item; NULL: 0 */
    void (*window)(const void *params, const Shape *in, const Shape *out, LayerWindow *window);
    /* NULL: cell by cell */
    size_t (*scratch)(const LayerCall *call); /* floats; pointers to data may be NULL. NULL: 0 */
    /* False: cancelled. */
    bool (*forward)(const LayerCall *call);
    /* The same on maps in blocks; NULL: it has none. A convolution says how, by the shapes of the
     * call alone: b->conv's shape and way (BLOCKED_NONE: it cannot). */
    bool (*forward_blocks)(const LayerCall *call, const LayerBlocks *b);
    void (*choose_way)(const LayerCall *call, LayerBlocks *b);
    /* The weights in the order in which a direction reads them best, made once for many pictures;
     * by kernel, path and shapes of the call alone. NULL, or a size of 0: as they are. The kernel's
     * scratch has room for the weights. False: cancelled. */
    size_t (*packed_size)(const LayerCall *call, LayerDirection direction);
    bool (*pack)(const LayerCall *call, LayerDirection direction, float *packed);
    int fuses; /* LAYER_FUSES_...: what forward does of call->fusion (not on the naive path) */
    size_t (*saved)(const LayerCall *call); /* floats of LayerTraining.saved. NULL: 0 */
    size_t (*backward_scratch)(const LayerBackward *back); /* as scratch */
    bool (*backward)(const LayerBackward *back);           /* false: cancelled */
    /* The arithmetic of an output that the layer has; layer_trace (layer/trace.h) calls it, with
     * what all types have in common filled in. False: out of memory. */
    bool (*trace)(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                  Trace *trace, Error *err);
    /* For a type that only scales and shifts each channel: by what. NULL: it is none. */
    void (*affine)(const void *params, int64_t channels,
                   const float *const weights[LAYER_WEIGHTS_MAX], float *scale, float *shift);
    /* "3x3, 384, pad 1": parameters as on a slide, for an input of this shape. NULL: title. */
    void (*describe)(const void *params, const Shape *in, char *buffer, size_t size);
} LayerType;

/* All of them, ended by NULL. */
extern const LayerType *const layer_types[];
/* ERROR_UNKNOWN_NEAR if there is none of that name. */
const LayerType *layer_find(const char *name, Error *err);

/* Parameters with every value preset, in the arena (NULL only on error). */
void *layer_params_new(const LayerType *type, Arena *arena, Error *err);
/* Sets one by name from one or two numbers (bool: 0 or 1), checked against kind and range:
 * "stride: expected 1..64, got 0". Unknown names suggest the nearest. */
bool layer_param_set(const LayerType *type, void *params, const char *name, const double *values,
                     int count, Error *err);
/* Whether the table says that this one must be given. */
bool layer_param_required(const LayerType *type, const char *name);
/* "kernel 3x3, stride 1, ..." of all that differ from the preset or are required. */
void layer_params_text(const LayerType *type, const void *params, char *buffer, size_t size);

/* The window of a node of this type (cell by cell when the type has none). */
LayerWindow layer_window(const LayerType *type, const void *params, const Shape *in,
                         const Shape *out);
/* Output extent of a sliding window: floor or ceil of (size + 2*pad - extent) / stride + 1; in ceil
 * mode a window that would start in the padding after the end is left out (as PyTorch does). 0 or
 * less if the window does not fit. */
int64_t layer_slide(int64_t size, int64_t extent, int64_t stride, int64_t pad, bool ceil_mode);

#endif
