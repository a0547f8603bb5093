/* Drawings of networks and blocks: all texts can be read, in every network and language; the SVG is
 * well formed, its ids are unique, its texts are texts. */
#include "support.h"

#include "base/file.h"
#include "base/markup.h"
#include "base/memory.h"
#include "base/text.h"
#include "draw/svg.h"
#include "tensor/image.h"
#include "ui/network_page.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static Words *words;

static NetworkPage page_of(const Model *m, int block) {
    return (NetworkPage){.model = m,
                         .words = words,
                         .theme = THEME_LIGHT,
                         .block = block,
                         .scale = 1,
                         .command = "convoscope diagram <test> & \"more\""};
}

/* --- What XML asks for ------------------------------------------------------------------------ */

typedef struct Xml {
    const char *open[64];
    size_t length[64];
    int depth, texts, groups;
    char ids[2000][160];
    int id_count;
} Xml;

static void note_ids(Xml *x, const char *tag, const char *end) {
    const char *at = strstr(tag, " id=\"");
    if (!at || at > end)
        return;
    assert_true(x->id_count < 2000);
    char *id = x->ids[x->id_count++];
    text_format(id, 160, "%.*s", (int)strcspn(at + 5, "\""), at + 5);
    assert_true(isalpha((unsigned char)id[0]));
    for (int i = 0; i + 1 < x->id_count; i++)
        if (strcmp(x->ids[i], id) == 0)
            fail_msg("the id '%s' stands twice", id);
}

static void note_tag(Xml *x, const char *tag, const char *end) {
    const size_t name = strcspn(tag, " >/");
    if (tag[0] == '?')
        return;
    if (tag[0] == '/') {
        const size_t length = strcspn(tag + 1, ">");
        assert_true(x->depth > 0);
        x->depth--;
        assert_int_equal(length, x->length[x->depth]);
        assert_memory_equal(tag + 1, x->open[x->depth], length);
        return;
    }
    x->texts += name == 4 && strncmp(tag, "text", 4) == 0;
    x->groups += name == 1 && tag[0] == 'g';
    note_ids(x, tag, end);
    if (end[-1] == '/')
        return;
    assert_true(x->depth < 64);
    x->open[x->depth] = tag;
    x->length[x->depth++] = name;
}

static void read_xml(Xml *x, const char *text) {
    memset(x, 0, sizeof *x);
    for (const char *at = text; *at; at++) {
        if (*at == '&')
            assert_true(at[strcspn(at, "; ")] == ';');
        if (*at != '<')
            continue;
        const char *end = at + strcspn(at, ">");
        assert_true(*end == '>');
        note_tag(x, at + 1, end);
        at = end;
    }
    assert_int_equal(x->depth, 0);
}

static char *saved(const NetworkPage *page, const char *name) {
    Error err = {0};
    char path[FILE_PATH_MAX];
    size_t size;
    assert_ok(file_join(path, sizeof path, test_folder(), name, &err), err);
    assert_ok(network_page_save(page, path, &err), err);
    char *text = (char *)file_read(path, 64 << 20, false, &size, &err);
    assert_ok(text, err);
    return text;
}

/* --- Tests ------------------------------------------------------------------------------------ */

/* The whole, and the first block of each kind. */
static void check_network(const char *name) {
    Error err = {0};
    Model *m = model_load(name, 0, &err);
    assert_ok(m, err);
    bool seen[BLOCK_KINDS] = {false};
    for (int b = 0; b < m->graph.block_count; b++) {
        if (seen[m->graph.blocks[b].kind])
            continue;
        seen[m->graph.blocks[b].kind] = true;
        NetworkPage page = page_of(m, b);
        for (int l = 0; l < WORDS_LANGUAGES; l++) {
            page.language = (WordsLanguage)l;
            if (!network_page_check(&page, &err))
                fail_msg("%s, %s: %s", name, m->graph.blocks[b].name, err.text);
        }
    }
    model_free(m);
}

