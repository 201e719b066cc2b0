#include "probes/record.h"

#include "probes/databases.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

G_STATIC_ASSERT(sizeof(size_t) == sizeof(uint64_t));
G_STATIC_ASSERT(sizeof(pid_t) == sizeof(int));

/* --- names of enums --- */

static const char *status_name(int value)
{
    return sample_status_name((enum sample_status)value);
}

static const char *class_name(int value)
{
    return region_class_name((enum region_class)value);
}

static const char *type_name(int value)
{
    return fd_type_label((enum fd_type)value);
}

static const char *path_name(int value)
{
    return path_class_name((enum path_class)value);
}

static const char *lock_name(int value)
{
    return db_lock_name((enum db_lock_kind)value);
}

static const char *state_name(int value)
{
    static const char *const names[] = {[PROCESS_ALIVE] = "alive",
                                        [PROCESS_ZOMBIE] = "zombie",
                                        [PROCESS_ENDED] = "ended",
                                        [PROCESS_REPLACED] = "replaced"};

    return names[value];
}

/* --- the tables --- */

#define AS(of_kind, of, member, as, in)                                                            \
    {                                                                                              \
        .name = (as), .offset = offsetof(struct of, member), .kind = RECORD_##of_kind,             \
        .unit = RECORD_##in                                                                        \
    }
#define MEMBER(of_kind, of, member, in) AS(of_kind, of, member, #member, in)
#define PLAIN(of_kind, of, member) AS(of_kind, of, member, #member, NO_UNIT)
#define BYTES(of, member) MEMBER(INT64, of, member, BYTES)
#define COUNT(of, member) MEMBER(INT64, of, member, COUNT)
#define LETTER(of, member, none)                                                                   \
    {                                                                                              \
        .name = #member, .offset = offsetof(struct of, member), .kind = RECORD_CHAR,               \
        .unknown = (none)                                                                          \
    }
#define NAMED(of, member, names, count)                                                            \
    {                                                                                              \
        .name = #member, .offset = offsetof(struct of, member), .kind = RECORD_NAME,               \
        .value_name = (names), .n = (count)                                                        \
    }
#define WALKED(of_kind, of, member, in)                                                            \
    {                                                                                              \
        .name = #member, .offset = offsetof(struct of, member), .kind = RECORD_##of_kind,          \
        .unit = RECORD_##in, .walked = true                                                        \
    }
#define RECORD(table, of)                                                                          \
    {                                                                                              \
        table, G_N_ELEMENTS(table), sizeof(struct of)                                              \
    }

static const struct record_member sample_table[] = {
    NAMED(sample, status, status_name, SAMPLE_GONE + 1),
    PLAIN(TEXT, sample, reason),
    MEMBER(TIME, sample, taken_us, US),
    MEMBER(KNOWN, sample, real_us, US),
    MEMBER(KNOWN, sample, cost_us, US),
    MEMBER(KNOWN, sample, cpu_us, US),
    MEMBER(KNOWN, sample, bytes, BYTES),
    MEMBER(UINT64, sample, sequence, COUNT),
};

static const struct record_member process_table[] = {
    NAMED(process_sample, state, state_name, PROCESS_REPLACED + 1),
    LETTER(process_sample, state_letter, '?'),
    BYTES(process_sample, rss_bytes),
    BYTES(process_sample, vsz_bytes),
    BYTES(process_sample, rss_anon_bytes),
    BYTES(process_sample, rss_file_bytes),
    BYTES(process_sample, rss_shmem_bytes),
    BYTES(process_sample, rss_peak_bytes),
    BYTES(process_sample, swap_bytes),
    BYTES(process_sample, footprint_bytes),
    BYTES(process_sample, footprint_peak_bytes),
    MEMBER(DOUBLE, process_sample, cpu_percent, PERCENT),
    MEMBER(DOUBLE, process_sample, cpu_children_percent, PERCENT),
    MEMBER(INT64, process_sample, cpu_user_us, US),
    MEMBER(INT64, process_sample, cpu_system_us, US),
    COUNT(process_sample, threads),
    COUNT(process_sample, fd_count),
    COUNT(process_sample, fd_soft_limit),
    COUNT(process_sample, fd_hard_limit),
    COUNT(process_sample, minor_faults),
    COUNT(process_sample, major_faults),
    COUNT(process_sample, voluntary_switches),
    COUNT(process_sample, involuntary_switches),
    BYTES(process_sample, io_read_bytes),
    BYTES(process_sample, io_write_bytes),
    MEMBER(INT64, process_sample, uptime_s, SECONDS),
    MEMBER(INT64, process_sample, end_signal, NO_UNIT),
    MEMBER(INT64, process_sample, end_status, NO_UNIT),
    COUNT(process_sample, oom_kills),
};

