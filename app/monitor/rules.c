#include "app/monitor/rules.h"

#include "app/monitor/exposition.h"

#include <math.h>
#include <string.h>

static const struct rule rules[] = {
    {"SidescopeTargetDown", "sidescope_up == 0", "5m", TRIAGE_LOOK, "has ended and is not back"},
    {"SidescopeProbeFails", "sidescope_probe_ok == 0 and ignoring (probe) sidescope_up == 1", "10m",
     TRIAGE_LOOK, "cannot be looked at: the probe {{ $labels.probe }} fails"},
    {"SidescopeVerdictBad", "sidescope_verdict == 2", "5m", TRIAGE_BAD,
     "is judged bad by the triage, step {{ $labels.step }}: sidescope triage tells why"},
    {"SidescopeVerdictLook", "sidescope_verdict == 1", "30m", TRIAGE_LOOK,
     "is worth a look, says the triage, step {{ $labels.step }}"},

    {"SidescopeRssHigh",
     "$rss@ - ($lazyfree@ or $rss@ * 0) > #rss-idle and rate($cpu_time@[15m]) * 100 < #cpu-busy",
     "15m", TRIAGE_BAD, "idles with an RSS of {{ $value | humanize1024 }}B"},
    {"SidescopeRssGrowing",
     "deriv($rss[1h]) * 3600 > clamp_min($rss * #rss-growth-share / 100, #rss-growth)", "30m",
     TRIAGE_BAD, "grows by {{ $value | humanize1024 }}B of RSS an hour"},
    {"SidescopeHeapGrowing",
     "deriv($heap_live[1h]) * 3600 > clamp_min($heap_live * 0.1, %heap_live)", "1h", TRIAGE_LOOK,
     "keeps {{ $value | humanize1024 }}B of heap more each hour"},
    {"SidescopeSwapGrowing", "delta($swap[1h]) > #swap-growth", "10m", TRIAGE_LOOK,
     "had {{ $value | humanize1024 }}B swapped out within an hour"},
    {"SidescopeMemoryStall", "$memory_stall >= #memory-stall", "5m", TRIAGE_LOOK,
     "waits for memory {{ printf \"%.0f\" $value }} % of the time"},
    {"SidescopeAllocRate", "avg_over_time($alloc_rate@[15m]) > #alloc-rate", "15m", TRIAGE_LOOK,
     "allocates {{ $value | humanize1024 }}B a second: work for the collector"},
    {"SidescopeAllocRateBad", "avg_over_time($alloc_rate@[15m]) >= #alloc-rate-bad", "15m",
     TRIAGE_LOOK, "allocates {{ $value | humanize1024 }}B a second, documented as bad"},

    {"SidescopeRegions", "$regions > #regions", "15m", TRIAGE_LOOK,
     "has {{ printf \"%.0f\" $value }} mappings (the wizard counts the anonymous ones of them)"},
    {"SidescopeMapsNearLimit", "$regions / #map-count * 100 >= #limit-near", "5m", TRIAGE_LOOK,
     "has {{ printf \"%.0f\" $value }} % of the mappings that the kernel allows"},
    {"SidescopeMapsFull", "$regions / #map-count * 100 >= #limit-full", "1m", TRIAGE_BAD,
     "has {{ printf \"%.0f\" $value }} % of the mappings that the kernel allows"},

    {"SidescopeFdsMany", "$fds@ > #fds-healthy-high", "30m", TRIAGE_LOOK,
     "has {{ printf \"%.0f\" $value }} descriptors, more than are healthy"},
    {"SidescopeFdsFocus", "$fds@ >= #fds-focus", "5m", TRIAGE_LOOK,
     "has {{ printf \"%.0f\" $value }} descriptors: focus on them"},
    {"SidescopeFdsCritical", "$fds@ >= #fds-critical", "5m", TRIAGE_BAD,
     "has {{ printf \"%.0f\" $value }} descriptors, critical for sidecar's own monitor"},
    {"SidescopeFdsLeak", "$fds@ >= #fds-leak", "1m", TRIAGE_BAD,
     "has {{ printf \"%.0f\" $value }} descriptors, documented as a leak"},
    {"SidescopeFdsNearLimit", "$fds / $fd_limit * 100 >= #limit-near", "5m", TRIAGE_LOOK,
     "has {{ printf \"%.0f\" $value }} % of the descriptors it may have"},
    {"SidescopeFdsFull", "$fds / $fd_limit * 100 >= #limit-full", "1m", TRIAGE_BAD,
     "has {{ printf \"%.0f\" $value }} % of the descriptors it may have"},
    {"SidescopeFdsSoonFull",
     "predict_linear($fds[1h], #limit-soon * 3600) >= $fd_limit and deriv($fds[1h]) > 0", "30m",
     TRIAGE_BAD, "will have no descriptor left within a day"},
    {"SidescopeFiles", "$fds_files@ > #reg-high", "30m", TRIAGE_LOOK,
     "has {{ printf \"%.0f\" $value }} regular files open"},
    {"SidescopePipes", "$fds_pipes@ > #pipe-high", "30m", TRIAGE_LOOK,
     "has {{ printf \"%.0f\" $value }} pipes open"},
    {"SidescopeDirectories", "$fds_dirs@ > #dir-high", "30m", TRIAGE_LOOK,
     "has {{ printf \"%.0f\" $value }} directories open"},
    {"SidescopeSessionFiles", "$fds_claude + $fds_codex >= #session-files", "1m", TRIAGE_BAD,
     "has {{ printf \"%.0f\" $value }} session files open: the known watcher leak"},
    {"SidescopeInotify", "$inotify@ > #inotify-instances", "15m", TRIAGE_LOOK,
     "has {{ printf \"%.0f\" $value }} inotify descriptors, more than its watchers need"},

    {"SidescopeThreads", "$threads@ > #threads-high", "15m", TRIAGE_LOOK,
     "has {{ printf \"%.0f\" $value }} threads"},
    {"SidescopeThreadsLeak", "$threads@ >= #threads-leak", "5m", TRIAGE_BAD,
     "has {{ printf \"%.0f\" $value }} threads: a likely goroutine leak"},
    {"SidescopeGoroutines", "$goroutines@ > #goroutines-high", "15m", TRIAGE_LOOK,
     "has {{ printf \"%.0f\" $value }} goroutines, more than settle in a healthy one"},
    {"SidescopeGoroutinesGrowing",
     "deriv($goroutines[1h]) * 3600 > clamp_min($goroutines * 0.1, %goroutines)", "30m", TRIAGE_BAD,
     "grows by {{ printf \"%.0f\" $value }} goroutines an hour"},
    {"SidescopeCpuBusy", "rate($cpu_time@[5m]) * 100 >= #cpu-busy", "15m", TRIAGE_LOOK,
     "uses {{ printf \"%.0f\" $value }} % of a core where it should idle"},
    {"SidescopeSpawns", "$spawns >= #spawns", "5m", TRIAGE_LOOK,
     "starts {{ printf \"%.0f\" $value }} processes a minute"},
};

