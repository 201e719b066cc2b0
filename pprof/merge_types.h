#ifndef SIDESCOPE_PPROF_MERGE_TYPES_H
#define SIDESCOPE_PPROF_MERGE_TYPES_H

/*
 * Which sample types two profiles share and in which units they meet: by name,
 * in the first one's order, in the finer unit. Private to pprof/merge.
 */

#include "pprof/limits.h"
#include "pprof/profile.h"

struct merge_columns {
    size_t n;
    size_t index[PPROF_MAX_VALUES]; /* of the own sample types */
    double ratio[PPROF_MAX_VALUES]; /* into the common unit */
};

struct merge_types {
    size_t n;
    struct profile_value_type types[PPROF_MAX_VALUES];
    struct merge_columns columns[2];
    struct profile_value_type period_type;
    int64_t period[2];
    const char *default_type[2];
};

/* False with error (PROFILE_ERROR_MISMATCH) when there is no common ground. */
bool merge_types_init(struct merge_types *types, const struct profile *a, const struct profile *b,
                      GError **error);
/* Into the common units. False when all values that had to be changed became 0. */
bool merge_columns_scale(const struct merge_columns *columns, int64_t *values);

#endif
