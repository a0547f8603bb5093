/* Contact sheets: what they say, that it can be read, their pages. */
#include "export_support.h"

#include <math.h>

static void check_said(const DrawList *list, const char *words) {
    if (!draw_text_find(list, words))
        fail_msg("the sheet does not say \"%s\"", words);
}

/* Nothing beyond the page, no text cut, over another or over a picture. */
static void check_list(const DrawList *list) {
    for (size_t i = 0; i < list->item_count; i++)
        if (list->items[i].kind == ITEM_TEXT &&
            strcmp(list->items[i].text, list->items[i].whole) != 0)
            fail_msg("\"%s\" is cut", list->items[i].whole);
    Rect page = {0, 0, list->width, list->height};
    for (size_t i = 0; i < list->item_count; i++) {
        const DrawItem *a = &list->items[i];
        assert_true(rect_inside(a->box, page));
        for (size_t j = 0; a->kind == ITEM_TEXT && j < list->item_count; j++) {
            const DrawItem *b = &list->items[j];
            if (i != j && (b->kind == ITEM_TEXT || b->kind == ITEM_IMAGE) &&
                rect_meet(a->box, b->box))
                fail_msg("\"%s\" lies over %s", a->text, b->text ? b->text : "a picture");
        }
    }
}

static void sheets_can_be_read(void **state) {
    (void)state;
    for (int range = EXPORT_RANGE_MAP; range <= EXPORT_RANGE_GLOBAL; range++) {
        Fixture f;
        DrawList list = {0};
        open_fixture(&f, tiny, 1, 60);
        f.options.what = EXPORT_SHEET;
        f.options.range = (ExportRange)range;
        make_plan(&f, "all");
        assert_int_equal(f.plan.file_count, f.model->graph.node_count);
        for (int64_t i = 0; i < f.plan.file_count; i++) {
            assert_ok(sheet_list(&f.plan, &f.plan.files[i], &made_up, &list, &f.err), f.err);
            check_list(&list);
            check_said(&list, "random weights, seed 1");
            check_said(&list, "convoscope export tiny --out 'x y'");
            check_said(&list, "input cat.png");
            check_said(&list, "Tiny: ");
        }
        make_plan(&f, "first");
        assert_ok(sheet_list(&f.plan, &f.plan.files[0], &made_up, &list, &f.err), f.err);
        check_said(&list, "Tiny: first (conv1)");
        check_said(&list, "4 maps of 4 x 5");
        check_said(&list, "white at 0");
        check_said(&list, range == EXPORT_RANGE_MAP
                              ? "-max"
                              : TEXT("%.3g", (double)f.plan.parts[0].range.max));
        draw_free(&list);
        close_fixture(&f);
    }
}

static void sheets_of_kernels_can_be_read(void **state) {
    (void)state;
    Fixture f;
    DrawList list = {0};
    open_fixture(&f, tiny, 1, 60);
    f.options.what = EXPORT_KERNELS;
    assert_ok(export_prepare(&f.options, &f.err), f.err);
    make_plan(&f, "conv1,conv2");
    for (int64_t i = 0; i < f.plan.file_count; i++)
        if (f.plan.files[i].count > 1) {
            assert_ok(sheet_list(&f.plan, &f.plan.files[i], &made_up, &list, &f.err), f.err);
            check_list(&list);
        }
    check_said(&list, "each kernel over its own range");
    draw_free(&list);
    close_fixture(&f);
}

static void sheets_warn(void **state) {
    (void)state;
    Fixture f;
    DrawList list = {0};
    open_fixture(&f, tiny, 1, 0);
    float *same = (float *)(uintptr_t)output(&f, "same");
    same[43] = NAN;
    for (int i = 84; i < 126; i++)
        same[i] = 0;
    f.options.what = EXPORT_SHEET;
    make_plan(&f, "same");
    snprintf(f.model->weights.source, sizeof f.model->weights.source, "mine.safetensors");
    f.model->weights.kind = WEIGHTS_FILE;
    f.options.command = "x\n\xff y";
    make_plan(&f, "same");
    assert_ok(sheet_list(&f.plan, &f.plan.files[0], &made_up, &list, &f.err), f.err);
    check_list(&list);
    check_said(&list, "weights mine.safetensors (untrained)");
    check_said(&list, "1 NaN and 0 infinite among 126 numbers");
    check_said(&list, "1 NaN");
    check_said(&list, "all 0");
    check_said(&list, "x?? y");
    draw_free(&list);
    close_fixture(&f);
}

static void sheets_are_written(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 2, 0);
    f.options.what = EXPORT_SHEET;
    export_nodes(&f, "same,fc");
    assert_int_equal(files_in(&f), 5);
    Image image = load(&f, "tiny_same_i0001_sheet.png");
    assert_in_range(image.width, 640, 1000);
    image_free(&image);
    Json *root = manifest(&f, "manifest.json");
    const Json *first = json_at(json_get(root, "files"), 0);
    assert_int_equal(json_type(json_get(first, "channel")), JSON_NULL);
    assert_true((float)json_number(json_get(first, "max")) == 12.5F);
    json_free(root);
    close_fixture(&f);
}

/* A layer of many large maps goes on several pages, whose maps together are all. */
static void sheets_have_pages(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f,
                 "{\"title\": \"Wide\", \"input\": [9, 40, 40], \"layers\": ["
                 "{\"op\": \"dropout\", \"name\": \"same\"}]}",
                 1, 0);
    f.options.what = EXPORT_SHEET;
    f.options.scale = 60;
    make_plan(&f, "same");
    char name[EXPORT_NAME_SIZE];
    assert_int_equal(f.plan.file_count, 3);
    int64_t next = 0;
    DrawList list = {0};
    for (int64_t i = 0; i < f.plan.file_count; i++) {
        assert_int_equal(f.plan.files[i].first, next);
        next += f.plan.files[i].count;
        assert_ok(sheet_list(&f.plan, &f.plan.files[i], &made_up, &list, &f.err), f.err);
        check_said(&list, TEXT("page %d of 3", (int)i + 1));
        check_list(&list);
    }
    assert_int_equal(next, 9);
    export_file_name(&f.plan, &f.plan.files[0], name);
    assert_string_equal(name, "tiny_same_sheet.png");
    export_file_name(&f.plan, &f.plan.files[2], name);
    assert_string_equal(name, "tiny_same_sheet-3.png");
    f.options.scale = 1000;
    make_plan(&f, "same");
    assert_fails(sheet_list(&f.plan, &f.plan.files[0], &made_up, &list, &f.err), f.err,
                 "sheet is too large");
    draw_free(&list);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheets_can_be_read), cmocka_unit_test(sheets_of_kernels_can_be_read),
        cmocka_unit_test(sheets_warn),        cmocka_unit_test(sheets_are_written),
        cmocka_unit_test(sheets_have_pages),
    };
    return cmocka_run_group_tests_name("export sheets", tests, NULL, NULL);
}