static const char low_end[] = "the low end of a healthy band: less is no fault";
static const char of_stacks[] = "counted in stacks, not a number over time";
static const char of_machine[] = "of the machine, which has exporters of its own";
static const char of_opened[] = "of what was opened, not a number over time";
static const char of_locks[] = "how long a lock is held, not a number over time";

static const char *const why_not[THRESHOLD_N] = {
    [THRESHOLD_FDS_HEALTHY_LOW] = low_end,
    [THRESHOLD_REG_LOW] = low_end,
    [THRESHOLD_PIPE_LOW] = low_end,
    [THRESHOLD_DIR_LOW] = low_end,
    [THRESHOLD_THREADS_LOW] = low_end,
    [THRESHOLD_GOROUTINES_LOW] = low_end,
    [THRESHOLD_SAME_FILE] = "of single paths",
    [THRESHOLD_KEPT_FDS] = of_opened,
    [THRESHOLD_KEPT_SHARE] = of_opened,
    [THRESHOLD_MACHINE_NEAR] = of_machine,
    [THRESHOLD_MACHINE_FULL] = of_machine,
    [THRESHOLD_STALL_FULL] = of_machine,
    [THRESHOLD_LOCK_LOOK_S] = of_locks,
    [THRESHOLD_LOCK_BAD_S] = of_locks,
    [THRESHOLD_LOCK_OWN_S] = of_locks,
    [THRESHOLD_TICK_CHAINS] = of_stacks,
    [THRESHOLD_TICK_BATCHES] = of_stacks,
    [THRESHOLD_WATCHER_READERS] = of_stacks,
    [THRESHOLD_PROGRAM_SENDS] = of_stacks,
    [THRESHOLD_FETCHES] = of_stacks,
    [THRESHOLD_LOCK_QUEUE] = of_stacks,
    [THRESHOLD_PARKED] = of_stacks,
    [THRESHOLD_INOTIFY_SHARE] = "of a limit that all programs of the user share",
    [THRESHOLD_CLOSE_WAIT] = "counted by the state of each socket, not a number over time",
};

