#ifndef SIDESCOPE_APP_TUI_SCREENS_WIZARD_ROWS_H
#define SIDESCOPE_APP_TUI_SCREENS_WIZARD_ROWS_H

/* The evidence of a step as rows of a table: what stayed since the mark, then the facts. */

#include "app/triage/since.h"
#include "app/triage/triage.h"
#include "widgets/table.h"

struct wizard_row {
    struct triage_fact fact; /* keeps its own */
    bool since;              /* of the mark */
};

/* GPtrArray of struct wizard_row *, owns them. since: NULL without a mark. */
GPtrArray *wizard_rows_new(const struct triage_step *step, const struct triage_since *since);
const struct wizard_row *wizard_rows_at(const GPtrArray *rows, size_t row);

/* Its model is such an array. */
struct table *wizard_rows_table_new(void);

#endif
