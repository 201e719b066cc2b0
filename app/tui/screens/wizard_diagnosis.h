#ifndef SIDESCOPE_APP_TUI_SCREENS_WIZARD_DIAGNOSIS_H
#define SIDESCOPE_APP_TUI_SCREENS_WIZARD_DIAGNOSIS_H

/*
 * The last page of the wizard as a list: the diagnosis, the known patterns that
 * fit with the path, stack or function of each, what else was found, what to do.
 * Under the list stands all that is known of the selected row. UI thread.
 */

#include "app/tui/screens/wizard_rows.h"

/* GPtrArray of struct wizard_row *, owns them. */
GPtrArray *wizard_diagnosis_rows(const struct triage_result *result);
/* table is that of wizard_diagnosis_table_new with those rows. */
void wizard_diagnosis_draw(const struct canvas *canvas, TickitRect area, struct table *table,
                           const GPtrArray *rows);

#endif
