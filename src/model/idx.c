/* IDX files, as MNIST comes in (LeCun, "The MNIST database", file formats): two zero bytes, the
 * type of the numbers (08: bytes), how many extents; each extent in 4 bytes, the highest first; the
 * numbers. */
#include "base/memory.h"
#include "model/dataset_kinds.h"
#include <limits.h>
#include <string.h>
#include <zlib.h>

enum { TYPE_BYTES = 8, HEADER_MAX = 4 + 4 * 4 };

typedef struct IdxHeader {
    int rank;
    int64_t dim[4];
    size_t start, total; /* where the numbers begin; the size of the whole file */
} IdxHeader;

/* A file's content, decompressed if it was gzip. */
typedef struct Content {
    IdxHeader header;
    const uint8_t *data;
    uint8_t *own; /* what was decompressed; freed with the set */
} Content;

typedef struct IdxSet {
    Dataset base;
    FileMap image_map, class_map;
    Content images, classes; /* classes.data is NULL if there are none */
    char *name;
} IdxSet;

/* ---- Reading ---- */

/* The header of a file of pictures (rank 3 or 4), or of labels (rank 1). */
static bool read_header(IdxHeader *h, const uint8_t *p, size_t size, bool labels, Error *err) {
    const char *wanted = labels ? "00 00 08 01 (labels)" : "00 00 08 03 (pictures)";
    if (size < 4)
        return error_set(err, ERROR_EXPECTED, "its first bytes", wanted, TEXT("%zu bytes", size));
    int rank = p[3];
    bool kind = labels ? rank == 1 : rank == 3 || rank == 4;
    if (p[0] || p[1] || p[2] != TYPE_BYTES || !kind)
        return error_set(err, ERROR_EXPECTED, "its first bytes", wanted,
                         TEXT("%02x %02x %02x %02x", p[0], p[1], p[2], p[3]));
    *h = (IdxHeader){.rank = rank, .start = 4 + 4 * (size_t)rank};
    if (size < h->start)
        return error_set(err, ERROR_EXPECTED, "its header", TEXT("%zu bytes", h->start),
                         TEXT("%zu", size));
    size_t numbers = 1;
    bool fits = true;
    for (int i = 0; i < rank; i++) {
        const uint8_t *q = p + 4 + 4 * i;
        h->dim[i] =
            (int64_t)((uint32_t)q[0] << 24 | (uint32_t)q[1] << 16 | (uint32_t)q[2] << 8 | q[3]);
        if (h->dim[i] < 1)
            return error_set(err, ERROR_EXPECTED, "its header", "extents of at least 1", "0");
        fits = fits && size_mul(numbers, (size_t)h->dim[i], &numbers);
    }
    if (!fits || !size_add(h->start, numbers, &h->total))
        return error_set(err, ERROR_EXPECTED, "its header", "extents that fit a file",
                         "larger ones");
    return true;
}

static bool check_pictures(const IdxHeader *h, Error *err) {
    if (h->dim[1] > IMAGE_SIDE_MAX || h->dim[2] > IMAGE_SIDE_MAX ||
        h->dim[1] * h->dim[2] > IMAGE_PIXELS_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a picture",
                         TEXT("%lld x %lld", (long long)h->dim[2], (long long)h->dim[1]),
                         TEXT("%d a side", IMAGE_SIDE_MAX));
    if (h->rank == 4 && h->dim[3] != 1 && h->dim[3] != 3)
        return error_set(err, ERROR_EXPECTED, "its last extent", "1 or 3 channels",
                         TEXT("%lld", (long long)h->dim[3]));
    return true;
}

static bool wrong_size(const IdxHeader *h, const char *found, Error *err) {
    return error_set(err, ERROR_EXPECTED, "its size", TEXT("%zu bytes by its header", h->total),
                     found);
}

