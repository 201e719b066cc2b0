#include "app/triage/patterns.h"

#include "app/triage/pattern_rules.h"

static const struct {
    struct triage_pattern pattern;
    pattern_rule *rule;
} table[] = {
    {{"session-files", "session files stay open",
      "An adapter opens session files and does not close them: overlapping session loads, or a "
      "watcher per file.",
      "Note which adapter the paths belong to, then restart sidecar; update to v0.65.0 or later, "
      "where sessions are watched in tiers.",
      "the count of that path template keeps rising while nothing is opened in sidecar",
      "v0.64.0 and v0.65.0 (claude), v0.51.0 (codex, cursor)", true},
     pattern_session_files},
    {{"unclosed-watchers", "watchers are not closed",
      "Each project switch starts new watchers and leaves the old ones running.",
      "Update to v0.45.0 or later; until then avoid switching projects in one sidecar.",
      "press m, switch the project and back: three inotify descriptors and some 31 goroutines stay",
      "v0.45.0", true},
     pattern_watchers},
    {{"td-database-handles", "many handles of one td database",
      "Every td monitor opens a connection pool of its own without a limit.",
      "Update td to v0.19.0 or later (in sidecar from v0.37.0 on).",
      "the count of issues.db rises with each monitor that is opened", "td v0.19.0", true},
     pattern_td_handles},
    {{"same-file-open", "one file open again and again",
      "A handle is opened in a loop or by every caller, and not closed.",
      "Open the path in the files pane (Enter) and see how old its descriptors are.",
      "the oldest descriptor of that path is as old as the leak", "", true},
     pattern_same_file},
    {{"td-poll-chains", "td poll chains run in parallel",
      "A project switch, or a focus of the td tab, starts one more chain of ticks and ends none.",
      "Restart sidecar to be rid of them; up to v0.45.0 update to v0.46.0. On newer versions "
      "project switches still add one each.",
      "press m, switch projects twice: two goroutines of Tick and execBatchMsg stay",
      "v0.46.0 for tab focus; project switches are not fixed", true},
     pattern_poll_chains},
    {{"interactive-poll-chains", "interactive mode polls twice",
      "Interactive mode was entered without a new generation, so two poll chains run: CPU "
      "doubles, memory stays flat.",
      "Leave and enter the shell again; update to v0.39.0 or later.",
      "a CPU profile (c) shows the poll or capture functions at twice their share", "v0.39.0",
      false},
     pattern_interactive_polls},
    {{"sqlite-lock", "goroutines wait for an SQLite lock",
      "Another process, usually a td command, holds the database lock; everybody else waits in "
      "line.",
      "See who holds the lock of the .db (lsof, /proc/locks) and let it finish, or end it.",
      "the waiting goroutines go when the holder does", "", false},
     pattern_sqlite_lock},
    {{"fetch-pile-up", "fetches pile up",
      "fetchData commands are started faster than they end, mostly because the database is slow "
      "or locked.",
      "Look at the lock of the .db and at swap first; the fetches are the consequence.",
      "their number falls as soon as the database answers", "", true},
     pattern_fetches},
    {{"frame-storm", "a frame storm",
      "A resize message is sent with each frame, so that the program draws without pause.",
      "Close the td issue dialog; update to v1.3.0 with td v0.62.0.",
      "a CPU profile (c) shows Model.View, markdown rendering and goldmark", "v1.3.0", false},
     pattern_frame_storm},
    {{"git-storm", "a storm of git commands",
      "A watcher is triggered by its own git status, or every poll chain runs its own git.",
      "See which command line leads (H, then a); update to v1.0.1 or later.",
      "the rate stays when nothing changes in the repository", "v1.0.1; diff pane v1.1.0", false},
     pattern_git_storm},
    {{"process-exhaustion", "child processes pile up",
      "Children are started and never collected, or hang.",
      "End the hanging children by hand; update to v0.75.0 or later.",
      "the number of children rises from minute to minute", "v0.75.0", true},
     pattern_children},
    {{"orphaned-tmux", "tmux clients left behind",
      "Control clients outlived the sidecar that started them; the tmux server runs out of "
      "descriptors and drops clients.",
      "Look at them in H and end them by hand.", "their parent is the init process", "v1.0.0",
      false},
     pattern_orphans},
    {{"bufio-scanner", "scanner buffers are kept",
      "bufio.Scanner buffers (up to the longest line) stay reachable: the scanner or a token of "
      "it is kept.",
      "See who calls it (Enter): copy what is needed of a token, and drop the scanner.",
      "flat of bufio.(*Scanner).Scan rises between two snapshots", "", true},
     pattern_scanner},
    {{"json-retained", "decoded JSON is kept",
      "json.Unmarshal makes large objects, and a cache or a list keeps them.",
      "See who calls it (Enter) and what it stores them in; bound that.",
      "inuse_objects of encoding/json rise as well", "", true},
     pattern_json},
    {{"slice-growth", "slices grow without end", "append in a loop makes few, ever larger blocks.",
      "See the caller (Enter): bound the slice, or copy what is kept out of it.",
      "bytes per object of that function keep rising", "", true},
     pattern_slices},
    {{"output-buffer", "captures are kept by their substrings",
      "OutputBuffer splits a capture; each line keeps the whole capture alive. No leak while "
      "updates come: it holds only when polling stops.",
      "Let the pane poll again, or close it; what is kept then goes.",
      "the memory falls after the next Update", "v0.23.0", false},
     pattern_output_buffer},
    {{"allocation-churn", "much is allocated, little is kept",
      "The collector works hard on short-lived memory; that costs CPU, it is no leak.",
      "Look at alloc_space (a in the heap pane) for who allocates.",
      "live heap stays level while alloc_space rises by tens of MB a second", "v0.26.0 (ANSI)",
      false},
     pattern_churn},
    {{"blocked-channel", "goroutines are blocked on a channel",
      "Nobody reads (or writes) the channel any more: each new sender or receiver stays for ever.",
      "Open the group: the creator shows who starts them, the site which channel.",
      "the count rises and no member ever leaves", "", true},
     pattern_channel},
    {{"lock-queue", "goroutines stand in line for a lock",
      "The holder of a mutex hangs, or waits for one of those in line.",
      "Open the group, then look for the goroutine that is inside the same function and runs or "
      "is in a system call.",
      "the goroutine that holds the lock does not move between two dumps", "", false},
     pattern_lock_queue},
    {{"mmap-leak", "mappings are not unmapped",
      "Memory is mapped (C code, databases, large buffers) and never given back.",
      "Look at the region type that grows in the memory pane (1, z).",
      "the region count rises from sample to sample", "", true},
     pattern_mappings},
    {{"swap-thrash", "the machine swaps",
      "Memory is short on this machine: SQLite and everything else gets slow.",
      "Free memory first; then look again.", "major faults and swap keep rising", "", false},
     pattern_swap},
    {{"memory-returned", "memory was given back, RSS does not show it",
      "MADV_FREE marks pages as free; the system takes them only when it needs them.",
      "Nothing to do. On macOS compare Physical footprint with its peak.",
      "LazyFree (Linux) or the footprint (macOS) accounts for the difference", "", false},
     pattern_returned},
    {{"memory-kept", "Go keeps idle memory for reuse",
      "After a peak the runtime returns memory slowly; it is free inside the process.",
      "Nothing to do, unless the peak itself was not expected.",
      "HeapIdle minus HeapReleased falls over minutes", "", false},
     pattern_kept},
};

