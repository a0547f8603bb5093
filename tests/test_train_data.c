#include "support.h"

#include "base/file.h"
#include "base/memory.h"
#include "train/data.h"
#include <math.h>
#include <string.h>

/* ---- What the tests work on ---- */

/* A network of that input and so many classes; labels NULL: without names. */
static Model *model_of(int channels, int side, int classes, const char *labels) {
    static const char *const means[] = {"[0.3]", "[0.3, 0.4]", "[0.5, 0.25, 0.125]"};
    static const char *const deviations[] = {"[0.7]", "[0.7, 2]", "[0.2, 0.3, 3]"};
    char text[1000], names[400] = "";
    Error err = {0};
    if (labels)
        text_format(names, sizeof names, "\"labels\": \"%s\",", labels);
    text_format(text, sizeof text,
                "{\"input\": [%d, %d, %d], %s"
                " \"preprocess\": {\"range\": 2, \"mean\": %s, \"deviation\": %s}, \"layers\": ["
                "{\"op\": \"adaptive_avgpool\", \"out\": 1}, {\"op\": \"flatten\"},"
                "{\"op\": \"linear\", \"name\": \"fc\", \"out\": %d}, {\"op\": \"softmax\"}]}",
                channels, side, side, names, means[channels - 1], deviations[channels - 1],
                classes);
    Model *model = model_parse(text, strlen(text), "test", 0, &err);
    assert_ok(model != NULL, err);
    return model;
}

static const char *path_of(const char *set, const char *file) {
    static char paths[4][FILE_PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];
    assert_true(file_join(path, FILE_PATH_MAX, test_path(set), file, NULL));
    return path;
}

static void put(const char *set, const char *file, const void *data, size_t size) {
    Error err = {0};
    char folder[FILE_PATH_MAX];
    const char *path = path_of(set, file);
    text_format(folder, sizeof folder, "%.*s", (int)(file_name(path) - path - 1), path);
    assert_ok(file_make_folder(folder, &err), err);
    test_write(path, data, size);
}

/* A picture whose bytes count up from `byte`. */
static void put_picture(const char *set, const char *file, int width, int height, uint8_t byte) {
    Error err = {0};
    Image image;
    put(set, file, "", 0); /* the folder */
    assert_ok(image_new(&image, width, height, 3, &err), err);
    for (int i = 0; i < 3 * width * height; i++)
        image.pixels[i] = (uint8_t)(byte + i);
    assert_ok(image_save_png(path_of(set, file), &image, NULL, &err), err);
    image_free(&image);
}

/* Two classes with three and two pictures of 4 x 4, and another set for testing. */
static void put_photos(const char *set) {
    put_picture(set, "train/0/b.png", 4, 4, 10);
    put_picture(set, "train/0/a.png", 4, 4, 20);
    put_picture(set, "train/0/c.png", 4, 4, 30);
    put_picture(set, "train/1/a.png", 4, 4, 40);
    put_picture(set, "train/1/b.png", 4, 4, 50);
    put_picture(set, "val/1/a.png", 4, 4, 60);
}

static TrainData *load(const char *path, const Model *model, DataFit fit, int threads, Error *err) {
    Pool *pool = pool_new(threads, err);
    TrainData *data = train_data_load(path, DATASET_TRAIN, model, fit, pool, NULL, NULL, err);
    pool_free(pool);
    return data;
}

static void load_fails(const char *path, const Model *model, DataFit fit, const char *message) {
    Error err = {0};
    for (int threads = 1; threads <= 3; threads++)
        assert_fails(load(path, model, fit, threads, &err), err, message);
}

/* ---- Loading ---- */

static const uint8_t first[] = {20, 10, 30, 40, 50}; /* bytes of put_photos */

