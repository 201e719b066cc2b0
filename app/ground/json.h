#ifndef SIDESCOPE_APP_GROUND_JSON_H
#define SIDESCOPE_APP_GROUND_JSON_H

/*
 * What all JSON documents of the program have in common. Text that is not valid
 * UTF-8 (a path may be any bytes) stands as {"text": "readable form",
 * "bytes_base64": "..."}, all other text is a plain string. Controls above ASCII
 * and bidi controls are written as \u escapes: the same JSON, and harmless on a
 * terminal. Pure; any thread.
 */

#include <json-glib/json-glib.h>
#include <stdbool.h>

/* A member of the object under construction, or (_value) an element of its array. */
void json_add_text_value(JsonBuilder *builder, const char *text); /* NULL: null */
void json_add_text(JsonBuilder *builder, const char *name, const char *text);
void json_add_number_value(JsonBuilder *builder, double value); /* NAN: null */
void json_add_number(JsonBuilder *builder, const char *name, double value);
/* What may be not known: SAMPLE_UNKNOWN is null. */
void json_add_int_value(JsonBuilder *builder, gint64 value);
void json_add_int(JsonBuilder *builder, const char *name, gint64 value);
void json_add_flag(JsonBuilder *builder, const char *name, bool value);
/* End them with json_builder_end_object and _array. */
void json_begin_object(JsonBuilder *builder, const char *name);
void json_begin_array(JsonBuilder *builder, const char *name);

/* The whole document with a newline at its end. Free with g_free. */
char *json_document(JsonBuilder *builder);
char *json_document_of(JsonNode *root);

#endif
