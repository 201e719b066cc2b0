/*
 * The rows of metrics.h, in the order in which lists of them are shown: METRIC(ID, members of
 * struct metric_info). A new number is a row here; METRIC_ID, its history, trend, chart, column in
 * the monitor's lines and its place in recordings come of it. Read several times, each time with
 * another METRIC, and only metrics.c looks at what stands behind the first comma; it also has the
 * words for readings: INT64 and DOUBLE for members of a sample (SAMPLE_UNKNOWN and NAN: not
 * known), CENSUS for those of a census, COUNTER for the runtime's own, MADE for what a function
 * makes of a sample.
 */

METRIC(RSS, .id = "rss", .name = "RSS", .words = "RSS", .help = "resident memory of the process",
       .unit = METRIC_BYTES, .uses = METRIC_USE_TREND | METRIC_USE_REPORT, .noise = 2 * MIB,
       .noise_share = 0.01,
       .readings = {INT64(PROCESS, EACH_SAMPLE, process_sample, rss_bytes), NO_READING})
METRIC(FDS, .id = "fds", .name = "descriptors", .words = "descriptors",
       .help = "open file descriptors", .unit = METRIC_COUNT,
       .uses = METRIC_USE_TREND | METRIC_USE_REPORT, .noise = 2,
       .readings = {INT64(PROCESS, EACH_SAMPLE, process_sample, fd_count),
                    INT64(FILES, EACH_SAMPLE, files_sample, count)})
METRIC(GOROUTINES, .id = "goroutines", .name = "goroutines", .words = "goroutines",
       .help = "goroutines", .unit = METRIC_COUNT, .uses = METRIC_USE_TREND | METRIC_USE_REPORT,
       .noise = 3,
       .readings = {INT64(GOROUTINES, EACH_SAMPLE, goroutines_sample, count), NO_READING})
METRIC(HEAP_ALLOC, .id = "heap_alloc", .name = "HeapAlloc", .words = "heap allocated",
       .help = "heap reachable or not yet swept (MemStats HeapAlloc)", .unit = METRIC_BYTES,
       .uses = METRIC_USE_ANY | METRIC_USE_REPORT, .noise = 4 * MIB, .noise_share = 0.10,
       .readings = {COUNTER(heap_alloc), NO_READING})
METRIC(HEAP_LIVE, .id = "heap_live", .name = "live heap", .words = "heap profile",
       .help = "heap alive after the last collection (inuse_space)", .unit = METRIC_BYTES,
       .uses = METRIC_USE_TREND | METRIC_USE_REPORT, .noise = MIB, .noise_share = 0.03,
       .readings = {MADE(HEAP, NEW_COLLECTION, live_bytes), NO_READING})
METRIC(HEAP_INUSE, .id = "heap_inuse", .name = "HeapInuse", .words = "heap in use",
       .help = "heap spans in use (MemStats HeapInuse)", .unit = METRIC_BYTES, .noise = 4 * MIB,
       .noise_share = 0.05, .readings = {COUNTER(heap_inuse), NO_READING})
METRIC(HEAP_RELEASED, .id = "heap_released", .name = "HeapReleased", .words = "heap released",
       .help = "heap given back to the system (MemStats HeapReleased)", .unit = METRIC_BYTES,
       .noise = 4 * MIB, .noise_share = 0.05, .readings = {COUNTER(heap_released), NO_READING})
METRIC(REGIONS, .id = "regions", .name = "regions", .words = "regions",
       .help = "mappings of the process", .unit = METRIC_COUNT,
       .uses = METRIC_USE_TREND | METRIC_USE_REPORT, .noise = 16, .noise_share = 0.01,
       .readings = {INT64(MEMORY, NEW_WALK, memory_sample, total.count), NO_READING})
METRIC(THREADS, .id = "threads", .name = "threads", .words = "threads",
       .help = "threads of the process", .unit = METRIC_COUNT,
       .uses = METRIC_USE_ANY | METRIC_USE_REPORT, .noise = 2,
       .readings = {INT64(PROCESS, EACH_SAMPLE, process_sample, threads), NO_READING})
METRIC(SWAP, .id = "swap", .name = "swap", .words = "swapped out",
       .help = "memory of the process that is swapped out", .unit = METRIC_BYTES,
       .uses = METRIC_USE_TREND | METRIC_USE_REPORT, .noise = MIB, .noise_share = 0.01,
       .readings = {INT64(PROCESS, EACH_SAMPLE, process_sample, swap_bytes),
                    INT64(MEMORY, NEW_WALK, memory_sample, swap_bytes)})
METRIC(PSS, .id = "pss", .name = "PSS", .words = "PSS",
       .help = "resident memory, shared pages divided by their users", .unit = METRIC_BYTES,
       .noise = 2 * MIB, .noise_share = 0.01,
       .readings = {INT64(MEMORY, EACH_SAMPLE, memory_sample, pss_bytes), NO_READING})
