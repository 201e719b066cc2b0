#include "probes/macos/ps.h"

#include "probes/samples.h"

#include <math.h>
#include <string.h>

enum { MAX_COLUMNS = 32, LSTART_WORDS = 5 };

/* --- asking --- */

static void add_columns(GPtrArray *argv, const char *const *columns)
{
    /* one -o each: a list after one -o would be taken as a heading by some */
    for (; *columns; columns++) {
        g_ptr_array_add(argv, (gpointer) "-o");
        g_ptr_array_add(argv, (gpointer)(uintptr_t)*columns);
    }
}

GPtrArray *ps_arguments(enum ps_flavour flavour, enum ps_question question, const char *pid_text)
{
    GPtrArray *argv = g_ptr_array_new();

    g_ptr_array_add(argv, (gpointer) "ps");
    /* the environment is a BSD option of procps and a dashed one of Darwin */
    if (question == PS_ENVIRONMENT)
        g_ptr_array_add(argv, flavour == PS_DARWIN ? (gpointer) "-Eww" : (gpointer) "eww");
    else if (question == PS_THREADS)
        g_ptr_array_add(argv, (gpointer) "-M");
    else
        g_ptr_array_add(argv, (gpointer) "-ww");
    if (!pid_text)
        g_ptr_array_add(argv, (gpointer) "-A");

    static const char *const numbers[] = {"pid",  "ppid", "uid", "stat", "lstart", "etime",
                                          "time", "%cpu", "rss", "vsz",  NULL};
    static const char *const threads[] = {"nlwp", NULL}; /* an error on Darwin */
    static const char *const command[] = {"pid", "comm", NULL};
    static const char *const arguments[] = {"pid", "args", NULL};

    if (question == PS_NUMBERS)
        add_columns(argv, numbers);
    if (question == PS_NUMBERS && flavour == PS_PROCPS)
        add_columns(argv, threads);
    if (question == PS_COMMAND)
        add_columns(argv, command);
    if (question == PS_ARGUMENTS || question == PS_ENVIRONMENT)
        add_columns(argv, arguments);

    if (pid_text) {
        g_ptr_array_add(argv, (gpointer) "-p");
        g_ptr_array_add(argv, (gpointer)(uintptr_t)pid_text);
    }
    g_ptr_array_add(argv, NULL);
    return argv;
}

/* --- words --- */

struct cursor {
    const char *p, *end; /* of one line */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool next_word(struct cursor *c, const char **ret, size_t *ret_n)
{
    while (c->p < c->end && is_blank(*c->p))
        c->p++;
    *ret = c->p;
    while (c->p < c->end && !is_blank(*c->p))
        c->p++;
    *ret_n = (size_t)(c->p - *ret);
    return *ret_n > 0;
}

static bool next_line(struct cursor *text, struct cursor *ret)
{
    if (text->p >= text->end)
        return false;
    const char *newline = memchr(text->p, '\n', (size_t)(text->end - text->p));

    *ret = (struct cursor){text->p, newline ? newline : text->end};
    text->p = newline ? newline + 1 : text->end;
    return true;
}

static bool parse_number(const char *text, size_t n, int64_t *ret)
{
    enum { MAX_DIGITS = 18 };
    int64_t value = 0;

    if (n == 0 || n > MAX_DIGITS)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!g_ascii_isdigit(text[i]))
            return false;
        value = value * 10 + (text[i] - '0');
    }
    *ret = value;
    return true;
}

static double parse_percent(const char *text, size_t n)
{
    char copy[32] = ""; /* the text is not terminated */
    char *end;

    memcpy(copy, text, MIN(n, sizeof copy - 1));
    g_strdelimit(copy, ",", '.');
    double value = g_ascii_strtod(copy, &end);

    return end != copy && isfinite(value) && value >= 0 ? value : NAN;
}

/* --- times --- */

