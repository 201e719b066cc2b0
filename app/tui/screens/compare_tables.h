#ifndef SIDESCOPE_APP_TUI_SCREENS_COMPARE_TABLES_H
#define SIDESCOPE_APP_TUI_SCREENS_COMPARE_TABLES_H

/* The tables of the compare screen; model of each: const struct comparison *. UI thread. */

#include "app/snapshots/compare.h"
#include "widgets/table.h"

enum compare_view {
    COMPARE_VIEW_SUMMARY,
    COMPARE_VIEW_GOROUTINES,
    COMPARE_VIEW_TEMPLATES, /* of open files */
    COMPARE_VIEW_PATHS,
    COMPARE_VIEW_MAP,
    COMPARE_N_VIEWS,
};

struct table *compare_table_new(enum compare_view view);
size_t compare_table_rows(const struct comparison *comparison, enum compare_view view);
/* Why there are no rows: nothing changed, or one side holds nothing. Static. */
const char *compare_table_empty(const struct comparison *comparison, enum compare_view view);

#endif