static const struct rules_level levels[] = {
    {METRIC_RSS, THRESHOLD_RSS_IDLE_BYTES, TRIAGE_BAD},
    {METRIC_FDS, THRESHOLD_FDS_FOCUS, TRIAGE_LOOK},
    {METRIC_FDS, THRESHOLD_FDS_CRITICAL, TRIAGE_BAD},
    {METRIC_GOROUTINES, THRESHOLD_GOROUTINES_HIGH, TRIAGE_LOOK},
    {METRIC_REGIONS, THRESHOLD_REGIONS, TRIAGE_LOOK},
    {METRIC_THREADS, THRESHOLD_THREADS_HIGH, TRIAGE_LOOK},
    {METRIC_THREADS, THRESHOLD_THREADS_LEAK, TRIAGE_BAD},
    {METRIC_CPU, THRESHOLD_CPU_BUSY, TRIAGE_LOOK},
    {METRIC_ALLOC_RATE, THRESHOLD_ALLOC_RATE_BYTES, TRIAGE_LOOK},
    {METRIC_ALLOC_RATE, THRESHOLD_ALLOC_RATE_BAD_BYTES, TRIAGE_BAD},
    {METRIC_INOTIFY, THRESHOLD_INOTIFY_INSTANCES, TRIAGE_LOOK},
    {METRIC_FDS_FILES, THRESHOLD_REG_HIGH, TRIAGE_LOOK},
    {METRIC_FDS_DIRS, THRESHOLD_DIR_HIGH, TRIAGE_LOOK},
    {METRIC_FDS_PIPES, THRESHOLD_PIPE_HIGH, TRIAGE_LOOK},
    {METRIC_FDS_CLAUDE, THRESHOLD_SESSION_FILES, TRIAGE_BAD},
    {METRIC_FDS_CODEX, THRESHOLD_SESSION_FILES, TRIAGE_BAD},
    {METRIC_SPAWNS, THRESHOLD_SPAWNS, TRIAGE_LOOK},
    {METRIC_MEMORY_STALL, THRESHOLD_STALL, TRIAGE_LOOK},
};

const struct rule *rules_all(size_t *ret_n)
{
    *ret_n = G_N_ELEMENTS(rules);
    return rules;
}

const char *rules_why_not(enum threshold_id id)
{
    return why_not[id];
}

const struct rules_level *rules_levels(size_t *ret_n)
{
    *ret_n = G_N_ELEMENTS(levels);
    return levels;
}

/* --- expressions --- */

static void append_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.15g", value));
}

static void append_metric(GString *out, const char *id)
{
    enum metric metric = metric_from_id(id);

    g_assert(metric < METRIC_N);
    exposition_append_name(out, metric);
}

