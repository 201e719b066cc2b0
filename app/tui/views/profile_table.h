#ifndef SIDESCOPE_APP_TUI_VIEWS_PROFILE_TABLE_H
#define SIDESCOPE_APP_TUI_VIEWS_PROFILE_TABLE_H

/*
 * Columns and cells of a top table, shared by the heap pane and the profile
 * screen. The table's model is a struct profile_rows. UI thread.
 */

#include "app/tui/views/profile_rows.h"
#include "pprof/measurement.h"
#include "widgets/table.h"

enum profile_column {
    PROFILE_FLAT,
    PROFILE_FLAT_SHARE,
    PROFILE_SUM,
    PROFILE_CUM,
    PROFILE_CUM_SHARE,
    PROFILE_DELTA,
    PROFILE_RATE,
    PROFILE_CUM_DELTA,
    PROFILE_TREND, /* text is the owner's: empty here */
    PROFILE_FUNCTION,
    PROFILE_N_COLUMNS
};

/* To be copied by an owner who renames or hides some. */
extern const struct table_column profile_columns[PROFILE_N_COLUMNS];
extern const struct table_ops profile_table_ops;

/* True when the table is sorted by cum: its report should be built so, for SUM% to run down. */
bool profile_table_by_cum(const struct table *table);
/* The key of the row called name, for table_select_key. */
uint64_t profile_table_key(const char *name);

/* A value of a profile in its unit, as go tool pprof prints it: "20MB", "1.20s", "412". */
void profile_value_text(int64_t value, const char *unit, char out[MEASUREMENT_TEXT_MAX]);
/* A difference: "+4.1M", "-12K", "+1.20s", "0". */
void profile_delta_text(double value, const char *unit, char out[MEASUREMENT_TEXT_MAX]);
/* The pen of a difference: growth is worth a look. */
enum theme_role profile_delta_role(double value);

#endif
