#ifndef SIDESCOPE_PPROF_BUILDER_H
#define SIDESCOPE_PPROF_BUILDER_H

/*
 * Making profiles: an empty one with its arena, and growing tables for sources
 * whose sizes are not known beforehand (text formats, merging, filtering, a
 * process looked at from outside). For what makes profiles; one thread.
 */

#include "pprof/names.h"
#include "pprof/packed.h"
#include "pprof/profile.h"

struct profile_store {
    gint refs; /* atomic */
    struct store *arena;
    GPtrArray *sources; /* profiles whose strings this one uses, or NULL */
    /* stacks that are still packed: the bytes they lie in, how ids in them are found */
    struct packed_bytes packed; /* its base NULL: profile.frames has them */
    GByteArray *bytes;
    struct id_map locations;
};

/* An empty profile with one reference and an arena. */
struct profile *profile_new_empty(void);
/* The same with the header of source, whose strings it may use: it holds a reference. */
struct profile *profile_new_from(const struct profile *source);
/* One more profile whose strings may be used. */
void profile_use(struct profile *profile, const struct profile *source);

struct builder {
    struct profile *profile;
    struct names names;
    GArray *samples, *values, *frames, *labels, *locations, *lines, *functions, *mappings;
    struct hash_index by_function, by_location;
};

struct builder_frame {
    const char *name, *file; /* not NULL; not NUL-terminated */
    size_t name_n, file_n;   /* name_n 0: no symbol */
    int64_t line;
    uint64_t address;
};

void builder_init(struct builder *builder);
/* For a profile with the header of source. */
void builder_init_from(struct builder *builder, const struct profile *source);
/* Index of a location of one line; made when new. */
uint32_t builder_location(struct builder *builder, const struct builder_frame *frame);
/*
 * Index of a new location of n lines, innermost call first (0: no symbol), in a
 * mapping (PROFILE_NONE: none). The caller knows that there is none like it; its
 * address in lines counts for nothing.
 */
uint32_t builder_add_location(struct builder *builder, uint64_t address, uint32_t mapping,
                              const struct builder_frame *lines, size_t n);
/* Copies what the profile measures and its period type, which is the last one's; texts static. */
void builder_set_types(struct builder *builder, const struct profile_value_type *types, size_t n);
/* Copies the comments. */
void builder_set_comments(struct builder *builder, const char *const *comments, size_t n);
/* Moves everything into the profile's arena and gives it; the builder is empty afterwards. */
struct profile *builder_finish(struct builder *builder);
void builder_clear(struct builder *builder);

#endif
