/* The pickers: networks told apart by what they have learned, each with what makes it itself;
 * pictures by their looks. */
#include "screen_support.h"

#include "base/text.h"
#include "session/palette.h"

/* Where a row stands, or an empty box. */
static Rect row_at(const Fixture *f, int index) {
    const DrawRegion *r = draw_region_find(&f->list, TEXT("palette.row.%d", index));
    return r ? r->box : (Rect){0, 0, 0, 0};
}

static bool says_in(const Fixture *f, Rect box, const char *words) {
    for (size_t i = 0; i < f->list.item_count; i++) {
        const DrawItem *item = &f->list.items[i];
        if (item->kind == ITEM_TEXT && item->layer > 0 && rect_inside(item->box, box) &&
            strstr(item->text, words))
            return true;
    }
    return false;
}

static void trained_networks_come_first(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet5");
    assert_true(session_wait(s));
    post(&f, "model.pick");
    const PaletteLists *lists = palette_lists(s);
    size_t trained = 0;
    while (trained < lists->model_count && lists->models[trained].trained)
        trained++;
    assert_true(trained >= 6);
    for (size_t i = trained; i < lists->model_count; i++)
        assert_false(lists->models[i].trained);
    assert_string_equal(lists->models[s->state.choice].name, "lenet5"); /* the one that is open */
    s->state.choice = (int)trained;
    build(&f, 1280, 800);
    const DrawItem *known = draw_text_find(&f.list, "Trained");
    const DrawItem *random = draw_text_find(&f.list, "Random weights: ");
    assert_non_null(known);
    assert_non_null(random);
    const Rect last = row_at(&f, (int)trained - 1), first = row_at(&f, (int)trained);
    assert_true(known->box.y < last.y && last.y < random->box.y && random->box.y < first.y);
    assert_true(says_in(&f, last, lists->models[trained - 1].title));
    assert_true(says_in(
        &f, last,
        TEXT("%s, %d", lists->models[trained - 1].family, lists->models[trained - 1].year)));
    close_session(&f);
}

/* What a network is and where it parts from its paper stands below its row, whole, in the user's
 * language, also where there is little room. */
static void the_chosen_network_is_told_of(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    post(&f, "model.pick");
    check(&f);
    const Rect about = draw_region_find(&f.list, "palette.about")->box;
    assert_true(says_in(&f, about, "LeNet, 1998"));
    assert_true(says_in(&f, about, "trained"));
    assert_true(says_in(&f, about, "Y. LeCun"));
    assert_true(says_in(&f, about, "variant of the tutorials"));
    s->state.language = WORDS_ES;
    build(&f, 1280, 800);
    assert_says(&f, "variante de los tutoriales");
    const int rows = palette_count(s);
    for (int big = 0; big < 2; big++)
        for (int i = 0; i < rows; i += 3) {
            s->state.big = big == 1;
            s->state.choice = i;
            check(&f);
            assert_true(row_at(&f, i).h > 0);
        }
    close_session(&f);
}

/* Pixels that are seen, of a picture in this box. */
static int seen_pixels(const Fixture *f, Rect box) {
    int seen = 0;
    for (size_t i = 0; i < f->list.item_count; i++) {
        const DrawItem *item = &f->list.items[i];
        if (item->kind == ITEM_IMAGE && item->channels == 4 && item->layer > 0 &&
            rect_inside(item->box, box))
            for (int k = 0; k < item->width * item->height; k++)
                seen += item->pixels[4 * k + 3] == 255;
    }
    return seen;
}

static void pictures_have_thumbnails(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    post(&f, "image.pick");
    assert_string_equal(palette_lists(s)->images[s->state.choice], scene_image_path(s->scene));
    s->state.choice = 0;
    check(&f);
    const Rect first = row_at(&f, 0), below = row_at(&f, PALETTE_COLUMNS);
    assert_true(below.y > first.y && below.x == first.x);
    for (int i = 0; i < 2 * PALETTE_COLUMNS; i++)
        assert_true(seen_pixels(&f, row_at(&f, i)) > 2000);
    assert_true(action_press(s, "Down"));
    assert_true(action_press(s, "Right"));
    assert_int_equal(s->state.choice, PALETTE_COLUMNS + 1);
    assert_true(action_press(s, "Up"));
    assert_true(action_press(s, "Left"));
    assert_int_equal(s->state.choice, 0);
    for (int i = 0; i < 30; i++) { /* to the last, which is seen */
        assert_true(action_press(s, "PageDown"));
        check(&f);
        assert_true(row_at(&f, s->state.choice).h > 0);
    }
    assert_int_equal(s->state.choice, palette_count(s) - 1);
    post(&f, "type /nowhere/at/all.png"); /* a path is a tile too */
    check(&f);
    assert_true(row_at(&f, 0).h > 0);
    post(&f, "big yes");
    check(&f);
    close_session(&f);
}

/* Of what is longer than the field its end is seen. */
static void the_end_of_what_is_typed_is_seen(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    post(&f, "palette");
    for (int i = 0; i < 40; i++)
        post(&f, "type /ñandú/and/on");
    post(&f, "type /the_end");
    build(&f, 1280, 800);
    const Rect field = draw_region_find(&f.list, "palette.field")->box;
    assert_true(says_in(&f, field, "/the_end│"));
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trained_networks_come_first),
        cmocka_unit_test(the_chosen_network_is_told_of),
        cmocka_unit_test(pictures_have_thumbnails),
        cmocka_unit_test(the_end_of_what_is_typed_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
