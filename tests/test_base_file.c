#include "support.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

/* ---- Reading ---- */

static void files_are_mapped(void **state) {
    (void)state;
    Error err = {0};
    FileMap map;
    const char *path = test_path("mapped");
    test_write(path, "hello", 5);
    assert_ok(file_map(&map, path, &err), err);
    assert_int_equal(map.size, 5);
    assert_memory_equal(map.data, "hello", 5);
    file_unmap(&map);
    assert_null(map.data);
    file_unmap(&map);

    test_write(path, "", 0);
    assert_ok(file_map(&map, path, &err), err);
    assert_int_equal(map.size, 0);
    assert_non_null(map.data);
    assert_null(map.mapping);
    file_unmap(&map);
}

static void what_is_no_file_is_not_mapped(void **state) {
    (void)state;
    Error err = {0};
    FileMap map;
    assert_fails(file_map(&map, test_path("absent"), &err), err, "absent': No such file");
    assert_fails(file_map(&map, test_folder(), &err), err, "is a directory");
    assert_fails(file_map(&map, "/dev/null", &err), err,
                 "cannot open '/dev/null': is no regular file");
    const char *fifo = test_path("map.fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_fails(file_map(&map, fifo, &err), err, "is no regular file"); /* without blocking */
    assert_null(map.data);
}

static void files_are_read_whole(void **state) {
    (void)state;
    Error err = {0};
    static const size_t sizes[] = {0, 1, 4094, 4095, 4096, 4097, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i], size = 99;
        uint8_t *data = malloc(n + 1);
        for (size_t k = 0; k < n; k++)
            data[k] = (uint8_t)random_u32(1, n, k);
        const char *path = test_path("whole");
        test_write(path, data, n);
        /* At the limit and with any more; and not with one less. */
        for (size_t more = 0; more < 3; more++) {
            uint8_t *got = file_read(path, more == 2 ? SIZE_MAX : n + more, more == 1, &size, &err);
            assert_ok(got, err);
            assert_int_equal(size, n);
            assert_memory_equal(got, data, n);
            assert_int_equal(got[n], 0);
            mem_free(got);
        }
        if (n) {
            assert_fails(file_read(path, n - 1, false, &size, &err), err, "whole' is too large");
            assert_fails(file_read(path, n - 1, true, &size, &err), err, "is too large");
        }
        free(data);
    }
    size_t size;
    assert_fails(file_read(test_path("absent"), 10, false, &size, &err), err, "No such file");
    assert_fails(file_read(test_folder(), 10, false, &size, &err), err, "is a directory");
}

static void too_large_says_how_large(void **state) {
    (void)state;
    Error err = {0};
    size_t size;
    const char *path = test_path("large");
    static char data[3000000];
    test_write(path, data, sizeof data);
    assert_fails(file_read(path, 2000000, false, &size, &err), err,
                 "' is too large: 3.0 MB, at most 2.0 MB");
    assert_fails(file_read(path, 2999999, false, &size, &err), err,
                 "' is too large: more than 3.0 MB, at most 3.0 MB");
    assert_fails(file_read("/dev/zero", 1000, true, &size, &err), err,
                 "'/dev/zero' is too large: more than 1.0 kB, at most 1.0 kB");
    assert_fails(file_read("/dev/zero", 1000, false, &size, &err), err,
                 "'/dev/zero' is too large: more than 1.0 kB");
}

static void pipes_are_read(void **state) {
    (void)state;
    Error err = {0};
    const char *fifo = test_path("read.fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(fifo, O_WRONLY);
        static char data[200000];
        memset(data, 'x', sizeof data);
        for (size_t at = 0; at < sizeof data;)
            at += (size_t)write(fd, data + at, sizeof data - at);
        _exit(0);
    }
    size_t size = 0;
    uint8_t *got = file_read(fifo, 200000, true, &size, &err);
    assert_ok(got, err);
    assert_int_equal(size, 200000);
    assert_int_equal(got[199999], 'x');
    mem_free(got);
    waitpid(child, NULL, 0);
}

/* ---- gzip ---- */

static size_t gzip(const void *data, size_t size, uint8_t *out, size_t room) {
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, 0), Z_OK);
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return room - stream.avail_out;
}

