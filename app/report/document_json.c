#include "app/report/document_private.h"

#include "app/ground/json.h"

/* Structure and members; headings and prose without a key are for readers. */

static void write_value(JsonBuilder *builder, const struct document_value *value)
{
    switch (value->kind) {
    case DOCUMENT_COUNT:
    case DOCUMENT_GROWTH:
    case DOCUMENT_BYTES:
    case DOCUMENT_BYTES_GROWTH:
        json_add_int_value(builder, value->integer);
        break;
    case DOCUMENT_SECONDS:
    case DOCUMENT_NUMBER:
        json_add_number_value(builder, value->number);
        break;
    case DOCUMENT_FLAG:
        json_builder_add_boolean_value(builder, value->integer != 0);
        break;
    case DOCUMENT_WORDS:
    case DOCUMENT_PLAIN:
    case DOCUMENT_STRONG:
    case DOCUMENT_CODE:
    default:
        json_add_text_value(builder, value->text);
        break;
    }
}

static void write_rows(JsonBuilder *builder, const struct node *node)
{
    const struct document_table *table = &node->table;

    json_begin_array(builder, node->key);
    for (size_t row = 0; row < node_n_rows(node); row++) {
        json_builder_begin_object(builder);
        for (size_t i = 0; i < table->n_columns; i++) {
            if (table->columns[i].key == NULL)
                continue;
            json_builder_set_member_name(builder, table->columns[i].key);
            write_value(builder, node_value(node, (guint)(row * table->n_columns + i)));
        }
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    if (table->noun != NULL) {
        g_autofree char *name = g_strconcat(node->key, "_left_out", NULL);

        json_add_int(builder, name, (gint64)node->left_out);
    }
}

static void write_points(JsonBuilder *builder, const GArray *points, gint64 now_us)
{
    json_begin_array(builder, "points");
    for (guint i = 0; i < points->len; i++) {
        const struct history_point *point = &g_array_index(points, struct history_point, i);

        json_builder_begin_array(builder);
        json_add_number_value(builder, (double)(point->t_us - now_us) / G_USEC_PER_SEC);
        json_add_number_value(builder, point->value);
        json_builder_end_array(builder);
    }
    json_builder_end_array(builder);
}

/* Lists are closed by the end of an array, objects by that of an object: lists says which. */
static void write_structure(JsonBuilder *builder, const struct node *node, GArray *lists)
{
    bool is_list = node->kind == NODE_OPEN_LIST;

    if (node->kind == NODE_CLOSE) {
        if (g_array_index(lists, bool, lists->len - 1))
            json_builder_end_array(builder);
        else
            json_builder_end_object(builder);
        g_array_set_size(lists, lists->len - 1);
        return;
    }
    if (node->key != NULL)
        json_builder_set_member_name(builder, node->key);
    if (is_list)
        json_builder_begin_array(builder);
    else
        json_builder_begin_object(builder);
    g_array_append_val(lists, is_list);
}

static void write_node(JsonBuilder *builder, const struct node *node)
{
    g_autofree char *words = NULL;

    switch (node->kind) {
    case NODE_TABLE:
        write_rows(builder, node);
        break;
    case NODE_SERIES: {
        const struct metric_info *info = metric_info(node->series->metric);

        json_begin_object(builder, node->key);
        json_add_text(builder, "name", info->name);
        json_add_text(builder, "unit", metric_unit_name(info->unit));
        write_points(builder, node->series->points, node->now_us);
        json_builder_end_object(builder);
        break;
    }
    case NODE_NULL:
        json_add_text(builder, node->key, NULL);
        break;
    case NODE_PARAGRAPH:
        words = node_words(node);
        if (node->key != NULL)
            json_add_text(builder, node->key, words);
        else if (node->style.is_element)
            json_add_text_value(builder, words);
        break;
    case NODE_PAIR:
    case NODE_MEMBER:
    default:
        json_builder_set_member_name(builder, node->key);
        write_value(builder, &node->value);
        break;
    }
}

static bool has_words(const struct node *node)
{
    switch (node->kind) {
    case NODE_PAIRS:
    case NODE_BLOCK:
        return false;
    case NODE_PARAGRAPH:
        return node->key != NULL || node->style.is_element;
    case NODE_OPEN:
    case NODE_OPEN_LIST:
    case NODE_CLOSE:
        return true;
    default:
        return node->key != NULL;
    }
}

char *document_json(const struct document *document, const struct redact *redact)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autoptr(GArray) lists = g_array_new(FALSE, FALSE, sizeof(bool));

    json_builder_begin_object(builder);
    for (guint i = 0; i < document->nodes->len; i++) {
        const struct node *node = document->nodes->pdata[i];

        if ((node->forms & DOCUMENT_JSON) == 0 || !has_words(node))
            continue;
        if (node->kind <= NODE_CLOSE)
            write_structure(builder, node, lists);
        else
            write_node(builder, node);
    }
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);

    redact_json(redact, root);
    return json_document_of(root);
}
