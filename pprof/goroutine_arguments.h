#ifndef SIDESCOPE_PPROF_GOROUTINE_ARGUMENTS_H
#define SIDESCOPE_PPROF_GOROUTINE_ARGUMENTS_H

/*
 * How the goroutines of one stack differ in the values of their arguments:
 * all on the same mutex, or each on one of its own. Values are compared as the
 * runtime prints them. Immutable; any thread.
 */

#include "pprof/goroutines.h"

struct goroutine_variant {
    size_t count;
    const struct goroutine_frame *frames; /* with arguments; as many as the stack has */
};

/* What one frame has over all goroutines. */
struct goroutine_frame_values {
    size_t n;               /* different argument lists */
    const char *commonest;  /* raw bytes, "" for no arguments */
    size_t commonest_count; /* goroutines */
};

struct goroutine_arguments {
    size_t count; /* goroutines with that stack; 0: the dump has none any more */
    struct goroutine_variant *variants; /* largest first, then by arguments */
    size_t n_variants;
    struct goroutine_frame_values *frames; /* n_frames, leaf first; NULL when count is 0 */
    size_t n_frames;
    struct goroutine_dump *dump; /* own reference: texts are its */
};

/*
 * The goroutines of exact (has_arguments) with the stack of bucket, which may be
 * of any other dump of the process. One without states (debug=1) is found by its
 * frames alone, and whatever its goroutines wait for. Never NULL.
 */
struct goroutine_arguments *goroutine_arguments_of(struct goroutine_dump *exact,
                                                   const struct goroutine_bucket *bucket);
void goroutine_arguments_free(struct goroutine_arguments *arguments);
typedef struct goroutine_arguments goroutine_arguments_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(goroutine_arguments_auto, goroutine_arguments_free)

#endif
