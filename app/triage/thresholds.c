#include "app/triage/thresholds.h"

#include "app/triage/numbers.h"

#include <math.h>
#include <string.h>

/*
 * The documented numbers with the section they stand in, then those that the
 * procedure leaves open; what holds on Linux and on macOS where it differs; and
 * what measuring a real sidecar (v1.3.0 on Linux) says. Order of enum
 * threshold_id.
 */
static const struct threshold table[THRESHOLD_N] = {
    {THRESHOLD_RSS_IDLE_BYTES, "rss-idle", "bytes", 500 * 1024.0 * 1024, NAN, NAN,
     "System Memory, red flags", "a healthy sidecar measures 48 to 79 MB"},
    {THRESHOLD_FDS_HEALTHY_LOW, "fds-healthy-low", "descriptors", 50, 15, NAN,
     "File Descriptor Analysis, healthy baselines",
     "on Linux 15 to 20 are healthy: a watched file costs no descriptor there"},
    {THRESHOLD_FDS_HEALTHY_HIGH, "fds-healthy-high", "descriptors", 150, NAN, NAN,
     "File Descriptor Analysis, healthy baselines",
     "counted in lsof lines, which are some 5 to 10 more than descriptors"},
    {THRESHOLD_FDS_FOCUS, "fds-focus", "descriptors", 200, NAN, NAN,
     "Investigation Workflow, step 2",
     "sidecar's own monitor warns at the same count; on macOS a large watched tree alone reaches "
     "it"},
    {THRESHOLD_FDS_CRITICAL, "fds-critical", "descriptors", NAN, 500, 500, "sidecar's own monitor",
     ""},
    {THRESHOLD_FDS_LEAK, "fds-leak", "descriptors", 1000, NAN, NAN,
     "File Descriptor Analysis, red flags", ""},
    {THRESHOLD_REG_LOW, "reg-low", "files", 10, 2, NAN,
     "File Descriptor Analysis, healthy baselines",
     "2 or 3 on Linux: lsof also lists the program and its libraries"},
    {THRESHOLD_REG_HIGH, "reg-high", "files", 30, NAN, NAN,
     "File Descriptor Analysis, healthy baselines", ""},
    {THRESHOLD_PIPE_LOW, "pipe-low", "pipes", 10, 2, NAN,
     "File Descriptor Analysis, healthy baselines", "2 to 5 on Linux"},
    {THRESHOLD_PIPE_HIGH, "pipe-high", "pipes", 30, NAN, NAN,
     "File Descriptor Analysis, healthy baselines", ""},
    {THRESHOLD_DIR_LOW, "dir-low", "directories", 5, 0, NAN,
     "File Descriptor Analysis, healthy baselines",
     "none on Linux: lsof shows the working and root directory"},
    {THRESHOLD_DIR_HIGH, "dir-high", "directories", 15, NAN, NAN,
     "File Descriptor Analysis, healthy baselines", ""},
    {THRESHOLD_SAME_FILE, "same-file", "descriptors of one file", 4, NAN, NAN,
     "File Descriptor Analysis, red flags", ""},
    {THRESHOLD_KEPT_FDS, "kept-fds", "descriptors", NAN, 10, 10, "chosen",
     "of what was opened more than a minute ago"},
    {THRESHOLD_KEPT_SHARE, "kept-share", "percent of what was opened", NAN, 50, 50, "chosen", ""},
    {THRESHOLD_SESSION_FILES, "session-files", "files", 1000, NAN, NAN,
     "Known Leak Patterns, File Descriptor Accumulation",
     "a healthy sidecar keeps no session file open on Linux"},
    {THRESHOLD_INOTIFY_INSTANCES, "inotify-instances", "inotify descriptors", NAN, 8, 8, "measured",
     "4 healthy, 7 with Conversations, 8 with Sessions or Activity open; every leaked watcher adds "
     "one"},
    {THRESHOLD_INOTIFY_SHARE, "inotify-share", "percent of the user's inotify instances", NAN, 25,
     25, "chosen", "held by one process, whatever it is: all programs of the user share them"},
    {THRESHOLD_THREADS_LOW, "threads-low", "threads", 20, 8, NAN, "Thread Count",
     "8 to 15 are healthy"},
    {THRESHOLD_THREADS_HIGH, "threads-high", "threads", 60, NAN, NAN, "Thread Count", ""},
    {THRESHOLD_THREADS_LEAK, "threads-leak", "threads", 100, NAN, NAN, "Thread Count",
     "threads follow blocking system calls, not goroutines: 14 threads were seen with 222 "
     "goroutines"},
    {THRESHOLD_GOROUTINES_LOW, "goroutines-low", "goroutines", 20, NAN, NAN,
     "What to Look For, goroutine leaks", ""},
    {THRESHOLD_GOROUTINES_HIGH, "goroutines-high", "goroutines", 50, 60, 60,
     "What to Look For, goroutine leaks",
     "29 to 48 are healthy, 55 to 60 with Sessions or Activity open"},
    {THRESHOLD_REGIONS, "regions", "anonymous regions", 2000, NAN, NAN, "System Memory, red flags",
     "documented as \"in thousands\""},
    {THRESHOLD_SWAP_GROWTH_BYTES, "swap-growth", "bytes", 1024.0 * 1024, NAN, NAN,
     "System Memory, red flags", "any growth is documented; 1 MiB is the noise"},
    {THRESHOLD_ALLOC_RATE_BYTES, "alloc-rate", "bytes per second", 20 * 1024.0 * 1024, NAN, NAN,
     "leak plan", "allocation is work for the collector, not a leak"},
    {THRESHOLD_ALLOC_RATE_BAD_BYTES, "alloc-rate-bad", "bytes per second", 106 * 1024.0 * 1024, NAN,
     NAN, "leak plan", ""},
    {THRESHOLD_CPU_BUSY, "cpu-busy", "percent of a core", NAN, 50, 50, "Quick Triage, high CPU",
     "documented without a number; a healthy idle sidecar measures under 3 for 15 s"},
    {THRESHOLD_RSS_GROWTH_BYTES, "rss-growth", "bytes per hour", NAN, 8 * 1024.0 * 1024,
     8 * 1024.0 * 1024, "Quick Triage, memory growth",
     "less than this is what any Go program wanders by"},
    {THRESHOLD_RSS_GROWTH_SHARE, "rss-growth-share", "percent per hour", NAN, 2, 2,
     "Quick Triage, memory growth", "the larger of the two counts"},
    {THRESHOLD_LIMIT_NEAR, "limit-near", "percent of a limit", NAN, 50, 50, "chosen", ""},
    {THRESHOLD_LIMIT_FULL, "limit-full", "percent of a limit", NAN, 80, 80, "chosen", ""},
    {THRESHOLD_LIMIT_SOON_HOURS, "limit-soon", "hours", NAN, 24, 24, "chosen",
     "at the present rate: before the next working day"},
    {THRESHOLD_SPAWNS, "spawns", "processes per minute", NAN, 150, 150, "measured",
     "30 are healthy, 122 of somebody at work, 180 were measured ill"},
    {THRESHOLD_LOCK_LOOK_S, "lock-look", "seconds", NAN, 2, 2, "SQLite",
     "an ordinary write is over long before"},
    {THRESHOLD_LOCK_BAD_S, "lock-bad", "seconds", NAN, 10, 10, "SQLite",
     "twice the time others wait before they give up"},
    {THRESHOLD_LOCK_OWN_S, "lock-own", "seconds", NAN, 30, 30, "SQLite",
     "a transaction of its own that never ends"},
    {THRESHOLD_STALL, "memory-stall", "percent of the time", NAN, 10, 10,
     "pressure stall information", "noticeable; not told on macOS"},
    {THRESHOLD_STALL_FULL, "memory-stall-full", "percent of the time", NAN, 5, 5,
     "pressure stall information", "no task gets on: thrashing; not told on macOS"},
    {THRESHOLD_MACHINE_NEAR, "machine-near", "percent of its memory", NAN, 80, 80, "chosen", ""},
    {THRESHOLD_MACHINE_FULL, "machine-full", "percent of its memory", NAN, 95, 95, "chosen", ""},
    {THRESHOLD_MAP_COUNT, "map-count", "mappings", NAN, 65530, NAN, "vm.max_map_count",
     "mmap fails beyond, and a Go program then dies"},
    {THRESHOLD_TICK_CHAINS, "tick-chains", "goroutines", NAN, 4, 4, "measured",
     "app, td and their re-arming"},
    {THRESHOLD_TICK_BATCHES, "tick-batches", "goroutines", NAN, 4, 4, "measured", "2 or 3"},
    {THRESHOLD_WATCHER_READERS, "watcher-readers", "goroutines", NAN, 8, 8, "measured",
     "one for each inotify instance"},
    {THRESHOLD_PROGRAM_SENDS, "program-sends", "goroutines", NAN, 8, 8, "measured",
     "more is a frame storm"},
    {THRESHOLD_FETCHES, "fetches", "goroutines", NAN, 3, 3, "measured",
     "one or two are under way at any time"},
    {THRESHOLD_LOCK_QUEUE, "lock-queue", "goroutines", NAN, 10, 10, "chosen",
     "for a minute, or for all of the watch: suspect a deadlock"},
    {THRESHOLD_PARKED, "parked-senders", "goroutines", NAN, 50, 50, "chosen",
     "for five minutes: nobody idles in a send"},
    {THRESHOLD_CLOSE_WAIT, "close-wait", "sockets", NAN, 10, 10, "chosen", ""},
};

