/* Files as they lie in memory. */
#include "support.h"

#include "base/file.h"

static void what_is_read_of_a_map_can_be_read_again(void **state) {
    (void)state;
    enum { SIZE = 100000 };
    static uint8_t bytes[SIZE];
    char path[FILE_PATH_MAX];
    FileMap map;
    Error err = {0};
    for (int i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    snprintf(path, sizeof path, "%s/large.bin", test_folder());
    assert_ok(file_write(path, bytes, SIZE, &err), err);
    assert_ok(file_map(&map, path, &err), err);
    assert_memory_equal(map.data, bytes, SIZE);
    const size_t parts[][2] = {{0, SIZE}, {1, 3}, {5000, 50000}, {SIZE - 1, 1}, {0, SIZE + 1}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        file_map_read(&map, map.data + parts[i][0], parts[i][1]);
        assert_memory_equal(map.data, bytes, SIZE);
    }
    file_map_read(&map, bytes, SIZE); /* not of the map */
    file_unmap(&map);
    file_map_read(&map, bytes, SIZE);
    assert_int_equal(bytes[SIZE - 1], (uint8_t)((SIZE - 1) * 7 + (SIZE - 1) / 251));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_of_a_map_can_be_read_again),
    };
    return cmocka_run_group_tests_name("base_file_map", tests, NULL, NULL);
}
