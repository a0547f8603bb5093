/* Scripts: every one in tests/play, in both languages and three sizes; what scripts that are wrong
 * are told; and a long random one. */
#include "support.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "tensor/image.h"
#include "ui/play.h"
#include "ui/screen.h"
#include <string.h>

static const int sizes[][2] = {
    {SCREEN_WIDTH_MIN, SCREEN_HEIGHT_MIN}, {SCREEN_WIDTH, SCREEN_HEIGHT}, {1920, 1080}};

static double scale = 1;

static bool play(const char *path, WordsLanguage language, int width, int height, int *pictures,
                 Error *err) {
    Pool *pool = pool_new(2, err);
    Words *words = words_load(err);
    static State look;
    state_init(&look);
    look.language = language;
    const PlayOptions options = {
        .session = {.run.tier = cpu_best(), .pool = pool, .words = words, .look = &look},
        .folder = test_path("pictures"),
        .width = width,
        .height = height,
        .scale = scale};
    bool ok = pool && words && ui_play(path, &options, pictures, err);
    words_free(words);
    pool_free(pool);
    return ok;
}

/* With sanitizers a script is replayed once: they look for other things. */
#ifdef __SANITIZE_ADDRESS__
enum { IS_SLOW = 1 };
#else
enum { IS_SLOW = 0 };
#endif

/* Those that expect English words say so in their name. */
static void every_script(void **state) {
    (void)state;
    Arena arena = {0};
    Error err = {0};
    char **names, folder[FILE_PATH_MAX], path[FILE_PATH_MAX];
    size_t count, scripts = 0;
    text_format(folder, sizeof folder, "%s", test_fixture("../play"));
    assert_ok(file_list(folder, &arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(file_extension(names[i]), "play") != 0)
            continue;
        assert_ok(file_join(path, sizeof path, folder, names[i], &err), err);
        const bool english = strstr(names[i], "_en.") != NULL;
        /* All languages and sizes over the whole of the scripts, each with two of them; those of
         * the workbench with all. */
        const size_t turns = IS_SLOW ? 1 : strncmp(names[i], "bench_", 6) == 0 ? 6 : 2;
        for (size_t k = 0; k < turns; k++) {
            const size_t turn = scripts * 2 + k;
            const int *size = sizes[turn % 3];
            const WordsLanguage language = english ? WORDS_EN : (WordsLanguage)((scripts + k) % 2);
            if (!play(path, language, size[0], size[1], NULL, &err))
                fail_msg("%s at %d x %d: %s", words_language_code(language), size[0], size[1],
                         err.text);
        }
        scripts++;
    }
    assert_true(scripts >= 30);
    arena_free(&arena);
}

static void what_is_wrong_is_told(void **state) {
    (void)state;
    static const struct {
        const char *script, *says;
    } cases[] = {
        {"layer.next\nnonsense\n", "line 2: unknown action 'nonsense'"},
        {"expect region nowhere", "line 1: the region 'nowhere' is missing"},
        {"expect text \"perpetual motion\"", "does not say \"perpetual motion\""},
        {"expect no text \"LeNet\"", "says \"LeNet\""},
        {"expect text LeNet", "expected words in double quotes"},
        {"expect state node conv2", "state node: expected 'conv2', got 'input'"},
        {"expect state noed input", "did you mean 'node'"},
        {"expect something", "expected region, text"},
        {"expect banner", "a banner is missing"},
        {"shot ../x.png", "expected NAME.png"},
        {"wait long", "idle, or 0..1000000"},
        {"click nowhere", "the region 'nowhere' is missing"},
        {"key F9", "unknown key 'F9'"},
        {"size 10 10", "a width and a height"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err = {0};
        const char *path = test_path("wrong.play");
        test_write(path, cases[i].script, strlen(cases[i].script));
        assert_false(play(path, WORDS_EN, SCREEN_WIDTH, SCREEN_HEIGHT, NULL, &err));
        test_contains(err.text, cases[i].says);
        test_contains(err.text, "wrong.play");
    }
}

static void pictures_are_the_same_again(void **state) {
    (void)state;
    static const char script[] = "layer.last\nheat time\nshot a.png\ndeeper\nwait 90\nshot b.png\n";
    Error err = {0};
    uint8_t *first[2], *again;
    size_t size, sizes_of[2];
    int pictures;
    char path[FILE_PATH_MAX];
    text_format(path, sizeof path, "%s", test_path("same.play"));
    test_write(path, script, sizeof script - 1);
    static const char *const names[2] = {"pictures/a.png", "pictures/b.png"};
    for (int run = 0; run < 2; run++) {
        assert_ok(play(path, WORDS_ES, SCREEN_WIDTH, SCREEN_HEIGHT, &pictures, &err), err);
        assert_int_equal(pictures, 2);
        for (int i = 0; i < 2; i++) {
            again = file_read(test_path(names[i]), 1 << 24, false, &size, &err);
            assert_ok(again, err);
            if (run == 0) {
                first[i] = again;
                sizes_of[i] = size;
                continue;
            }
            assert_int_equal(size, sizes_of[i]);
            assert_memory_equal(again, first[i], size);
            mem_free(again);
            mem_free(first[i]);
        }
    }
}

/* Twice the pixels show the same places, and letters that are drawn for them: what is on the first
 * is not the second made smaller. */
static void pictures_may_be_sharper(void **state) {
    (void)state;
    static const char script[] = "shot sharp.png\nexpect region view.layer\n";
    Image images[2];
    char path[FILE_PATH_MAX], note[IMAGE_NOTE_SIZE];
    Error err = {0};
    text_format(path, sizeof path, "%s", test_path("sharp.play"));
    test_write(path, script, sizeof script - 1);
    for (int i = 0; i < 2; i++) {
        scale = i + 1;
        assert_ok(play(path, WORDS_EN, SCREEN_WIDTH, SCREEN_HEIGHT, NULL, &err), err);
        assert_ok(image_load(&images[i], test_path("pictures/sharp.png"), note, &err), err);
        assert_int_equal(images[i].width, SCREEN_WIDTH * (i + 1));
        assert_int_equal(images[i].height, SCREEN_HEIGHT * (i + 1));
    }
    scale = 1;
    int64_t single = 0, all = 0; /* blocks of 2x2: of one colour, and as many as there are */
    const uint8_t *pixels = images[1].pixels;
    const int64_t row = (int64_t)images[1].width * images[1].channels, step = images[1].channels;
    for (int64_t y = 0; y < images[1].height; y += 2)
        for (int64_t x = 0; x < images[1].width; x += 2, all++) {
            const uint8_t *p = pixels + y * row + x * step;
            single += p[0] == p[step] && p[0] == p[row] && p[0] == p[row + step];
        }
    assert_true(single < all - all / 200); /* letters and lines of single pixels */
    image_free(&images[0]);
    image_free(&images[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_script),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(pictures_are_the_same_again),
        cmocka_unit_test(pictures_may_be_sharper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
