#ifndef SIDESCOPE_APP_TUI_SCREENS_WIZARD_DIAGNOSIS_H
#define SIDESCOPE_APP_TUI_SCREENS_WIZARD_DIAGNOSIS_H

/* The last page of the wizard as text: the diagnosis, known patterns that fit, what to do. */

#include "app/triage/triage.h"
#include "widgets/pager.h"

/* Replaces the pager's lines, wrapped at cols; keeps where it is scrolled to. UI thread. */
void wizard_diagnosis_fill(struct pager *pager, const struct triage_result *result, int cols,
                           bool unicode);

#endif
