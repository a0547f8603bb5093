/* A LeNet that learns while one looks, on a thread of its own with all cores but one, which the
 * window keeps. It learns Fashion-MNIST (Xiao, Rasul and Vollgraf 2017), or another folder or IDX
 * file of small grey pictures, by plain SGD with momentum at a rate that one sets; with the
 * network's own tanh or ReLU, and with its pooling or an overlapping one. So many batches with the
 * same setup and rate give the same weights, bit by bit. */
#ifndef SESSION_LEARNING_H
#define SESSION_LEARNING_H

#include "engine/run.h"
#include "session/state.h"
#include "train/recipe.h"

enum {
    LEARNING_MAPS = 20, /* of conv1 and their size, */
    LEARNING_SIDE = 24,
    LEARNING_KERNEL = 5,
    LEARNING_INPUT = 28,
    LEARNING_CLASSES = 10,
    LEARNING_POINTS = 512, /* of a curve */
    LEARNING_EPOCHS = 60,
    LEARNING_LAYERS = 8, /* with weights or without */
    LEARNING_RUNS = 4,   /* earlier ones that are kept to compare */
    LEARNING_BATCH = 64
};

typedef struct LearningSetup {
    StateLearnActivation activation;
    StateLearnPooling pooling;
    int seed;
    int restarts;             /* another number begins anew with the same setup */
    char data[FILE_PATH_MAX]; /* "": where the recipe lenet-fashion has it */
} LearningSetup;

/* Means over `per` batches each, which is doubled when there is no more room. */
typedef struct LearningCurve {
    float loss[LEARNING_POINTS], accuracy[LEARNING_POINTS];
    int count, per;
} LearningCurve;

typedef struct LearningRun {
    StateLearnActivation activation;
    StateLearnPooling pooling;
    int seed;
    double rate; /* at the end */
    LearningCurve curve;
    float held[LEARNING_EPOCHS]; /* accuracy on what is held out, by epoch */
    int epochs;                  /* done */
} LearningRun;

typedef struct LearningLayer {
    char name[32];
    double gradient; /* root mean square of the loss's gradient by its outputs, of a batch */
    double weights;  /* of that by its kernel, and of the kernel itself; 0: it has none */
    double size;
} LearningLayer;

typedef enum LearningPhase {
    LEARNING_READING, /* the pictures; or the network is being made */
    LEARNING_PAUSED,
    LEARNING_RUNNING,
    LEARNING_FAILED,
    LEARNING_ENDED /* after LEARNING_EPOCHS epochs */
} LearningPhase;

/* What there is to see, copied out. */
typedef struct LearningShot {
    LearningPhase phase;
    Error error; /* of LEARNING_FAILED */
    bool endless, measuring;
    int64_t done, of;           /* batches; of an epoch */
    int64_t pictures, held_out; /* to learn from, and not */
    double rate, images_per_second;
    LearningRun now, before[LEARNING_RUNS]; /* the latest first */
    int before_count;
    float kernels[LEARNING_MAPS][LEARNING_KERNEL * LEARNING_KERNEL], /* of conv1, now, */
        first[LEARNING_MAPS][LEARNING_KERNEL * LEARNING_KERNEL];     /* and at the beginning */
    float picture[LEARNING_INPUT * LEARNING_INPUT];                  /* that is always the same; */
    int label;                                                       /* its class; */
    float maps[LEARNING_MAPS][LEARNING_SIDE * LEARNING_SIDE];        /* what conv1 makes of it, */
    float classes[LEARNING_CLASSES];                                 /* and the network */
    char names[WORDS_LANGUAGES][LEARNING_CLASSES][40];
    LearningLayer layers[LEARNING_LAYERS]; /* from the first to the last */
    int layer_count;
    /* The gradient that comes back to conv1's maps, of the last batch's first picture. */
    float back[LEARNING_MAPS][LEARNING_SIDE * LEARNING_SIDE];
    bool has_back;
} LearningShot;

typedef struct Learning Learning;

/* Begins to read the pictures. `threads`: how many cores it may use. */
Learning *learning_new(const RunOptions *options, int threads, const LearningSetup *setup,
                       Error *err);
void learning_free(Learning *l); /* waits for the batch underway; NULL is fine */
bool learning_is(const Learning *l, const LearningSetup *setup);
/* Another setup: what was learned is kept as a curve alone. */
void learning_set(Learning *l, const LearningSetup *setup);
void learning_set_rate(Learning *l, double rate);
/* So many batches from now on (and what is measured after an epoch's last); negative: until told
 * otherwise; 0: pauses. */
void learning_go(Learning *l, int64_t batches);
bool learning_is_endless(const Learning *l); /* it was told to go on */
void learning_look(Learning *l, LearningShot *shot);
/* Until it has nothing to do, or runs without end; at most `ms`. True if so. */
bool learning_wait(Learning *l, int ms);
/* Writes the weights of now, and where the network is no shipped one, its file beside them: what
 * model.open and weights.open take. Errors: nothing was learned yet, it cannot be written. */
bool learning_save(Learning *l, const char *folder, char model[FILE_PATH_MAX],
                   char weights[FILE_PATH_MAX], Error *err);

/* models/lenet-fashion.json with that activation and pooling, as JSON; freed by mem_free. For tests
 * too. */
char *learning_network(StateLearnActivation activation, StateLearnPooling pooling, Error *err);
const char *learning_activation_name(StateLearnActivation activation); /* "tanh", "relu" */
const char *learning_pooling_name(StateLearnPooling pooling);          /* "2x2", "3x3" */

#endif
