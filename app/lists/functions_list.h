#ifndef SIDESCOPE_APP_LISTS_FUNCTIONS_LIST_H
#define SIDESCOPE_APP_LISTS_FUNCTIONS_LIST_H

/* The functions of a profile, as go tool pprof -top lists them, beside what they were. Pure. */

#include "app/lists/profile_rows.h"
#include "pprof/measurement.h"
#include "widgets/listing.h"

struct functions_list {
    const struct profile_rows *rows;
    /* What stands under OVER TIME, appended to out; NULL: nothing. */
    void (*trend)(const void *user, const char *function, GString *out);
    const void *user;
};
extern const struct listing functions_listing;
enum function_column {
    FUNCTION_FLAT,
    FUNCTION_FLAT_SHARE,
    FUNCTION_SUM,
    FUNCTION_CUM,
    FUNCTION_CUM_SHARE,
    FUNCTION_DELTA,
    FUNCTION_RATE,
    FUNCTION_CUM_DELTA,
    FUNCTION_TREND,
    FUNCTION_NAME,
};

/* True of a column that goes by cum: the report should be built so, for SUM% to run down. */
bool functions_list_by_cum(size_t column);
/* The key of the row called name, for table_select_key. */
uint64_t functions_list_key(const char *name);

/* A value of a profile in its unit, as go tool pprof prints it: "20MB", "1.20s", "412". */
void list_profile_value(struct listing_value *value, int64_t n, const char *unit);
/* A difference: "+4.1M", "-12K", "+1.20s", "0"; growth is worth a look. */
void list_profile_change(struct listing_value *value, double change, const char *unit);
/* The text of one. */
void profile_value_text(int64_t value, const char *unit, char out[MEASUREMENT_TEXT_MAX]);
void profile_delta_text(double value, const char *unit, char out[MEASUREMENT_TEXT_MAX]);

#endif
