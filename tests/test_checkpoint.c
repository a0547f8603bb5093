/* Checkpoints: what is saved comes back bit by bit, and nothing else is taken for one. */
#include "support.h"

#include "base/file.h"
#include "train/checkpoint.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WEIGHTS = 1001, AVERAGE = 4, EPOCHS_DONE = 3 };

/* A training in the middle of its fourth epoch; numbers of every kind. */
typedef struct Training {
    Checkpoint c;
    EpochRecord records[EPOCHS_DONE];
    float weights[WEIGHTS], average[AVERAGE];
} Training;

static void name_arrays(Training *t) {
    t->c.fingerprint = 0xfedcba9876543210u;
    strcpy(t->c.kernels, "--cpu ref --conv auto");
    t->c.array_count = 3;
    t->c.arrays[0].name = "weights";
    t->c.arrays[0].data = t->weights;
    t->c.arrays[0].count = WEIGHTS;
    t->c.arrays[1].name = "nothing";
    t->c.arrays[2].name = "average";
    t->c.arrays[2].data = t->average;
    t->c.arrays[2].count = AVERAGE;
}

static Training *new_training(void) {
    Training *t = calloc(1, sizeof *t);
    name_arrays(t);
    t->c.epoch = EPOCHS_DONE;
    t->c.step = 17;
    t->c.loss_sum = 0.1 + 0.2;
    t->c.correct = 555;
    t->c.seen = 1088;
    t->c.seconds = 1e-300;
    t->c.best_epoch = 2;
    t->c.best_loss = 1.0 / 3;
    t->c.best_accuracy = -0.0;
    t->c.records = t->records;
    for (int i = 0; i < EPOCHS_DONE; i++)
        t->records[i] = (EpochRecord){i + 1, 0.1 * i,     1.0 / (i + 3), 0.5, (double)NAN,
                                      0.25,  (double)NAN, INFINITY,      9.5, 1234.5678};
    test_fill(t->weights, WEIGHTS, 3);
    t->weights[0] = NAN;
    t->weights[1] = -INFINITY;
    t->weights[2] = 1e-45f;
    t->weights[3] = -0.0f;
    test_fill(t->average, AVERAGE, 4);
    return t;
}

/* One that has the names only. */
static Training *blank_training(void) {
    Training *t = calloc(1, sizeof *t);
    name_arrays(t);
    return t;
}

static void assert_same(const Training *a, const Training *b) {
    Checkpoint x = a->c, y = b->c;
    memset(x.arrays, 0, sizeof x.arrays);
    memset(y.arrays, 0, sizeof y.arrays);
    x.records = y.records = NULL;
    assert_memory_equal(&x, &y, sizeof x);
    assert_memory_equal(a->c.records, b->c.records, sizeof a->records);
    assert_memory_equal(a->weights, b->weights, sizeof a->weights);
    assert_memory_equal(a->average, b->average, sizeof a->average);
}

static void assert_blank(const Training *t) {
    Training *blank = blank_training();
    assert_memory_equal(t->weights, blank->weights, sizeof blank->weights);
    assert_memory_equal(t->average, blank->average, sizeof blank->average);
    assert_true(t->c.epoch == 0 && t->c.seen == 0 && !t->c.records && t->c.best_loss == 0);
    free(blank);
}

static uint8_t *saved_bytes(const char *path, size_t *size) {
    Error err = {0};
    uint8_t *bytes = file_read(path, 1 << 20, false, size, &err);
    assert_ok(bytes, err);
    return bytes;
}

static void it_comes_back_bit_by_bit(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    const char *path = test_path("round");
    Training *t = new_training(), *back = blank_training();
    assert_ok(checkpoint_save(&t->c, path, &err), err);
    assert_ok(checkpoint_load(&back->c, path, &arena, &err), err);
    assert_same(t, back);
    /* Saved again, the same bytes; over the old one. */
    size_t size, again_size;
    uint8_t *first = saved_bytes(path, &size);
    assert_ok(checkpoint_save(&back->c, path, &err), err);
    uint8_t *second = saved_bytes(path, &again_size);
    assert_int_equal(size, again_size);
    assert_memory_equal(first, second, size);
    mem_free(first);
    mem_free(second);
    free(t);
    free(back);
    arena_free(&arena);
}

/* Before the first epoch's end, with no array at all. */
static void little_is_enough(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    Checkpoint c = {.fingerprint = 1, .step = 2, .loss_sum = 3}, back = {.fingerprint = 1};
    assert_ok(checkpoint_save(&c, test_path("little"), &err), err);
    assert_ok(checkpoint_load(&back, test_path("little"), &arena, &err), err);
    assert_true(back.step == 2 && back.loss_sum == 3 && back.epoch == 0 && back.array_count == 0);
    arena_free(&arena);
}

