#include "probes/record_table.h"

#include <math.h>
#include <string.h>

/* --- what every sample has --- */

static const char *status_name(int value)
{
    return sample_status_name((enum sample_status)value);
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

const struct record record_sample = RECORD(sample_table, sample);

const struct record *record_of_kind(enum probe_kind kind)
{
    static const struct record *const records[PROBE_N_KINDS] = {
#define PROBE_RECORD(KIND, name, ...) [PROBE_##KIND] = &record_##name,
        PROBE_TABLE(PROBE_RECORD)
#undef PROBE_RECORD
    };

    return records[kind];
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

void record_set_unknown(const struct record *record, void *at)
{
    for (size_t i = 0; i < record->n; i++) {
        const struct record_member *member = &record->members[i];
        void *here = (char *)at + record->members[i].offset;

        switch (member->kind) {
        case RECORD_INT64:
            *(int64_t *)here = SAMPLE_UNKNOWN;
            break;
        case RECORD_DOUBLE:
            *(double *)here = NAN;
            break;
        case RECORD_CHAR:
            *(char *)here = member->unknown;
            break;
        case RECORD_TEXT:
            *(const char **)here = "";
            break;
        case RECORD_OPTIONAL_TEXT:
            *(const char **)here = NULL;
            break;
        case RECORD_NAME:
            break;
        default:
            memset(here, 0, size_of(member));
        }
    }
}

void record_carry_walked(const struct record *record, void *to, const void *from)
{
    for (size_t i = 0; i < record->n; i++) {
        const struct record_member *member = &record->members[i];

        if (member->walked)
            memcpy((char *)to + member->offset, record_at(member, from), size_of(member));
    }
}

void *record_sample_new(enum probe_kind kind)
{
    const struct record *record = record_of_kind(kind);
    void *sample = sample_new(kind, record->size);

    record_set_unknown(record, sample);
    return sample;
}

/* --- from outside --- */

bool record_put_integer(const struct record_member *member, void *at, int64_t integer)
{
    switch (member->kind) {
    case RECORD_INT64:
        *(int64_t *)at = integer;
        return true;
    case RECORD_KNOWN:
    case RECORD_TIME:
        *(int64_t *)at = integer != SAMPLE_UNKNOWN ? integer : 0;
        return true;
    case RECORD_UINT32:
        *(uint32_t *)at = (uint32_t)CLAMP(integer, 0, UINT32_MAX);
        return true;
    case RECORD_INT:
        *(int *)at = (int)CLAMP(integer, -1, G_MAXINT);
        return true;
    default:
        return false;
    }
}

int record_value_named(const struct record_member *member, const char *name)
{
    int value = 0;

    while (value < member->n - 1 && strcmp(name, member->value_name(value)) != 0)
        value++;
    return value;
}
