/* The picker of pictures: thumbnails in rows, and their names. */
#include "ui/overlays.h"

#include "base/text.h"
#include <string.h>

enum { ROWS_MOST = 4 };

/* --- Thumbnails ------------------------------------------------------------------------------- */

/* The picture in the middle of side x side RGBA pixels, as large as it fits. */
static bool read_thumbnail(const char *path, int side, uint8_t *pixels, Error *err) {
    Image image, small = {0};
    if (!image_load(&image, path, NULL, err))
        return false;
    const int most = image.width > image.height ? image.width : image.height;
    const int w = image.width * side / most, h = image.height * side / most;
    const bool ok = image_resize(&small, &image, w < 1 ? 1 : w, h < 1 ? 1 : h, err);
    const int left = (side - small.width) / 2, top = (side - small.height) / 2;
    for (int y = 0; ok && y < small.height; y++)
        for (int x = 0; x < small.width; x++) {
            const uint8_t *from = small.pixels + (y * small.width + x) * small.channels;
            uint8_t *to = pixels + 4 * ((top + y) * side + left + x);
            for (int c = 0; c < 3; c++)
                to[c] = from[small.channels == 3 ? c : 0];
            to[3] = 255;
        }
    image_free(&small);
    image_free(&image);
    return ok;
}

/* Kept from frame to frame; one that cannot be read stays empty. */
static void draw_thumbnail(const View *v, Rect box, const char *path) {
    const int side = rect_least(box.w, box.h);
    Error err = {0};
    if (side < 8)
        return;
    const ImageKey key = image_key_add_text(image_key_add_text((ImageKey){0}, "thumbnail"), path);
    const uint8_t *pixels = image_cache_get(v->memory->images, key, side, side, 4);
    if (!pixels) {
        uint8_t *made = image_cache_put(v->memory->images, key, side, side, 4, &v->list->error);
        if (made)
            read_thumbnail(path, side, made, &err);
        pixels = made;
    }
    if (pixels)
        draw_image_keyed(v->list,
                         (Rect){box.x + (box.w - side) / 2, box.y + (box.h - side) / 2, side, side},
                         key, pixels, side, side, 4);
}

/* --- Tiles ------------------------------------------------------------------------------------ */

static void draw_tile(const View *v, Rect box, const PaletteRow *row, int index) {
    const bool chosen = index == v->state->choice;
    if (chosen)
        draw_fill(v->list, box, v->theme->accent);
    else if (ui_hovers(v, box))
        draw_fill(v->list, box, v->theme->raised);
    draw_region(v->list, box, TEXT("choice.take %d", index), "palette.row.%d", index);
    draw_hint(v->list, row->title);
    box = rect_inset(box, SPACE(v) / 2, SPACE(v) / 2);
    TextStyle name = ui_style(v, SIZE_SMALL, chosen ? TONE_ON_ACCENT : TONE_TEXT, ALIGN_CENTRE);
    name.may_cut = true;
    draw_text(v->list, rect_cut_bottom(&box, ui_line(v, SIZE_SMALL)), name, row->title);
    if (row->image)
        draw_thumbnail(v, box, row->image);
    else
        ui_empty(v, box, row->detail);
}

void overlay_images_view(const View *v, Rect screen) {
    static PaletteRow row; /* large; the window has one thread */
    const int count = palette_count(v->session), columns = PALETTE_COLUMNS;
    const int width = rect_least(screen.w - 4 * SPACE(v), ui_px(v, 920));
    const int side = (width - 4 * SPACE(v)) / columns, tile = side + ui_line(v, SIZE_SMALL);
    const int above = overlay_field_height(v) + 3 * SPACE(v);
    int rows = (screen.h - above - 4 * SPACE(v)) / tile;
    rows = rows > ROWS_MOST ? ROWS_MOST : rows < 1 ? 1 : rows;
    const int all = (count + columns - 1) / columns;
    int first = v->state->choice / columns - rows / 2;
    first = first > all - rows ? all - rows : first;
    first = first < 0 ? 0 : first;
    Rect box = overlay_begin(v, screen, width, above + rows * tile);
    draw_region(v->list, box, NULL, "palette");
    box = rect_inset(box, 2 * SPACE(v), SPACE(v));
    overlay_field(v, &box);
    for (int i = 0; i < rows * columns; i++)
        if (palette_row(v->session, first * columns + i, &row))
            draw_tile(v, (Rect){box.x + i % columns * side, box.y + i / columns * tile, side, tile},
                      &row, first * columns + i);
    if (count == 0)
        ui_empty(v, rect_cut_top(&box, tile), ui_word(v, "palette.nothing"));
}
