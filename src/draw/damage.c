#include "draw/damage.h"

#include "base/memory.h"
#include <string.h>

void damage_forget(Damage *damage) {
    damage->valid = false;
}

void damage_free(Damage *damage) {
    mem_free(damage->sums);
    mem_free(damage->before);
    mem_free(damage->rects);
    *damage = (Damage){0};
}

/* --- What an item looks like, as a number ----------------------------------------------------- */

static uint64_t add(uint64_t sum, uint64_t part) {
    return image_key_mix(sum * 0xd1342543de82ef95u + part + 0x9e3779b97f4a7c15u);
}

static uint64_t add_bytes(uint64_t sum, const void *bytes, size_t size) {
    const unsigned char *p = bytes;
    const size_t whole = size;
    uint64_t word;
    for (; size >= sizeof word; p += sizeof word, size -= sizeof word) {
        memcpy(&word, p, sizeof word);
        sum = (sum ^ word) * 0x9fb21c651e98df25u;
        sum ^= sum >> 32;
    }
    word = 0;
    memcpy(&word, p, size);
    return add(add(sum, word), whole);
}

static uint64_t add_rect(uint64_t sum, Rect r) {
    return add(add(sum, (uint64_t)(uint32_t)r.x << 32 | (uint32_t)r.y),
               (uint64_t)(uint32_t)r.w << 32 | (uint32_t)r.h);
}

static uint64_t add_double(uint64_t sum, double x) {
    return add_bytes(sum, &x, sizeof x);
}

static uint64_t color_bits(Color c) {
    return (uint64_t)c.r << 24 | (uint64_t)c.g << 16 | (uint64_t)c.b << 8 | c.a;
}

/* Without a key it is the pixels themselves. */
static uint64_t add_image(uint64_t sum, const DrawItem *item) {
    sum = add(sum, (uint64_t)item->width << 32 | (uint32_t)item->height);
    sum = add(sum, (uint64_t)item->channels << 1 | item->keyed);
    if (item->keyed)
        return add(add(sum, item->key.high), item->key.low);
    return add_bytes(sum, item->pixels,
                     (size_t)item->width * (size_t)item->height * (size_t)item->channels);
}

static uint64_t add_text(uint64_t sum, const DrawItem *item) {
    sum = add(sum, (uint64_t)text_face(item->style) << 32 | (uint32_t)item->style.size);
    return add_bytes(sum, item->text, strlen(item->text));
}

static uint64_t add_shape(uint64_t sum, const DrawItem *item) {
    const Stroke *s = &item->stroke;
    sum = add_double(add_double(add_double(sum, s->width), s->dash), s->gap);
    sum = add(sum, (uint64_t)s->arrow << 1 | s->closed);
    return add_bytes(sum, item->points, (size_t)item->point_count * sizeof *item->points);
}

static uint64_t sum_of(const DrawItem *item) {
    uint64_t sum = add(item->kind, color_bits(item->color));
    sum = add_rect(add_rect(sum, item->box), item->clip);
    switch (item->kind) {
    case ITEM_IMAGE:
        return add_image(sum, item);
    case ITEM_TEXT:
        return add_text(sum, item);
    case ITEM_POLYGON:
    case ITEM_POLYLINE:
        return add_shape(sum, item);
    default:
        return sum;
    }
}

/* --- Tiles ------------------------------------------------------------------------------------ */

static void add_item(Damage *d, const Painter *painter, const DrawItem *item) {
    Rect r = paint_bounds(painter, item);
    if (r.w < 1 || r.h < 1)
        return;
    uint64_t sum = sum_of(item);
    int right = (r.x + r.w - 1) / DAMAGE_TILE, bottom = (r.y + r.h - 1) / DAMAGE_TILE;
    for (int y = r.y / DAMAGE_TILE; y <= bottom; y++)
        for (int x = r.x / DAMAGE_TILE; x <= right; x++) {
            uint64_t *tile = &d->sums[y * d->columns + x];
            *tile = add(*tile, sum);
        }
}

static bool changed(const Damage *d, int x, int y) {
    size_t i = (size_t)(y * d->columns + x);
    return !d->valid || d->sums[i] != d->before[i];
}

/* A run of changed tiles makes the rectangle above it higher, if that is as wide. */
static bool add_run(Damage *d, Rect run, Error *err) {
    for (size_t i = 0; i < d->rect_count; i++) {
        Rect *r = &d->rects[i];
        if (r->x == run.x && r->w == run.w && r->y + r->h == run.y) {
            r->h += run.h;
            return true;
        }
    }
    if (!mem_grow(&d->rects, &d->rect_capacity, d->rect_count + 1, sizeof *d->rects, err))
        return false;
    d->rects[d->rect_count++] = run;
    return true;
}

static bool find_rects(Damage *d, Error *err) {
    d->rect_count = 0;
    for (int y = 0; y < d->rows; y++)
        for (int x = 0, end; x < d->columns; x = end + 1) {
            for (end = x; end < d->columns && changed(d, end, y);)
                end++;
            Rect run = {x * DAMAGE_TILE, y * DAMAGE_TILE, (end - x) * DAMAGE_TILE, DAMAGE_TILE};
            if (end > x && !add_run(d, rect_common(run, d->screen), err))
                return false;
        }
    return true;
}

bool damage_find(Damage *d, const Painter *painter, const DrawList *list, Error *err) {
    Rect screen = {0, 0, painter->canvas.width, painter->canvas.height};
    if (screen.w != d->screen.w || screen.h != d->screen.h)
        d->valid = false;
    d->screen = screen;
    d->columns = (screen.w + DAMAGE_TILE - 1) / DAMAGE_TILE;
    d->rows = (screen.h + DAMAGE_TILE - 1) / DAMAGE_TILE;
    size_t count = (size_t)d->columns * (size_t)d->rows;
    if (!mem_grow(&d->sums, &d->capacity, count, sizeof *d->sums, err) ||
        !mem_grow(&d->before, &d->before_capacity, count, sizeof *d->before, err))
        return d->valid = false;
    memset(d->sums, 0, count * sizeof *d->sums);
    for (size_t i = 0; i < list->item_count; i++)
        add_item(d, painter, &list->items[i]);
    bool ok = find_rects(d, err);
    uint64_t *swap = d->before;
    d->before = d->sums;
    d->sums = swap;
    size_t capacity = d->before_capacity;
    d->before_capacity = d->capacity;
    d->capacity = capacity;
    return d->valid = ok;
}
