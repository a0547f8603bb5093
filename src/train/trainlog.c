#include "train/trainlog.h"

#include "base/file.h"
#include "kernel/kernel.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static void put_text(FileWriter *file, const char *text) {
    file_put(file, text, strlen(text));
}

/* "0.1234," or "," for what was not measured. */
static void put_number(FileWriter *file, double value, int digits, const char *end) {
    if (isfinite(value))
        put_text(file, TEXT("%.*g", digits, value));
    put_text(file, end);
}

static void put_row(FileWriter *file, const EpochRecord *r) {
    put_text(file, TEXT("%" PRId64 ",", r->epoch));
    put_number(file, r->rate, 6, ",");
    put_number(file, r->loss, 6, ",");
    put_number(file, r->accuracy, 6, ",");
    put_number(file, r->train_loss, 6, ",");
    put_number(file, r->train_accuracy, 6, ",");
    put_number(file, r->val_loss, 6, ",");
    put_number(file, r->val_accuracy, 6, ",");
    put_number(file, r->seconds, 4, ",");
    put_number(file, r->images_per_second, 4, "\n");
}

/* The command, of absolute paths only their last name: where things lie on a machine is nobody
 * else's business, and no help to them. Words may be quoted as a shell has it. */
static void put_command(FileWriter *file, const char *command) {
    for (const char *at = command; *at;) {
        bool quoted = false;
        const char *end = at, *name = NULL;
        for (; *end && (*end != ' ' || quoted); end++) {
            quoted = quoted != (*end == '\'');
            if (*end == '/' && end[1] && end[1] != ' ' && end[1] != '\'')
                name = end + 1;
        }
        const bool opened = *at == '\'', absolute = at[opened] == '/' && name;
        if (absolute && opened)
            file_put(file, "'", 1);
        at = absolute ? name : at;
        end += *end == ' ';
        file_put(file, at, (size_t)(end - at));
        at = end;
    }
}

/* "# 400 of 410 pictures an epoch, 80 held out, 2 skipped". */
static void put_counts(FileWriter *file, const Recipe *recipe, const TrainData *data,
                       const TrainerState *s) {
    put_text(file, TEXT("# %" PRId64 " of %" PRId64 " pictures an epoch",
                        s->steps_per_epoch * recipe->batch, s->learn_count));
    if (s->holdout_count)
        put_text(file, TEXT(", %" PRId64 " held out", s->holdout_count));
    if (data->skipped)
        put_text(file, TEXT(", %" PRId64 " skipped that cannot be read", data->skipped));
    put_text(file, "\n");
}

bool trainlog_write(const char *path, const Recipe *recipe, const TrainData *data,
                    const TrainerState *state, const char *command, Error *err) {
    FileWriter file;
    if (!file_create(&file, path, err))
        return false;
    put_text(&file, "# ");
    put_command(&file, command);
    put_text(&file, TEXT("\n# recipe %.80s, seed %" PRIu64 ", on %.80s with %s\n", recipe->name,
                         recipe->seed, cpu_name(), state->kernels));
    put_counts(&file, recipe, data, state);
    put_text(&file,
             "# loss and accuracy: of the epoch's augmented batches as they were learned from "
             "(the loss with smoothed labels); train_: measured after the epoch without "
             "augmentation; val_: on training pictures held out; seconds, images_per_second: of "
             "learning, without the measuring\n");
    put_text(&file, "epoch,rate,loss,accuracy,train_loss,train_accuracy,val_loss,val_accuracy,"
                    "seconds,images_per_second\n");
    for (int64_t i = 0; i < state->epoch; i++)
        put_row(&file, &state->records[i]);
    return file_commit(&file, err);
}
