/* The display list with made-up metrics; fonts; and lists drawn headless, pixel by pixel. */
#include "support.h"

#include "base/memory.h"
#include "base/text.h"
#include "draw/font_find.h"
#include "draw/list.h"
#include "draw/sdl_font.h"
#include "draw/sdl_render.h"
#include <string.h>

static const Color white = {255, 255, 255, 255}, red = {200, 10, 20, 255};

/* Every character is 10 wide and 16 high. */
static int made_up_width(void *context, TextFace face, int size, const char *text) {
    (void)context, (void)face, (void)size;
    int count = 0;
    for (size_t at = 0, length = strlen(text); at < length; count++) {
        size_t bytes = text_character(text + at, length - at);
        at += bytes ? bytes : 1;
    }
    return 10 * count;
}

static int made_up_height(void *context, TextFace face, int size) {
    (void)context, (void)face, (void)size;
    return 16;
}

static const TextMetrics made_up = {.width = made_up_width, .height = made_up_height};
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

static void fill_list(DrawList *list) {
    draw_begin(list, &made_up, 500, 500);
    for (int i = 0; i < 700; i++) {
        draw_fill(list, (Rect){i, i, 1, 1}, white);
        draw_region(list, (Rect){i, 0, 1, 1}, i % 2 ? "go" : NULL, "r.%d", i);
    }
    draw_text(list, (Rect){0, 0, 30, 20}, left, "abcdef");
    draw_image(list, (Rect){0, 0, 4, 4}, draw_pixels(list, 2, 2, 3), 2, 2, 3);
}

static void lists_grow_and_survive_without_memory(void **state) {
    (void)state;
    DrawList list = {0};
    fill_list(&list);
    assert_int_equal(list.item_count, 702);
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
    assert_ok(font_find(false, false, path, sizeof path, &err), err);
    assert_ok(font_find(true, false, path, sizeof path, &err), err);
    test_contains(path, "Mono");
    assert_fails(font_find(true, false, path, 3, &err), err, "fonts-dejavu-core");
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
    fonts_set_scale(fonts, 2); /* logical sizes stay about the same */
    assert_in_range(m->width(m->context, FACE_MONO, 14, "0123456789"), ten - 10, ten + 10);
    fonts_free(fonts);
}

static void assert_pixel(const Image *image, int x, int y, int r, int g, int b) {
    const uint8_t *p = image->pixels + ((size_t)y * (size_t)image->width + (size_t)x) * 3;
    if (p[0] != r || p[1] != g || p[2] != b)
        fail_msg("pixel (%d, %d) is %d %d %d instead of %d %d %d", x, y, p[0], p[1], p[2], r, g, b);
}

static void render(DrawList *list, double scale, Image *image) {
    Error err = {0};
    Fonts *fonts = fonts_new(scale, &err);
    assert_ok(fonts, err);
    assert_ok(sdl_render_image(fonts, list, image, &err), err);
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
        assert_pixel(&image, 2 * s, 3 * s, 200, 10, 20);
        assert_pixel(&image, 6 * s - 1, 8 * s - 1, 200, 10, 20);
        assert_pixel(&image, 6 * s, 8 * s - 1, 255, 255, 255);
        assert_pixel(&image, 2 * s, 8 * s, 255, 255, 255);
        assert_pixel(&image, 10 * s, 10 * s, 200, 10, 20);
        assert_pixel(&image, 16 * s - 1, 16 * s - 1, 200, 10, 20);
        assert_pixel(&image, 11 * s, 11 * s, 255, 255, 255);
        assert_pixel(&image, 20 * s, 5 * s, 200, 10, 20);
        assert_pixel(&image, 20 * s, 9 * s, 255, 255, 255);
        assert_pixel(&image, 24 * s, 25 * s, 200, 10, 20);
        assert_pixel(&image, 30 * s, 25 * s, 255, 255, 255);
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
    assert_pixel(&image, 0, 0, 1, 2, 3);
    assert_pixel(&image, 9, 9, 1, 2, 3);
    assert_pixel(&image, 10, 9, 4, 5, 6);
    assert_pixel(&image, 9, 10, 7, 8, 9);
    assert_pixel(&image, 19, 19, 10, 11, 12);
    assert_pixel(&image, 20, 0, 0, 0, 0);
    assert_pixel(&image, 23, 3, 50, 50, 50);
    assert_pixel(&image, 27, 3, 250, 250, 250);
    assert_pixel(&image, 28, 3, 255, 255, 255);
    assert_pixel(&image, 44, 9, 9, 8, 7);
    assert_pixel(&image, 45, 9, 255, 255, 255); /* transparent */
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
        cmocka_unit_test(lists_grow_and_survive_without_memory),
        cmocka_unit_test(fonts_are_found_and_measured),
        cmocka_unit_test(shapes_are_drawn),
        cmocka_unit_test(images_are_drawn),
        cmocka_unit_test(texts_are_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
