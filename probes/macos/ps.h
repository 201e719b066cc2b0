#ifndef SIDESCOPE_PROBES_MACOS_PS_H
#define SIDESCOPE_PROBES_MACOS_PS_H

/*
 * What ps is asked and what it answers (os-reference 9.2). Pure: text in, rows
 * out. Tables are read by their headings, so that Darwin's ps and procps, which
 * name, order and leave out columns differently, need one reader. Any thread.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum ps_flavour { PS_DARWIN, PS_PROCPS };

enum ps_question {
    PS_NUMBERS,     /* every number known of a process */
    PS_COMMAND,     /* program: its path on Darwin, its name (15 bytes) on procps */
    PS_ARGUMENTS,   /* the whole command line */
    PS_ENVIRONMENT, /* the command line and behind it the environment, of own processes */
    PS_THREADS,     /* Darwin only, one line per thread: procps counts them among the numbers */
};

/* The argument list (static strings and *pid_text) for one process, or all with pid_text NULL. */
GPtrArray *ps_arguments(enum ps_flavour flavour, enum ps_question question, const char *pid_text);

/* One process; SAMPLE_UNKNOWN, NAN and "" for columns that the table does not have. */
struct ps_row {
    pid_t pid, parent;
    uid_t uid;
    char state;         /* first letter of STAT; '?' unknown */
    int64_t start_s;    /* wall clock as printed, as if it were UTC: only good for comparing */
    int64_t elapsed_s;  /* since it started */
    int64_t cpu_us;     /* user + system, since start */
    bool cpu_is_fine;   /* cpu_us has fractions of a second */
    double cpu_percent; /* lifetime average on procps, decaying average on Darwin */
    int64_t rss_bytes, vsz_bytes, threads;
    const char *text; /* last column, to the end of the line; not terminated */
    size_t text_n;
};

typedef void (*ps_row_fn)(const struct ps_row *row, void *user);

/* Calls each for every row of a table with headings; number of rows. */
size_t ps_parse(const char *text, size_t n, ps_row_fn each, void *user);
/* Rows of pid in the answer to PS_THREADS. */
int64_t ps_count_threads(const char *text, size_t n, pid_t pid);
/* "M:SS.cc", "[[dd-]hh:]mm:ss" in microseconds; false when it is neither. */
bool ps_parse_time(const char *text, size_t n, int64_t *ret_us, bool *ret_fine);
/*
 * The value of a variable in the answer to PS_ENVIRONMENT; NULL when it is not
 * there. arguments: the command line alone, which is not searched. A value ends
 * at a blank: ps does not tell blanks inside from those between.
 */
char *ps_environment_value(const char *text, size_t n, const char *arguments, const char *name);

#endif
