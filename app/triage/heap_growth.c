#include "app/triage/heap_growth.h"

#include "app/triage/heap_stacks.h"
#include "pprof/top.h"

#include <string.h>

/* First path elements of Go's standard library (a module's first element has a dot, or is a local
 * name that is not in this list). */
static const char *const standard[] = {
    "archive",  "bufio",   "bytes",   "cmp",      "compress", "container", "context", "crypto",
    "database", "debug",   "embed",   "encoding", "errors",   "expvar",    "flag",    "fmt",
    "go",       "hash",    "html",    "image",    "index",    "internal",  "io",      "iter",
    "log",      "maps",    "math",    "mime",     "net",      "os",        "path",    "plugin",
    "reflect",  "regexp",  "runtime", "slices",   "sort",     "strconv",   "strings", "structs",
    "sync",     "syscall", "testing", "text",     "time",     "unicode",   "unique",  "unsafe",
    "vendor",   "weak",
};

bool heap_growth_is_standard(const char *function)
{
    size_t n = strcspn(function, "/.");

    for (size_t i = 0; i < G_N_ELEMENTS(standard); i++)
        if (strlen(standard[i]) == n && strncmp(standard[i], function, n) == 0)
            return function[n] != '\0';
    return false;
}

/* Order matters: the first that occurs in the name is taken. */
static const struct signature {
    const char *part, *words;
} signatures[] = {
    {"bufio.(*Scanner)", "a buffer not returned, or a token kept that pins it"},
    {"bufio.New", "buffers of readers or writers that stay referenced"},
    {"encoding/json", "large decoded objects are retained"},
    {"runtime.malg", "descriptors of goroutines that never end"},
    {"runtime.acquireSudog", "channel operations: blocked senders or receivers"},
    {"runtime.makechan", "channel operations: channels that stay referenced"},
    {"runtime.growslice", "append in a loop: a slice that only grows"},
    {"growSlice", "append in a loop: a buffer that only grows"},
    {"slices.Grow", "append in a loop: a slice that only grows"},
    {"reflect.growslice", "append in a loop: a slice that only grows"},
    {"(*Builder).grow", "append in a loop: a builder that only grows"},
    {"strings.genSplit", "substrings share the whole text: kept only while updates stop"},
    {"time.NewTicker", "tickers that are not stopped"},
    {"time.After", "timers that have not fired yet"},
    {"context.", "contexts that are never cancelled"},
    {"net/http.(*Transport)", "response bodies that are not closed"},
    {"database/sql", "rows or statements that are not closed"},
};

static void growth_free(gpointer data)
{
    struct heap_growth *growth = data;

    g_free(growth->function);
    g_free(growth->caller);
    g_free(growth);
}

/* Of the runtime's own allocations without a caller nobody learns anything; and what the process
 * does to answer us is not its leak. */
static bool says_nothing(const struct profile *profile, const char *function)
{
    return g_str_has_prefix(function, "runtime/pprof.") ||
           g_str_has_prefix(function, "net/http/pprof.") ||
           (strcmp(function, "runtime.mallocgc") == 0 &&
            *heap_stacks_owner(profile, function) == '\0');
}

GPtrArray *heap_growth_find(const struct profile *now, const struct profile *base,
                            int64_t min_bytes, size_t max)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(growth_free);
    struct top_options options = {.sample_index = profile_sample_index(now, "inuse_space"),
                                  .granularity = TOP_FUNCTIONS};

    if (options.sample_index < 0)
        return found;
    g_autoptr(top_report_auto) present = top_build(now, &options, NULL);
    struct top_options diff_options = options;

    diff_options.base = base;
    g_autoptr(top_report_auto) diff = top_build(now, &diff_options, NULL);

    if (present == NULL || diff == NULL)
        return found;
    /* rows are ordered by size whatever the sign, so what grew most comes first among these */
    for (size_t i = 0; i < diff->n_rows && found->len < max; i++) {
        const struct top_row *row = &diff->rows[i];

        if (row->flat < min_bytes || says_nothing(now, row->name))
            continue;
        struct heap_growth *growth = g_new0(struct heap_growth, 1);

        growth->function = g_strdup(row->name);
        growth->caller = g_strdup(heap_stacks_owner(now, row->name));
        growth->delta_bytes = row->flat;
        for (size_t k = 0; k < present->n_rows && growth->now_bytes == 0; k++)
            if (strcmp(present->rows[k].name, row->name) == 0)
                growth->now_bytes = present->rows[k].flat;
        /* what the documentation says of a function that keeps memory */
        for (size_t k = 0; k < G_N_ELEMENTS(signatures) && growth->known == NULL; k++)
            if (strstr(row->name, signatures[k].part) != NULL)
                growth->known = signatures[k].words;
        g_ptr_array_add(found, growth);
    }
    return found;
}
