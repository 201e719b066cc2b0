#include "app/recording/file_kind.h"

#include "app/recording/schema.h"
#include "app/snapshots/snapshot_folder.h"
#include "probes/recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool begins(const char *bytes, size_t n, const char *with, size_t length)
{
    return n >= length && memcmp(bytes, with, length) == 0;
}

static const char sqlite_header[] = "SQLite format 3"; /* with its NUL */

/* profile.proto begins with sample_type: field 1, a short message whose first field is a number.
 */
static bool is_profile_proto(const char *bytes, size_t n)
{
    return n > 3 && bytes[0] == 0x0a && bytes[1] >= 2 && bytes[1] <= 12 &&
           (bytes[2] == 0x08 || bytes[2] == 0x10);
}

static bool is_profile_text(const char *bytes, size_t n)
{
    static const char *const words[] = {
        "heap profile: ",   "heap_v2/",        "goroutine profile: ", "threadcreate profile: ",
        "--- contentionz ", "--- contention:", "--- mutex:",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (begins(bytes, n, words[i], strlen(words[i])))
            return true;
    return false;
}

/* "goroutine 12 [chan receive, 3 minutes]:" at the beginning of a line: also in a crash log. */
static bool is_dump(const char *bytes, size_t n)
{
    static const char word[] = "goroutine ";
    const char *end = bytes + n;

    for (const char *line = bytes; line < end;) {
        const char *p = line + strlen(word);

        if (begins(line, (size_t)(end - line), word, strlen(word)) && p < end &&
            g_ascii_isdigit(*p)) {
            while (p < end && g_ascii_isdigit(*p))
                p++;
            if (p + 1 < end && p[0] == ' ' && p[1] == '[')
                return true;
        }
        line = memchr(line, '\n', (size_t)(end - line));
        if (line == NULL)
            break;
        line++;
    }
    return false;
}

enum file_kind file_kind_of_bytes(const char *bytes, size_t n)
{
    if (begins(bytes, n, sqlite_header, sizeof sqlite_header)) {
        /* SQLite's header, section 1.3 of its file format: 100 bytes, the application's number
         * at 68. */
        const unsigned char *id = (const unsigned char *)bytes + 68;

        if (n < 100)
            return FILE_KIND_FOREIGN;
        guint32 number =
            (guint32)id[0] << 24 | (guint32)id[1] << 16 | (guint32)id[2] << 8 | (guint32)id[3];

        return number == SCHEMA_APPLICATION_ID ? FILE_KIND_RECORDING : FILE_KIND_FOREIGN;
    }
    if (begins(bytes, n, "\x1f\x8b", 2) || is_profile_proto(bytes, n))
        return FILE_KIND_CAPTURE;
    if (n == 0 || memchr(bytes, '\0', n) != NULL) /* a program, most likely */
        return FILE_KIND_FOREIGN;
    if (recorded_kind_of(bytes, n) != RECORDED_NONE || is_profile_text(bytes, n) ||
        is_dump(bytes, n))
        return FILE_KIND_CAPTURE;
    return FILE_KIND_FOREIGN;
}

/* While it is being written its header may still be in the log beside it: SQLite knows. */
static bool is_young_recording(const char *path)
{
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    g_autoptr(GError) error = NULL;
    struct stat info;

    if (stat(log, &info) != 0 || info.st_size == 0)
        return false;
    sqlite3 *db = schema_open(path, SQLITE_OPEN_READONLY, &error);
    bool ours = db != NULL && schema_check(db, path, &error);

    sqlite3_close(db);
    return ours || g_error_matches(error, RECORDING_ERROR, RECORDING_ERROR_NEWER);
}

/* Never waits for the far end of a pipe. */
static enum file_kind kind_of_file(const char *path)
{
    g_autofree char *bytes = g_malloc(FILE_KIND_BYTES);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    size_t n = 0;
    ssize_t got = 1;

    while (fd >= 0 && n < FILE_KIND_BYTES && got > 0) {
        got = read(fd, bytes + n, FILE_KIND_BYTES - n);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            n += (size_t)got;
    }
    if (fd >= 0)
        close(fd);
    enum file_kind kind = file_kind_of_bytes(bytes, n);

    return kind == FILE_KIND_FOREIGN && begins(bytes, n, sqlite_header, sizeof sqlite_header) &&
                   is_young_recording(path)
               ? FILE_KIND_RECORDING
               : kind;
}

enum file_kind file_kind_of(const char *path)
{
    struct stat info;

    if (stat(path, &info) != 0)
        return FILE_KIND_NONE;
    if (S_ISDIR(info.st_mode))
        return snapshot_folder_is_one(path) ? FILE_KIND_CAPTURE : FILE_KIND_FOREIGN;
    return S_ISREG(info.st_mode) ? kind_of_file(path) : FILE_KIND_FOREIGN;
}
