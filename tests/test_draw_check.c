/* Whether all texts of a list can be read: draw_list_check. */
#include "draw_support.h"

static const TextStyle style = {.size = 14}, name = {.size = 14, .may_cut = true};

static void begin(DrawList *list) {
    draw_begin(list, &made_up, 500, 300);
    draw_text(list, (Rect){0, 0, 100, 20}, style, "fine");
}

static void expect(DrawList *list, const char *wrong) {
    Error err = {0};
    if (wrong)
        assert_fails(draw_list_check(list, &err), err, wrong);
    else
        assert_ok(draw_list_check(list, &err), err);
    draw_free(list);
}

static void what_is_cut_is_told(void **state) {
    (void)state;
    DrawList list = {0};
    begin(&list);
    expect(&list, NULL);
    begin(&list);
    draw_text(&list, (Rect){100, 0, 50, 20}, style, "convolution");
    expect(&list, "at 500 x 300, \"convolution\" is cut: \"conv…\"");
    begin(&list);
    draw_text(&list, (Rect){100, 0, 50, 20}, name, "convolution");
    expect(&list, "is cut"); /* a name may be, where hovering says it whole */
    begin(&list);
    draw_region(&list, (Rect){100, 0, 50, 20}, NULL, "there");
    draw_hint(&list, "this is a convolution");
    draw_text(&list, (Rect){100, 0, 50, 20}, name, "convolution");
    expect(&list, NULL);
    begin(&list);
    draw_region(&list, (Rect){200, 0, 50, 20}, NULL, "elsewhere");
    draw_hint(&list, "this is a convolution");
    draw_text(&list, (Rect){100, 0, 50, 20}, name, "convolution");
    expect(&list, "is cut");
    begin(&list);
    draw_region(&list, (Rect){100, 0, 50, 20}, NULL, "there");
    draw_hint(&list, "convolution");
    draw_text(&list, (Rect){100, 0, 50, 20}, style, "convolution");
    expect(&list, "is cut"); /* what is no name may not */
    begin(&list);
    TextStyle figures = name;
    figures.face = FACE_MONO;
    draw_region(&list, (Rect){100, 0, 50, 20}, NULL, "there");
    draw_hint(&list, "1234567890");
    draw_text(&list, (Rect){100, 0, 50, 20}, figures, "1234567890");
    expect(&list, "is cut"); /* and no figures */
    begin(&list);
    draw_paragraph(&list, (Rect){100, 0, 50, 40}, style, 20, "one two three four five six");
    expect(&list, "is cut");
    begin(&list);
    TextStyle bold = style;
    bold.bold = true;
    draw_text(&list, (Rect){100, 0, 110, 20}, bold, "convolution"); /* which is wider */
    expect(&list, "is cut");
}

static void what_is_left_out_is_told(void **state) {
    (void)state;
    DrawList list = {0};
    begin(&list);
    draw_text(&list, (Rect){100, 0, 5, 20}, style, "narrow");
    expect(&list, "\"narrow\" has no room in 5 x 20 at (100, 0)");
    begin(&list);
    draw_text(&list, (Rect){100, 0, 500, 15}, style, "low");
    expect(&list, "\"low\" has no room in 500 x 15");
    begin(&list);
    draw_paragraph(&list, (Rect){100, 0, 500, 15}, style, 20, "low");
    expect(&list, "\"low\" has no room");
    begin(&list);
    draw_region(&list, (Rect){100, 0, 5, 20}, NULL, "there");
    draw_hint(&list, "narrow");
    draw_text(&list, (Rect){100, 0, 5, 20}, name, "narrow");
    draw_text(&list, (Rect){100, 0, 5, 20}, style, "");
    expect(&list, NULL);
    begin(&list);
    draw_clip_begin(&list, (Rect){0, 0, 90, 90});
    draw_text(&list, (Rect){100, 0, 5, 20}, style, "narrow, but clipped away");
    draw_clip_end(&list);
    expect(&list, NULL);
}

static void overlaps_are_told(void **state) {
    (void)state;
    DrawList list = {0};
    begin(&list);
    draw_text(&list, (Rect){39, 10, 100, 16}, style, "over");
    expect(&list, "\"over\" overlaps \"fine\"");
    begin(&list);
    draw_text(&list, (Rect){40, 2, 100, 16}, style, "beside");
    draw_text(&list, (Rect){0, 18, 100, 16}, style, "below");
    expect(&list, NULL);
    begin(&list);
    draw_layer(&list, 1);
    draw_text(&list, (Rect){0, 0, 100, 20}, style, "above all");
    expect(&list, NULL);
    begin(&list);
    draw_layer(&list, 1);
    draw_text(&list, (Rect){0, 0, 100, 20}, style, "above all");
    draw_text(&list, (Rect){80, 0, 100, 20}, style, "this too");
    expect(&list, "\"this too\" overlaps \"above all\"");
    begin(&list);
    draw_clip_begin(&list, (Rect){40, 0, 100, 20}); /* only what is seen counts */
    draw_text(&list, (Rect){20, 0, 100, 20}, style, "moved");
    draw_clip_end(&list);
    expect(&list, NULL);
}

