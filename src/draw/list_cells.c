#include "base/text.h"
#include "draw/list_parts.h"

void draw_cells(DrawList *list, int rows, int columns, DrawCells click, const char *hover) {
    if (!list->region_is_seen || list->region_count == 0)
        return;
    DrawRegion *region = &list->regions[list->region_count - 1];
    region->rows = rows;
    region->columns = columns;
    region->click = click;
    region->hover = hover ? arena_text(&list->arena, hover, &list->error) : NULL;
}

void draw_cells_part(DrawList *list, DrawPart part) {
    if (list->region_is_seen && list->region_count > 0)
        list->regions[list->region_count - 1].part = part;
}

/* The cell at a point: which row and column. */
static void cell_at(const DrawRegion *r, int x, int y, int cell[2]) {
    const Rect b = r->whole;
    cell[0] = b.h > 0 ? (int)((long long)(y - b.y) * r->rows / b.h) : 0;
    cell[1] = b.w > 0 ? (int)((long long)(x - b.x) * r->columns / b.w) : 0;
    for (int i = 0; i < 2; i++) {
        const int last = (i ? r->columns : r->rows) - 1;
        cell[i] = cell[i] < 0 ? 0 : cell[i] > last ? last : cell[i];
    }
}

const char *draw_region_click(const DrawRegion *r, int x, int y, char *buffer, size_t size) {
    int cell[2];
    if (!r->action || r->rows < 1 || r->columns < 1 || r->click == CELLS_NONE)
        return r->action;
    cell_at(r, x, y, cell);
    if (r->click == CELLS_INDEX)
        return text_format(buffer, size, "%s %d", r->action, cell[0] * r->columns + cell[1]);
    return text_format(buffer, size, "%s %d %d", r->action, cell[0], cell[1]);
}

void draw_drag(DrawList *list, const char *group, const char *action) {
    if (!list->region_is_seen || list->region_count == 0)
        return;
    DrawRegion *region = &list->regions[list->region_count - 1];
    region->group = arena_text(&list->arena, group, &list->error);
    region->drag = action ? arena_text(&list->arena, action, &list->error) : NULL;
}

const char *draw_drag_at(const DrawList *list, const char *group, int x, int y, char *buffer,
                         size_t size) {
    const DrawRegion *region = draw_region_at(list, x, y);
    if (!region || !region->group || strcmp(region->group, group) != 0)
        return NULL;
    DrawRegion dragged = *region;
    dragged.action = region->drag ? region->drag : region->action;
    return draw_region_click(&dragged, x, y, buffer, size);
}

const char *draw_region_hover(const DrawRegion *r, int x, int y, char *buffer, size_t size) {
    int cell[2];
    if (!r->hover || r->rows < 1 || r->columns < 1)
        return NULL;
    cell_at(r, x, y, cell);
    for (int i = 0; i < 2 && r->part.end[0] > 0; i++) {
        cell[i] = r->part.first[i] + r->part.step[i] * cell[i];
        if (cell[i] < 0 || cell[i] >= r->part.end[i])
            return NULL;
    }
    return text_format(buffer, size, "%s %d %d", r->hover, cell[0], cell[1]);
}
