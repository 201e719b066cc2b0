#ifndef SIDESCOPE_PROBES_RECORD_H
#define SIDESCOPE_PROBES_RECORD_H

/*
 * The members of samples, declared once: what is unknown before a probe has
 * filled them, what a memory sample carries over from an older walk, what a
 * saved snapshot and a recording keep of them. Lists (descriptors, regions, …)
 * have a record per row; whoever keeps a sample keeps its lists beside it.
 * Pure; any thread.
 */

#include "probes/samples.h"

enum record_kind {
    RECORD_INT64,  /* SAMPLE_UNKNOWN: not known */
    RECORD_KNOWN,  /* int64_t that is always known: 0 where nobody told it */
    RECORD_TIME,   /* gint64 of the monotonic clock, in microseconds; 0: never */
    RECORD_UINT64, /* likewise size_t; absent is 0 */
    RECORD_UINT32,
    RECORD_DOUBLE, /* NAN: not known */
    RECORD_INT,    /* likewise pid_t */
    RECORD_BOOL,
    RECORD_CHAR,
    RECORD_NAME,          /* an enum, by its name */
    RECORD_TEXT,          /* const char *, raw bytes; "" for none */
    RECORD_OPTIONAL_TEXT, /* the same; NULL for none */
    RECORD_CHARS,         /* char[], ends with '\0' */
};

enum record_unit {
    RECORD_NO_UNIT,
    RECORD_BYTES,
    RECORD_COUNT,
    RECORD_PERCENT,
    RECORD_US,
    RECORD_SECONDS,
};

struct record_member {
    const char *name; /* in JSON and as a column */
    size_t offset;
    enum record_kind kind;
    enum record_unit unit;
    /* RECORD_NAME: the name of each value below n. What is not known when reading becomes n - 1.
     * RECORD_CHARS: n bytes. */
    const char *(*value_name)(int value);
    int n;
    char unknown; /* RECORD_CHAR: what stands for it */
    bool walked;  /* of a memory sample: as old as its regions */
};

struct record {
    const struct record_member *members;
    size_t n;
    size_t size; /* of the struct they are in */
};

/* Of every sample; of each kind, without that: record_process, record_memory, … */
extern const struct record record_sample;
#define PROBE_RECORD(KIND, name, ...) extern const struct record record_##name;
PROBE_TABLE(PROBE_RECORD)
#undef PROBE_RECORD
/* Rows of their lists; record_totals and record_growth are of a class of regions. */
extern const struct record record_totals, record_growth, record_region, record_zone, record_fd,
    record_watched, record_memstats, record_thread, record_child, record_spawn, record_database,
    record_db_lock, record_db_user;

/* Of the kind's own struct, without record_sample; its size is that of the sample. */
const struct record *record_of_kind(enum probe_kind kind);

/* As sample_new, of the kind's size, every member of its record unknown. */
void *record_sample_new(enum probe_kind kind);
/* Every member becomes what stands for unknown; an enum stays. */
void record_set_unknown(const struct record *record, void *at);
/* Copies the members that are as old as a walk. */
void record_carry_walked(const struct record *record, void *to, const void *from);

/* Puts a number from outside into a member that is an integer of at most 64 bits with a sign, as
 * far as it fits; SAMPLE_UNKNOWN is 0 where that cannot be unknown. False for any other member. */
bool record_put_integer(const struct record_member *member, void *at, int64_t integer);
/* Of a RECORD_NAME the value called so; n - 1 when there is none. */
int record_value_named(const struct record_member *member, const char *name);

/* Where a member is. */
static inline const void *record_at(const struct record_member *member, const void *from)
{
    return (const char *)from + member->offset;
}

#endif
