#include "app/ground/record_json.h"

#include "app/ground/json.h"

#include <math.h>
#include <string.h>

/* --- writing --- */

static void write_unsigned(JsonBuilder *builder, uint64_t value)
{
    char digits[24];

    if (value <= INT64_MAX) {
        json_builder_add_int_value(builder, (gint64)value);
        return;
    }
    g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, (guint64)value);
    json_builder_add_string_value(builder, digits);
}

static void write_value(JsonBuilder *builder, const struct record_member *member, const void *at)
{
    switch (member->kind) {
    case RECORD_INT64:
        json_add_int_value(builder, *(const int64_t *)at);
        break;
    case RECORD_KNOWN:
    case RECORD_TIME:
        json_builder_add_int_value(builder, *(const int64_t *)at);
        break;
    case RECORD_UINT32:
        json_builder_add_int_value(builder, *(const uint32_t *)at);
        break;
    case RECORD_CHARS:
        json_add_text_value(builder, at);
        break;
    case RECORD_OPTIONAL_TEXT:
        json_add_text_value(builder, *(const char *const *)at);
        break;
    case RECORD_UINT64:
        write_unsigned(builder, *(const uint64_t *)at);
        break;
    case RECORD_DOUBLE:
        json_add_number_value(builder, *(const double *)at);
        break;
    case RECORD_INT:
        json_builder_add_int_value(builder, *(const int *)at);
        break;
    case RECORD_BOOL:
        json_builder_add_boolean_value(builder, *(const bool *)at);
        break;
    case RECORD_CHAR:
        json_add_text_value(builder, (const char[]){*(const char *)at, '\0'});
        break;
    case RECORD_NAME:
        json_builder_add_string_value(builder, member->value_name(*(const int *)at));
        break;
    case RECORD_TEXT:
        json_add_text_value(builder, *(const char *const *)at);
        break;
    }
}

void record_json_write(JsonBuilder *builder, const struct record *record, const void *from)
{
    for (size_t i = 0; i < record->n; i++) {
        json_builder_set_member_name(builder, record->members[i].name);
        write_value(builder, &record->members[i], record_at(&record->members[i], from));
    }
}

/* --- reading: the file may say anything --- */

static JsonNode *value_of(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) ? node : NULL;
}

static bool is_type(JsonNode *node, GType type)
{
    return node != NULL && json_node_get_value_type(node) == type;
}

/* Sums over many of them still fit. */
static int64_t read_integer(JsonNode *node)
{
    const int64_t most = INT64_C(1) << 54;

    return is_type(node, G_TYPE_INT64) ? CLAMP(json_node_get_int(node), -most, most)
                                       : SAMPLE_UNKNOWN;
}

static uint64_t read_unsigned(JsonNode *node)
{
    if (is_type(node, G_TYPE_STRING))
        return g_ascii_strtoull(json_node_get_string(node), NULL, 10);
    return is_type(node, G_TYPE_INT64) ? (uint64_t)MAX(json_node_get_int(node), 0) : 0;
}

static char *bytes_of(JsonObject *object)
{
    JsonNode *node = value_of(object, "bytes_base64");
    gsize n;

    if (!is_type(node, G_TYPE_STRING))
        return NULL;
    g_autofree guchar *bytes = g_base64_decode(json_node_get_string(node), &n);

    return g_strndup((const char *)bytes, n);
}

char *record_json_text_of(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    if (node != NULL && JSON_NODE_HOLDS_OBJECT(node))
        return bytes_of(json_node_get_object(node));
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) && is_type(node, G_TYPE_STRING)
               ? g_strdup(json_node_get_string(node))
               : NULL;
}

static const char *read_text(JsonObject *object, const char *name, void *sample)
{
    g_autofree char *text = record_json_text_of(object, name);

    return text != NULL && sample != NULL ? sample_strdup(sample, text) : NULL;
}

static void read_chars(JsonObject *object, const struct record_member *member, char *at)
{
    g_autofree char *text = record_json_text_of(object, member->name);

    g_strlcpy(at, text != NULL ? text : "", (gsize)member->n);
}

/* What is missing stays unknown. */
static void read_value(JsonObject *object, const struct record_member *member, void *at,
                       void *sample)
{
    JsonNode *node = value_of(object, member->name);
    const char *text;

    if (record_put_integer(member, at, read_integer(node)))
        return;
    switch (member->kind) {
    case RECORD_UINT64:
        *(uint64_t *)at = read_unsigned(node);
        break;
    case RECORD_DOUBLE:
        *(double *)at = is_type(node, G_TYPE_DOUBLE) || is_type(node, G_TYPE_INT64)
                            ? json_node_get_double(node)
                            : NAN;
        break;
    case RECORD_BOOL:
        *(bool *)at = is_type(node, G_TYPE_BOOLEAN) && json_node_get_boolean(node);
        break;
    case RECORD_CHAR:
        if (is_type(node, G_TYPE_STRING))
            *(char *)at = *json_node_get_string(node);
        break;
    case RECORD_NAME:
        text = is_type(node, G_TYPE_STRING) ? json_node_get_string(node) : "";
        *(int *)at = record_value_named(member, text);
        break;
    case RECORD_TEXT:
    case RECORD_OPTIONAL_TEXT:
        if ((text = read_text(object, member->name, sample)) != NULL)
            *(const char **)at = text;
        break;
    case RECORD_CHARS:
        read_chars(object, member, at);
        break;
    default:
        break;
    }
}

void record_json_read(JsonObject *object, const struct record *record, void *into, void *sample)
{
    record_set_unknown(record, into);
    for (size_t i = 0; i < record->n; i++)
        read_value(object, &record->members[i], (char *)into + record->members[i].offset, sample);
}