static void photos(void **state) {
    (void)state;
    Error err = {0};
    Model *model = model_of(3, 4, 2, NULL);
    uint64_t fingerprint = 0;
    put_photos("photos");
    for (int threads = 1; threads <= 4; threads++) {
        Pool *pool = pool_new(threads, &err);
        Job job = {0};
        int64_t total = 0;
        TrainData *d = train_data_load(test_path("photos"), DATASET_TRAIN, model, FIT_EXACT, pool,
                                       &job, &total, &err);
        assert_ok(d != NULL, err);
        assert_int_equal(total, 5);
        assert_int_equal(atomic_load(&job.done), 5);
        assert_int_equal(d->count, 5);
        assert_int_equal(d->skipped, 0);
        assert_string_equal(d->note, "");
        assert_null(d->remarks[0]);
        assert_int_equal(d->classes, 2);
        for (int i = 0; i < 5; i++) {
            assert_int_equal(d->labels[i], i >= 3);
            for (int p = 0; p < 16; p++)
                for (int c = 0; c < 3; c++)
                    assert_int_equal(d->pixels[i * 48 + c * 16 + p], first[i] + 3 * p + c);
        }
        assert_true(threads == 1 || d->fingerprint == fingerprint);
        fingerprint = d->fingerprint;
        train_data_free(d);
        d = train_data_load(test_path("photos"), DATASET_TEST, model, FIT_EXACT, pool, NULL, NULL,
                            &err);
        assert_ok(d != NULL, err);
        assert_int_equal(d->count, 1);
        assert_int_equal(d->pixels[0], 60);
        assert_true(d->fingerprint != fingerprint);
        train_data_free(d);
        pool_free(pool);
    }
    model_free(model);
}

/* The fingerprint is of every byte, every label and the sizes. */
static void fingerprints(void **state) {
    (void)state;
    uint8_t images[16 + 2 * 9] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 3};
    uint8_t labels[10] = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1};
    uint64_t seen[40];
    int count = 0;
    Error err = {0};
    for (int classes = 3; classes <= 4; classes++) {
        Model *model = model_of(1, 3, classes, NULL);
        for (int change = classes == 3 ? 0 : 19; change < 20; change++) {
            uint8_t *changed = change < 18 ? &images[16 + change] : &labels[8];
            *changed = (uint8_t)(*changed + (change < 19)); /* the last as it is */
            put("prints", "train-images-idx3-ubyte", images, sizeof images);
            put("prints", "train-labels-idx1-ubyte", labels, sizeof labels);
            *changed = (uint8_t)(*changed - (change < 19));
            TrainData *d = load(test_path("prints"), model, FIT_EXACT, 1, &err);
            assert_ok(d != NULL, err);
            for (int i = 0; i < count; i++)
                assert_true(seen[i] != d->fingerprint);
            seen[count++] = d->fingerprint;
            train_data_free(d);
        }
        model_free(model);
    }
    assert_int_equal(count, 21);
}

static void put_idx(const char *set, const char *part, uint32_t count, uint32_t side) {
    const uint8_t header[] = {0,
                              0,
                              8,
                              3,
                              0,
                              0,
                              (uint8_t)(count >> 8),
                              (uint8_t)count,
                              0,
                              0,
                              0,
                              (uint8_t)side,
                              0,
                              0,
                              0,
                              (uint8_t)side};
    uint8_t *data = mem_alloc(1, 16 + count * side * side, NULL);
    memcpy(data, header, 16);
    for (uint32_t i = 0; i < count * side * side; i++)
        data[16 + i] = (uint8_t)i;
    put(set, TEXT("%s-images-idx3-ubyte", part), data, 16 + count * side * side);
    memset(data + 16, 0, count);
    data[3] = 1;
    for (uint32_t i = 0; i < count; i++)
        data[8 + i] = (uint8_t)(i % 3);
    put(set, TEXT("%s-labels-idx1-ubyte", part), data, 8 + count);
    mem_free(data);
}

static void idx(void **state) {
    (void)state;
    Error err = {0};
    Model *model = model_of(1, 5, 3, NULL);
    put_idx("digits", "t10k", 2, 5);
    load_fails(test_path("digits"), model, FIT_EXACT,
               "is not a training set: it holds t10k-images-idx3-ubyte, which is for testing");
    put_idx("digits", "train", 7, 5);
    TrainData *d = load(test_path("digits"), model, FIT_EXACT, 2, &err);
    assert_ok(d != NULL, err);
    assert_int_equal(d->count, 7);
    for (int i = 0; i < 7 * 25; i++)
        assert_int_equal(d->pixels[i], i);
    for (int i = 0; i < 7; i++)
        assert_int_equal(d->labels[i], i % 3);
    train_data_free(d);
    /* A file is taken as it is. */
    d = load(path_of("digits", "t10k-images-idx3-ubyte"), model, FIT_EXACT, 2, &err);
    assert_ok(d != NULL, err);
    assert_int_equal(d->count, 2);
    train_data_free(d);
    model_free(model);
}

