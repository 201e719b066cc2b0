#ifndef SIDESCOPE_APP_TUI_SCREENS_WIZARD_PATH_H
#define SIDESCOPE_APP_TUI_SCREENS_WIZARD_PATH_H

/* The walk, in one line: the pages of the wizard in their order, with their verdicts. UI thread. */

#include "app/triage/symptoms.h"
#include "widgets/theme.h"

/* What is seen, a page for each step, the diagnosis. */
enum {
    WIZARD_SYMPTOMS,
    WIZARD_STEPS,
    WIZARD_DIAGNOSIS = WIZARD_STEPS + TRIAGE_N_STEPS,
    WIZARD_N_PAGES,
};

static inline bool wizard_is_step(int page)
{
    return page >= WIZARD_STEPS && page < WIZARD_DIAGNOSIS;
}

struct wizard_path {
    int pages[WIZARD_N_PAGES];    /* the one that is open among them */
    int n, at;                    /* how many; which is open */
    int n_branch;                 /* steps that answer the symptom: pages[1] and on */
    int cols[WIZARD_N_PAGES + 1]; /* where each stands and the last ends, when drawn */
};

/* The steps that answer the symptom, the documented ones, those the findings lead to, current. */
void wizard_path_take(struct wizard_path *ret, const struct triage_result *result,
                      enum symptom symptom, int current);
/* The page so many further on it, current at its ends. */
int wizard_path_page(const struct wizard_path *path, int direction);
/* Draws the first line of area; closer together where it would not fit else. */
void wizard_path_draw(struct wizard_path *path, const struct canvas *canvas, TickitRect area,
                      const struct triage_result *result);

#endif
