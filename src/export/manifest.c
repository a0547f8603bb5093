#include "export/manifest.h"

#include "base/file.h"
#include "base/json.h"
#include <stdio.h>
#include <string.h>

void manifest_name(const ExportOptions *options, char name[64]) {
    if (options->shards)
        snprintf(name, 64, "manifest-%d-of-%d.json", options->shard, options->shards);
    else
        snprintf(name, 64, "manifest.json");
}

/* A sheet's numbers are those of all its maps. */
static void put_numbers(JsonWriter *w, const Stats *s) {
    if (s->argmax < 0) {
        json_put_null(w, "min");
        json_put_null(w, "max");
        json_put_null(w, "mean");
    } else {
        json_put_float(w, "min", s->min);
        json_put_float(w, "max", s->max);
        json_put_double(w, "mean", s->mean);
    }
    json_put_int(w, "nan", s->nans);
    json_put_int(w, "infinite", s->infinities);
}

static void put_colors(JsonWriter *w, const ExportPart *part, bool common) {
    json_put_text(w, "colormap", part->rgb ? "rgb" : colormap_name(part->colormap));
    if (!common) {
        json_put_null(w, "colors");
        return;
    }
    json_begin_array(w, "colors");
    json_put_float(w, NULL, part->range.min);
    json_put_float(w, NULL, part->range.max);
    json_end(w);
}

static void put_shape(JsonWriter *w, const ExportPlan *plan, const ExportPart *part) {
    json_begin_array(w, "shape");
    if (plan->options.what == EXPORT_KERNELS)
        json_put_int(w, NULL, part->planes);
    if (part->vector) {
        json_put_int(w, NULL, part->height * part->width);
    } else {
        json_put_int(w, NULL, part->height);
        json_put_int(w, NULL, part->width);
    }
    json_end(w);
}

static void put_file(JsonWriter *w, const ExportPlan *plan, const ExportFile *file) {
    const ExportPart *part = &plan->parts[file->first];
    const Node *node = &plan->model->graph.nodes[part->node];
    bool sheet = file->page >= 0;
    Stats stats = sheet ? export_stats(part, file->count) : part->stats;
    char name[EXPORT_NAME_SIZE];
    export_file_name(plan, file, name);
    json_begin_object(w, NULL);
    json_put_text(w, "node", node->name);
    json_put_text(w, "label", node->label);
    if (plan->items > 1)
        json_put_int(w, "item", part->item);
    if (sheet)
        json_put_null(w, "channel");
    else
        json_put_int(w, "channel", part->channel);
    put_numbers(w, &stats);
    if (!plan->options.npy)
        put_colors(w, part, file->count == 1 || plan->options.range != EXPORT_RANGE_MAP);
    put_shape(w, plan, part);
    json_put_text(w, "file", name);
    json_end(w);
}

static void put_head(JsonWriter *w, const ExportPlan *plan) {
    const ExportOptions *o = &plan->options;
    json_put_text(w, "model", plan->model->name);
    json_begin_object(w, "weights");
    json_put_text(w, "source", plan->model->weights.source);
    json_put_bool(w, "trained", plan->model->weights.trained);
    json_end(w);
    if (o->image)
        json_put_text(w, "image", o->image);
    else
        json_put_null(w, "image");
    json_put_text(w, "command", o->command ? o->command : "");
    json_put_text(w, "what", export_what_name(o->what));
    json_put_text(w, "format", o->npy ? "npy" : "png");
    json_put_text(w, "range", export_range_name(o->range));
    if (o->colormap_given)
        json_put_text(w, "colormap", colormap_name(o->colormap));
    else
        json_put_null(w, "colormap");
    json_put_int(w, "scale", o->scale);
    if (o->shards)
        json_put_text(w, "shard", TEXT("%d/%d", o->shard, o->shards));
    else
        json_put_null(w, "shard");
}

char *manifest_text(const ExportPlan *plan, Error *err) {
    JsonWriter w = {0};
    json_begin_object(&w, NULL);
    put_head(&w, plan);
    json_begin_array(&w, "files");
    for (int64_t i = 0; i < plan->file_count; i++)
        if (export_in_shard(plan, i))
            put_file(&w, plan, &plan->files[i]);
    json_end(&w);
    json_end(&w);
    return json_finish(&w, err);
}

bool manifest_write(const ExportPlan *plan, Error *err) {
    char name[64], path[FILE_PATH_MAX];
    manifest_name(&plan->options, name);
    char *text = manifest_text(plan, err);
    bool ok = text && file_join(path, sizeof path, plan->options.folder, name, err) &&
              file_write(path, text, strlen(text), err);
    mem_free(text);
    return ok;
}
