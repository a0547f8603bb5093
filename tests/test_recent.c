/* What was open last is kept, newest first, each once; tips that were read stay read. */
#include "support.h"

#include "base/file.h"
#include "session/recent.h"
#include "session/settings.h"
#include <stdlib.h>
#include <string.h>

static SceneNames names_of(const char *model, const char *image) {
    SceneNames n = {.size = 0};
    text_format(n.model, sizeof n.model, "%s", model);
    text_format(n.image, sizeof n.image, "%s", image);
    return n;
}

static void put(Recent *r, const char *model, const char *image) {
    const SceneNames n = names_of(model, image);
    recent_put(r, &n, false);
}

static void assert_same(const Recent *a, const Recent *b) {
    for (int i = 0; i < RECENT_MAX; i++)
        assert_string_equal(a->lines[i], b->lines[i]);
}

static void newest_come_first(void **state) {
    (void)state;
    static Recent r, again;
    put(&r, "lenet", "");
    put(&r, "alexnet", "a.png");
    put(&r, "lenet", "");
    assert_string_equal(r.lines[0], "model=lenet");
    assert_string_equal(r.lines[1], "model=alexnet; image=a.png");
    assert_string_equal(r.lines[2], "");
    recent_load(&again, false);
    assert_same(&r, &again);
    for (int i = 0; i < 2 * RECENT_MAX; i++)
        put(&again, TEXT("net%d", i), "");
    assert_string_equal(again.lines[0], TEXT("model=net%d", 2 * RECENT_MAX - 1));
    assert_string_equal(again.lines[RECENT_MAX - 1], TEXT("model=net%d", RECENT_MAX));
}

static void files_are_found_from_elsewhere(void **state) {
    (void)state;
    static Recent r;
    char path[FILE_PATH_MAX];
    Error err = {0};
    assert_ok(file_join(path, sizeof path, test_folder(), "x.png", &err), err);
    test_write(path, "x", 1);
    put(&r, "lenet", path);
    test_contains(r.lines[0], "image=/");
    test_contains(r.lines[0], "x.png");
}

static void a_broken_file_is_forgotten(void **state) {
    (void)state;
    static Recent r, large;
    char folder[FILE_PATH_MAX], path[FILE_PATH_MAX];
    static char junk[3 * RECENT_MAX * RECENT_SIZE];
    Error err = {0};
    assert_ok(file_user_state(folder, sizeof folder), err);
    assert_ok(file_join(path, sizeof path, folder, "recent", &err), err);
    memset(junk, 'x', sizeof junk);
    test_write(path, junk, sizeof junk);
    recent_load(&large, false);
    assert_string_equal(large.lines[0], "");
    test_write(path, "\n\nmodel=a\r\n", 11);
    recent_load(&r, false);
    assert_string_equal(r.lines[0], "model=a");
    assert_string_equal(r.lines[1], "");
}

/* Scripts see none, and leave none. */
static void scripts_begin_with_none(void **state) {
    (void)state;
    static Recent r, kept;
    recent_load(&kept, false);
    const SceneNames n = names_of("script", "");
    recent_put(&r, &n, true);
    assert_string_equal(r.lines[0], "model=script");
    static Recent after;
    recent_load(&after, false);
    assert_same(&after, &kept);
}

static void tips_stay_read(void **state) {
    (void)state;
    Error err = {0};
    static State before, now, next;
    state_init(&before);
    before.tips = 0;
    now = before;
    now.tips = 2;
    assert_ok(settings_keep(&before, &now, &err), err);
    state_init(&next);
    next.tips = 0;
    assert_ok(settings_load(&next, &err), err);
    assert_int_equal(next.tips, 2);
}

int main(void) {
    setenv("XDG_STATE_HOME", test_folder(), 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_come_first),
        cmocka_unit_test(files_are_found_from_elsewhere),
        cmocka_unit_test(a_broken_file_is_forgotten),
        cmocka_unit_test(scripts_begin_with_none),
        cmocka_unit_test(tips_stay_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
