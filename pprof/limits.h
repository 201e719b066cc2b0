#ifndef SIDESCOPE_PPROF_LIMITS_H
#define SIDESCOPE_PPROF_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Caps on everything an outsider can size. Reaching one is an error with a
 * sentence, or a "truncated" mark where part of the answer is still useful.
 */
enum {
    PPROF_DEFAULT_BYTES = 512 * 1024 * 1024, /* of a profile, inflated; see limits_bytes */
    PPROF_MAX_STRINGS = 4 * 1024 * 1024,
    PPROF_MAX_ELEMENTS = 8 * 1024 * 1024,       /* samples, locations, functions: each */
    PPROF_MAX_VALUES = 64,                      /* per sample */
    PPROF_MAX_FRAMES = 16384,                   /* locations per sample */
    PPROF_MAX_LINES = 1024,                     /* inlined lines per location */
    PPROF_MAX_TOTAL_FRAMES = 128 * 1024 * 1024, /* over all samples */
    PPROF_MAX_TOTAL_LABELS = 16 * 1024 * 1024,  /* over all samples */
    PPROF_MAX_TOTAL_LINES = 16 * 1024 * 1024,   /* over all locations */
    PPROF_MAX_LABELS = 4096,                    /* per sample */
    PPROF_MAX_COMMENTS = 1024,                  /* of a merged profile */
    PPROF_MAX_TEXT_MAPPINGS = 65536,            /* of a memory map behind a profile as text */
    PPROF_MAX_MESSAGE_BYTES = 1024 * 1024,      /* one sample, location, function or mapping */
    PPROF_MAX_TREE_NODES = 4 * 1024 * 1024,     /* of a call tree; deeper calls are cut off */
    PPROF_MAX_LISTED_LINES = 64 * 1024 * 1024,  /* walked through in sources for one listing */
    PPROF_MAX_LABEL_TEXT = 4096,          /* of a goroutine's label set, as text; cut beyond */
    PPROF_DUMP_TRUNCATED_BYTES = 67108864 /* Go cuts debug=2 dumps at exactly this size */
};

/* Lengths of arrays are 32 bits wide, and growing doubles them. */
#define PPROF_MOST_BYTES (UINT32_C(1) << 31)

/*
 * How large a profile may be when inflated: what fits depends on the machine, so
 * the program may set it (never above PPROF_MOST_BYTES). Any thread.
 */
size_t limits_bytes(void);
void limits_set_bytes(size_t n);

#endif
