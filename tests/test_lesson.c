/* Lessons: what a file may hold and what is told of one that does not, the player, and those that
 * ship. */
#include "screen_support.h"

#include "base/text.h"
#include "session/tutor.h"
#include "ui/lesson_walk.h"
#include <stdlib.h>

#define HEAD                                                                                       \
    "{\"title\": {\"en\": \"T\", \"es\": \"T\"}, \"about\": {\"en\": \"A\", \"es\": \"A\"}, "      \
    "\"minutes\": 5, \"order\": 1, \"steps\": ["
#define SAY "\"say\": {\"en\": \"One\", \"es\": \"Uno\"}"

/* --- Files ------------------------------------------------------------------------------------ */

static void refuse(const char *steps, const char *part) {
    Error err = {0};
    char text[2000];
    text_format(text, sizeof text, "%s%s]}", HEAD, steps);
    Lesson *lesson = lesson_parse(text, strlen(text), "try", &err);
    if (lesson)
        fail_msg("taken: %s", steps);
    if (!strstr(err.text, part))
        fail_msg("%s: \"%s\" does not say \"%s\"", steps, err.text, part);
}

static void bad_files_are_told(void **state) {
    (void)state;
    refuse("", "steps");
    refuse("{}", "say");
    refuse("{\"say\": {\"en\": \"One\"}}", "es");
    refuse("{" SAY ", \"foucs\": \"view.layer\"}", "focus");
    refuse("{" SAY ", \"do\": \"layer.next\"}", "do");
    refuse("{\"say\": {\"en\": \"[One](view.layer)\", \"es\": \"Uno\"}}", "view.layer");
    refuse("{" SAY ", \"ask\": {\"question\": {\"en\": \"?\", \"es\": \"?\"}}}", "answer");
    refuse("{" SAY ", \"ask\": {\"question\": {\"en\": \"?\", \"es\": \"?\"}, \"answer\": {\"en\": "
           "\"a\", \"es\": \"a\"}, \"choices\": [{\"text\": {\"en\": \"x\", \"es\": \"x\"}}, "
           "{\"text\": {\"en\": \"y\", \"es\": \"y\"}}]}}",
           "right");
}

static void links_are_spans(void **state) {
    (void)state;
    LessonSpan span;
    char plain[80];
    const char *at = "See [the map](view.layer), or [x] (y).";
    assert_true(lesson_span(&at, &span));
    assert_int_equal(span.length, 4);
    assert_true(lesson_span(&at, &span));
    assert_string_equal(span.region, "view.layer");
    assert_memory_equal(span.text, "the map", 7);
    assert_string_equal(lesson_plain(plain, sizeof plain, "See [the map](view.layer), or [x] (y)."),
                        "See the map, or [x] (y).");
}

/* --- The player ------------------------------------------------------------------------------- */

static const char three_steps[] = HEAD
    "{" SAY ", \"do\": [\"layer.select conv1\", \"depth layer\"]},"
    "{" SAY ", \"do\": [\"layer.select conv2\"], \"ask\": {\"question\": {\"en\": \"?\", \"es\": "
    "\"?\"}, \"choices\": [{\"text\": {\"en\": \"x\", \"es\": \"x\"}}, {\"text\": {\"en\": "
    "\"y\", \"es\": \"y\"}, \"right\": true}], \"answer\": {\"en\": \"y\", \"es\": \"y\"}, "
    "\"then\": [\"unit.max\", \"depth unit\"]}},"
    "{" SAY ", \"do\": [\"layer.select fc1\"], \"until\": \"node fc2\"}]}";

static Session *open_lesson(Fixture *f) {
    Error err = {0};
    const char *path = test_path("three.json");
    test_write(path, three_steps, sizeof three_steps - 1);
    Session *s = open_session(f, "lenet");
    assert_true(session_wait(s));
    assert_ok(action_perform(s, TEXT("lesson.open %s", path), &err), err);
    assert_true(session_wait(s));
    return s;
}

static void press(Session *s, const char *key) {
    assert_true(action_press(s, key));
    assert_true(session_wait(s));
}

static const char *node_of(const Session *s) {
    return session_graph(s)->nodes[s->state.place.node].name;
}

