#include "support.h"

#include "base/file.h"
#include "tensor/image.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A fixture's bytes, freed by mem_free. */
static uint8_t *fixture(const char *name, size_t *size) {
    Error err = {0};
    uint8_t *data = file_read(test_fixture(TEXT("image/%s", name)), 100000, false, size, &err);
    if (!data)
        fail_msg("%s", err.text);
    return data;
}

static Image load(const char *name) {
    Error err = {0};
    Image image;
    char note[IMAGE_NOTE_SIZE];
    assert_ok(image_load(&image, test_fixture(TEXT("image/%s", name)), note, &err), err);
    assert_string_equal(note, "");
    return image;
}

static void assert_same(const Image *a, const Image *b, const char *what, int tolerance) {
    if (a->width != b->width || a->height != b->height || a->channels != b->channels)
        fail_msg("%s: %d x %d x %d, not %d x %d x %d", what, a->width, a->height, a->channels,
                 b->width, b->height, b->channels);
    for (int i = 0; i < a->width * a->height * a->channels; i++)
        if (abs(a->pixels[i] - b->pixels[i]) > tolerance)
            fail_msg("%s: byte %d is %d, not %d", what, i, a->pixels[i], b->pixels[i]);
}

static void refuses_bytes(const void *data, size_t size, const char *name, const char *part) {
    Error err;
    Image image;
    assert_fails(image_parse(&image, data, size, name, NULL, &err), err, part);
    assert_null(image.pixels);
}

/* ---- In ---- */

static void every_format_gives_the_same_pixels(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"rgb.png", "base.ppm"},        {"interlaced.png", "base.ppm"},
        {"rgb.bmp", "base.ppm"},        {"rgb.tga", "base.ppm"},
        {"rle.tga", "base.ppm"},        {"palette.png", "palette.ppm"},
        {"palette.bmp", "palette.ppm"}, {"palette.tga", "palette.ppm"},
        {"palette.gif", "palette.ppm"}, {"grey.png", "grey.pgm"},
        {"grey.tga", "grey.pgm"},       {"rgba.png", "over.ppm"},
        {"rgba.tga", "over.ppm"},       {"opaque.bmp", "opaque.ppm"},
        {"masks.bmp", "over.ppm"},      {"grey16.png", "grey16.pgm"},
        {"rgba16.png", "over16.ppm"},   {"quarters.tga", "quarters.pgm"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Image got = load(cases[i][0]), wanted = load(cases[i][1]);
        assert_same(&got, &wanted, cases[i][0], 0);
        image_free(&got);
        image_free(&wanted);
    }
    Image base = load("base.ppm");
    size_t size;
    uint8_t *file = fixture("base.ppm", &size); /* told from its bytes, not by the same reader */
    assert_int_equal(base.width, 7);
    assert_int_equal(base.height, 5);
    assert_int_equal(base.channels, 3);
    assert_memory_equal(base.pixels, file + size - 105, 105);
    mem_free(file);
    image_free(&base);
}

static void jpegs_are_near(void **state) {
    (void)state;
    static const char *const names[] = {"halves.jpg", "progressive.jpg", "cmyk.jpg"};
    static const uint8_t halves[2][3] = {{200, 60, 30}, {20, 90, 180}};
    for (int i = 0; i < 3; i++) {
        Image image = load(names[i]);
        assert_int_equal(image.channels, 3);
        for (int p = 0; p < 256; p++)
            for (int c = 0; c < 3; c++)
                if (abs(image.pixels[3 * p + c] - halves[p % 16 / 8][c]) > 6)
                    fail_msg("%s: pixel %d is %d", names[i], p, image.pixels[3 * p + c]);
        image_free(&image);
    }
}

/* EXIF 2.32: where row 0 and column 0 of the stored picture are to be seen. */
static void cameras_are_held_in_eight_ways(void **state) {
    (void)state;
    /* The stored quarters, from the left and from the top, that come to the upper left, upper
     * right, lower left, lower right. */
    static const int corners[9][4] = {{0},          {0, 1, 2, 3}, {1, 0, 3, 2},
                                      {3, 2, 1, 0}, {2, 3, 0, 1}, {0, 2, 1, 3},
                                      {2, 0, 3, 1}, {3, 1, 2, 0}, {1, 3, 0, 2}};
    static const int greys[4] = {40, 100, 160, 220};
    for (int o = 1; o <= 9; o++) { /* the ninth is the sixth as PNG */
        const int orientation = o == 9 ? 6 : o;
        Image image = load(o == 9 ? "orient6.png" : TEXT("orient%d.jpg", o));
        const int width = orientation >= 5 ? 16 : 24, height = orientation >= 5 ? 24 : 16;
        assert_int_equal(image.width, width);
        assert_int_equal(image.height, height);
        assert_int_equal(image.channels, 1);
        for (int corner = 0; corner < 4; corner++) {
            int x = corner % 2 ? width - 2 : 1, y = corner / 2 ? height - 2 : 1;
            int wanted = greys[corners[orientation][corner]];
            if (abs(image.pixels[y * width + x] - wanted) > 3)
                fail_msg("orientation %d, corner %d: %d, not %d", o, corner,
                         image.pixels[y * width + x], wanted);
        }
        image_free(&image);
    }
}

