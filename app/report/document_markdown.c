#include "app/report/document_private.h"

#include "app/report/markdown.h"
#include "app/report/report_chart.h"
#include "widgets/safe_text.h"

#include <string.h>

/* Blocks with an empty line between; only the rows of a table and the items of a list stand
 * together. */

static void begin_block(struct markdown *md)
{
    if (md->out->len > 0 && !g_str_has_suffix(md->out->str, "\n\n"))
        g_string_append_c(md->out, '\n');
}

static void write_paragraph(struct markdown *md, const struct node *node, bool joins)
{
    const struct document_style *style = &node->style;

    if (!joins)
        begin_block(md);
    for (int i = 0; i < style->level; i++)
        g_string_append_c(md->out, '#');
    if (style->level > 0)
        g_string_append_c(md->out, ' ');
    if (style->number > 0)
        g_string_append_printf(md->out, "%d. ", style->number);
    if (style->is_part)
        g_string_append(md->out, "   - ");
    if (style->label != NULL)
        g_string_append_printf(md->out, "%s: ", style->label);
    for (guint i = 0; i < node->values->len; i++) {
        const struct document_value *value = node_value(node, i);

        switch (value->kind) {
        case DOCUMENT_PLAIN:
            g_string_append(md->out, value->text);
            break;
        case DOCUMENT_STRONG:
            g_string_append_printf(md->out, "**%s**", value->text);
            break;
        case DOCUMENT_CODE:
            markdown_code(md, value->text);
            break;
        case DOCUMENT_WORDS:
        default:
            markdown_text(md, value->text);
            break;
        }
    }
    g_string_append_c(md->out, '\n');
}

/* --- tables --- */

static void write_cell(struct markdown *md, const struct document_value *value)
{
    g_string_append(md->out, "| ");
    if (!value_is_text(value->kind))
        g_string_append(md->out, value_number(value).text);
    else if (value->kind == DOCUMENT_CODE)
        markdown_cell_code(md, value->text);
    else if (value->kind == DOCUMENT_PLAIN)
        g_string_append(md->out, value->text);
    else
        markdown_cell_text(md, value->text);
    g_string_append_c(md->out, ' ');
}

static void write_table(struct markdown *md, const struct node *node)
{
    const struct document_table *table = &node->table;

    if (table->n_columns == 0 || (node->values->len == 0 && !table->may_be_empty))
        return;
    begin_block(md);
    if (table->intro != NULL)
        g_string_append_printf(md->out, "%s\n\n", table->intro);
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].title != NULL)
            g_string_append_printf(md->out, "| %s ", table->columns[i].title);
    g_string_append(md->out, "|\n");
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].title != NULL)
            g_string_append(md->out,
                            table->columns[i].is_right || !value_is_text(table->columns[i].kind)
                                ? "| ---: "
                                : "| --- ");
    g_string_append(md->out, "|\n");
    for (guint i = 0; i < node->values->len; i++) {
        if (table->columns[i % table->n_columns].title != NULL)
            write_cell(md, node_value(node, i));
        if (i % table->n_columns == table->n_columns - 1)
            g_string_append(md->out, "|\n");
    }
    if (node->left_out > 0)
        g_string_append_printf(md->out, "\n%zu more %s are not listed.\n", node->left_out,
                               table->noun);
}

static void write_pair(struct markdown *md, const struct node *node)
{
    bool is_text = value_is_text(node->value.kind);

    if (node->label == NULL || (is_text && (node->value.text == NULL || *node->value.text == '\0')))
        return;
    g_string_append_printf(md->out, "| %s ", node->label);
    write_cell(md, &node->value);
    g_string_append(md->out, "|\n");
}

/* --- lines --- */

static void write_block(struct markdown *md, const struct node *node)
{
    g_autoptr(GString) lines = g_string_new(NULL);

    for (guint i = 0; i < node->values->len; i++) {
        g_autofree char *hidden = redact_text(md->redact, node_value(node, i)->text);

        text_sanitise(lines, hidden, -1, md->unicode);
        g_string_append_c(lines, '\n');
    }
    begin_block(md);
    markdown_block(md, lines->str);
}

static bool is_item(const struct node *node)
{
    return node != NULL && node->kind == NODE_PARAGRAPH &&
           (node->style.number > 0 || node->style.is_part);
}

static bool is_empty(const struct node *node)
{
    g_autofree char *words = node_words(node);

    return *words == '\0';
}

char *document_markdown(const struct document *document, const struct redact *redact, bool unicode)
{
    struct markdown md = {g_string_new(NULL), redact, unicode};
    const struct node *before = NULL;

    for (guint i = 0; i < document->nodes->len; i++) {
        const struct node *node = document->nodes->pdata[i];

        if ((node->forms & DOCUMENT_MARKDOWN) == 0)
            continue;
        if (node->kind == NODE_PARAGRAPH && !is_empty(node)) {
            write_paragraph(&md, node, is_item(node) && is_item(before));
            before = node;
        } else if (node->kind == NODE_PAIRS) {
            begin_block(&md);
            g_string_append(md.out, "| what | value |\n| --- | --- |\n");
        } else if (node->kind == NODE_PAIR) {
            write_pair(&md, node);
        } else if (node->kind == NODE_TABLE) {
            write_table(&md, node);
        } else if (node->kind == NODE_BLOCK) {
            write_block(&md, node);
        } else if (node->kind == NODE_SERIES) {
            g_autoptr(GString) chart = g_string_new(NULL);

            if (!report_chart(chart, node->series, md.unicode))
                continue;
            begin_block(&md);
            markdown_block(&md, chart->str);
        }
    }
    return g_string_free(md.out, FALSE);
}
