/* Pictures of the screen that were looked at before they were kept: tests/golden/NAME.play makes
 * NAME.png. With random weights, so that they change with the program alone. What is different is
 * written beside them as NAME_actual.png and NAME_diff.png; `make golden-update` keeps what is
 * drawn now. By the ref tier, so that block sizes and roundings are the same everywhere. Where
 * letters are not as wide as on the machine that drew them, nothing can be compared. */
#include "support.h"

#include "base/file.h"
#include "base/text.h"
#include "draw/sdl_font.h"
#include "tensor/image.h"
#include "ui/play.h"
#include "ui/screen.h"
#include <stdlib.h>
#include <string.h>

static bool play(const char *script, Error *err) {
    Pool *pool = pool_new(2, err);
    Words *words = words_load(err);
    static State look;
    state_init(&look);
    const PlayOptions options = {
        .session = {.run.tier = CPU_REF, .pool = pool, .words = words, .look = &look},
        .folder = test_path("golden"),
        .width = SCREEN_WIDTH,
        .height = SCREEN_HEIGHT,
        .scale = 1};
    const bool ok = pool && words && ui_play(script, &options, NULL, err);
    words_free(words);
    pool_free(pool);
    return ok;
}

/* Pixels of which a channel is off by more than what rounding of values may do to a colour. The
 * difference, enlarged, replaces `got`. */
static int64_t compare(Image *got, const Image *want) {
    enum { OFF = 24 };
    const int64_t pixels = (int64_t)got->width * got->height;
    int64_t count = 0;
    for (int64_t i = 0; i < pixels; i++) {
        int most = 0;
        for (int c = 0; c < got->channels; c++) {
            const int64_t at = i * got->channels + c;
            const int off = abs(got->pixels[at] - want->pixels[at]);
            most = off > most ? off : most;
            got->pixels[at] = (uint8_t)(off > 63 ? 255 : 4 * off);
        }
        count += most > OFF;
    }
    return count;
}

static bool same_letters(void) {
    enum { DRAWN_AT = 362 }; /* pixels of these words at 14 */
    Error err = {0};
    Fonts *fonts = fonts_new(1, &err);
    assert_ok(fonts, err);
    const TextMetrics *metrics = fonts_metrics(fonts);
    const int width = metrics->width(metrics->context, FACE_SANS, 14,
                                     "Sphinx of black quartz, judge my vow: 0123456789");
    fonts_free(fonts);
    if (width != DRAWN_AT)
        print_message("letters are %d pixels wide, not %d\n", width, DRAWN_AT);
    return width == DRAWN_AT;
}

static void check(const char *folder, const char *name) {
    Error err = {0};
    char kept[FILE_PATH_MAX], actual[FILE_PATH_MAX], note[IMAGE_NOTE_SIZE];
    Image got = {0}, want = {0};
    const int stem = (int)(strlen(name) - strlen(".play"));
    text_format(kept, sizeof kept, "%s/%.*s.png", folder, stem, name);
    if (!play(TEXT("%s/%s", folder, name), &err))
        fail_msg("%s: %s", name, err.text);
    text_format(actual, sizeof actual, "golden/%.*s.png", stem, name);
    assert_ok(image_load(&got, test_path(actual), note, &err), err);
    if (getenv("GOLDEN_UPDATE")) {
        assert_ok(image_save_png(kept, &got, NULL, &err), err);
        image_free(&got);
        return;
    }
    assert_ok(image_load(&want, kept, note, &err), err);
    assert_int_equal(got.width, want.width);
    assert_int_equal(got.height, want.height);
    assert_int_equal(got.channels, want.channels);
    text_format(actual, sizeof actual, "%s/%.*s_actual.png", folder, stem, name);
    Image copy = {0};
    assert_ok(image_crop(&copy, &got, 0, 0, got.width, got.height, &err), err);
    const int64_t off = compare(&got, &want), all = (int64_t)want.width * want.height;
    if (off > all / 1000) {
        image_save_png(actual, &copy, NULL, &err);
        image_save_png(TEXT("%s/%.*s_diff.png", folder, stem, name), &got, NULL, &err);
        fail_msg("%s: %lld of %lld pixels are not as in the picture kept; see %s", name,
                 (long long)off, (long long)all, actual);
    }
    image_free(&copy);
    image_free(&got);
    image_free(&want);
}

static void pictures_are_as_they_were(void **state) {
    (void)state;
    Arena arena = {0};
    Error err = {0};
    char **names, folder[FILE_PATH_MAX];
    size_t count;
    int pictures = 0;
    if (!same_letters())
        skip();
    text_format(folder, sizeof folder, "%s", test_fixture("../golden"));
    assert_ok(file_list(folder, &arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++)
        if (strcmp(file_extension(names[i]), "play") == 0) {
            check(folder, names[i]);
            pictures++;
        }
    assert_true(pictures >= 10);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(pictures_are_as_they_were)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
