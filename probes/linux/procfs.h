#ifndef SIDESCOPE_PROBES_LINUX_PROCFS_H
#define SIDESCOPE_PROBES_LINUX_PROCFS_H

/*
 * Reading procfs files below a directory descriptor, whole or line by line,
 * and the one file everybody needs, stat (os-reference 1.3). Functions return
 * 0 or an errno value. No state of their own: any thread with its own buffer.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    PROCFS_MAX_TEXT = 4 * 1024 * 1024, /* one whole file (environ and cmdline may be large) */
    PROCFS_MAX_LINE = 128 * 1024,      /* one line: an escaped path of PROBES_MAX_PATH_BYTES */
};

/* A reusable buffer; data is NUL-terminated after every successful read. */
struct procfs_text {
    char *data;
    size_t size, capacity;
};

void procfs_text_clear(struct procfs_text *text);
/* Makes room for capacity bytes in all. */
void procfs_text_reserve(struct procfs_text *text, size_t capacity);

/* number as text, somewhere in buffer; printf per descriptor shows in a large census. */
enum { PROCFS_NUMBER_BYTES = 16 };
const char *procfs_number(int number, char buffer[PROCFS_NUMBER_BYTES]);

/* Opens name for reading: never blocks on a FIFO, never becomes our terminal. fd or -errno. */
int procfs_open(int dir_fd, const char *name);
int procfs_open_dir(int dir_fd, const char *name);
/* Whole content from the beginning of fd; what lies beyond PROCFS_MAX_TEXT is left out. */
int procfs_read_fd(int fd, struct procfs_text *text);
int procfs_read(int dir_fd, const char *name, struct procfs_text *text);
/*
 * The same for a file the kernel prints in one go (single_open: fdinfo is one):
 * a read that leaves room was the last, which saves the one that would say so.
 */
int procfs_read_single(int dir_fd, const char *name, struct procfs_text *text);
/* Link text, NUL-terminated. ENAMETOOLONG beyond PROBES_MAX_PATH_BYTES. */
int procfs_read_link(int dir_fd, const char *name, struct procfs_text *text);
/* A small file with one number, such as a sysctl. */
bool procfs_read_number(int dir_fd, const char *name, int64_t *ret);
/* True when fd lies on a procfs, not in a recorded tree. */
bool procfs_is_real(int fd);

/* Lines of a file that may be larger than memory should hold; a line may span reads. */
struct procfs_lines {
    int fd;
    int error; /* errno that ended it, 0 at the true end */
    bool end;
    char *data;
    size_t begin, filled, capacity;
    uint64_t bytes; /* read so far */
};

/* Reads from fd, which stays the caller's. */
void procfs_lines_init(struct procfs_lines *lines, int fd);
void procfs_lines_clear(struct procfs_lines *lines);
/* Next line without its newline, valid until the next call; false at the end. */
bool procfs_lines_next(struct procfs_lines *lines, const char **ret, size_t *ret_n);

/* /proc/PID/stat; numbers as printed (ticks, pages), see proc(5). */
struct procfs_stat {
    pid_t pid, parent;
    char state;
    const char *comm; /* inside the text it was parsed from; not terminated */
    size_t comm_n;
    uint64_t flags, minor_faults, major_faults;
    uint64_t user_ticks, system_ticks, child_user_ticks, child_system_ticks;
    uint64_t threads, start_ticks, vsize_bytes, rss_pages;
};

bool procfs_stat_parse(const char *text, size_t n, struct procfs_stat *ret);
/* Kernel thread: PF_KTHREAD of flags. */
bool procfs_stat_is_kernel(const struct procfs_stat *stat);
/* Made by fork and not by exec since: PF_FORKNOEXEC of flags. */
bool procfs_stat_is_forked(const struct procfs_stat *stat);
/* On its way out: PF_EXITING of flags. */
bool procfs_stat_is_exiting(const struct procfs_stat *stat);

/* Soft and hard "Max open files" or "Max stack size" of a limits text; SAMPLE_UNKNOWN: unlimited.
 */
bool procfs_limit_parse(const struct procfs_text *limits, const char *name, int64_t *ret_soft,
                        int64_t *ret_hard);

/* The number behind key ("VmRSS:") at the beginning of a line, and the same of kB in bytes;
 * SAMPLE_UNKNOWN: there is none. */
int64_t procfs_number_of(const struct procfs_text *text, const char *key);
int64_t procfs_bytes_of(const struct procfs_text *text, const char *key);

/* Takes " (deleted)" off the end; true when it was there. */
bool procfs_strip_deleted(char *path);

#endif
