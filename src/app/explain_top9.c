/* convoscope explain top9: the nine strongest pictures of each channel. */
#include "app/explain.h"

#include "base/clock.h"
#include "base/text.h"
#include "explain/top9.h"
#include "tensor/npy.h"
#include "tensor/stats.h"
#include <stdlib.h>
#include <string.h>

enum { SAVE_MS = 2000, PART_PATH = FILE_PATH_MAX + 8 };

typedef struct Top {
    Explain *e;
    const char *which, *path; /* the network and the data as they were named */
    bool json;                /* --out is a part */
    Dataset *data;
    TopTable table;
    char part[PART_PATH]; /* where a search that is cut off leaves its table */
    Panels page;
    float *projections; /* channels, TOP_BEST, C, H, W: for a .npy, or one scale for all */
    const char **names; /* channels, TOP_BEST */
} Top;

/* --- What is asked for --------------------------------------------------------------------------
 */

static bool read_output(Top *t, Error *err) {
    App *app = t->e->app;
    const char *out = app->options.out;
    int shard, shards;
    if (!app_shard(app, &shard, &shards, err))
        return false;
    t->json = out && text_equal(file_extension(out), "json");
    if (shards > 1 && !t->json)
        return app_usage(app, err, "a shard is a part of the answer: --out F.json is needed");
    return t->json || explain_output(t->e, err);
}

/* "3" or "3-7": false if it is neither. */
static bool read_span(const char *text, size_t length, long *first, long *last) {
    char copy[48], *dash;
    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if ((dash = strchr(copy, '-')))
        *dash++ = '\0';
    return text_to_int(copy, 0, 65535, first) &&
           text_to_int(dash ? dash : copy, *first, 65535, last);
}

/* The channels of "0-19,25", each once, in order. */
static bool read_channels(Top *t, int64_t there, int64_t **channels, int64_t *count, Error *err) {
    const char *list = t->e->app->options.channels;
    bool *wanted = mem_alloc((size_t)there, sizeof *wanted, err);
    *channels = arena_alloc(&t->e->app->arena, (size_t)there, sizeof **channels, err);
    bool ok = wanted && *channels;
    for (const char *at = list; ok && at;) {
        const size_t length = strcspn(at, ",");
        long first, last;
        if (!read_span(at, length, &first, &last))
            ok = app_usage(t->e->app, err,
                           "--channels: expected a list such as 0-19,25, got '%.80s'", list);
        else if (last >= there)
            ok = error_set(err, ERROR_EXPECTED, "--channels", TEXT("0..%lld", (long long)there - 1),
                           TEXT("%ld", last));
        for (long c = first; ok && c <= last; c++)
            wanted[c] = true;
        at = at[length] ? at + length + 1 : NULL;
    }
    *count = 0;
    for (int64_t c = 0; ok && c < there; c++)
        if (!list || wanted[c])
            (*channels)[(*count)++] = c;
    mem_free(wanted);
    return ok;
}

static bool open_data(Top *t, Error *err) {
    App *app = t->e->app;
    if (!preprocess_check(&t->e->model->graph.input, err) ||
        !(t->data = dataset_open(t->path, DATASET_PICTURES, NULL, err)))
        return false;
    app_note(app, dataset_note(t->data));
    return true;
}

static bool begin(Top *t, Error *err) {
    Explain *e = t->e;
    App *app = e->app;
    int shard, shards;
    int64_t *channels, count;
    if (!(e->model = app_open(app, t->which, (int)app->options.size, err)) ||
        !explain_places(e, err) || !open_data(t, err) || !app_shard(app, &shard, &shards, err))
        return false;
    return read_channels(t, e->model->graph.nodes[e->node].out.dim[0], &channels, &count, err) &&
           top_begin(&t->table, e->model, t->which, e->node, channels, count, t->path,
                     dataset_count(t->data), shard, shards, err);
}

/* --- Searching ----------------------------------------------------------------------------------
 */

static bool go_on(Top *t, Error *err) {
    TopTable before;
    if (!file_exists(t->part))
        return true;
    if (!top_load(&before, t->part, err))
        return false;
    const bool same = top_is_same(&t->table, &before, t->part, err) &&
                      (before.shard == t->table.shard ||
                       error_set(err, ERROR_EXPECTED, TEXT("%.150s: shard", t->part),
                                 TEXT("%d", t->table.shard), TEXT("%d", before.shard)));
    if (!same) {
        top_free(&before);
        return false;
    }
    top_free(&t->table);
    t->table = before;
    app_note(t->e->app, TEXT("going on after %lld pictures", (long long)before.done));
    return true;
}