METRIC(CPU, .id = "cpu", .name = "CPU", .words = "CPU", .help = "CPU time used, of one core",
       .unit = METRIC_PERCENT, .uses = METRIC_USE_TREND | METRIC_USE_REPORT, .noise = 10,
       .readings = {DOUBLE(PROCESS, EACH_SAMPLE, process_sample, cpu_percent), NO_READING})
METRIC(ALLOC_RATE, .id = "alloc_rate", .name = "allocation rate", .words = "allocation rate",
       .help = "bytes allocated on the heap a second", .unit = METRIC_BYTES_PER_SECOND,
       .uses = METRIC_USE_REPORT, .noise = MIB, .noise_share = 0.25,
       .readings = {NO_READING, NO_READING})
METRIC(INOTIFY, .id = "inotify", .name = "inotify", .words = "inotify",
       .help = "inotify descriptors", .unit = METRIC_COUNT, .noise = 0.5,
       .readings = {CENSUS(by_type[FD_INOTIFY]), NO_READING})
METRIC(WATCHES, .id = "watches", .name = "watches", .words = "watches",
       .help = "inotify watches on all descriptors", .unit = METRIC_COUNT, .uses = METRIC_USE_ANY,
       .noise = 8, .noise_share = 0.05, .readings = {CENSUS(inotify_watches), NO_READING})
METRIC(RSS_ANON, .id = "rss_anon", .name = "anonymous RSS", .words = "anonymous RSS",
       .help = "resident memory without a file behind it", .unit = METRIC_BYTES,
       .uses = METRIC_USE_ANY, .noise = 2 * MIB, .noise_share = 0.01,
       .readings = {INT64(PROCESS, EACH_SAMPLE, process_sample, rss_anon_bytes), NO_READING})
METRIC(VSZ, .id = "vsz", .name = "VSZ", .words = "VSZ", .help = "address space of the process",
       .unit = METRIC_BYTES, .noise = 64 * MIB, .noise_share = 0.01,
       .readings = {INT64(PROCESS, EACH_SAMPLE, process_sample, vsz_bytes), NO_READING})
METRIC(FOOTPRINT, .id = "footprint", .name = "footprint", .words = "footprint",
       .help = "physical footprint (macOS)", .unit = METRIC_BYTES, .noise = 2 * MIB,
       .noise_share = 0.01,
       .readings = {INT64(PROCESS, EACH_SAMPLE, process_sample, footprint_bytes),
                    INT64(MEMORY, NEW_WALK, memory_sample, footprint_bytes)})
METRIC(LAZYFREE, .id = "lazyfree", .name = "lazily freed", .words = "lazily freed",
       .help = "resident memory that the system may take back (MADV_FREE)", .unit = METRIC_BYTES,
       .noise = 2 * MIB, .noise_share = 0.01,
       .readings = {INT64(MEMORY, EACH_SAMPLE, memory_sample, lazyfree_bytes), NO_READING})
METRIC(CPU_CHILDREN, .id = "cpu_children", .name = "CPU of children", .words = "CPU of children",
       .help = "CPU time used by ended children, of one core", .unit = METRIC_PERCENT, .noise = 10,
       .readings = {DOUBLE(PROCESS, EACH_SAMPLE, process_sample, cpu_children_percent), NO_READING})
METRIC(CPU_TIME, .id = "cpu_time", .name = "CPU time", .words = "CPU time",
       .help = "CPU time used since the process began", .unit = METRIC_SECONDS, .counts_up = true,
       .noise = 1, .readings = {MADE(PROCESS, EACH_SAMPLE, cpu_seconds), NO_READING})
METRIC(MAJOR_FAULTS, .id = "major_faults", .name = "major faults", .words = "major faults",
       .help = "page faults that read from storage, since the process began", .unit = METRIC_COUNT,
       .counts_up = true, .noise = 16,
       .readings = {INT64(PROCESS, EACH_SAMPLE, process_sample, major_faults), NO_READING})
METRIC(IO_READ, .id = "io_read", .name = "read", .words = "read",
       .help = "bytes read from storage since the process began", .unit = METRIC_BYTES,
       .counts_up = true, .noise = MIB,
       .readings = {INT64(PROCESS, EACH_SAMPLE, process_sample, io_read_bytes), NO_READING})
METRIC(IO_WRITE, .id = "io_write", .name = "written", .words = "written",
       .help = "bytes written to storage since the process began", .unit = METRIC_BYTES,
       .counts_up = true, .noise = MIB,
       .readings = {INT64(PROCESS, EACH_SAMPLE, process_sample, io_write_bytes), NO_READING})
