/* Large type: nothing that is said is cut, for the hall or for eyes that need it, at the smallest
 * window too, in either language. */
#include "screen_support.h"

#include "base/text.h"

static const struct Case {
    const char *model, *nodes[8];
} cases[] = {
    {"lenet", {"input", "conv1", "pool1", "pool1.tanh", "fc1", "fc2", "softmax", NULL}},
    {"alexnet-mini", {"conv2", "norm1", "pool1", "fc6", "fc8", NULL}},
    {"googlenet-mini", {"inception_3a", "inception_3a.conv5x5", "softmax", NULL}},
    {"resnet-mini", {"layer1.0.bn1", "layer1.0.add", "layer2.0.add", "layer2.0.conv2", NULL}},
    {"densenet-mini", {"features.denseblock1", "features.denseblock1.denselayer2.norm1", NULL}},
    {"lenet5", {"pool1", "softmax", NULL}},
};

static void check_depths(Fixture *f) {
    static const char *const depths[] = {"depth network", "depth layer", "deeper"};
    for (int depth = 0; depth < DEPTHS; depth++) {
        post(f, depths[depth]);
        check(f);
    }
}

static void nothing_is_cut(void **state) {
    (void)state;
    static const int texts[] = {100, 120, 150};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Fixture f;
        Session *s = open_session(&f, cases[i].model);
        assert_true(session_wait(s));
        for (int n = 0; cases[i].nodes[n]; n++) {
            post(&f, TEXT("layer.select %s", cases[i].nodes[n]));
            for (int look = 0; look < 3; look++) {
                s->state.big = look == 0;
                s->state.text = texts[look];
                check_depths(&f);
            }
        }
        close_session(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