static void only_the_first_frame_is_read_and_that_is_said(void **state) {
    (void)state;
    Error err = {0};
    Image image, wanted = load("palette.ppm");
    char note[IMAGE_NOTE_SIZE];
    assert_ok(image_load(&image, test_fixture("image/animated.gif"), note, &err), err);
    test_contains(note, "only the first frame of the animated GIF");
    assert_same(&image, &wanted, "animated.gif", 0);
    image_free(&image);
    assert_ok(image_load(&image, test_fixture("image/animated.gif"), NULL, &err), err);
    image_free(&image);
    image_free(&wanted);
}

static void maxima_of_pnm_are_scaled(void **state) {
    (void)state;
    Error err = {0};
    Image image;
    const char small[] = "P5 #a comment\n3\t1 # more\n10\n\0\5\12";
    assert_ok(image_parse(&image, (const uint8_t *)small, sizeof small - 1, "x", NULL, &err), err);
    assert_memory_equal(image.pixels, "\0\x80\xff", 3);
    image_free(&image);
    const char wide[] = "P5\n2 1\n1000\n\x01\xf4\xff\xff"; /* 500; and above the maximum */
    assert_ok(image_parse(&image, (const uint8_t *)wide, sizeof wide - 1, "x", NULL, &err), err);
    assert_memory_equal(image.pixels, "\x80\xff", 2);
    image_free(&image);
    refuses_bytes("P5 2 1 70000\n....", 17, "x.pgm", "its maximum is 70000, not 1 to 65535");
    refuses_bytes("P5 2 1 0\n....", 13, "x.pgm", "its maximum is 0");
    refuses_bytes("P5 x 1 255\n....", 15, "x.pgm", "width, height, maximum");
    refuses_bytes("P6 99999999999999999999 1 255\n.", 31, "x.ppm", "too large");
}

/* ---- What is not taken ---- */

