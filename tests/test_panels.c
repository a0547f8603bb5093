/* Pages of pictures: what they say, that it can be read, and what grey means. */
#include "export_support.h"

#include "export/panels.h"

static void mid_grey_is_zero(void **state) {
    (void)state;
    Error err = {0};
    Panel grey = {0}, colour = {0};
    const float values[] = {-2, 0, 2, 1};
    const float rgb[] = {-2, 0, 2, 0, 0, 0, 0, 0, 4, 0, 0, -4};
    assert_ok(panel_paint_signed(&grey, values, 1, 2, 2, 2, &err), err);
    assert_int_equal(grey.image.pixels[0], 0);
    assert_int_equal(grey.image.pixels[3], 128);
    assert_int_equal(grey.image.pixels[6], 255);
    assert_in_range(grey.image.pixels[9], 190, 193);
    assert_true(grey.range.min == -2 && grey.range.max == 2);
    assert_ok(panel_paint_signed(&colour, rgb, 3, 2, 2, 4, &err), err);
    const uint8_t first[] = {64, 128, 255}, second[] = {128, 128, 128};
    assert_in_range(colour.image.pixels[0], 63, 64);
    assert_memory_equal(colour.image.pixels + 1, first + 1, 2);
    assert_memory_equal(colour.image.pixels + 3, second, 3);
    image_free(&grey.image);
    image_free(&colour.image);
}

/* Where all is 0, all is mid-grey. */
static void nothing_is_grey(void **state) {
    (void)state;
    Error err = {0};
    Panel p = {0};
    const float values[] = {0, 0};
    assert_ok(panel_paint_signed(&p, values, 1, 1, 2, 0, &err), err);
    for (int i = 0; i < 6; i++)
        assert_int_equal(p.image.pixels[i], 128);
    image_free(&p.image);
}

/* The picture comes back from what went into the network. */
static void the_input_is_a_picture_again(void **state) {
    (void)state;
    static const char text[] =
        "{\"title\": \"T\", \"input\": [3, 2, 2], \"preprocess\": {\"mean\": [0.4, 0.5, 0.6], "
        "\"deviation\": [0.2, 0.3, 0.4]}, \"layers\": [{\"op\": \"flatten\"}]}";
    Error err = {0};
    Arena arena = {0};
    Tensor input;
    Panel p = {0};
    Image image;
    Model *model = model_parse(text, strlen(text), "t", 0, &err);
    assert_ok(model, err);
    const Shape shape = SHAPE(1, 3, 2, 2);
    assert_ok(tensor_new(&input, &arena, &shape, &err), err);
    assert_ok(image_new(&image, 2, 2, 3, &err), err);
    for (int i = 0; i < 12; i++)
        image.pixels[i] = (uint8_t)(i * 23);
    assert_ok(
        preprocess_image(&model->preprocess, &model->graph.input, &image, input.data, NULL, &err),
        err);
    assert_ok(panel_show_input(&p, model, &input, &err), err);
    assert_memory_equal(p.image.pixels, image.pixels, 12);
    panel_mark(&p, (GraphBox){-1, -1, 2, 2}); /* of whose frame one corner is inside */
    assert_int_equal(p.image.pixels[0], 255);
    assert_memory_equal(p.image.pixels + 3, image.pixels + 3, 9);
    image_free(&p.image);
    image_free(&image);
    model_free(model);
    arena_free(&arena);
}

static void pages_can_be_read(void **state) {
    (void)state;
    Fixture f;
    DrawList list = {0};
    const float values[] = {-1, 2, 3, -4, 5, 6};
    open_fixture(&f, tiny, 1, 0);
    for (int count = 1; count <= 9; count += 4) {
        Panels p;
        assert_ok(panels_new(&p, count, f.model, &f.err), f.err);
        p.title = "deconvnet, map 3 of conv1.relu";
        p.about = "A sentence or two that say what this is, long enough to need another line on a "
                  "page that is not wide.";
        p.command = "convoscope explain deconvnet tiny";
        for (int i = 0; i < count; i++) {
            snprintf(p.panels[i].title, PANEL_TITLE_SIZE, "picture %d", i);
            snprintf(p.panels[i].lines[1], PANEL_LINE_SIZE, "second line %d", i);
            assert_ok(panel_paint_signed(&p.panels[i], values, 1, 2, 3, 6, &f.err), f.err);
        }
        assert_ok(panels_check(&p, 3, 2, &f.err), f.err);
        assert_ok(panels_list(&p, &made_up, &list, &f.err), f.err);
        assert_ok(draw_list_check(&list, &f.err), f.err);
        assert_non_null(draw_text_find(&list, "random weights, seed 1"));
        assert_non_null(draw_text_find(&list, TEXT("second line %d", count - 1)));
        assert_non_null(draw_text_find(&list, "-6"));
        assert_non_null(draw_text_find(&list, "convoscope explain"));
        panels_free(&p);
    }
    Panels huge;
    assert_ok(panels_new(&huge, 400, f.model, &f.err), f.err);
    assert_fails(panels_check(&huge, 4000, 4000, &f.err), f.err, "sheet is too large");
    panels_free(&huge);
    draw_free(&list);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mid_grey_is_zero),
        cmocka_unit_test(nothing_is_grey),
        cmocka_unit_test(the_input_is_a_picture_again),
        cmocka_unit_test(pages_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
