#include "pprof/limits.h"

#include <glib.h>

static size_t most_bytes = PPROF_DEFAULT_BYTES;

size_t limits_bytes(void)
{
    return __atomic_load_n(&most_bytes, __ATOMIC_RELAXED);
}

void limits_set_bytes(size_t n)
{
    __atomic_store_n(&most_bytes, MIN(n, (size_t)PPROF_MOST_BYTES), __ATOMIC_RELAXED);
}
