/* What goes wrong easily on the way down, each by a network small enough to be done by hand. */
#include "explain_support.h"

static const LayerRules gradient = {.forward_mask = true}, deconvnet = {.backward_mask = true},
                        guided = {.forward_mask = true, .backward_mask = true};
static const Seed one = {.kind = SEED_ONE}, all = {.kind = SEED_ALL}, largest = {.kind = SEED_MAX};

/* Dropout does nothing: what comes down is what was sent. */
static void seeds_are_the_units_own_activation_and_the_rest_is_zero(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "2, 2, 2", "{'op': 'dropout', 'name': 'same'}");
    memcpy(b.input.data, (const float[]){9, 9, 9, 9, -1, 5, 2, 5}, 8 * sizeof(float));
    bed_run(&b);
    ASSERT_NUMBERS(bed_project(&b, "same", gradient, (Seed){.kind = SEED_MAX, .channel = 1}), 0, 0,
                   0, 0, 0, 5, 0, 0); /* the first of equals */
    ASSERT_NUMBERS(bed_project(&b, "same", gradient, (Seed){.kind = SEED_ALL, .channel = 1}), 0, 0,
                   0, 0, -1, 5, 2, 5);
    ASSERT_NUMBERS(bed_project(&b, "same", gradient, (Seed){.kind = SEED_AT, .channel = 1, .y = 1}),
                   0, 0, 0, 0, 0, 0, 2, 0);
    ASSERT_NUMBERS(
        bed_project(&b, "same", gradient, (Seed){.kind = SEED_ONE, .channel = 0, .x = 1}), 0, 1, 0,
        0, 0, 0, 0, 0);
    const ProjectionStart *start = projection_start(b.projection);
    assert_int_equal(start->x, 1);
    assert_true(start->value == 1);
    bed_close(&b);
}

/* The masks see different signs: forward the ReLU's input, backward what comes down. The second
 * layer's weights turn two of the four signals negative. */
static void relu_on_the_way_down_acts_on_the_reconstruction(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "4, 1, 1",
             "{'op': 'relu', 'name': 'r'}, {'op': 'conv', 'name': 'c', 'out': 1, 'kernel': 1}");
    memcpy(b.input.data, (const float[]){3, 3, -3, -3}, 4 * sizeof(float));
    bed_set(&b, "c", 0, (const float[]){2, -2, 2, -2});
    bed_run(&b);
    ASSERT_NUMBERS(bed_project(&b, "c", gradient, one), 2, -2, 0, 0);
    ASSERT_NUMBERS(bed_project(&b, "c", deconvnet, one), 2, 0, 2, 0);
    ASSERT_NUMBERS(bed_project(&b, "c", guided, one), 2, 0, 0, 0);
    ASSERT_NUMBERS(bed_project(&b, "c", (LayerRules){0}, one), 2, -2, 2, -2);
    bed_close(&b);
}

static void no_bias_on_the_way_down(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "1, 2, 2",
             "{'op': 'conv', 'name': 'c', 'out': 1, 'kernel': 2}, {'op': 'flatten'},"
             "{'op': 'linear', 'name': 'fc', 'out': 1}");
    bed_set(&b, "c", 0, (const float[]){1, 2, 3, 4});
    bed_set(&b, "c", 1, (const float[]){100});
    bed_set(&b, "fc", 0, (const float[]){2});
    bed_set(&b, "fc", 1, (const float[]){1000});
    bed_run(&b);
    ASSERT_NUMBERS(bed_project(&b, "fc", deconvnet, one), 2, 4, 6, 8);
    bed_close(&b);
}

static void no_contrast_normalisation_on_the_way_down(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "1, 1, 1",
             "{'op': 'lrn', 'name': 'n', 'size': 1, 'k': 1, 'alpha': 1, 'beta': 1}");
    b.input.data[0] = 2;
    bed_run(&b);
    ASSERT_NUMBERS(bed_project(&b, "n", deconvnet, one), 1);
    /* d/da a / (1 + a^2) = (1 - a^2) / (1 + a^2)^2 */
    ASSERT_NUMBERS(bed_project(&b, "n", gradient, one), -3.0F / 25);
    ASSERT_NUMBERS(bed_project(&b, "n", guided, one), -3.0F / 25);
    bed_close(&b);
}