static bool search(Top *t, Error *err) {
    App *app = t->e->app;
    const RunOptions how = run_exact(app_run_options(app));
    if (app->options.resume && !go_on(t, err))
        return false;
    TopSearch *s = top_search_new(&t->table, t->e->model, t->data, &how, app->pool, err);
    bool ok = s != NULL;
    double saved = clock_ms();
    app_progress_begin(app, "searching", top_shard_pictures(&t->table));
    job_advance(&app->job, t->table.done);
    while (ok && !top_search_at_end(s)) {
        ok = top_search_step(s, &app->job, err);
        if (ok && clock_ms() - saved > SAVE_MS && !top_search_at_end(s)) {
            ok = top_save(&t->table, t->part, err);
            saved = clock_ms();
        }
    }
    app_progress_end(app);
    if (!ok && t->table.done > 0)
        top_save(&t->table, t->part, NULL);
    top_search_free(s);
    return ok;
}

static bool join_parts(Top *t, const bool *there, Error *err) {
    for (int i = 0; i < t->table.shards; i++)
        if (!there[i])
            return error_set(err, ERROR_MISSING,
                             TEXT("the part of shard %d/%d", i + 1, t->table.shards));
    return true;
}

/* Takes one part in; the first has made the table. */
static bool take_part(Top *t, const char *path, bool *there, Error *err) {
    TopTable part;
    if (!top_load(&part, path, err))
        return false;
    bool ok = top_is_same(&t->table, &part, path, err);
    if (ok && part.done < top_shard_pictures(&part))
        ok = error_set(err, ERROR_EXPECTED, TEXT("%.150s", path), "a whole part",
                       TEXT("%lld of %lld pictures", (long long)part.done,
                            (long long)top_shard_pictures(&part)));
    if (ok && there[part.shard - 1])
        ok = error_set(err, ERROR_TWICE, "the shard", TEXT("%d/%d", part.shard, part.shards));
    if (ok) {
        there[part.shard - 1] = true;
        ok = top_join(&t->table, &part, err);
    }
    top_free(&part);
    return ok;
}

/* Network, node, channels and data are those of the first part, unless others are named. */
static bool merge(Top *t, Error *err) {
    App *app = t->e->app;
    const Options *o = &app->options;
    TopTable first;
    if (!top_load(&first, o->words[0], err))
        return false;
    t->which = arena_text(&app->arena, first.model, err);
    t->path = o->data ? o->data : arena_text(&app->arena, first.data, err);
    bool *there = arena_alloc(&app->arena, (size_t)first.shards, sizeof *there, err);
    bool ok = t->which && t->path && there &&
              (t->e->model = app_open(app, t->which, (int)o->size, err)) && open_data(t, err) &&
              (t->e->node = graph_find(&t->e->model->graph, first.node, err)) >= 0 &&
              top_begin(&t->table, t->e->model, first.model, t->e->node, first.channels,
                        first.channel_count, t->path, dataset_count(t->data), 1, first.shards, err);
    for (int i = 0; ok && i < o->word_count; i++)
        ok = take_part(t, o->words[i], there, err);
    ok = ok && join_parts(t, there, err);
    t->table.shard = t->table.shards = 1;
    top_free(&first);
    return ok;
}

/* Pictures that could not be read are counted and named; if there are no others, an error. */
static bool tell_skipped(const Top *t, Error *err) {
    const TopTable *table = &t->table;
    char text[ERROR_ARG_SIZE];
    if (!table->skipped)
        return true;
    text_format(text, sizeof text, "%lld of %s %s; the first: %.300s", (long long)table->skipped,
                COUNTED(table->done, "picture"),
                table->skipped == table->done ? "cannot be read" : "skipped", table->names[0]);
    if (table->skipped == table->done)
        return error_set(err, ERROR_BAD, text);
    app_warn(text);
    for (int64_t i = 1; i < table->name_count; i++)
        app_warn(TEXT("skipped: %.180s", table->names[i]));
    if (table->skipped > table->name_count)
        app_warn(TEXT("skipped: %lld more", (long long)(table->skipped - table->name_count)));
    return true;
}

