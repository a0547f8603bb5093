/* The file, all of it little-endian words of eight bytes:
 *
 *     "convoscope checkpoint 2\n", the size of the file, fingerprint,
 *     epoch, step, loss_sum, correct, seen, seconds, best_epoch, best_loss, best_accuracy,
 *     the number of arrays, the kernels (32 bytes of text, zeros after it),
 *     of each array its name (32 bytes, zeros after it) and its count,
 *     the records (10 words each, `epoch` of them),
 *     the arrays' float32 numbers, each array filled up to a whole word with zeros,
 *     a sum over all words before it.
 */
#include "train/checkpoint.h"

#include "base/file.h"
#include <assert.h>
#include <string.h>

enum {
    VERSION = 2,
    MAGIC_SIZE = 24,
    NAME_SIZE = CHECKPOINT_TEXT_SIZE,
    WORD = 8,
    COUNTED_WORDS = 15, /* up to the number of arrays */
    FIXED_WORDS = COUNTED_WORDS + NAME_SIZE / WORD,
    RECORD_WORDS = 10
};
static const char magic[] = "convoscope checkpoint ";

/* Any changed word changes it, since each step can be undone; a hash like FNV's by words, with the
 * high bits brought down so that signs count. */
static uint64_t add_word(uint64_t sum, uint64_t word) {
    sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
    return sum ^ sum >> 29;
}

