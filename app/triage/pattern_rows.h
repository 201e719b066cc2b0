/*
 * The rows of patterns.h: PATTERN(rule, members of struct triage_pattern). pattern_NAME, the
 * rule of a row, stands in the pattern_rules_*.c of its evidence. Of two that are as sure the
 * first is told first. Read several times, each time with another PATTERN; only patterns.c looks at
 * what stands behind the first comma.
 */

PATTERN(
    session_files, .id = "session-files",
    .words = {"session files stay open",
              "An adapter opens session files and does not close them: overlapping session "
              "loads, or a watcher per file.",
              "Note which adapter the paths belong to, then restart sidecar.",
              "the count of that path template keeps rising while nothing is opened in sidecar"},
    .leak = true, .step = TRIAGE_FDS,
    .fixed = "v0.64.0 and v0.65.0 (claude), v0.51.0 (codex, cursor)", .fixed_sidecar = "v0.65.0",
    .elsewhere = WORDS("session files stay open",
                       "An agent's session files are opened and not closed.",
                       "See what opens that path, and close it.",
                       "the count of that path template keeps rising while nobody works with it"))
PATTERN(
    watchers, .id = "unclosed-watchers",
    .words = {"watchers are not closed",
              "Each project switch starts new watchers and leaves the old ones running.",
              "Avoid switching projects in one sidecar; a restart closes them.",
              "press m, switch the project and back: three inotify descriptors and some 31 "
              "goroutines stay"},
    .leak = true, .step = TRIAGE_FDS, .fixed = "v0.45.0", .fixed_sidecar = "v0.45.0",
    .elsewhere = WORDS(
        NULL, "Watchers are started and not closed again: each costs a descriptor and a goroutine.",
        "Look at what each watches (2, Enter on one): close a watcher where what it is for ends.",
        "the inotify descriptors rise with each thing that is opened and closed again"))
PATTERN(
    watches, .id = "watch-growth",
    .words = {"more and more directories are watched",
              "Directories are added to a watcher and never removed from it; no descriptor shows "
              "that.",
              "Look at the inotify descriptors (2, Enter on one): which paths are watched twice "
              "or gone.",
              "the watches rise while the number of inotify descriptors stands still"},
    .leak = true, .step = TRIAGE_FDS)
PATTERN(td_handles, .id = "td-database-handles",
        .words = {"many handles of one td database",
                  "Every td monitor opens a connection pool of its own without a limit.",
                  "A restart closes them.",
                  "the count of issues.db rises with each monitor that is opened"},
        .leak = true, .step = TRIAGE_FDS, .fixed = "td v0.19.0", .fixed_td = "v0.19.0",
        .elsewhere = WORDS("many handles of one database",
                           "A connection pool is opened again and again, or has no limit.",
                           "Open the database once and bound its pool.",
                           "the count of that path rises with each use"))
PATTERN(same_file, .id = "same-file-open",
        .words = {"one file open again and again",
                  "A handle is opened in a loop or by every caller, and not closed.",
                  "Open the path in the files pane (Enter) and see how old its descriptors are.",
                  "the oldest descriptor of that path is as old as the leak"},
        .leak = true, .step = TRIAGE_FDS)
PATTERN(
    directories, .id = "directory-handles",
    .words = {"directories stay open",
              "A directory is opened to be listed or watched, and not closed. On macOS each "
              "watched directory costs one.",
              "Open the directory in the files pane: its descriptors say which listing leaves it "
              "open.",
              "the count rises with each listing"},
    .leak = true, .step = TRIAGE_FDS)
PATTERN(deleted, .id = "deleted-files",
        .words = {"deleted files stay open",
                  "Temporary files are removed while something still has them open: their space is "
                  "not given back before they are closed.",
                  "Find what makes that path; close it before, or right after, it is removed.",
                  "df shows less free space than the files that can be seen take"},
        .leak = true, .step = TRIAGE_FDS)
PATTERN(
    close_wait, .id = "close-wait",
    .words = {"connections that only the other end has closed",
              "The peer has closed (CLOSE_WAIT) and the program has not: mostly a response body "
              "or a connection that is never closed.",
              "Look at who talks to that host: close response bodies, also on errors.",
              "they never go, however long the peer has been gone"},
    .leak = true, .step = TRIAGE_FDS)