/* The format as it is written down, so that it stays readable. */
static void the_bytes_are_those_of_the_format(void **state) {
    (void)state;
    Error err = {0};
    const float x[] = {1, -2, 0.5f};
    Checkpoint c = {.fingerprint = 0x0102030405060708u,
                    .kernels = "some",
                    .step = 258,
                    .loss_sum = 1,
                    .array_count = 1};
    c.arrays[0].name = "w";
    c.arrays[0].data = (float *)(uintptr_t)x;
    c.arrays[0].count = 3;
    assert_ok(checkpoint_save(&c, test_path("bytes"), &err), err);
    size_t size;
    uint8_t *bytes = saved_bytes(test_path("bytes"), &size);
    assert_int_equal(size, 19 * 8 + 40 + 16 + 8);
    assert_memory_equal(bytes, "convoscope checkpoint 2\n", 24);
    assert_memory_equal(bytes + 24, ((const uint8_t[]){216, 0, 0, 0, 0, 0, 0, 0}), 8);
    assert_memory_equal(bytes + 32, ((const uint8_t[]){8, 7, 6, 5, 4, 3, 2, 1}), 8);
    assert_memory_equal(bytes + 48, ((const uint8_t[]){2, 1, 0, 0, 0, 0, 0, 0}), 8);
    assert_memory_equal(bytes + 56, ((const uint8_t[]){0, 0, 0, 0, 0, 0, 0xf0, 0x3f}), 8);
    assert_memory_equal(bytes + 120, "some\0\0\0", 8);
    assert_memory_equal(bytes + 152, "w\0\0\0\0\0\0\0", 8);
    assert_memory_equal(bytes + 184, ((const uint8_t[]){3, 0, 0, 0, 0, 0, 0, 0}), 8);
    assert_memory_equal(
        bytes + 192,
        ((const uint8_t[]){0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f, 0, 0, 0, 0}), 16);
    mem_free(bytes);
}

/* ---- Refusals ---- */

/* Loads these bytes; must fail and change nothing. */
static void refuse(const uint8_t *bytes, size_t size, const char *message) {
    Error err = {0};
    Arena arena = {0};
    const char *path = test_path("refused");
    Training *t = blank_training();
    test_write(path, bytes, size);
    assert_fails(checkpoint_load(&t->c, path, &arena, &err), err, message);
    assert_blank(t);
    free(t);
    arena_free(&arena);
}

static void a_cut_file_is_refused(void **state) {
    (void)state;
    Error err = {0};
    Training *t = new_training();
    const char *path = test_path("whole");
    assert_ok(checkpoint_save(&t->c, path, &err), err);
    size_t size;
    uint8_t *bytes = saved_bytes(path, &size);
    refuse(bytes, 0, "' is not a checkpoint of a training: ");
    for (size_t cut = 0; cut < size; cut += cut < 232 || size - cut < 20 ? 1 : 97)
        refuse(bytes, cut,
               cut < 22 ? "refused' is not a checkpoint of a training: it begins otherwise"
               : cut < 32
                   ? "refused' is not a whole checkpoint: it is cut short"
                   : TEXT("not a whole checkpoint: it has %zu bytes instead of %zu", cut, size));
    uint8_t *more = calloc(1, size + 8);
    memcpy(more, bytes, size);
    refuse(more, size + 8, "not a whole checkpoint");
    free(more);
    mem_free(bytes);
    free(t);
}

/* Any bit: also signs of two numbers at once, which a simpler sum would not see. */
static void a_changed_file_is_refused(void **state) {
    (void)state;
    Error err = {0};
    Training *t = new_training();
    const char *path = test_path("sound");
    assert_ok(checkpoint_save(&t->c, path, &err), err);
    size_t size;
    uint8_t *bytes = saved_bytes(path, &size);
    for (size_t at = 0; at < size; at += at < 432 ? 1 : 13) {
        bytes[at] ^= (uint8_t)(1 << at % 8);
        refuse(bytes, size,
               at < 22   ? "begins otherwise"
               : at < 24 ? "not a checkpoint that this version reads: it is of format"
               : at < 32 ? "not a whole checkpoint"
                         : "refused' is not a sound checkpoint: its bytes do not agree with its "
                           "checksum");
        bytes[at] ^= (uint8_t)(1 << at % 8);
    }
    bytes[size - 8 - 17] ^= 0x80;
    bytes[size - 8 - 25] ^= 0x80;
    refuse(bytes, size, "not a sound checkpoint");
    bytes[22] = '1';
    refuse(bytes, size, "it is of format 1");
    mem_free(bytes);
    free(t);
}

