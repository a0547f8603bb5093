/* Shapes with soft edges: what a raster covers, how lines are built, and how both come out on the
 * screen. */
#include "draw_support.h"

#include "base/memory.h"
#include "base/random.h"
#include "draw/raster.h"
#include "draw/stroke.h"
#include <math.h>

/* --- The raster ------------------------------------------------------------------------------- */

enum { GRID = 80 };

/* Levels by pixel; fails where spans overlap, are out of order or outside of the clip. */
static int scan(Raster *raster, int level[GRID][GRID]) {
    Error err = {0};
    int sum = 0;
    memset(level, 0, sizeof(int[GRID][GRID]));
    assert_ok(raster_scan(raster, &err), err);
    for (size_t i = 0; i < raster->span_count; i++) {
        RasterSpan s = raster->spans[i];
        assert_in_range(s.level, 1, RASTER_LEVELS);
        assert_true(rect_inside((Rect){s.x, s.y, s.w, 1}, raster->clip) && s.w > 0);
        for (int x = s.x; x < s.x + s.w; x++) {
            assert_int_equal(level[s.y][x], 0);
            level[s.y][x] = s.level;
            sum += s.level;
        }
    }
    return sum;
}

static int fill(Raster *raster, Rect clip, const Point *points, int count, int level[GRID][GRID]) {
    Error err = {0};
    raster_begin(raster, clip);
    assert_ok(raster_add(raster, points, count, &err), err);
    return scan(raster, level);
}

static const Rect grid = {0, 0, GRID, GRID};

static void pixels_are_covered_by_area(void **state) {
    (void)state;
    Raster raster = {0};
    int level[GRID][GRID];
    const Point box[] = {{10, 20}, {14, 20}, {14, 23}, {10, 23}};
    assert_int_equal(fill(&raster, grid, box, 4, level), 12 * RASTER_LEVELS);
    assert_int_equal(level[20][10], RASTER_LEVELS);
    assert_int_equal(level[22][13], RASTER_LEVELS);
    const Point moved[] = {{10.5, 20.25}, {10.5, 23.25}, {14.5, 23.25}, {14.5, 20.25}};
    assert_int_equal(fill(&raster, grid, moved, 4, level), 12 * RASTER_LEVELS);
    assert_int_equal(level[20][10], RASTER_LEVELS * 3 / 8);
    assert_int_equal(level[20][11], RASTER_LEVELS * 3 / 4);
    assert_int_equal(level[21][14], RASTER_LEVELS / 2);
    assert_int_equal(level[23][12], RASTER_LEVELS / 4);
    const Point half[] = {{0, 0}, {8, 0}, {0, 8}}; /* cuts pixels of the diagonal in half */
    assert_int_equal(fill(&raster, grid, half, 3, level), 32 * RASTER_LEVELS);
    assert_int_equal(level[7][0], RASTER_LEVELS / 2);
    assert_int_equal(level[3][4], RASTER_LEVELS / 2);
    assert_int_equal(level[3][3], RASTER_LEVELS);
    raster_free(&raster);
}

static void what_is_outside_is_cut_off(void **state) {
    (void)state;
    Raster raster = {0};
    int whole[GRID][GRID], part[GRID][GRID];
    const Point points[] = {{-30, 10.3}, {40.7, -20}, {120, 50.2}, {20.1, 300}};
    fill(&raster, grid, points, 4, whole);
    const Rect clip = {7, 5, 61, 40};
    fill(&raster, clip, points, 4, part);
    for (int y = 0; y < GRID; y++)
        for (int x = 0; x < GRID; x++)
            if (rect_holds(clip, x, y)) {
                assert_in_range(part[y][x] + 1 - whole[y][x], 0, 2); /* rounding apart */
            } else {
                assert_int_equal(part[y][x], 0);
            }
    const Point far[] = {{-1e7, -1e7}, {1e7, -1e7}, {1e7, 1e7}, {-1e7, 1e7}};
    assert_int_equal(fill(&raster, clip, far, 4, part), clip.w * clip.h * RASTER_LEVELS);
    const Point beside[] = {{100, 10}, {200, 10}, {150, 20}};
    assert_int_equal(fill(&raster, grid, beside, 3, part), 0);
    assert_int_equal(fill(&raster, (Rect){5, 5, 0, 9}, far, 4, part), 0);
    raster_free(&raster);
}

