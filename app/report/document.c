#include "app/report/document_private.h"

#include <string.h>

/* --- life --- */

static void node_free(void *data)
{
    struct node *node = data;

    if (node->values != NULL)
        g_array_unref(node->values);
    g_free(node);
}

struct document *document_new(void)
{
    struct document *document = g_new0(struct document, 1);

    document->forms = document->narrow = DOCUMENT_ALL;
    document->nodes = g_ptr_array_new_with_free_func(node_free);
    document->strings = g_string_chunk_new(4096);
    return document;
}

void document_free(struct document *document)
{
    if (document == NULL)
        return;
    g_ptr_array_unref(document->nodes);
    g_string_chunk_free(document->strings);
    g_free(document);
}

void document_for(struct document *document, unsigned forms)
{
    document->forms = forms;
}

void document_narrow(struct document *document, unsigned forms)
{
    document->narrow = forms;
}

/* --- parts --- */

static const char *keep(struct document *document, const char *text)
{
    return text != NULL ? g_string_chunk_insert(document->strings, text) : NULL;
}

static struct node *add(struct document *document, enum node_kind kind, const char *key)
{
    struct node *node = g_new0(struct node, 1);

    node->kind = kind;
    node->forms = document->forms & document->narrow;
    node->key = keep(document, key);
    g_ptr_array_add(document->nodes, node);
    return node;
}

static struct node *last(struct document *document)
{
    return document->nodes->pdata[document->nodes->len - 1];
}

static void add_value(struct document *document, struct document_value value)
{
    struct node *node = last(document);

    if (node->values == NULL)
        node->values = g_array_new(FALSE, FALSE, sizeof value);
    value.text = keep(document, value.text);
    g_array_append_val(node->values, value);
}

void document_open(struct document *document, const char *key)
{
    add(document, NODE_OPEN, key);
}

void document_open_list(struct document *document, const char *key)
{
    add(document, NODE_OPEN_LIST, key);
}

void document_close(struct document *document)
{
    add(document, NODE_CLOSE, NULL);
}

void document_null(struct document *document, const char *key)
{
    add(document, NODE_NULL, key);
}

void document_member(struct document *document, const char *key, struct document_value value)
{
    struct node *node = add(document, NODE_MEMBER, key);

    node->value = value;
    node->value.text = keep(document, value.text);
}

void document_paragraph(struct document *document, const struct document_style *style)
{
    struct node *node = add(document, NODE_PARAGRAPH, style->key);

    node->style = *style;
    node->style.label = keep(document, style->label);
    node->values = g_array_new(FALSE, FALSE, sizeof(struct document_value));
}

void document_say(struct document *document, enum document_kind kind, const char *text)
{
    add_value(document, DOCUMENT_OF_TEXT(kind, text));
}

void document_sayf(struct document *document, enum document_kind kind, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    document_say(document, kind, text);
}

void document_words(struct document *document, const struct document_style *style,
                    enum document_kind kind, const char *text)
{
    document_paragraph(document, style);
    document_say(document, kind, text);
}

void document_pairs(struct document *document)
{
    add(document, NODE_PAIRS, NULL);
}

void document_pair(struct document *document, const char *key, const char *label,
                   struct document_value value)
{
    struct node *node = add(document, NODE_PAIR, key);

    node->label = keep(document, label);
    node->value = value;
    node->value.text = keep(document, value.text);
}

void document_table(struct document *document, const struct document_table *table)
{
    struct node *node = add(document, NODE_TABLE, table->key);

    node->table = *table;
    node->table.intro = keep(document, table->intro);
    node->table.noun = keep(document, table->noun);
    node->values = g_array_new(FALSE, FALSE, sizeof(struct document_value));
}

void document_row(struct document *document, const struct document_value *values)
{
    for (size_t i = 0; i < last(document)->table.n_columns; i++) {
        struct document_value value = values[i];

        value.kind = last(document)->table.columns[i].kind;
        add_value(document, value);
    }
}

void document_left_out(struct document *document, size_t n)
{
    last(document)->left_out = n;
}

void document_block(struct document *document)
{
    add(document, NODE_BLOCK, NULL)->values =
        g_array_new(FALSE, FALSE, sizeof(struct document_value));
}

void document_line(struct document *document, const char *text)
{
    document_say(document, DOCUMENT_PLAIN, text);
}

void document_series(struct document *document, const char *key, const struct report_series *series,
                     gint64 now_us)
{
    struct node *node = add(document, NODE_SERIES, key);

    node->series = series;
    node->now_us = now_us;
}

/* --- what the renderers share --- */

struct number_text value_number(const struct document_value *value)
{
    switch (value->kind) {
    case DOCUMENT_COUNT:
        return number_count(value->integer);
    case DOCUMENT_GROWTH:
        return number_count_signed(value->integer);
    case DOCUMENT_BYTES:
        return number_bytes(value->integer);
    case DOCUMENT_BYTES_GROWTH:
        return number_bytes_signed(value->integer);
    case DOCUMENT_SECONDS:
        return number_duration(value->number);
    default:
        return (struct number_text){""};
    }
}

char *node_words(const struct node *node)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < node->values->len; i++)
        g_string_append(out, node_value(node, i)->text);
    return g_string_free(out, FALSE);
}
