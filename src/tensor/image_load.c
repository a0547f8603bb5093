/* Pictures in: told by content, checked, decoded, laid over white, turned upright. */
#include "tensor/image.h"

#include "base/file.h"
#include "base/memory.h"
#include "tensor/decode.h"

#include <stdio.h>
#include <string.h>

enum { FILE_SIZE_MAX = 1000 * 1000 * 1000 };

bool source_cut(const Source *s, const char *where, Error *err) {
    return error_set(err, ERROR_FORMAT, s->name, TEXT("a whole %s picture", s->kind), where);
}

bool source_bad(const Source *s, const char *why, Error *err) {
    return error_set(err, ERROR_FORMAT, s->name, TEXT("a valid %s picture", s->kind), why);
}

bool source_unsupported(const Source *s, const char *why, Error *err) {
    return error_set(err, ERROR_UNSUPPORTED, s->name, TEXT("%s: %s", s->kind, why));
}

bool samples_new(Samples *out, int64_t width, int64_t height, int channels, Error *err) {
    *out = (Samples){.width = (int)width, .height = (int)height, .channels = channels};
    out->data = mem_alloc((size_t)(width * height), (size_t)channels, err);
    return out->data != NULL;
}

/* Whether the bytes at `at` are `mark`. */
static bool has(const Source *s, size_t at, const char *mark, size_t length) {
    return s->size >= at + length && memcmp(s->data + at, mark, length) == 0;
}
#define HAS(s, at, mark) has((s), (at), (mark), sizeof(mark) - 1)

/* TGA has no mark; its header must make sense in all of its fields. */
static bool looks_like_tga(const Source *s) {
    if (s->size < 18)
        return false;
    const uint8_t *h = s->data, type = h[2] & 0xf7;
    bool depth = h[16] == 8 || h[16] == 15 || h[16] == 16 || h[16] == 24 || h[16] == 32;
    return ((h[1] == 1 && type == 1) || (h[1] == 0 && (type == 2 || type == 3))) && depth &&
           (h[17] & 0xc0) == 0;
}

/* An ISO media file ("ftyp") is AVIF or HEIC by its brands, the first or a compatible one. */
static const char *media_kind(const Source *s) {
    static const char heic[] = "heicheixhevchevxheimheishevmhevsmif1msf1";
    const char *kind = NULL;
    size_t end = s->size < be32(s->data) ? s->size : be32(s->data);
    for (size_t at = 8; at + 4 <= end && at < 200; at += at == 8 ? 8 : 4) {
        if (has(s, at, "avif", 4) || has(s, at, "avis", 4))
            return "AVIF";
        for (size_t i = 0; i + 4 < sizeof heic; i += 4)
            if (has(s, at, heic + i, 4))
                kind = "HEIC";
    }
    return kind;
}

/* A word for the shell, quoted where it must be. */
static const char *shell_word(char *buffer, size_t size, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-+=:,@%";
    const char *quote = word[strspn(word, plain)] ? strchr(word, '\'') ? "\"" : "'" : "";
    return text_format(buffer, size, "%s%s%s", quote, word, quote);
}

/* "'x.heic' is a picture in HEIC format, which is not read: convert it, for example with: ..." */
static bool refuse_foreign(const Source *s, const char *kind, const char *tool, Error *err) {
    char stem[FILE_PATH_MAX], from[FILE_PATH_MAX], to[FILE_PATH_MAX], command[2 * FILE_PATH_MAX];
    const char *extension = file_extension(s->name);
    size_t cut = *extension ? strlen(extension) + 1 : 0;
    text_format(stem, sizeof stem, "%.*s%s", (int)(strlen(s->name) - cut), s->name,
                strcmp(extension, "png") == 0 ? "-converted.png" : ".png");
    text_format(command, sizeof command, "%s %s %s%s", tool, shell_word(from, sizeof from, s->name),
                strcmp(tool, "dwebp") == 0 ? "-o " : "", shell_word(to, sizeof to, stem));
    return error_set(err, ERROR_CONVERT, s->name, kind, command);
}

/* Pictures of kinds that are not read: says so, with err set. */
static bool is_foreign(const Source *s, Error *err) {
    const char *kind = NULL, *tool = "convert"; /* ImageMagick's */
    if (HAS(s, 0, "RIFF") && HAS(s, 8, "WEBP")) {
        kind = "WebP";
        tool = "dwebp";
    } else if (HAS(s, 4, "ftyp") && (kind = media_kind(s)) != NULL) {
        tool = "heif-convert";
    } else if (HAS(s, 0, "II*\0") || HAS(s, 0, "MM\0*")) {
        kind = "TIFF";
    } else if (s->size >= 3 && s->data[0] == 'P' && s->data[1] >= '1' && s->data[1] <= '7' &&
               s->data[1] != '5' && s->data[1] != '6' && s->data[2] <= ' ') {
        kind = s->data[1] <= '3' ? "plain-text PNM" : s->data[1] == '4' ? "PBM" : "PAM";
    }
    return kind && !refuse_foreign(s, kind, tool, err);
}