PATTERN(sockets, .id = "socket-leak",
        .words = {"connections stay open",
                  "Connections are opened again instead of used again, and not closed.",
                  "Look at who talks to that address: share one client, bound its pool, set idle "
                  "timeouts.",
                  "the count rises with each request"},
        .leak = true, .step = TRIAGE_FDS)
PATTERN(clients, .id = "idle-clients",
        .words = {"clients stay connected",
                  "Clients connect to it and neither they nor the server end the connection: a "
                  "server without an idle timeout keeps every one.",
                  "Set the server's timeouts (of net/http: ReadHeaderTimeout and IdleTimeout); see "
                  "who connects so often in the far ends (2, Enter).",
                  "the local port of them is one that it listens on itself"},
        .leak = true, .step = TRIAGE_FDS)
PATTERN(
    process_handles, .id = "process-handles",
    .words = {"handles of processes stay open",
              "Since Go 1.23 os.FindProcess and os.StartProcess hold a handle (pidfd) of the "
              "process; it is given back by Wait or Release.",
              "Find who calls os.FindProcess or starts commands without Wait: call Release when "
              "the process is no longer needed.",
              "the count of anon_inode:[pidfd] rises with each look at a process"},
    .leak = true, .step = TRIAGE_FDS)
PATTERN(
    namespaces, .id = "namespace-handles",
    .words = {"handles of a namespace stay open",
              "A namespace (/proc/PID/ns/...) is opened to enter it or to ask it, and the handle "
              "is not closed.",
              "Close the handle after each use; what enters namespaces is the one to look at.",
              "the same namespace is open again after each round"},
    .leak = true, .step = TRIAGE_FDS)
PATTERN(memory_files, .id = "memory-files",
        .words = {"files in memory stay open",
                  "Each memfd_create is memory until its descriptor is closed and it is unmapped.",
                  "Find what makes files of that name; close them when they have been handed over.",
                  "shared memory of the map rises with the descriptors"},
        .leak = true, .step = TRIAGE_FDS)
PATTERN(
    plain_files, .id = "open-files",
    .words = {"files stay open",
              "Different files of one kind are opened and not closed, mostly on one path through "
              "the code.",
              "Open the template in the files pane: the paths and their age say who opens them.",
              "the count of that template rises and its oldest never goes"},
    .leak = true, .step = TRIAGE_FDS)
PATTERN(handles, .id = "handle-leak",
        .words = {"handles stay open",
                  "Handles of the kernel (event, timer, device, ...) are made again and again and "
                  "not closed.",
                  "Look at the kind (2, Enter): what makes one of them has to close it.",
                  "the count of that kind rises and its oldest never goes"},
        .leak = true, .step = TRIAGE_FDS)
PATTERN(listeners, .id = "listener-leak",
        .words = {"listeners stay open", "A server is started anew without ending the old one.",
                  "Look at who listens on those ports: close the listener when its server ends.",
                  "one more port answers after each restart of that server"},
        .leak = true, .step = TRIAGE_FDS)
PATTERN(pipes, .id = "pipe-leak",
        .words =
            {"pipes stay open", "Pipes of commands or of a terminal are not closed when these end.",
             "Look at the far ends (2, Enter): pipes that nobody else has were forgotten here.",
             "the count rises with each command or pane"},
        .leak = true, .step = TRIAGE_FDS)
PATTERN(poll_chains, .id = "td-poll-chains",
        .words = {"td poll chains run in parallel",
                  "A project switch, or a focus of the td tab, starts one more chain of ticks and "
                  "ends none.",
                  "Restart sidecar to be rid of them.",
                  "press m, switch projects twice: two goroutines of Tick and execBatchMsg stay"},
        .leak = true, .step = TRIAGE_GOROUTINES,
        .fixed = "v0.46.0 for tab focus; project switches are not fixed",
        .fixed_sidecar = "v0.46.0", .unfixed = "what project switches add is fixed in no version",
        .elsewhere = WORDS(
            "chains of ticks run in parallel",
            "Something starts one more chain of ticks and ends none.",
            "See what starts them: a tick should carry a generation, and an old one end its chain.",
            "press m, do what you suspect twice: two goroutines of Tick and execBatchMsg stay"))