static void pieces_are_one_shape(void **state) {
    (void)state;
    Raster raster = {0};
    Error err = {0};
    int level[GRID][GRID];
    const Point a[] = {{10, 10}, {30, 10}, {30, 30}, {10, 30}};
    const Point b[] = {{20, 20}, {20, 40}, {40, 40}, {40, 20}};     /* the other way round */
    const Point c[] = {{30, 10.5}, {50, 10.5}, {50, 12}, {30, 12}}; /* touches a */
    raster_begin(&raster, grid);
    assert_ok(raster_add(&raster, a, 4, &err) && raster_add(&raster, b, 4, &err) &&
                  raster_add(&raster, c, 4, &err),
              err);
    assert_int_equal(scan(&raster, level), (400 + 400 - 100 + 30) * RASTER_LEVELS);
    assert_int_equal(level[25][25], RASTER_LEVELS);
    raster_free(&raster);
}

/* Triangles at random: the covered area is the triangle's, but for rounding to levels. */
static void areas_are_right(void **state) {
    (void)state;
    Raster raster = {0};
    int level[GRID][GRID];
    for (uint64_t n = 0; n < 200; n++) {
        Point p[3];
        for (uint64_t i = 0; i < 3; i++)
            p[i] = (Point){GRID * (double)random_uniform(5, n, 2 * i),
                           GRID * (double)random_uniform(5, n, 2 * i + 1)};
        double area =
            fabs((p[1].x - p[0].x) * (p[2].y - p[0].y) - (p[2].x - p[0].x) * (p[1].y - p[0].y)) / 2;
        double found = (double)fill(&raster, grid, p, 3, level) / RASTER_LEVELS;
        if (fabs(found - area) > 3 + area / 200)
            fail_msg("triangle %d covers %g pixels instead of %g", (int)n, found, area);
    }
    raster_free(&raster);
}

static void rasters_survive_without_memory(void **state) {
    (void)state;
    const Point points[] = {{1, 1}, {30, 3}, {5, 40}};
    size_t allocations = 1;
    for (size_t n = 0; n <= allocations; n++) {
        Raster raster = {0};
        Error err = {0};
        mem_fail_at(0);
        mem_fail_at(n);
        raster_begin(&raster, grid);
        bool ok = raster_add(&raster, points, 3, &err) && raster_scan(&raster, &err);
        if (n == 0)
            allocations = mem_fail_at(0);
        mem_fail_at(0);
        assert_int_equal(ok, n == 0);
        assert_int_equal(err.code, n ? ERROR_NO_MEMORY : ERROR_NONE);
        raster_free(&raster);
    }
    assert_true(allocations >= 4);
}

/* --- On the screen ---------------------------------------------------------------------------- */

/* How many pixels' worth of white there is. */
static double whiteness(const Image *image) {
    double sum = 0;
    for (int i = 0; i < image->width * image->height; i++)
        sum += image->pixels[3 * i] / 255.0;
    return sum;
}

static DrawList *page(DrawList *list) {
    draw_begin(list, &made_up, 100, 80);
    return list;
}

static void level_lines_are_sharp(void **state) {
    (void)state;
    static const double scales[] = {1, 1.5, 2, 3};
    DrawList list = {0};
    Image image;
    for (int i = 0; i < 4; i++) {
        double s = scales[i];
        int width = (int)floor(s + 0.5);
        page(&list);
        const Point corner[] = {{10, 20}, {60, 20}, {60, 70}};
        draw_polyline(&list, corner, 3, (Stroke){.width = 1, .color = white});
        render(&list, s, &image);
        /* every pixel is all or nothing, and the corner is there */
        for (int k = 0; k < image.width * image.height; k++)
            assert_true(image.pixels[3 * k] == 0 || image.pixels[3 * k] == 255);
        double expected = (50 * s + width / 2.0) * width + (50 * s - width / 2.0) * width;
        assert_true(fabs(whiteness(&image) - expected) <= 2 * width);
        image_free(&image);
    }
    draw_free(&list);
}

