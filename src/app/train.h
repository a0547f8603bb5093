/* What verb train's files share: verb_train.c does it, train_tell.c says what is going on. */
#ifndef APP_TRAIN_H
#define APP_TRAIN_H

#include "app/app.h"
#include "train/place.h"
#include "train/trainer.h"

typedef struct Training {
    App *app;
    Recipe *recipe;
    Model *model;
    TrainData *data;
    Trainer *trainer;
    TrainPlace place;
    char source[FILE_PATH_MAX]; /* of the data */
    double saved_ms, shown_ms;
    bool bar;                       /* is on the terminal */
    bool told_checkpoint, told_log; /* that it could not be written */
} Training;

void train_tell_beginning(const Training *t);
/* One line of a terminal. */
void train_show_bar(Training *t);
void train_clear_bar(Training *t);
/* A line for the epoch that has just ended. */
void train_tell_epoch(Training *t);
/* After the end: a warning where the weights that are kept have learned nothing. */
void train_tell_worth(const Training *t);
/* What stdout gets: the sentences, or the JSON document. */
bool train_print_answer(const Training *t, Error *err);

#endif