bool ps_parse_time(const char *text, size_t n, int64_t *ret_us, bool *ret_fine)
{
    int64_t seconds = 0, field = 0, days = 0, us = 0, unit = G_USEC_PER_SEC / 10;
    const int64_t max_field = 1000 * 1000; /* no sum below overflows */
    size_t i = 0, digits = 0, colons = 0;

    for (; i < n && text[i] != '.' && text[i] != ','; i++) {
        if (g_ascii_isdigit(text[i]) && field < max_field) {
            field = field * 10 + (text[i] - '0');
            digits++;
        } else if (text[i] == ':' && digits && colons < 2) {
            seconds = (seconds + field) * 60;
            field = 0;
            digits = 0;
            colons++;
        } else if (text[i] == '-' && digits && !colons && !days) {
            days = field;
            field = 0;
            digits = 0;
        } else {
            return false;
        }
    }
    /* hundredths, or any other number of decimals */
    for (size_t k = i + 1; k < n; k++, unit /= 10) {
        if (!g_ascii_isdigit(text[k]))
            return false;
        us += (text[k] - '0') * unit;
    }
    if (!digits || !colons)
        return false;
    *ret_fine = i < n;
    *ret_us = (days * 24 * 3600 + seconds + field) * G_USEC_PER_SEC + us;
    return true;
}

static int month_of(const char *text, size_t n)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (int month = 0; n == 3 && month < 12; month++)
        if (memcmp(names + 3 * month, text, 3) == 0)
            return month;
    return -1;
}

/* Days since 1970 of a date of the Gregorian calendar; month from 0. */
static int64_t days_of(int64_t year, int month, int64_t day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int64_t last = year - 1;

    return (year - 1970) * 365 + last / 4 - last / 100 + last / 400 - 477 + before[month] +
           (leap && month > 1) + day - 1;
}

/* "Wed Nov 25 12:37:52 2026", or with day and month the other way round. */
static int64_t parse_start(struct cursor *line)
{
    const char *words[LSTART_WORDS];
    size_t sizes[LSTART_WORDS];
    int64_t day, year, time_us;
    bool fine;

    for (size_t i = 0; i < LSTART_WORDS; i++)
        if (!next_word(line, &words[i], &sizes[i]))
            return SAMPLE_UNKNOWN;
    size_t m = month_of(words[1], sizes[1]) >= 0 ? 1 : 2;
    int month = month_of(words[m], sizes[m]);

    if (month < 0 || !parse_number(words[3 - m], sizes[3 - m], &day) || day < 1 || day > 31 ||
        !ps_parse_time(words[3], sizes[3], &time_us, &fine) ||
        !parse_number(words[4], sizes[4], &year) || year < 1970 || year > 9999)
        return SAMPLE_UNKNOWN;
    return days_of(year, month, day) * 24 * 3600 + time_us / G_USEC_PER_SEC;
}

/* --- tables --- */

enum column {
    COLUMN_PID,
    COLUMN_PPID,
    COLUMN_UID,
    COLUMN_STAT,
    COLUMN_STARTED,
    COLUMN_ELAPSED,
    COLUMN_TIME,
    COLUMN_CPU,
    COLUMN_RSS,
    COLUMN_VSZ,
    COLUMN_NLWP,
    COLUMN_TEXT,
    COLUMN_OTHER,
};

static enum column column_of(const char *word, size_t n)
{
    static const struct {
        const char *name;
        enum column column;
    } names[] = {
        {"PID", COLUMN_PID},         {"PPID", COLUMN_PPID},    {"UID", COLUMN_UID},
        {"STAT", COLUMN_STAT},       {"S", COLUMN_STAT},       {"STARTED", COLUMN_STARTED},
        {"ELAPSED", COLUMN_ELAPSED}, {"TIME", COLUMN_TIME},    {"%CPU", COLUMN_CPU},
        {"RSS", COLUMN_RSS},         {"VSZ", COLUMN_VSZ},      {"NLWP", COLUMN_NLWP},
        {"COMM", COLUMN_TEXT},       {"COMMAND", COLUMN_TEXT}, {"ARGS", COLUMN_TEXT},
        {"CMD", COLUMN_TEXT},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strlen(names[i].name) == n && memcmp(names[i].name, word, n) == 0)
            return names[i].column;
    return COLUMN_OTHER;
}

