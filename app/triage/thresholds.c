#include "app/triage/thresholds.h"

#include <math.h>
#include <string.h>

/*
 * The documented numbers with the section they stand in, and what measuring a
 * real sidecar (v1.3.0 on Linux) says about them. Order of enum threshold_id.
 */
static const struct threshold table[THRESHOLD_N] = {
    {THRESHOLD_RSS_IDLE_BYTES, "rss-idle", "bytes", 500 * 1024.0 * 1024, "System Memory, red flags",
     "a healthy sidecar measures 48 to 79 MB"},
    {THRESHOLD_FDS_HEALTHY_LOW, "fds-healthy-low", "descriptors", 50,
     "File Descriptor Analysis, healthy baselines",
     "on Linux 15 to 20 are healthy: a watched file costs no descriptor there"},
    {THRESHOLD_FDS_HEALTHY_HIGH, "fds-healthy-high", "descriptors", 150,
     "File Descriptor Analysis, healthy baselines",
     "counted in lsof lines, which are some 5 to 10 more than descriptors"},
    {THRESHOLD_FDS_FOCUS, "fds-focus", "descriptors", 200, "Investigation Workflow, step 2",
     "sidecar's own monitor warns at the same count; on macOS a large watched tree alone reaches "
     "it"},
    {THRESHOLD_FDS_CRITICAL, "fds-critical", "descriptors", 500, "sidecar's own monitor", ""},
    {THRESHOLD_FDS_LEAK, "fds-leak", "descriptors", 1000, "File Descriptor Analysis, red flags",
     ""},
    {THRESHOLD_REG_LOW, "reg-low", "files", 10, "File Descriptor Analysis, healthy baselines",
     "2 or 3 on Linux: lsof also lists the program and its libraries"},
    {THRESHOLD_REG_HIGH, "reg-high", "files", 30, "File Descriptor Analysis, healthy baselines",
     ""},
    {THRESHOLD_PIPE_LOW, "pipe-low", "pipes", 10, "File Descriptor Analysis, healthy baselines",
     "2 to 5 on Linux"},
    {THRESHOLD_PIPE_HIGH, "pipe-high", "pipes", 30, "File Descriptor Analysis, healthy baselines",
     ""},
    {THRESHOLD_DIR_LOW, "dir-low", "directories", 5, "File Descriptor Analysis, healthy baselines",
     "none on Linux: lsof shows the working and root directory"},
    {THRESHOLD_DIR_HIGH, "dir-high", "directories", 15,
     "File Descriptor Analysis, healthy baselines", ""},
    {THRESHOLD_SAME_FILE, "same-file", "descriptors of one file", 4,
     "File Descriptor Analysis, red flags", ""},
    {THRESHOLD_SESSION_FILES, "session-files", "files", 1000,
     "Known Leak Patterns, File Descriptor Accumulation",
     "a healthy sidecar keeps no session file open on Linux"},
    {THRESHOLD_INOTIFY_INSTANCES, "inotify-instances", "inotify descriptors", 7, "measured",
     "4 healthy, 7 with Conversations; every leaked watcher adds one"},
    {THRESHOLD_THREADS_LOW, "threads-low", "threads", 20, "Thread Count", "8 to 15 are healthy"},
    {THRESHOLD_THREADS_HIGH, "threads-high", "threads", 60, "Thread Count", ""},
    {THRESHOLD_THREADS_LEAK, "threads-leak", "threads", 100, "Thread Count",
     "threads follow blocking system calls, not goroutines: 14 threads were seen with 222 "
     "goroutines"},
    {THRESHOLD_GOROUTINES_LOW, "goroutines-low", "goroutines", 20,
     "What to Look For, goroutine leaks", ""},
    {THRESHOLD_GOROUTINES_HIGH, "goroutines-high", "goroutines", 50,
     "What to Look For, goroutine leaks", "29 to 48 are healthy"},
    {THRESHOLD_REGIONS, "regions", "anonymous regions", 2000, "System Memory, red flags",
     "documented as \"in thousands\""},
    {THRESHOLD_SWAP_GROWTH_BYTES, "swap-growth", "bytes", 1024.0 * 1024, "System Memory, red flags",
     "any growth is documented; 1 MiB is the noise"},
    {THRESHOLD_ALLOC_RATE_BYTES, "alloc-rate", "bytes", 20 * 1024.0 * 1024, "leak plan",
     "allocation is work for the collector, not a leak"},
    {THRESHOLD_ALLOC_RATE_BAD_BYTES, "alloc-rate-bad", "bytes", 106 * 1024.0 * 1024, "leak plan",
     ""},
};

const struct threshold *threshold_info(enum threshold_id id)
{
    return &table[id];
}

void thresholds_init(struct thresholds *thresholds)
{
    for (size_t i = 0; i < THRESHOLD_N; i++)
        thresholds->value[i] = table[i].documented;
}

static const struct threshold *find_key(const char *key)
{
    for (size_t i = 0; i < THRESHOLD_N; i++)
        if (strcmp(table[i].key, key) == 0)
            return &table[i];
    return NULL;
}

static bool fail_key(const char *key, GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);

    for (size_t i = 0; i < THRESHOLD_N; i++)
        g_string_append_printf(known, "%s%s", i > 0 ? ", " : "", table[i].key);
    g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
                "\"%s\" is no key of [thresholds]; known: %s", key, known->str);
    return false;
}

/* "1500", and for bytes also "500M": powers of 1024. NAN when it is no such number. */
static double parse(const char *text, bool bytes)
{
    static const char suffixes[] = "KMGT";
    char *end = NULL;
    double value = g_ascii_strtod(text, &end);

    if (end == text || !isfinite(value) || value < 0)
        return NAN;
    const char *suffix = *end != '\0' && bytes ? strchr(suffixes, g_ascii_toupper(*end)) : NULL;

    if (suffix != NULL) {
        value *= pow(1024, (double)(suffix - suffixes + 1));
        end++;
    }
    return *end == '\0' ? value : NAN;
}

static bool load_one(struct thresholds *thresholds, GKeyFile *file, const char *key, GError **error)
{
    const struct threshold *info = find_key(key);

    if (info == NULL)
        return fail_key(key, error);
    bool bytes = strcmp(info->unit, "bytes") == 0;
    g_autofree char *text = g_key_file_get_value(file, "thresholds", key, NULL);
    double value = parse(text != NULL ? g_strstrip(text) : "", bytes);

    if (isnan(value)) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                    "[thresholds] %s is a number of %s%s, not \"%s\"", key, info->unit,
                    bytes ? " (K, M, G may follow)" : "", text != NULL ? text : "");
        return false;
    }
    thresholds->value[info->id] = value;
    return true;
}

bool thresholds_load(struct thresholds *thresholds, GKeyFile *file, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, "thresholds", NULL, NULL);

    for (size_t i = 0; keys != NULL && keys[i] != NULL; i++)
        if (!load_one(thresholds, file, keys[i], error))
            return false;
    return true;
}
