#ifndef SIDESCOPE_APP_TUI_SCREENS_WIZARD_SYMPTOMS_H
#define SIDESCOPE_APP_TUI_SCREENS_WIZARD_SYMPTOMS_H

/* The first page of the wizard: what may be seen, each with its live sign. UI thread. */

#include "app/tui/shell/workbench.h"
#include "widgets/table.h"

struct table *wizard_symptoms_table_new(void);
/* The signs of result (NULL: none) are copied to kept, which outlives the table's use of them and
 * is cleared sign by sign in the end. */
void wizard_symptoms_show(struct table *table, struct symptom_sign kept[SYMPTOM_N],
                          const struct triage_result *result);
/* The selected one; SYMPTOM_NONE: none is. */
enum symptom wizard_symptoms_selected(const struct table *table);
void wizard_symptoms_select(struct table *table, enum symptom symptom);

void wizard_symptoms_draw(struct ui *ui, const struct canvas *canvas, TickitRect area,
                          const struct triage_result *result, struct table *table);

#endif
