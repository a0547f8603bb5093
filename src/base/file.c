#include "base/file.h"

#include "base/memory.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* ---- Reading ---- */

/* Opens for reading and looks what it is; -1 with err set. A folder is refused. O_NONBLOCK keeps a
 * pipe without a writer from blocking a file_map that would refuse it anyway. */
static int open_file(const char *path, int flags, struct stat *info, Error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0 || fstat(fd, info) != 0) {
        error_set(err, ERROR_OPEN, path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    if (S_ISDIR(info->st_mode)) {
        error_set(err, ERROR_OPEN, path, "is a directory");
        close(fd);
        return -1;
    }
    return fd;
}

bool file_map(FileMap *map, const char *path, Error *err) {
    *map = (FileMap){0};
    struct stat info;
    int fd = open_file(path, O_NONBLOCK, &info, err);
    if (fd < 0)
        return false;
    bool ok = true;
    if (!S_ISREG(info.st_mode)) {
        ok = error_set(err, ERROR_OPEN, path, "is no regular file");
    } else if (info.st_size == 0) {
        map->data = (const uint8_t *)"";
    } else {
        map->size = (size_t)info.st_size;
        map->mapping = mmap(NULL, map->size, PROT_READ, MAP_PRIVATE, fd, 0);
        map->data = map->mapping;
        if (map->mapping == MAP_FAILED) {
            *map = (FileMap){0};
            ok = error_set(err, ERROR_OPEN, path, strerror(errno));
        }
    }
    close(fd);
    return ok;
}

void file_map_read(const FileMap *map, const void *bytes, size_t size) {
#if defined(__linux__)
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)bytes;
    const uintptr_t begin = (uintptr_t)map->mapping, end = begin + map->size;
    if (!map->mapping || from < begin || from >= end || size > end - from)
        return;
    const uintptr_t first = (from + page - 1) / page * page, last = (from + size) / page * page;
    if (last > first) /* of a private mapping nobody writes to: read from the file again */
        madvise((void *)first, last - first, MADV_DONTNEED);
#else
    (void)map, (void)bytes, (void)size;
#endif
}

void file_unmap(FileMap *map) {
    if (map->mapping)
        munmap(map->mapping, map->size);
    *map = (FileMap){0};
}

typedef struct Buffer {
    uint8_t *data;
    size_t size, capacity;
} Buffer;

