#include "tests/unit/app/record_paint.h"

#include <math.h>
#include <string.h>

#define ROW(name)                                                                                  \
    {                                                                                              \
#name, &record_##name                                                                      \
    }

const struct record_row record_rows[] = {
    ROW(sample),   ROW(process), ROW(memory),  ROW(files),    ROW(goroutines),
    ROW(heap),     ROW(threads), ROW(totals),  ROW(growth),   ROW(region),
    ROW(zone),     ROW(fd),      ROW(thread),  ROW(memstats), ROW(child),
    ROW(database), ROW(spawn),   ROW(db_lock), ROW(db_user),
};
const size_t n_record_rows = G_N_ELEMENTS(record_rows);

static void paint(const struct record_member *member, void *at, void *sample, unsigned value)
{
    switch (member->kind) {
    case RECORD_INT64:
    case RECORD_KNOWN:
    case RECORD_TIME:
        *(int64_t *)at = (int64_t)value << 20;
        break;
    case RECORD_UINT64:
        *(uint64_t *)at = UINT64_MAX - value;
        break;
    case RECORD_UINT32:
        *(uint32_t *)at = UINT32_MAX - value;
        break;
    case RECORD_DOUBLE:
        *(double *)at = value + 0.25;
        break;
    case RECORD_INT:
        *(int *)at = (int)value;
        break;
    case RECORD_BOOL:
        *(bool *)at = value % 2 == 1;
        break;
    case RECORD_CHAR:
        *(char *)at = (char)('a' + value % 26);
        break;
    case RECORD_NAME:
        *(int *)at = (int)value % member->n;
        break;
    case RECORD_TEXT:
    case RECORD_OPTIONAL_TEXT:
        *(const char **)at = sample_printf(sample, "%s \xff\n %u", member->name, value);
        break;
    case RECORD_CHARS:
        memset(at, (int)('a' + value % 26), (size_t)member->n - 1);
        break;
    }
}

void record_paint(const struct record *record, void *at, void *sample, unsigned seed)
{
    for (size_t i = 0; i < record->n; i++)
        paint(&record->members[i], (char *)at + record->members[i].offset, sample,
              seed + 3 * (unsigned)i);
}

static bool is_equal(const struct record_member *member, const void *a, const void *b)
{
    switch (member->kind) {
    case RECORD_UINT32:
        return *(const uint32_t *)a == *(const uint32_t *)b;
    case RECORD_DOUBLE:
        return *(const double *)a == *(const double *)b ||
               (isnan(*(const double *)a) && isnan(*(const double *)b));
    case RECORD_INT:
    case RECORD_NAME:
        return *(const int *)a == *(const int *)b;
    case RECORD_BOOL:
        return *(const bool *)a == *(const bool *)b;
    case RECORD_CHAR:
        return *(const char *)a == *(const char *)b;
    case RECORD_TEXT:
    case RECORD_OPTIONAL_TEXT:
        return g_strcmp0(*(const char *const *)a, *(const char *const *)b) == 0;
    case RECORD_CHARS:
        return strcmp(a, b) == 0;
    default:
        return *(const int64_t *)a == *(const int64_t *)b;
    }
}

void record_assert_equal(const struct record *record, const void *a, const void *b)
{
    for (size_t i = 0; i < record->n; i++) {
        const struct record_member *member = &record->members[i];

        if (!is_equal(member, record_at(member, a), record_at(member, b)))
            g_error("%s differs", member->name);
    }
}
