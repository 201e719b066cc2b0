#include "tests/support/table_laws.h"

#include <string.h>

enum { MAX_ROWS = 60, MAX_WORDS = 400 };

/* --- order --- */

struct asked {
    struct listing_reader reader;
    struct listing_value value;
    bool known;
};

static void ask(const struct table *table, size_t position, size_t column, struct asked *ret)
{
    const struct listing *listing = table_listing(table);
    size_t row = 0;

    g_assert_true(table_row_at(table, position, &row));
    listing_ask(&ret->reader, listing, table_model(table), row, column, &ret->value);
    ret->known = listing_is_known(&listing->columns[column], &ret->value);
}

static void check_pair(const struct listing_column *column, bool descending, const struct asked *a,
                       const struct asked *b)
{
    if (!a->known) {
        g_assert_false(b->known);
        return;
    }
    if (!b->known)
        return;
    int order = listing_compare(column, &a->value, &b->value);

    g_assert_cmpint(descending ? -order : order, <=, 0);
    if (order == 0 && column->kind == LISTING_WORD && a->value.text != NULL)
        g_assert_cmpint(strcmp(a->value.text, b->value.text), <=, 0);
}

static void check_order(const struct table *table, size_t column, bool ties_turn)
{
    struct listing_column about = table_listing(table)->columns[column];
    struct asked a, b;
    bool descending;

    if (ties_turn && about.kind == LISTING_WORD)
        about.kind = LISTING_COUNT; /* by time among equal ones */
    table_sort_column(table, &descending);
    listing_reader_init(&a.reader);
    listing_reader_init(&b.reader);
    for (size_t i = 0; i + 1 < table_n_shown(table); i++) {
        ask(table, i, column, &a);
        ask(table, i + 1, column, &b);
        check_pair(&about, descending, &a, &b);
    }
    listing_reader_clear(&a.reader);
    listing_reader_clear(&b.reader);
}

static void check_orders(struct table *table)
{
    const struct listing *listing = table_listing(table);

    for (size_t c = 0; c < listing->n_columns; c++) {
        if (!listing_sorts(listing, c) || table_is_hidden(table, c))
            continue;
        g_test_message("%s by %s", listing->id, listing->columns[c].id);
        table_sort(table, c);
        g_assert_cmpuint(table_sort_column(table, NULL), ==, c);
        check_order(table, c, listing->ties_turn);
        table_sort_invert(table);
        check_order(table, c, listing->ties_turn);
    }
}

/* --- filter --- */

static bool shows_row(const struct table *table, size_t row)
{
    size_t shown;

    for (size_t i = 0; table_row_at(table, i, &shown); i++)
        if (shown == row)
            return true;
    return false;
}

/* Of the row as it is read; the model is not changed by filters. */
static char *row_text(const struct table *table, size_t row)
{
    const struct listing *listing = table_listing(table);
    g_autoptr(GString) out = g_string_new(NULL);
    struct listing_reader reader;
    struct listing_value value;

    listing_reader_init(&reader);
    for (size_t c = 0; c < listing->n_columns; c++) {
        if (table_is_hidden(table, c))
            continue;
        listing_ask(&reader, listing, table_model(table), row, c, &value);
        listing_append(&listing->columns[c], &value, out);
        g_string_append_c(out, '\t');
    }
    listing_reader_clear(&reader);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void check_words(struct table *table, size_t row, size_t *left)
{
    g_autofree char *text = row_text(table, row);
    g_auto(GStrv) words = g_strsplit_set(text, " \t\n", -1);

    for (size_t i = 0; words[i] != NULL && *left > 0; i++) {
        if (*words[i] == '\0')
            continue;
        g_autofree char *escaped = g_regex_escape_string(words[i], -1);
        g_autofree char *pattern = g_strconcat("(?:", escaped, ")", NULL); /* no leading "!" */

        (*left)--;
        table_set_filter(table, pattern);
        g_test_message("%s by the word %s", table_listing(table)->id, words[i]);
        g_assert_true(shows_row(table, row));
    }
    table_set_filter(table, NULL);
}

void table_laws(struct table *table)
{
    const struct listing *listing = table_listing(table);
    bool descending, now;
    size_t column = table_sort_column(table, &descending), row = 0, left = MAX_WORDS;
    g_autofree char *filter = g_strdup(table_filter(table));
    uint64_t selected = table_selected(table, &row) ? listing->key(table_model(table), row) : 0;

    check_orders(table);
    for (size_t i = 0; i < MIN(table_n_rows(table), (size_t)MAX_ROWS); i++)
        check_words(table, i, &left);
    if (table_sort_column(table, NULL) != column)
        table_sort(table, column);
    if (table_sort_column(table, &now) == column && now != descending)
        table_sort_invert(table);
    table_set_filter(table, filter);
    if (table_selected(table, &row) && listing->key(table_model(table), row) != selected)
        table_select_key(table, selected);
}