/* --- The sheet ----------------------------------------------------------------------------------
 */

enum { GAP = 1, MIDDLE = 3, TILE_MIN = 48 };
static const uint8_t ground[3] = {196, 208, 224}; /* neither a grey nor white */

/* The size of a channel's tiles: what its units see, or all of a smaller picture. */
static void tile_size(const Top *t, int64_t channel, int64_t *height, int64_t *width) {
    const Graph *g = &t->e->model->graph;
    GraphBox whole, inside;
    const int maker = graph_channel_maker(g, t->e->node, &channel);
    graph_receptive_box(g, maker, 0, 0, &whole, &inside);
    *height = whole.height < g->input.dim[1] ? whole.height : g->input.dim[1];
    *width = whole.width < g->input.dim[2] ? whole.width : g->input.dim[2];
}

static void block_size(int64_t tile_height, int64_t tile_width, int64_t *height, int64_t *width) {
    *height = 3 * tile_height + 2 * GAP;
    *width = 6 * tile_width + 4 * GAP + MIDDLE;
}

/* Before the search: whether all blocks will fit on a page. */
static bool check_page(Top *t, Error *err) {
    int64_t tallest = 0, widest = 0;
    if (!panels_new(&t->page, (int)t->table.channel_count, t->e->model, err))
        return false;
    for (int64_t c = 0; c < t->table.channel_count; c++) {
        int64_t height, width, tile_height, tile_width;
        tile_size(t, t->table.channels[c], &tile_height, &tile_width);
        block_size(tile_height, tile_width, &height, &width);
        tallest = height > tallest ? height : tallest;
        widest = width > widest ? width : widest;
        Panel *panel = &t->page.panels[c];
        memcpy(panel->lines[1], "-", 2); /* the room that they will take */
    }
    t->page.side = 6 * TILE_MIN;
    return panels_check(&t->page, widest, tallest, err) ||
           error_prefix(err, "fewer --channels at a time");
}

/* The part of a picture of `planes` bytes or numbers a pixel that the box holds; where it reaches
 * beyond the picture, what is there stays. */
static void paste_bytes(Image *block, int64_t left, int64_t top, const Image *picture,
                        GraphBox box) {
    for (int64_t y = 0; y < box.height; y++)
        for (int64_t x = 0; x < box.width; x++) {
            const int64_t iy = box.y + y, ix = box.x + x;
            if (iy < 0 || ix < 0 || iy >= picture->height || ix >= picture->width)
                continue;
            const uint8_t *from = picture->pixels + (iy * picture->width + ix) * picture->channels;
            uint8_t *to = block->pixels + ((top + y) * block->width + left + x) * 3;
            for (int c = 0; c < 3; c++)
                to[c] = from[picture->channels == 3 ? c : 0];
        }
}

/* A channel's tile box: its field, or the whole picture along a side that it covers. */
static GraphBox tile_box(const Top *t, GraphBox field) {
    const int64_t *dim = t->e->model->graph.input.dim;
    if (field.height >= dim[1]) {
        field.y = 0;
        field.height = dim[1];
    }
    if (field.width >= dim[2]) {
        field.x = 0;
        field.width = dim[2];
    }
    return field;
}

static float largest_of(const float *data, int64_t count) {
    const Stats s = stats_of(data, count);
    return s.max > -s.min ? s.max : -s.min;
}

/* Number `rank` of a block: its projection on the left, its crop on the right. */
static bool paste_pair(Top *t, Image *block, int rank, const TopView *view, float m, Error *err) {
    const GraphBox box = tile_box(t, view->field);
    const int64_t left = rank % 3 * (box.width + GAP), top = rank / 3 * (box.height + GAP);
    const int64_t *dim = view->projection->shape.dim;
    Panel painted = {0};
    if (!panel_paint_signed(&painted, view->projection->data, dim[1] == 3 ? 3 : 1, dim[2], dim[3],
                            m, err))
        return false;
    paste_bytes(block, left, top, &painted.image, box);
    paste_bytes(block, left + 3 * box.width + 2 * GAP + MIDDLE, top, view->picture, box);
    image_free(&painted.image);
    return true;
}

typedef struct Nine {
    float smallest, largest; /* scales of its projections */
    int count;
} Nine;