static void append_noise(GString *out, const char *id)
{
    enum metric metric = metric_from_id(id);

    g_assert(metric < METRIC_N);
    append_number(out, metric_info(metric)->noise);
}

/* False when it has no value here. */
static bool append_threshold(GString *out, const struct thresholds *thresholds, const char *key)
{
    enum threshold_id id = threshold_from_key(key);

    g_assert(id < THRESHOLD_N);
    append_number(out, thresholds->value[id]);
    return !isnan(thresholds->value[id]);
}

char *rules_expression(const struct rule *rule, const struct thresholds *thresholds)
{
    static const char id_letters[] = "abcdefghijklmnopqrstuvwxyz_";
    static const char key_letters[] = "abcdefghijklmnopqrstuvwxyz-";
    g_autoptr(GString) out = g_string_new(NULL);
    const char *p = rule->expression;
    bool ok = true;

    while (*p != '\0') {
        size_t n = strcspn(p, "$%#@");

        g_string_append_len(out, p, (gssize)n);
        p += n;
        if (*p == '\0')
            break;
        char mark = *p++;
        g_autofree char *word = g_strndup(p, strspn(p, mark == '#' ? key_letters : id_letters));

        if (mark == '@') {
            g_string_append(out, "{process=\"sidecar\"}");
            continue;
        }
        p += strlen(word);
        if (mark == '$')
            append_metric(out, word);
        else if (mark == '%')
            append_noise(out, word);
        else
            ok = append_threshold(out, thresholds, word) && ok;
    }
    return ok ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

/* --- the file --- */

/* A scalar of YAML in single quotes. */
static void append_quoted(GString *out, const char *name, const char *text)
{
    g_string_append_printf(out, "%s: '", name);
    for (const char *p = text; *p != '\0'; p++)
        g_string_append(out, *p == '\'' ? "''" : (char[]){*p, '\0'});
    g_string_append(out, "'\n");
}

/* Where the numbers in it are from: "fds-focus 200 descriptors (Investigation Workflow, step 2)".
 */
static char *describe(const struct rule *rule, const struct thresholds *thresholds)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < THRESHOLD_N; i++) {
        const struct threshold *info = threshold_info((enum threshold_id)i);
        g_autofree char *mark = g_strdup_printf("#%s", info->key);
        const char *at = strstr(rule->expression, mark);

        while (at != NULL && (g_ascii_isalpha(at[strlen(mark)]) || at[strlen(mark)] == '-'))
            at = strstr(at + 1, mark); /* a longer key that begins so */
        if (at == NULL)
            continue;
        g_string_append_printf(out, "%s%s is ", out->len > 0 ? "; " : "", info->key);
        append_number(out, thresholds->value[i]);
        g_string_append_printf(out, " %s (%s)", info->unit, info->source);
    }
    return g_string_free(out, FALSE);
}

char *rules_text(const struct thresholds *thresholds)
{
    GString *out =
        g_string_new("# Written by: sidescope monitor --print-rules\n"
                     "# with the thresholds of sidescope triage --rules; change them in the\n"
                     "# configuration and write it again.\n"
                     "groups:\n  - name: sidescope\n    rules:\n");

    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        const struct rule *rule = &rules[i];
        g_autofree char *expression = rules_expression(rule, thresholds);
        g_autofree char *description = describe(rule, thresholds);
        g_autofree char *summary = g_strdup_printf(
            "{{ $labels.process }} {{ $labels.pid }} on {{ $labels.instance }} %s", rule->summary);

        if (expression == NULL)
            continue;
        g_string_append_printf(out, "      - alert: %s\n", rule->alert);
        append_quoted(out, "        expr", expression);
        g_string_append_printf(out,
                               "        for: %s\n        labels:\n          severity: %s\n"
                               "        annotations:\n",
                               rule->lasting,
                               rule->severity == TRIAGE_BAD ? "critical" : "warning");
        append_quoted(out, "          summary", summary);
        if (*description != '\0')
            append_quoted(out, "          description", description);
    }
    return g_string_free(out, FALSE);
}
