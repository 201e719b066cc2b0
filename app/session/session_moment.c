#include "app/session/series.h"
#include "app/session/session.h"

/* By itself: who reads moments needs no session. */
void session_moment_clear(struct session_moment *moment)
{
    for (size_t i = 0; i < PROBE_N_KINDS; i++) {
        sample_unref(moment->samples[i]);
        sample_unref(moment->alive[i]);
    }
    series_set_free(moment->series);
    session_parts_free(moment->parts);
    sample_unref(moment->base_heap);
    sample_unref(moment->base_goroutines);
    *moment = (struct session_moment){0};
}