static uint64_t get_word(const uint8_t *at) {
    uint64_t word = 0;
    for (int i = WORD - 1; i >= 0; i--)
        word = word << 8 | at[i];
    return word;
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double real_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* --- The words of what is fixed ----------------------------------------------------------------
 */

static void record_words(const EpochRecord *r, uint64_t w[RECORD_WORDS]) {
    const double reals[RECORD_WORDS - 1] = {
        r->rate,     r->loss,         r->accuracy, r->train_loss,       r->train_accuracy,
        r->val_loss, r->val_accuracy, r->seconds,  r->images_per_second};
    w[0] = (uint64_t)r->epoch;
    for (int i = 1; i < RECORD_WORDS; i++)
        w[i] = bits_of(reals[i - 1]);
}

static EpochRecord record_of(const uint8_t *at) {
    double reals[RECORD_WORDS - 1];
    for (int i = 1; i < RECORD_WORDS; i++)
        reals[i - 1] = real_of(get_word(at + i * WORD));
    return (EpochRecord){.epoch = (int64_t)get_word(at),
                         .rate = reals[0],
                         .loss = reals[1],
                         .accuracy = reals[2],
                         .train_loss = reals[3],
                         .train_accuracy = reals[4],
                         .val_loss = reals[5],
                         .val_accuracy = reals[6],
                         .seconds = reals[7],
                         .images_per_second = reals[8]};
}

static size_t array_words(size_t count) {
    return count / 2 + count % 2;
}

/* --- Writing -----------------------------------------------------------------------------------
 */

typedef struct Out {
    FileWriter file;
    uint64_t sum;
    size_t used;
    uint8_t bytes[1 << 16];
} Out;

static void flush(Out *out) {
    file_put(&out->file, out->bytes, out->used);
    out->used = 0;
}

static void put_word(Out *out, uint64_t word) {
    out->sum = add_word(out->sum, word);
    for (int i = 0; i < WORD; i++)
        out->bytes[out->used++] = (uint8_t)(word >> 8 * i);
    if (out->used == sizeof out->bytes)
        flush(out);
}

static void put_text(Out *out, const char *text, size_t size) {
    uint8_t bytes[NAME_SIZE] = {0};
    assert(size <= sizeof bytes && size % WORD == 0 && strlen(text) <= size);
    memcpy(bytes, text, strlen(text));
    for (size_t i = 0; i < size; i += WORD)
        put_word(out, get_word(bytes + i));
}

static void put_numbers(Out *out, const float *x, size_t count) {
    for (size_t i = 0; i < count; i += 2) {
        uint32_t pair[2] = {0, 0};
        memcpy(pair, x + i, (count - i < 2 ? 1 : 2) * sizeof *x);
        put_word(out, (uint64_t)pair[1] << 32 | pair[0]);
    }
}

static size_t file_words(const Checkpoint *c) {
    size_t words = FIXED_WORDS + (size_t)c->epoch * RECORD_WORDS + 1;
    for (int i = 0; i < c->array_count; i++)
        words += NAME_SIZE / WORD + 1 + array_words(c->arrays[i].count);
    return words;
}

static void put_all(Out *out, const Checkpoint *c) {
    char first[MAGIC_SIZE + 1];
    uint64_t words[RECORD_WORDS];
    snprintf(first, sizeof first, "%s%d\n", magic, VERSION);
    put_text(out, first, MAGIC_SIZE);
    const uint64_t fixed[] = {file_words(c) * WORD,      c->fingerprint,
                              (uint64_t)c->epoch,        (uint64_t)c->step,
                              bits_of(c->loss_sum),      (uint64_t)c->correct,
                              (uint64_t)c->seen,         bits_of(c->seconds),
                              (uint64_t)c->best_epoch,   bits_of(c->best_loss),
                              bits_of(c->best_accuracy), (uint64_t)c->array_count};
    static_assert(sizeof fixed == (COUNTED_WORDS - MAGIC_SIZE / WORD) * WORD, "COUNTED_WORDS");
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        put_word(out, fixed[i]);
    put_text(out, c->kernels, NAME_SIZE);
    for (int i = 0; i < c->array_count; i++) {
        put_text(out, c->arrays[i].name, NAME_SIZE);
        put_word(out, c->arrays[i].count);
    }
    for (int64_t i = 0; i < c->epoch; i++) {
        record_words(&c->records[i], words);
        for (int k = 0; k < RECORD_WORDS; k++)
            put_word(out, words[k]);
    }
    for (int i = 0; i < c->array_count; i++)
        put_numbers(out, c->arrays[i].data, c->arrays[i].count);
    put_word(out, out->sum);
    flush(out);
}

bool checkpoint_save(const Checkpoint *c, const char *path, Error *err) {
    assert(c->epoch >= 0 && c->array_count >= 0 && c->array_count <= CHECKPOINT_ARRAYS_MAX);
    Out *out = mem_alloc(1, sizeof *out, err);
    bool ok = out && file_create(&out->file, path, err);
    if (ok) {
        put_all(out, c);
        ok = file_commit_durable(&out->file, err);
    }
    mem_free(out);
    return ok;
}

/* --- Reading: first everything is checked, then everything is taken ----------------------------
 */

static bool check_frame(const FileMap *map, const char *path, Error *err) {
    const size_t least = (FIXED_WORDS + 1) * WORD, known = strlen(magic);
    if (map->size < known || memcmp(map->data, magic, known) != 0)
        return error_set(err, ERROR_FORMAT, path, "a checkpoint of a training",
                         "it begins otherwise");
    if (map->size < MAGIC_SIZE + WORD)
        return error_set(err, ERROR_FORMAT, path, "a whole checkpoint", "it is cut short");
    if (map->data[known] != '0' + VERSION || map->data[known + 1] != '\n')
        return error_set(err, ERROR_FORMAT, path, "a checkpoint that this version reads",
                         TEXT("it is of format %c", map->data[known]));
    uint64_t size = get_word(map->data + MAGIC_SIZE), sum = 0;
    if (size != map->size || size < least || size % WORD != 0)
        return error_set(
            err, ERROR_FORMAT, path, "a whole checkpoint",
            TEXT("it has %zu bytes instead of %llu", map->size, (unsigned long long)size));
    for (size_t at = 0; at < map->size - WORD; at += WORD)
        sum = add_word(sum, get_word(map->data + at));
    return sum == get_word(map->data + map->size - WORD) ||
           error_set(err, ERROR_FORMAT, path, "a sound checkpoint",
                     "its bytes do not agree with its checksum");
}

/* The same arrays as the caller's, and nothing but them and the records. */
static bool check_arrays(const Checkpoint *c, const FileMap *map, Error *err) {
    uint64_t arrays = get_word(map->data + (COUNTED_WORDS - 1) * WORD);
    if (arrays != (uint64_t)c->array_count)
        return error_set(err, ERROR_EXPECTED, "its arrays", TEXT("%d", c->array_count),
                         TEXT("%llu", (unsigned long long)arrays));
    size_t words = map->size / WORD, table = (size_t)c->array_count * (NAME_SIZE / WORD + 1);
    if (words < FIXED_WORDS + table + 1)
        return error_set(err, ERROR_BAD, "its arrays do not fit in it");
    size_t rest = words - FIXED_WORDS - table - 1;
    const uint8_t *at = map->data + FIXED_WORDS * WORD;
    for (int i = 0; i < c->array_count; i++, at += NAME_SIZE + WORD) {
        char name[NAME_SIZE] = {0};
        memcpy(name, c->arrays[i].name, strlen(c->arrays[i].name));
        uint64_t count = get_word(at + NAME_SIZE);
        if (memcmp(at, name, NAME_SIZE) != 0)
            return error_set(err, ERROR_EXPECTED, TEXT("array %d", i), c->arrays[i].name,
                             TEXT("'%.*s'", NAME_SIZE, (const char *)at));
        if (count != c->arrays[i].count)
            return error_set(err, ERROR_EXPECTED, name, TEXT("%zu numbers", c->arrays[i].count),
                             TEXT("%llu", (unsigned long long)count));
        if (array_words(c->arrays[i].count) > rest)
            return error_set(err, ERROR_BAD, "its arrays do not fit in it");
        rest -= array_words(c->arrays[i].count);
    }
    uint64_t epoch = get_word(map->data + MAGIC_SIZE + 2 * WORD);
    return (rest % RECORD_WORDS == 0 && rest / RECORD_WORDS == epoch) ||
           error_set(err, ERROR_EXPECTED, "its records",
                     TEXT("one for each of %llu epochs", (unsigned long long)epoch),
                     TEXT("%zu words of them", rest));
}

/* What is counted is not negative. */
static bool check_counts(const FileMap *map, Error *err) {
    static const struct {
        const char *name;
        int word;
    } counts[] = {{"epoch", 5}, {"step", 6}, {"correct", 8}, {"seen", 9}, {"best_epoch", 11}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t value = (int64_t)get_word(map->data + counts[i].word * WORD);
        if (value < 0)
            return error_set(err, ERROR_EXPECTED, counts[i].name, "0 or more",
                             TEXT("%lld", (long long)value));
    }
    return true;
}

static bool check(const Checkpoint *c, const FileMap *map, const char *path, Error *err) {
    if (!check_frame(map, path, err))
        return false;
    char kernels[NAME_SIZE + 1] = "";
    memcpy(kernels, map->data + COUNTED_WORDS * WORD, NAME_SIZE);
    bool ok = strcmp(kernels, c->kernels) == 0 ||
              error_set(err, ERROR_BAD,
                        TEXT("it was made with %s, not with %s, which rounds differently", kernels,
                             c->kernels));
    ok = ok && (get_word(map->data + MAGIC_SIZE + WORD) == c->fingerprint ||
                error_set(err, ERROR_BAD, "it was made by another recipe, network or data"));
    return (ok && check_arrays(c, map, err) && check_counts(map, err)) ||
           error_prefix(err, "%s", path);
}

static const uint8_t *take_numbers(const uint8_t *at, float *x, size_t count) {
    for (size_t i = 0; i < count; i += 2) {
        uint64_t word = get_word(at + i / 2 * WORD);
        const uint32_t pair[2] = {(uint32_t)word, (uint32_t)(word >> 32)};
        memcpy(x + i, pair, (count - i < 2 ? 1 : 2) * sizeof *x);
    }
    return at + array_words(count) * WORD;
}

static void take(Checkpoint *c, const uint8_t *data, EpochRecord *records) {
    uint64_t w[FIXED_WORDS];
    for (int i = 0; i < FIXED_WORDS; i++)
        w[i] = get_word(data + i * WORD);
    c->epoch = (int64_t)w[5];
    c->step = (int64_t)w[6];
    c->loss_sum = real_of(w[7]);
    c->correct = (int64_t)w[8];
    c->seen = (int64_t)w[9];
    c->seconds = real_of(w[10]);
    c->best_epoch = (int64_t)w[11];
    c->best_loss = real_of(w[12]);
    c->best_accuracy = real_of(w[13]);
    c->records = records;
    const uint8_t *at = data + FIXED_WORDS * WORD + c->array_count * (NAME_SIZE + WORD);
    for (int64_t i = 0; i < c->epoch; i++, at += RECORD_WORDS * WORD)
        records[i] = record_of(at);
    for (int i = 0; i < c->array_count; i++)
        at = take_numbers(at, c->arrays[i].data, c->arrays[i].count);
}

bool checkpoint_load(Checkpoint *c, const char *path, Arena *arena, Error *err) {
    FileMap map;
    if (!file_map(&map, path, err))
        return false;
    bool ok = check(c, &map, path, err);
    if (ok) {
        size_t epochs = (size_t)get_word(map.data + MAGIC_SIZE + 2 * WORD);
        EpochRecord *records = arena_alloc(arena, epochs, sizeof *records, err);
        ok = records != NULL;
        if (ok)
            take(c, map.data, records);
    }
    file_unmap(&map);
    return ok;
}
