#include "app/train.h"

#include "base/clock.h"
#include "base/text.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { COLUMNS = 79, BAR = 20 };

/* "45 s", "12 min", "2.8 h": at most six characters for four days. */
static const char *time_text(char buffer[32], double seconds) {
    if (seconds < 100)
        return text_format(buffer, 32, "%.0f s", seconds);
    if (seconds < 6000)
        return text_format(buffer, 32, "%.0f min", seconds / 60);
    return text_format(buffer, 32, "%.1f h", seconds / 3600);
}
#define TIME_TEXT(seconds) time_text((char[32]){0}, (seconds))

/* "2.3026", of huge ones "1.2e+30". */
static const char *loss_text(char buffer[48], double loss, int decimals) {
    if (fabs(loss) < 1e4 || !isfinite(loss))
        return app_fixed_text(buffer, loss, decimals);
    return text_format(buffer, 48, "%.4g", loss);
}
#define LOSS_TEXT(loss, decimals) loss_text((char[48]){0}, (loss), (decimals))

/* The loss of whoever gives every class the same probability. */
static double guess_loss(const Training *t) {
    return log((double)t->data->classes);
}

/* Of what is held out, or else of the batches learned from. */
static bool is_guessing(const Training *t, double val_loss, double loss) {
    const bool held_out = trainer_state(t->trainer).holdout_count > 0;
    return t->data->classes > 1 && !((held_out ? val_loss : loss) < guess_loss(t));
}

/* --- Meanwhile ----------------------------------------------------------------------------------
 */

void train_tell_beginning(const Training *t) {
    const TrainerState s = trainer_state(t->trainer);
    const int64_t left_out = s.learn_count - s.steps_per_epoch * t->recipe->batch;
    if (t->app->options.quiet)
        return;
    fprintf(stderr, "%s: %s of %s", t->model->title, COUNTED(s.learn_count, "picture"), t->source);
    if (s.holdout_count)
        fprintf(stderr, " and %" PRId64 " held out", s.holdout_count);
    fprintf(stderr, ", %s of %s\n", COUNTED(s.epochs, "epoch"),
            s.steps_per_epoch == 1 ? "1 batch" : TEXT("%" PRId64 " batches", s.steps_per_epoch));
    if (left_out)
        app_note(t->app, TEXT("%s too few for another batch %s left out of each epoch, others each "
                              "time",
                              COUNTED(left_out, "picture"), left_out == 1 ? "is" : "are"));
    if (s.resumed && s.epoch == s.epochs)
        app_note(t->app, "all was learned before; --restart begins anew");
    else if (s.resumed)
        app_note(t->app, TEXT("going on in epoch %" PRId64 " after batch %" PRId64
                              "; --restart begins anew",
                              s.epoch + 1, s.step));
}

/* "loss 0.123, 97.1 % right,  812 images/s, 12 min left", of which is left out what is not known
 * yet. */
static void figures_text(char *text, size_t size, const TrainerState *s) {
    size_t used = 0;
    text[0] = '\0';
    if (s->to_measure)
        used = text_append(text, size, used, "measuring");
    else if (!isnan(s->loss))
        used =
            text_append(text, size, used,
                        TEXT("loss %s, %4.1f %% right", LOSS_TEXT(s->loss, 3), 100 * s->accuracy));
    if (!s->to_measure && !isnan(s->images_per_second))
        used = text_append(text, size, used,
                           TEXT("%s%4.0f images/s", used ? ", " : "", s->images_per_second));
    if (!isnan(s->seconds_left))
        text_append(text, size, used,
                    TEXT("%s%6s left", used ? ", " : "", TIME_TEXT(s->seconds_left)));
}

void train_show_bar(Training *t) {
    const TrainerState s = trainer_state(t->trainer);
    char head[48], figures[COLUMNS + 1];
    text_format(head, sizeof head, "epoch %" PRId64 "/%" PRId64,
                s.epoch < s.epochs ? s.epoch + 1 : s.epochs, s.epochs);
    figures_text(figures, sizeof figures, &s);
    int width = COLUMNS - (int)strlen(head) - (int)strlen(figures) - (int)strlen(" [] ");
    width = width > BAR ? BAR : width < 0 ? 0 : width;
    const int filled = s.to_measure ? (int)(s.measured * width / s.to_measure)
                                    : (int)(s.step * width / s.steps_per_epoch);
    fprintf(stderr, "\r\033[K%s [%.*s%*s] %s", head, filled, "####################", width - filled,
            "", figures);
    fflush(stderr);
    t->shown_ms = clock_ms();
    t->bar = true;
}

