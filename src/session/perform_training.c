#include "session/perform.h"

#include "base/text.h"
#include "session/training.h"
#include <math.h>
#include <string.h>

const char *refuse_outside_training(const Session *s) {
    return s->state.place.bench == BENCH_TRAINING ? NULL : "refuse.no_training";
}

/* --- What the state says ---------------------------------------------------------------------- */

static LearningSetup setup_of(const Session *s) {
    const StatePlace *p = &s->state.place;
    LearningSetup setup = {.activation = p->learn_activation,
                           .pooling = p->learn_pooling,
                           .seed = p->learn_seed,
                           .restarts = p->learn_restarts};
    memcpy(setup.data, s->state.learn_data, sizeof setup.data);
    return setup;
}

static bool follow(Session *s, Error *err) {
    const LearningSetup setup = setup_of(s);
    if (!s->learning)
        s->learning = learning_new(&s->run, pool_cores() - 1, &setup, err);
    else if (!learning_is(s->learning, &setup))
        learning_set(s->learning, &setup);
    if (s->learning)
        learning_set_rate(s->learning, s->state.place.learn_rate * 1e-6);
    return s->learning != NULL;
}

Work *training_wants(Session *s, Work *now, Error *err) {
    (void)now;
    if (s->state.place.learn_view != LEARN_DEGRADATION)
        follow(s, err);
    return NULL;
}

void training_leave(Session *s) {
    if (s->learning && learning_is_endless(s->learning))
        learning_go(s->learning, 0);
}

/* --- Learning --------------------------------------------------------------------------------- */

PERFORM(training_run) {
    (void)argument;
    if (!follow(s, err))
        return false;
    learning_go(s->learning, learning_is_endless(s->learning) ? 0 : -1);
    return true;
}

PERFORM(training_batch) {
    int batches = 1;
    if (argument[0] && !perform_number(argument, "training.batch", 1, 1000000, &batches, err))
        return false;
    if (!follow(s, err))
        return false;
    learning_go(s->learning, batches);
    return true;
}

PERFORM(training_epoch) {
    (void)argument;
    static LearningShot shot; /* large; actions have one thread */
    if (!follow(s, err))
        return false;
    while (!learning_wait(s->learning, 50) && !learning_is_endless(s->learning))
        continue; /* the pictures are being read */
    learning_look(s->learning, &shot);
    learning_go(s->learning, shot.of > 0 ? shot.of - shot.done % shot.of : 1);
    return true;
}

PERFORM(training_reset) {
    StatePlace *p = &s->state.place;
    if (argument[0] &&
        !perform_number(argument, "training.reset", 0, INT32_MAX, &p->learn_seed, err))
        return false;
    p->learn_restarts++;
    return true;
}

/* 1, 2, 5, 10, ... */
int training_rate_beside(int rate, int by) {
    static const int rates[] = {100,   200,   500,    1000,   2000,   5000,   10000,
                                20000, 50000, 100000, 200000, 500000, 1000000};
    enum { COUNT = sizeof rates / sizeof *rates };
    int nearest = 0;
    for (int i = 1; i < COUNT; i++)
        if (fabs(log((double)rates[i] / rate)) < fabs(log((double)rates[nearest] / rate)))
            nearest = i;
    nearest += by;
    return rates[nearest < 0 ? 0 : nearest >= COUNT ? COUNT - 1 : nearest];
}

PERFORM(training_rate) {
    double rate;
    if (!text_to_double(argument, &rate) || !(rate >= 1e-6 && rate <= 10))
        return error_set(err, ERROR_EXPECTED, "training.rate", "0.000001 to 10",
                         TEXT("'%.50s'", argument));
    s->state.place.learn_rate = (int)lround(rate * 1e6);
    return true;
}

PERFORM(training_faster) {
    (void)argument, (void)err;
    s->state.place.learn_rate = training_rate_beside(s->state.place.learn_rate, 1);
    return true;
}

PERFORM(training_slower) {
    (void)argument, (void)err;
    s->state.place.learn_rate = training_rate_beside(s->state.place.learn_rate, -1);
    return true;
}

PERFORM(training_activation) {
    return perform_field(s, "learn_activation", argument, err);
}

PERFORM(training_pooling) {
    return perform_field(s, "learn_pooling", argument, err);
}

PERFORM(training_view) {
    return perform_field(s, "learn_view", argument, err);
}

PERFORM(training_data) {
    return session_set_path(s->state.learn_data, argument, "the path of the pictures", err);
}

/* --- And using it ----------------------------------------------------------------------------- */

PERFORM(training_use) {
    SceneNames names = *session_names_to_come(s);
    char folder[FILE_PATH_MAX], data[FILE_PATH_MAX];
    (void)argument;
    if (!s->learning)
        return error_set(err, ERROR_BAD, "nothing was learned yet");
    if (!file_user_data(data, sizeof data))
        return error_set(err, ERROR_MISSING, "the user's home folder");
    names.size = 0;
    names.image[0] = '\0';
    if (!file_join(folder, sizeof folder, data, "trained", err) ||
        !learning_save(s->learning, folder, names.model, names.weights, err) ||
        !session_open_scene(s, &names, NULL, err))
        return false;
    s->state.place.bench = BENCH_NONE;
    return true;
}
