/* The display list with made-up metrics; fonts; and lists drawn headless, pixel by pixel. */
#include "draw_support.h"

#include "base/memory.h"
#include "draw/font_find.h"

static const TextStyle left = {.size = 14}, right = {.size = 14, .align = ALIGN_RIGHT},
                       centre = {.size = 14, .align = ALIGN_CENTRE};

static void rectangles_are_cut(void **state) {
    (void)state;
    Rect r = {10, 20, 100, 50};
    Rect top = rect_cut_top(&r, 8), bottom = rect_cut_bottom(&r, 2);
    Rect side = rect_cut_left(&r, 30), other = rect_cut_right(&r, 1000);
    assert_memory_equal(&top, (&(Rect){10, 20, 100, 8}), sizeof top);
    assert_memory_equal(&bottom, (&(Rect){10, 68, 100, 2}), sizeof bottom);
    assert_memory_equal(&side, (&(Rect){10, 28, 30, 40}), sizeof side);
    assert_memory_equal(&other, (&(Rect){40, 28, 70, 40}), sizeof other); /* all there is */
    assert_int_equal(r.w, 0);
    Rect inner = rect_inset((Rect){0, 0, 10, 10}, 2, 8);
    assert_memory_equal(&inner, (&(Rect){2, 5, 6, 0}), sizeof inner);
    assert_true(rect_holds(top, 10, 20) && !rect_holds(top, 110, 20));
    assert_true(rect_meet(top, (Rect){109, 27, 5, 5}) && !rect_meet(top, (Rect){110, 20, 5, 5}));
    assert_true(rect_inside(side, (Rect){10, 20, 100, 50}));
}

static void texts_are_placed(void **state) {
    (void)state;
    DrawList list = {0};
    draw_begin(&list, &made_up, 500, 500);
    Rect box = {100, 50, 100, 20};
    Rect a = draw_text(&list, box, left, "abc");
    Rect b = draw_text(&list, box, right, "abc");
    Rect c = draw_textf(&list, box, centre, "%d", 12);
    assert_memory_equal(&a, (&(Rect){100, 52, 30, 16}), sizeof a);
    assert_memory_equal(&b, (&(Rect){170, 52, 30, 16}), sizeof b);
    assert_memory_equal(&c, (&(Rect){140, 52, 20, 16}), sizeof c);
    assert_int_equal(list.item_count, 3);
    assert_string_equal(draw_text_find(&list, "12")->text, "12");
    assert_null(draw_text_find(&list, "13"));
    draw_free(&list);
}

static const char *shown(DrawList *list, int width, const char *text) {
    size_t before = list->item_count;
    draw_text(list, (Rect){0, 0, width, 20}, left, text);
    return list->item_count > before ? list->items[before].text : NULL;
}