size_t patterns_count(void)
{
    return G_N_ELEMENTS(table);
}

static void cause_free(gpointer data)
{
    struct triage_cause *cause = data;

    g_free(cause->evidence);
    g_free(cause->culprit);
    g_free(cause->link_key);
    g_free(cause);
}

static gint surest_first(gconstpointer a, gconstpointer b)
{
    const struct triage_cause *x = *(struct triage_cause *const *)a;
    const struct triage_cause *y = *(struct triage_cause *const *)b;

    if (x->confidence != y->confidence)
        return x->confidence > y->confidence ? -1 : 1;
    /* of the table's order */
    return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

static struct triage_cause *cause_of(const struct triage_pattern *pattern,
                                     const struct pattern_match *match)
{
    struct triage_cause *cause = g_new0(struct triage_cause, 1);

    cause->pattern = pattern;
    cause->confidence = CLAMP(match->confidence, 0, 1);
    cause->evidence = match->evidence != NULL ? match->evidence : g_strdup("");
    cause->culprit = match->culprit != NULL ? match->culprit : g_strdup("");
    cause->link_key = match->link_key != NULL ? match->link_key : g_strdup("");
    cause->link = match->link;
    return cause;
}

GPtrArray *patterns_match(const struct triage_input *input, const struct triage_findings *findings,
                          const struct thresholds *thresholds)
{
    GPtrArray *causes = g_ptr_array_new_with_free_func(cause_free);

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct pattern_match match = {0};

        table[i].rule(&(struct pattern_context){input, findings, thresholds}, &match);
        if (match.confidence > 0)
            g_ptr_array_add(causes, cause_of(&table[i].pattern, &match));
    }
    g_ptr_array_sort(causes, surest_first);
    return causes;
}