static bool is_gzip(const uint8_t *data, size_t size) {
    return size >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

/* Up to `wanted` bytes more; how many there were. *status is zlib's last word. */
static size_t inflate_some(z_stream *stream, const uint8_t *end, uint8_t *out, size_t wanted,
                           int *status) {
    size_t got = 0;
    do {
        size_t input = (size_t)(end - stream->next_in), room = wanted - got;
        stream->avail_in = input > UINT_MAX ? UINT_MAX : (uInt)input;
        stream->avail_out = room > UINT_MAX ? UINT_MAX : (uInt)room;
        stream->next_out = out + got;
        *status = inflate(stream, Z_NO_FLUSH);
        got = (size_t)(stream->next_out - out);
    } while (got < wanted && *status == Z_OK);
    return got;
}

/* The header says how large the rest is, so no more than that is ever allocated. */
static bool inflate_all(Content *c, z_stream *stream, const uint8_t *data, size_t size, bool labels,
                        Error *err) {
    enum { RATIO_MAX = 1032 }; /* no deflate stream grows more */
    uint8_t begin[HEADER_MAX], more;
    const uint8_t *end = data + size;
    int status;
    size_t got = inflate_some(stream, end, begin, 4, &status);
    if (got == 4 && begin[3] >= 1 && begin[3] <= 4)
        got += inflate_some(stream, end, begin + 4, 4 * (size_t)begin[3], &status);
    if (!read_header(&c->header, begin, got, labels, err))
        return false;
    size_t total = c->header.total;
    if (total / RATIO_MAX > size)
        return wrong_size(&c->header, TEXT("only %zu compressed ones", size), err);
    c->own = mem_alloc_raw(total, 1, err);
    if (!c->own)
        return false;
    memcpy(c->own, begin, got);
    got += inflate_some(stream, end, c->own + got, total - got, &status);
    if (got == total)
        got += inflate_some(stream, end, &more, 1, &status);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return error_set(err, ERROR_BAD, stream->msg ? stream->msg : "bad gzip data");
    if (got != total)
        return wrong_size(&c->header, got > total ? "more" : TEXT("%zu", got), err);
    return status == Z_STREAM_END || error_set(err, ERROR_BAD, "the gzip data are cut short");
}

static bool read_content(Content *c, const uint8_t *data, size_t size, bool labels,
                         const char *name, Error *err) {
    bool ok;
    if (is_gzip(data, size)) {
        z_stream stream = {.next_in = (z_const Bytef *)data};
        ok = inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK ||
             error_set(err, ERROR_NO_MEMORY, "zlib's window");
        ok = ok && inflate_all(c, &stream, data, size, labels, err);
        inflateEnd(&stream);
        c->data = c->own;
    } else {
        ok = read_header(&c->header, data, size, labels, err) &&
             (size == c->header.total || wrong_size(&c->header, TEXT("%zu", size), err));
        c->data = data;
    }
    ok = ok && (labels || check_pictures(&c->header, err));
    return ok || error_prefix(err, "%s", name);
}

/* As many labels as pictures, each a class. */
static bool check_classes(const IdxSet *set, const Labels *labels, const char *name, Error *err) {
    int64_t count = set->classes.header.dim[0], wanted = set->images.header.dim[0];
    const uint8_t *classes = set->classes.data + set->classes.header.start;
    bool ok = count == wanted || error_set(err, ERROR_EXPECTED, "labels",
                                           TEXT("%lld, as there are pictures", (long long)wanted),
                                           TEXT("%lld", (long long)count));
    for (int64_t i = 0; ok && labels && labels->count && i < count; i++)
        ok = dataset_check_class(classes[i], i, labels->count, err);
    return ok || error_prefix(err, "%s", name);
}

/* ---- The set ---- */

static bool get(const Dataset *d, int64_t i, Image *image, int *label, char *name, Error *err) {
    const IdxSet *set = (const IdxSet *)d;
    const IdxHeader *h = &set->images.header;
    int channels = h->rank == 4 ? (int)h->dim[3] : 1;
    size_t bytes = (size_t)(h->dim[1] * h->dim[2] * channels);
    if (!image_new(image, (int)h->dim[2], (int)h->dim[1], channels, err))
        return false;
    memcpy(image->pixels, set->images.data + h->start + (size_t)i * bytes, bytes);
    *label = set->classes.data ? set->classes.data[set->classes.header.start + (size_t)i] : -1;
    dataset_item_name(name, set->name, i);
    return true;
}

static void close_set(Dataset *d) {
    IdxSet *set = (IdxSet *)d;
    mem_free(set->images.own);
    mem_free(set->classes.own);
    file_unmap(&set->image_map);
    file_unmap(&set->class_map);
    mem_free(set->name);
    mem_free(set);
}

bool idx_is(const uint8_t *data, size_t size) {
    return is_gzip(data, size) || (size >= 4 && !data[0] && !data[1] && data[2] >= 8 &&
                                   data[2] <= 14 && data[3] >= 1 && data[3] <= 4);
}

Dataset *idx_parse(const uint8_t *images, size_t image_size, const char *image_name,
                   const uint8_t *classes, size_t class_size, const char *class_name,
                   const Labels *labels, Error *err) {
    IdxSet *set = mem_alloc(1, sizeof *set, err);
    if (!set)
        return NULL;
    set->base = (Dataset){"IDX", 0, get, close_set, NULL};
    set->name = mem_text(image_name, err);
    if (!set->name || !read_content(&set->images, images, image_size, false, image_name, err) ||
        (classes && (!read_content(&set->classes, classes, class_size, true, class_name, err) ||
                     !check_classes(set, labels, class_name, err)))) {
        close_set(&set->base);
        return NULL;
    }
    set->base.count = set->images.header.dim[0];
    return &set->base;
}

/* ---- Files ---- */

/* The file of labels that belongs to "...-images-idx3-ubyte" or "...-images.idx3-ubyte.gz", with
 * .gz or without; false if there is none. */
static bool find_classes(char *path, const char *images) {
    text_format(path, FILE_PATH_MAX, "%s", images);
    char *name = path + (file_name(path) - path), *part = NULL;
    for (char *at = name; (at = strstr(at, "images")) != NULL; at++)
        part = at;
    if (!part)
        return false;
    memcpy(part, "labels", 6);
    char *rank = strstr(part, "idx");
    if (rank && rank[3])
        rank[3] = '1';
    if (file_exists(path))
        return true;
    size_t length = strlen(path);
    if (strcmp(file_extension(path), "gz") == 0)
        path[length - 3] = '\0';
    else if (length + 3 < FILE_PATH_MAX)
        memcpy(path + length, ".gz", 4);
    return file_exists(path);
}

Dataset *idx_open(const char *path, const Labels *labels, Error *err) {
    char other[FILE_PATH_MAX];
    FileMap images, classes = {0};
    if (!file_map(&images, path, err))
        return NULL;
    bool ok = !find_classes(other, path) || file_map(&classes, other, err);
    Dataset *d = ok ? idx_parse(images.data, images.size, path, classes.data, classes.size, other,
                                labels, err)
                    : NULL;
    if (d) {
        ((IdxSet *)d)->image_map = images;
        ((IdxSet *)d)->class_map = classes;
    } else {
        file_unmap(&images);
        file_unmap(&classes);
    }
    return d;
}
