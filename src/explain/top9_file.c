/* The table of top9.h as a file. */
#include "base/json.h"
#include "explain/top9.h"

#include <float.h>
#include <math.h>
#include <string.h>

static void put_entries(JsonWriter *w, const TopTable *t) {
    json_begin_array(w, "best");
    for (int64_t c = 0; c < t->channel_count; c++) {
        json_begin_array(w, NULL);
        for (int i = 0; i < TOP_BEST; i++) {
            const TopEntry *e = &t->entries[c * TOP_BEST + i];
            if (e->picture < 0)
                break;
            json_put_int(w, NULL, e->picture);
            json_put_float(w, NULL, e->value);
            json_put_int(w, NULL, e->y);
            json_put_int(w, NULL, e->x);
        }
        json_end(w);
    }
    json_end(w);
}

bool top_save(const TopTable *t, const char *path, Error *err) {
    JsonWriter w = {0};
    json_begin_object(&w, NULL);
    json_put_text(&w, "model", t->model);
    json_put_text(&w, "weights", t->weights);
    json_put_text(&w, "node", t->node);
    json_put_text(&w, "data", t->data);
    json_put_text(&w, "fingerprint", t->fingerprint);
    json_put_int(&w, "pictures", t->pictures);
    json_put_int(&w, "shard", t->shard);
    json_put_int(&w, "shards", t->shards);
    json_put_int(&w, "done", t->done);
    json_put_int(&w, "skipped", t->skipped);
    json_begin_array(&w, "names");
    for (int64_t i = 0; i < t->name_count; i++)
        json_put_text(&w, NULL, t->names[i]);
    json_end(&w);
    json_begin_array(&w, "channels");
    for (int64_t i = 0; i < t->channel_count; i++)
        json_put_int(&w, NULL, t->channels[i]);
    json_end(&w);
    put_entries(&w, t);
    json_end(&w);
    char *text = json_finish(&w, err);
    const bool ok = text && file_write(path, text, strlen(text), err);
    mem_free(text);
    return ok;
}

/* --- Reading: everything is checked, as the file may come from anywhere. ------------------------
 */

enum { CHANNELS_MAX = 1000000 };
static const double NUMBER_MAX = 9007199254740991.0; /* 2^53 - 1 */

static bool take_text(TopTable *t, const Json *root, const char *key, const char **out,
                      Error *err) {
    const Json *value = json_get(root, key);
    if (json_type(value) != JSON_TEXT)
        return error_set(err, ERROR_EXPECTED, key, "a text", json_type_name(json_type(value)));
    *out = arena_text(&t->arena, json_text(value), err);
    return *out != NULL;
}

static bool take_whole(const Json *value, const char *key, double least, double most, int64_t *out,
                       Error *err) {
    const double number = json_number(value);
    if (json_type(value) != JSON_NUMBER || !(number >= least && number <= most) ||
        number != (double)(int64_t)number)
        return error_set(err, ERROR_EXPECTED, key, TEXT("%.0f..%.0f", least, most),
                         json_type(value) == JSON_NUMBER ? TEXT("%g", number)
                                                         : json_type_name(json_type(value)));
    *out = (int64_t)number;
    return true;
}

static bool take_counts(TopTable *t, const Json *root, Error *err) {
    int64_t shard, shards;
    if (!take_whole(json_get(root, "pictures"), "pictures", 1, NUMBER_MAX, &t->pictures, err) ||
        !take_whole(json_get(root, "shards"), "shards", 1, 100000, &shards, err) ||
        !take_whole(json_get(root, "shard"), "shard", 1, (double)shards, &shard, err))
        return false;
    t->shard = (int)shard;
    t->shards = (int)shards;
    return take_whole(json_get(root, "done"), "done", 0, (double)top_shard_pictures(t), &t->done,
                      err) &&
           take_whole(json_get(root, "skipped"), "skipped", 0, (double)t->done, &t->skipped, err);
}

