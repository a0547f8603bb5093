#include "support.h"

#include "base/file.h"
#include "base/memory.h"
#include "model/dataset.h"
#include <string.h>
#include <zlib.h>

static const char *const numbers[] = {"zero", "one", "two"};
static const char *const ids[] = {"n00000000", "n00000001", "n00000002"};
static const Labels three = {
    .count = 3, .names = (const char **)(void *)numbers, .ids = (const char **)(void *)ids};

/* ---- IDX ---- */

/* Three pictures of two rows and three columns, whose bytes count up. */
static const uint8_t pictures[] = {0, 0, 8, 3, 0, 0, 0, 3, 0,  0,  0,  2,  0,  0,  0,  3,  1,
                                   2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
static const uint8_t classes[] = {0, 0, 8, 1, 0, 0, 0, 3, 2, 0, 1};

static void write_gz(const char *path, const void *data, size_t size) {
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, data, (unsigned)size), (int)size);
    assert_int_equal(gzclose(file), Z_OK);
}

static void check_pictures(const char *path, bool labelled) {
    Error err = {0};
    Dataset *d = dataset_open(path, DATASET_TEST, &three, &err);
    assert_ok(d != NULL, err);
    assert_string_equal(dataset_kind(d), "IDX");
    assert_int_equal(dataset_count(d), 3);
    for (int i = 0; i < 3; i++) {
        Image image;
        int label;
        char name[FILE_PATH_MAX];
        assert_ok(dataset_get(d, i, &image, &label, name, &err), err);
        assert_int_equal(image.width, 3);
        assert_int_equal(image.height, 2);
        assert_int_equal(image.channels, 1);
        assert_memory_equal(image.pixels, pictures + 16 + 6 * i, 6);
        assert_int_equal(label, labelled ? classes[8 + i] : -1);
        test_contains(name, TEXT("[%d]", i));
        image_free(&image);
    }
    dataset_free(d);
}

static void idx_files(void **state) {
    (void)state;
    Error err = {0};
    char path[FILE_PATH_MAX];
    const char *folder = test_path("mnist");
    assert_ok(file_make_folder(folder, &err), err);
    text_format(path, sizeof path, "%s/train-images-idx3-ubyte", folder);
    test_write(path, pictures, sizeof pictures);
    check_pictures(path, false);
    text_format(path, sizeof path, "%s/train-labels-idx1-ubyte.gz", folder);
    write_gz(path, classes, sizeof classes);
    text_format(path, sizeof path, "%s/train-images-idx3-ubyte", folder);
    check_pictures(path, true); /* found by name, beside one that is not compressed */
    assert_fails(dataset_open(folder, DATASET_TEST, &three, &err), err,
                 "is not a test set: it holds train-images-idx3-ubyte, which is for training");
    text_format(path, sizeof path, "%s/t10k-images.idx3-ubyte.gz", folder);
    write_gz(path, pictures, sizeof pictures);
    text_format(path, sizeof path, "%s/t10k-labels.idx1-ubyte", folder);
    test_write(path, classes, sizeof classes);
    check_pictures(folder, true);
}

