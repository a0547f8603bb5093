#include "support.h"

#include "base/file.h"
#include "tensor/npy.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A .npy file in memory: version 1, the header text as given, then `size` bytes of data. */
static size_t make(uint8_t *file, const char *header, const void *data, size_t size) {
    size_t length = strlen(header);
    memcpy(file, "\x93NUMPY\1\0", 8);
    file[8] = (uint8_t)length;
    file[9] = (uint8_t)(length >> 8);
    memcpy(file + 10, header, length);
    if (size)
        memcpy(file + 10 + length, data, size);
    return 10 + length + size;
}

/* Fails unless a file with this header and 16 bytes of data is refused with a message like that. */
static void refuses(const char *header, const char *part) {
    static const uint8_t zeros[16];
    uint8_t file[1000];
    Error err;
    Arena arena = {0};
    Tensor t;
    size_t size = make(file, header, zeros, sizeof zeros);
    assert_fails(npy_parse(&t, &arena, file, size, &err), err, part);
    assert_null(t.data);
    arena_free(&arena);
}

static void accepts(const char *header, size_t bytes) {
    static const uint8_t zeros[16];
    uint8_t file[1000];
    Error err = {0};
    Arena arena = {0};
    Tensor t;
    size_t size = make(file, header, zeros, bytes);
    assert_ok(npy_parse(&t, &arena, file, size, &err), err);
    assert_int_equal(tensor_count(&t), 4);
    arena_free(&arena);
}

static void every_kind_of_element_is_read(void **state) {
    (void)state;
    static const char *const names[] = {"f2le", "f2be", "f4le",    "f4be",
                                        "f8le", "f8be", "fortran", "version2"};
    Shape wanted = SHAPE(2, 3, 4);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Error err = {0};
        Arena arena = {0};
        Tensor t;
        assert_ok(npy_load(&t, &arena, test_fixture(TEXT("npy/%s.npy", names[i])), &err), err);
        assert_true(shape_equal(&t.shape, &wanted));
        for (int j = 0; j < 24; j++)
            if (t.data[j] != (float)j / 2 - 2)
                fail_msg("%s[%d] is %g", names[i], j, (double)t.data[j]);
        arena_free(&arena);
    }
    Error err = {0};
    Arena arena = {0};
    Tensor t;
    assert_ok(npy_load(&t, &arena, test_fixture("npy/u1.npy"), &err), err);
    assert_int_equal(t.shape.dim[0], 6);
    assert_true(t.data[0] == 250 && t.data[5] == 255);
    arena_free(&arena);
}

static void halves_are_exact(void **state) {
    (void)state;
    static const struct {
        uint16_t bits;
        float value;
    } cases[] = {
        {0x0000, 0},        {0x8000, -0.0f},    {0x0001, 0x1p-24f}, {0x83ff, -1023 * 0x1p-24f},
        {0x0400, 0x1p-14f}, {0x3c00, 1},        {0xc000, -2},       {0x3555, 0x1.554p-2f},
        {0x7bff, 65504},    {0x7c00, INFINITY}, {0xfc00, -INFINITY}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t file[200];
        Error err = {0};
        Arena arena = {0};
        Tensor t;
        uint8_t data[2] = {(uint8_t)cases[i].bits, (uint8_t)(cases[i].bits >> 8)};
        size_t size =
            make(file, "{'descr': '<f2', 'fortran_order': False, 'shape': (1,)}", data, 2);
        assert_ok(npy_parse(&t, &arena, file, size, &err), err);
        assert_memory_equal(t.data, &cases[i].value, sizeof(float));
        data[0] = 1, data[1] = 0x7e;
        size = make(file, "{'descr': '<f2', 'fortran_order': False, 'shape': (1,)}", data, 2);
        assert_ok(npy_parse(&t, &arena, file, size, &err), err);
        assert_true(isnan(t.data[0]));
        arena_free(&arena);
    }
}

static void headers_may_be_written_freely(void **state) {
    (void)state;
    accepts("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }   \n", 16);
    accepts("{\"shape\":(2,2),\"fortran_order\":True,\"descr\":\">f4\"}", 16);
    accepts(" { 'shape' : ( 1 , 4L , ) , 'descr' : '|u1' , 'fortran_order' : False }", 4);
}

static void other_headers_are_refused(void **state) {
    (void)state;
    refuses("", "npy header: expected '{', got nothing more");
    refuses("hello", "expected '{', got 'hello'");
    refuses("{", "expected a quoted key or '}', got nothing more");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': (4,)", "expected ',' or '}'");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': (4,)} x", "nothing after '}'");
    refuses("{'descr': '<f4', 'fortran_order': False}", "npy key 'shape' is missing");
    refuses("{'fortran_order': False, 'shape': (4,)}", "npy key 'descr' is missing");
    refuses("{'descr': '<f4', 'shape': (4,)}", "npy key 'fortran_order' is missing");
    refuses("{'descr': '<f4', 'descr': '<f4'}", "npy key 'descr' appears twice");
    refuses("{'dtype': '<f4'}", "unknown npy key 'dtype'");
    refuses("{'descr' '<f4'}", "expected ':'");
    refuses("{'descr': '<f4", "a closed quotation");
    refuses("{'descr': '<i8', 'fortran_order': False, 'shape': (4,)}",
            "npy element type: expected float16, float32, float64 or uint8");
    refuses("{'descr': '<i8', 'fortran_order': False, 'shape': (4,)}", "got '<i8'");
    refuses("{'descr': '|f4', 'fortran_order': False, 'shape': (4,)}", "got '|f4'");
    refuses("{'descr': '<f16', 'fortran_order': False, 'shape': (4,)}", "got '<f16'");
    refuses("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (4,)}", "a structure");
    refuses("{'descr': '<f4', 'fortran_order': 0, 'shape': (4,)}", "expected True or False");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': 4}", "expected a tuple");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': (4;)}", "expected ',' or ')'");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': (-4,)}", "expected an extent");
}