PATTERN(
    interactive_polls, .id = "interactive-poll-chains",
    .words = {"interactive mode polls twice",
              "Interactive mode was entered without a new generation, so two poll chains run: "
              "CPU doubles, memory stays flat.",
              "Leave and enter the shell again.",
              "a CPU profile (c) shows the poll or capture functions at twice their share"},
    .step = TRIAGE_CPU, .fixed = "v0.39.0", .fixed_sidecar = "v0.39.0",
    .elsewhere = WORDS(
        "two poll loops run",
        "A poll loop was started without ending the one before: CPU doubles, memory stays flat.",
        "See what starts the second; end the first.", NULL))
PATTERN(sqlite_lock, .id = "sqlite-lock",
        .words =
            {"an SQLite database is locked",
             "Another process, usually a td command, holds the database lock; everybody else waits "
             "in line.",
             "See who holds the lock of the .db (lsof, /proc/locks) and let it finish, or end it.",
             "the waiting goroutines go when the holder does"},
        .step = TRIAGE_RESPONSE,
        .elsewhere = WORDS(NULL,
                           "Another process holds the database lock; everybody else waits in line.",
                           NULL, NULL))
PATTERN(
    fetches, .id = "fetch-pile-up",
    .words = {"fetches pile up",
              "fetchData commands are started faster than they end, mostly because the database "
              "is slow or locked.",
              "Look at the lock of the .db and at swap first; the fetches are the consequence.",
              "their number falls as soon as the database answers"},
    .leak = true, .step = TRIAGE_RESPONSE)
PATTERN(
    frame_storm, .id = "frame-storm",
    .words = {"a frame storm",
              "A resize message is sent with each frame, so that the program draws without pause.",
              "Close the td issue dialog.",
              "a CPU profile (c) shows Model.View, markdown rendering and goldmark"},
    .step = TRIAGE_CPU, .fixed = "v1.3.0", .fixed_sidecar = "v1.3.0",
    .elsewhere = WORDS(NULL, NULL, "See what sends a message from within a view or an update.",
                       "a CPU profile (c) shows the views"))
PATTERN(
    git_storm, .id = "git-storm",
    .words = {"a storm of git commands",
              "A watcher is triggered by its own git status, or every poll chain runs its own git.",
              "See which command line leads (H, then a).",
              "the rate stays when nothing changes in the repository"},
    .step = TRIAGE_CPU, .fixed = "v1.0.1; diff pane v1.1.0", .fixed_sidecar = "v1.0.1",
    .elsewhere = WORDS(
        NULL, "A watcher is triggered by what its own command changes, or every poll starts one.",
        NULL, NULL))
PATTERN(spawn_storm, .id = "spawn-storm",
        .words = {"a storm of commands",
                  "A command is started again and again: a poll or a watcher that triggers itself.",
                  "See which command line leads (H, then a), and what starts it.",
                  "the rate stays while nobody works with the program"},
        .step = TRIAGE_CPU)
PATTERN(children, .id = "process-exhaustion",
        .words = {"child processes pile up", "Children are started and never collected, or hang.",
                  "End the hanging children by hand.",
                  "the number of children rises from minute to minute"},
        .leak = true, .step = TRIAGE_CPU, .fixed = "v0.75.0", .fixed_sidecar = "v0.75.0",
        .elsewhere = WORDS(NULL, NULL,
                           "See what starts them (H): wait for each child, and give it a deadline.",
                           NULL))
PATTERN(
    orphans, .id = "orphaned-tmux",
    .words = {"tmux clients left behind",
              "Control clients outlived the sidecar that started them; the tmux server runs out "
              "of descriptors and drops clients.",
              "Look at them in H and end them by hand.", "their parent is the init process"},
    .step = TRIAGE_CPU, .fixed = "v1.0.0", .fixed_sidecar = "v1.0.0",
    .elsewhere =
        WORDS(NULL,
              "Control clients outlived the program that started them; the tmux server runs out of "
              "descriptors and drops clients.",
              NULL, NULL))
PATTERN(
    busy_loop, .id = "busy-loop",
    .words = {"something computes without pause",
              "A loop without a wait, a poll that is always due, or honest work.",
              "Take a CPU profile (c): it names the function; the stacks of one moment only hint "
              "at it.",
              "a CPU profile shows one function with most of the time"},
    .step = TRIAGE_CPU)
