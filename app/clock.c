#include "app/clock.h"

gint64 clock_now_us(void)
{
    return g_get_monotonic_time();
}