static void what_leaves_the_screen_is_told(void **state) {
    (void)state;
    DrawList list = {0};
    begin(&list);
    draw_text(&list, (Rect){470, 0, 100, 20}, style, "outside");
    expect(&list, "\"outside\" leaves the screen");
    begin(&list);
    draw_clip_begin(&list, (Rect){0, 0, 500, 300});
    draw_text(&list, (Rect){470, 0, 100, 20}, style, "panned");
    draw_text(&list, (Rect){600, 0, 100, 20}, style, "away");
    draw_clip_end(&list);
    expect(&list, NULL);
    begin(&list);
    list.items[0].box.x--;
    expect(&list, "leaves its box");
    begin(&list);
    draw_clip_begin(&list, (Rect){0, 0, 500, 300});
    expect(&list, "not ended");
    begin(&list);
    error_set(&list.error, ERROR_BAD, "out of something");
    expect(&list, "out of something");
}

/* Whatever the scale, a text that has the room it asks for is not cut. */
static void real_fonts_keep_to_their_boxes(void **state) {
    (void)state;
    static const double scales[] = {1, 1.25, 1.5, 2, 3};
    static const char *const texts[] = {"3x3, 384, pad 1", "convolución", "0,0312", "fg|Äj", "W"};
    DrawList list = {0};
    Error err = {0};
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        Fonts *fonts = fonts_new(scales[s], &err);
        assert_ok(fonts, err);
        draw_begin(&list, fonts_metrics(fonts), 2000, 2000);
        int y = 0;
        for (int size = 12; size <= 32; size += 4)
            for (TextFace face = 0; face < FACES; face++)
                for (size_t i = 0; i < 5; i++) {
                    TextStyle t = {.face = face, .size = size};
                    int height = draw_text_height(&list, t);
                    assert_in_range(height, size, 2 * size);
                    Rect box = {(int)i * 400, y, draw_text_width(&list, t, texts[i]), height};
                    Rect taken = draw_text(&list, box, t, texts[i]);
                    assert_memory_equal(&taken, &box, sizeof box);
                    y += i == 4 ? height : 0;
                }
        list.height = y;
        assert_ok(draw_list_check(&list, &err), err);
        draw_free(&list);
        fonts_free(fonts);
    }
}

/* What did not fit is taken back, and drawn smaller. */
static void what_does_not_fit_is_taken_back(void **state) {
    (void)state;
    DrawList list = {0};
    begin(&list);
    const DrawMark mark = draw_mark(&list);
    assert_true(draw_is_whole(&list, mark));
    draw_region(&list, (Rect){100, 0, 50, 20}, NULL, "first");
    draw_text(&list, (Rect){100, 0, 50, 20}, style, "convolution");
    assert_false(draw_is_whole(&list, mark)); /* cut */
    draw_rewind(&list, mark);
    draw_hint(&list, "of a region that is gone");
    draw_text(&list, (Rect){100, 0, 50, 15}, style, "low");
    assert_false(draw_is_whole(&list, mark)); /* left out */
    draw_rewind(&list, mark);
    draw_text(&list, (Rect){100, 0, 50, 20}, style, "one");
    draw_text(&list, (Rect){110, 0, 50, 20}, style, "two");
    assert_false(draw_is_whole(&list, mark)); /* on another */
    draw_rewind(&list, mark);
    draw_text(&list, (Rect){100, 0, 50, 20}, name, "convolution");
    assert_true(draw_is_whole(&list, mark)); /* a name */
    draw_rewind(&list, mark);
    assert_null(draw_region_find(&list, "first"));
    assert_int_equal(list.item_count, 1);
    expect(&list, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_cut_is_told),
        cmocka_unit_test(what_is_left_out_is_told),
        cmocka_unit_test(overlaps_are_told),
        cmocka_unit_test(what_does_not_fit_is_taken_back),
        cmocka_unit_test(what_leaves_the_screen_is_told),
        cmocka_unit_test(real_fonts_keep_to_their_boxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
