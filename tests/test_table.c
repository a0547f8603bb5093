/* The tables of the papers: their cells are what the papers print (typed here from them), and what
 * is counted elsewhere. */
#include "support.h"

#include "model/printed.h"
#include "model/table.h"
#include <string.h>

static int row_of(const PaperTable *t, const char *at) {
    for (int r = 0; r < t->row_count; r++)
        if (strcmp(t->rows[r].at, at) == 0)
            return r;
    fail_msg("no row %s", at);
    return -1;
}

static int column_of(const PaperTable *t, const char *name) {
    for (int c = 0; c < t->column_count; c++)
        if (strcmp(t->columns[c].text, name) == 0 || strcmp(t->columns[c].word, name) == 0)
            return c;
    fail_msg("no column %s", name);
    return -1;
}

static void assert_cell(const PaperTable *t, const char *row, const char *column,
                        const char *says) {
    const TableCell *cell = table_cell(t, row_of(t, row), column_of(t, column));
    assert_non_null(cell->text);
    assert_string_equal(cell->text, says);
}

/* Szegedy et al. 2014, table 1: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool proj. */
static void googlenet_has_its_widths(void **state) {
    (void)state;
    static const struct {
        const char *block;
        int widths[6];
        const char *params, *macs;
    } rows[] = {{"inception_3a", {64, 96, 128, 16, 32, 32}, "159K", "128M"},
                {"inception_3b", {128, 128, 192, 32, 96, 64}, "380K", "304M"},
                {"inception_4a", {192, 96, 208, 16, 48, 64}, "364K", "73M"},
                {"inception_4b", {160, 112, 224, 24, 64, 64}, "437K", "88M"},
                {"inception_4c", {128, 128, 256, 24, 64, 64}, "463K", "100M"},
                {"inception_4d", {112, 144, 288, 32, 64, 64}, "580K", "119M"},
                {"inception_4e", {256, 160, 320, 32, 128, 128}, "840K", "170M"},
                {"inception_5a", {256, 160, 320, 32, 128, 128}, "1072K", "54M"},
                {"inception_5b", {384, 192, 384, 48, 128, 128}, "1388K", "71M"}};
    static const char *const columns[] = {"1x1",           "table.reduce3", "3x3",
                                          "table.reduce5", "5x5",           "table.pool_proj"};
    Error err = {0};
    PaperTable t;
    assert_ok(table_make(&t, "googlenet", &err), err);
    assert_false(t.family);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const int row = row_of(&t, rows[i].block);
        for (int c = 0; c < 6; c++) {
            const TableCell *cell = table_cell(&t, row, column_of(&t, columns[c]));
            assert_null(cell->text);
            assert_int_equal(cell->count, rows[i].widths[c]);
        }
        assert_string_equal(table_cell(&t, row, column_of(&t, "table.params"))->text,
                            rows[i].params);
        assert_string_equal(table_cell(&t, row, column_of(&t, "table.macs"))->text, rows[i].macs);
    }
    assert_cell(&t, "conv1", "table.window", "7x7/2");
    assert_cell(&t, "conv1", "table.out", "112x112x64");
    assert_int_equal(table_cell(&t, row_of(&t, "conv2"), column_of(&t, "table.reduce3"))->count,
                     64);
    table_free(&t);
}

/* He et al. 2015, table 1; Huang et al. 2017, table 1. */
static void families_have_their_blocks(void **state) {
    (void)state;
    Error err = {0};
    PaperTable t;
    assert_ok(table_make(&t, "resnet34", &err), err);
    assert_true(t.family);
    assert_int_equal(t.column_count, 6);
    assert_cell(&t, "conv1", "ResNet-18", "7x7, 64, stride 2");
    assert_cell(&t, "layer1", "ResNet-18", "[3x3, 64; 3x3, 64] x 2");
    assert_cell(&t, "layer3", "ResNet-34", "[3x3, 256; 3x3, 256] x 6");
    assert_cell(&t, "layer3", "ResNet-50", "[1x1, 256; 3x3, 256; 1x1, 1024] x 6");
    assert_cell(&t, "layer3", "ResNet-101", "[1x1, 256; 3x3, 256; 1x1, 1024] x 23");
    assert_cell(&t, "layer2", "ResNet-152", "[1x1, 128; 3x3, 128; 1x1, 512] x 8");
    assert_cell(&t, "layer4", "table.out", "7x7");
    assert_string_equal(table_cell(&t, t.row_count - 1, column_of(&t, "ResNet-152"))->text,
                        "11.3e9");
    table_free(&t);
    assert_ok(table_make(&t, "densenet161", &err), err);
    assert_int_equal(t.column_count, 5);
    assert_cell(&t, "features.denseblock3", "DenseNet-201", "[1x1, 128; 3x3, 32] x 48");
    assert_cell(&t, "features.denseblock4", "DenseNet-161", "[1x1, 192; 3x3, 48] x 24");
    assert_cell(&t, "features.transition1.pool", "table.out", "28x28");
    assert_cell(&t, "features.transition1.conv", "DenseNet-169", "1x1, 128");
    table_free(&t);
}

/* Sizes of maps are those that the paper prints, wherever it prints them. */
static void sizes_are_the_papers(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    char **names;
    size_t count;
    int tables = 0;
    assert_ok(model_names(&arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        Model *m = model_load(names[i], 0, &err);
        assert_ok(m, err);
        PaperTable t;
        if (!table_has(m)) {
            assert_fails(table_make(&t, names[i], &err), err, "a table of the paper for");
            table_free(&t);
            model_free(m);
            continue;
        }
        tables++;
        assert_ok(table_make(&t, names[i], &err), err);
        for (int r = 0; r < m->figures.count && m->figures.rows[r].at[0]; r++) {
            const char *paper = m->figures.rows[r].out;
            const char *ours = table_cell(&t, r, column_of(&t, "table.out"))->text;
            const char *plain = strncmp(paper, "1x1x", 4) == 0 ? paper + 4 : paper;
            if (paper[0] && !strstr(ours, plain) && strncmp(plain, ours, strlen(ours)) != 0 &&
                strcmp(paper, "1x1") != 0)
                fail_msg("%s, %s: the paper has %s, ours %s", names[i], m->figures.rows[r].at,
                         paper, ours);
        }
        table_free(&t);
        model_free(m);
    }
    assert_true(tables >= 15);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(googlenet_has_its_widths),
        cmocka_unit_test(families_have_their_blocks),
        cmocka_unit_test(sizes_are_the_papers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