static void another_trainings_is_refused(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    const char *path = test_path("other");
    Training *t = new_training(), *back = blank_training();
    assert_ok(checkpoint_save(&t->c, path, &err), err);
    back->c.fingerprint++;
    assert_fails(checkpoint_load(&back->c, path, &arena, &err), err,
                 "other: it was made by another recipe, network or data");
    name_arrays(back);
    strcpy(back->c.kernels, "--cpu avx2 --conv auto");
    assert_fails(checkpoint_load(&back->c, path, &arena, &err), err,
                 "other: it was made with --cpu ref --conv auto, not with --cpu avx2 --conv auto, "
                 "which rounds differently");
    name_arrays(back);
    back->c.arrays[2].count = AVERAGE - 1;
    assert_fails(checkpoint_load(&back->c, path, &arena, &err), err,
                 "other: average: expected 3 numbers, got 4");
    back->c.arrays[2].count = SIZE_MAX;
    assert_fails(checkpoint_load(&back->c, path, &arena, &err), err, "average: expected 18446744");
    name_arrays(back);
    back->c.arrays[0].name = "velocity";
    assert_fails(checkpoint_load(&back->c, path, &arena, &err), err,
                 "other: array 0: expected velocity, got 'weights'");
    name_arrays(back);
    back->c.array_count = 2;
    assert_fails(checkpoint_load(&back->c, path, &arena, &err), err,
                 "other: its arrays: expected 2, got 3");
    name_arrays(back);
    assert_blank(back);
    assert_fails(checkpoint_load(&back->c, test_path("none"), &arena, &err), err, "No such file");
    assert_fails(checkpoint_load(&back->c, test_folder(), &arena, &err), err, "is a directory");
    free(t);
    free(back);
    arena_free(&arena);
}

/* The sum of a file that lies, put right: the words of the header are checked by themselves. */
static void mend_sum(uint8_t *bytes, size_t size) {
    uint64_t sum = 0;
    for (size_t at = 0; at + 8 < size; at += 8) {
        uint64_t word = 0;
        for (int i = 7; i >= 0; i--)
            word = word << 8 | bytes[at + (size_t)i];
        sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
        sum ^= sum >> 29;
    }
    for (int i = 0; i < 8; i++)
        bytes[size - 8 + (size_t)i] = (uint8_t)(sum >> 8 * i);
}

static void sizes_are_not_trusted(void **state) {
    (void)state;
    static const struct {
        size_t word;
        uint64_t value;
        const char *message;
    } cases[] = {
        {5, 4, "its records: expected one for each of 4 epochs, got 30 words of them"},
        {5, 1ull << 62, "its records: expected one for each of"},
        {5, 0x1999999999999999u + 3, "its records"}, /* 10 times it wraps round */
        {6, UINT64_MAX, "step: expected 0 or more, got -1"},
        {8, 1ull << 63, "correct: expected 0 or more"},
        {11, UINT64_MAX, "best_epoch: expected 0 or more"},
        {14, 2, "its arrays: expected 3, got 2"},
        {14, 1ull << 61, "its arrays: expected 3, got 2305843009213693952"},
        {23, 1ull << 63, "weights: expected 1001 numbers, got 9223372036854775808"},
    };
    Error err = {0};
    Training *t = new_training();
    assert_ok(checkpoint_save(&t->c, test_path("lies"), &err), err);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        size_t size;
        uint8_t *bytes = saved_bytes(test_path("lies"), &size);
        mend_sum(bytes, size); /* changes nothing */
        for (int i = 0; i < 8; i++)
            bytes[cases[k].word * 8 + (size_t)i] = (uint8_t)(cases[k].value >> 8 * i);
        mend_sum(bytes, size);
        refuse(bytes, size, cases[k].message);
        mem_free(bytes);
    }
    /* A whole and sound file that ends before its arrays. */
    size_t size;
    uint8_t *bytes = saved_bytes(test_path("lies"), &size);
    static const size_t ends[] = {300, 35, 33, 24, 19}; /* the sum overwrites */
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
        size_t end = (ends[k] + 1) * 8;
        memset(bytes + 24, 0, 8);
        bytes[24] = (uint8_t)end;
        bytes[25] = (uint8_t)(end >> 8);
        mend_sum(bytes, end);
        refuse(bytes, end, "its arrays do not fit in it");
    }
    mem_free(bytes);
    free(t);
}

/* ---- What goes wrong outside ---- */

static void out_of_memory(void **state) {
    (void)state;
    const char *path = test_path("memory");
    Error err = {0};
    Training *t = new_training();
    assert_ok(checkpoint_save(&t->c, path, &err), err);
    for (int load = 0; load < 2; load++)
        for (size_t n = 1;; n++) {
            Arena arena = {0};
            Training *back = blank_training();
            err = (Error){0};
            mem_fail_at(n);
            bool ok = load ? checkpoint_load(&back->c, path, &arena, &err)
                           : checkpoint_save(&t->c, path, &err);
            bool reached = mem_fail_at(0) >= n;
            assert_int_equal(ok, !reached);
            if (ok && load)
                assert_same(t, back);
            else
                assert_blank(back);
            free(back);
            arena_free(&arena);
            if (!reached)
                break;
            assert_int_equal(err.code, ERROR_NO_MEMORY);
            assert_true(n < 5);
        }
    free(t);
}

