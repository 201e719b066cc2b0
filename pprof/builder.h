#ifndef SIDESCOPE_PPROF_BUILDER_H
#define SIDESCOPE_PPROF_BUILDER_H

/*
 * Growing tables for profiles whose sizes are not known beforehand (the text
 * formats). Private to pprof/; one thread.
 */

#include "pprof/profile.h"
#include "pprof/store.h"

struct profile_store {
    gint refs; /* atomic */
    struct store *arena;
};

/* An empty profile with one reference and an arena. */
struct profile *profile_new_empty(void);

struct builder {
    struct profile *profile;
    GArray *samples, *values, *frames, *labels, *locations, *lines, *functions;
    GHashTable *strings;        /* text -> interned text */
    GHashTable *function_index; /* name '\0' file -> index + 1 */
    GHashTable *location_index; /* "function:line" -> index + 1 */
};

void builder_init(struct builder *builder);
const char *builder_intern(struct builder *builder, const char *text, size_t n);
/* Index of a location of one line; made when new. */
uint32_t builder_location(struct builder *builder, const char *name, size_t name_n,
                          const char *file, size_t file_n, int64_t line, uint64_t address);
/* Moves everything into the profile's arena; the builder is empty afterwards. */
struct profile *builder_finish(struct builder *builder);
void builder_clear(struct builder *builder);

#endif
