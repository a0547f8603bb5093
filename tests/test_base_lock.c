/* Locks between programs, and what a file is called and when it was written. */
#include "support.h"

#include "base/lock.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

static void one_holder_at_a_time(void **state) {
    (void)state;
    Error err = {0};
    Lock lock, other;
    bool taken;
    const char *path = test_path("lock");
    assert_ok(lock_take(&lock, path, &taken, &err), err);
    assert_true(lock.held && !taken && file_exists(path));
    assert_false(lock_take(&other, path, &taken, &err));
    assert_true(taken && !other.held && err.code == ERROR_NONE);
    lock_drop(&other); /* drops nothing */
    assert_true(file_exists(path));
    lock_drop(&lock);
    assert_false(file_exists(path));
    lock_drop(&lock);
    assert_ok(lock_take(&other, path, &taken, &err), err);
    lock_drop(&other);
    assert_fails(lock_take(&lock, test_path("no/such"), &taken, &err), err, "cannot write '");
    assert_false(taken);
}

/* A program that is killed leaves the file, but nobody who holds it. */
static void a_crash_lets_go(void **state) {
    (void)state;
    Error err = {0};
    Lock lock;
    bool taken;
    int ready[2];
    char byte;
    const char *path = test_path("crash");
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        if (lock_take(&lock, path, &taken, NULL) && write(ready[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_false(lock_take(&lock, path, &taken, &err));
    assert_true(taken);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(file_exists(path));
    assert_ok(lock_take(&lock, path, &taken, &err), err);
    lock_drop(&lock);
    assert_false(file_exists(path));
    close(ready[0]);
    close(ready[1]);
}

/* However it is written, a file has one name. */
static void absolute_names(void **state) {
    (void)state;
    Error err = {0};
    char real[FILE_PATH_MAX], name[FILE_PATH_MAX], small[8];
    static const char *const ways[] = {"x", "./x", "../names/x", "sub/../x", "link/x"};
    assert_ok(file_make_folder(test_path("names/sub"), &err), err);
    assert_int_equal(chdir(test_path("names")), 0);
    assert_int_equal(symlink(".", "link"), 0);
    assert_non_null(realpath(".", real));
    strcat(real, "/x");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        assert_ok(file_absolute(name, sizeof name, ways[i], &err), err);
        assert_string_equal(name, real);
    }
    assert_ok(file_absolute(name, sizeof name, "/x", &err), err);
    assert_string_equal(name, "/x");
    assert_fails(file_absolute(name, sizeof name, "absent/x", &err), err,
                 "cannot open 'absent/x': No such file");
    assert_fails(file_absolute(small, sizeof small, "x", &err), err, "too large");
    assert_int_equal(chdir("/"), 0);
}

static void same_files(void **state) {
    (void)state;
    test_write(test_path("one"), "x", 1);
    test_write(test_path("two"), "x", 1);
    assert_int_equal(link(test_path("one"), test_path("one again")), 0);
    assert_true(file_same(test_path("one"), test_path("one again")));
    assert_false(file_same(test_path("one"), test_path("two")));
    assert_false(file_same(test_path("none"), test_path("none")));
}

static void dates(void **state) {
    (void)state;
    char date[FILE_DATE_SIZE];
    const struct utimbuf times = {1000000000, 1000000000};
    test_write(test_path("dated"), "x", 1);
    setenv("TZ", "UTC", 1);
    assert_int_equal(utime(test_path("dated"), &times), 0);
    assert_true(file_date(date, test_path("dated")));
    assert_string_equal(date, "2001-09-09 01:46");
    assert_false(file_date(date, test_path("undated")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_holder_at_a_time),
        cmocka_unit_test(a_crash_lets_go),
        cmocka_unit_test(absolute_names),
        cmocka_unit_test(same_files),
        cmocka_unit_test(dates),
    };
    return cmocka_run_group_tests_name("base_lock", tests, NULL, NULL);
}