static void cifar(void **state) {
    (void)state;
    enum { RECORD = 3073 };
    Error err = {0};
    uint8_t *records = mem_alloc(5, RECORD, NULL);
    Model *model = model_of(3, 32, 10, NULL);
    put("cifar", "test_batch.bin", records, RECORD);
    load_fails(test_path("cifar"), model, FIT_EXACT, "it holds test_batch.bin, which is for test");
    for (int b = 1; b <= 5; b++) { /* one record, two, ... */
        if (b == 5)
            load_fails(test_path("cifar"), model, FIT_EXACT, "data_batch_5.bin");
        for (int i = 0; i < b; i++)
            memset(records + i * RECORD, b, (size_t)(i + 1)); /* label and i bytes */
        put("cifar", TEXT("data_batch_%d.bin", b), records, (size_t)(b * RECORD));
    }
    TrainData *d = load(test_path("cifar"), model, FIT_EXACT, 2, &err);
    assert_ok(d != NULL, err);
    assert_int_equal(d->count, 15);
    for (int b = 1, n = 0; b <= 5; b++)
        for (int i = 0; i < b; i++, n++) {
            assert_int_equal(d->labels[n], b);
            for (int k = 0; k < 5; k++)
                assert_int_equal(d->pixels[n * 3072 + k], k < i ? b : 0);
        }
    train_data_free(d);
    model_free(model);
    mem_free(records);
}

static void empty_class(void **state) {
    (void)state;
    Error err = {0};
    put_photos("empty");
    assert_ok(file_make_folder(path_of("empty", "train/koala"), &err), err);
    put("empty", "train/koala/notes.txt", "x", 1);
    test_write(test_path("names.txt"), "zero\nkoala\n", 11);
    Model *model = model_of(3, 4, 2, test_path("names.txt"));
    load_fails(test_path("empty"), model, FIT_EXACT, "/empty/train/koala' holds no pictures");
    load_fails(test_path("empty/val"), model, FIT_EXACT, "unknown class '1'");
    model_free(model);
}

/* No training part is never made up for by the testing part. */
static void no_training_part(void **state) {
    (void)state;
    Error err = {0};
    Model *model = model_of(3, 4, 2, NULL);
    put_picture("untrained", "val/0/a.png", 4, 4, 1);
    load_fails(test_path("untrained"), model, FIT_EXACT,
               "untrained' is not a training set: it has val, but no train");
    TrainData *d = load(test_path("untrained/val"), model, FIT_EXACT, 1, &err); /* as told */
    assert_ok(d != NULL, err);
    train_data_free(d);
    put_picture("flat", "a.png", 4, 4, 1);
    load_fails(test_path("flat"), model, FIT_EXACT, "a.png: its class: expected 0..1, got none");
    load_fails(test_path("absent"), model, FIT_EXACT, "No such file");
    model_free(model);
}

/* Cut off, of another kind, and empty: between good ones. */
static void unreadable(void **state) {
    (void)state;
    Error err = {0};
    size_t size;
    Model *model = model_of(3, 4, 2, NULL);
    uint8_t *jpeg = file_read(test_fixture("image/halves.jpg"), 1 << 20, false, &size, &err);
    assert_non_null(jpeg);
    put_photos("worn");
    put("worn", "train/0/aa.jpg", jpeg, size / 2);
    put("worn", "train/0/ab.png", "text", 4);
    put("worn", "train/1/aa.jpg", "", 0);
    uint64_t fingerprint = 0;
    for (int threads = 1; threads <= 3; threads++) {
        TrainData *d = load(test_path("worn"), model, FIT_EXACT, threads, &err);
        assert_ok(d != NULL, err);
        assert_int_equal(d->count, 5);
        assert_int_equal(d->skipped, 3);
        test_contains(d->note, "3 of 8 pictures skipped; the first: ");
        test_contains(d->note, "train/0/aa.jpg");
        for (int i = 0; i < 5; i++) {
            assert_int_equal(d->labels[i], i >= 3);
            assert_int_equal(d->pixels[i * 48], first[i]);
        }
        assert_true(threads == 1 || fingerprint == d->fingerprint);
        fingerprint = d->fingerprint;
        train_data_free(d);
    }
    TrainData *good = load(test_path("photos"), model, FIT_EXACT, 1, &err);
    assert_true(good && good->fingerprint == fingerprint); /* as if they had never been there */
    train_data_free(good);

    put("ruins", "train/0/x.jpg", jpeg, size / 2);
    put("ruins", "train/1/y.jpg", jpeg, size / 3);
    load_fails(test_path("ruins"), model, FIT_EXACT, "2 of 2 pictures cannot be read; the first: ");
    load_fails(test_path("ruins"), model, FIT_EXACT, "0/x.jpg");
    mem_free(jpeg);
    model_free(model);
}

