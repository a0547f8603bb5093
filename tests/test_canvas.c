/* Drawings: strokes, fitting, what the network answers, and that the state keeps them. */
#include "screen_support.h"

#include "base/text.h"
#include "session/bench.h"
#include "session/canvas.h"
#include <math.h>

enum { SIDE = 28 };

static int64_t mass_of(const uint8_t *levels) {
    int64_t sum = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        sum += levels[i];
    return sum;
}

/* --- Strokes ---------------------------------------------------------------------------------- */

/* A point is a disc about it: as wide as the pen, dark beyond, the same mirrored. */
static void a_point_is_a_disc(void **state) {
    (void)state;
    for (int width = 4; width <= 16; width += 4) {
        uint8_t levels[SIDE * SIDE] = {0};
        const int at[2] = {55, 55}; /* the middle: 55.5 quarters */
        canvas_stroke(levels, SIDE, at, at, width, false);
        const double area = M_PI * width * width / 64.0;
        assert_true(fabs((double)mass_of(levels) / (CANVAS_LEVELS - 1) - area) < 0.35 * area + 0.6);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                if (hypot(y + 0.5 - 13.875, x + 0.5 - 13.875) > width / 8.0 + 0.6)
                    assert_int_equal(levels[y * SIDE + x], 0);
    }
}

static void strokes_are_whole_and_the_same_backwards(void **state) {
    (void)state;
    uint8_t there[SIDE * SIDE] = {0}, back[SIDE * SIDE] = {0};
    const int a[2] = {8, 10}, b[2] = {100, 91};
    canvas_stroke(there, SIDE, a, b, 8, false);
    canvas_stroke(back, SIDE, b, a, 8, false);
    assert_memory_equal(there, back, sizeof there);
    for (int y = 3; y < 25; y++) { /* no row is skipped */
        int most = 0;
        for (int x = 0; x < SIDE; x++)
            most = there[y * SIDE + x] > most ? there[y * SIDE + x] : most;
        assert_true(most > CANVAS_LEVELS / 2);
    }
    canvas_stroke(back, SIDE, a, b, 8, false); /* again changes nothing */
    assert_memory_equal(there, back, sizeof there);
    canvas_stroke(there, SIDE, a, b, 32, true);
    assert_int_equal(mass_of(there), 0);
}

/* --- Fitting ---------------------------------------------------------------------------------- */

static void it_is_fitted_as_mnist_was(void **state) {
    (void)state;
    static const int strokes[][2][2] = {
        {{10, 12}, {30, 14}}, {{90, 20}, {100, 100}}, {{4, 4}, {108, 60}}, {{50, 2}, {52, 110}}};
    for (size_t s = 0; s < sizeof strokes / sizeof *strokes; s++) {
        uint8_t levels[SIDE * SIDE] = {0};
        float out[SIDE * SIDE];
        canvas_stroke(levels, SIDE, strokes[s][0], strokes[s][1], 10, false);
        canvas_fit(levels, SIDE, out);
        double mass = 0, cy = 0, cx = 0;
        int low[2] = {SIDE, SIDE}, high[2] = {-1, -1};
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                const double value = (double)out[y * SIDE + x];
                assert_true(value >= 0 && value <= 1);
                mass += value;
                cy += value * (y + 0.5);
                cx += value * (x + 0.5);
                if (value > 0.1) {
                    low[0] = y < low[0] ? y : low[0];
                    low[1] = x < low[1] ? x : low[1];
                    high[0] = y > high[0] ? y : high[0];
                    high[1] = x > high[1] ? x : high[1];
                }
            }
        assert_true(fabs(cy / mass - SIDE / 2.0) < 0.5 && fabs(cx / mass - SIDE / 2.0) < 0.5);
        const int h = high[0] - low[0] + 1, w = high[1] - low[1] + 1;
        assert_in_range(h > w ? h : w, 18, 22);
    }
    const uint8_t nothing[SIDE * SIDE] = {0};
    float out[SIDE * SIDE];
    canvas_fit(nothing, SIDE, out);
    for (int i = 0; i < SIDE * SIDE; i++)
        assert_true(out[i] == 0);
}

/* --- Answers ---------------------------------------------------------------------------------- */

static int64_t named(const Fixture *f, int which) {
    CanvasAnswer answer;
    int64_t best[1];
    assert_true(canvas_answer(bench_work(&f->session), which, &answer));
    stats_top(answer.last->data, tensor_count(answer.last), 1, best);
    return best[0];
}

static void draw(Fixture *f, const char *side, const int (*points)[2], int count) {
    post(f, TEXT("canvas.pen %s %d %d", side, points[0][0], points[0][1]));
    for (int i = 1; i < count; i++)
        post(f, TEXT("canvas.draw %d %d", points[i][0], points[i][1]));
}

static void digits_are_named(void **state) {
    (void)state;
    Fixture f;
    open_session(&f, "lenet");
    post(&f, "bench canvas");
    static const int one[][2] = {{16, 60}, {96, 52}};
    static const int seven[][2] = {{24, 30}, {24, 80}, {96, 48}};
    static const int zero[][2] = {{20, 56}, {36, 36}, {64, 32}, {88, 44}, {94, 60},
                                  {80, 78}, {52, 84}, {28, 74}, {20, 56}};
    draw(&f, "left", one, 2);
    draw(&f, "right", seven, 3);
    assert_int_equal(named(&f, 0), 1);
    assert_int_equal(named(&f, 1), 7);
    post(&f, "canvas.choose left");
    post(&f, "canvas.clear");
    draw(&f, "left", zero, 9);
    assert_int_equal(named(&f, 0), 0);
    assert_int_equal(named(&f, 1), 7);
    close_session(&f);
}