static void idx_colours(void **state) {
    (void)state;
    static const uint8_t colours[] = {0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0,
                                      0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
    Error err = {0};
    Image image;
    int label;
    test_write(test_path("colours"), colours, sizeof colours);
    Dataset *d = dataset_open(test_path("colours"), DATASET_TEST, NULL, &err);
    assert_ok(d != NULL, err);
    assert_ok(dataset_get(d, 0, &image, &label, NULL, &err), err);
    assert_int_equal(image.channels, 3);
    assert_int_equal(image.width, 2);
    assert_memory_equal(image.pixels, colours + 20, 6);
    image_free(&image);
    dataset_free(d);
}

/* Opens x-images-idx3-ubyte of these bytes, and expects the message. */
static void idx_fails(const void *images, size_t size, const void *labels, size_t label_size,
                      const char *message) {
    Error err = {0};
    test_write(test_path("x-images-idx3-ubyte"), images, size);
    test_write(test_path("x-labels-idx1-ubyte"), labels, label_size);
    assert_fails(dataset_open(test_path("x-images-idx3-ubyte"), DATASET_TEST, &three, &err), err,
                 message);
}

static void idx_bad(void **state) {
    (void)state;
    uint8_t bad[sizeof pictures + 1] = {0};
    memcpy(bad, pictures, sizeof pictures);
    idx_fails(bad, sizeof pictures - 1, classes, sizeof classes,
              "x-images-idx3-ubyte: its size: expected 34 bytes by its header, got 33");
    idx_fails(bad, sizeof pictures + 1, classes, sizeof classes, "got 35");
    idx_fails(bad, 7, classes, sizeof classes, "its header: expected 16 bytes, got 7");
    idx_fails(classes, sizeof classes, classes, sizeof classes,
              "its first bytes: expected 00 00 08 03 (pictures), got 00 00 08 01");
    bad[2] = 13; /* floats */
    idx_fails(bad, sizeof pictures, classes, sizeof classes, "got 00 00 0d 03");
    bad[2] = 8;
    memset(bad + 4, 0xff, 12);
    idx_fails(bad, sizeof pictures, classes, sizeof classes, "extents that fit a file");
    memset(bad + 4, 0, 4);
    idx_fails(bad, sizeof pictures, classes, sizeof classes, "extents of at least 1, got 0");
    memcpy(bad, (const uint8_t[]){0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0x80, 0}, 16);
    uint8_t *wide = mem_alloc(1, 16 + 32768, NULL);
    memcpy(wide, bad, 16);
    idx_fails(wide, 16 + 32768, classes, sizeof classes, "a picture is too large: 32768 x 1");
    mem_free(wide);

    idx_fails(pictures, sizeof pictures, classes, sizeof classes - 1,
              "x-labels-idx1-ubyte: its size: expected 11");
    static const uint8_t four[] = {0, 0, 8, 1, 0, 0, 0, 4, 2, 0, 1, 0};
    idx_fails(pictures, sizeof pictures, four, sizeof four,
              "labels: expected 3, as there are pictures, got 4");
    static const uint8_t beyond[] = {0, 0, 8, 1, 0, 0, 0, 3, 2, 3, 0};
    idx_fails(pictures, sizeof pictures, beyond, sizeof beyond,
              "x-labels-idx1-ubyte: the class of item 1: expected 0..2, got 3");
}

static void gzip_bad(void **state) {
    (void)state;
    Error err = {0};
    uint8_t *more = mem_alloc(1, 100000, NULL), *packed;
    size_t size;
    const char *path = test_path("y.gz");
    memcpy(more, pictures, sizeof pictures);
    write_gz(path, more, 100000);
    assert_fails(dataset_open(path, DATASET_TEST, NULL, &err), err,
                 "y.gz: its size: expected 34 bytes by its header, got more");
    write_gz(path, more, 20);
    assert_fails(dataset_open(path, DATASET_TEST, NULL, &err), err,
                 "expected 34 bytes by its header, got 20");
    memcpy(more + 4, (const uint8_t[]){0x7f, 0xff, 0xff, 0xff}, 4); /* 12 GB */
    write_gz(path, more, 100000);
    assert_fails(dataset_open(path, DATASET_TEST, NULL, &err), err, "compressed ones");
    mem_free(more);

    write_gz(path, pictures, sizeof pictures);
    packed = file_read(path, 1000, false, &size, &err);
    assert_non_null(packed);
    test_write(path, packed, size - 4);
    assert_fails(dataset_open(path, DATASET_TEST, NULL, &err), err, "cut short");
    packed[size - 6] ^= 1; /* the checksum */
    test_write(path, packed, size);
    assert_fails(dataset_open(path, DATASET_TEST, NULL, &err), err, "y.gz: incorrect data check");
    packed[3] = 0xff;
    test_write(path, packed, size);
    assert_false(dataset_open(path, DATASET_TEST, NULL, &err));
    mem_free(packed);
}

/* ---- CIFAR ---- */

static void cifar(void **state) {
    (void)state;
    Error err = {0};
    uint8_t *data = mem_alloc(2, 3073, NULL);
    for (int i = 0; i < 3072; i++)
        data[3073 + 1 + i] = (uint8_t)(i % 251);
    data[0] = 9;
    data[3073] = 2;
    test_write(test_path("batch.bin"), data, 2 * 3073);
    Dataset *d = dataset_open(test_path("batch.bin"), DATASET_TEST, NULL, &err);
    assert_ok(d != NULL, err);
    assert_string_equal(dataset_kind(d), "CIFAR");
    assert_int_equal(dataset_count(d), 2);
    Image image;
    int label;
    char name[FILE_PATH_MAX];
    assert_ok(dataset_get(d, 1, &image, &label, name, &err), err);
    assert_int_equal(label, 2);
    test_contains(name, "batch.bin[1]");
    for (int p = 0; p < 1024; p++)
        for (int c = 0; c < 3; c++)
            assert_int_equal(image.pixels[3 * p + c], (1024 * c + p) % 251);
    image_free(&image);
    dataset_free(d);

    assert_fails(dataset_open(test_path("batch.bin"), DATASET_TEST, &three, &err), err,
                 "batch.bin: the class of item 0: expected 0..2, got 9");
    data[0] = 10;
    test_write(test_path("batch.bin"), data, 2 * 3073);
    assert_fails(dataset_open(test_path("batch.bin"), DATASET_TEST, NULL, &err), err,
                 "expected 0..9, got 10");
    /* Label 0 and a black corner, then 8 and 3: an IDX file's first bytes. */
    memcpy(data, (const uint8_t[]){0, 0, 8, 3}, 4);
    test_write(test_path("test_batch.bin"), data, 3073);
    d = dataset_open(test_folder(), DATASET_TEST, NULL, &err);
    assert_ok(d != NULL, err);
    assert_string_equal(dataset_kind(d), "CIFAR");
    dataset_free(d);
    data[0] = 1;
    test_write(test_path("batch.bin"), data, 3072);
    assert_fails(dataset_open(test_path("batch.bin"), DATASET_TEST, NULL, &err), err,
                 "is not a data set");
    mem_free(data);
}

/* ---- Folders ---- */

/* A picture of one colour at FOLDER/relative, whose folder is made. */
static void put_picture(const char *relative, uint8_t red) {
    Error err = {0};
    Image image;
    char path[FILE_PATH_MAX], folder[FILE_PATH_MAX];
    text_format(path, sizeof path, "%s/%s", test_folder(), relative);
    text_format(folder, sizeof folder, "%.*s", (int)(file_name(path) - path - 1), path);
    assert_ok(file_make_folder(folder, &err), err);
    assert_ok(image_new(&image, 2, 2, 3, &err), err);
    image.pixels[0] = red;
    assert_ok(image_save_png(path, &image, NULL, &err), err);
    image_free(&image);
}

static void expect(const Dataset *d, int64_t i, uint8_t red, int class, const char *file) {
    Error err = {0};
    Image image;
    int label;
    char name[FILE_PATH_MAX];
    assert_ok(dataset_get(d, i, &image, &label, name, &err), err);
    assert_int_equal(image.pixels[0], red);
    assert_int_equal(label, class);
    assert_string_equal(name + strlen(name) - strlen(file), file);
    image_free(&image);
}

static void folders(void **state) {
    (void)state;
    Error err = {0};
    put_picture("photos/val/two/b.png", 10);
    put_picture("photos/val/two/a.PNG", 20);
    put_picture("photos/val/n00000001/x.png", 30);
    put_picture("photos/val/n00000001/deeper/x.png", 40);
    put_picture("photos/val/.hidden/x.png", 50);
    put_picture("photos/val/two/.hidden.png", 60);
    put_picture("photos/train/nothing/x.png", 70);
    test_write(test_path("photos/val/two/notes.txt"), "x", 1);
    test_write(test_path("photos/README.md"), "x", 1);
    assert_ok(file_make_folder(test_path("photos/val/empty"), &err), err);

    Dataset *d = dataset_open(test_path("photos"), DATASET_TEST, &three, &err);
    assert_ok(d != NULL, err);
    assert_string_equal(dataset_kind(d), "folder");
    assert_int_equal(dataset_count(d), 3);
    expect(d, 0, 30, 1, "photos/val/n00000001/x.png");
    expect(d, 1, 20, 2, "photos/val/two/a.PNG");
    expect(d, 2, 10, 2, "photos/val/two/b.png");
    dataset_free(d);
    assert_fails(dataset_open(test_path("photos/train"), DATASET_TEST, &three, &err), err,
                 "photos/train: unknown class 'nothing'");

    put_picture("photos/val/tow/x.png", 80);
    assert_fails(dataset_open(test_path("photos"), DATASET_TEST, &three, &err), err,
                 "photos/val: unknown class 'tow'; did you mean 'two'?");
    put_picture("photos/val/what/x.png", 80);
    assert_fails(dataset_open(test_path("photos"), DATASET_TEST, &three, &err), err,
                 "2 of 4 class folders match no class (tow, what): unknown class 'tow'");
}

/* What is not taken is told: of other kinds, or in no class folder. */
static void what_is_passed_over(void **state) {
    (void)state;
    Error err = {0};
    put_picture("album/train/one/a.png", 1);
    put_picture("album/train/two/a.png", 2);
    Dataset *d = dataset_open(test_path("album"), DATASET_TRAIN, &three, &err);
    assert_ok(d != NULL, err);
    assert_string_equal(dataset_note(d), "");
    dataset_free(d);
    test_write(test_path("album/train/README"), "x", 1);
    test_write(test_path("album/train/two/b.HEIC"), "x", 1);
    test_write(test_path("album/train/two/.b.heic"), "x", 1);
    d = dataset_open(test_path("album"), DATASET_TRAIN, &three, &err);
    assert_ok(d != NULL, err);
    assert_int_equal(dataset_count(d), 2);
    test_contains(dataset_note(d), "album/train: 1 file not read, being no PNG, JPEG, BMP, TGA, "
                                   "GIF, PNM; the first: two/b.HEIC");
    assert_null(strstr(dataset_note(d), "beside"));
    dataset_free(d);
    test_write(test_path("album/train/one/notes.txt"), "x", 1);
    put_picture("album/train/y.png", 3);
    test_write(test_path("album/train/z.webp"), "x", 1);
    d = dataset_open(test_path("album"), DATASET_TRAIN, &three, &err);
    assert_ok(d != NULL, err);
    assert_int_equal(dataset_count(d), 2);
    test_contains(dataset_note(d), "2 files not read, being no PNG, JPEG, BMP, TGA, GIF, PNM; the "
                                   "first: one/notes.txt; 2 pictures beside the class folders left "
                                   "out; the first: y.png");
    dataset_free(d);
}

static void pictures_of_kinds_that_are_not_read(void **state) {
    (void)state;
    Error err = {0};
    put_picture("webp/train/one/a.png", 1);
    assert_ok(file_make_folder(test_path("webp/train/two"), &err), err);
    test_write(test_path("webp/train/two/b.webp"), "x", 1);
    test_write(test_path("webp/train/two/c.webp"), "x", 1);
    assert_fails(dataset_open(test_path("webp"), DATASET_TRAIN, &three, &err), err,
                 "webp/train/two' holds no pictures of a kind that is read (PNG, JPEG, BMP, TGA, "
                 "GIF, PNM), but b.webp and 1 more");
    assert_ok(file_make_folder(test_path("webp/val/two"), &err), err);
    test_write(test_path("webp/val/two/b.webp"), "x", 1);
    assert_fails(dataset_open(test_path("webp"), DATASET_TEST, &three, &err), err,
                 "webp/val' is not a data set: no pictures of a kind that is read (PNG, JPEG, BMP, "
                 "TGA, GIF, PNM), but two/b.webp");
    assert_ok(file_make_folder(test_path("flat webp"), &err), err);
    test_write(test_path("flat webp/b.webp"), "x", 1);
    assert_fails(dataset_open(test_path("flat webp"), DATASET_TEST, &three, &err), err,
                 "that is read (PNG, JPEG, BMP, TGA, GIF, PNM), but b.webp");
}

/* What is there to learn from is not for testing, nor the other way round. */
static void one_part_only(void **state) {
    (void)state;
    Error err = {0};
    put_picture("halves/train/one/a.png", 1);
    assert_fails(dataset_open(test_path("halves"), DATASET_TEST, &three, &err), err,
                 "halves' is not a test set: it has train, but no val");
    Dataset *d = dataset_open(test_path("halves/train"), DATASET_TEST, &three, &err);
    assert_ok(d != NULL, err);
    dataset_free(d);
    const char *vehicles[] = {"bus", "train"};
    const Labels two = {.count = 2, .names = vehicles}; /* of which one is a train */
    put_picture("vehicles/train/a.png", 1);
    put_picture("vehicles/bus/a.png", 1);
    d = dataset_open(test_path("vehicles"), DATASET_TEST, &two, &err);
    assert_ok(d != NULL, err);
    assert_int_equal(dataset_count(d), 2);
    dataset_free(d);
    put_picture("later/val/one/a.png", 1);
    assert_fails(dataset_open(test_path("later"), DATASET_TRAIN, &three, &err), err,
                 "it has val, but no train");
    assert_ok(file_make_folder(test_path("batches"), &err), err);
    test_write(test_path("batches/data_batch_1.bin"), "x", 1);
    assert_fails(dataset_open(test_path("batches"), DATASET_TEST, &three, &err), err,
                 "it holds data_batch_1.bin, which is for training, and no file for testing");
}

static void numbered_folders(void **state) {
    (void)state;
    Error err = {0};
    Labels none = {0};
    put_picture("numbered/10/x.png", 10);
    put_picture("numbered/9/x.png", 9);
    Dataset *d = dataset_open(test_path("numbered"), DATASET_TEST, &none, &err);
    assert_ok(d != NULL, err);
    expect(d, 0, 10, 10, "10/x.png");
    expect(d, 1, 9, 9, "9/x.png");
    dataset_free(d);
    put_picture("numbered/cat/x.png", 9);
    assert_fails(dataset_open(test_path("numbered"), DATASET_TEST, NULL, &err), err,
                 "class folder 'cat': expected the number of a class");
}

static void no_classes(void **state) {
    (void)state;
    Error err = {0};
    put_picture("flat/b.png", 2);
    put_picture("flat/a.png", 1);
    Dataset *d = dataset_open(test_path("flat"), DATASET_TEST, &three, &err);
    assert_ok(d != NULL, err);
    assert_int_equal(dataset_count(d), 2);
    expect(d, 0, 1, -1, "flat/a.png");
    expect(d, 1, 2, -1, "flat/b.png");
    dataset_free(d);
    test_write(test_path("flat/a.png"), "not a picture", 13);
    d = dataset_open(test_path("flat"), DATASET_TEST, &three, &err);
    assert_ok(d != NULL, err);
    Image image;
    int label;
    assert_fails(dataset_get(d, 0, &image, &label, NULL, &err), err, "flat/a.png");
    dataset_free(d);

    assert_ok(file_make_folder(test_path("void"), &err), err);
    assert_fails(dataset_open(test_path("void"), DATASET_TEST, &three, &err), err,
                 "no pictures in it");
    assert_fails(dataset_open(test_path("absent"), DATASET_TEST, &three, &err), err,
                 "No such file");
    assert_fails(dataset_open(test_path("flat/b.png"), DATASET_TEST, &three, &err), err,
                 "is not a data set");
}

static void out_of_memory(void **state) {
    (void)state;
    const char *paths[] = {"flat", "numbered", "mnist", "test_batch.bin", "album/train"};
    test_write(test_path("flat/a.png"), "", 0);
    for (int p = 0; p < 5; p++) {
        for (size_t n = 1;; n++) {
            Error err = {0};
            mem_fail_at(n);
            Dataset *d =
                dataset_open(test_path(paths[p]), DATASET_TEST, p && p < 4 ? NULL : &three, &err);
            bool reached = mem_fail_at(0) >= n;
            dataset_free(d);
            if (!reached)
                break;
            assert_null(d);
            assert_int_equal(err.code, ERROR_NO_MEMORY);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idx_files),
        cmocka_unit_test(idx_colours),
        cmocka_unit_test(idx_bad),
        cmocka_unit_test(gzip_bad),
        cmocka_unit_test(cifar),
        cmocka_unit_test(folders),
        cmocka_unit_test(what_is_passed_over),
        cmocka_unit_test(pictures_of_kinds_that_are_not_read),
        cmocka_unit_test(one_part_only),
        cmocka_unit_test(numbered_folders),
        cmocka_unit_test(no_classes),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