static bool take_lists(TopTable *t, const Json *root, Error *err) {
    const Json *channels = json_get(root, "channels"), *names = json_get(root, "names");
    t->channel_count = (int64_t)json_count(channels);
    if (json_type(channels) != JSON_ARRAY || t->channel_count < 1 ||
        t->channel_count > CHANNELS_MAX)
        return error_set(err, ERROR_EXPECTED, "channels", "a list of channels",
                         json_type_name(json_type(channels)));
    t->channels = arena_alloc(&t->arena, (size_t)t->channel_count, sizeof *t->channels, err);
    if (!t->channels)
        return false;
    int64_t i = 0;
    for (const Json *c = json_first(channels); c; c = json_next(c))
        if (!take_whole(c, "channels", 0, CHANNELS_MAX, &t->channels[i++], err))
            return false;
    for (const Json *n = json_first(names); n && t->name_count < TOP_NAMES; n = json_next(n))
        if (!(t->names[t->name_count++] = arena_text(&t->arena, json_text(n), err)))
            return false;
    return true;
}

/* One channel's: picture, value, y, x, up to nine times. */
static bool take_channel(TopTable *t, const Json *list, int64_t c, Error *err) {
    const Json *value = json_first(list);
    if (json_type(list) != JSON_ARRAY || json_count(list) > 4 * TOP_BEST || json_count(list) % 4)
        return error_set(err, ERROR_EXPECTED, TEXT("best[%lld]", (long long)c),
                         "up to nine times four numbers", TEXT("%zu", json_count(list)));
    for (; value; value = json_next(value)) {
        TopEntry e;
        if (!take_whole(value, "best", 0, (double)t->pictures - 1, &e.picture, err))
            return false;
        value = json_next(value);
        const double number = json_number(value);
        if (json_type(value) != JSON_NUMBER || fabs(number) > (double)FLT_MAX)
            return error_set(err, ERROR_EXPECTED, "best", "a number",
                             json_type_name(json_type(value)));
        e.value = (float)number;
        value = json_next(value);
        if (!take_whole(value, "best", 0, 1 << 20, &e.y, err))
            return false;
        value = json_next(value);
        if (!take_whole(value, "best", 0, 1 << 20, &e.x, err))
            return false;
        top_offer(t, c, &e);
    }
    return true;
}

static bool take_entries(TopTable *t, const Json *root, Error *err) {
    const Json *best = json_get(root, "best");
    const size_t count = (size_t)t->channel_count * TOP_BEST;
    if (json_type(best) != JSON_ARRAY || (int64_t)json_count(best) != t->channel_count)
        return error_set(err, ERROR_EXPECTED, "best", "a list for each channel",
                         TEXT("%zu", json_count(best)));
    t->entries = arena_alloc(&t->arena, count, sizeof *t->entries, err);
    for (size_t i = 0; t->entries && i < count; i++)
        t->entries[i].picture = -1;
    int64_t c = 0;
    for (const Json *list = json_first(best); t->entries && list; list = json_next(list))
        if (!take_channel(t, list, c++, err))
            return false;
    return t->entries != NULL;
}

static bool take_all(TopTable *t, const Json *root, const char *name, Error *err) {
    *t = (TopTable){0};
    if (!root)
        return false;
    if (take_text(t, root, "model", &t->model, err) &&
        take_text(t, root, "weights", &t->weights, err) &&
        take_text(t, root, "node", &t->node, err) && take_text(t, root, "data", &t->data, err) &&
        take_text(t, root, "fingerprint", &t->fingerprint, err) && take_counts(t, root, err) &&
        take_lists(t, root, err) && take_entries(t, root, err))
        return true;
    top_free(t);
    return error_prefix(err, "%s", name);
}

bool top_parse(TopTable *t, const char *text, size_t size, const char *name, Error *err) {
    Json *root = json_parse(text, size, err);
    const bool ok = take_all(t, root, name, err);
    json_free(root);
    return ok;
}

bool top_load(TopTable *t, const char *path, Error *err) {
    Json *root = json_load(path, err);
    const bool ok = take_all(t, root, path, err);
    json_free(root);
    return ok;
}