const struct threshold *threshold_info(enum threshold_id id)
{
    return &table[id];
}

bool thresholds_on_macos(void)
{
#ifdef __APPLE__
    return true;
#else
    return false;
#endif
}

double threshold_default(enum threshold_id id, bool macos)
{
    double here = macos ? table[id].on_macos : table[id].on_linux;

    return isnan(here) ? table[id].documented : here;
}

void thresholds_init(struct thresholds *thresholds, bool macos)
{
    for (size_t i = 0; i < THRESHOLD_N; i++)
        thresholds->value[i] = threshold_default((enum threshold_id)i, macos);
}

enum threshold_id threshold_from_key(const char *key)
{
    size_t i = 0;

    while (i < THRESHOLD_N && strcmp(table[i].key, key) != 0)
        i++;
    return (enum threshold_id)i;
}

static bool is_bytes(const struct threshold *info)
{
    return g_str_has_prefix(info->unit, "bytes");
}

/* What stands behind an amount that is counted per time: "/s"; "" of one that is not. */
static const char *period_of(const struct threshold *info)
{
    static const struct {
        const char *words, *sign;
    } periods[] = {{" per second", "/s"}, {" per minute", "/min"}, {" per hour", "/h"}};

    for (size_t i = 0; i < G_N_ELEMENTS(periods); i++)
        if (g_str_has_suffix(info->unit, periods[i].words))
            return periods[i].sign;
    return "";
}

