#include "app/monitor/log_writer.h"

#include "app/ground/folder_writer.h"
#include "probes/threads.h"
#include "widgets/safe_text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Not G_DEFINE_QUARK: its cache is written without a lock. */
GQuark log_writer_error_quark(void)
{
    return g_quark_from_static_string("sidescope-log-writer-error-quark");
}

enum {
    RETRY_US = G_USEC_PER_SEC,
    MAX_WAITING_BYTES = 1 << 20, /* of one log: some days of lines a minute */
    MAX_HEADER_BYTES = 64 * 1024,
};

struct log {
    int fd;
    char *path; /* NULL: standard output */
    bool is_regular;
    /* under the writer's lock */
    GQueue lines; /* char * */
    size_t waiting_bytes;
    guint64 dropped; /* lines that found no room here either */
    /* the thread's own */
    char *current; /* a line under way */
    size_t current_done;
    bool troubled;
};

/* A file to be replaced. */
struct replacement {
    char *path;
    char *text; /* NULL: written; under the lock */
    bool troubled;
};

struct log_writer {
    struct lock lock;
    pthread_t thread;
    bool running, stop; /* stop: under the lock */
    GPtrArray *logs;    /* struct log *; grows under the lock */
    GPtrArray *files;   /* struct replacement *; grows under the lock */
};

/* --- saying so --- */

static void say(const char *path, const char *what)
{
    g_autofree char *safe = text_safe(path, -1, g_get_charset(NULL));

    g_printerr("sidescope: %s %s\n", safe, what);
}

static void say_trouble(bool *troubled, const char *path, int code)
{
    g_autofree char *what =
        g_strdup_printf("cannot be written: %s; trying again until it can", g_strerror(code));

    if (!*troubled)
        say(path, what);
    *troubled = true;
}

static void say_end(bool *troubled, const char *path)
{
    if (*troubled)
        say(path, "can be written again");
    *troubled = false;
}

/* --- lines --- */

static void drop_oldest(struct log *log)
{
    g_autofree char *line = g_queue_pop_head(&log->lines);

    log->waiting_bytes -= strlen(line);
    log->dropped++;
}

static char *next_line(struct log_writer *writer, struct log *log)
{
    lock_acquire(&writer->lock);
    char *line = g_queue_pop_head(&log->lines);

    if (line != NULL)
        log->waiting_bytes -= strlen(line);
    lock_release(&writer->lock);
    return line;
}

/* Of a file, what was written of a line is taken back: no half line stays there. */
static void take_back(struct log *log, size_t wrote)
{
    off_t end = log->is_regular ? lseek(log->fd, 0, SEEK_END) : -1;

    if (end >= (off_t)wrote && ftruncate(log->fd, end - (off_t)wrote) == 0)
        return;
    log->current_done += wrote;
}

/* True when the line under way is out. */
static bool write_current(struct log *log)
{
    const char *rest = log->current + log->current_done;
    size_t n = strlen(rest);
    ssize_t wrote;

    do {
        wrote = write(log->fd, rest, n);
    } while (wrote < 0 && errno == EINTR);
    if (wrote == (ssize_t)n)
        return true;
    int code = wrote < 0 ? errno : ENOSPC; /* less than a line fits */

    if (wrote > 0)
        take_back(log, (size_t)wrote);
    if (log->path != NULL)
        say_trouble(&log->troubled, log->path, code);
    return false;
}

/* False when something waits. */
static bool flush_log(struct log_writer *writer, struct log *log)
{
    while (log->current != NULL || (log->current = next_line(writer, log)) != NULL) {
        /* A reader that does not read must not hold up the files. */
        struct pollfd one = {.fd = log->fd, .events = POLLOUT};

        if ((log->path == NULL && poll(&one, 1, 0) == 0) || !write_current(log))
            return false;
        if (log->path != NULL)
            say_end(&log->troubled, log->path);
        g_clear_pointer(&log->current, g_free);
        log->current_done = 0;
    }
    return true;
}

/* --- files --- */

/* Beside it under a name that the collector does not read (*.prom only), then put in its place:
 * readable by everybody the umask lets, because the collector is another user. */