/* In place of the system's: what is asked to be flushed, and whether that can be done. */
static int files_flushed, folders_flushed, flush_error;
static bool was_old; /* what lay at the path when the file was flushed */
static const char *watched;

int fsync(int fd) {
    struct stat info, there;
    assert_int_equal(fstat(fd, &info), 0);
    bool folder = S_ISDIR(info.st_mode);
    files_flushed += !folder;
    folders_flushed += folder;
    if (!folder && watched)
        was_old = stat(watched, &there) == 0 && there.st_ino != info.st_ino;
    errno = flush_error;
    return flush_error && !folder ? -1 : 0;
}

/* First the content, then the name, then the folder; a disk that cannot keeps the old one. */
static void it_is_on_the_disk_before_it_counts(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    const char *path = test_path("durable");
    Training *t = new_training(), *back = blank_training();
    assert_ok(checkpoint_save(&t->c, path, &err), err);
    files_flushed = folders_flushed = 0;
    watched = path;
    assert_ok(checkpoint_save(&t->c, path, &err), err);
    assert_true(files_flushed == 1 && folders_flushed == 1 && was_old);
    t->c.step++;
    flush_error = EIO;
    bool ok = checkpoint_save(&t->c, path, &err);
    flush_error = 0;
    watched = NULL;
    assert_false(ok);
    test_contains(err.text, "durable': Input/output error");
    assert_int_equal(folders_flushed, 1);
    err = (Error){0};
    assert_ok(checkpoint_load(&back->c, path, &arena, &err), err);
    t->c.step--;
    assert_same(t, back);
    free(t);
    free(back);
    arena_free(&arena);
}

/* A limit on the size of files stands for the disk. */
static void a_full_disk_leaves_the_last_one(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    const char *path = test_path("disk");
    Training *t = new_training(), *back = blank_training();
    assert_ok(checkpoint_save(&t->c, path, &err), err);
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 2000;
    signal(SIGXFSZ, SIG_IGN);
    t->weights[5] = 77;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool ok = checkpoint_save(&t->c, path, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(ok);
    test_contains(err.text, "cannot write '");
    test_contains(err.text, "disk': File too large");
    err = (Error){0};
    assert_ok(checkpoint_load(&back->c, path, &arena, &err), err);
    t->weights[5] = back->weights[5];
    assert_true(back->weights[5] != 77);
    assert_same(t, back);
    assert_fails(checkpoint_save(&t->c, test_path("no/such"), &err), err,
                 "no/such': No such file or directory");
#ifdef __linux__
    assert_fails(checkpoint_save(&t->c, "/dev/full", &err), err,
                 "cannot write '/dev/full': No space left on device");
#endif
    free(t);
    free(back);
    arena_free(&arena);
}

/* What a writer left that was killed goes; what one is writing stays. */
static void stale_temporaries_are_dropped(void **state) {
    (void)state;
    char dead[FILE_PATH_MAX], alive[FILE_PATH_MAX], other[FILE_PATH_MAX];
    const char *path = test_path("kept.checkpoint");
    pid_t child = fork(); /* a process that is certainly no more */
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    snprintf(dead, sizeof dead, "%s.tmp-%ld-3", path, (long)child);
    snprintf(alive, sizeof alive, "%s.tmp-%ld-4", path, (long)getpid());
    snprintf(other, sizeof other, "%s.tmp-note", path);
    test_write(path, "x", 1);
    test_write(dead, "x", 1);
    test_write(alive, "x", 1);
    test_write(other, "x", 1);
    file_drop_stale(path);
    assert_false(file_exists(dead));
    assert_true(file_exists(path) && file_exists(alive) && file_exists(other));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_comes_back_bit_by_bit),
        cmocka_unit_test(little_is_enough),
        cmocka_unit_test(the_bytes_are_those_of_the_format),
        cmocka_unit_test(a_cut_file_is_refused),
        cmocka_unit_test(a_changed_file_is_refused),
        cmocka_unit_test(another_trainings_is_refused),
        cmocka_unit_test(sizes_are_not_trusted),
        cmocka_unit_test(out_of_memory),
        cmocka_unit_test(it_is_on_the_disk_before_it_counts),
        cmocka_unit_test(a_full_disk_leaves_the_last_one),
        cmocka_unit_test(stale_temporaries_are_dropped),
    };
    return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
