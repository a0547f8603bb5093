/* Files: mapped for reading, written to a temporary name and renamed. Paths are UTF-8. Every error
 * names the file and what the system said. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/arena.h"
#include "base/error.h"
#include <stdint.h>
#include <stdio.h>

enum { FILE_PATH_MAX = 4096 };

/* A file mapped read-only. Empty files map to size 0 with a valid pointer. Directories, devices and
 * pipes are refused with a sentence ("is a directory"). */
typedef struct FileMap {
    const uint8_t *data;
    size_t size;
    void *mapping; /* what munmap gets; NULL if nothing is mapped */
} FileMap;
bool file_map(FileMap *map, const char *path, Error *err);
void file_unmap(FileMap *map); /* zeroes *map; harmless on a zeroed one */
/* Bytes that have been read and will hardly be looked at again: if they lie in the map, the memory
 * that holds them is given back where the system allows that. They can be read as before. */
void file_map_read(const FileMap *map, const void *bytes, size_t size);

/* The whole of a file in memory with a 0 byte after it (not counted in *size), at most `limit`
 * bytes (ERROR_TOO_LARGE). A .gz is decompressed when `gunzip` is true and the content is gzip;
 * the limit is for what comes out. Freed by mem_free. Also reads pipes, so "/dev/stdin" works. */
uint8_t *file_read(const char *path, size_t limit, bool gunzip, size_t *size, Error *err);

/* Writing: to PATH.tmp-PID-N beside it, renamed to PATH by file_commit. Folders above are not made.
 *     FileWriter w;
 *     if (!file_create(&w, path, err)) return false;
 *     file_put(&w, data, size);              may be called often; errors are kept
 *     return file_commit(&w, err);           or file_abort(&w)
 * Both end the writer and leave no temporary file; after a failure PATH is as it was. A path that
 * is a device or pipe ("/dev/stdout") is written straight. */
typedef struct FileWriter {
    FILE *file;
    char path[FILE_PATH_MAX], temporary[FILE_PATH_MAX + 40];
    size_t target_length; /* so much of `temporary` is the path that is written, links followed */
    int error;            /* errno of the first failure, or 0 */
} FileWriter;
bool file_create(FileWriter *w, const char *path, Error *err);
void file_put(FileWriter *w, const void *data, size_t size);
bool file_commit(FileWriter *w, Error *err);
/* The same, after the content has reached the disk, and then the folder's entry as far as the
 * system tells: a machine that loses its power has the old file or the new one, whole. */
bool file_commit_durable(FileWriter *w, Error *err);
void file_abort(FileWriter *w);
bool file_write(const char *path, const void *data, size_t size, Error *err); /* all of these */
/* Removes all temporary files of writers that are open. For a handler of signals that then ends the
 * program. */
void file_drop_temporaries(void);

/* At the start of the program: what was closed of stdin, stdout and stderr is taken, so that no
 * file gets its number and then what is printed. Writing to a closed stdout still fails. */
void file_claim_streams(void);
/* Removes the temporary files that writers of PATH left when their program was killed. */
void file_drop_stale(const char *path);
/* Whether a stream is a person's terminal, not a file or pipe. */
bool file_is_terminal(FILE *stream);
bool file_exists(const char *path); /* of any type */
bool file_is_folder(const char *path);
bool file_same(const char *a, const char *b); /* both are there, and are one */
/* When it was last written, "2026-01-31 23:59", in the user's time zone; false if it is not there.
 */
enum { FILE_DATE_SIZE = 32 };
bool file_date(char buffer[FILE_DATE_SIZE], const char *path);
/* Makes a folder and those above it; an existing one is fine. */
bool file_make_folder(const char *path, Error *err);

/* Names in a folder (no "." and ".."), sorted bytewise, in the arena. */
bool file_list(const char *folder, Arena *arena, char ***names, size_t *count, Error *err);

/* "a/b" in a caller's buffer; ERROR_TOO_LARGE if it does not fit. */
bool file_join(char *buffer, size_t size, const char *a, const char *b, Error *err);
/* The one name of a file that may not be there yet: its folder, which is, without links and as seen
 * from the root, and its name. */
bool file_absolute(char *buffer, size_t size, const char *path, Error *err);
const char *file_name(const char *path);      /* after the last '/' */
const char *file_extension(const char *path); /* "png" without the dot, or "" ; of x.npy.gz: "gz" */

/* Where the program's own files lie: `relative` ("models/lenet.json", "assets/labels") is looked
 * for under $CONVOSCOPE_HOME, beside the source tree that holds the running binary (build/..), in
 * PREFIX/share/convoscope of an installed one. True and the path in buffer, or false. */
bool file_find(char *buffer, size_t size, const char *relative);
/* The path of the running program, links followed. */
bool file_program(char *buffer, size_t size);
bool file_can_write(const char *folder);   /* whether files can be made there */
bool file_home(char *buffer, size_t size); /* the user's; false: none is known */
/* $XDG_DATA_HOME/convoscope or ~/.local/share/convoscope, not made. */
bool file_user_data(char *buffer, size_t size);
/* $XDG_STATE_HOME/convoscope or ~/.local/state/convoscope, not made: what is being worked on. */
bool file_user_state(char *buffer, size_t size);

#endif