METRIC(FD_LIMIT, .id = "fd_limit", .name = "descriptor limit", .words = "descriptor limit",
       .help = "soft limit of open descriptors", .unit = METRIC_COUNT, .noise = 0,
       .readings = {INT64(PROCESS, EACH_SAMPLE, process_sample, fd_soft_limit), NO_READING})
METRIC(FDS_FILES, .id = "fds_files", .name = "regular files", .words = "regular files",
       .help = "descriptors of regular files", .unit = METRIC_COUNT, .noise = 2,
       .readings = {CENSUS(by_type[FD_REG]), NO_READING})
METRIC(FDS_DIRS, .id = "fds_dirs", .name = "directories", .words = "directories",
       .help = "descriptors of directories", .unit = METRIC_COUNT, .noise = 2,
       .readings = {CENSUS(by_type[FD_DIR]), NO_READING})
METRIC(FDS_PIPES, .id = "fds_pipes", .name = "pipes", .words = "pipes",
       .help = "descriptors of pipes", .unit = METRIC_COUNT, .noise = 4,
       .readings = {CENSUS(by_type[FD_FIFO]), NO_READING})
METRIC(FDS_SOCKETS, .id = "fds_sockets", .name = "sockets", .words = "sockets",
       .help = "descriptors of sockets of all kinds", .unit = METRIC_COUNT, .noise = 4,
       .readings = {MADE(FILES, EACH_SAMPLE, sockets), NO_READING})
METRIC(FDS_CLAUDE, .id = "fds_claude", .name = "claude sessions", .words = "claude sessions",
       .help = "descriptors of files below .claude/projects", .unit = METRIC_COUNT, .noise = 1,
       .readings = {CENSUS(by_class[PATH_CLAUDE]), NO_READING})
METRIC(FDS_CODEX, .id = "fds_codex", .name = "codex sessions", .words = "codex sessions",
       .help = "descriptors of files below .codex/sessions", .unit = METRIC_COUNT, .noise = 1,
       .readings = {CENSUS(by_class[PATH_CODEX]), NO_READING})
METRIC(FDS_DATABASES, .id = "fds_databases", .name = "databases", .words = "databases",
       .help = "descriptors of database files", .unit = METRIC_COUNT, .noise = 2,
       .readings = {CENSUS(by_class[PATH_DATABASE]), NO_READING})
METRIC(HEAP_IDLE, .id = "heap_idle", .name = "HeapIdle", .words = "HeapIdle",
       .help = "heap spans without objects (MemStats HeapIdle)", .unit = METRIC_BYTES,
       .noise = 4 * MIB, .noise_share = 0.05, .readings = {COUNTER(heap_idle), NO_READING})
METRIC(HEAP_SYS, .id = "heap_sys", .name = "HeapSys", .words = "HeapSys",
       .help = "heap address space got from the system (MemStats HeapSys)", .unit = METRIC_BYTES,
       .noise = 4 * MIB, .noise_share = 0.05, .readings = {COUNTER(heap_sys), NO_READING})
METRIC(HEAP_OBJECTS, .id = "heap_objects", .name = "heap objects", .words = "heap objects",
       .help = "objects on the heap (MemStats HeapObjects)", .unit = METRIC_COUNT, .noise = 1000,
       .noise_share = 0.10, .readings = {COUNTER(heap_objects), NO_READING})
METRIC(NEXT_GC, .id = "next_gc", .name = "next GC", .words = "next GC",
       .help = "heap size at which the next collection begins (MemStats NextGC)",
       .unit = METRIC_BYTES, .uses = METRIC_USE_ANY, .noise = 4 * MIB, .noise_share = 0.05,
       .readings = {MADE(HEAP, NEW_MEMSTATS, next_gc), NO_READING})
METRIC(STACK_INUSE, .id = "stack_inuse", .name = "stacks", .words = "stacks",
       .help = "stacks of goroutines (MemStats StackInuse)", .unit = METRIC_BYTES,
       .uses = METRIC_USE_ANY, .noise = MIB, .noise_share = 0.05,
       .readings = {COUNTER(stack_inuse), NO_READING})
METRIC(SYS, .id = "sys", .name = "Sys", .words = "Sys",
       .help = "all memory the Go runtime got from the system (MemStats Sys)", .unit = METRIC_BYTES,
       .noise = 4 * MIB, .noise_share = 0.05, .readings = {COUNTER(sys), NO_READING})
METRIC(ALLOCATED, .id = "allocated", .name = "allocated", .words = "allocated",
       .help = "bytes allocated on the heap since the process began (MemStats TotalAlloc)",
       .unit = METRIC_BYTES, .counts_up = true, .noise = MIB,
       .readings = {COUNTER(total_alloc), NO_READING})
