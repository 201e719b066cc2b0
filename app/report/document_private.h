#ifndef SIDESCOPE_APP_REPORT_DOCUMENT_PRIVATE_H
#define SIDESCOPE_APP_REPORT_DOCUMENT_PRIVATE_H

/* The parts of a document, for its renderers. */

#include "app/report/document.h"
#include "widgets/number.h"

enum node_kind {
    NODE_OPEN,
    NODE_OPEN_LIST,
    NODE_CLOSE,
    NODE_NULL,
    NODE_MEMBER,
    NODE_PARAGRAPH,
    NODE_PAIRS,
    NODE_PAIR,
    NODE_TABLE,
    NODE_BLOCK,
    NODE_SERIES,
};

struct node {
    enum node_kind kind;
    unsigned forms;
    const char *key;
    struct document_style style; /* of a paragraph */
    const char *label;           /* of a pair */
    struct document_value value; /* of a member or pair */
    GArray *values;              /* spans of a paragraph, lines of a block, cells of a table */
    struct document_table table;
    size_t left_out;
    const struct report_series *series;
    gint64 now_us;
};

struct document {
    unsigned forms, narrow;
    GPtrArray *nodes; /* struct node * */
    GStringChunk *strings;
};

static inline bool value_is_text(enum document_kind kind)
{
    return kind <= DOCUMENT_CODE;
}

/* The n-th part of a paragraph, line of a block, cell of a table. */
static inline const struct document_value *node_value(const struct node *node, guint n)
{
    return &g_array_index(node->values, struct document_value, n);
}

static inline size_t node_n_rows(const struct node *node)
{
    return node->values->len / node->table.n_columns;
}

/* A number as it is read; of texts nothing. */
struct number_text value_number(const struct document_value *value);
/* All parts of a paragraph behind each other. Free with g_free. */
char *node_words(const struct node *node);

#endif