static bool replace(const char *path, const char *text)
{
    g_autofree char *made = g_strdup_printf("%s.%d.partial", path, (int)getpid());
    int fd = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

    if (fd < 0)
        return false;
    bool ok = file_write_all(fd, text, strlen(text));
    int code = errno;

    if (close(fd) != 0 && ok) {
        ok = false;
        code = errno;
    }
    if (ok && rename(made, path) == 0)
        return true;
    code = ok ? errno : code;
    (void)unlink(made);
    errno = code;
    return false;
}

/* --- the thread --- */

static gpointer nth(struct log_writer *writer, GPtrArray *array, guint i)
{
    lock_acquire(&writer->lock);
    gpointer item = i < array->len ? g_ptr_array_index(array, i) : NULL;

    lock_release(&writer->lock);
    return item;
}

/* False when something waits. Files before the terminal. */
static bool flush_all(struct log_writer *writer)
{
    struct replacement *file;
    struct log *log;
    bool all = true;

    for (guint i = 0; (log = nth(writer, writer->logs, i)) != NULL; i++)
        if (log->path != NULL)
            all = flush_log(writer, log) && all;
    for (guint i = 0; (file = nth(writer, writer->files, i)) != NULL; i++) {
        /* What could not be written is not tried again: a newer text comes soon. */
        lock_acquire(&writer->lock);
        g_autofree char *text = g_steal_pointer(&file->text);

        lock_release(&writer->lock);
        if (text == NULL)
            continue;
        if (replace(file->path, text))
            say_end(&file->troubled, file->path);
        else
            say_trouble(&file->troubled, file->path, errno);
    }
    for (guint i = 0; (log = nth(writer, writer->logs, i)) != NULL; i++)
        if (log->path == NULL)
            all = flush_log(writer, log) && all;
    return all;
}

static bool has_news(struct log_writer *writer) THREADS_REQUIRES(writer->lock)
{
    for (guint i = 0; i < writer->logs->len; i++)
        if (((struct log *)g_ptr_array_index(writer->logs, i))->lines.length > 0)
            return true;
    for (guint i = 0; i < writer->files->len; i++)
        if (((struct replacement *)g_ptr_array_index(writer->files, i))->text != NULL)
            return true;
    return false;
}

/* Waits for news, or for the time of another try. True when the thread is to end. */
static bool wait_for_news(struct log_writer *writer, bool waiting)
{
    gint64 until_us = waiting ? g_get_monotonic_time() + RETRY_US : -1;

    lock_acquire(&writer->lock);
    while (!writer->stop && (waiting || !has_news(writer))) {
        lock_wait(&writer->lock, until_us);
        if (waiting && g_get_monotonic_time() >= until_us)
            break;
    }
    bool stop = writer->stop;

    lock_release(&writer->lock);
    return stop;
}

static void *run(void *user)
{
    struct log_writer *writer = user;
    bool waiting = false;

    while (!wait_for_news(writer, waiting))
        waiting = !flush_all(writer);
    return flush_all(writer) ? NULL : writer;
}

/* --- life --- */

static void log_free(gpointer data)
{
    struct log *log = data;

    g_queue_clear_full(&log->lines, g_free);
    g_free(log->current);
    if (log->path != NULL)
        close(log->fd);
    g_free(log->path);
    g_free(log);
}

static void replacement_free(gpointer data)
{
    struct replacement *file = data;

    g_free(file->path);
    g_free(file->text);
    g_free(file);
}

struct log_writer *log_writer_new(void)
{
    struct log_writer *writer = g_new0(struct log_writer, 1);

    lock_init(&writer->lock);
    writer->logs = g_ptr_array_new_with_free_func(log_free);
    writer->files = g_ptr_array_new_with_free_func(replacement_free);
    writer->running = thread_start(&writer->thread, "writer", run, writer);
    return writer;
}

bool log_writer_free(struct log_writer *writer)
{
    if (writer == NULL)
        return true;
    lock_acquire(&writer->lock);
    writer->stop = true;
    lock_notify(&writer->lock);
    lock_release(&writer->lock);
    if (writer->running)
        pthread_join(writer->thread, NULL);
    bool lost = false;

    for (guint i = 0; i < writer->logs->len; i++) {
        const struct log *log = g_ptr_array_index(writer->logs, i);
        guint64 n = log->dropped + log->lines.length + (log->current != NULL);

        if (n == 0 || log->path == NULL)
            continue;
        g_autofree char *what =
            g_strdup_printf("lacks %" G_GUINT64_FORMAT " lines that could not be written", n);

        say(log->path, what);
        lost = true;
    }
    bool ok = !lost;

    g_ptr_array_unref(writer->logs);
    g_ptr_array_unref(writer->files);
    lock_clear(&writer->lock);
    g_free(writer);
    return ok;
}

