#ifndef SIDESCOPE_APP_TRIAGE_CONCLUSION_H
#define SIDESCOPE_APP_TRIAGE_CONCLUSION_H

/*
 * What the steps' findings are together: the first sentence of the diagnosis.
 * A cause that rests on the absence of something needs that it was seen not to
 * be there. Pure.
 */

#include "app/triage/steps.h"

struct conclusion {
    const char *sentence; /* static; NULL: nothing was found */
    bool open;            /* it only says that there is something: a pattern may say more */
};

struct conclusion conclusion_of(const struct triage_findings *findings,
                                const struct triage_result *result);
bool conclusion_heap_examined(const struct triage_result *result);

#endif
