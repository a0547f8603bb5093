/* What an exported picture says of itself: in its footer the line that leads there again, in its
 * metadata the same. */
#include "screen_support.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "tensor/image.h"

static Screen screen_of(Fixture *f, int width, int height) {
    f->now += 1000;
    return (Screen){.session = &f->session,
                    .memory = &f->memory,
                    .metrics = fonts_metrics(f->fonts),
                    .width = width,
                    .height = height,
                    .mouse_x = -1,
                    .mouse_y = -1,
                    .now = f->now};
}

/* All texts of the footer, one after the other. */
static void footer_text(const Fixture *f, char *text, size_t size) {
    const DrawRegion *footer = draw_region_find(&f->list, "footer");
    assert_non_null(footer);
    text[0] = '\0';
    for (size_t i = 0; i < f->list.item_count; i++) {
        const DrawItem *item = &f->list.items[i];
        const size_t used = strlen(text);
        if (item->kind == ITEM_TEXT && rect_inside(item->box, footer->box))
            text_format(text + used, size - used, "%s%s", used ? " " : "", item->text);
    }
}

static void the_footer_leads_back(void **state) {
    (void)state;
    Fixture f;
    char line[2000], text[3000];
    Error err = {0};
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    post(&f, "layer.select conv2");
    post(&f, "unit.select 3 4 5");
    post(&f, "depth unit");
    for (int big = 0; big < 2; big++)
        for (int i = 0; i < SIZES; i++) {
            s->state.big = big == 1;
            assert_true(state_print(&s->state, session_graph(s), line, sizeof line));
            Screen screen = screen_of(&f, sizes[i][0], sizes[i][1]);
            screen.origin = TEXT("convoscope --state \"%s\"", line);
            screen_build(&screen, &f.list);
            assert_ok(draw_list_check(&f.list, &err), err);
            footer_text(&f, text, sizeof text);
            assert_string_equal(text, screen.origin);
            test_contains(text, "model=lenet; depth=unit; node=conv2; channel=3; unit=4,5");
        }
    /* A line of any length leaves room for the picture. */
    text_format(text, sizeof text, "convoscope --state \"%s", "");
    for (size_t used = strlen(text); used < 2500; used++)
        text_format(text + used, sizeof text - used, used % 90 ? "x" : " ");
    Screen screen = screen_of(&f, SCREEN_WIDTH_MIN, SCREEN_HEIGHT_MIN);
    screen.origin = text;
    screen_build(&screen, &f.list);
    assert_true(draw_region_find(&f.list, "footer")->box.h < SCREEN_HEIGHT_MIN / 8);
    assert_says(&f, "metadata");
    close_session(&f);
}

static bool file_says(const char *path, const char *words) {
    size_t size;
    Error err = {0};
    uint8_t *data = file_read(path, 10000000, false, &size, &err);
    assert_ok(data, err);
    const size_t length = strlen(words);
    bool found = false;
    for (size_t i = 0; !found && i + length <= size; i++)
        found = memcmp(data + i, words, length) == 0;
    mem_free(data);
    return found;
}

/* Rows, counted from below, up to the last in which two pictures differ. */
static int differ_up_to(const Image *a, const Image *b) {
    int rows = 0;
    for (int y = 0; y < a->height; y++) {
        const size_t at = (size_t)y * (size_t)a->width * 3;
        if (rows == 0 && memcmp(a->pixels + at, b->pixels + at, (size_t)a->width * 3) != 0)
            rows = a->height - y;
    }
    return rows;
}

/* `export.view` and the clipboard have the footer, what a script shoots is what one sees; both tell
 * in their metadata. */
static void pictures_bear_their_origin(void **state) {
    (void)state;
    Fixture f;
    Error err = {0};
    Image plain = {0}, told = {0};
    char note[IMAGE_NOTE_SIZE], paths[2][FILE_PATH_MAX];
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    for (int i = 0; i < 2; i++) {
        const Screen screen = screen_of(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
        text_format(paths[i], sizeof paths[i], "%s", test_path(i ? "told.png" : "plain.png"));
        assert_ok(screen_save(&screen, f.fonts, paths[i], i == 1, &err), err);
        assert_true(file_says(paths[i], "model=lenet"));
    }
    assert_ok(image_load(&plain, paths[0], note, &err), err);
    assert_ok(image_load(&told, paths[1], note, &err), err);
    assert_int_equal(plain.width, told.width);
    assert_int_equal(plain.height, told.height);
    assert_true(differ_up_to(&plain, &told) > 8);
    image_free(&plain);
    image_free(&told);
    close_session(&f);
}

static bool wrote(void *context, const char *path, Error *err) {
    Session *s = context;
    (void)path, (void)err;
    assert_string_equal(s->notice, "");
    return true;
}

/* What was said of the last picture does not stand in the next. */
static void notices_are_no_part_of_pictures(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    s->screen.context = s;
    s->screen.export_view = wrote;
    post(&f, "export.view a.png");
    test_contains(s->notice, "a.png");
    post(&f, "export.view b.png");
    test_contains(s->notice, "b.png");
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_footer_leads_back),
        cmocka_unit_test(pictures_bear_their_origin),
        cmocka_unit_test(notices_are_no_part_of_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
