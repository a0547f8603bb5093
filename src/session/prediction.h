/* Predict first: the next shape, a value or the class is hidden until it is revealed, and what was
 * guessed is judged then. All of it follows from the state (StatePlace.hide). */
#ifndef SESSION_PREDICTION_H
#define SESSION_PREDICTION_H

#include "session/session.h"

/* Whether what a node puts out has a shape that is not told yet: that of the node shown until it is
 * revealed, those of all nodes behind it in any case. */
bool prediction_hides_shape(const StatePlace *p, int node);
bool prediction_hides_values(const StatePlace *p);
bool prediction_hides_class(const StatePlace *p);
/* Whether a node's elements are the classes of its network's labels. */
bool prediction_is_answer(const Model *model, int node);

/* Something is hidden in what is shown, and can be revealed. */
bool prediction_hidden(const Session *s);
/* It is in the middle of the screen: what goes on elsewhere reveals it here. */
bool prediction_asks(const Session *s);
const char *prediction_refuses(const Session *s); /* for Action.refuses */

/* What is hidden. False: it is not computed yet, or nothing is chosen that it could be. */
typedef struct PredictionAnswer {
    Shape shape;  /* (C, H, W) or (F), */
    double value; /* or this, */
    int label;    /* or this: all by StatePlace.hide */
} PredictionAnswer;
bool prediction_answer(const Session *s, PredictionAnswer *answer);

/* Of a number "near" is within a tenth of it, of a class among the five likeliest; right is what
 * three digits do not tell apart. */
typedef enum PredictionVerdict {
    PREDICTION_NONE, /* nothing was guessed, or there is no answer */
    PREDICTION_WRONG,
    PREDICTION_NEAR,
    PREDICTION_RIGHT
} PredictionVerdict;
PredictionVerdict prediction_judge(const Session *s);
/* "24x24x20", "0.5" or a class's name or number as StatePlace.guess holds it. */
bool prediction_read(const Session *s, const char *text, char guess[STATE_WORD_SIZE], Error *err);
/* Back from it: of a shape (C, H, W) or (F). False: it holds none. */
bool prediction_guessed_shape(const StatePlace *p, Shape *shape);

/* To choose among: the right shape and what comes of usual mistakes; the likeliest classes in the
 * order of their numbers. Returns how many. */
enum { PREDICTION_SHAPES = 4, PREDICTION_CLASSES = 10 };
int prediction_shapes(const Session *s, Shape shapes[PREDICTION_SHAPES]);
int prediction_classes(const Session *s, int classes[PREDICTION_CLASSES]);

/* After an action: what is asked anew is hidden anew. */
void prediction_follow(const StatePlace *before, StatePlace *now);

#endif