static void long_texts_end_in_an_ellipsis(void **state) {
    (void)state;
    DrawList list = {0};
    draw_begin(&list, &made_up, 500, 500);
    assert_string_equal(shown(&list, 60, "abcdef"), "abcdef");
    assert_string_equal(shown(&list, 59, "abcdef"), "abcd…");
    assert_string_equal(shown(&list, 49, "a b c d"), "a b…"); /* no space before it */
    assert_string_equal(shown(&list, 39, "ñandúes"), "ña…");
    assert_string_equal(shown(&list, 10, "abc"), "…");
    assert_null(shown(&list, 9, "abc"));
    assert_null(shown(&list, 100, ""));
    assert_string_equal(list.items[1].whole, "abcdef");
    char text[2000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_int_equal(strlen(shown(&list, 6000, text)), 400 + strlen("…"));
    assert_non_null(shown(&list, 35, "\xff\xfe\xfd\xfc")); /* no UTF-8: no crash */
    Rect low = draw_text(&list, (Rect){0, 0, 100, 15}, left, "abc");
    assert_int_equal(low.w, 0); /* too tall */
    draw_free(&list);
}

static void paragraphs_break_at_spaces(void **state) {
    (void)state;
    DrawList list = {0};
    draw_begin(&list, &made_up, 500, 500);
    const char *text = "one two three fourteenletters";
    assert_int_equal(draw_paragraph_height(&list, 80, left, 20, text), 4 * 20);
    assert_int_equal(draw_paragraph(&list, (Rect){5, 5, 80, 100}, left, 20, text), 80);
    static const char *const lines[] = {"one two", "three", "fourteen", "letters"};
    assert_int_equal(list.item_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(list.items[i].text, lines[i]);
        assert_int_equal(list.items[i].box.y, 7 + 20 * (int)i);
    }
    assert_int_equal(draw_paragraph(&list, (Rect){0, 0, 80, 45}, left, 20, text), 40);
    assert_string_equal(list.items[5].text, "three f…"); /* the rest, cut */
    size_t before = list.item_count;
    assert_int_equal(draw_paragraph(&list, (Rect){0, 0, 80, 100}, left, 20, "a b\n\nc \n d"), 80);
    assert_int_equal(list.item_count, before + 3); /* and an empty line */
    assert_string_equal(list.items[before + 1].text, "c");
    assert_int_equal(list.items[before + 2].box.y, 62);
    assert_int_equal(draw_paragraph_height(&list, 80, left, 20, "a b\n\nc \n d"), 80);
    assert_int_equal(draw_paragraph_height(&list, 3, left, 20, "ñ"), 20); /* whole letters */
    assert_int_equal(draw_paragraph_height(&list, 3, left, 20, "ab"),
                     40); /* ends, however narrow */
    assert_int_equal(draw_paragraph_height(&list, 80, left, 20, ""), 0);
    draw_free(&list);
}

static void regions_are_found(void **state) {
    (void)state;
    DrawList list = {0};
    draw_begin(&list, &made_up, 500, 500);
    draw_region(&list, (Rect){0, 0, 100, 100}, "under", "a");
    draw_region(&list, (Rect){0, 0, 50, 50}, "over", "b.%d", 7);
    draw_region(&list, (Rect){0, 0, 20, 20}, NULL, "c");
    assert_string_equal(draw_region_at(&list, 60, 60)->action, "under");
    assert_string_equal(draw_region_at(&list, 10, 10)->action, "over");
    assert_null(draw_region_at(&list, 100, 0));
    assert_string_equal(draw_region_find(&list, "b.7")->action, "over");
    assert_null(draw_region_find(&list, "c")->action);
    assert_null(draw_region_find(&list, "d"));
    draw_free(&list);
}

static void hints_belong_to_the_last_region(void **state) {
    (void)state;
    DrawList list = {0};
    draw_begin(&list, &made_up, 500, 500);
    draw_hint(&list, "of nothing");
    draw_region(&list, (Rect){0, 0, 100, 100}, "go", "a");
    draw_hint(&list, "what it is");
    draw_region(&list, (Rect){0, 0, 50, 50}, "go on", "b");
    draw_hint(&list, "");
    assert_string_equal(draw_hint_at(&list, 10, 10)->hint, "what it is");
    assert_string_equal(draw_region_at(&list, 10, 10)->action, "go on");
    assert_null(draw_hint_at(&list, 100, 10));
    draw_layer(&list, 1); /* an overlay hides what lies under it */
    draw_region(&list, (Rect){0, 0, 20, 20}, NULL, "help");
    assert_null(draw_hint_at(&list, 10, 10));
    assert_null(draw_region_at(&list, 10, 10));
    draw_layer(&list, 0);
    draw_region(&list, (Rect){0, 0, 30, 30}, "late", "c");
    assert_null(draw_region_at(&list, 10, 10));
    assert_string_equal(draw_region_at(&list, 25, 10)->action, "late");
    draw_free(&list);
}

static void clips_cut_regions_and_texts(void **state) {
    (void)state;
    DrawList list = {0};
    draw_begin(&list, &made_up, 500, 500);
    draw_region(&list, (Rect){0, 0, 500, 500}, NULL, "all");
    draw_clip_begin(&list, (Rect){100, 100, 200, 200});
    draw_region(&list, (Rect){50, 50, 100, 100}, "a", "a");
    draw_clip_begin(&list, (Rect){0, 0, 150, 150});
    draw_region(&list, (Rect){0, 0, 500, 500}, "b", "b");
    draw_region(&list, (Rect){200, 100, 50, 50}, "c", "c"); /* outside of the inner clip */
    draw_hint(&list, "of c");
    draw_text(&list, (Rect){100, 200, 100, 20}, left, "unseen");
    assert_int_equal(draw_text(&list, (Rect){100, 100, 100, 20}, left, "seen").w, 40);
    draw_fill(&list, (Rect){151, 0, 10, 500}, red);
    draw_line(&list, 160, 120, 140, 120, red); /* leftwards, into it */
    draw_clip_end(&list);
    draw_clip_end(&list);
    assert_memory_equal(&draw_region_find(&list, "a")->box, (&(Rect){100, 100, 50, 50}),
                        sizeof(Rect));
    assert_memory_equal(&draw_region_find(&list, "b")->box, (&(Rect){100, 100, 50, 50}),
                        sizeof(Rect));
    assert_null(draw_region_find(&list, "c"));
    assert_null(draw_region_find(&list, "b")->hint);
    assert_null(draw_region_at(&list, 99, 120));
    assert_string_equal(draw_region_at(&list, 149, 149)->action, "b");
    assert_null(draw_region_at(&list, 150, 120));
    assert_null(draw_text_find(&list, "unseen"));
    assert_memory_equal(&draw_text_find(&list, "seen")->clip, (&(Rect){100, 100, 50, 50}),
                        sizeof(Rect));
    assert_int_equal(list.item_count, 2);
    draw_text(&list, (Rect){400, 400, 100, 20}, left, "after");
    assert_non_null(draw_text_find(&list, "after"));
    draw_clip_begin(&list, (Rect){10, 10, 0, 0}); /* nothing at all is seen */
    draw_fill(&list, (Rect){0, 0, 100, 100}, red);
    draw_region(&list, (Rect){0, 0, 100, 100}, NULL, "d");
    draw_clip_end(&list);
    assert_int_equal(list.item_count, 3);
    assert_null(draw_region_find(&list, "d"));
    draw_free(&list);
}

static void fill_list(DrawList *list) {
    draw_begin(list, &made_up, 500, 500);
    for (int i = 0; i < 700; i++) {
        draw_fill(list, (Rect){i, i, 1, 1}, white);
        draw_region(list, (Rect){i, 0, 1, 1}, i % 2 ? "go" : NULL, "r.%d", i);
    }
    draw_text(list, (Rect){0, 0, 30, 20}, left, "abcdef");
    draw_text(list, (Rect){0, 0, 5, 20}, left, "missing");
    draw_hint(list, "hint");
    draw_disc(list, (Point){10, 10}, 5, white);
    draw_image(list, (Rect){0, 0, 4, 4}, draw_pixels(list, 2, 2, 3), 2, 2, 3);
}

static void lists_grow_and_survive_without_memory(void **state) {
    (void)state;
    DrawList list = {0};
    fill_list(&list);
    assert_int_equal(list.item_count, 703);
    assert_int_equal(list.missing_count, 1);
    assert_int_equal(list.region_count, 700);
    assert_int_equal(list.items[699].box.x, 699);
    assert_string_equal(list.regions[699].name, "r.699");
    assert_int_equal(list.error.code, ERROR_NONE);
    mem_fail_at(0);
    fill_list(&list);
    size_t allocations = mem_fail_at(0);
    assert_true(allocations > 1);
    for (size_t n = 1; n <= allocations; n++) {
        mem_fail_at(n);
        fill_list(&list);
        mem_fail_at(0);
        assert_int_equal(list.error.code, ERROR_NO_MEMORY);
    }
    draw_free(&list);
}

static void fonts_are_found_and_measured(void **state) {
    (void)state;
    Error err = {0};
    char path[1000];
    FontFinder *finder = font_finder_new();
    assert_ok(font_find(finder, false, false, path, sizeof path, &err), err);
    assert_ok(font_find(finder, true, false, path, sizeof path, &err), err);
    test_contains(path, "Mono");
    assert_ok(font_find(finder, false, true, path, sizeof path, &err), err);
    assert_fails(font_find(finder, true, false, path, 3, &err), err, "fonts-dejavu-core");
    font_finder_free(finder);
    assert_fails(font_find(NULL, true, false, path, sizeof path, &err), err, "fonts-dejavu-core");
    Fonts *fonts = fonts_new(1, &err);
    assert_ok(fonts, err);
    const TextMetrics *m = fonts_metrics(fonts);
    int ten = m->width(m->context, FACE_MONO, 14, "0123456789");
    assert_int_equal(m->width(m->context, FACE_MONO, 14, "iiiiiiiiii"), ten);
    assert_true(m->width(m->context, FACE_SANS, 14, "iiiiiiiiii") < ten);
    assert_in_range(m->height(m->context, FACE_SANS, 14), 14, 20);
    assert_true(fonts_get(fonts, FACE_SANS, 14) == fonts_get(fonts, FACE_SANS, 14));
    for (int size = 5; size < 60; size++) /* more than are kept open */
        assert_non_null(fonts_get(fonts, FACE_SANS, size));
    assert_true(m->width(m->context, FACE_SANS_BOLD, 14, "bold") >=
                m->width(m->context, FACE_SANS, 14, "bold"));
    for (int size = 5; size < 60; size++) /* what was measured before is still known */
        assert_int_equal(m->width(m->context, FACE_MONO, 14, "0123456789"), ten);
    fonts_set_scale(fonts, 2); /* logical sizes stay about the same */
    assert_in_range(m->width(m->context, FACE_MONO, 14, "0123456789"), ten - 10, ten + 10);
    fonts_free(fonts);
}

static void shapes_are_drawn(void **state) {
    (void)state;
    DrawList list = {0};
    Image image;
    for (int scale = 1; scale <= 2; scale++) {
        draw_begin(&list, &made_up, 40, 30);
        draw_fill(&list, (Rect){0, 0, 40, 30}, white);
        draw_fill(&list, (Rect){2, 3, 4, 5}, red);
        draw_frame(&list, (Rect){10, 10, 6, 6}, red);
        draw_line(&list, 20, 5, 20, 9, red);
        draw_line(&list, 30, 25, 24, 25, red);
        draw_fill(&list, (Rect){30, 0, 5, 5}, (Color){0, 0, 0, 128});
        render(&list, scale, &image);
        int s = scale;
        assert_int_equal(image.width, 40 * s);
        assert_int_equal(image.height, 30 * s);
        assert_pixel(&image, 2 * s, 3 * s, red);
        assert_pixel(&image, 6 * s - 1, 8 * s - 1, red);
        assert_pixel(&image, 6 * s, 8 * s - 1, white);
        assert_pixel(&image, 2 * s, 8 * s, white);
        assert_pixel(&image, 10 * s, 10 * s, red);
        assert_pixel(&image, 16 * s - 1, 16 * s - 1, red);
        assert_pixel(&image, 11 * s, 11 * s, white);
        assert_pixel(&image, 20 * s, 5 * s, red);
        assert_pixel(&image, 20 * s, 9 * s, white);
        assert_pixel(&image, 24 * s, 25 * s, red);
        assert_pixel(&image, 30 * s, 25 * s, white);
        assert_in_range(image.pixels[(size_t)(30 * s) * 3], 126, 128);
        image_free(&image);
    }
    draw_free(&list);
}

static void images_are_drawn(void **state) {
    (void)state;
    static const uint8_t rgb[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
                         grey[] = {0, 50, 100, 250};
    static const uint8_t rgba[] = {9, 8, 7, 255, 100, 100, 100, 0};
    DrawList list = {0};
    Image image;
    draw_begin(&list, &made_up, 60, 20);
    draw_fill(&list, (Rect){0, 0, 60, 20}, white);
    draw_image(&list, (Rect){0, 0, 20, 20}, rgb, 2, 2, 3);
    draw_image(&list, (Rect){20, 0, 8, 4}, grey, 4, 1, 1);
    draw_image(&list, (Rect){40, 0, 10, 10}, rgba, 2, 1, 4);
    draw_image(&list, (Rect){40, 0, 10, 10}, NULL, 2, 1, 4); /* no memory for it: left out */
    render(&list, 1, &image);
    assert_pixel(&image, 0, 0, (Color){1, 2, 3, 255});
    assert_pixel(&image, 9, 9, (Color){1, 2, 3, 255});
    assert_pixel(&image, 10, 9, (Color){4, 5, 6, 255});
    assert_pixel(&image, 9, 10, (Color){7, 8, 9, 255});
    assert_pixel(&image, 19, 19, (Color){10, 11, 12, 255});
    assert_pixel(&image, 20, 0, (Color){0, 0, 0, 255});
    assert_pixel(&image, 23, 3, (Color){50, 50, 50, 255});
    assert_pixel(&image, 27, 3, (Color){250, 250, 250, 255});
    assert_pixel(&image, 28, 3, white);
    assert_pixel(&image, 44, 9, (Color){9, 8, 7, 255});
    assert_pixel(&image, 45, 9, white); /* transparent */
    image_free(&image);
    draw_free(&list);
}

/* The letters lie within the box that the list says they take, and there are some. */
static void texts_are_drawn(void **state) {
    (void)state;
    Error err = {0};
    DrawList list = {0};
    Image image;
    Fonts *fonts = fonts_new(1, &err);
    assert_ok(fonts, err);
    draw_begin(&list, fonts_metrics(fonts), 200, 60);
    TextStyle style = {.size = 18, .color = white};
    Rect box = draw_text(&list, (Rect){20, 10, 150, 40}, style, "Ägypten → jq");
    assert_ok(sdl_render_image(fonts, &list, &image, &err), err);
    int inside = 0, outside = 0;
    for (int y = 0; y < image.height; y++)
        for (int x = 0; x < image.width; x++)
            if (image.pixels[(y * image.width + x) * 3] > 100)
                *(rect_holds(box, x, y) ? &inside : &outside) += 1;
    assert_true(inside > 100);
    assert_int_equal(outside, 0);
    image_free(&image);
    draw_free(&list);
    fonts_free(fonts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rectangles_are_cut),
        cmocka_unit_test(texts_are_placed),
        cmocka_unit_test(long_texts_end_in_an_ellipsis),
        cmocka_unit_test(paragraphs_break_at_spaces),
        cmocka_unit_test(regions_are_found),
        cmocka_unit_test(hints_belong_to_the_last_region),
        cmocka_unit_test(clips_cut_regions_and_texts),
        cmocka_unit_test(lists_grow_and_survive_without_memory),
        cmocka_unit_test(fonts_are_found_and_measured),
        cmocka_unit_test(shapes_are_drawn),
        cmocka_unit_test(images_are_drawn),
        cmocka_unit_test(texts_are_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