static void gzip_is_decompressed(void **state) {
    (void)state;
    Error err = {0};
    enum { N = 500000 };
    uint8_t *data = malloc(N), *packed = malloc(3 * N);
    const char *path = test_path("x.gz");
    for (int random = 0; random < 2; random++) {
        for (size_t i = 0; i < N; i++)
            data[i] = (uint8_t)(random ? random_u32(2, 2, i) : i / 1000);
        size_t size, length = gzip(data, N, packed, 2 * N);
        test_write(path, packed, length);
        uint8_t *got = file_read(path, N, true, &size, &err);
        assert_ok(got, err);
        assert_int_equal(size, N);
        assert_memory_equal(got, data, N);
        assert_int_equal(got[N], 0);
        mem_free(got);
        assert_fails(file_read(path, N - 1, true, &size, &err), err, "is too large");
        got = file_read(path, 2 * N, false, &size, &err); /* as it is */
        assert_int_equal(size, length);
        mem_free(got);
    }
    free(packed);
    free(data);
}

static void gzip_has_members_and_padding(void **state) {
    (void)state;
    Error err = {0};
    uint8_t packed[400] = {0};
    size_t size, a = gzip("one,", 4, packed, 100), b = gzip("two", 3, packed + a, 100);
    b += gzip("", 0, packed + a + b, 100);
    const char *path = test_path("members.gz");
    for (size_t padding = 0; padding < 20; padding += 10) {
        test_write(path, packed, a + b + padding);
        uint8_t *got = file_read(path, 7, true, &size, &err);
        assert_ok(got, err);
        assert_string_equal((char *)got, "one,two");
        mem_free(got);
    }
    packed[a + b] = 'x';
    test_write(path, packed, a + b + 1);
    assert_fails(file_read(path, 7, true, &size, &err), err, "something follows its end");
}

/* Cut anywhere or with any byte changed: an error or the same, and never more. */
static void bad_gzip_is_an_error(void **state) {
    (void)state;
    Error err = {0};
    uint8_t packed[200];
    const char *text = "all work and no play makes jack a dull boy. all work and no play";
    size_t size, length = gzip(text, strlen(text), packed, sizeof packed);
    const char *path = test_path("bad.gz");
    for (size_t cut = 2; cut < length; cut++) {
        test_write(path, packed, cut);
        assert_fails(file_read(path, 1000, true, &size, &err), err,
                     "bad.gz' is not a sound gzip file: it is cut short");
    }
    for (size_t at = 2; at < length; at++) {
        packed[at] ^= 0x24;
        test_write(path, packed, length);
        uint8_t *got = file_read(path, 1000, true, &size, &err);
        assert_true(got || err.code == ERROR_FORMAT);
        assert_true(!got || strcmp((char *)got, text) == 0); /* the header's time and system */
        mem_free(got);
        err = (Error){0};
        packed[at] ^= 0x24;
    }
}

static void a_bomb_does_not_go_off(void **state) {
    (void)state;
    Error err = {0};
    enum { N = 50000000 };
    uint8_t *zeros = calloc(1, N), *packed = malloc(N / 100);
    size_t size, length = gzip(zeros, N, packed, N / 100);
    const char *path = test_path("bomb.gz");
    test_write(path, packed, length);
    assert_fails(file_read(path, 1000, true, &size, &err), err, "more than 1.0 kB");
    free(packed);
    free(zeros);
}

static void reading_survives_any_failed_allocation(void **state) {
    (void)state;
    uint8_t packed[9000], data[5000];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)random_u32(3, 3, i);
    const char *path = test_path("sweep.gz");
    test_write(path, packed, gzip(data, sizeof data, packed, sizeof packed));
    size_t failures = 0, size;
    for (size_t n = 1;; n++) {
        Error err = {0};
        mem_fail_at(n);
        uint8_t *got = file_read(path, 1000000, true, &size, &err);
        mem_fail_at(0);
        if (got) {
            assert_memory_equal(got, data, sizeof data);
            mem_free(got);
            break;
        }
        assert_int_equal(err.code, ERROR_NO_MEMORY);
        failures++;
    }
    assert_true(failures >= 2);
}

/* ---- Writing ---- */

static size_t names_in_folder(const char *folder) {
    Error err = {0};
    Arena arena = {0};
    char **names;
    size_t count;
    assert_ok(file_list(folder, &arena, &names, &count, &err), err);
    arena_free(&arena);
    return count;
}

static void assert_content(const char *path, const char *text) {
    Error err = {0};
    size_t size;
    uint8_t *got = file_read(path, 1000000, false, &size, &err);
    assert_ok(got, err);
    assert_string_equal((char *)got, text);
    mem_free(got);
}

