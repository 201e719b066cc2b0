#ifndef SIDESCOPE_TESTS_BENCH_MEASURE_H
#define SIDESCOPE_TESTS_BENCH_MEASURE_H

/* What benches measure with. */

#include <glib.h>
#include <stdlib.h>

static inline double now_s(void)
{
    return (double)g_get_monotonic_time() / G_USEC_PER_SEC;
}

static inline int measure_by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Sorts them. */
static inline double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, measure_by_value);
    return values[n / 2];
}

#endif
