#ifndef SIDESCOPE_PPROF_PROFILE_H
#define SIDESCOPE_PPROF_PROFILE_H

/*
 * A profile in memory: the tables of profile.proto with every id resolved to
 * an index, in one arena, immutable once decoded. Strings are the profile's
 * raw bytes, NUL-terminated, never NULL ("" when absent): they are foreign
 * text and must pass widgets/text before they reach a terminal.
 *
 * Threads: a profile is read-only after profile_decode() returned, and its
 * reference count is atomic, so it may be shared between threads.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_NONE UINT32_MAX /* "no such element" for the index fields below */

struct profile_value_type {
    const char *type; /* "inuse_space" */
    const char *unit; /* "bytes" */
};

struct profile_mapping {
    uint64_t id; /* as in the file, never 0 */
    uint64_t start, limit, file_offset;
    const char *filename;
    const char *build_id;
    /* what the writer says it looked up; Go does not set all of them */
    bool has_functions, has_filenames, has_line_numbers, has_inline_frames;
};

struct profile_function {
    const char *name;
    const char *system_name;
    const char *filename;
    int64_t start_line; /* 0: unknown */
};

struct profile_line {
    uint32_t function; /* index into profile.functions */
    int64_t line;      /* 0: unknown */
    int64_t column;    /* 0: unknown */
};

struct profile_location {
    uint64_t id; /* as in the file, never 0 */
    uint64_t address;
    uint32_t mapping; /* index into profile.mappings or PROFILE_NONE */
    uint32_t first_line;
    uint32_t n_lines; /* profile.lines[first_line..]: innermost inlined call first */
    bool is_folded;
};

struct profile_label {
    const char *key;
    const char *str;  /* "" for a numeric label */
    int64_t num;      /* meaningful when str is "" */
    const char *unit; /* of num, "" when not given */
};

struct profile_sample {
    uint32_t first_frame;
    uint32_t n_frames; /* profile.frames[first_frame..]: location indices, leaf first */
    uint32_t first_label;
    uint32_t n_labels;
    /* values: profile.values[sample_index * n_sample_types ..] */
};

struct profile {
    struct profile_value_type *sample_types;
    struct profile_sample *samples;
    int64_t *values; /* n_samples * n_sample_types, row per sample */
    struct profile_mapping *mappings;
    struct profile_location *locations;
    struct profile_line *lines;
    struct profile_function *functions;
    uint32_t *frames;             /* NULL of a packed profile, see profile_unpack() */
    struct profile_label *labels; /* samples may share theirs */
    const char **comments;
    size_t n_sample_types, n_samples, n_mappings, n_locations, n_lines, n_functions, n_frames,
        n_labels, n_comments;
    const char *drop_frames, *keep_frames;
    const char *default_sample_type;
    const char *doc_url;
    struct profile_value_type period_type;
    int64_t period;
    int64_t time_ns;     /* Unix time of collection, 0: unknown */
    int64_t duration_ns; /* 0: not a timed profile */
    /* private to pprof/: reference count and arena */
    struct profile_store *store;
};

enum profile_error {
    PROFILE_ERROR_EMPTY,     /* no bytes, or a gzip member of nothing */
    PROFILE_ERROR_FORMAT,    /* not a profile: the sentence says what it looks like */
    PROFILE_ERROR_TRUNCATED, /* ends too early, or gzip trailer missing */
    PROFILE_ERROR_CHECKSUM,  /* gzip CRC or length does not match */
    PROFILE_ERROR_INVALID,   /* decoded, but against the rules of the format */
    PROFILE_ERROR_LIMIT,     /* larger than pprof/limits.h allows */
    PROFILE_ERROR_MISMATCH,  /* two profiles that cannot be compared */
};

#define PROFILE_ERROR (profile_error_quark())
GQuark profile_error_quark(void);

/*
 * Decodes one profile: gzip (several members allowed) or raw profile.proto, or
 * the legacy text of heap?debug=1, allocs?debug=1, goroutine?debug=1 and
 * threadcreate?debug=1 (scaled as Go scales them). Returns a profile with one
 * reference, or NULL with error set (domain PROFILE_ERROR).
 */
struct profile *profile_decode(const uint8_t *data, size_t n, GError **error);

/*
 * The same of bytes, which are given up: compressed ones are freed before what
 * is in them is decoded, and stacks stay in the bytes they came in, a third of
 * the memory. Reports read them there; what reads profile.frames calls
 * profile_unpack() first. For one thread alone, as long as it is packed.
 */
struct profile *profile_decode_packed(GByteArray *bytes, GError **error);

/* Makes profile.frames of what is packed, and frees that; nothing when it is none. */
void profile_unpack(const struct profile *profile);

/* One more / one less reference; NULL is accepted by unref. Any thread. */
struct profile *profile_ref(struct profile *profile);
void profile_unref(struct profile *profile);
typedef struct profile profile_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(profile_auto, profile_unref)

/* Index of the sample type called name (or of number "0".."n-1"), or -1. */
int profile_sample_index(const struct profile *profile, const char *name);

/* The index go tool pprof picks by itself: default_sample_type, else the last. -1 when none. */
int profile_default_sample_index(const struct profile *profile);

#endif