static void a_clicker_goes_through(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_lesson(&f);
    assert_string_equal(node_of(s), "conv1");
    press(s, "Space");
    assert_string_equal(node_of(s), "conv2");
    assert_true(tutor_is_asking(s));
    press(s, "Right"); /* frozen */
    assert_string_equal(node_of(s), "conv2");
    check(&f);
    press(s, "PageDown"); /* the answer */
    assert_int_equal(s->state.lesson_answer, LESSON_REVEALED);
    assert_int_equal(s->state.place.depth, DEPTH_UNIT);
    check(&f);
    press(s, "PageDown");
    assert_string_equal(node_of(s), "fc1");
    assert_false(tutor_is_content(s));
    post(&f, "layer.select fc2");
    assert_true(tutor_is_content(s));
    press(s, "Space"); /* there is no more */
    assert_int_equal(s->state.lesson_step, 2);
    press(s, "PageUp");
    assert_string_equal(node_of(s), "conv2");
    assert_int_equal(s->state.lesson_answer, LESSON_REVEALED); /* as it was left */
    press(s, "PageUp");
    assert_string_equal(node_of(s), "conv1");
    assert_int_equal(s->state.place.depth, DEPTH_LAYER);
    press(s, "Shift+Escape");
    assert_null(tutor_lesson(s));
    close_session(&f);
}

static void answers_are_judged(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_lesson(&f);
    post(&f, "lesson.go 2");
    press(s, "1");
    assert_int_equal(s->state.lesson_answer, 0);
    check(&f);
    assert_says(&f, "No.");
    assert_false(session_post(s, "lesson.answer 2")); /* it is answered */
    assert_false(session_post(s, "lesson.go 4"));
    close_session(&f);
}

/* From anywhere to any step: the screen is as if one had come by all before it. */
static void steps_can_be_jumped_to(void **state) {
    (void)state;
    static const int ways[] = {3, 1, 2, 3, 2, 1};
    static const char *const nodes[] = {"conv1", "conv2", "fc1"};
    Fixture f;
    Session *s = open_lesson(&f);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        post(&f, TEXT("lesson.go %d", ways[i]));
        assert_string_equal(node_of(s), nodes[ways[i] - 1]);
    }
    close_session(&f);
}

/* --- Those that ship -------------------------------------------------------------------------- */

static void they_ask_and_end_with_things_to_try(void **state) {
    (void)state;
    Arena arena = {0};
    Error err = {0};
    char **ids;
    size_t count;
    assert_ok(lesson_ids(&arena, &ids, &count, &err), err);
    assert_in_range(count, 11, 100);
    assert_string_equal(ids[0], "course");
    for (size_t i = 0; i < count; i++) {
        Lesson *l = lesson_load(ids[i], &err);
        assert_ok(l, err);
        int questions = 0;
        for (int k = 0; k < l->step_count; k++)
            questions += lesson_asks(&l->steps[k]);
        if (questions < 3)
            fail_msg("%s asks %d times", ids[i], questions);
        test_contains(l->steps[l->step_count - 1].say.in[WORDS_EN], "To try");
        if (strcmp(ids[i], "course") != 0)
            assert_in_range(l->minutes, 10, 20);
        lesson_free(l);
    }
    arena_free(&arena);
}

static void they_are_well(void **state) {
    (void)state;
    Arena arena = {0};
    Error err = {0};
    char **ids = NULL;
    size_t count = 0;
    static State look;
    state_init(&look);
    Pool *pool = pool_new(2, &err);
    Words *words = words_load(&err);
    assert_ok(pool && words && lesson_ids(&arena, &ids, &count, &err), err);
    const PlayOptions options = {
        .session = {.run.tier = cpu_best(), .pool = pool, .words = words, .look = &look},
        .folder = test_folder(),
        .width = 1280,
        .height = 800,
        .scale = 1};
    /* All of them are for `make lessons`, which CI runs. */
    const size_t first = (size_t)(getenv("LESSON") ? atoi(getenv("LESSON")) : 1);
    assert_ok(lesson_check(&options, ids[first % count], &err), err);
    words_free(words);
    pool_free(pool);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_files_are_told),
        cmocka_unit_test(links_are_spans),
        cmocka_unit_test(a_clicker_goes_through),
        cmocka_unit_test(answers_are_judged),
        cmocka_unit_test(steps_can_be_jumped_to),
        cmocka_unit_test(they_ask_and_end_with_things_to_try),
        cmocka_unit_test(they_are_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