static void overlapping_windows_add(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "1, 5, 5", "{'op': 'maxpool', 'name': 'p', 'kernel': 3, 'stride': 2}");
    b.input.data[12] = 7; /* the middle, which all four windows see */
    bed_run(&b);
    const float *down = bed_project(&b, "p", deconvnet, all);
    for (int i = 0; i < 25; i++)
        assert_true(down[i] == (i == 12 ? 28 : 0));
    bed_close(&b);
}

static void ties_go_to_the_first_in_reading_order(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "1, 4, 4", "{'op': 'maxpool', 'name': 'p', 'kernel': 2}");
    b.input.data[1] = b.input.data[4] = 3;
    b.input.data[11] = b.input.data[14] = 2;
    bed_run(&b);
    ASSERT_NUMBERS(bed_project(&b, "p", deconvnet, all), 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0,
                   0, 0);
    bed_close(&b);
}

/* Switches: recorded, window centres, those of another picture. */
static void switches_can_be_exchanged(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "1, 3, 3", "{'op': 'maxpool', 'name': 'p', 'kernel': 3}");
    b.input.data[8] = 5;
    bed_run(&b);
    b.input.data[2] = 9;
    b.other = bed_new_run(&b);
    LayerRules rules = deconvnet;
    ASSERT_NUMBERS(bed_project(&b, "p", rules, all), 0, 0, 0, 0, 0, 0, 0, 0, 5);
    rules.switches = SWITCHES_CENTER;
    ASSERT_NUMBERS(bed_project(&b, "p", rules, all), 0, 0, 0, 0, 5, 0, 0, 0, 0);
    rules.switches = SWITCHES_OTHER;
    ASSERT_NUMBERS(bed_project(&b, "p", rules, all), 0, 0, 5, 0, 0, 0, 0, 0, 0);
    assert_fails(projection_begin(b.projection, &rules, NULL, &all, &b.err), b.err,
                 "other picture");
    bed_close(&b);
}

/* 7x7 by 2 over 224 pixels sees 223 of them: the last row and column get nothing, and are there. */
static void the_lost_border_is_there(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 2, "1, 224, 224",
             "{'op': 'conv', 'name': 'c', 'out': 9, 'kernel': 7, 'stride': 2}");
    for (int i = 0; i < 224 * 224; i++)
        b.input.data[i] = 1;
    bed_run(&b);
    const float *down = bed_project(&b, "c", gradient, all);
    const Tensor *signal = projection_signal(b.projection, GRAPH_IMAGE);
    assert_true(shape_equal(&signal->shape, &b.input.shape));
    for (int i = 0; i < 224; i++)
        assert_true(down[223 * 224 + i] == 0 && down[i * 224 + 223] == 0);
    assert_true(down[222 * 224 + 222] != 0);
    bed_close(&b);
}

static void batch_norm_multiplies_by_gamma_over_deviation(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "2, 1, 1", "{'op': 'bn', 'name': 'b', 'eps': 0.25}");
    bed_set(&b, "b", 0, (const float[]){3, -5});
    bed_set(&b, "b", 1, (const float[]){70, 70});
    bed_set(&b, "b", 2, (const float[]){11, 12});
    bed_set(&b, "b", 3, (const float[]){3.75F, 6});
    bed_run(&b);
    ASSERT_NUMBERS(bed_project(&b, "b", gradient, one), 1.5F, 0);
    ASSERT_NUMBERS(bed_project(&b, "b", deconvnet, (Seed){.kind = SEED_ONE, .channel = 1}), 0, -2);
    bed_close(&b);
}

/* x + 3x, and x + x by one layer: both terms get all of it, and a node used twice their sum. */
static void addition_copies_and_a_node_used_twice_sums(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "1, 1, 2",
             "{'op': 'dropout', 'name': 'd'},"
             "{'op': 'conv', 'name': 'c', 'out': 1, 'kernel': 1},"
             "{'op': 'add', 'name': 'a', 'from': ['d', 'c']},"
             "{'op': 'add', 'name': 'twice', 'from': ['a', 'a']}");
    bed_set(&b, "c", 0, (const float[]){3});
    bed_run(&b);
    ASSERT_NUMBERS(bed_project(&b, "a", gradient, (Seed){.kind = SEED_ONE, .x = 1}), 0, 4);
    ASSERT_NUMBERS(bed_project(&b, "twice", gradient, one), 8, 0);
    bed_close(&b);
}

