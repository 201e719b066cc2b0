#ifndef SIDESCOPE_PROBES_GORUNTIME_BYTES_H
#define SIDESCOPE_PROBES_GORUNTIME_BYTES_H

/* Numbers of the target, little-endian, out of copied memory. The caller checks bounds. */

#include <glib.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t bytes_u16(const void *at)
{
    uint16_t value;

    memcpy(&value, at, sizeof value);
    return GUINT16_FROM_LE(value);
}

static inline uint32_t bytes_u32(const void *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return GUINT32_FROM_LE(value);
}

static inline uint64_t bytes_u64(const void *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof value);
    return GUINT64_FROM_LE(value);
}

#endif
