#include "probes/record_table.h"
#include "probes/source.h"
#include "probes/threads_sample.h"

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

const struct record record_threads = RECORD(threads_table, threads_sample);
const struct record record_thread = RECORD(thread_table, thread_entry);
const struct record record_child = RECORD(child_table, child_entry);
const struct record record_spawn = RECORD(spawn_table, spawn_rate);

const struct source_ops threads_source = {
    .open = process_reader_new,
    .fill = process_reader_fill,
    .cancel = process_reader_cancel,
    .close = process_reader_free,
};
