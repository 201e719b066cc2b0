#ifndef SIDESCOPE_APP_GROUND_RECORD_JSON_H
#define SIDESCOPE_APP_GROUND_RECORD_JSON_H

/*
 * Records (probes/record.h) as members of JSON objects, both ways. Unknown
 * numbers are null; one that no signed 64-bit integer holds is a string of
 * digits; text that is not valid UTF-8 is {"text": …, "bytes_base64": …}.
 * Pure; any thread.
 */

#include "probes/record.h"

#include <json-glib/json-glib.h>

/* Members of the object that is open in builder. */
void record_json_write(JsonBuilder *builder, const struct record *record, const void *from);
/* What is missing or of another type is unknown. Texts are put into the arena of sample, which
 * may be NULL when there are none. The object may say anything. */
void record_json_read(JsonObject *object, const struct record *record, void *into, void *sample);

/* Free with g_free; NULL when there is none. */
char *record_json_text_of(JsonObject *object, const char *name);

#endif