/* --- opening --- */

static bool fail(GError **error, const char *path)
{
    g_set_error(error, LOG_WRITER_ERROR, LOG_WRITER_ERROR_OPEN, "%s cannot be written: %s", path,
                g_strerror(errno));
    return false;
}

/* A file with something in it: goes on where it has the same columns. */
static bool check_columns(int fd, const char *path, const char *header, GError **error)
{
    size_t n = MIN(strlen(header), MAX_HEADER_BYTES);
    g_autofree char *begins = g_malloc(n);

    ssize_t got = pread(fd, begins, n, 0);

    if (got == (ssize_t)n && memcmp(begins, header, n) == 0)
        return true;
    g_set_error(error, LOG_WRITER_ERROR, LOG_WRITER_ERROR_OTHER_COLUMNS,
                "%s is there already and is no log with these columns: choose another name", path);
    return false;
}

static bool begin(struct log *log, const char *header, GError **error)
{
    struct stat status;

    if (fstat(log->fd, &status) != 0)
        return fail(error, log->path);
    log->is_regular = S_ISREG(status.st_mode);
    if (log->is_regular && status.st_size > 0) {
        if (!check_columns(log->fd, log->path, header, error))
            return false;
        /* What a machine that crashed left of a line becomes a line of its own. */
        off_t size = status.st_size;
        char last = '\n';

        return pread(log->fd, &last, 1, size - 1) != 1 || last == '\n' ||
               write(log->fd, "\n", 1) == 1 || fail(error, log->path);
    }
    g_queue_push_tail(&log->lines, g_strdup(header));
    log->waiting_bytes = strlen(header);
    return true;
}

static struct log *add(struct log_writer *writer, struct log *log)
{
    lock_acquire(&writer->lock);
    g_ptr_array_add(writer->logs, log);
    lock_notify(&writer->lock);
    lock_release(&writer->lock);
    return log;
}

struct log *log_writer_open(struct log_writer *writer, const char *path, const char *header,
                            GError **error)
{
    struct log *log = g_new0(struct log, 1);
    int flags = O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

    log->path = g_strdup(path);
    /* reading is for the look at its columns; what cannot be read (a pipe) has none */
    log->fd = open(path, O_RDWR | flags, 0666);
    if (log->fd < 0)
        log->fd = open(path, O_WRONLY | flags, 0666);
    if (log->fd < 0)
        fail(error, path);
    else if (begin(log, header, error))
        return add(writer, log);
    else
        close(log->fd);
    g_free(log->path);
    g_free(log);
    return NULL;
}

struct log *log_writer_open_stdout(struct log_writer *writer, const char *header)
{
    struct log *log = g_new0(struct log, 1);

    log->fd = STDOUT_FILENO;
    g_queue_push_tail(&log->lines, g_strdup(header));
    log->waiting_bytes = strlen(header);
    return add(writer, log);
}

/* --- putting --- */

void log_writer_put(struct log_writer *writer, struct log *log, char *line)
{
    if (log == NULL) {
        g_free(line);
        return;
    }
    lock_acquire(&writer->lock);
    g_queue_push_tail(&log->lines, line);
    log->waiting_bytes += strlen(line);
    while (log->waiting_bytes > MAX_WAITING_BYTES && log->lines.length > 1)
        drop_oldest(log);
    lock_notify(&writer->lock);
    lock_release(&writer->lock);
}

static struct replacement *file_of(struct log_writer *writer, const char *path)
    THREADS_REQUIRES(writer->lock)
{
    for (guint i = 0; i < writer->files->len; i++) {
        struct replacement *file = g_ptr_array_index(writer->files, i);

        if (strcmp(file->path, path) == 0)
            return file;
    }
    struct replacement *file = g_new0(struct replacement, 1);

    file->path = g_strdup(path);
    g_ptr_array_add(writer->files, file);
    return file;
}

void log_writer_replace(struct log_writer *writer, const char *path, char *text)
{
    lock_acquire(&writer->lock);
    struct replacement *file = file_of(writer, path);

    g_free(file->text);
    file->text = text;
    lock_notify(&writer->lock);
    lock_release(&writer->lock);
}