static void other_shapes_are_refused(void **state) {
    (void)state;
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': ()}", "1 to 4 extents, got 0");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,2,2)}", "1 to 4 extents");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4)}", "extents of at least 1");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': (5,)}",
            "npy data: expected 20 bytes for shape (5), got 16");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", "expected 12 bytes");
    refuses("{'descr': '|u1', 'fortran_order': False, 'shape': (274877906944,)}",
            "expected 274877906944 bytes");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': (274877906945,)}", "too large");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': "
            "(99999999999999999999999999999999999999,)}",
            "too large");
    refuses("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 1)}",
            "too large");
}

static void other_files_are_refused(void **state) {
    (void)state;
    Error err;
    Arena arena = {0};
    Tensor t;
    const char *path = test_path("x.npy");
    static const struct {
        const char *data;
        size_t size;
        const char *part;
    } cases[] = {
        {"", 0, "got nothing more"},
        {"hello, world", 12,
         "x.npy: start of file: expected NumPy's mark '\\x93NUMPY', got 'hello"},
        {"\x93NUMPY\4\0\0\0", 10, "npy version: expected 1, 2 or 3, got 4"},
        {"\x93NUMPY\1\0\xff\xff{}", 12, "npy header: expected 65535 bytes, got 2"},
        {"\x93NUMPY\2\0\1\0", 10, "npy header: expected 1 bytes, got 0"},
        {"\x93NUMPY\3\0\xff\xff\xff\xff{}", 14, "npy header: expected 4294967295 bytes, got 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_write(path, cases[i].data, cases[i].size);
        assert_fails(npy_load(&t, &arena, path, &err), err, cases[i].part);
    }
    assert_fails(npy_load(&t, &arena, test_path("absent.npy"), &err), err, "absent.npy");
    arena_free(&arena);
}

static void no_part_of_a_file_is_enough(void **state) {
    (void)state;
    size_t size;
    Error err = {0};
    uint8_t *file = file_read(test_fixture("npy/f2le.npy"), 1000, false, &size, &err);
    assert_non_null(file);
    for (size_t n = 0; n < size; n++) {
        Arena arena = {0};
        Tensor t;
        assert_fails(npy_parse(&t, &arena, file, n, &err), err, "expected");
        arena_free(&arena);
    }
    mem_free(file);
}

static void files_are_written_as_numpy_does(void **state) {
    (void)state;
    float data[24];
    for (int i = 0; i < 24; i++)
        data[i] = (float)i / 2 - 2;
    float ramp[3] = {0, 1, 2};
    const Tensor tensors[2] = {{SHAPE(2, 3, 4), data}, {SHAPE(3), ramp}};
    static const char *const names[2] = {"npy/f4le.npy", "npy/vector.npy"};
    for (int i = 0; i < 2; i++) {
        Error err = {0};
        const char *path = test_path("out.npy");
        assert_ok(npy_save(path, &tensors[i], &err), err);
        size_t size, wanted_size;
        uint8_t *got = file_read(path, 10000, false, &size, &err);
        uint8_t *wanted = file_read(test_fixture(names[i]), 10000, false, &wanted_size, &err);
        assert_true(got && wanted);
        assert_int_equal(size, wanted_size);
        assert_memory_equal(got, wanted, size);
        mem_free(got);
        mem_free(wanted);
    }
}

static void what_is_written_is_read_again(void **state) {
    (void)state;
    enum { COUNT = 5 * 7 * 11 * 13 };
    static float data[COUNT];
    test_fill(data, COUNT, 1);
    data[3] = INFINITY;
    data[4] = -0.0f;
    Tensor t = {SHAPE(5, 7, 11, 13), data}, again;
    Error err = {0};
    Arena arena = {0};
    const char *path = test_path("again.npy");
    assert_ok(npy_save(path, &t, &err), err);
    assert_ok(npy_load(&again, &arena, path, &err), err);
    assert_true(shape_equal(&again.shape, &t.shape));
    assert_memory_equal(again.data, data, sizeof data);
    assert_fails(npy_save(test_path("no/such/folder.npy"), &t, &err), err, "folder.npy");
    arena_free(&arena);
}

static void lack_of_memory_is_told(void **state) {
    (void)state;
    for (size_t n = 1;; n++) {
        Error err = {0};
        Arena arena = {0};
        Tensor t;
        mem_fail_at(n);
        bool ok = npy_load(&t, &arena, test_fixture("npy/fortran.npy"), &err);
        mem_fail_at(0);
        arena_free(&arena);
        if (ok)
            return;
        assert_int_equal(err.code, ERROR_NO_MEMORY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_element_is_read),
        cmocka_unit_test(halves_are_exact),
        cmocka_unit_test(headers_may_be_written_freely),
        cmocka_unit_test(other_headers_are_refused),
        cmocka_unit_test(other_shapes_are_refused),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(no_part_of_a_file_is_enough),
        cmocka_unit_test(files_are_written_as_numpy_does),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
