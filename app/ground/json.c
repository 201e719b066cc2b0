#include "app/ground/json.h"

#include "probes/samples.h"

#include <math.h>
#include <string.h>

void json_add_text_value(JsonBuilder *builder, const char *text)
{
    if (text == NULL) {
        json_builder_add_null_value(builder);
        return;
    }
    if (g_utf8_validate(text, -1, NULL)) {
        json_builder_add_string_value(builder, text);
        return;
    }
    g_autofree char *readable = g_utf8_make_valid(text, -1);
    g_autofree char *bytes = g_base64_encode((const guchar *)text, strlen(text));

    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "text");
    json_builder_add_string_value(builder, readable);
    json_builder_set_member_name(builder, "bytes_base64");
    json_builder_add_string_value(builder, bytes);
    json_builder_end_object(builder);
}

void json_add_text(JsonBuilder *builder, const char *name, const char *text)
{
    json_builder_set_member_name(builder, name);
    json_add_text_value(builder, text);
}

void json_add_number_value(JsonBuilder *builder, double value)
{
    if (isfinite(value))
        json_builder_add_double_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

void json_add_number(JsonBuilder *builder, const char *name, double value)
{
    json_builder_set_member_name(builder, name);
    json_add_number_value(builder, value);
}

void json_add_int_value(JsonBuilder *builder, gint64 value)
{
    if (value != SAMPLE_UNKNOWN)
        json_builder_add_int_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

void json_add_int(JsonBuilder *builder, const char *name, gint64 value)
{
    json_builder_set_member_name(builder, name);
    json_add_int_value(builder, value);
}

void json_add_flag(JsonBuilder *builder, const char *name, bool value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_boolean_value(builder, value);
}

void json_begin_object(JsonBuilder *builder, const char *name)
{
    json_builder_set_member_name(builder, name);
    json_builder_begin_object(builder);
}

void json_begin_array(JsonBuilder *builder, const char *name)
{
    json_builder_set_member_name(builder, name);
    json_builder_begin_array(builder);
}

/* C1 controls, and what reorders or breaks lines: only ever inside strings of the document. */
static bool needs_escape(gunichar c)
{
    return (c >= 0x7f && c <= 0x9f) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

char *json_document_of(JsonNode *root)
{
    g_autofree char *json = json_to_string(root, TRUE);
    GString *out = g_string_new(NULL);

    for (const char *p = json; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (needs_escape(c))
            g_string_append_printf(out, "\\u%04x", c);
        else
            g_string_append_len(out, p, g_utf8_next_char(p) - p);
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

char *json_document(JsonBuilder *builder)
{
    g_autoptr(JsonNode) root = json_builder_get_root(builder);

    return json_document_of(root);
}
