#include "app/monitor/cadence.h"

/* A heap profile of a megabyte takes some 50 ms; a busy target answers in seconds. */
enum { MAX_GRACE_US = 5 * G_USEC_PER_SEC };

void cadence_init(struct cadence *cadence, gint64 start_us, gint64 interval_us)
{
    *cadence = (struct cadence){
        .start_us = start_us,
        .interval_us = interval_us,
        .grace_us = MIN(interval_us * 2 / 3, MAX_GRACE_US),
    };
}

gint64 cadence_next_us(const struct cadence *cadence, gint64 now_us)
{
    if (now_us < cadence->start_us)
        return cadence->start_us;
    gint64 passed = (now_us - cadence->start_us) / cadence->interval_us;

    return cadence->start_us + (passed + 1) * cadence->interval_us;
}
