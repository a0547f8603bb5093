/* Maps and pictures in a box: how large, in which colours, kept between frames. */
#include "ui/ui.h"

#include "tensor/image.h"
#include <math.h>
#include <string.h>

/* --- Sizes ------------------------------------------------------------------------------------ */

Rect ui_fit(Rect box, int w, int h, bool centred) {
    if (w < 1 || h < 1 || box.w < 1 || box.h < 1)
        return (Rect){box.x, box.y, 0, 0};
    double scale = fmin((double)box.w / w, (double)box.h / h);
    if (scale > 1 && floor(scale) / scale > 5.0 / 6)
        scale = floor(scale);
    Rect r = {box.x, box.y, (int)lround(w * scale), (int)lround(h * scale)};
    r.w = r.w < 1 ? 1 : r.w > box.w ? box.w : r.w;
    r.h = r.h < 1 ? 1 : r.h > box.h ? box.h : r.h;
    if (centred) {
        r.x += (box.w - r.w) / 2;
        r.y += (box.h - r.h) / 2;
    }
    return r;
}

Rect ui_cell(Rect box, int w, int h, int y, int x) {
    const int left = box.x + (int)((int64_t)box.w * x / w);
    const int top = box.y + (int)((int64_t)box.h * y / h);
    return (Rect){left, top, box.x + (int)((int64_t)box.w * (x + 1) / w) - left,
                  box.y + (int)((int64_t)box.h * (y + 1) / h) - top};
}

/* --- Colours ---------------------------------------------------------------------------------- */

Colormap ui_colormap(const View *v, int node) {
    const Stats *stats = scene_stats(v->scene, node);
    switch (v->place->colors) {
    case COLORS_GRAY:
        return COLORMAP_GRAY;
    case COLORS_VIRIDIS:
        return COLORMAP_VIRIDIS;
    case COLORS_RDBU:
        return COLORMAP_RDBU;
    default:
        if (node == GRAPH_IMAGE) /* as a picture, though its values are normalised */
            return COLORMAP_GRAY;
        return stats && stats->min < 0 ? COLORMAP_RDBU : COLORMAP_VIRIDIS;
    }
}

ColorRange ui_range(const View *v, int node, int channel) {
    const ChannelStats *channels = scene_channels(v->scene, node);
    const Stats *stats = scene_stats(v->scene, node);
    float min = stats ? stats->min : 0, max = stats ? stats->max : 0;
    const bool whole = scene_extent(v->scene, node).vector || channel < 0;
    if (v->place->range == RANGE_NETWORK)
        scene_range(v->scene, &min, &max);
    else if (v->place->range == RANGE_MAP && channels && !whole) {
        min = channels[channel].min;
        max = channels[channel].max;
    }
    /* Values of one sign begin at zero, so that what is dark is nothing; a picture's do not. */
    const Colormap map = ui_colormap(v, node);
    if (node != GRAPH_IMAGE && map != COLORMAP_RDBU && min > 0)
        min = 0;
    return colormap_range(map, min, max);
}

/* --- Pixels ----------------------------------------------------------------------------------- */

static ImageKey key_of(const View *v, int node, int channel, int w, int h, Colormap map,
                       ColorRange range) {
    ImageKey key = image_key_add((ImageKey){0}, scene_serial(v->scene));
    key = image_key_add(key, (uint64_t)(node + 2) << 32 | (uint32_t)channel);
    key = image_key_add(key, (uint64_t)w << 32 | (uint32_t)h);
    key = image_key_add_double(image_key_add_double(key, (double)range.min), (double)range.max);
    return image_key_add(key, (uint64_t)map);
}

/* Along one axis of n cells drawn as d pixels, in units of 1 / (n * d) of the axis: cell i covers
 * i*d .. (i+1)*d, pixel p covers p*n .. (p+1)*n. How much of the one lies in the other. */
static int64_t covered(int64_t i, int64_t p, int64_t n, int64_t d) {
    const int64_t from = i * d > p * n ? i * d : p * n;
    const int64_t to = (i + 1) * d < (p + 1) * n ? (i + 1) * d : (p + 1) * n;
    return to - from;
}