void train_clear_bar(Training *t) {
    if (t->bar)
        fputs("\r\033[K", stderr);
    t->bar = false;
}

void train_tell_epoch(Training *t) {
    const TrainerState s = trainer_state(t->trainer);
    const EpochRecord *r = &s.records[s.epoch - 1];
    const int digits = snprintf(NULL, 0, "%" PRId64, s.epochs);
    if (t->app->options.quiet)
        return;
    train_clear_bar(t);
    fprintf(stderr, "epoch %*" PRId64 "/%" PRId64 ": loss %s, %5.2f %% right", digits, s.epoch,
            s.epochs, LOSS_TEXT(r->loss, 4), 100 * r->accuracy);
    if (s.holdout_count)
        fprintf(stderr, "; held out %s, %5.2f %%", LOSS_TEXT(r->val_loss, 4),
                100 * r->val_accuracy);
    fprintf(stderr, "; %4.0f images/s, %6s left", r->images_per_second, TIME_TEXT(s.seconds_left));
    if (s.holdout_count && s.best_epoch == s.epoch)
        fputs(", best", stderr);
    if (is_guessing(t, r->val_loss, r->loss))
        fprintf(stderr, "; loss no better than guessing (%.4f)", guess_loss(t));
    fputc('\n', stderr);
}

/* --- At the end ---------------------------------------------------------------------------------
 */

static bool has_learned_nothing(const Training *t, double *loss, double *right) {
    const TrainerState s = trainer_state(t->trainer);
    const EpochRecord *last = &s.records[s.epochs - 1];
    *loss = s.holdout_count ? s.best_loss : last->loss;
    *right = s.holdout_count ? s.best_accuracy : last->accuracy;
    return is_guessing(t, s.best_loss, last->loss);
}

void train_tell_worth(const Training *t) {
    double loss, right;
    if (has_learned_nothing(t, &loss, &right))
        app_warn(TEXT("the loss of these weights, %s (%.1f %% right), is no better than %.4f, that "
                      "of guessing among %" PRId64 " classes; try half the learning rate",
                      LOSS_TEXT(loss, 4), 100 * right, guess_loss(t), t->data->classes));
}

static void print_sentences(const Training *t, const TrainerState *s) {
    FILE *out = t->app->out;
    const int64_t seen = s->steps_per_epoch * t->recipe->batch;
    fprintf(out, "%s: %s of ", t->model->title, COUNTED(s->epochs, "epoch"));
    if (seen < s->learn_count)
        fprintf(out, "%" PRId64 " of ", seen);
    fprintf(out, "%s, seed %" PRIu64 "\n", COUNTED(s->learn_count, "picture"), t->recipe->seed);
    if (s->holdout_count)
        fprintf(out, "best on %s: %.2f %% right, loss %s, after epoch %" PRId64 "\n",
                COUNTED(s->holdout_count, "held-out picture"), 100 * s->best_accuracy,
                LOSS_TEXT(s->best_loss, 4), s->best_epoch);
    fprintf(out, "weights: %s\nlog: %s\n", t->place.out, t->place.log);
}

bool train_print_answer(const Training *t, Error *err) {
    const TrainerState s = trainer_state(t->trainer);
    double loss, right;
    if (!t->app->options.json) {
        print_sentences(t, &s);
        return true;
    }
    JsonWriter w = {0};
    json_begin_object(&w, NULL);
    json_put_text(&w, "model", t->model->name);
    json_put_text(&w, "weights", t->place.out);
    json_put_text(&w, "log", t->place.log);
    json_put_text(&w, "kernels", s.kernels);
    json_put_int(&w, "seed", (int64_t)t->recipe->seed);
    json_put_int(&w, "epochs", s.epochs);
    json_put_int(&w, "images", s.learn_count);
    json_put_int(&w, "images_per_epoch", s.steps_per_epoch * t->recipe->batch);
    json_put_int(&w, "held_out", s.holdout_count);
    json_put_int(&w, "skipped", t->data->skipped);
    json_put_int(&w, "best_epoch", s.best_epoch);
    json_put_double(&w, "best_accuracy", s.holdout_count ? s.best_accuracy : NAN);
    json_put_double(&w, "best_loss", s.holdout_count ? s.best_loss : NAN);
    json_put_bool(&w, "better_than_guessing", !has_learned_nothing(t, &loss, &right));
    json_put_double(&w, "images_per_second", s.records[s.epochs - 1].images_per_second);
    json_end(&w);
    char *text = json_finish(&w, err);
    if (text)
        fputs(text, t->app->out);
    mem_free(text);
    return text != NULL;
}
