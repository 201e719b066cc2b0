#include "app/triage/patterns.h"

#include "app/triage/consequences.h"
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
      "v0.64.0 and v0.65.0 (claude), v0.51.0 (codex, cursor)", true, TRIAGE_FDS},
     pattern_session_files},
    {{"unclosed-watchers", "watchers are not closed",
      "Each project switch starts new watchers and leaves the old ones running.",
      "Update to v0.45.0 or later; until then avoid switching projects in one sidecar.",
      "press m, switch the project and back: three inotify descriptors and some 31 goroutines stay",
      "v0.45.0", true, TRIAGE_FDS},
     pattern_watchers},
    {{"watch-growth", "more and more directories are watched",
      "Directories are added to a watcher and never removed from it; no descriptor shows that.",
      "Look at the inotify descriptors (2, Enter on one): which paths are watched twice or gone.",
      "the watches rise while the number of inotify descriptors stands still", "", true,
      TRIAGE_FDS},
     pattern_watches},
    {{"td-database-handles", "many handles of one td database",
      "Every td monitor opens a connection pool of its own without a limit.",
      "Update td to v0.19.0 or later (in sidecar from v0.37.0 on).",
      "the count of issues.db rises with each monitor that is opened", "td v0.19.0", true,
      TRIAGE_FDS},
     pattern_td_handles},
    {{"same-file-open", "one file open again and again",
      "A handle is opened in a loop or by every caller, and not closed.",
      "Open the path in the files pane (Enter) and see how old its descriptors are.",
      "the oldest descriptor of that path is as old as the leak", "", true, TRIAGE_FDS},
     pattern_same_file},
    {{"directory-handles", "directories stay open",
      "A directory is opened to be listed or watched, and not closed. On macOS each watched "
      "directory costs one.",
      "Open the directory in the files pane: its descriptors say which listing leaves it open.",
      "the count rises with each listing", "", true, TRIAGE_FDS},
     pattern_directories},
    {{"deleted-files", "deleted files stay open",
      "Temporary files are removed while something still has them open: their space is not given "
      "back before they are closed.",
      "Find what makes that path; close it before, or right after, it is removed.",
      "df shows less free space than the files that can be seen take", "", true, TRIAGE_FDS},
     pattern_deleted},
    {{"close-wait", "connections that only the other end has closed",
      "The peer has closed (CLOSE_WAIT) and the program has not: mostly a response body or a "
      "connection that is never closed.",
      "Look at who talks to that host: close response bodies, also on errors.",
      "they never go, however long the peer has been gone", "", true, TRIAGE_FDS},
     pattern_close_wait},
    {{"socket-leak", "connections stay open",
      "Connections are opened again instead of used again, and not closed.",
      "Look at who talks to that address: share one client, bound its pool, set idle timeouts.",
      "the count rises with each request", "", true, TRIAGE_FDS},
     pattern_sockets},
    {{"idle-clients", "clients stay connected",
      "Clients connect to it and neither they nor the server end the connection: a server without "
      "an idle timeout keeps every one.",
      "Set the server's timeouts (of net/http: ReadHeaderTimeout and IdleTimeout); see who "
      "connects "
      "so often in the far ends (2, Enter).",
      "the local port of them is one that it listens on itself", "", true, TRIAGE_FDS},
     pattern_clients},
    {{"process-handles", "handles of processes stay open",
      "Since Go 1.23 os.FindProcess and os.StartProcess hold a handle (pidfd) of the process; it "
      "is "
      "given back by Wait or Release.",
      "Find who calls os.FindProcess or starts commands without Wait: call Release when the "
      "process "
      "is no longer needed.",
      "the count of anon_inode:[pidfd] rises with each look at a process", "", true, TRIAGE_FDS},
     pattern_process_handles},
    {{"namespace-handles", "handles of a namespace stay open",
      "A namespace (/proc/PID/ns/...) is opened to enter it or to ask it, and the handle is not "
      "closed.",
      "Close the handle after each use; what enters namespaces is the one to look at.",
      "the same namespace is open again after each round", "", true, TRIAGE_FDS},
     pattern_namespaces},
    {{"memory-files", "files in memory stay open",
      "Each memfd_create is memory until its descriptor is closed and it is unmapped.",
      "Find what makes files of that name; close them when they have been handed over.",
      "shared memory of the map rises with the descriptors", "", true, TRIAGE_FDS},
     pattern_memory_files},
    {{"open-files", "files stay open",
      "Different files of one kind are opened and not closed, mostly on one path through the code.",
      "Open the template in the files pane: the paths and their age say who opens them.",
      "the count of that template rises and its oldest never goes", "", true, TRIAGE_FDS},
     pattern_plain_files},
    {{"handle-leak", "handles stay open",
      "Handles of the kernel (event, timer, device, ...) are made again and again and not closed.",
      "Look at the kind (2, Enter): what makes one of them has to close it.",
      "the count of that kind rises and its oldest never goes", "", true, TRIAGE_FDS},
     pattern_handles},
    {{"listener-leak", "listeners stay open",
      "A server is started anew without ending the old one.",
      "Look at who listens on those ports: close the listener when its server ends.",
      "one more port answers after each restart of that server", "", true, TRIAGE_FDS},
     pattern_listeners},
    {{"pipe-leak", "pipes stay open",
      "Pipes of commands or of a terminal are not closed when these end.",
      "Look at the far ends (2, Enter): pipes that nobody else has were forgotten here.",
      "the count rises with each command or pane", "", true, TRIAGE_FDS},
     pattern_pipes},
    {{"td-poll-chains", "td poll chains run in parallel",
      "A project switch, or a focus of the td tab, starts one more chain of ticks and ends none.",
      "Restart sidecar to be rid of them; up to v0.45.0 update to v0.46.0. On newer versions "
      "project switches still add one each.",
      "press m, switch projects twice: two goroutines of Tick and execBatchMsg stay",
      "v0.46.0 for tab focus; project switches are not fixed", true, TRIAGE_GOROUTINES},
     pattern_poll_chains},
    {{"interactive-poll-chains", "interactive mode polls twice",
      "Interactive mode was entered without a new generation, so two poll chains run: CPU "
      "doubles, memory stays flat.",
      "Leave and enter the shell again; update to v0.39.0 or later.",
      "a CPU profile (c) shows the poll or capture functions at twice their share", "v0.39.0",
      false, TRIAGE_CPU},
     pattern_interactive_polls},
    {{"sqlite-lock", "an SQLite database is locked",
      "Another process, usually a td command, holds the database lock; everybody else waits in "
      "line.",
      "See who holds the lock of the .db (lsof, /proc/locks) and let it finish, or end it.",
      "the waiting goroutines go when the holder does", "", false, TRIAGE_RESPONSE},
     pattern_sqlite_lock},
    {{"fetch-pile-up", "fetches pile up",
      "fetchData commands are started faster than they end, mostly because the database is slow "
      "or locked.",
      "Look at the lock of the .db and at swap first; the fetches are the consequence.",
      "their number falls as soon as the database answers", "", true, TRIAGE_RESPONSE},
     pattern_fetches},
    {{"frame-storm", "a frame storm",
      "A resize message is sent with each frame, so that the program draws without pause.",
      "Close the td issue dialog; update to v1.3.0 with td v0.62.0.",
      "a CPU profile (c) shows Model.View, markdown rendering and goldmark", "v1.3.0", false,
      TRIAGE_CPU},
     pattern_frame_storm},
    {{"git-storm", "a storm of git commands",
      "A watcher is triggered by its own git status, or every poll chain runs its own git.",
      "See which command line leads (H, then a); update to v1.0.1 or later.",
      "the rate stays when nothing changes in the repository", "v1.0.1; diff pane v1.1.0", false,
      TRIAGE_CPU},
     pattern_git_storm},
    {{"spawn-storm", "a storm of commands",
      "A command is started again and again: a poll or a watcher that triggers itself.",
      "See which command line leads (H, then a), and what starts it.",
      "the rate stays while nobody works with the program", "", false, TRIAGE_CPU},
     pattern_spawn_storm},
    {{"process-exhaustion", "child processes pile up",
      "Children are started and never collected, or hang.",
      "End the hanging children by hand; update to v0.75.0 or later.",
      "the number of children rises from minute to minute", "v0.75.0", true, TRIAGE_CPU},
     pattern_children},
    {{"orphaned-tmux", "tmux clients left behind",
      "Control clients outlived the sidecar that started them; the tmux server runs out of "
      "descriptors and drops clients.",
      "Look at them in H and end them by hand.", "their parent is the init process", "v1.0.0",
      false, TRIAGE_CPU},
     pattern_orphans},
    {{"busy-loop", "something computes without pause",
      "A loop without a wait, a poll that is always due, or honest work.",
      "Take a CPU profile (c): it names the function; the stacks of one moment only hint at it.",
      "a CPU profile shows one function with most of the time", "", false, TRIAGE_CPU},
     pattern_busy_loop},
    {{"bufio-scanner", "scanner buffers are kept",
      "bufio.Scanner buffers (up to the longest line) stay reachable: the scanner or a token of "
      "it is kept.",
      "See who calls it (Enter): copy what is needed of a token, and drop the scanner.",
      "flat of bufio.(*Scanner).Scan rises between two snapshots", "", true, TRIAGE_HEAP},
     pattern_scanner},
    {{"json-retained", "decoded JSON is kept",
      "json.Unmarshal makes large objects, and a cache or a list keeps them.",
      "See who calls it (Enter) and what it stores them in; bound that.",
      "inuse_objects of encoding/json rise as well", "", true, TRIAGE_HEAP},
     pattern_json},
    {{"slice-growth", "slices grow without end", "append in a loop makes few, ever larger blocks.",
      "See the caller (Enter): bound the slice, or copy what is kept out of it.",
      "bytes per object of that function keep rising", "", true, TRIAGE_HEAP},
     pattern_slices},
    {{"output-buffer", "captures are kept by their substrings",
      "OutputBuffer splits a capture; each line keeps the whole capture alive. No leak while "
      "updates come: it holds only when polling stops.",
      "Let the pane poll again, or close it; what is kept then goes.",
      "the memory falls after the next Update", "v0.23.0", false, TRIAGE_HEAP},
     pattern_output_buffer},
    {{"cache-growth", "a cache that nobody prunes",
      "Entries are added to a cache and never removed.",
      "Bound it: by count, by age, or with the life of what it describes.",
      "inuse_objects rise with each new thing seen, and never fall", "v0.22.0 (panes)", true,
      TRIAGE_HEAP},
     pattern_cache},
    {{"heap-retained", "one function's memory is kept",
      "What this function allocates stays reachable: a list, a map or a goroutine holds it.",
      "See who calls it (Enter), and where the result is stored.",
      "its inuse_space rises between two snapshots", "", true, TRIAGE_HEAP},
     pattern_retained},
    {{"live-timers", "timers are not stopped",
      "A timer or ticker that runs on is kept, with all that its function holds; before Go 1.23 "
      "also "
      "when nobody has it any more.",
      "Call Stop on every path; end a chain of AfterFunc with the thing it is for.",
      "inuse_objects of package time rise with each start", "", true, TRIAGE_HEAP},
     pattern_timers},
    {{"allocation-churn", "much is allocated, little is kept",
      "The collector works hard on short-lived memory; that costs CPU, it is no leak.",
      "Look at alloc_space (a in the heap pane) for who allocates.",
      "live heap stays level while alloc_space rises by tens of MB a second", "v0.26.0 (ANSI)",
      false, TRIAGE_HEAP},
     pattern_churn},
    {{"blocked-channel", "goroutines are blocked on a channel",
      "Nobody reads (or writes) the channel any more: each new sender or receiver stays for ever.",
      "Open the group: the creator shows who starts them, the site which channel.",
      "the count rises and no member ever leaves", "", true, TRIAGE_GOROUTINES},
     pattern_channel},
    {{"sql-pool", "a pool of database connections is exhausted",
      "Every connection that database/sql may open is in use: rows or transactions that are not "
      "closed, or more work than SetMaxOpenConns allows.",
      "Look at who holds connections: rows.Close, tx.Rollback on every path; then the limit of the "
      "pool.",
      "the waiters go as soon as one connection is given back", "", false, TRIAGE_GOROUTINES},
     pattern_sql_pool},
    {{"command-pipes", "commands whose output never ends",
      "A command has ended, but a process it started still holds its output open: os/exec waits "
      "for "
      "the end of the pipe, not of the command.",
      "Set Cmd.WaitDelay, or let the process in the background close or redirect its output.",
      "the far end of those pipes is a process that is no child any more (2, Enter)", "", true,
      TRIAGE_GOROUTINES},
     pattern_command_pipes},
    {{"http-bodies", "bodies of answers are not closed",
      "An HTTP client's connection is neither used again nor closed until the body of its answer "
      "is "
      "read to its end and closed.",
      "Close Response.Body on every path, also on errors, and read what is left of it.",
      "readLoop of net/http stands in a select, one for each open answer", "", true,
      TRIAGE_GOROUTINES},
     pattern_http_bodies},
    {{"http-transports", "an HTTP transport for each request",
      "Each http.Transport keeps idle connections of its own: made for each request, nobody ever "
      "uses them again.",
      "Share one http.Client, and with it one Transport; or call CloseIdleConnections, and set "
      "IdleConnTimeout.",
      "readLoop and writeLoop of net/http rise by one each per request", "", true,
      TRIAGE_GOROUTINES},
     pattern_http_transports},
    {{"uncancelled-contexts", "contexts are not cancelled",
      "A context that is derived from a long-lived one stays with it until it is cancelled.",
      "Call cancel on every path (defer cancel()); go vet -lostcancel finds most.",
      "goroutines in propagateCancel, or memory of package context, rise", "", true,
      TRIAGE_GOROUTINES},
     pattern_contexts},
    {{"blocked-finalizer", "a finalizer is blocked",
      "One goroutine runs all finalizers in turn; one of them waits, so none behind it runs.",
      "A finalizer must not wait: start a goroutine in it, or close things where they are used.",
      "the same goroutine stands there in two dumps", "", true, TRIAGE_GOROUTINES},
     pattern_finalizer},
    {{"file-lock", "a file lock of the system is held",
      "Another process, or another descriptor of this one, holds flock or fcntl on the same file.",
      "See who: lslocks, or /proc/locks by the inode; let it finish, or end it.",
      "the call returns as soon as the holder gives the lock back", "", false, TRIAGE_RESPONSE},
     pattern_file_lock},
    {{"lock-queue", "goroutines stand in line for a lock",
      "The holder of a mutex hangs, or waits for one of those in line.",
      "Open the group, then look for the goroutine that is inside the same function and runs or "
      "is in a system call.",
      "the goroutine that holds the lock does not move between two dumps", "", false,
      TRIAGE_RESPONSE},
     pattern_lock_queue},
    {{"sleep-loops", "sleeping goroutines pile up",
      "A loop that sleeps (a retry, a back-off, a poll) is started again without ending the old "
      "one.",
      "Open the group: the creator starts one more each time; give the loop a context to end it.",
      "the count rises and none of them ends", "", true, TRIAGE_GOROUTINES},
     pattern_sleepers},
    {{"thread-leak", "threads pile up in system calls",
      "Each goroutine in a blocking system call or in C keeps a thread; these calls never return.",
      "See what they read (3, Enter): a device or a pipe whose other end is silent needs a "
      "deadline.",
      "threads and goroutines in system calls rise together", "", true, TRIAGE_GOROUTINES},
     pattern_threads},
    {{"goroutine-leak", "goroutines pile up",
      "Something starts goroutines that wait for what does not come.",
      "Open the group: the creator shows who starts them, the state what they wait for.",
      "the count rises and no member ever leaves", "", true, TRIAGE_GOROUTINES},
     pattern_goroutines},
    {{"mmap-leak", "mappings are not unmapped",
      "Memory is mapped (C code, databases, large buffers) and never given back.",
      "Look at the region type that grows in the memory pane (1, z).",
      "the region count rises from sample to sample", "", true, TRIAGE_MAP},
     pattern_mappings},
    {{"memory-growth", "memory grows, by region type",
      "Resident memory of one type rises: the Go heap, when there is no heap profile to say more; "
      "else C libraries, files or threads.",
      "For the Go heap take a heap profile (pprof on, runtime.MemProfileRate not 0); for the rest "
      "see the type in the memory pane (1, z).",
      "the same type grows again over the next hour", "", true, TRIAGE_MAP},
     pattern_growth},
    {{"children-memory", "the memory is in its children",
      "The processes it started hold more than it does itself; its own heap cannot show that.",
      "Look at the children (H): the command that holds most is the one to examine, by its own "
      "number.",
      "their RSS rises together while its own stands still", "", true, TRIAGE_RSS},
     pattern_children_memory},
    {{"huge-pages", "what Go gave back is resident again",
      "Huge pages come and go whole: one page in use keeps all two megabytes of it.",
      "Set /sys/kernel/mm/transparent_hugepage/enabled to madvise, or GODEBUG=disablethp=1; it is "
      "no leak of the program.",
      "AnonHugePages of smaps_rollup accounts for the difference", "", false, TRIAGE_HEAP},
     pattern_huge_pages},
    {{"gc-limit", "the collector runs against a limit",
      "What is alive reaches GOMEMLIMIT (or GOGC is very low): every allocation starts the next "
      "collection, which can free nothing.",
      "Raise GOMEMLIMIT (it is in the environment of the process), or keep less alive; see who "
      "holds the heap.",
      "NextGC is not above HeapAlloc while collections follow each other", "", false, TRIAGE_HEAP},
     pattern_gc_limit},
    {{"c-arenas", "C's allocator keeps what was freed",
      "After a burst on many threads glibc keeps the freed blocks in an arena per thread.",
      "Nothing to do, unless it grows: MALLOC_ARENA_MAX or malloc_trim make it less.",
      "C heap stays level while its work comes and goes", "", false, TRIAGE_MAP},
     pattern_arenas},
    {{"heap-level", "one function holds most of the heap",
      "A cache, or a map that had a peak: a Go map keeps the size of it, whatever is deleted.",
      "Nothing to do when this is what the work needs; a map that is no longer full has to be made "
      "anew.",
      "the live heap stays where it is while work comes and goes", "", false, TRIAGE_HEAP},
     pattern_heap_level},
    {{"stack-memory", "deep stacks hold the memory",
      "Goroutines that called deeply keep large stacks while they wait.",
      "Let what recurses end, or run it in goroutines that end; see the largest group.",
      "StackInuse falls when those goroutines end", "", false, TRIAGE_GOROUTINES},
     pattern_stack_memory},
    {{"rising-cpu", "CPU rises from minute to minute",
      "More is done each second: chains of timers that nobody ends, or a list that is gone through "
      "ever again.",
      "Take two CPU profiles some minutes apart (c) and compare them: what grew is the one.",
      "CPU rises in a line while goroutines and descriptors do not", "", false, TRIAGE_CPU},
     pattern_rising_cpu},
    {{"swap-thrash", "the machine swaps",
      "Memory is short on this machine: SQLite and everything else gets slow.",
      "Free memory first; then look again.", "major faults and swap keep rising", "", false,
      TRIAGE_RESPONSE},
     pattern_swap},
    {{"memory-returned", "memory was given back, RSS does not show it",
      "MADV_FREE marks pages as free; the system takes them only when it needs them.",
      "Nothing to do. On macOS compare Physical footprint with its peak.",
      "LazyFree (Linux) or the footprint (macOS) accounts for the difference", "", false,
      TRIAGE_RSS},
     pattern_returned},
    {{"memory-kept", "Go keeps idle memory for reuse",
      "After a peak the runtime returns memory slowly; it is free inside the process.",
      "Nothing to do, unless the peak itself was not expected.",
      "HeapIdle minus HeapReleased falls over minutes", "", false, TRIAGE_RSS},
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
    ref_clear(&cause->ref);
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
    cause->ref = match->ref;
    if (cause->ref.kind == REF_NONE)
        cause->ref = (struct ref){.kind = REF_STEP, .id = (int)pattern->step};
    return cause;
}