static void every_network_can_be_read(void **state) {
    (void)state;
    Arena arena = {0};
    Error err = {0};
    char **names;
    size_t count;
    assert_ok(model_names(&arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++)
        check_network(names[i]);
    arena_free(&arena);
}

static void svg_is_well_formed(void **state) {
    (void)state;
    static const struct {
        const char *model, *block, *says, *group;
    } cases[] = {{"googlenet", "inception_3a", ">concatenation<", "<g id=\"node.inception_3a"},
                 {"resnet18", "layer2.0", ">projection<", "<g id=\"edge."},
                 {"densenet121", "features.denseblock1", ">layer 1<", "<g id=\"growth."},
                 {"densenet121", "features.denseblock3", ">input<", "<g id=\"matrix."},
                 {"alexnet", NULL, ">classification<", "<g id=\"node.conv1\""}};
    static Xml xml; /* large */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err = {0};
        Model *m = model_load(cases[i].model, 0, &err);
        assert_ok(m, err);
        const NetworkPage page =
            page_of(m, cases[i].block ? graph_find_block(&m->graph, cases[i].block, &err) : 0);
        char *text = saved(&page, "page.svg");
        read_xml(&xml, text);
        assert_true(xml.texts > 5);
        assert_true(xml.groups > 5);
        test_contains(text, cases[i].says);
        test_contains(text, cases[i].group);
        test_contains(text, "convoscope diagram &lt;test&gt; &amp; &quot;more&quot;");
        test_contains(text, "\u00d7"); /* the times sign, as it is */
        mem_free(text);
        model_free(m);
    }
}

/* What does not belong to the block is not on its page. */
static void a_block_stands_alone(void **state) {
    (void)state;
    Error err = {0};
    Model *m = model_load("googlenet", 0, &err);
    assert_ok(m, err);
    const NetworkPage page = page_of(m, graph_find_block(&m->graph, "inception_4b", &err));
    char *text = saved(&page, "block.svg");
    test_contains(text, "id=\"node.inception_4b.");
    assert_null(strstr(text, "inception_4a."));
    assert_null(strstr(text, "id=\"node.conv1"));
    assert_null(strstr(text, "fully connected"));
    mem_free(text);
    model_free(m);
}

static void png_has_its_scale(void **state) {
    (void)state;
    Error err = {0};
    char path[FILE_PATH_MAX], note[IMAGE_NOTE_SIZE];
    Image one, two;
    Model *m = model_load("lenet", 0, &err);
    assert_ok(m, err);
    NetworkPage page = page_of(m, 0);
    assert_ok(file_join(path, sizeof path, test_folder(), "page.png", &err), err);
    assert_ok(network_page_save(&page, path, &err) && image_load(&one, path, note, &err), err);
    page.scale = 2;
    assert_ok(network_page_save(&page, path, &err) && image_load(&two, path, note, &err), err);
    assert_in_range(two.width, 2 * one.width - 16, 2 * one.width + 16); /* texts are rounded */
    assert_in_range(two.height, 2 * one.height - 16, 2 * one.height + 16);
    image_free(&one);
    image_free(&two);
    assert_false(network_page_save(&page, "x.bmp", &err));
    test_contains(err.text, "a name ending in .svg, .png or .pdf, got .bmp");
    model_free(m);
}

/* Where there is rsvg-convert, a PDF; where there is not, a sentence and no file. */
static void pdf_is_made_or_refused(void **state) {
    (void)state;
    Error err = {0};
    char path[FILE_PATH_MAX];
    Model *m = model_load("lenet", 0, &err);
    assert_ok(m, err);
    const NetworkPage page = page_of(m, 0);
    assert_ok(file_join(path, sizeof path, test_folder(), "page.pdf", &err), err);
    if (network_page_save(&page, path, &err)) {
        size_t size;
        uint8_t *data = file_read(path, 64 << 20, false, &size, &err);
        assert_ok(data, err);
        assert_memory_equal(data, "%PDF", 4);
        mem_free(data);
    } else {
        assert_int_equal(err.code, ERROR_MISSING);
        test_contains(err.text, "librsvg2-bin");
        assert_false(file_exists(path));
    }
    char *old = getenv("PATH") ? strdup(getenv("PATH")) : NULL;
    setenv("PATH", test_folder(), 1);
    err = (Error){0};
    assert_ok(file_join(path, sizeof path, test_folder(), "none.pdf", &err), err);
    assert_false(network_page_save(&page, path, &err));
    assert_int_equal(err.code, ERROR_MISSING);
    assert_false(file_exists(path));
    setenv("PATH", old ? old : "", 1);
    free(old);
    model_free(m);
}

static int load(void **state) {
    Error err = {0};
    (void)state;
    words = words_load(&err);
    return words ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    words_free(words);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_network_can_be_read), cmocka_unit_test(svg_is_well_formed),
        cmocka_unit_test(a_block_stands_alone),      cmocka_unit_test(png_has_its_scale),
        cmocka_unit_test(pdf_is_made_or_refused),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