static void slanted_lines_have_their_width(void **state) {
    (void)state;
    static const double widths[] = {1, 1.5, 2, 5, 9};
    DrawList list = {0};
    Image image;
    for (int i = 0; i < 5; i++)
        for (int scale = 1; scale <= 2; scale++) {
            const Point p[] = {{20, 20}, {60, 50}, {85, 22}};
            page(&list);
            draw_polyline(&list, p, 3, (Stroke){.width = widths[i], .color = white});
            render(&list, scale, &image);
            double length = 50 + hypot(25, 28), width = widths[i];
            double area = whiteness(&image) / scale / scale;
            assert_true(fabs(area - length * width) < 0.02 * length * width + width);
            image_free(&image);
        }
    draw_free(&list);
}

/* A line with alpha is as light where its parts meet. */
static void corners_are_drawn_once(void **state) {
    (void)state;
    const Color half = {255, 255, 255, 128};
    DrawList list = {0};
    Image image;
    page(&list);
    const Point p[] = {{20, 60}, {50, 20}, {80, 60}, {20, 40}};
    draw_polyline(&list, p, 4, (Stroke){.width = 7, .color = half, .closed = true});
    render(&list, 1, &image);
    int lit = 0;
    for (int i = 0; i < image.width * image.height; i++) {
        assert_in_range(image.pixels[3 * i], 0, 128);
        lit += image.pixels[3 * i] == 128;
    }
    assert_true(lit > 600);
    assert_pixel(&image, 50, 17, (Color){128, 128, 128, 255}); /* the mitre's tip */
    image_free(&image);
    draw_free(&list);
}

static void arrows_end_at_their_point(void **state) {
    (void)state;
    DrawList list = {0};
    Image image;
    page(&list);
    draw_polyline(&list, (Point[]){{10, 40}, {60, 40}}, 2,
                  (Stroke){.width = 1, .color = white, .arrow = true});
    render(&list, 1, &image);
    assert_pixel(&image, 61, 40, black);
    assert_true(pixel_at(&image, 59, 40)[0] > 60 || pixel_at(&image, 59, 39)[0] > 60);
    assert_true(pixel_at(&image, 54, 38)[0] > 200 && pixel_at(&image, 54, 42)[0] > 200);
    assert_pixel(&image, 40, 38, black);
    assert_pixel(&image, 40, 42, black);
    image_free(&image);
    page(&list); /* shorter than its head */
    draw_polyline(&list, (Point[]){{10, 40}, {12, 40}}, 2,
                  (Stroke){.width = 1, .color = white, .arrow = true});
    render(&list, 1, &image);
    assert_true(whiteness(&image) > 0.5 && whiteness(&image) < 4);
    assert_pixel(&image, 13, 40, black);
    image_free(&image);
    draw_free(&list);
}

static void dashes_leave_gaps(void **state) {
    (void)state;
    DrawList list = {0};
    Image image;
    page(&list);
    draw_polyline(&list, (Point[]){{10, 40}, {40, 40}, {40, 70}}, 3,
                  (Stroke){.width = 2, .color = white, .dash = 6, .gap = 4});
    render(&list, 1, &image);
    assert_pixel(&image, 12, 40, white);
    assert_pixel(&image, 17, 40, black);
    assert_pixel(&image, 22, 40, white);
    assert_pixel(&image, 40, 42, white);
    assert_pixel(&image, 40, 48, black);
    assert_true(fabs(whiteness(&image) - 6 * 6 * 2) < 3);
    image_free(&image);
    draw_free(&list);
}

static void polygons_and_discs_are_filled(void **state) {
    (void)state;
    DrawList list = {0};
    Image image;
    for (int scale = 1; scale <= 3; scale++) {
        page(&list);
        draw_disc(&list, (Point){40.3, 40.6}, 20, white);
        draw_circle(&list, (Point){80, 60}, 10, (Stroke){.width = 2, .color = white});
        render(&list, scale, &image);
        double area = 3.14159265 * (20 * 20 + 11 * 11 - 9 * 9);
        assert_true(fabs(whiteness(&image) / scale / scale / area - 1) < 0.01);
        assert_pixel(&image, 40 * scale, 40 * scale, white);
        assert_pixel(&image, 80 * scale, 60 * scale, black);
        image_free(&image);
    }
    page(&list); /* a cuboid's side meets its front, at any scale */
    draw_polygon(&list, (Point[]){{10, 30}, {20, 20}, {50, 20}, {40, 30}}, 4, white);
    draw_fill(&list, (Rect){10, 30, 30, 30}, white);
    render(&list, 1.5, &image);
    for (int x = 17; x < 58; x++)
        assert_pixel(&image, x, 45, white);
    image_free(&image);
    draw_free(&list);
}

