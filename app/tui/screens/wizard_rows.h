#ifndef SIDESCOPE_APP_TUI_SCREENS_WIZARD_ROWS_H
#define SIDESCOPE_APP_TUI_SCREENS_WIZARD_ROWS_H

/*
 * What the wizard lists, as rows of a table: the evidence of a step (what stayed since the mark,
 * then the facts), or the diagnosis (wizard_diagnosis.h). Enter opens what a row points at. UI
 * thread.
 */

#include "app/triage/since.h"
#include "app/triage/triage.h"
#include "widgets/table.h"

struct wizard_row {
    struct triage_fact fact; /* keeps its own */
    bool since;              /* of the mark */
    uint8_t number;          /* tells rows of one label apart; 0: it has a label of its own */
    char **detail;           /* paragraphs under the list, raw bytes; NULL: the row says it all */
};

/* GPtrArray of struct wizard_row *, owns them: without any yet. */
GPtrArray *wizard_rows_empty(void);
/* The evidence of the step. since: NULL without a mark. */
GPtrArray *wizard_rows_new(const struct triage_step *step, const struct triage_since *since);
const struct wizard_row *wizard_rows_at(const GPtrArray *rows, size_t row);
/* The selected one; NULL: none is, or there are no rows. */
const struct wizard_row *wizard_rows_selected(const GPtrArray *rows, const struct table *table);

/* Their model is such an array: for the evidence, and for the diagnosis. */
struct table *wizard_rows_table_new(void);
struct table *wizard_diagnosis_table_new(void);

#endif