/* Classes that nothing is learned of, and outputs that nobody has named. */
static void what_is_missing_is_remarked(void **state) {
    (void)state;
    Error err = {0};
    test_write(test_path("letters.txt"), "0\n1\nx\ny\n", 8);
    Model *model = model_of(3, 4, 4, NULL), *named = model_of(3, 4, 9, test_path("letters.txt"));
    Model *many = model_of(3, 4, 90, NULL);
    put_photos("remarked");
    put("remarked", "train/1/c.heic", "x", 1);
    TrainData *d = load(test_path("remarked"), model, FIT_EXACT, 2, &err);
    assert_ok(d != NULL, err);
    assert_int_equal(d->count, 5);
    test_contains(d->remarks[0], "remarked/train: 1 file not read, ");
    assert_string_equal(d->remarks[1], "no pictures of 2 of 4 classes: class 2, class 3");
    assert_null(d->remarks[2]);
    train_data_free(d);
    d = load(test_path("remarked"), named, FIT_EXACT, 1, &err);
    assert_ok(d != NULL, err);
    assert_string_equal(d->remarks[1], "no pictures of 2 of 4 classes: x, y");
    assert_string_equal(d->remarks[2], "the network has 9 outputs, but 4 labels");
    assert_null(d->remarks[3]);
    train_data_free(d);
    d = load(test_path("remarked"), many, FIT_EXACT, 1, &err);
    assert_ok(d != NULL, err);
    assert_string_equal(d->remarks[1],
                        "no pictures of 88 of 90 classes: class 2, class 3, class 4, class 5, ...");
    train_data_free(d);
    model_free(model);
    model_free(named);
    model_free(many);
}

/* The same pictures are other numbers to a network that takes another mean from them. */
static void preprocessing_counts(void **state) {
    (void)state;
    static const char *const ways[] = {"'mean': [0.5]", "'mean': [0.25]",
                                       "'mean': [0.5], 'deviation': [0.5]",
                                       "'range': 255, 'mean': [0.5]"};
    uint64_t seen[4];
    Error err = {0};
    put_idx("ways", "train", 12, 5);
    for (int i = 0; i < 4; i++) {
        char text[400];
        text_format(text, sizeof text,
                    "{'input': [1, 5, 5], 'preprocess': {%s}, 'layers': [{'op': 'flatten'}, "
                    "{'op': 'linear', 'name': 'fc', 'out': 3}, {'op': 'softmax'}]}",
                    ways[i]);
        for (char *c = text; *c; c++)
            *c = *c == '\'' ? '"' : *c;
        Model *model = model_parse(text, strlen(text), "way", 0, &err);
        assert_ok(model != NULL, err);
        TrainData *d = load(test_path("ways"), model, FIT_EXACT, 1, &err);
        assert_ok(d != NULL, err);
        seen[i] = d->fingerprint;
        for (int k = 0; k < i; k++)
            assert_true(seen[k] != seen[i]);
        train_data_free(d);
        model_free(model);
    }
}

static void beyond_the_classes(void **state) {
    (void)state;
    Model *model = model_of(3, 4, 2, NULL);
    put_photos("beyond");
    put_picture("beyond", "train/2/a.png", 4, 4, 1);
    put_picture("beyond", "train/2/b.png", 4, 4, 1);
    load_fails(test_path("beyond"), model, FIT_EXACT,
               "train/2/a.png: its class: expected 0..1, got 2");
    model_free(model);
    model = model_of(1, 5, 2, NULL);
    put_idx("three", "train", 40, 5);
    load_fails(test_path("three"), model, FIT_EXACT,
               "train-images-idx3-ubyte[2]: its class: expected 0..1, got 2");
    model_free(model);
}