static bool draw_block(Top *t, TopLook *look, int64_t c, float common, Nine *b, Error *err) {
    const int64_t pixels = shape_count(&t->e->model->graph.input);
    Image none = {0}, *block = t->e->npy ? &none : &t->page.panels[c].image;
    int64_t height, width, tile_height, tile_width;
    tile_size(t, t->table.channels[c], &tile_height, &tile_width);
    block_size(tile_height, tile_width, &height, &width);
    if (!t->e->npy && !image_new(block, (int)width, (int)height, 3, err))
        return false;
    for (int64_t i = 0; block->pixels && i < width * height; i++)
        memcpy(block->pixels + 3 * i, ground, sizeof ground);
    for (int rank = 0; rank < TOP_BEST; rank++) {
        TopView view;
        if (t->table.entries[c * TOP_BEST + rank].picture < 0)
            break;
        if (!top_look(look, c, rank, &t->e->app->job, &view, err))
            return false;
        const float own = largest_of(view.projection->data, pixels);
        t->names[c * TOP_BEST + rank] = arena_text(&t->e->app->arena, view.name, err);
        if (t->projections)
            memcpy(t->projections + (c * TOP_BEST + rank) * pixels, view.projection->data,
                   (size_t)pixels * sizeof(float));
        if (block->pixels && !paste_pair(t, block, rank, &view, common > 0 ? common : own, err))
            return false;
        b->smallest = rank == 0 || own < b->smallest ? own : b->smallest;
        b->largest = rank == 0 || own > b->largest ? own : b->largest;
        b->count++;
    }
    return true;
}

static void say_block(Top *t, int64_t c, const Nine *b, float common) {
    Panel *panel = &t->page.panels[c];
    const TopEntry *best = t->table.entries + c * TOP_BEST;
    text_format(panel->title, PANEL_TITLE_SIZE, "%lld", (long long)t->table.channels[c]);
    if (b->count == 0) {
        text_format(panel->lines[0], PANEL_LINE_SIZE, "no picture");
        return;
    }
    text_format(panel->lines[0], PANEL_LINE_SIZE, "activation %.4g to %.4g", (double)best[0].value,
                (double)best[b->count - 1].value);
    if (common > 0)
        text_format(panel->lines[1], PANEL_LINE_SIZE, "black, white: \u00b1%.3g", (double)common);
    else
        text_format(panel->lines[1], PANEL_LINE_SIZE, "black, white: \u00b1%.3g to \u00b1%.3g",
                    (double)b->smallest, (double)b->largest);
}

/* The largest number of all projections. */
static bool find_common(Top *t, TopLook *look, float *common, Error *err) {
    *common = 0;
    for (int64_t c = 0; c < t->table.channel_count; c++)
        for (int rank = 0; rank < TOP_BEST; rank++) {
            TopView view;
            if (t->table.entries[c * TOP_BEST + rank].picture < 0)
                break;
            if (!top_look(look, c, rank, &t->e->app->job, &view, err))
                return false;
            const float m = largest_of(view.projection->data, tensor_count(view.projection));
            *common = m > *common ? m : *common;
        }
    return true;
}

static bool draw_blocks(Top *t, TopLook *look, Error *err) {
    const bool one = t->e->app->options.span && strcmp(t->e->app->options.span, "common") == 0;
    float common = 0;
    if (one && !t->e->npy && !find_common(t, look, &common, err))
        return false;
    for (int64_t c = 0; c < t->table.channel_count; c++) {
        Nine b = {0};
        if (!draw_block(t, look, c, common, &b, err))
            return false;
        if (!t->e->npy)
            say_block(t, c, &b, common);
    }
    return true;
}

static bool save_page(Top *t, Error *err) {
    char title[300], about[700];
    text_format(title, sizeof title, "top 9 of %s", t->table.node);
    text_format(about, sizeof about,
                "The nine of %lld pictures in which each channel fires most strongly: on the left "
                "what of the picture excites it there (deconvnet, mid-grey is 0), on the right the "
                "part of the picture that it sees. Strongest first, in reading order. Data: %.200s",
                (long long)(t->table.done - t->table.skipped), t->path);
    t->page.title = title;
    t->page.about = about;
    t->page.command = t->e->app->command;
    return panels_save(&t->page, t->e->app->options.out, err);
}

static bool save_numbers(Top *t, Error *err) {
    const int64_t *dim = t->e->model->graph.input.dim;
    const Tensor all = {.shape = SHAPE(t->table.channel_count * TOP_BEST, dim[0], dim[1], dim[2]),
                        .data = t->projections};
    return npy_save(t->e->app->options.out, &all, err);
}