/* What is answered is what the engine says of that input. */
static void the_answer_is_the_engines(void **state) {
    (void)state;
    Fixture f;
    Error err = {0};
    Session *s = open_session(&f, "lenet-fashion");
    post(&f, "bench canvas");
    post(&f, "canvas.picture");
    post(&f, "canvas.fitted plain");
    CanvasAnswer answer;
    assert_true(canvas_answer(bench_work(s), 0, &answer));
    const Model *m = scene_model(s->scene);
    Tensor input = *scene_values(s->scene, GRAPH_IMAGE);
    float data[SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
        const float share = (float)s->state.place.canvas[0][i] / (CANVAS_LEVELS - 1);
        assert_true(answer.seen[i] == share);
        data[i] = (share - 0.5F) / 0.5F;
        /* 16 levels are the picture to a step */
        assert_true(fabsf(data[i] - input.data[i]) <= 1.01F / (CANVAS_LEVELS - 1));
    }
    input.data = data;
    Run *run = run_new(m, &input, &f.options.run, f.pool, &err);
    assert_ok(run && run_all(run, NULL, &err), err);
    assert_memory_equal(run_probabilities(run)->data, answer.last->data, 10 * sizeof(float));
    run_release(run);
    close_session(&f);
}

/* --- The state -------------------------------------------------------------------------------- */

static void the_state_keeps_drawings(void **state) {
    (void)state;
    Fixture f;
    Error err = {0};
    static char line[4 * FILE_PATH_MAX];
    Session *s = open_session(&f, "lenet");
    post(&f, "bench canvas");
    static const int seven[][2] = {{24, 30}, {24, 80}, {96, 48}};
    draw(&f, "right", seven, 3);
    const StatePlace drawn = s->state.place;
    assert_true(state_print(&s->state, session_graph(s), line, sizeof line));
    State *read = mem_alloc(1, sizeof *read, &err);
    assert_ok(read, err);
    state_init(read);
    assert_ok(state_read_rest(read, session_graph(s), line, &err), err);
    assert_memory_equal(read->place.canvas, drawn.canvas, sizeof drawn.canvas);
    mem_free(read);
    post(&f, "undo"); /* the whole stroke */
    assert_int_equal(mass_of(s->state.place.canvas[1]), 0);
    post(&f, "redo");
    assert_memory_equal(s->state.place.canvas, drawn.canvas, sizeof drawn.canvas);
    static const char *const bad[] = {"g", "zz", "z1", "zffzffzffzffzff0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (Error){0};
        assert_false(state_set(&s->state, NULL, "canvas_left", bad[i], &err));
        assert_non_null(strstr(err.text, "canvas_left"));
    }
    close_session(&f);
}

static void it_is_drawn_by_keys(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    post(&f, "bench canvas");
    assert_true(action_press(s, "Right"));
    assert_int_equal(mass_of(s->state.place.canvas[0]), 0);
    assert_true(action_press(s, "Space"));
    const int64_t dot = mass_of(s->state.place.canvas[0]);
    assert_true(dot > 0);
    for (int i = 0; i < 5; i++)
        assert_true(action_press(s, "Down"));
    assert_true(mass_of(s->state.place.canvas[0]) > 2 * dot);
    assert_true(action_press(s, "Tab"));
    assert_int_equal(s->state.place.canvas_which, 1);
    assert_true(action_press(s, "c"));
    assert_memory_equal(s->state.place.canvas[0], s->state.place.canvas[1], CANVAS_CELLS);
    assert_true(action_press(s, "Delete"));
    assert_int_equal(mass_of(s->state.place.canvas[1]), 0);
    close_session(&f);
}

static void only_for_small_grey_pictures(void **state) {
    (void)state;
    static const char *const names[] = {"lenet", "lenet5", "resnet-mini", "alexnet-mini"};
    for (int i = 0; i < 4; i++) {
        Fixture f;
        Session *s = open_session(&f, names[i]);
        assert_true(session_wait(s));
        assert_int_equal(canvas_side(s), i == 0 ? 28 : i == 1 ? 32 : 0);
        post(&f, "bench canvas");
        assert_int_equal(session_post(s, "canvas.pen right 8 8"), i < 2);
        if (i >= 2) {
            build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
            assert_says(&f, "open lenet");
        } else {
            post(&f, "canvas.pen left 60 60");
            check(&f);
            assert_region(&f, "canvas.classes.right");
        }
        close_session(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_point_is_a_disc),
        cmocka_unit_test(strokes_are_whole_and_the_same_backwards),
        cmocka_unit_test(it_is_fitted_as_mnist_was),
        cmocka_unit_test(digits_are_named),
        cmocka_unit_test(the_answer_is_the_engines),
        cmocka_unit_test(the_state_keeps_drawings),
        cmocka_unit_test(it_is_drawn_by_keys),
        cmocka_unit_test(only_for_small_grey_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
