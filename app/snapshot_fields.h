#ifndef SIDESCOPE_APP_SNAPSHOT_FIELDS_H
#define SIDESCOPE_APP_SNAPSHOT_FIELDS_H

/*
 * The members of samples that a saved snapshot keeps, as tables, so that
 * writing and reading cannot drift apart. Private to app/snapshot_*.c.
 */

#include "probes/samples.h"

#include <json-glib/json-glib.h>

enum snapshot_field_type {
    FIELD_INT64,  /* SAMPLE_UNKNOWN is null */
    FIELD_UINT64, /* above INT64_MAX: a string */
    FIELD_DOUBLE, /* NAN is null */
    FIELD_INT,
    FIELD_BOOL,
    FIELD_CHAR,
    FIELD_NAME, /* an enum, by its name */
    FIELD_TEXT, /* const char *, raw bytes */
};

struct snapshot_field {
    const char *name;
    size_t offset;
    enum snapshot_field_type type;
    /* FIELD_NAME: the name of each value below n; what is not known when reading becomes n - 1 */
    const char *(*value_name)(int value);
    int n;
};

struct snapshot_fields {
    const struct snapshot_field *fields;
    size_t n;
};

extern const struct snapshot_fields snapshot_sample_fields, snapshot_process_fields,
    snapshot_memory_fields, snapshot_totals_fields, snapshot_region_fields, snapshot_zone_fields,
    snapshot_files_fields, snapshot_fd_fields, snapshot_memstats_fields;

/* Members of the object that is open in builder. */
void snapshot_fields_write(JsonBuilder *builder, const struct snapshot_fields *fields,
                           const void *from);
/* What is missing or of another type is unknown. Texts are put into the arena of sample, which
 * may be NULL when there are none. */
void snapshot_fields_read(JsonObject *object, const struct snapshot_fields *fields, void *into,
                          void *sample);

void snapshot_write_text(JsonBuilder *builder, const char *name, const char *text);
/* Free with g_free; NULL when there is none. */
char *snapshot_read_text(JsonObject *object, const char *name);

#endif