static void set_word(struct ps_row *row, enum column column, const char *word, size_t n)
{
    int64_t value;
    bool fine;

    if (column == COLUMN_STAT) {
        row->state = word[0];
    } else if (column == COLUMN_CPU) {
        row->cpu_percent = parse_percent(word, n);
    } else if (column == COLUMN_ELAPSED) {
        if (ps_parse_time(word, n, &value, &fine))
            row->elapsed_s = value / G_USEC_PER_SEC;
    } else if (column == COLUMN_TIME) {
        if (ps_parse_time(word, n, &value, &row->cpu_is_fine))
            row->cpu_us = value;
    } else if (parse_number(word, n, &value)) {
        const int64_t max_kib = INT64_MAX / 1024;

        switch (column) {
        case COLUMN_PPID:
            row->parent = (pid_t)MIN(value, INT32_MAX);
            break;
        case COLUMN_UID:
            row->uid = (uid_t)MIN(value, UINT32_MAX);
            break;
        case COLUMN_RSS:
            row->rss_bytes = MIN(value, max_kib) * 1024;
            break;
        case COLUMN_VSZ:
            row->vsz_bytes = MIN(value, max_kib) * 1024;
            break;
        case COLUMN_NLWP:
            row->threads = value;
            break;
        default:
            break;
        }
    }
}

/* False for a line that is no row: too short, or without a pid where one belongs. */
static bool parse_row(struct cursor line, const enum column *columns, size_t n_columns,
                      struct ps_row *ret)
{
    const char *word;
    size_t n;
    int64_t pid = 0;

    *ret = (struct ps_row){
        .uid = (uid_t)-1,
        .state = '?',
        .cpu_percent = NAN,
        .start_s = SAMPLE_UNKNOWN,
        .elapsed_s = SAMPLE_UNKNOWN,
        .cpu_us = SAMPLE_UNKNOWN,
        .rss_bytes = SAMPLE_UNKNOWN,
        .vsz_bytes = SAMPLE_UNKNOWN,
        .threads = SAMPLE_UNKNOWN,
        .text = "",
    };
    for (size_t i = 0; i < n_columns; i++) {
        if (columns[i] == COLUMN_TEXT && i + 1 == n_columns) {
            while (line.p < line.end && is_blank(*line.p))
                line.p++;
            ret->text = line.p;
            ret->text_n = (size_t)(line.end - line.p);
            line.p = line.end;
        } else if (columns[i] == COLUMN_STARTED) {
            ret->start_s = parse_start(&line);
        } else if (!next_word(&line, &word, &n)) {
            return false;
        } else if (columns[i] == COLUMN_PID) {
            if (!parse_number(word, n, &pid) || pid > INT32_MAX)
                return false;
        } else {
            set_word(ret, columns[i], word, n);
        }
    }
    ret->pid = (pid_t)pid;
    return pid > 0;
}

size_t ps_parse(const char *text, size_t n, ps_row_fn each, void *user)
{
    struct cursor all = {text, text + n}, line;
    enum column columns[MAX_COLUMNS];
    struct ps_row row;
    const char *word;
    size_t word_n, n_columns = 0, count = 0;

    if (!next_line(&all, &line))
        return 0;
    while (n_columns < MAX_COLUMNS && next_word(&line, &word, &word_n))
        columns[n_columns++] = column_of(word, word_n);
    while (next_line(&all, &line)) {
        if (!parse_row(line, columns, n_columns, &row))
            continue;
        count++;
        each(&row, user);
    }
    return count;
}

int64_t ps_count_threads(const char *text, size_t n, pid_t pid)
{
    struct cursor all = {text, text + n}, line;
    int64_t count = 0, row_pid;
    const char *word;
    size_t word_n;

    while (next_line(&all, &line)) {
        /* the first line of a process begins with its user, the others with blanks and the pid */
        if (line.p < line.end && !is_blank(*line.p))
            next_word(&line, &word, &word_n);
        if (next_word(&line, &word, &word_n) && parse_number(word, word_n, &row_pid))
            count += row_pid == pid;
    }
    return count;
}

/* --- the environment --- */

char *ps_environment_value(const char *text, size_t n, const char *arguments, const char *name)
{
    size_t skip = strlen(arguments), name_n = strlen(name);

    if (n < skip || memcmp(text, arguments, skip) != 0)
        return NULL; /* it has renamed itself meanwhile: what is what cannot be told */
    for (size_t i = skip; i + name_n + 1 < n; i++) {
        const char *at = text + i + 1;

        if (text[i] != ' ' || memcmp(at, name, name_n) != 0 || at[name_n] != '=')
            continue;
        const char *value = at + name_n + 1, *end = text + n;
        const char *blank = memchr(value, ' ', (size_t)(end - value));

        return g_strndup(value, (size_t)((blank ? blank : end) - value));
    }
    return NULL;
}
