/* A small network in a session, for the tests of sessions. */
#ifndef TESTS_SESSION_SUPPORT_H
#define TESTS_SESSION_SUPPORT_H

#include "support.h"

#include "session/action.h"
#include <stdlib.h>
#include <string.h>

/* A network that is quick even under a sanitizer: 2 maps, then 130 (three pages), then 3 classes.
 */
static const char tiny[] =
    "{\"title\": \"Tiny\", \"family\": \"test\", \"year\": 2000, \"paper\": \"none\","
    " \"input\": [1, 12, 12], \"layers\": ["
    "{\"op\": \"conv\", \"name\": \"conv1\", \"label\": \"first, 3x3\", \"out\": 2, \"kernel\": 3,"
    " \"then\": \"relu\"},"
    "{\"op\": \"conv\", \"name\": \"conv2\", \"out\": 130, \"kernel\": 3},"
    "{\"op\": \"maxpool\", \"name\": \"pool\", \"kernel\": 2, \"stride\": 2},"
    "{\"op\": \"flatten\"}, {\"op\": \"linear\", \"name\": \"fc\", \"out\": 3}, {\"op\": "
    "\"softmax\"}]}";
enum { TINY_NODES = 7, TINY_LAST = TINY_NODES - 1 };

typedef struct Fixture {
    Pool *pool;
    Job stop;
    Session session;
} Fixture;

static inline const char *tiny_path(void) {
    const char *path = test_path("tiny.json");
    test_write(path, tiny, sizeof tiny - 1);
    return path;
}

static inline Session *open_session(Fixture *f, const char *model, ConvPath path) {
    setenv("XDG_STATE_HOME", test_path("state"), 1); /* not the user's own */
    Error err = {0};
    *f = (Fixture){0};
    f->pool = pool_new(2, &err);
    SessionOptions options = {.model = model,
                              .run = {.path = path, .tier = cpu_best()},
                              .pool = f->pool,
                              .folder = test_folder(),
                              .stop = &f->stop};
    assert_ok(session_open(&f->session, &options, &err), err);
    return &f->session;
}

static inline Session *open_tiny(Fixture *f) {
    Session *s = open_session(f, tiny_path(), CONV_AUTO);
    assert_true(session_wait(s));
    assert_string_equal(s->banner.text, "");
    assert_non_null(s->scene);
    return s;
}

static inline void close_session(Fixture *f) {
    session_close(&f->session);
    pool_free(f->pool);
}

static inline void perform(Session *s, const char *line) {
    Error err = {0};
    assert_ok(action_perform(s, line, &err), err);
}

#endif
