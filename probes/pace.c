#include "probes/pace.h"

gint64 pace_interval_us(const struct pace_input *input)
{
    gint64 interval = MAX(input->interval_us, input->floor_us);

    if (input->max_duty > 0)
        interval = MAX(interval, (gint64)((double)input->cost_us / input->max_duty));
    interval = MAX(interval, input->latency_us * PACE_LATENCY_FACTOR);
    /* Doubles with each failure in a row; asking less often than that anyway stays as it is. */
    gint64 wait = interval;

    for (unsigned i = 0; i < input->failures && wait < PACE_MAX_BACKOFF_US; i++)
        wait *= 2;
    return MAX(MIN(wait, (gint64)PACE_MAX_BACKOFF_US), interval);
}