/* The first bytes as text, for who gave something else. */
static bool refuse_unknown(const Source *s, Error *err) {
    char begin[17] = {0};
    size_t n = s->size < 16 ? s->size : 16;
    if (s->size == 0)
        return error_set(err, ERROR_FORMAT, s->name, "a picture", "the file is empty");
    for (size_t i = 0; i < n; i++)
        begin[i] = s->data[i] >= ' ' && s->data[i] < 127 ? (char)s->data[i] : '?';
    return error_set(err, ERROR_FORMAT, s->name, "a picture",
                     TEXT("expected PNG, JPEG, BMP, TGA, GIF or PNM (P5, P6), got a file that "
                          "begins with '%s'",
                          begin));
}

/* By stb_image, after `check`; what the structure said is left in *structure. */
static bool decode_checked(Samples *out, Structure *structure, const Source *s,
                           bool (*check)(Structure *, const Source *, Error *), Error *err) {
    if (!check(structure, s, err))
        return false;
    const uint64_t pixels = (uint64_t)structure->width * (uint64_t)structure->height;
    const uint64_t needed = pixels * (structure->wide ? 24 : 16); /* buffers of all stages */
    if (needed > 64 << 20 && needed > mem_available())
        return error_set(err, ERROR_MACHINE, s->name, MEM_TEXT(needed), MEM_TEXT(mem_available()));
    size_t allowance = (size_t)pixels * 16 + 2 * s->size + (4 << 20);
    const char *reason = stb_decode(out, s->data, s->size, structure->wide, allowance);
    if (reason && strcmp(reason, "outofmem") == 0)
        return error_set(err, ERROR_NO_MEMORY, MEM_TEXT(needed));
    if (reason)
        return source_bad(s, TEXT("its data are damaged (%s)", reason), err);
    if (out->width == structure->width && out->height == structure->height)
        return true;
    mem_free(out->data);
    return source_bad(s, "its sizes contradict each other", err);
}

static bool decode(Samples *out, Structure *structure, Source *s, Error *err) {
    *structure = (Structure){0};
    if (HAS(s, 0, "\x89PNG\r\n\x1a\n")) {
        s->kind = "PNG";
        return decode_checked(out, structure, s, png_check, err);
    }
    if (HAS(s, 0, "\xff\xd8")) {
        s->kind = "JPEG";
        return decode_checked(out, structure, s, jpeg_check, err);
    }
    if (HAS(s, 0, "GIF87a") || HAS(s, 0, "GIF89a")) {
        s->kind = "GIF";
        return decode_checked(out, structure, s, gif_check, err);
    }
    if (HAS(s, 0, "BM")) {
        s->kind = "BMP";
        return bmp_decode(out, s, err);
    }
    if (HAS(s, 0, "P5") || HAS(s, 0, "P6")) {
        s->kind = "PNM";
        return pnm_decode(out, s, err);
    }
    if (is_foreign(s, err))
        return false;
    if (looks_like_tga(s)) {
        s->kind = "TGA";
        return tga_decode(out, s, err);
    }
    return refuse_unknown(s, err);
}

/* One sample over white, scaled to a byte and rounded once. */
static uint8_t over_white(uint64_t value, uint64_t alpha, uint64_t most) {
    uint64_t sum = value * alpha + most * (most - alpha); /* of most * most */
    return (uint8_t)((sum * 255 + most * most / 2) / (most * most));
}

static uint32_t sample(const Samples *in, size_t i) {
    return in->wide ? ((const uint16_t *)in->data)[i] : ((const uint8_t *)in->data)[i];
}

/* To bytes, without alpha. */
static bool flatten(Image *out, const Samples *in, Error *err) {
    const size_t all = (size_t)in->channels, colors = all <= 2 ? 1 : 3;
    const uint64_t most = in->wide ? 65535 : 255;
    if (!image_new(out, in->width, in->height, (int)colors, err))
        return false;
    const size_t pixels = (size_t)in->width * (size_t)in->height;
    if (!in->wide && all == colors) {
        memcpy(out->pixels, in->data, pixels * colors);
        return true;
    }
    for (size_t i = 0; i < pixels; i++) {
        uint64_t alpha = all > colors ? sample(in, i * all + colors) : most;
        for (size_t c = 0; c < colors; c++)
            out->pixels[i * colors + c] = over_white(sample(in, i * all + c), alpha, most);
    }
    return true;
}

bool image_parse(Image *image, const uint8_t *data, size_t size, const char *name,
                 char note[IMAGE_NOTE_SIZE], Error *err) {
    Source source = {data, size, name, ""};
    Structure structure;
    Samples samples = {0};
    *image = (Image){0};
    if (note)
        note[0] = 0;
    if (!decode(&samples, &structure, &source, err))
        return false;
    bool ok = flatten(image, &samples, err);
    mem_free(samples.data);
    int turn = 1;
    if (ok && structure.exif)
        ok = exif_orientation(&turn, structure.exif, structure.exif_size, err) &&
             exif_orient(image, turn, err);
    if (!ok)
        image_free(image);
    else if (note && structure.animated)
        text_format(note, IMAGE_NOTE_SIZE,
                    "only the first frame of the animated %s picture is read", source.kind);
    return ok;
}

bool image_load(Image *image, const char *path, char note[IMAGE_NOTE_SIZE], Error *err) {
    size_t size;
    *image = (Image){0};
    if (note)
        note[0] = 0;
    uint8_t *data = file_read(path, FILE_SIZE_MAX, false, &size, err);
    if (!data)
        return false;
    bool ok = image_parse(image, data, size, path, note, err);
    mem_free(data);
    return ok;
}
