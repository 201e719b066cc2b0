#include "probes/goruntime/ticks.h"

#include "probes/goruntime/errors.h"

#include <stdint.h>
#include <time.h>

static uint64_t count(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;

    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return 0;
#endif
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Ticks and time at once: of some tries the one that took least. */
static void read_both(uint64_t *ret_ticks, int64_t *ret_ns)
{
    enum { TRIES = 16 };
    int64_t least = INT64_MAX;

    for (int i = 0; i < TRIES; i++) {
        int64_t before = now_ns();
        uint64_t ticks = count();
        int64_t took = now_ns() - before;

        if (took < least) {
            least = took;
            *ret_ticks = ticks;
            *ret_ns = before + took / 2;
        }
    }
}

bool ticks_measure(double *ret_per_ns, GError **error)
{
    enum { MEASURE_US = 10000 };
    static gsize per_million; /* ticks in a million of them; 0: not measured */
    uint64_t ticks[2] = {0};
    int64_t ns[2] = {0};

    if (g_once_init_enter(&per_million)) {
        read_both(&ticks[0], &ns[0]);
        g_usleep(MEASURE_US);
        read_both(&ticks[1], &ns[1]);
        double measured = (double)(ticks[1] - ticks[0]) * 1e6 / (double)MAX(ns[1] - ns[0], 1);

        g_once_init_leave(&per_million, MAX((gsize)measured, 1));
    }
    *ret_per_ns = (double)per_million / 1e6;
    if (per_million == 1)
        g_set_error_literal(error, GORUNTIME_ERROR, GORUNTIME_ERROR_UNSUPPORTED,
                            "this processor has no counter of time that the Go runtime uses");
    return per_million != 1;
}