PATTERN(scanner, .id = "bufio-scanner",
        .words = {"scanner buffers are kept",
                  "bufio.Scanner buffers (up to the longest line) stay reachable: the scanner or a "
                  "token of it is kept.",
                  "See who calls it (Enter): copy what is needed of a token, and drop the scanner.",
                  "flat of bufio.(*Scanner).Scan rises between two snapshots"},
        .leak = true, .step = TRIAGE_HEAP)
PATTERN(json, .id = "json-retained",
        .words = {"decoded JSON is kept",
                  "json.Unmarshal makes large objects, and a cache or a list keeps them.",
                  "See who calls it (Enter) and what it stores them in; bound that.",
                  "inuse_objects of encoding/json rise as well"},
        .leak = true, .step = TRIAGE_HEAP)
PATTERN(slices, .id = "slice-growth",
        .words = {"slices grow without end", "append in a loop makes few, ever larger blocks.",
                  "See the caller (Enter): bound the slice, or copy what is kept out of it.",
                  "bytes per object of that function keep rising"},
        .leak = true, .step = TRIAGE_HEAP)
PATTERN(output_buffer, .id = "output-buffer",
        .words = {"captures are kept by their substrings",
                  "OutputBuffer splits a capture; each line keeps the whole capture alive. No leak "
                  "while updates come: it holds only when polling stops.",
                  "Let the pane poll again, or close it; what is kept then goes.",
                  "the memory falls after the next Update"},
        .step = TRIAGE_HEAP, .fixed = "v0.23.0", .fixed_sidecar = "v0.23.0",
        .elsewhere = WORDS("texts are kept by their substrings",
                           "A text is split, and each part keeps the whole of it alive.",
                           "Clone what is kept of it (strings.Clone).",
                           "the memory falls when the last part goes"))
PATTERN(cache, .id = "cache-growth",
        .words = {"a cache that nobody prunes", "Entries are added to a cache and never removed.",
                  "Bound it: by count, by age, or with the life of what it describes.",
                  "inuse_objects rise with each new thing seen, and never fall"},
        .leak = true, .step = TRIAGE_HEAP, .fixed = "v0.22.0 (panes)")
PATTERN(retained, .id = "heap-retained",
        .words =
            {"one function's memory is kept",
             "What this function allocates stays reachable: a list, a map or a goroutine holds it.",
             "See who calls it (Enter), and where the result is stored.",
             "its inuse_space rises between two snapshots"},
        .leak = true, .step = TRIAGE_HEAP)
PATTERN(
    timers, .id = "live-timers",
    .words = {"timers are not stopped",
              "A timer or ticker that runs on is kept, with all that its function holds; before "
              "Go 1.23 also when nobody has it any more.",
              "Call Stop on every path; end a chain of AfterFunc with the thing it is for.",
              "inuse_objects of package time rise with each start"},
    .leak = true, .step = TRIAGE_HEAP)
PATTERN(churn, .id = "allocation-churn",
        .words = {"much is allocated, little is kept",
                  "The collector works hard on short-lived memory; that costs CPU, it is no leak.",
                  "Look at alloc_space (a in the heap pane) for who allocates.",
                  "live heap stays level while alloc_space rises by tens of MB a second"},
        .step = TRIAGE_HEAP, .fixed = "v0.26.0 (ANSI)")
PATTERN(
    channel, .id = "blocked-channel",
    .words = {"goroutines are blocked on a channel",
              "Nobody reads (or writes) the channel any more: each new sender or receiver stays "
              "for ever.",
              "Open the group: the creator shows who starts them, the site which channel.",
              "the count rises and no member ever leaves"},
    .leak = true, .step = TRIAGE_GOROUTINES)
PATTERN(
    sql_pool, .id = "sql-pool",
    .words = {"a pool of database connections is exhausted",
              "Every connection that database/sql may open is in use: rows or transactions that "
              "are not closed, or more work than SetMaxOpenConns allows.",
              "Look at who holds connections: rows.Close, tx.Rollback on every path; then the "
              "limit of the pool.",
              "the waiters go as soon as one connection is given back"},
    .step = TRIAGE_GOROUTINES)
PATTERN(
    command_pipes, .id = "command-pipes",
    .words =
        {"commands whose output never ends",
         "A command has ended, but a process it started still holds its output open: os/exec "
         "waits for the end of the pipe, not of the command.",
         "Set Cmd.WaitDelay, or let the process in the background close or redirect its output.",
         "the far end of those pipes is a process that is no child any more (2, Enter)"},
    .leak = true, .step = TRIAGE_GOROUTINES)
