#include "app/recording/axis.h"

#include <string.h>
#include <time.h>

/* Clocks are read one after the other, and the wall clock is slewed: less is no event. */
enum { LEAST_SLEEP_US = G_USEC_PER_SEC / 2, LEAST_MOVE_US = G_USEC_PER_SEC };

/* A clock that goes on while the machine sleeps; where there is none, sleep is a moved clock. */
static gint64 boot_now_us(void)
{
#ifdef __linux__
    struct timespec now;

    if (clock_gettime(CLOCK_BOOTTIME, &now) == 0)
        return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
#endif
    return g_get_monotonic_time();
}

void axis_init(struct axis *axis, gint64 not_before_us)
{
    gint64 wall_us = g_get_real_time();

    *axis = (struct axis){.wall_us = MAX(wall_us, not_before_us + 1), .boot_us = boot_now_us()};
    axis->n = 1;
    axis->parts[0].from_us = G_MININT64;
    axis->parts[0].offset_us = axis->wall_us - g_get_monotonic_time();
    axis->ahead_us = wall_us - axis->wall_us;
}

gint64 axis_of(const struct axis *axis, gint64 monotonic_us)
{
    int i = axis->n - 1;

    if (monotonic_us == 0)
        return 0;
    while (i > 0 && monotonic_us < axis->parts[i].from_us)
        i--;
    return monotonic_us + axis->parts[i].offset_us;
}

bool axis_look_at(struct axis *axis, gint64 monotonic_us, gint64 boot_us, gint64 wall_us,
                  gint64 *ret_slept_us, gint64 *ret_moved_us)
{
    gint64 now_us = axis->wall_us + boot_us - axis->boot_us;
    gint64 slept_us = now_us - monotonic_us - axis->parts[axis->n - 1].offset_us;
    gint64 moved_us = wall_us - now_us - axis->ahead_us;
    bool slept = slept_us >= LEAST_SLEEP_US;

    axis->ahead_us = wall_us - now_us;
    if (slept) {
        if (axis->n == AXIS_MAX_SLEEPS) {
            memmove(&axis->parts[0], &axis->parts[1], sizeof axis->parts - sizeof axis->parts[0]);
            axis->n--;
        }
        axis->parts[axis->n].from_us = monotonic_us;
        axis->parts[axis->n].offset_us = now_us - monotonic_us;
        axis->n++;
    }
    *ret_slept_us = slept ? slept_us : 0;
    *ret_moved_us = ABS(moved_us) >= LEAST_MOVE_US ? moved_us : 0;
    return slept;
}

bool axis_look(struct axis *axis, gint64 *ret_slept_us, gint64 *ret_moved_us)
{
    gint64 boot_us = boot_now_us();
    gint64 monotonic_us = g_get_monotonic_time();

    return axis_look_at(axis, monotonic_us, boot_us, g_get_real_time(), ret_slept_us, ret_moved_us);
}