/* All projections and crops; into the file. */
static bool draw(Top *t, Error *err) {
    App *app = t->e->app;
    const RunOptions how = run_exact(app_run_options(app));
    const int64_t entries = t->table.channel_count * TOP_BEST;
    const int64_t pixels = shape_count(&t->e->model->graph.input);
    t->names = arena_alloc(&app->arena, (size_t)entries, sizeof(*t->names), err);
    if (t->e->npy) {
        const Shape shape = SHAPE(entries, pixels);
        if (!shape_check(&shape, "the projections", err))
            return false;
        t->projections = arena_alloc(&app->arena, (size_t)(entries * pixels), sizeof(float), err);
    }
    if (!t->names || (t->e->npy && !t->projections))
        return false;
    TopLook *look = top_look_new(&t->table, t->e->model, t->data, &how, app->pool, err);
    app_progress_begin(app, "drawing", t->e->model->graph.work * 2 * entries);
    const bool ok =
        look && draw_blocks(t, look, err) && (t->e->npy ? save_numbers(t, err) : save_page(t, err));
    app_progress_end(app);
    top_look_free(look);
    return ok;
}

/* --- The answer ---------------------------------------------------------------------------------
 */

static void json_best(const Top *t, JsonWriter *w, int64_t c) {
    json_begin_object(w, NULL);
    json_put_int(w, "channel", t->table.channels[c]);
    json_begin_array(w, "best");
    for (int i = 0; i < TOP_BEST; i++) {
        const TopEntry *e = &t->table.entries[c * TOP_BEST + i];
        if (e->picture < 0)
            break;
        json_begin_object(w, NULL);
        json_put_int(w, "picture", e->picture);
        if (t->names && t->names[c * TOP_BEST + i])
            json_put_text(w, "name", t->names[c * TOP_BEST + i]);
        json_put_float(w, "value", e->value);
        json_put_int(w, "y", e->y);
        json_put_int(w, "x", e->x);
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

static bool answer(const Top *t, Error *err) {
    const TopTable *table = &t->table;
    if (!t->e->app->options.json) {
        explain_say(t->e,
                    TEXT("top 9 of %lld channel%s of %.80s over %s",
                         (long long)table->channel_count, table->channel_count == 1 ? "" : "s",
                         table->node, COUNTED(table->done - table->skipped, "picture")));
        return true;
    }
    JsonWriter w = {0};
    explain_json_begin(t->e, &w);
    json_put_text(&w, "node", table->node);
    json_put_int(&w, "pictures", table->done - table->skipped);
    json_put_int(&w, "skipped", table->skipped);
    json_begin_array(&w, "channels");
    for (int64_t c = 0; c < table->channel_count; c++)
        json_best(t, &w, c);
    json_end(&w);
    return explain_json_end(t->e, &w, err);
}

static bool find_and_draw(Top *t, Error *err) {
    const Options *o = &t->e->app->options;
    if (o->merge ? !merge(t, err) : !begin(t, err))
        return false;
    text_format(t->part, sizeof t->part, "%s.part", o->out);
    t->e->node = graph_find(&t->e->model->graph, t->table.node, err); /* not its softmax */
    if (!t->json && !t->e->npy && !check_page(t, err))
        return false;
    if ((!o->merge && !search(t, err)) || !tell_skipped(t, err) ||
        !(t->json ? top_save(&t->table, o->out, err) : draw(t, err)))
        return false;
    if (!o->merge)
        remove(t->part);
    return answer(t, err);
}

bool explain_top9(Explain *e, Error *err) {
    App *app = e->app;
    const Options *o = &app->options;
    Top t = {.e = e, .which = o->words[0], .path = o->data};
    if (!o->merge && o->word_count != 1)
        return app_usage(app, err, "explain top9 takes one MODEL; --merge takes PARTs");
    if (o->merge && (o->node || o->channels || o->shard || o->resume))
        return app_usage(app, err, "--merge has node and channels from its parts");
    if (!o->merge && (!o->data || !o->node))
        return app_usage(app, err, "%s is needed", o->data ? "--node N" : "--data PATH");
    const bool ok = read_output(&t, err) && find_and_draw(&t, err);
    panels_free(&t.page);
    top_free(&t.table);
    dataset_free(t.data);
    model_free(e->model);
    return ok;
}
