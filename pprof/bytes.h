#ifndef SIDESCOPE_PPROF_BYTES_H
#define SIDESCOPE_PPROF_BYTES_H

/* Searches in bytes that not every C library has. Pure, any thread. */

#include <stddef.h>

/* The last c of n bytes, or NULL: memrchr, which macOS lacks. */
static inline const char *bytes_find_last(const char *bytes, char c, size_t n)
{
    while (n-- > 0)
        if (bytes[n] == c)
            return bytes + n;
    return NULL;
}

#endif
