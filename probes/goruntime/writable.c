#include "probes/goruntime/writable.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_AREAS = 1 << 17, ENTRY = 8, ENTRIES = 4096 };

struct writable {
    GArray *areas;     /* struct module_area */
    guint first_stack; /* its place among them; G_MAXUINT: not there */
    int pagemap;       /* -1: not to be had */
    uint64_t page;
};

/* "7f…-7f… rw-p 00000000 08:01 1234   /usr/lib/libc.so.6", proc_pid_maps(5). */
static bool parse_line(const char *line, struct module_area *ret)
{
    char *at;

    ret->begin = strtoull(line, &at, 16);
    if (*at != '-')
        return false;
    ret->end = strtoull(at + 1, &at, 16);
    if (ret->end <= ret->begin || strncmp(at, " rw", 3) != 0 || at[3] == '\0')
        return false;
    /* What is shared is a file or a device, but for what has no name: it is the process's own. */
    return at[4] == 'p' || (at[4] == 's' && g_str_has_suffix(line, " /dev/zero (deleted)"));
}

static bool read_areas(struct writable *writable, int pid, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/maps", pid), *maps = NULL;

    errno = 0;
    if (!g_file_get_contents(path, &maps, NULL, NULL))
        return rights_fail(pid, errno != 0 ? errno : ESRCH, error);
    for (const char *line = maps; *line != '\0';
         line += strcspn(line, "\n"), line += *line == '\n') {
        g_autofree char *text = g_strndup(line, strcspn(line, "\n"));
        struct module_area area;

        if (!parse_line(text, &area))
            continue;
        if (g_str_has_suffix(text, " [stack]"))
            writable->first_stack = writable->areas->len;
        g_array_append_val(writable->areas, area);
    }
    if (writable->areas->len <= MAX_AREAS)
        return true;
    g_set_error_literal(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE,
                        "the process has more mappings than are looked through");
    return false;
}

struct writable *writable_of_areas(GArray *areas)
{
    struct writable *writable = g_new0(struct writable, 1);

    writable->areas = g_array_ref(areas);
    writable->first_stack = G_MAXUINT;
    writable->pagemap = -1;
    writable->page = (uint64_t)sysconf(_SC_PAGESIZE);
    return writable;
}

struct writable *writable_of_process(int pid, GError **error)
{
    g_autoptr(GArray) areas = g_array_new(FALSE, FALSE, sizeof(struct module_area));
    struct writable *writable = writable_of_areas(areas);
    g_autofree char *path = g_strdup_printf("/proc/%d/pagemap", pid);

    if (!read_areas(writable, pid, error)) {
        writable_free(writable);
        return NULL;
    }
    writable->pagemap = open(path, O_RDONLY | O_CLOEXEC);
    return writable;
}

struct writable *writable_of_memory(struct memory *memory, GError **error)
{
    if (memory->ops->writable != NULL)
        return memory->ops->writable(memory, error);
    g_set_error_literal(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FAILED,
                        "what the process can write to is not known");
    return NULL;
}

void writable_leave_first_stack(struct writable *writable)
{
    if (writable->first_stack < writable->areas->len)
        g_array_remove_index(writable->areas, writable->first_stack);
    writable->first_stack = G_MAXUINT;
}

void writable_free(struct writable *writable)
{
    if (writable == NULL)
        return;
    if (writable->pagemap >= 0)
        close(writable->pagemap);
    g_array_unref(writable->areas);
    g_free(writable);
}

const GArray *writable_areas(const struct writable *writable)
{
    return writable->areas;
}

/* Bits 63 and 62: in memory, in swap (Documentation/admin-guide/mm/pagemap.rst). */
static bool has_page(const uint8_t *entry)
{
    return (bytes_u64(entry) >> 62) != 0;
}

struct writable_run writable_next(const struct writable *writable, uint64_t address, uint64_t n)
{
    uint8_t entries[ENTRIES * ENTRY];
    uint64_t first = address / writable->page, pages = n / writable->page;
    struct writable_run run = {0, 0};

    if (writable->pagemap < 0 || address % writable->page != 0)
        return (struct writable_run){0, n};
    for (uint64_t done = 0; done < pages;) {
        size_t some = (size_t)MIN(pages - done, ENTRIES);
        ssize_t got = pread(writable->pagemap, entries, some * ENTRY,
                            (off_t)((first + done) * (uint64_t)ENTRY));

        if (got != (ssize_t)(some * ENTRY))
            return (struct writable_run){run.skip, n - run.skip};
        for (size_t i = 0; i < some; i++) {
            if (has_page(entries + i * ENTRY))
                run.n += writable->page;
            else if (run.n > 0)
                return run;
            else
                run.skip += writable->page;
        }
        done += some;
    }
    return run.n > 0 ? run : (struct writable_run){0, 0};
}