static const char *fresh_folder(const char *name) {
    Error err = {0};
    const char *path = test_path(name);
    assert_ok(file_make_folder(path, &err), err);
    return path;
}

static void files_appear_when_committed(void **state) {
    (void)state;
    Error err = {0};
    FileWriter w;
    fresh_folder("commit");
    const char *path = test_path("commit/f");
    assert_ok(file_create(&w, path, &err), err);
    file_put(&w, "one ", 4);
    file_put(&w, NULL, 0);
    file_put(&w, "two", 3);
    assert_false(file_exists(path));
    assert_ok(file_commit(&w, &err), err);
    assert_content(path, "one two");

    assert_ok(file_create(&w, path, &err), err);
    file_put(&w, "three", 5);
    assert_content(path, "one two");
    file_abort(&w);
    file_abort(&w); /* harmless */
    assert_content(path, "one two");
    assert_int_equal(names_in_folder(test_path("commit")), 1);

    FileWriter other; /* two at once to one path: the last to commit wins */
    assert_ok(file_create(&w, path, &err), err);
    assert_ok(file_create(&other, path, &err), err);
    file_put(&other, "other", 5);
    file_put(&w, "w", 1);
    assert_ok(file_commit(&other, &err), err);
    assert_content(path, "other");
    assert_ok(file_commit(&w, &err), err);
    assert_content(path, "w");
    assert_int_equal(names_in_folder(test_path("commit")), 1);
}

