#include "probes/recorded.h"

#include "probes/macos/handle.h"
#include "probes/macos/lsof_table.h"
#include "probes/macos/vmmap.h"

#include <gio/gio.h>
#include <string.h>

enum { HEAD_BYTES = 4096 };

/* A line of the head that begins so. */
static bool has_line(const char *head, const char *begin)
{
    g_autofree char *behind = g_strconcat("\n", begin, NULL);

    return g_str_has_prefix(head, begin) || strstr(head, behind) != NULL;
}

/* "p1234" on the first line, a field with a letter on the second. */
static bool is_fields(const char *head, size_t n)
{
    const char *p = head + 1;

    if (head[0] != 'p' || !g_ascii_isdigit(*p))
        return false;
    while (g_ascii_isdigit(*p))
        p++;
    /* lsof -F0 ends each field with a NUL */
    return (size_t)(p - head) + 1 < n && (*p == '\n' || *p == '\0') && g_ascii_isalpha(p[1]);
}

enum recorded_kind recorded_kind_of(const char *text, size_t n)
{
    size_t head_n = MIN(n, (size_t)HEAD_BYTES - 1);
    g_autofree char *head = g_malloc0(head_n + 1);

    if (head_n > 0)
        memcpy(head, text, head_n);
    if (lsof_table_is(text, MIN(n, (size_t)HEAD_BYTES)))
        return RECORDED_LSOF;
    if (is_fields(head, head_n))
        return RECORDED_LSOF_FIELDS;
    if (has_line(head, "Process: ") || has_line(head, "REGION TYPE") ||
        has_line(head, "==== Summary for process"))
        return RECORDED_VMMAP;
    return RECORDED_NONE;
}

/* --- lsof --- */

struct tally {
    pid_t pid;
    size_t rows;
    char name[64];
};

static bool count_row(const struct lsof_process *process, const struct lsof_file *file, void *user)
{
    GArray *tallies = user;
    struct tally one = {.pid = process->pid, .rows = 1};

    (void)file;
    for (guint i = tallies->len; i-- > 0;) { /* rows of a process stand together */
        struct tally *tally = &g_array_index(tallies, struct tally, i);

        if (tally->pid == process->pid) {
            tally->rows++;
            return true;
        }
    }
    g_strlcpy(one.name, process->command, sizeof one.name);
    g_array_append_val(tallies, one);
    return true;
}

static struct recorded_process busiest(lsof_walk walk, const char *text, size_t n)
{
    g_autoptr(GArray) tallies = g_array_new(FALSE, FALSE, sizeof(struct tally));
    const struct tally *most = NULL;
    struct recorded_process process = {0};

    walk(text, n, count_row, tallies);
    for (guint i = 0; i < tallies->len; i++) {
        const struct tally *tally = &g_array_index(tallies, struct tally, i);

        if (most == NULL || tally->rows > most->rows)
            most = tally;
    }
    if (most == NULL)
        return process;
    process.pid = most->pid;
    process.others = tallies->len - 1;
    g_strlcpy(process.name, most->name, sizeof process.name);
    return process;
}

static void stamp(void *sample, gint64 at_us, gint64 real_us)
{
    struct sample *base = sample;

    base->taken_us = at_us;
    base->real_us = real_us;
    base->sequence = 1;
}

struct files_sample *recorded_files(enum recorded_kind kind, const char *text, size_t n,
                                    gint64 at_us, gint64 real_us, struct recorded_process *ret,
                                    GError **error)
{
    lsof_walk walk = kind == RECORDED_LSOF ? lsof_table_parse : lsof_parse;
    struct files_sample *sample = sample_new(PROBE_FILES, sizeof *sample);

    *ret = busiest(walk, text, n);
    stamp(sample, at_us, real_us);
    if (commands_census_of_text(sample, walk, text, n, ret->pid)) {
        if (ret->others > 0)
            sample_set_status(sample, SAMPLE_OK,
                              "the file lists %zu processes; this is the one with the most rows",
                              ret->others + 1);
        return sample;
    }
    sample_unref(sample);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                "it looks like lsof's output, but no descriptor is in it");
    return NULL;
}

/* --- vmmap --- */

struct memory_sample *recorded_memory(const char *text, size_t n, gint64 at_us, gint64 real_us,
                                      struct recorded_process *ret, GError **error)
{
    struct memory_sample *sample = sample_new(PROBE_MEMORY, sizeof *sample);

    /* "Process:         sidecar [41822]" */
    g_autofree char *head = g_strndup(text, MIN(n, (size_t)HEAD_BYTES));
    const char *line = strstr(head, "Process:");

    *ret = (struct recorded_process){0};
    if (line != NULL) {
        line += strlen("Process:");
        line += strspn(line, " \t");
        size_t length = strcspn(line, "\n"), name = 0;

        while (name < length && line[name] != '[')
            name++;
        if (name < length)
            ret->pid = (pid_t)g_ascii_strtoll(line + name + 1, NULL, 10);
        g_snprintf(ret->name, sizeof ret->name, "%.*s", (int)MIN(name, sizeof ret->name - 1), line);
        g_strchomp(ret->name);
    }

    stamp(sample, at_us, real_us);
    if (commands_memory_of_text(sample, text, n))
        return sample;
    sample_unref(sample);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                "it looks like vmmap's output, but its table of regions is not in it (what is "
                "needed is the output of vmmap --summary PID)");
    return NULL;
}
