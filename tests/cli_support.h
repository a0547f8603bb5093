/* What the tests of the command line share: running the built program, and what it printed. */
#ifndef TESTS_CLI_SUPPORT_H
#define TESTS_CLI_SUPPORT_H

#include "support.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "tensor/image.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* The program beside which this test was built: BUILD/tests/test_cli -> BUILD/convoscope. */
static char program[FILE_PATH_MAX];
static char *out_text, *err_text;

static inline void find_program(void) {
    const char *given = getenv("CONVOSCOPE");
    char self[FILE_PATH_MAX] = "", found[FILE_PATH_MAX] = "";
    if (given)
        snprintf(found, sizeof found, "%s", given);
    else if (file_program(self, sizeof self)) {
        *strrchr(self, '/') = 0;
        snprintf(found, sizeof found, "%.4000s/../convoscope", self);
    }
    if (!realpath(found, program)) /* so that a test may go elsewhere */
        fail_msg("no program at '%s'", found);
}

static inline char *slurp(const char *path) {
    Error err = {0};
    size_t size;
    uint8_t *text = file_read(path, 64 << 20, false, &size, &err);
    assert_ok(text, err);
    return (char *)text;
}

/* Takes what a run has printed into out_text and err_text. */
static inline void take_output(void) {
    mem_free(out_text);
    mem_free(err_text);
    out_text = slurp(test_path("stdout"));
    err_text = slurp(test_path("stderr"));
}

static inline void drop_output(void) {
    mem_free(out_text);
    mem_free(err_text);
    out_text = err_text = NULL;
}

/* Runs "convoscope ARGS" and keeps what it printed. Returns the exit status, -1 for a signal. */
static inline int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline int run(const char *format, ...) {
    char args[6000], command[20000];
    va_list list;
    va_start(list, format);
    vsnprintf(args, sizeof args, format, list);
    va_end(list);
    snprintf(command, sizeof command, "'%s' %s >'%s' 2>'%s' </dev/null", program, args,
             test_path("stdout"), test_path("stderr"));
    int status = system(command);
    take_output();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Exit 1, nothing on stdout, one line on stderr that contains `part`. */
#define assert_refused(part, ...)                                                                  \
    do {                                                                                           \
        int status_ = run(__VA_ARGS__);                                                            \
        if (status_ != 1)                                                                          \
            fail_msg("exit status %d, not 1: %s", status_, err_text);                              \
        assert_string_equal(out_text, "");                                                         \
        test_contains(err_text, (part));                                                           \
        assert_int_equal(strncmp(err_text, "convoscope: ", 12), 0);                                \
        assert_ptr_equal(strchr(err_text, '\n'), err_text + strlen(err_text) - 1);                 \
    } while (0)

/* What the last run wrote to stdout; to be freed. */
static inline Json *answer(void) {
    Error err = {0};
    Json *root = json_parse(out_text, strlen(out_text), &err);
    assert_ok(root, err);
    return root;
}

static inline void write_text(const char *name, const char *text) {
    test_write(test_path(name), text, strlen(text));
}

static inline void make_picture(const char *name, int width, int height, int channels) {
    Error err = {0};
    Image image;
    assert_ok(image_new(&image, width, height, channels, &err), err);
    for (int i = 0; i < width * height * channels; i++)
        image.pixels[i] = (uint8_t)(i * 37 % 251);
    assert_ok(image_save_png(test_path(name), &image, NULL, &err), err);
    image_free(&image);
}

#endif
