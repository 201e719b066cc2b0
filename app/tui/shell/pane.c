#include "app/tui/shell/pane.h"

bool pane_take_sample(struct pane *pane)
{
    const struct session *session = ui_session(pane->base.ui);
    const struct sample *newest = session != NULL ? session_sample(session, pane->kind) : NULL;

    if (newest == pane->sample)
        return false;
    sample_unref(pane->sample);
    pane->sample = sample_ref(newest);
    return true;
}

const char *pane_problem(const struct pane *pane)
{
    if (pane->sample == NULL)
        return "waiting for the first sample";
    switch (pane->sample->status) {
    case SAMPLE_OK:
    case SAMPLE_STALE:
    case SAMPLE_GONE:
        return NULL;
    case SAMPLE_UNSUPPORTED:
    case SAMPLE_DENIED:
    case SAMPLE_FAILED:
        break;
    }
    return pane->sample->reason;
}

bool pane_stale(const struct pane *pane)
{
    return pane->sample != NULL &&
           (pane->sample->status == SAMPLE_STALE || pane->sample->status == SAMPLE_GONE);
}
