#ifndef SIDESCOPE_APP_LISTS_PROFILE_ROWS_H
#define SIDESCOPE_APP_LISTS_PROFILE_ROWS_H

/*
 * A top table with what the same rows were in a profile it is compared with.
 * Built on any thread, immutable after that; strings live as long as the rows.
 */

#include "pprof/top.h"

struct profile_row {
    const char *name, *function, *file; /* as in struct top_row */
    int64_t line;
    int64_t flat, cum;
    int64_t running;             /* flats added up down to this row */
    int64_t base_flat, base_cum; /* 0: not in the base, or none given */
    enum top_inline inlined;
};

struct profile_rows {
    struct profile_row *rows; /* in the report's order; at the end what only the base has */
    size_t n;
    const struct top_report *report; /* total, type, unit; NULL never */
    bool compared;                   /* base_flat and base_cum mean something */
    int64_t base_total;
    double hours;                      /* between base and profile; NAN: unknown */
    struct top_report *own, *base_own; /* private */
};

/* base: compared with, or NULL; hours: as above. NULL with error as top_build. */
struct profile_rows *profile_rows_build(const struct profile *profile, const struct profile *base,
                                        const struct top_options *options, double hours,
                                        GError **error);
void profile_rows_free(struct profile_rows *rows);
typedef struct profile_rows profile_rows_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(profile_rows_auto, profile_rows_free)

/*
 * What base calls the sample type that index (-1: the default) of profile
 * means: its index there, or -1 with error when it has none of that name.
 */
int profile_rows_base_index(const struct profile *profile, const struct profile *base, int index,
                            GError **error);

#endif
