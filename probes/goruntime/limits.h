#ifndef SIDESCOPE_PROBES_GORUNTIME_LIMITS_H
#define SIDESCOPE_PROBES_GORUNTIME_LIMITS_H

#include <stdint.h>

/*
 * Caps on everything the target can size. Reaching one is an error with a
 * sentence, or a mark where part of the answer is still useful.
 */
enum {
    GORUNTIME_MAX_SEGMENTS = 256,
    GORUNTIME_MAX_SECTIONS = 4096,
    GORUNTIME_MAX_SECTION_NAMES = 1 << 20, /* bytes of the table of section names */
    GORUNTIME_MAX_VERSION = 256,           /* bytes of a version string */
    GORUNTIME_MAX_TABLE = 1 << 29,         /* bytes of one table of the module data */
    GORUNTIME_MIN_FUNCTIONS = 100,         /* fewer have not even the runtime */
    GORUNTIME_MAX_FUNCTIONS = 10000000,
    GORUNTIME_MAX_NAME = 1 << 16,          /* bytes of a function's or file's name */
    GORUNTIME_MAX_INLINED = 200,           /* logical frames at one place */
    GORUNTIME_MAX_SYMBOLS = 1 << 21,       /* places of code that are kept */
    GORUNTIME_MAX_SYMBOL_FRAMES = 1 << 23, /* logical frames of all of them */
    GORUNTIME_MAX_GOROUTINES = 1 << 22,    /* of allgs: dead ones count */
    GORUNTIME_MAX_STACK = 1 << 30,         /* Go's own limit on 64 bits: 1 GB */
    GORUNTIME_MAX_STACK_COPY = 8 << 20,    /* bytes of one stack that are copied */
    GORUNTIME_MAX_FRAMES = 16384,          /* of one stack; as the texts of pprof have */
    GORUNTIME_MAX_TOTAL_FRAMES = 1 << 26,  /* logical ones, of all different stacks of a reading */
    GORUNTIME_MAX_LABELS = 64,             /* of one goroutine */
    GORUNTIME_MAX_LABEL = 256,             /* bytes of a label's key or value */
    GORUNTIME_MAX_LABEL_TEXTS = 1 << 28,   /* bytes of all labels of one reading */
    GORUNTIME_MAX_REASONS = 128,           /* texts of wait reasons */
    GORUNTIME_MAX_SELECT = 1024,           /* cases of one select that are followed */
    GORUNTIME_MAX_WAITS = 1 << 24,         /* of all goroutines */
    GORUNTIME_MAX_IMAGE = 1 << 30,         /* bytes of a recorded image */
    GORUNTIME_MAX_IMAGE_RANGES = 1 << 22,
    GORUNTIME_MAX_CACHE = 1 << 28,      /* bytes of read-only memory kept by a reader */
    GORUNTIME_MAX_BUCKETS = 1 << 21,    /* places of one profile of the runtime */
    GORUNTIME_MAX_BUCKET_PCS = 1 << 25, /* of all of their stacks */
    GORUNTIME_MAX_SPANS = 1 << 24,
    GORUNTIME_MAX_OBJECTS = 1 << 28, /* slots of a heap */
    GORUNTIME_READ_RANGES = 1024,    /* IOV_MAX: of one process_vm_readv */
};

/*
 * Bytes that looking through a heap takes at once: a copy of what may hold pointers, and what is
 * noted of each slot. Never more than a share of what the machine has to spare (spare.h), either.
 */
#define GORUNTIME_MAX_HEAP_COPY (UINT64_C(16) << 30)

/* Bytes of stacks that one reading copies; some seconds' worth. */
#define GORUNTIME_MAX_STACK_BYTES (UINT64_C(1) << 34)

#endif
