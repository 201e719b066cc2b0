#include "probes/clock.h"

enum { RUNNING = 0, HELD_POLL_US = 1000 };

/* Atomic: RUNNING, or the time at which a test holds the clock. */
static gint64 held_us = RUNNING;

gint64 clock_now_us(void)
{
    gint64 held = __atomic_load_n(&held_us, __ATOMIC_ACQUIRE);

    return held != RUNNING ? held : g_get_monotonic_time();
}

gint64 clock_wait_until_us(gint64 until_us)
{
    if (until_us < 0 || __atomic_load_n(&held_us, __ATOMIC_ACQUIRE) == RUNNING)
        return until_us;
    return g_get_monotonic_time() + HELD_POLL_US;
}

void clock_hold(void)
{
    __atomic_store_n(&held_us, g_get_monotonic_time(), __ATOMIC_RELEASE);
}

void clock_release(void)
{
    __atomic_store_n(&held_us, RUNNING, __ATOMIC_RELEASE);
}

void clock_step(gint64 us)
{
    __atomic_add_fetch(&held_us, us, __ATOMIC_ACQ_REL);
}