PATTERN(http_bodies, .id = "http-bodies",
        .words = {"bodies of answers are not closed",
                  "An HTTP client's connection is neither used again nor closed until the body of "
                  "its answer is read to its end and closed.",
                  "Close Response.Body on every path, also on errors, and read what is left of it.",
                  "readLoop of net/http stands in a select, one for each open answer"},
        .leak = true, .step = TRIAGE_GOROUTINES)
PATTERN(http_transports, .id = "http-transports",
        .words = {"an HTTP transport for each request",
                  "Each http.Transport keeps idle connections of its own: made for each request, "
                  "nobody ever uses them again.",
                  "Share one http.Client, and with it one Transport; or call CloseIdleConnections, "
                  "and set IdleConnTimeout.",
                  "readLoop and writeLoop of net/http rise by one each per request"},
        .leak = true, .step = TRIAGE_GOROUTINES)
PATTERN(contexts, .id = "uncancelled-contexts",
        .words =
            {"contexts are not cancelled",
             "A context that is derived from a long-lived one stays with it until it is cancelled.",
             "Call cancel on every path (defer cancel()); go vet -lostcancel finds most.",
             "goroutines in propagateCancel, or memory of package context, rise"},
        .leak = true, .step = TRIAGE_GOROUTINES)
PATTERN(
    finalizer, .id = "blocked-finalizer",
    .words =
        {"a finalizer is blocked",
         "One goroutine runs all finalizers in turn; one of them waits, so none behind it runs.",
         "A finalizer must not wait: start a goroutine in it, or close things where they are "
         "used.",
         "the same goroutine stands there in two dumps"},
    .leak = true, .step = TRIAGE_GOROUTINES)
PATTERN(file_lock, .id = "file-lock",
        .words = {"a file lock of the system is held",
                  "Another process, or another descriptor of this one, holds flock or fcntl on the "
                  "same file.",
                  "See who: lslocks, or /proc/locks by the inode; let it finish, or end it.",
                  "the call returns as soon as the holder gives the lock back"},
        .step = TRIAGE_RESPONSE)
PATTERN(
    lock_queue, .id = "lock-queue",
    .words = {"goroutines stand in line for a lock",
              "The holder of a mutex hangs, or waits for one of those in line.",
              "Open the group, then look for the goroutine that is inside the same function and "
              "runs or is in a system call.",
              "the goroutine that holds the lock does not move between two dumps"},
    .step = TRIAGE_RESPONSE)
PATTERN(
    sleepers, .id = "sleep-loops",
    .words = {"sleeping goroutines pile up",
              "A loop that sleeps (a retry, a back-off, a poll) is started again without ending "
              "the old one.",
              "Open the group: the creator starts one more each time; give the loop a context to "
              "end it.",
              "the count rises and none of them ends"},
    .leak = true, .step = TRIAGE_GOROUTINES)
PATTERN(
    threads, .id = "thread-leak",
    .words = {"threads pile up in system calls",
              "Each goroutine in a blocking system call or in C keeps a thread; these calls "
              "never return.",
              "See what they read (3, Enter): a device or a pipe whose other end is silent needs "
              "a deadline.",
              "threads and goroutines in system calls rise together"},
    .leak = true, .step = TRIAGE_GOROUTINES)
PATTERN(
    goroutines, .id = "goroutine-leak",
    .words = {"goroutines pile up", "Something starts goroutines that wait for what does not come.",
              "Open the group: the creator shows who starts them, the state what they wait for.",
              "the count rises and no member ever leaves"},
    .leak = true, .step = TRIAGE_GOROUTINES)
PATTERN(mappings, .id = "mmap-leak",
        .words = {"mappings are not unmapped",
                  "Memory is mapped (C code, databases, large buffers) and never given back.",
                  "Look at the region type that grows in the memory pane (1, z).",
                  "the region count rises from sample to sample"},
        .leak = true, .step = TRIAGE_MAP)
PATTERN(
    growth, .id = "memory-growth",
    .words = {"memory grows, by region type",
              "Resident memory of one type rises: the Go heap, when there is no heap profile to "
              "say more; else C libraries, files or threads.",
              "For the Go heap take a heap profile (pprof on, runtime.MemProfileRate not 0); for "
              "the rest see the type in the memory pane (1, z).",
              "the same type grows again over the next hour"},
    .leak = true, .step = TRIAGE_MAP)