static void shapes_keep_to_clips(void **state) {
    (void)state;
    DrawList list = {0};
    Image image;
    page(&list);
    draw_clip_begin(&list, (Rect){20, 20, 30, 30});
    draw_disc(&list, (Point){40, 40}, 35, white);
    draw_fill(&list, (Rect){0, 0, 25, 25}, red);
    draw_disc(&list, (Point){80, 40}, 10, white); /* not seen at all */
    draw_clip_end(&list);
    assert_int_equal(list.item_count, 2);
    render(&list, 1, &image);
    for (int y = 0; y < image.height; y++)
        for (int x = 0; x < image.width; x++)
            if (!rect_holds((Rect){20, 20, 30, 30}, x, y))
                assert_pixel(&image, x, y, black);
    assert_pixel(&image, 24, 24, red);
    assert_pixel(&image, 49, 49, white);
    image_free(&image);
    draw_free(&list);
}

static void strange_shapes_do_no_harm(void **state) {
    (void)state;
    DrawList list = {0};
    Image image;
    Stroke stroke = {.width = 3, .color = white, .arrow = true};
    page(&list);
    draw_polyline(&list, (Point[]){{NAN, 1}, {2, 2}}, 2, stroke);
    draw_polyline(&list, (Point[]){{INFINITY, 1}, {2, 2}}, 2, stroke);
    draw_polyline(&list, (Point[]){{1, 1}}, 1, stroke);
    draw_polygon(&list, (Point[]){{1, 1}, {2, 2}}, 2, white);
    draw_disc(&list, (Point){5, 5}, 0, white);
    draw_disc(&list, (Point){5, 5}, NAN, white);
    draw_polyline(&list, (Point[]){{1, 1}, {5, 5}}, 2, (Stroke){.width = 0, .color = white});
    assert_int_equal(list.item_count, 0);
    draw_polyline(&list, (Point[]){{5, 5}, {5, 5}, {5, 5}}, 3, stroke);
    draw_polygon(&list, (Point[]){{5, 5}, {9, 9}, {13, 13}}, 3, white);
    render(&list, 1, &image);
    assert_true(whiteness(&image) == 0);
    image_free(&image);
    draw_polyline(&list, (Point[]){{10, 10}, {60, 10}, {10, 10}}, 3, stroke); /* and back */
    stroke.dash = stroke.gap = 3;
    draw_polyline(&list, (Point[]){{-3e7, 40}, {3e7, 41}}, 2, stroke);
    draw_disc(&list, (Point){-1e6, 0}, 1e6 + 5, white);
    render(&list, 2, &image);
    assert_pixel(&image, 4, 80, white);
    image_free(&image);
    draw_free(&list);
}

static void areas_become_whole_pixels(void **state) {
    (void)state;
    Rect r = area_rect((Area){1.4, -0.6, 2.2, 1.0});
    assert_memory_equal(&r, (&(Rect){1, -1, 3, 1}), sizeof r);
    assert_int_equal(area_rect((Area){1e30, 0, 1, 1}).x, RECT_FAR);
    assert_true(area_holds((Area){0, 0, 2, 1}, (Point){1.9, 0}));
    assert_false(area_holds((Area){0, 0, 2, 1}, (Point){1.9, 1}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_are_covered_by_area),
        cmocka_unit_test(what_is_outside_is_cut_off),
        cmocka_unit_test(pieces_are_one_shape),
        cmocka_unit_test(areas_are_right),
        cmocka_unit_test(rasters_survive_without_memory),
        cmocka_unit_test(level_lines_are_sharp),
        cmocka_unit_test(slanted_lines_have_their_width),
        cmocka_unit_test(corners_are_drawn_once),
        cmocka_unit_test(arrows_end_at_their_point),
        cmocka_unit_test(dashes_leave_gaps),
        cmocka_unit_test(polygons_and_discs_are_filled),
        cmocka_unit_test(shapes_keep_to_clips),
        cmocka_unit_test(strange_shapes_do_no_harm),
        cmocka_unit_test(areas_become_whole_pixels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