static float mean_covered(const float *x, int w, int h, int dw, int dh, int px, int py) {
    double sum = 0;
    for (int64_t y = (int64_t)py * h / dh; y * dh < ((int64_t)py + 1) * h; y++) {
        const float *row = x + y * w;
        double along = 0;
        for (int64_t i = (int64_t)px * w / dw; i * dw < ((int64_t)px + 1) * w; i++)
            along += (double)row[i] * (double)covered(i, px, w, dw);
        sum += along * (double)covered(y, py, h, dh);
    }
    return (float)(sum / ((double)w * (double)h));
}

void ui_resample(const float *x, int w, int h, int dw, int dh, float *out) {
    for (int py = 0; py < dh; py++)
        for (int px = 0; px < dw; px++)
            *out++ = mean_covered(x, w, h, dw, dh, px, py);
}

/* As many pixels as the box has, or as the map has where that is fewer in an axis. */
static void map_pixels(const View *v, int node, int channel, int w, int h, Colormap map,
                       ColorRange range, uint8_t *pixels) {
    const SceneExtent e = scene_extent(v->scene, node);
    const float *x = scene_values(v->scene, node)->data + (int64_t)channel * e.height * e.width;
    if (w == e.width && h == e.height) {
        colormap_apply(map, range, x, (int64_t)w * h, pixels);
        return;
    }
    float *small =
        arena_alloc(&v->list->arena, (size_t)w * (size_t)h, sizeof *small, &v->list->error);
    if (!small)
        return;
    ui_resample(x, e.width, e.height, w, h, small);
    colormap_apply(map, range, small, (int64_t)w * h, pixels);
}

static const char *node_word(const View *v, int node) {
    return node == GRAPH_IMAGE ? "input" : v->graph->nodes[node].name;
}

void ui_map_plain(const View *v, Rect box, int node, int channel) {
    const SceneExtent e = scene_extent(v->scene, node);
    if (!scene_values(v->scene, node) || box.w < 1 || box.h < 1)
        return;
    const Colormap map = ui_colormap(v, node);
    const ColorRange range = ui_range(v, node, channel);
    const int w = rect_least(box.w, e.width), h = rect_least(box.h, e.height);
    const ImageKey key = key_of(v, node, channel, w, h, map, range);
    const uint8_t *pixels = image_cache_get(v->memory->images, key, w, h, 3);
    if (!pixels) {
        uint8_t *made = image_cache_put(v->memory->images, key, w, h, 3, &v->list->error);
        if (!made)
            return;
        map_pixels(v, node, channel, w, h, map, range, made);
        pixels = made;
    }
    draw_image_keyed(v->list, box, key, pixels, w, h, 3);
}

void ui_map(const View *v, Rect box, int node, int channel) {
    const SceneExtent e = scene_extent(v->scene, node);
    if (!scene_values(v->scene, node) || box.w < 1 || box.h < 1)
        return;
    ui_map_plain(v, box, node, channel);
    const char *click = node == v->node ? TEXT("unit.select %d", channel)
                                        : TEXT("layer.select %s", node_word(v, node));
    draw_region(v->list, box, click, "map.%s.%d", node_word(v, node), channel);
    draw_cells(v->list, e.height, e.width, node == v->node ? CELLS_YX : CELLS_NONE,
               TEXT("hover.cell %s %d", node_word(v, node), channel));
}

void ui_picture(const View *v, Rect box) {
    const Image *picture = scene_picture(v->scene);
    const int w = rect_least(box.w, picture->width), h = rect_least(box.h, picture->height);
    if (w < 1 || h < 1)
        return;
    const ImageKey key = key_of(v, GRAPH_IMAGE, -1, w, h, COLORMAPS, (ColorRange){0, 0});
    const int channels = picture->channels;
    const uint8_t *pixels = image_cache_get(v->memory->images, key, w, h, channels);
    if (!pixels) {
        Image small;
        Error err = {0};
        uint8_t *made = image_cache_put(v->memory->images, key, w, h, channels, &v->list->error);
        if (!made || !image_resize(&small, picture, w, h, &err))
            return;
        memcpy(made, small.pixels, (size_t)w * (size_t)h * (size_t)channels);
        image_free(&small);
        pixels = made;
    }
    draw_image_keyed(v->list, box, key, pixels, w, h, channels);
    draw_region(v->list, box, NULL, "picture");
    draw_cells(v->list, (int)v->graph->input.dim[1], (int)v->graph->input.dim[2], CELLS_NONE,
               "hover.cell input 0");
}