/* A goroutine profile of leaks proves what counts and growth only suggest. */
static void prove(const struct triage_input *input, struct pattern_match *match)
{
    const struct goroutines_sample *goroutines = input->goroutines;

    if (match->ref.kind != REF_STACKS || goroutines == NULL || goroutines->dump == NULL)
        return;
    for (size_t i = 0; i < goroutines->dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &goroutines->dump->buckets[i];

        if (bucket->hash != match->ref.hashes[0] || bucket->n_leaked == 0)
            continue;
        char *old = match->evidence;

        match->confidence = PATTERN_PROVEN;
        match->evidence = g_strdup_printf("%s; %zu of them proven leaked by the runtime",
                                          old != NULL ? old : "", bucket->n_leaked);
        g_free(old);
        return;
    }
}

GPtrArray *patterns_match(const struct triage_input *input, const struct triage_findings *findings,
                          const struct thresholds *thresholds)
{
    GPtrArray *causes = g_ptr_array_new_with_free_func(cause_free);
    struct pattern_context context = {.in = input, .findings = findings, .limits = thresholds};

    pattern_sort_heap(&context);
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct pattern_match match = {0};

        table[i].rule(&context, &match);
        if (match.confidence > 0)
            prove(input, &match);
        if (match.confidence > 0)
            g_ptr_array_add(causes, cause_of(&table[i].pattern, &match));
    }
    consequences_rank(input, causes);
    g_ptr_array_sort(causes, surest_first);
    return causes;
}