static void concatenation_gives_each_its_slice(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "2, 1, 1",
             "{'op': 'conv', 'name': 'c', 'out': 3, 'kernel': 1},"
             "{'op': 'conv', 'name': 'e', 'out': 2, 'kernel': 1, 'from': 'input'},"
             "{'op': 'concat', 'name': 'j', 'from': ['c', 'e']}");
    bed_set(&b, "c", 0, (const float[]){1, 2, 3, 4, 5, 6});
    bed_set(&b, "e", 0, (const float[]){7, 8, 9, 10});
    bed_run(&b);
    ASSERT_NUMBERS(bed_project(&b, "j", gradient, (Seed){.kind = SEED_ONE, .channel = 2}), 5, 6);
    ASSERT_NUMBERS(bed_project(&b, "j", gradient, (Seed){.kind = SEED_ONE, .channel = 4}), 9, 10);
    bed_close(&b);
}

static void average_pool_spreads_evenly(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "1, 2, 4", "{'op': 'avgpool', 'name': 'p', 'kernel': 2}");
    bed_run(&b);
    ASSERT_NUMBERS(bed_project(&b, "p", deconvnet, (Seed){.kind = SEED_ONE, .x = 1}), 0, 0, 0.25F,
                   0.25F, 0, 0, 0.25F, 0.25F);
    bed_close(&b);
}

static void tanh_is_derived_where_the_forward_mask_is_on(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "1, 1, 1", "{'op': 'tanh', 'name': 't'}");
    b.input.data[0] = 0.5F;
    bed_run(&b);
    const float y = tanhf(0.5F);
    ASSERT_NUMBERS(bed_project(&b, "t", gradient, one), 1 - y * y);
    ASSERT_NUMBERS(bed_project(&b, "t", guided, one), 1 - y * y);
    ASSERT_NUMBERS(bed_project(&b, "t", deconvnet, one), 1);
    bed_close(&b);
}

static void a_softmax_stands_for_its_logits(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "2, 1, 1",
             "{'op': 'flatten'}, {'op': 'linear', 'name': 'fc', 'out': 2}, {'op': 'softmax'}");
    bed_set(&b, "fc", 0, (const float[]){1, 2, 3, 4});
    memcpy(b.input.data, (const float[]){1, 1}, 2 * sizeof(float));
    bed_run(&b);
    ASSERT_NUMBERS(bed_project(&b, "softmax", gradient, (Seed){.kind = SEED_ONE, .channel = 1}), 3,
                   4);
    ASSERT_NUMBERS(bed_project(&b, "softmax", gradient, largest), 3, 6); /* the logit, 3 */
    assert_int_equal(projection_start(b.projection)->node, bed_node(&b, "fc"));
    bed_close(&b);
}

/* Channels that nothing came from get nothing: a shortcut's zero maps, another group's maps. */
static void groups_and_zero_maps_stay_apart(void **state) {
    (void)state;
    Bed b;
    bed_open(&b, 1, "2, 1, 1",
             "{'op': 'subsample', 'name': 's', 'out': 4, 'stride': 1},"
             "{'op': 'conv', 'name': 'g', 'out': 2, 'kernel': 1, 'groups': 2}");
    bed_set(&b, "g", 0, (const float[]){1, 2, 3, 4});
    bed_run(&b);
    ASSERT_NUMBERS(bed_project(&b, "g", gradient, one), 2, 0);
    ASSERT_NUMBERS(bed_project(&b, "g", gradient, (Seed){.kind = SEED_ONE, .channel = 1}), 0, 3);
    bed_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_are_the_units_own_activation_and_the_rest_is_zero),
        cmocka_unit_test(relu_on_the_way_down_acts_on_the_reconstruction),
        cmocka_unit_test(no_bias_on_the_way_down),
        cmocka_unit_test(no_contrast_normalisation_on_the_way_down),
        cmocka_unit_test(overlapping_windows_add),
        cmocka_unit_test(ties_go_to_the_first_in_reading_order),
        cmocka_unit_test(switches_can_be_exchanged),
        cmocka_unit_test(the_lost_border_is_there),
        cmocka_unit_test(batch_norm_multiplies_by_gamma_over_deviation),
        cmocka_unit_test(addition_copies_and_a_node_used_twice_sums),
        cmocka_unit_test(concatenation_gives_each_its_slice),
        cmocka_unit_test(average_pool_spreads_evenly),
        cmocka_unit_test(tanh_is_derived_where_the_forward_mask_is_on),
        cmocka_unit_test(a_softmax_stands_for_its_logits),
        cmocka_unit_test(groups_and_zero_maps_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