static void no_part_of_a_picture_is_enough(void **state) {
    (void)state;
    /* How many bytes may lack at the end: a GIF's trailer, padding, a TGA's footer. */
    static const struct {
        const char *name;
        size_t spare;
    } cases[] = {{"rgb.png", 0},      {"interlaced.png", 0}, {"palette.png", 0},
                 {"rgba16.png", 0},   {"halves.jpg", 0},     {"progressive.jpg", 0},
                 {"orient6.jpg", 0},  {"palette.gif", 1},    {"rgb.bmp", 3},
                 {"palette.bmp", 1},  {"rgb.tga", 26},       {"rle.tga", 26},
                 {"palette.tga", 26}, {"base.ppm", 0},       {"grey.pgm", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t size;
        uint8_t *data = fixture(cases[i].name, &size);
        for (size_t n = 0; n < size - cases[i].spare; n++) {
            Error err = {0};
            Image image;
            uint8_t *part = malloc(n ? n : 1); /* so that a sanitizer sees reads behind its end */
            memcpy(part, data, n);
            if (image_parse(&image, part, n, cases[i].name, NULL, &err))
                fail_msg("%s: %zu of %zu bytes were enough", cases[i].name, n, size);
            test_contains(err.text, n < 18 ? "' is not a" : "' is not a whole ");
            free(part);
        }
        mem_free(data);
    }
}

static void damage_is_told(void **state) {
    (void)state;
    size_t size;
    uint8_t *data = fixture("rgb.png", &size);
    data[size - 30] ^= 1;
    refuses_bytes(data, size, "x.png",
                  "'x.png' is not a valid PNG picture: the checksum of its IDAT");
    mem_free(data);
    data = fixture("rgb.png", &size);
    memcpy(data + 37, "IDOT", 4);
    refuses_bytes(data, size, "x.png", "it needs the unknown chunk IDOT");
    data[40] = 0;
    refuses_bytes(data, size, "x.png", "what should be a chunk is none");
    mem_free(data);
    data = fixture("halves.jpg", &size);
    uint8_t *frame = data;
    while (frame[0] != 0xff || frame[1] != 0xc0)
        frame++;
    frame[1] = 0xc9;
    refuses_bytes(data, size, "x.jpg", "arithmetic coding");
    frame[1] = 0xc0;
    frame[4] = 12;
    refuses_bytes(data, size, "x.jpg", "12 bits a sample");
    frame[4] = 8;
    frame[5] = frame[6] = 0;
    refuses_bytes(data, size, "x.jpg", "x.jpg: expected a size of at least 1 x 1, got 16 x 0");
    memcpy(frame + 5, "\xff\xff\xff\xff", 4);
    refuses_bytes(data, size, "x.jpg", "65535 x 65535 pixels");
    mem_free(data);
}

static void wrong_jpeg_tables_do_not_reach_the_decoder(void **state) {
    (void)state;
    uint8_t file[700] = {0xff, 0xd8, 0xff, 0xc4, 2, 62}; /* the segment: 2 + 17 + 555 bytes */
    for (int length = 1; length <= 16; length++)
        file[6 + length] = length == 16 ? 255 : 20; /* more codes than there are */
    refuses_bytes(file, sizeof file, "x.jpg", "a Huffman table is wrong");
    memset(file + 6, 0, sizeof file - 6);
    file[4] = 1, file[5] = 18;            /* 2 + 17 + 255 bytes */
    file[6 + 8] = 128, file[6 + 9] = 127; /* a good code, as many symbols as may be */
    refuses_bytes(file, sizeof file, "x.jpg", "byte 278 should begin a marker");
    file[5] = 19;
    file[6 + 9] = 128; /* one too many */
    refuses_bytes(file, sizeof file, "x.jpg", "a Huffman table is wrong");
    memset(file + 6, 0, sizeof file - 6);
    file[4] = 0, file[5] = 22;
    file[6 + 1] = 3; /* three codes of one bit */
    refuses_bytes(file, sizeof file, "x.jpg", "a Huffman table is wrong");
    memset(file + 2, 0xff, sizeof file - 2);
    refuses_bytes(file, sizeof file, "x.jpg", "ends before its end-of-image marker");
    file[2] = 1;
    refuses_bytes(file, sizeof file, "x.jpg", "byte 2 should begin a marker");
    refuses_bytes("\xff\xd8\xff\xd9", 4, "x.jpg", "it holds no picture data");
}

static void what_is_no_picture_is_told(void **state) {
    (void)state;
    const char text[] = "Dear diary,\ntoday ...";
    refuses_bytes(
        text, sizeof text - 1, "notes.png",
        "'notes.png' is not a picture: expected PNG, JPEG, BMP, TGA, GIF or PNM (P5, P6), "
        "got a file that begins with 'Dear diary,?toda'");
    refuses_bytes("", 0, "notes.png", "'notes.png' is not a picture: the file is empty");
    const uint8_t zeros[64] = {0};
    refuses_bytes(zeros, sizeof zeros, "zeros.tga", "'zeros.tga' is not a picture");
    Error err;
    Image image;
    assert_fails(image_load(&image, test_path("absent.png"), NULL, &err), err, "absent.png");
    assert_fails(image_load(&image, test_folder(), NULL, &err), err, "is a directory");
}

static void foreign_formats_are_named_with_a_way_out(void **state) {
    (void)state;
    static const struct {
        const char *data;
        size_t size;
        const char *name, *part;
    } cases[] = {
        {"\0\0\0\30ftypheic\0\0\0\0mif1heic", 24, "x.heic",
         "'x.heic' is a picture in HEIC format, which is not read: convert it, for example with: "
         "heif-convert x.heic x.png"},
        {"\0\0\0\30ftypmif1\0\0\0\0mif1heix", 24, "IMG.jpg", "HEIC format"},
        {"\0\0\0\34ftypmif1\0\0\0\0mif1avifmiaf", 28, "x.avif", "AVIF format"},
        {"\0\0\0\30ftypavif\0\0\0\0mif1miaf", 24, "x.avif", "heif-convert x.avif x.png"},
        {"RIFF\20\0\0\0WEBPVP8 ", 16, "a b.webp", "dwebp 'a b.webp' -o 'a b.png'"},
        {"RIFF\20\0\0\0WEBPVP8 ", 16, "x.png", "dwebp x.png -o x-converted.png"},
        {"II*\0\10\0\0\0", 8, "scan.tif", "TIFF format"},
        {"P3\n1 1\n255\n1 2 3\n", 16, "x.ppm", "plain-text PNM format"},
        {"P4\n8 1\n\xff", 8, "x.pbm", "PBM format"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuses_bytes(cases[i].data, cases[i].size, cases[i].name, cases[i].part);
    refuses_bytes("\0\0\0\24ftypisom\0\0\0\0mp42", 20, "film.mp4", "is not a picture");
}

/* ---- Sizes ---- */

static size_t chunk(uint8_t *out, const char *type, const void *data, size_t size) {
    uint8_t length[4] = {0, 0, (uint8_t)(size >> 8), (uint8_t)size};
    memcpy(out, length, 4);
    memcpy(out + 4, type, 4);
    memcpy(out + 8, data, size);
    uLong crc = crc32(0, out + 4, (uInt)size + 4);
    for (int i = 0; i < 4; i++)
        out[8 + size + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
    return size + 12;
}

/* An 8-bit RGB PNG whose data inflate to `raw` zeros. */
static size_t make_png(uint8_t *out, size_t room, uint32_t width, uint32_t height, size_t raw) {
    uint8_t header[13] = {[8] = 8, [9] = 2};
    for (int i = 0; i < 4; i++) {
        header[i] = (uint8_t)(width >> (24 - 8 * i));
        header[4 + i] = (uint8_t)(height >> (24 - 8 * i));
    }
    uint8_t *zeros = calloc(raw, 1), *packed = malloc(room);
    uLong size = (uLong)room;
    assert_int_equal(compress2(packed, &size, zeros, (uLong)raw, 9), Z_OK);
    assert_true(size + 57 <= room && size < 65536);
    memcpy(out, "\x89PNG\r\n\x1a\n", 8);
    size_t n = 8;
    n += chunk(out + n, "IHDR", header, sizeof header);
    n += chunk(out + n, "IDAT", packed, size);
    n += chunk(out + n, "IEND", "", 0);
    free(zeros);
    free(packed);
    return n;
}

static void sizes_are_checked_in_the_header(void **state) {
    (void)state;
    static uint8_t png[100000];
    size_t n = make_png(png, sizeof png, 20000, 20000, 1000);
    mem_fail_at(0);
    refuses_bytes(
        png, n, "big.png",
        "big.png is too large: 20000 x 20000 = 400000000 pixels, at most 100000000 pixels");
    assert_int_equal(mem_fail_at(0), 0); /* nothing was allocated */
    n = make_png(png, sizeof png, 30001, 1, 1000);
    refuses_bytes(png, n, "wide.png", "30001 x 1 pixels, at most 30000 a side");
    n = make_png(png, sizeof png, 0xffffffff, 0xffffffff, 1000);
    refuses_bytes(png, n, "huge.png", "4294967295 x 4294967295 pixels");
    n = make_png(png, sizeof png, 0, 7, 1000);
    refuses_bytes(png, n, "flat.png", "flat.png: expected a size of at least 1 x 1, got 0 x 7");
    refuses_bytes("GIF89a\0\0\1\0\0\0\0,", 14, "x.gif", "got 0 x 1");
    refuses_bytes("P5 0 3 255\n", 11, "x.pgm", "got 0 x 3");
}

static void bombs_end_early(void **state) {
    (void)state;
    static uint8_t png[100000];
    size_t n = make_png(png, sizeof png, 1, 1, 50 * 1000 * 1000);
    refuses_bytes(png, n, "bomb.png", "more data than pixels");
    n = make_png(png, sizeof png, 100, 100, 20000);
    refuses_bytes(png, n, "short.png", "not enough pixels");
}

static void one_pixel_is_a_picture(void **state) {
    (void)state;
    static uint8_t png[1000];
    Error err = {0};
    Image image;
    size_t n = make_png(png, sizeof png, 1, 1, 4);
    assert_ok(image_parse(&image, png, n, "x", NULL, &err), err);
    assert_true(image.width == 1 && image.height == 1 && image.channels == 3);
    image_free(&image);
    assert_ok(image_new(&image, 30000, 3333, 1, &err), err);
    image_free(&image);
    assert_fails(image_new(&image, 30000, 3334, 1, &err), err, "100020000 pixels");
    assert_fails(image_new(&image, 0, 1, 1, &err), err, "at least 1 x 1");
    assert_fails(image_new(&image, 1, -1, 3, &err), err, "at least 1 x 1");
}

/* ---- Operations ---- */

static void grey_is_as_pil_makes_it(void **state) {
    (void)state;
    Error err = {0};
    Image base = load("base.ppm"), wanted = load("to_grey.pgm"), grey, again, rgb;
    assert_ok(image_to_grey(&grey, &base, &err), err);
    assert_same(&grey, &wanted, "to_grey", 0);
    assert_ok(image_to_rgb(&rgb, &grey, &err), err);
    assert_int_equal(rgb.channels, 3);
    assert_int_equal(rgb.pixels[5], grey.pixels[1]);
    assert_ok(image_to_grey(&again, &rgb, &err), err); /* grey stays what it is */
    assert_same(&again, &grey, "grey of grey", 0);
    image_free(&again);
    assert_ok(image_to_grey(&again, &grey, &err), err);
    assert_same(&again, &grey, "grey of one channel", 0);
    image_free(&base);
    image_free(&wanted);
    image_free(&grey);
    image_free(&again);
    image_free(&rgb);
}

static void crops_reach_beyond_into_black(void **state) {
    (void)state;
    Error err = {0};
    uint8_t pixels[] = {1, 2, 3, 4, 5, 6};
    Image in = {3, 2, 1, pixels}, out;
    assert_ok(image_crop(&out, &in, 1, 0, 2, 2, &err), err);
    assert_memory_equal(out.pixels, "\2\3\5\6", 4);
    image_free(&out);
    assert_ok(image_crop(&out, &in, -1, -1, 5, 4, &err), err);
    assert_memory_equal(out.pixels, "\0\0\0\0\0\0\1\2\3\0\0\4\5\6\0\0\0\0\0\0", 20);
    image_free(&out);
    assert_ok(image_crop(&out, &in, 100, INT32_MIN, 2, 2, &err), err);
    assert_memory_equal(out.pixels, "\0\0\0\0", 4);
    image_free(&out);
    assert_fails(image_crop(&out, &in, 0, 0, 0, 2, &err), err, "at least 1 x 1");
}

static void pasting_is_clipped(void **state) {
    (void)state;
    uint8_t ground[12], dots[4] = {1, 2, 3, 4};
    Image onto = {4, 3, 1, ground}, what = {2, 2, 1, dots};
    memset(ground, 9, sizeof ground);
    image_paste(&onto, &what, 3, -1);
    assert_memory_equal(ground, "\11\11\11\3\11\11\11\11\11\11\11\11", 12);
    image_paste(&onto, &what, -1, 2);
    assert_memory_equal(ground, "\11\11\11\3\11\11\11\11\2\11\11\11", 12);
    image_paste(&onto, &what, 4, 0);
    image_paste(&onto, &what, -2, 0);
    image_paste(&onto, &what, 0, 3);
    image_paste(&onto, &what, INT32_MAX, INT32_MAX);
    assert_memory_equal(ground, "\11\11\11\3\11\11\11\11\2\11\11\11", 12);
}

static void enlarging_repeats(void **state) {
    (void)state;
    Error err = {0};
    uint8_t pixels[] = {1, 2, 3, 4, 5, 6};
    Image in = {2, 1, 3, pixels}, out;
    assert_ok(image_enlarge(&out, &in, 2, &err), err);
    assert_true(out.width == 4 && out.height == 2 && out.channels == 3);
    assert_memory_equal(out.pixels, "\1\2\3\1\2\3\4\5\6\4\5\6\1\2\3\1\2\3\4\5\6\4\5\6", 24);
    image_free(&out);
    assert_fails(image_enlarge(&out, &in, 1 << 30, &err), err, "too large");
}

static void names_of_pictures_are_known(void **state) {
    (void)state;
    assert_true(image_is_name("a/b.PNG") && image_is_name("x.jpeg") && image_is_name("x.Jpg"));
    assert_true(image_is_name("x.tga") && image_is_name("x.pnm") && image_is_name("x.gif"));
    assert_false(image_is_name("png") || image_is_name("x.png.txt") || image_is_name("x.webp"));
}

/* ---- Out ---- */

static void what_is_written_is_read_again(void **state) {
    (void)state;
    const char *path = test_path("out.png");
    for (int channels = 1; channels <= 4; channels += channels == 1 ? 2 : 1) {
        Error err = {0};
        Image out, in;
        assert_ok(image_new(&out, 37, 23, channels, &err), err);
        for (int i = 0; i < 37 * 23 * channels; i++)
            out.pixels[i] = (uint8_t)(channels == 4 && i % 4 == 3 ? 255 : i * i / 50);
        assert_ok(image_save_png(path, &out, NULL, &err), err);
        assert_ok(image_load(&in, path, NULL, &err), err);
        if (channels == 4) { /* read back over white */
            Image rgb;
            assert_ok(image_to_rgb(&rgb, &out, &err), err);
            image_free(&out);
            out = rgb;
        }
        assert_same(&in, &out, "out.png", 0);
        image_free(&in);
        image_free(&out);
    }
}

static bool holds(const uint8_t *data, size_t size, const void *part, size_t length) {
    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(data + i, part, length) == 0)
            return true;
    return false;
}

static void texts_are_kept_in_the_file(void **state) {
    (void)state;
    Error err = {0};
    uint8_t pixel[3] = {1, 2, 3};
    Image image = {1, 1, 3, pixel}, again;
    const char *path = test_path("texts.png");
    const char *texts[] = {"Software", "convoscope", "Comment", "gr\303\274n",
                           "Other",    "\xff!",      NULL};
    size_t size;
    assert_ok(image_save_png(path, &image, texts, &err), err);
    uint8_t *data = file_read(path, 10000, false, &size, &err);
    assert_non_null(data);
    assert_memory_equal(data + 33, "\0\0\0\23tEXtSoftware\0convoscope", 27);
    assert_true(holds(data, size, "iTXtComment\0\0\0\0\0gr\303\274n", 21));
    assert_true(holds(data, size, "tEXtOther\0?!", 12));
    mem_free(data);
    assert_ok(image_load(&again, path, NULL, &err), err);
    assert_same(&again, &image, "texts.png", 0);
    image_free(&again);
    const char *bad[] = {"", "text", NULL};
    assert_fails(image_save_png(path, &image, bad, &err), err, "PNG keyword");
    assert_fails(image_save_png(test_path("no/folder.png"), &image, NULL, &err), err, "folder.png");
}

/* ---- Memory ---- */

static void lack_of_memory_is_told(void **state) {
    (void)state;
    static const char *const names[] = {"rgba16.png",      "interlaced.png", "palette.png",
                                        "halves.jpg",      "orient6.jpg",    "cmyk.jpg",
                                        "progressive.jpg", "palette.gif",    "rle.tga",
                                        "palette.bmp",     "base.ppm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = test_fixture(TEXT("image/%s", names[i]));
        bool ok = false;
        for (size_t n = 1; !ok; n++) {
            Error err = {0};
            Image image;
            mem_fail_at(n);
            ok = image_load(&image, path, NULL, &err);
            mem_fail_at(0);
            if (!ok && err.code != ERROR_NO_MEMORY)
                fail_msg("%s, allocation %zu: %s", names[i], n, err.text);
            image_free(&image);
        }
    }
    Image base = load("base.ppm"), out;
    const char *path = test_path("memory.png"), *texts[] = {"Software", "x", NULL};
    bool ok = false;
    for (size_t n = 1; !ok; n++) {
        Error err = {0};
        mem_fail_at(n);
        ok = image_save_png(path, &base, texts, &err) && image_resize(&out, &base, 20, 3, &err);
        mem_fail_at(0);
        assert_true(ok || err.code == ERROR_NO_MEMORY);
    }
    image_free(&out);
    image_free(&base);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_gives_the_same_pixels),
        cmocka_unit_test(jpegs_are_near),
        cmocka_unit_test(cameras_are_held_in_eight_ways),
        cmocka_unit_test(only_the_first_frame_is_read_and_that_is_said),
        cmocka_unit_test(maxima_of_pnm_are_scaled),
        cmocka_unit_test(no_part_of_a_picture_is_enough),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(wrong_jpeg_tables_do_not_reach_the_decoder),
        cmocka_unit_test(what_is_no_picture_is_told),
        cmocka_unit_test(foreign_formats_are_named_with_a_way_out),
        cmocka_unit_test(sizes_are_checked_in_the_header),
        cmocka_unit_test(bombs_end_early),
        cmocka_unit_test(one_pixel_is_a_picture),
        cmocka_unit_test(grey_is_as_pil_makes_it),
        cmocka_unit_test(crops_reach_beyond_into_black),
        cmocka_unit_test(pasting_is_clipped),
        cmocka_unit_test(enlarging_repeats),
        cmocka_unit_test(names_of_pictures_are_known),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(texts_are_kept_in_the_file),
        cmocka_unit_test(lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