static void permissions_and_links_stay(void **state) {
    (void)state;
    Error err = {0};
    struct stat info;
    fresh_folder("links/real");
    const char *real = test_path("links/real/f"), *link_path = test_path("links/l");
    test_write(real, "old", 3);
    assert_int_equal(chmod(real, 0640), 0);
    assert_int_equal(symlink("real/f", link_path), 0);
    assert_ok(file_write(link_path, "new", 3, &err), err);
    assert_content(real, "new");
    assert_int_equal(lstat(link_path, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(stat(real, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    assert_int_equal(names_in_folder(test_path("links/real")), 1);
}

static void what_cannot_be_written_is_said(void **state) {
    (void)state;
    Error err = {0};
    char path[FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/no/such/f", test_folder());
    assert_fails(file_write(path, "x", 1, &err), err, "no/such/f': No such file or directory");
    assert_fails(file_write(path, "x", 1, &err), err, "cannot write '");
    assert_fails(file_write(test_folder(), "x", 1, &err), err, "': Is a directory");
    test_write(test_path("plain"), "x", 1);
    snprintf(path, sizeof path, "%s/plain/f", test_folder());
    assert_fails(file_write(path, "x", 1, &err), err, "plain/f': Not a directory");
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_fails(file_write(path, "x", 1, &err), err, "File name too long");
    assert_fails(file_write("", "x", 1, &err), err, "cannot write '': No such file");
}

static void permissions_are_heeded(void **state) {
    (void)state;
    if (geteuid() == 0)
        skip(); /* root may do anything */
    Error err = {0};
    fresh_folder("closed");
    const char *file = test_path("closed/f");
    test_write(file, "old", 3);
    assert_int_equal(chmod(file, 0400), 0);
    assert_fails(file_write(file, "x", 1, &err), err, "f': Permission denied");
    assert_content(file, "old");
    const char *folder = test_path("closed");
    assert_int_equal(chmod(folder, 0500), 0);
    assert_fails(file_write(test_path("closed/g"), "x", 1, &err), err,
                 "closed/g': Permission denied");
    assert_int_equal(chmod(folder, 0700), 0);
}

#ifdef __linux__
static void a_full_disk_is_reported(void **state) {
    (void)state;
    Error err = {0};
    static char data[100000];
    assert_fails(file_write("/dev/full", data, sizeof data, &err), err,
                 "cannot write '/dev/full': No space left on device");
    assert_fails(file_write("/dev/full", data, 1, &err), err, "No space left on device");
    assert_ok(file_write("/dev/null", data, sizeof data, &err), err);
}
#endif

/* A limit on the size of files stands for the disk; small enough that some of it fails in fwrite
 * and some in the last flush. */
static void a_failed_write_leaves_what_was(void **state) {
    (void)state;
    Error err = {0};
    static char data[60000];
    fresh_folder("quota");
    const char *path = test_path("quota/f");
    test_write(path, "old", 3);
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 10000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool many = file_write(path, data, sizeof data, &err);
    Error first = err;
    err = (Error){0};
    bool few = file_write(path, data, 10001, &err);
    Error second = err;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(many);
    assert_false(few);
    test_contains(first.text, "quota/f': File too large");
    test_contains(second.text, "quota/f': File too large");
    assert_content(path, "old");
    assert_int_equal(names_in_folder(test_path("quota")), 1);
}

/* With stdout redirected to a file, what goes to "/dev/stdout" goes on where the file is. */
static void standard_output_is_written_straight(void **state) {
    (void)state;
    const char *path = test_path("redirected");
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        Error err = {0};
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(fd, STDOUT_FILENO);
        bool ok = write(STDOUT_FILENO, "before ", 7) == 7;
        ok = ok && file_write("/dev/stdout", "within ", 7, &err);
        ok = ok && write(STDOUT_FILENO, "after", 5) == 5;
        _exit(ok ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_content(path, "before within after");
}

/* ---- Folders and paths ---- */

static void folders_are_made(void **state) {
    (void)state;
    Error err = {0};
    char path[FILE_PATH_MAX];
    assert_ok(file_make_folder(test_path("a/b//c/"), &err), err);
    assert_true(file_is_folder(test_path("a/b/c")));
    assert_ok(file_make_folder(test_path("a/b/c"), &err), err);
    assert_ok(file_make_folder("/", &err), err);
    test_write(test_path("a/file"), "x", 1);
    assert_true(file_exists(test_path("a/file")));
    assert_false(file_is_folder(test_path("a/file")));
    assert_false(file_exists(test_path("a/none")));
    assert_fails(file_make_folder(test_path("a/file"), &err), err, "a/file': Not a directory");
    assert_fails(file_make_folder(test_path("a/file/d"), &err), err, "a/file/d': ");
    assert_fails(file_make_folder("", &err), err, "cannot write ''");
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_fails(file_make_folder(path, &err), err, "File name too long");
}

static void names_are_sorted(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    char **names;
    size_t count;
    fresh_folder("list");
    assert_ok(file_list(test_path("list"), &arena, &names, &count, &err), err);
    assert_int_equal(count, 0);
    static const char *const made[] = {"b", "a10", "a2", "B", "\xc3\xa9", ".hidden"};
    static const char *const sorted[] = {".hidden", "B", "a10", "a2", "b", "\xc3\xa9"};
    for (int i = 0; i < 6; i++) {
        char name[40];
        snprintf(name, sizeof name, "list/%s", made[i]);
        test_write(test_path(name), "", 0);
    }
    assert_ok(file_list(test_path("list"), &arena, &names, &count, &err), err);
    assert_int_equal(count, 6);
    for (int i = 0; i < 6; i++)
        assert_string_equal(names[i], sorted[i]);
    for (size_t n = 1; n < 4; n++) {
        Arena other = {0};
        mem_fail_at(n);
        bool ok = file_list(test_path("list"), &other, &names, &count, &err);
        mem_fail_at(0);
        assert_true(ok || err.code == ERROR_NO_MEMORY);
        assert_true(n > 2 || !ok);
        err = (Error){0};
        arena_free(&other);
    }
    assert_fails(file_list(test_path("none"), &arena, &names, &count, &err), err, "No such file");
    assert_fails(file_list(test_path("list/b"), &arena, &names, &count, &err), err,
                 "Not a directory");
    arena_free(&arena);
}

static void paths_are_taken_apart(void **state) {
    (void)state;
    Error err = {0};
    char buffer[8];
    assert_true(file_join(buffer, sizeof buffer, "a", "b", &err));
    assert_string_equal(buffer, "a/b");
    assert_true(file_join(buffer, sizeof buffer, "a/", "b", &err));
    assert_string_equal(buffer, "a/b");
    assert_true(file_join(buffer, sizeof buffer, "", "b", &err));
    assert_string_equal(buffer, "b");
    assert_true(file_join(buffer, sizeof buffer, "/", "b", &err));
    assert_string_equal(buffer, "/b");
    assert_true(file_join(buffer, sizeof buffer, "abc", "def", &err));
    assert_fails(file_join(buffer, sizeof buffer, "abc", "defg", &err), err, "a path is too large");
    assert_string_equal(buffer, "");
    static const struct {
        const char *path, *name, *extension;
    } cases[] = {
        {"a/b/x.png", "x.png", "png"},
        {"x.npy.gz", "x.npy.gz", "gz"},
        {"x", "x", ""},
        {"a.b/x", "x", ""},
        {".bashrc", ".bashrc", ""},
        {"a/", "", ""},
        {"x.", "x.", ""},
        {"/", "", ""},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(file_name(cases[i].path), cases[i].name);
        assert_string_equal(file_extension(cases[i].path), cases[i].extension);
    }
}

static void the_programs_files_are_found(void **state) {
    (void)state;
    char path[FILE_PATH_MAX], here[FILE_PATH_MAX];
    fresh_folder("home/models");
    test_write(test_path("home/models/zzz.json"), "{}", 2);
    assert_false(file_find(path, sizeof path, "models/zzz.json"));
    setenv("CONVOSCOPE_HOME", test_path("home"), 1);
    assert_true(file_find(path, sizeof path, "models/zzz.json"));
    assert_string_equal(path, test_path("home/models/zzz.json"));
    assert_true(file_find(path, sizeof path, "models"));
    assert_false(file_find(path, 10, "models/zzz.json"));
    unsetenv("CONVOSCOPE_HOME");

    /* From the current folder upwards, and where things are installed beside it. */
    fresh_folder("tree/deep/er");
    fresh_folder("tree/share/convoscope/lessons");
    test_write(test_path("tree/yyy.json"), "{}", 2);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(test_path("tree/deep/er")), 0);
    bool found = file_find(path, sizeof path, "yyy.json");
    bool own = found && strstr(path, "/tree/yyy.json");
    bool shared = file_find(path, sizeof path, "lessons");
    shared = shared && (strstr(path, "/tree/share/convoscope/lessons") || file_is_folder(path));
    assert_int_equal(chdir(here), 0);
    assert_true(own && shared);
}

static void user_folders_follow_xdg(void **state) {
    (void)state;
    static const struct {
        bool (*find)(char *buffer, size_t size);
        const char *variable, *preset;
    } folders[] = {
        {file_user_data, "XDG_DATA_HOME", "/home/u/.local/share/convoscope"},
        {file_user_state, "XDG_STATE_HOME", "/home/u/.local/state/convoscope"},
    };
    char path[FILE_PATH_MAX];
    for (int i = 0; i < 2; i++) {
        setenv("HOME", "/home/u", 1);
        unsetenv(folders[i].variable);
        assert_true(folders[i].find(path, sizeof path));
        assert_string_equal(path, folders[i].preset);
        setenv(folders[i].variable, "relative", 1);
        assert_true(folders[i].find(path, sizeof path));
        assert_string_equal(path, folders[i].preset);
        setenv(folders[i].variable, "/data", 1);
        assert_true(folders[i].find(path, sizeof path));
        assert_string_equal(path, "/data/convoscope");
        assert_false(folders[i].find(path, 5));
        unsetenv(folders[i].variable);
        unsetenv("HOME");
        assert_false(folders[i].find(path, sizeof path));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_mapped),
        cmocka_unit_test(what_is_no_file_is_not_mapped),
        cmocka_unit_test(files_are_read_whole),
        cmocka_unit_test(too_large_says_how_large),
        cmocka_unit_test(pipes_are_read),
        cmocka_unit_test(gzip_is_decompressed),
        cmocka_unit_test(gzip_has_members_and_padding),
        cmocka_unit_test(bad_gzip_is_an_error),
        cmocka_unit_test(a_bomb_does_not_go_off),
        cmocka_unit_test(reading_survives_any_failed_allocation),
        cmocka_unit_test(files_appear_when_committed),
        cmocka_unit_test(permissions_and_links_stay),
        cmocka_unit_test(what_cannot_be_written_is_said),
        cmocka_unit_test(permissions_are_heeded),
#ifdef __linux__
        cmocka_unit_test(a_full_disk_is_reported),
#endif
        cmocka_unit_test(a_failed_write_leaves_what_was),
        cmocka_unit_test(standard_output_is_written_straight),
        cmocka_unit_test(folders_are_made),
        cmocka_unit_test(names_are_sorted),
        cmocka_unit_test(paths_are_taken_apart),
        cmocka_unit_test(the_programs_files_are_found),
        cmocka_unit_test(user_folders_follow_xdg),
    };
    return cmocka_run_group_tests_name("base_file", tests, NULL, NULL);
}