PATTERN(
    children_memory, .id = "children-memory",
    .words =
        {"the memory is in its children",
         "The processes it started hold more than it does itself; its own heap cannot show that.",
         "Look at the children (H): the command that holds most is the one to examine, by its "
         "own number.",
         "their RSS rises together while its own stands still"},
    .leak = true, .step = TRIAGE_RSS)
PATTERN(huge_pages, .id = "huge-pages",
        .words = {"what Go gave back is resident again",
                  "Huge pages come and go whole: one page in use keeps all two megabytes of it.",
                  "Set /sys/kernel/mm/transparent_hugepage/enabled to madvise, or "
                  "GODEBUG=disablethp=1; it is no leak of the program.",
                  "AnonHugePages of smaps_rollup accounts for the difference"},
        .step = TRIAGE_HEAP)
PATTERN(gc_limit, .id = "gc-limit",
        .words = {"the collector runs against a limit",
                  "What is alive reaches GOMEMLIMIT (or GOGC is very low): every allocation starts "
                  "the next collection, which can free nothing.",
                  "Raise GOMEMLIMIT (it is in the environment of the process), or keep less alive; "
                  "see who holds the heap.",
                  "NextGC is not above HeapAlloc while collections follow each other"},
        .step = TRIAGE_HEAP)
PATTERN(gc_off, .id = "gc-off",
        .words = {"the collector is off",
                  "GOGC=off, or debug.SetGCPercent(-1), without a GOMEMLIMIT: what is no longer "
                  "used stays as well, so a growing heap says nothing about what is kept.",
                  "Give the process GOGC=100 (or a GOMEMLIMIT), then look again.",
                  "NextGC is out of reach and NumGC does not move"},
        .step = TRIAGE_HEAP)
PATTERN(
    arenas, .id = "c-arenas",
    .words = {"C's allocator keeps what was freed",
              "After a burst on many threads glibc keeps the freed blocks in an arena per thread.",
              "Nothing to do, unless it grows: MALLOC_ARENA_MAX or malloc_trim make it less.",
              "C heap stays level while its work comes and goes"},
    .step = TRIAGE_MAP)
PATTERN(
    heap_level, .id = "heap-level",
    .words =
        {"one function holds most of the heap",
         "A cache, or a map that had a peak: a Go map keeps the size of it, whatever is deleted.",
         "Nothing to do when this is what the work needs; a map that is no longer full has to be "
         "made anew.",
         "the live heap stays where it is while work comes and goes"},
    .step = TRIAGE_HEAP)
PATTERN(stack_memory, .id = "stack-memory",
        .words = {"deep stacks hold the memory",
                  "Goroutines that called deeply keep large stacks while they wait.",
                  "Let what recurses end, or run it in goroutines that end; see the largest group.",
                  "StackInuse falls when those goroutines end"},
        .step = TRIAGE_GOROUTINES)
PATTERN(rising_cpu, .id = "rising-cpu",
        .words =
            {"CPU rises from minute to minute",
             "More is done each second: chains of timers that nobody ends, or a list that is gone "
             "through ever again.",
             "Take two CPU profiles some minutes apart (c) and compare them: what grew is the one.",
             "CPU rises in a line while goroutines and descriptors do not"},
        .step = TRIAGE_CPU)
PATTERN(swap, .id = "swap-thrash",
        .words = {"the machine swaps",
                  "Memory is short on this machine: SQLite and everything else gets slow.",
                  "Free memory first; then look again.", "major faults and swap keep rising"},
        .step = TRIAGE_RESPONSE)
PATTERN(returned, .id = "memory-returned",
        .words = {"memory was given back, RSS does not show it",
                  "MADV_FREE marks pages as free; the system takes them only when it needs them.",
                  "Nothing to do. On macOS compare Physical footprint with its peak.",
                  "LazyFree (Linux) or the footprint (macOS) accounts for the difference"},
        .step = TRIAGE_RSS)
PATTERN(kept, .id = "memory-kept",
        .words = {"Go keeps idle memory for reuse",
                  "After a peak the runtime returns memory slowly; it is free inside the process.",
                  "Nothing to do, unless the peak itself was not expected.",
                  "HeapIdle minus HeapReleased falls over minutes"},
        .step = TRIAGE_RSS)

#undef PATTERN