/* "1500", for bytes also "500M": powers of 1024; a rate may say of what: "50M/s". NAN when it is no
 * such number. */
static double parse(const struct threshold *info, const char *text)
{
    static const char suffixes[] = "KMGT";
    bool bytes = is_bytes(info);
    char *end = NULL;
    double value = g_ascii_strtod(text, &end);

    if (end == text || !isfinite(value) || value < 0)
        return NAN;
    const char *suffix = *end != '\0' && bytes ? strchr(suffixes, g_ascii_toupper(*end)) : NULL;

    if (suffix != NULL) {
        value *= pow(1024, (double)(suffix - suffixes + 1));
        end++;
    }
    return *end == '\0' || strcmp(end, period_of(info)) == 0 ? value : NAN;
}

struct number_text threshold_text(enum threshold_id id, double value)
{
    struct number_text ret = {"-"};

    if (isnan(value))
        return ret;
    if (is_bytes(&table[id]))
        g_snprintf(ret.text, sizeof ret.text, "%.*s%s", NUMBER_TEXT_MAX - 8,
                   number_bytes_real(value).text, period_of(&table[id]));
    else
        g_snprintf(ret.text, sizeof ret.text, "%g", value);
    return ret;
}

char *thresholds_text(const struct thresholds *thresholds, bool macos)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%-18s %8s  %10s  %-24s %s\n", "KEY",
                           macos ? "ON MACOS" : "ON LINUX", "DOCUMENTED", "UNIT", "FROM");
    for (size_t i = 0; i < THRESHOLD_N; i++) {
        const struct threshold *info = &table[i];

        g_string_append_printf(out, "%-18s %8s  %10s  %-24s %s\n", info->key,
                               threshold_text(info->id, thresholds->value[i]).text,
                               threshold_text(info->id, info->documented).text, info->unit,
                               info->source);
        if (*info->measured != '\0')
            g_string_append_printf(out, "%-18s %s\n", "", info->measured);
    }
    return g_string_free(out, FALSE);
}

bool thresholds_set(struct thresholds *thresholds, const char *key, const char *text,
                    GError **error)
{
    enum threshold_id id = threshold_from_key(key);

    if (id == THRESHOLD_N) {
        g_autoptr(GString) known = g_string_new(NULL);

        for (size_t i = 0; i < THRESHOLD_N; i++)
            g_string_append_printf(known, "%s%s", i > 0 ? ", " : "", table[i].key);
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
                    "\"%s\" is no key of [thresholds]; known: %s", key, known->str);
        return false;
    }
    const struct threshold *info = &table[id];
    double value = parse(info, text);

    if (isnan(value)) {
        const char *period = period_of(info);
        g_autofree char *hint = !is_bytes(info) ? g_strdup("")
                                : *period == '\0'
                                    ? g_strdup(" (K, M, G may follow)")
                                    : g_strdup_printf(" (K, M, G may follow: 50M%s)", period);

        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                    "[thresholds] %s is a number of %s%s, not \"%s\"", key, info->unit, hint, text);
        return false;
    }
    thresholds->value[info->id] = value;
    return true;
}

bool thresholds_load(struct thresholds *thresholds, GKeyFile *file, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, "thresholds", NULL, NULL);

    for (size_t i = 0; keys != NULL && keys[i] != NULL; i++) {
        g_autofree char *text = g_key_file_get_value(file, "thresholds", keys[i], NULL);

        if (!thresholds_set(thresholds, keys[i], text != NULL ? g_strstrip(text) : "", error))
            return false;
    }
    return true;
}