#define PRESSURE(of_kind, member, in)                                                              \
    AS(of_kind, memory_sample, pressure.member, "pressure_" #member, in)

static const struct record_member memory_table[] = {
    BYTES(memory_sample, rss_bytes),
    BYTES(memory_sample, pss_bytes),
    BYTES(memory_sample, pss_anon_bytes),
    BYTES(memory_sample, pss_file_bytes),
    BYTES(memory_sample, pss_shmem_bytes),
    BYTES(memory_sample, anonymous_bytes),
    BYTES(memory_sample, shared_clean_bytes),
    BYTES(memory_sample, shared_dirty_bytes),
    BYTES(memory_sample, private_clean_bytes),
    BYTES(memory_sample, private_dirty_bytes),
    BYTES(memory_sample, lazyfree_bytes),
    BYTES(memory_sample, swap_bytes),
    BYTES(memory_sample, swap_pss_bytes),
    BYTES(memory_sample, locked_bytes),
    BYTES(memory_sample, anon_huge_bytes),
    BYTES(memory_sample, file_bytes),
    BYTES(memory_sample, shmem_bytes),
    WALKED(TIME, memory_sample, regions_us, US),
    WALKED(KNOWN, memory_sample, regions_cost_us, US),
    WALKED(KNOWN, memory_sample, swap_growth_bytes, BYTES),
    WALKED(KNOWN, memory_sample, swap_step_bytes, BYTES),
    WALKED(TIME, memory_sample, growth_since_us, US),
    WALKED(BOOL, memory_sample, regions_truncated, NO_UNIT),
    WALKED(BOOL, memory_sample, heap_class_guessed, NO_UNIT),
    WALKED(BOOL, memory_sample, regions_are_types, NO_UNIT),
    WALKED(INT64, memory_sample, footprint_bytes, BYTES),
    WALKED(INT64, memory_sample, footprint_peak_bytes, BYTES),
    PRESSURE(DOUBLE, some_percent, PERCENT),
    PRESSURE(DOUBLE, full_percent, PERCENT),
    PRESSURE(INT64, available_bytes, BYTES),
    PRESSURE(INT64, total_bytes, BYTES),
    PRESSURE(INT64, swap_free_bytes, BYTES),
    PRESSURE(INT64, swap_total_bytes, BYTES),
    PRESSURE(TEXT, cgroup, NO_UNIT),
    PRESSURE(INT64, cgroup_limit_bytes, BYTES),
    PRESSURE(INT64, cgroup_used_bytes, BYTES),
    PRESSURE(INT64, cgroup_oom_kills, COUNT),
    PRESSURE(INT64, cgroup_file_bytes, BYTES),
    PRESSURE(DOUBLE, cpu_some_percent, PERCENT),
    PRESSURE(DOUBLE, cpu_limit_percent, PERCENT),
    PRESSURE(INT64, throttled_us, US),
    PRESSURE(TEXT, huge_pages, NO_UNIT),
};

static const struct record_member totals_table[] = {
    COUNT(region_totals, count),          BYTES(region_totals, virtual_bytes),
    BYTES(region_totals, resident_bytes), BYTES(region_totals, pss_bytes),
    BYTES(region_totals, dirty_bytes),    BYTES(region_totals, swapped_bytes),
    BYTES(region_totals, lazyfree_bytes),
};

static const struct record_member growth_table[] = {
    AS(KNOWN, region_growth, resident_bytes, "growth_resident_bytes", BYTES),
    AS(KNOWN, region_growth, count, "growth_count", COUNT),
};

static const struct record_member region_table[] = {
    PLAIN(UINT64, region, start),
    PLAIN(UINT64, region, end),
    {.name = "perms",
     .offset = offsetof(struct region, perms),
     .kind = RECORD_CHARS,
     .n = sizeof(((struct region *)0)->perms)},
    NAMED(region, cls, class_name, REGION_N_CLASSES),
    PLAIN(TEXT, region, name),
    BYTES(region, resident_bytes),
    BYTES(region, pss_bytes),
    BYTES(region, dirty_bytes),
    BYTES(region, swapped_bytes),
    BYTES(region, lazyfree_bytes),
    COUNT(region, count),
};

static const struct record_member zone_table[] = {
    PLAIN(TEXT, malloc_zone, name),      BYTES(malloc_zone, virtual_bytes),
    BYTES(malloc_zone, resident_bytes),  BYTES(malloc_zone, dirty_bytes),
    BYTES(malloc_zone, swapped_bytes),   COUNT(malloc_zone, allocations),
    BYTES(malloc_zone, allocated_bytes), COUNT(malloc_zone, regions),
};

static const struct record_member files_table[] = {
    COUNT(files_sample, count),
    COUNT(files_sample, soft_limit),
    COUNT(files_sample, inotify_watches),
    COUNT(files_sample, inotify_max_instances),
    COUNT(files_sample, inotify_max_watches),
    COUNT(files_sample, inotify_user_instances),
    COUNT(files_sample, not_descriptors),
    MEMBER(UINT64, files_sample, opened, COUNT),
    MEMBER(UINT64, files_sample, closed, COUNT),
    PLAIN(BOOL, files_sample, truncated),
    PLAIN(OPTIONAL_TEXT, files_sample, locks_why),
    COUNT(files_sample, log_warnings),
    PLAIN(OPTIONAL_TEXT, files_sample, log_last),
    MEMBER(TIME, files_sample, others_us, US),
    MEMBER(KNOWN, files_sample, others_cost_us, US),
    MEMBER(KNOWN, files_sample, others_denied, COUNT),
};

static const struct record_member fd_table[] = {
    PLAIN(INT, fd_entry, fd),
    NAMED(fd_entry, type, type_name, FD_N_TYPES),
    PLAIN(TEXT, fd_entry, path),
    PLAIN(TEXT, fd_entry, detail),
    NAMED(fd_entry, cls, path_name, PATH_N_CLASSES),
    PLAIN(BOOL, fd_entry, deleted),
    LETTER(fd_entry, access, ' '),
    PLAIN(UINT64, fd_entry, inode),
    PLAIN(UINT64, fd_entry, device),
    MEMBER(INT64, fd_entry, offset, BYTES),
    PLAIN(INT64, fd_entry, flags),
    BYTES(fd_entry, size),
    COUNT(fd_entry, watches),
    MEMBER(TIME, fd_entry, first_seen_us, US),
    PLAIN(OPTIONAL_TEXT, fd_entry, peer),
};

static const struct record_member goroutines_table[] = {
    COUNT(goroutines_sample, count),           COUNT(goroutines_sample, os_threads),
    COUNT(goroutines_sample, leaks),           MEMBER(TIME, goroutines_sample, dump_us, US),
    PLAIN(TEXT, goroutines_sample, source),    PLAIN(BOOL, goroutines_sample, needs_consent),
    PLAIN(BOOL, goroutines_sample, is_silent),
};

static const struct record_member heap_table[] = {
    PLAIN(OPTIONAL_TEXT, heap_sample, source),
    MEMBER(TIME, heap_sample, profile_us, US),
    PLAIN(BOOL, heap_sample, new_gc),
    MEMBER(UINT32, heap_sample, restarts, COUNT),
};

#define COUNTER(member, in) MEMBER(UINT64, memstats, member, in)

static const struct record_member memstats_table[] = {
    COUNTER(alloc, BYTES),
    COUNTER(total_alloc, BYTES),
    COUNTER(sys, BYTES),
    COUNTER(mallocs, COUNT),
    COUNTER(frees, COUNT),
    COUNTER(heap_alloc, BYTES),
    COUNTER(heap_sys, BYTES),
    COUNTER(heap_idle, BYTES),
    COUNTER(heap_inuse, BYTES),
    COUNTER(heap_released, BYTES),
    COUNTER(heap_objects, COUNT),
    COUNTER(stack_inuse, BYTES),
    COUNTER(stack_sys, BYTES),
    COUNTER(mspan_inuse, BYTES),
    COUNTER(mspan_sys, BYTES),
    COUNTER(mcache_inuse, BYTES),
    COUNTER(mcache_sys, BYTES),
    COUNTER(buck_hash_sys, BYTES),
    COUNTER(gc_sys, BYTES),
    COUNTER(other_sys, BYTES),
    COUNTER(next_gc, BYTES),
    COUNTER(last_gc_ns, NO_UNIT),
    COUNTER(last_pause_ns, NO_UNIT),
    COUNTER(num_gc, COUNT),
    COUNTER(num_forced_gc, COUNT),
    PLAIN(DOUBLE, memstats, gc_cpu_fraction),
    COUNTER(max_rss, BYTES),
    PLAIN(BOOL, memstats, complete),
};

static const struct record_member threads_table[] = {
    COUNT(threads_sample, count),
    MEMBER(UINT64, threads_sample, n_zombies, COUNT),
    MEMBER(UINT64, threads_sample, spawns_total, COUNT),
    MEMBER(UINT64, threads_sample, spawns_last_minute, COUNT),
    MEMBER(TIME, threads_sample, spawns_since_us, US),
    PLAIN(BOOL, threads_sample, spawns_exact),
    PLAIN(TEXT, threads_sample, spawns_why),
    PLAIN(BOOL, threads_sample, truncated),
};

static const struct record_member thread_table[] = {
    PLAIN(INT, thread_entry, tid),
    PLAIN(TEXT, thread_entry, name),
    LETTER(thread_entry, state, '?'),
    PLAIN(UINT64, thread_entry, start_ticks),
    MEMBER(DOUBLE, thread_entry, cpu_percent, PERCENT),
    MEMBER(INT64, thread_entry, cpu_us, US),
    MEMBER(INT64, thread_entry, run_wait_us, US),
    PLAIN(TEXT, thread_entry, wait_channel),
    COUNT(thread_entry, voluntary_switches),
    COUNT(thread_entry, involuntary_switches),
};

static const struct record_member child_table[] = {
    PLAIN(INT, child_entry, pid),
    PLAIN(INT, child_entry, parent),
    PLAIN(TEXT, child_entry, command),
    LETTER(child_entry, state, '?'),
    PLAIN(UINT64, child_entry, start_ticks),
    MEMBER(DOUBLE, child_entry, cpu_percent, PERCENT),
    MEMBER(INT64, child_entry, cpu_us, US),
    MEMBER(INT64, child_entry, uptime_s, SECONDS),
    BYTES(child_entry, rss_bytes),
};

static const struct record_member spawn_table[] = {
    PLAIN(TEXT, spawn_rate, command),
    MEMBER(UINT64, spawn_rate, total, COUNT),
    MEMBER(UINT64, spawn_rate, last_minute, COUNT),
};

static const struct record_member database_table[] = {
    PLAIN(TEXT, database, path),
    PLAIN(BOOL, database, deleted),
    AS(UINT32, database, fds[DB_MAIN], "fds_main", COUNT),
    AS(UINT32, database, fds[DB_WAL], "fds_wal", COUNT),
    AS(UINT32, database, fds[DB_SHM], "fds_shm", COUNT),
    AS(UINT32, database, fds[DB_JOURNAL], "fds_journal", COUNT),
    AS(INT64, database, size[DB_MAIN], "size_main", BYTES),
    AS(INT64, database, size[DB_WAL], "size_wal", BYTES),
    AS(INT64, database, size[DB_SHM], "size_shm", BYTES),
    AS(INT64, database, size[DB_JOURNAL], "size_journal", BYTES),
};

static const struct record_member db_lock_table[] = {
    NAMED(db_lock, kind, lock_name, DB_LOCK_N_KINDS),
    PLAIN(BOOL, db_lock, write),
    PLAIN(BOOL, db_lock, waiting),
    PLAIN(BOOL, db_lock, own),
    PLAIN(INT, db_lock, pid),
    PLAIN(TEXT, db_lock, command),
    MEMBER(TIME, db_lock, first_seen_us, US),
};

static const struct record_member db_user_table[] = {
    PLAIN(INT, db_user, pid),
    PLAIN(TEXT, db_user, command),
    MEMBER(UINT32, db_user, fds, COUNT),
};

const struct record record_sample = RECORD(sample_table, sample);
const struct record record_process = RECORD(process_table, process_sample);
const struct record record_memory = RECORD(memory_table, memory_sample);
const struct record record_totals = RECORD(totals_table, region_totals);
const struct record record_growth = RECORD(growth_table, region_growth);
const struct record record_region = RECORD(region_table, region);
const struct record record_zone = RECORD(zone_table, malloc_zone);
const struct record record_files = RECORD(files_table, files_sample);
const struct record record_fd = RECORD(fd_table, fd_entry);
const struct record record_goroutines = RECORD(goroutines_table, goroutines_sample);
const struct record record_heap = RECORD(heap_table, heap_sample);
const struct record record_memstats = RECORD(memstats_table, memstats);
const struct record record_threads = RECORD(threads_table, threads_sample);
const struct record record_thread = RECORD(thread_table, thread_entry);
const struct record record_child = RECORD(child_table, child_entry);
const struct record record_spawn = RECORD(spawn_table, spawn_rate);
const struct record record_database = RECORD(database_table, database);
const struct record record_db_lock = RECORD(db_lock_table, db_lock);
const struct record record_db_user = RECORD(db_user_table, db_user);

static const struct {
    const char *name;
    const struct record *record;
} kinds[PROBE_N_KINDS] = {
    [PROBE_PROCESS] = {"process", &record_process},
    [PROBE_MEMORY] = {"memory", &record_memory},
    [PROBE_FILES] = {"files", &record_files},
    [PROBE_GOROUTINES] = {"goroutines", &record_goroutines},
    [PROBE_HEAP] = {"heap", &record_heap},
    [PROBE_THREADS] = {"threads", &record_threads},
};

const struct record *record_of_kind(enum probe_kind kind)
{
    return kinds[kind].record;
}

const char *record_kind_name(enum probe_kind kind)
{
    return kinds[kind].name;
}

/* --- unknown, carried over --- */

static size_t size_of(const struct record_member *member)
{
    static const size_t sizes[] = {
        [RECORD_INT64] = sizeof(int64_t),     [RECORD_KNOWN] = sizeof(int64_t),
        [RECORD_TIME] = sizeof(gint64),       [RECORD_UINT64] = sizeof(uint64_t),
        [RECORD_UINT32] = sizeof(uint32_t),   [RECORD_DOUBLE] = sizeof(double),
        [RECORD_INT] = sizeof(int),           [RECORD_BOOL] = sizeof(bool),
        [RECORD_CHAR] = sizeof(char),         [RECORD_NAME] = sizeof(int),
        [RECORD_TEXT] = sizeof(const char *), [RECORD_OPTIONAL_TEXT] = sizeof(const char *),
    };

    return member->kind == RECORD_CHARS ? (size_t)member->n : sizes[member->kind];
}

static void set_unknown(const struct record_member *member, void *at)
{
    switch (member->kind) {
    case RECORD_INT64:
        *(int64_t *)at = SAMPLE_UNKNOWN;
        break;
    case RECORD_DOUBLE:
        *(double *)at = NAN;
        break;
    case RECORD_CHAR:
        *(char *)at = member->unknown;
        break;
    case RECORD_TEXT:
        *(const char **)at = "";
        break;
    case RECORD_OPTIONAL_TEXT:
        *(const char **)at = NULL;
        break;
    case RECORD_NAME:
        break;
    default:
        memset(at, 0, size_of(member));
    }
}

void record_set_unknown(const struct record *record, void *at)
{
    for (size_t i = 0; i < record->n; i++)
        set_unknown(&record->members[i], (char *)at + record->members[i].offset);
}

void record_carry_walked(const struct record *record, void *to, const void *from)
{
    for (size_t i = 0; i < record->n; i++) {
        const struct record_member *member = &record->members[i];

        if (member->walked)
            memcpy((char *)to + member->offset, record_at(member, from), size_of(member));
    }
}