static void other_sizes(void **state) {
    (void)state;
    Error err = {0};
    Model *model = model_of(3, 4, 2, NULL), *grey = model_of(1, 4, 2, NULL);
    put_photos("sizes");
    put_picture("sizes", "train/0/ab.png", 9, 6, 100);
    put_picture("sizes", "train/1/z.png", 3, 3, 100);
    load_fails(test_path("sizes"), model, FIT_EXACT,
               "0/ab.png: its size: expected 4 x 4, as the network's input, got 9 x 6");
    for (int k = 0; k < 2; k++) {
        /* Both ways of preparing give the same input. */
        const Model *m = k ? grey : model;
        int64_t size = shape_count(&m->graph.input);
        TrainData *d = load(test_path("sizes"), m, FIT_RESIZE, 2, &err);
        assert_ok(d != NULL, err);
        assert_int_equal(d->count, 7);
        assert_int_equal(d->channels, k ? 1 : 3);
        for (int i = 0; i < 7; i++) {
            static const char *const files[] = {"0/a.png", "0/ab.png", "0/b.png", "0/c.png",
                                                "1/a.png", "1/b.png",  "1/z.png"};
            float wanted[48], got[48], temporary[48];
            Image image;
            assert_ok(image_load(&image, path_of("sizes/train", files[i]), NULL, &err), err);
            assert_ok(preprocess_image(&m->preprocess, &m->graph.input, &image, wanted, NULL, &err),
                      err);
            augment_picture(NULL, d->pixels + i * size, d->channels, 4, 4, d->scale, d->shift, 0, 0,
                            0, temporary, got);
            for (int64_t j = 0; j < size; j++)
                assert_true(fabsf(got[j] - wanted[j]) < 2e-6f * (1 + fabsf(wanted[j])));
            image_free(&image);
        }
        train_data_free(d);
    }
    model_free(model);
    model_free(grey);
}

static void refused(void **state) {
    (void)state;
    Error err = {0};
    Model *two = model_of(2, 4, 2, NULL), *huge = model_of(3, 16384, 3, NULL);
    load_fails(test_path("photos"), two, FIT_RESIZE, "expected 1 or 3 channels");
    put_idx("many", "train", 5000, 1);
    load_fails(test_path("many"), huge, FIT_RESIZE,
               "a training set of 5000 pictures needs 4.0 TB of memory, and this machine has ");
    Model *model = model_of(3, 4, 2, NULL);
    Pool *pool = pool_new(2, &err);
    Job job = {0};
    atomic_store(&job.cancel, true);
    assert_fails(train_data_load(test_path("photos"), DATASET_TRAIN, model, FIT_EXACT, pool, &job,
                                 NULL, &err),
                 err, "cancelled");
    pool_free(pool);
    model_free(model);
    model_free(two);
    model_free(huge);
}

static void out_of_memory(void **state) {
    (void)state;
    Error err = {0};
    Model *color = model_of(3, 4, 2, NULL), *digit = model_of(1, 4, 3, NULL);
    Model *ten = model_of(3, 4, 10, NULL);
    const struct {
        const char *path;
        const Model *model;
    } cases[] = {{"photos", color}, {"worn", color}, {"digits", digit}, {"cifar", ten}};
    Pool *pool = pool_new(1, &err);
    for (int k = 0; k < 4; k++)
        for (size_t n = 1;; n++) {
            Error e = {0};
            mem_fail_at(n);
            TrainData *d = train_data_load(test_path(cases[k].path), DATASET_TRAIN, cases[k].model,
                                           FIT_RESIZE, pool, NULL, NULL, &e);
            bool reached = mem_fail_at(0) >= n;
            if (!reached) {
                assert_ok(d != NULL, e);
                assert_true(n > 10);
                train_data_free(d);
                break;
            }
            assert_null(d);
            assert_int_equal(e.code, ERROR_NO_MEMORY);
        }
    pool_free(pool);
    model_free(color);
    model_free(digit);
    model_free(ten);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(photos),
        cmocka_unit_test(fingerprints),
        cmocka_unit_test(idx),
        cmocka_unit_test(cifar),
        cmocka_unit_test(empty_class),
        cmocka_unit_test(no_training_part),
        cmocka_unit_test(unreadable),
        cmocka_unit_test(beyond_the_classes),
        cmocka_unit_test(other_sizes),
        cmocka_unit_test(refused),
        cmocka_unit_test(what_is_missing_is_remarked),
        cmocka_unit_test(preprocessing_counts),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