/* Makes room for one byte more at least, and never for more than `most` in all. */
static bool buffer_more(Buffer *buffer, size_t most, Error *err) {
    size_t capacity = buffer->capacity > most / 2 ? most : buffer->capacity * 2;
    capacity = capacity < 4096 ? 4096 : capacity;
    uint8_t *data = mem_alloc_raw(capacity, 1, err);
    if (!data)
        return false;
    if (buffer->size)
        memcpy(data, buffer->data, buffer->size);
    mem_free(buffer->data);
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

static bool too_large(const char *path, uint64_t size, size_t limit, Error *err) {
    char what[ERROR_ARG_SIZE], had[64], most[32];
    snprintf(what, sizeof what, "'%.350s'", path);
    mem_size_text(had, sizeof had, size);
    mem_size_text(most, sizeof most, limit);
    if (size == UINT64_MAX || strcmp(had, most) == 0)
        snprintf(had, sizeof had, "more than %s", most);
    error_set(err, ERROR_TOO_LARGE, what, had, most);
    return false;
}

/* All of fd, of which `expected` bytes are likely, or one byte more than the limit. */
static bool read_all(int fd, const char *path, size_t expected, size_t limit, Buffer *buffer,
                     Error *err) {
    size_t most = limit < SIZE_MAX - 2 ? limit + 2 : SIZE_MAX; /* and a 0 */
    buffer->capacity = expected < limit ? expected / 2 + 1 : limit / 2 + 1;
    while (buffer->size <= limit) {
        if ((!buffer->data || buffer->size + 1 >= buffer->capacity) &&
            !buffer_more(buffer, most, err))
            return false;
        size_t room = buffer->capacity - 1 - buffer->size;
        room = room > 1 << 30 ? 1 << 30 : room; /* macOS refuses more than INT_MAX */
        ssize_t got = read(fd, buffer->data + buffer->size, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(err, ERROR_READ, path, strerror(errno));
        if (got == 0)
            break;
        buffer->size += (size_t)got;
    }
    return true;
}

static bool is_gzip(const uint8_t *data, size_t size) {
    return size >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

static bool all_zero(const uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (data[i])
            return false;
    return true;
}

/* One gzip member after another; *stream is ready and holds the input. */
static bool inflate_members(z_stream *stream, const uint8_t *end, const char *path, size_t limit,
                            Buffer *out, Error *err) {
    size_t most = limit < SIZE_MAX - 2 ? limit + 2 : SIZE_MAX;
    for (;;) {
        if (out->size + 1 >= out->capacity && !buffer_more(out, most, err))
            return false;
        size_t room = out->capacity - 1 - out->size, input = (size_t)(end - stream->next_in);
        stream->avail_in = input > UINT_MAX ? UINT_MAX : (uInt)input;
        stream->avail_out = room > UINT_MAX ? UINT_MAX : (uInt)room;
        uInt before = stream->avail_out;
        stream->next_out = out->data + out->size;
        int status = inflate(stream, Z_NO_FLUSH);
        out->size += before - stream->avail_out;
        if (out->size > limit)
            return too_large(path, UINT64_MAX, limit, err);
        size_t rest = (size_t)(end - stream->next_in);
        if (status == Z_STREAM_END) {
            if (all_zero(stream->next_in, rest)) /* tapes pad */
                return true;
            if (!is_gzip(stream->next_in, rest) || inflateReset(stream) != Z_OK)
                return error_set(err, ERROR_FORMAT, path, "a sound gzip file",
                                 "something follows its end");
        } else if (status == Z_MEM_ERROR) {
            return error_set(err, ERROR_NO_MEMORY, "zlib's window");
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return error_set(err, ERROR_FORMAT, path, "a sound gzip file",
                             stream->msg ? stream->msg : "bad data");
        } else if (rest == 0 && stream->avail_out) {
            return error_set(err, ERROR_FORMAT, path, "a sound gzip file", "it is cut short");
        }
    }
}

static bool decompress(const char *path, Buffer *buffer, size_t limit, Error *err) {
    Buffer out = {0};
    z_stream stream = {.next_in = buffer->data};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
        return error_set(err, ERROR_NO_MEMORY, "zlib's window");
    out.capacity = buffer->size < limit / 4 ? buffer->size * 2 : limit / 2;
    bool ok = buffer_more(&out, limit < SIZE_MAX - 2 ? limit + 2 : SIZE_MAX, err) &&
              inflate_members(&stream, buffer->data + buffer->size, path, limit, &out, err);
    inflateEnd(&stream);
    if (!ok) {
        mem_free(out.data);
        return false;
    }
    mem_free(buffer->data);
    *buffer = out;
    return true;
}

uint8_t *file_read(const char *path, size_t limit, bool gunzip, size_t *size, Error *err) {
    Buffer buffer = {0};
    struct stat info;
    int fd = open_file(path, 0, &info, err);
    if (fd < 0)
        return NULL;
    /* What does not compress grows a little. */
    size_t slack = gunzip ? limit / 1000 + 65536 : 0;
    size_t most = limit < SIZE_MAX - slack ? limit + slack : limit;
    uint64_t known = S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
    bool ok = known <= most ? read_all(fd, path, (size_t)known, most, &buffer, err)
                            : too_large(path, known, limit, err);
    close(fd);
    if (ok && gunzip && buffer.size <= most && is_gzip(buffer.data, buffer.size))
        ok = decompress(path, &buffer, limit, err);
    if (ok && buffer.size > limit)
        ok = too_large(path, buffer.size > most ? UINT64_MAX : buffer.size, limit, err);
    if (!ok) {
        mem_free(buffer.data);
        return NULL;
    }
    buffer.data[buffer.size] = '\0';
    *size = buffer.size;
    return buffer.data;
}

/* ---- Writing ---- */

/* The program's own open streams by name: to open "/dev/stdout" anew would start a file that the
 * shell redirected to from its beginning. -1: none of them. */
static int standard_stream(const char *path) {
    if (strcmp(path, "/dev/stdout") == 0 || strcmp(path, "/dev/fd/1") == 0) {
        fflush(stdout);
        return dup(STDOUT_FILENO);
    }
    if (strcmp(path, "/dev/stderr") == 0 || strcmp(path, "/dev/fd/2") == 0)
        return dup(STDERR_FILENO);
    return -1;
}

void file_claim_streams(void) {
    /* In this order each gets the lowest free number, its own. Writing to a closed stdout shall
     * fail, so its place is held by something that is only read. */
    static const int flags[] = {O_RDONLY, O_RDONLY, O_WRONLY};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", flags[fd]);
}

/* The names of the temporary files that are open, for file_drop_temporaries. */
enum { TEMPORARIES_MAX = 512 };
static const char *_Atomic temporaries[TEMPORARIES_MAX];

/* `name` must not change until it is forgotten: a part of it is another file's name. */
static void remember(const char *name) {
    const char *none = NULL;
    for (int i = 0; i < TEMPORARIES_MAX; i++, none = NULL)
        if (atomic_compare_exchange_strong(&temporaries[i], &none, name))
            return;
}

static void forget(const char *name) {
    const char *held = name;
    for (int i = 0; i < TEMPORARIES_MAX; i++, held = name)
        if (atomic_compare_exchange_strong(&temporaries[i], &held, NULL))
            return;
}

void file_drop_temporaries(void) {
    for (int i = 0; i < TEMPORARIES_MAX; i++) {
        const char *name = atomic_load(&temporaries[i]);
        if (name)
            unlink(name);
    }
}

/* Creates the temporary file for `target` (the path with its links followed), of the permissions
 * that an existing target has. */
static int create_temporary(FileWriter *w, const char *target, const struct stat *existing) {
    static atomic_uint counter;
    int fd = -1;
    w->target_length = strlen(target);
    do {
        snprintf(w->temporary, sizeof w->temporary, "%s.tmp-%ld-%u", target, (long)getpid(),
                 atomic_fetch_add(&counter, 1) % 1000000);
        remember(w->temporary);
        fd = open(w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        int error = errno;
        if (fd < 0)
            forget(w->temporary);
        errno = error;
    } while (fd < 0 && errno == EEXIST); /* left by a killed process of the same number */
    if (fd >= 0 && existing)
        (void)!fchmod(fd, existing->st_mode & 0777);
    return fd;
}

static int open_for_writing(FileWriter *w) {
    char target[PATH_MAX];
    struct stat info;
    int fd = standard_stream(w->path);
    if (fd >= 0)
        return fd;
    if (stat(w->path, &info) != 0) {
        if (errno != ENOENT)
            return -1;
        return create_temporary(w, w->path, NULL);
    }
    if (S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        return -1;
    }
    if (!S_ISREG(info.st_mode))
        return open(w->path, O_WRONLY | O_CLOEXEC);
    /* rename would replace a file that may not be written, and a link instead of its target. */
    if (access(w->path, W_OK) != 0 || !realpath(w->path, target))
        return -1;
    if (strlen(target) >= FILE_PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return create_temporary(w, target, &info);
}

bool file_create(FileWriter *w, const char *path, Error *err) {
    memset(w, 0, sizeof *w);
    size_t length = strlen(path);
    if (length >= sizeof w->path)
        return error_set(err, ERROR_WRITE, path, strerror(ENAMETOOLONG));
    memcpy(w->path, path, length + 1);
    int fd = open_for_writing(w);
    if (fd < 0) {
        w->temporary[0] = '\0';
        return error_set(err, ERROR_WRITE, path, strerror(errno));
    }
    w->file = fdopen(fd, "wb");
    if (!w->file) {
        error_set(err, ERROR_WRITE, path, strerror(errno));
        close(fd);
        file_abort(w);
        return false;
    }
    return true;
}

void file_put(FileWriter *w, const void *data, size_t size) {
    if (w->error || size == 0)
        return;
    errno = 0;
    if (fwrite(data, 1, size, w->file) != size)
        w->error = errno ? errno : EIO;
}

/* What was written, to the disk itself. A pipe or a device has nothing to flush. */
static int flush_to_disk(FileWriter *w) {
    if (fflush(w->file) != 0)
        return errno;
#ifdef F_FULLFSYNC /* macOS: fsync alone leaves it in the drive */
    if (fcntl(fileno(w->file), F_FULLFSYNC) == 0)
        return 0;
#endif
    return fsync(fileno(w->file)) != 0 && errno != EINVAL && errno != EROFS ? errno : 0;
}

/* The entry of a file in its folder. Not every file system has a way to: the file is in its place
 * already, so nothing is said. */
static void flush_folder(const char *target) {
    char folder[FILE_PATH_MAX];
    size_t length = (size_t)(file_name(target) - target);
    memcpy(folder, length ? target : ".", length ? length : 1);
    folder[length ? length : 1] = '\0';
    int fd = open(folder, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)!fsync(fd);
    close(fd);
}

static bool commit(FileWriter *w, bool durable, Error *err) {
    assert(w->file);
    if (durable && !w->error)
        w->error = flush_to_disk(w);
    if (fclose(w->file) != 0 && !w->error)
        w->error = errno;
    w->file = NULL;
    if (!w->error && w->temporary[0]) {
        char target[FILE_PATH_MAX];
        memcpy(target, w->temporary, w->target_length);
        target[w->target_length] = '\0';
        if (rename(w->temporary, target) != 0) {
            w->error = errno;
        } else {
            forget(w->temporary);
            w->temporary[0] = '\0';
            if (durable)
                flush_folder(target);
        }
    }
    bool ok = !w->error;
    if (!ok)
        error_set(err, ERROR_WRITE, w->path, strerror(w->error));
    file_abort(w);
    return ok;
}

bool file_commit(FileWriter *w, Error *err) {
    return commit(w, false, err);
}

bool file_commit_durable(FileWriter *w, Error *err) {
    return commit(w, true, err);
}

void file_abort(FileWriter *w) {
    if (w->file)
        fclose(w->file);
    if (w->temporary[0]) {
        unlink(w->temporary);
        forget(w->temporary);
    }
    w->file = NULL;
    w->temporary[0] = '\0';
}

bool file_write(const char *path, const void *data, size_t size, Error *err) {
    FileWriter w;
    if (!file_create(&w, path, err))
        return false;
    file_put(&w, data, size);
    return file_commit(&w, err);
}