METRIC(COLLECTIONS, .id = "collections", .name = "collections", .words = "collections",
       .help = "garbage collections since the process began (MemStats NumGC)", .unit = METRIC_COUNT,
       .counts_up = true, .uses = METRIC_USE_ANY, .noise = 1,
       .readings = {COUNTER(num_gc), NO_READING})
METRIC(GC_CPU, .id = "gc_cpu", .name = "CPU of the GC", .words = "CPU of the GC",
       .help = "share of CPU that collections used since the process began", .unit = METRIC_PERCENT,
       .noise = 1, .readings = {MADE(HEAP, NEW_MEMSTATS, gc_percent), NO_READING})
METRIC(CHILDREN, .id = "children", .name = "children", .words = "children",
       .help = "child processes alive", .unit = METRIC_COUNT, .noise = 3,
       .readings = {MADE(THREADS, EACH_SAMPLE, children), NO_READING})
METRIC(ZOMBIES, .id = "zombies", .name = "zombies", .words = "zombies",
       .help = "child processes that ended and were not collected", .unit = METRIC_COUNT,
       .noise = 1, .readings = {MADE(THREADS, EACH_SAMPLE, zombies), NO_READING})
METRIC(SPAWNS, .id = "spawns", .name = "spawns", .words = "spawns",
       .help = "processes started in the last minute", .unit = METRIC_PER_MINUTE, .noise = 10,
       .noise_share = 0.10, .readings = {MADE(THREADS, EACH_SAMPLE, spawns), NO_READING})
METRIC(MEMORY_STALL, .id = "memory_stall", .name = "memory stall", .words = "memory stall",
       .help = "share of the last 10 s in which some task waited for memory",
       .unit = METRIC_PERCENT, .noise = 5,
       .readings = {DOUBLE(MEMORY, EACH_SAMPLE, memory_sample, pressure.some_percent), NO_READING})
METRIC(MEMORY_AVAILABLE, .id = "memory_available", .name = "available memory",
       .words = "available memory", .help = "memory of the machine that is available",
       .unit = METRIC_BYTES, .noise = 64 * MIB, .noise_share = 0.02,
       .readings = {INT64(MEMORY, EACH_SAMPLE, memory_sample, pressure.available_bytes),
                    NO_READING})
METRIC(CGROUP_USED, .id = "cgroup_used", .name = "memory of the cgroup",
       .words = "memory of the cgroup", .help = "memory used by the group with the tightest limit",
       .unit = METRIC_BYTES, .noise = 16 * MIB, .noise_share = 0.02,
       .readings = {INT64(MEMORY, EACH_SAMPLE, memory_sample, pressure.cgroup_used_bytes),
                    NO_READING})
METRIC(FDS_OPENED, .id = "fds_opened", .name = "opened", .words = "descriptors opened",
       .help = "descriptors opened since the watch began, as far as a census saw them",
       .unit = METRIC_COUNT, .counts_up = true, .noise = 2, .readings = {NO_READING, NO_READING})
METRIC(RUN_WAIT, .id = "run_wait", .name = "run wait", .words = "waiting for a core",
       .help = "time its threads were ready to run and waited for a core", .unit = METRIC_SECONDS,
       .noise = 0.5, .readings = {MADE(THREADS, EACH_SAMPLE, run_wait), NO_READING})
METRIC(CHILDREN_RSS, .id = "children_rss", .name = "RSS of children", .words = "RSS of children",
       .help = "resident memory of its child processes together", .unit = METRIC_BYTES,
       .uses = METRIC_USE_ANY, .noise = 4 * MIB, .noise_share = 0.02,
       .readings = {MADE(THREADS, EACH_SAMPLE, children_rss), NO_READING})
METRIC(PROJECT_SWITCHES, .id = "project_switches", .name = "project switches",
       .words = "project switches",
       .help = "other projects that a sidecar opened since the watch began", .unit = METRIC_COUNT,
       .counts_up = true, .readings = {NO_READING, NO_READING})
METRIC(THROTTLED, .id = "throttled", .name = "throttled", .words = "throttled",
       .help = "time a CPU limit of its control group kept it from running", .unit = METRIC_SECONDS,
       .noise = 0.5, .readings = {MADE(MEMORY, EACH_SAMPLE, throttled), NO_READING})
METRIC(YIELDS, .id = "yields", .name = "yields", .words = "core given up",
       .help = "times its threads gave their core up, to wait for something", .unit = METRIC_COUNT,
       .noise = 100, .readings = {MADE(THREADS, EACH_SAMPLE, yields), NO_READING})
METRIC(PREEMPTIONS, .id = "preemptions", .name = "preemptions", .words = "core taken away",
       .help = "times its threads had their core taken from them", .unit = METRIC_COUNT,
       .noise = 100, .readings = {MADE(THREADS, EACH_SAMPLE, preemptions), NO_READING})

#undef METRIC
