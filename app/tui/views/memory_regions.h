#ifndef SIDESCOPE_APP_TUI_VIEWS_MEMORY_REGIONS_H
#define SIDESCOPE_APP_TUI_VIEWS_MEMORY_REGIONS_H

/*
 * The table vmmap --summary prints, a row per region type, with what grew since
 * the mark; and the memory that is left, in a line. UI thread.
 */

#include "probes/samples.h"
#include "widgets/table.h"

struct region_row {
    enum region_class cls;
    struct region_totals totals;
    struct region_growth growth;
};

/* Model of the table. */
struct region_rows {
    struct region_row rows[REGION_N_CLASSES];
    size_t n;
    gint64 since_us; /* growth counts from then; 0: not known */
    bool by_vmmap;   /* its words are shown beside ours */
};

struct table *region_rows_table_new(void);
/* Rows of the classes that memory (may be NULL) has; none before its first walk. */
void region_rows_take(struct region_rows *rows, const struct memory_sample *memory);
/* One row as text for the clipboard. Free with g_free. */
char *region_rows_text(const struct region_rows *rows, size_t row);

/*
 * "cgroup 1.2G of 2.0G (60%)  machine 3.1G free  stalls 12%", with the role of
 * the worst of it; NULL when there is neither a limit nor pressure. Free with
 * g_free.
 */
char *memory_pressure_text(const struct memory_pressure *pressure, enum theme_role *ret_role);

#endif
