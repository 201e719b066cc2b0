#include "widgets/listing.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* --- kinds --- */

static struct number_text plain(int64_t n)
{
    struct number_text out;

    g_snprintf(out.text, sizeof out.text, "%" PRIu64, (uint64_t)n);
    return out;
}

static struct number_text hexadecimal(int64_t n)
{
    struct number_text out;

    g_snprintf(out.text, sizeof out.text, "%" PRIx64, (uint64_t)n);
    return out;
}

static struct number_text real(double x)
{
    struct number_text out;

    g_snprintf(out.text, sizeof out.text, "%g", x);
    return out;
}

enum order { BY_TEXT, BY_WORD, BY_INTEGER, BY_UNSIGNED, BY_SIZE, BY_REAL };

static const struct kind {
    enum order order;
    bool falls; /* the largest first, unless the column says otherwise */
    enum text_elide elide;
    struct number_text (*integer)(int64_t n);
    struct number_text (*real)(double x);
} kinds[LISTING_N_KINDS] = {
    [LISTING_TEXT] = {BY_TEXT, false, TEXT_ELIDE_END, NULL, NULL},
    [LISTING_PATH] = {BY_TEXT, false, TEXT_ELIDE_MIDDLE, NULL, NULL},
    [LISTING_FUNCTION] = {BY_TEXT, false, TEXT_ELIDE_FUNCTION, NULL, NULL},
    [LISTING_WORD] = {BY_WORD, false, TEXT_ELIDE_END, NULL, NULL},
    [LISTING_NUMBER] = {BY_UNSIGNED, false, TEXT_ELIDE_END, plain, NULL},
    [LISTING_HEX] = {BY_UNSIGNED, false, TEXT_ELIDE_END, hexadecimal, NULL},
    [LISTING_COUNT] = {BY_INTEGER, true, TEXT_ELIDE_END, number_count, NULL},
    [LISTING_COUNT_SIGNED] = {BY_INTEGER, true, TEXT_ELIDE_END, number_count_signed, NULL},
    [LISTING_BYTES] = {BY_INTEGER, true, TEXT_ELIDE_END, number_bytes, NULL},
    [LISTING_BYTES_SIGNED] = {BY_INTEGER, true, TEXT_ELIDE_END, number_bytes_signed, NULL},
    [LISTING_AMOUNT] = {BY_SIZE, true, TEXT_ELIDE_END, number_count, NULL},
    [LISTING_CHANGE] = {BY_REAL, true, TEXT_ELIDE_END, NULL, real},
    [LISTING_PERCENT] = {BY_REAL, true, TEXT_ELIDE_END, NULL, number_percent},
    [LISTING_PERCENT_WHOLE] = {BY_REAL, true, TEXT_ELIDE_END, NULL, number_percent_whole},
    [LISTING_DURATION] = {BY_REAL, true, TEXT_ELIDE_END, NULL, number_duration},
    [LISTING_SECONDS] = {BY_REAL, true, TEXT_ELIDE_END, NULL, number_seconds},
    [LISTING_COST] = {BY_REAL, true, TEXT_ELIDE_END, NULL, number_cost},
    [LISTING_SHARE] = {BY_REAL, true, TEXT_ELIDE_END, NULL, NULL},
};

static bool is_text(enum listing_kind kind)
{
    return kinds[kind].order <= BY_WORD;
}

enum text_align listing_align(const struct listing_column *column)
{
    return column->right || (!is_text(column->kind) && column->kind != LISTING_SHARE) ? TEXT_RIGHT
                                                                                      : TEXT_LEFT;
}

enum text_elide listing_elide(const struct listing_column *column)
{
    return column->elide != TEXT_ELIDE_END ? column->elide : kinds[column->kind].elide;
}

bool listing_falls_first(const struct listing_column *column)
{
    return column->largest_first || (kinds[column->kind].falls && !column->smallest_first);
}

bool listing_sorts(const struct listing *listing, size_t column)
{
    return !listing->fixed && column < listing->n_columns && !listing->columns[column].unsortable;
}

/* --- one value --- */

void listing_say(struct listing_value *value, const char *format, ...)
{
    va_list args;

    if (value->said == NULL)
        return;
    va_start(args, format);
    g_string_vprintf(value->said, format, args);
    va_end(args);
    value->text = value->said->str;
}

void listing_note(struct listing_value *value, const char *format, ...)
{
    va_list args;

    if (value->note == NULL)
        return;
    va_start(args, format);
    g_string_append_vprintf(value->note, format, args);
    va_end(args);
}

bool listing_is_order(const struct listing_value *value)
{
    return value->note == NULL;
}

void listing_reader_init(struct listing_reader *reader)
{
    reader->said = g_string_new(NULL);
    reader->note = g_string_new(NULL);
}

void listing_reader_clear(struct listing_reader *reader)
{
    g_string_free(reader->said, TRUE);
    g_string_free(reader->note, TRUE);
}

/* said NULL: no text is wanted that is no order; note NULL: it is asked for the order only. */
static void ask(const struct listing *listing, const void *model, size_t row, size_t column,
                GString *said, GString *note, struct listing_value *ret)
{
    *ret = (struct listing_value){.n = NUMBER_UNKNOWN,
                                  .x = NAN,
                                  .role = THEME_TEXT,
                                  .share = NAN,
                                  .said = said,
                                  .note = note};
    listing->value(model, row, column, ret);
}

void listing_ask(const struct listing_reader *reader, const struct listing *listing,
                 const void *model, size_t row, size_t column, struct listing_value *ret)
{
    g_string_truncate(reader->note, 0);
    ask(listing, model, row, column, reader->said, reader->note, ret);
}

bool listing_is_known(const struct listing_column *column, const struct listing_value *value)
{
    switch (kinds[column->kind].order) {
    case BY_TEXT:
        return value->text != NULL;
    case BY_REAL:
        return !isnan(value->x);
    default:
        return value->n != NUMBER_UNKNOWN;
    }
}

void listing_append(const struct listing_column *column, const struct listing_value *value,
                    GString *out)
{
    const struct kind *kind = &kinds[column->kind];

    if (value->text != NULL)
        g_string_append(out, value->text);
    else if (column->kind == LISTING_SHARE)
        ;
    else if (!listing_is_known(column, value) || kind->order <= BY_WORD)
        g_string_append(out, NUMBER_ABSENT);
    else if (kind->integer != NULL)
        g_string_append(out, kind->integer(value->n).text);
    else
        g_string_append(out, kind->real(value->x).text);
    if (value->note != NULL)
        g_string_append_len(out, value->note->str, (gssize)value->note->len);
}

/* --- order --- */

/* What a row is ordered by, asked for once. */
struct sorted {
    union {
        int64_t n;
        double x;
        const char *text;
    } by;
    uint32_t row, index; /* of what was asked for */
};

struct sorting {
    enum order order;
    bool descending, ties_turn;
    const char **words; /* of BY_WORD, by index */
};

static int by_integer(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_real(double a, double b)
{
    return a < b ? -1 : a > b;
}

static int compare_sorted(const struct sorting *sorting, const struct sorted *a,
                          const struct sorted *b)
{
    switch (sorting->order) {
    case BY_TEXT:
        return strcmp(a->by.text, b->by.text);
    case BY_REAL:
        return by_real(a->by.x, b->by.x);
    default:
        return by_integer(a->by.n, b->by.n);
    }
}

static gint sort_rows(gconstpointer p, gconstpointer q, gpointer user)
{
    const struct sorting *sorting = user;
    const struct sorted *a = p, *b = q;
    int order = compare_sorted(sorting, a, b);

    if (order != 0)
        return sorting->descending ? -order : order;
    if (sorting->order == BY_WORD &&
        (order = strcmp(sorting->words[a->index], sorting->words[b->index])) != 0)
        return order;
    order = a->row < b->row ? -1 : a->row > b->row;
    return sorting->descending && sorting->ties_turn ? -order : order;
}

/* A text that listing_say has made lives no longer than the next. */
static const char *keep(const struct listing_value *value, GStringChunk *texts)
{
    if (value->text == NULL)
        return "";
    return value->text == value->said->str ? g_string_chunk_insert(texts, value->text)
                                           : value->text;
}

/* Unsigned ones and sizes in the order of signed ones. */
static int64_t integer_key(enum order order, int64_t n)
{
    if (order == BY_UNSIGNED)
        return (int64_t)((uint64_t)n ^ (uint64_t)INT64_MIN);
    return order == BY_SIZE && n < 0 ? -n : n;
}

static void take_key(struct sorted *sorted, enum order order, const struct listing_value *value,
                     GStringChunk *texts)
{
    if (order == BY_TEXT)
        sorted->by.text = keep(value, texts);
    else if (order == BY_REAL)
        sorted->by.x = value->x;
    else
        sorted->by.n = integer_key(order, value->n);
}

static void turn(uint32_t *rows, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        uint32_t row = rows[i];

        rows[i] = rows[n - 1 - i];
        rows[n - 1 - i] = row;
    }
}

void listing_order(const struct listing *listing, const void *model, size_t column, bool descending,
                   uint32_t *rows, size_t n)
{
    const struct listing_column *about = &listing->columns[column];
    struct sorting sorting = {kinds[about->kind].order, descending, listing->ties_turn, NULL};
    bool text = is_text(about->kind);
    g_autofree struct sorted *sorted = NULL;
    g_autofree const char **words = NULL;
    size_t n_known = 0, n_unknown = 0;

    if (!listing_sorts(listing, column)) {
        if (descending)
            turn(rows, n);
        return;
    }
    sorted = g_new(struct sorted, MAX(n, 1));
    if (sorting.order == BY_WORD)
        sorting.words = words = g_new(const char *, MAX(n, 1));
    g_autoptr(GStringChunk) texts = g_string_chunk_new(text ? 4096 : 16);
    g_autoptr(GString) said = g_string_new(NULL);

    for (size_t i = 0; i < n; i++) {
        struct listing_value value;

        ask(listing, model, rows[i], column, text ? said : NULL, NULL, &value);
        if (!listing_is_known(about, &value)) {
            rows[n_unknown++] = rows[i]; /* never before what is still to be asked */
            continue;
        }
        sorted[n_known].row = rows[i];
        sorted[n_known].index = (uint32_t)n_known;
        if (words != NULL)
            words[n_known] = keep(&value, texts);
        take_key(&sorted[n_known++], sorting.order, &value, texts);
    }
    if (n == 0) /* then there need not be an array */
        return;
    memmove(rows + n_known, rows, n_unknown * sizeof *rows);
    g_qsort_with_data(sorted, (gint)n_known, sizeof *sorted, sort_rows, &sorting);
    for (size_t i = 0; i < n_known; i++)
        rows[i] = sorted[i].row;
}

int listing_compare(const struct listing_column *column, const struct listing_value *a,
                    const struct listing_value *b)
{
    switch (kinds[column->kind].order) {
    case BY_TEXT:
        return strcmp(a->text, b->text);
    case BY_REAL:
        return by_real(a->x, b->x);
    default:
        return by_integer(integer_key(kinds[column->kind].order, a->n),
                          integer_key(kinds[column->kind].order, b->n));
    }
}

/* --- several columns --- */

void listing_search_text(const struct listing_reader *reader, const struct listing *listing,
                         const struct listing_columns *columns, const void *model, size_t row,
                         GString *out)
{
    struct listing_value value;

    for (size_t i = 0; i < columns->n; i++) {
        size_t c = columns->at[i];

        listing_ask(reader, listing, model, row, c, &value);
        if (i > 0)
            g_string_append_c(out, '\n');
        listing_append(&listing->columns[c], &value, out);
    }
    if (listing->search != NULL) {
        g_string_append_c(out, '\n');
        listing->search(model, row, out);
    }
}

void listing_tsv_row(const struct listing_reader *reader, const struct listing *listing,
                     const struct listing_columns *columns, const void *model, size_t row,
                     bool unicode, GString *out)
{
    g_autoptr(GString) text = g_string_new(NULL);
    struct listing_value value;

    for (size_t i = 0; i < columns->n; i++) {
        size_t c = columns->at[i];

        listing_ask(reader, listing, model, row, c, &value);
        g_string_truncate(text, 0);
        listing_append(&listing->columns[c], &value, text);
        if (i > 0)
            g_string_append_c(out, '\t');
        text_sanitise(out, text->str, (gssize)text->len, unicode);
    }
    g_string_append_c(out, '\n');
}

static void append_exact(const struct listing_column *column, const struct listing_value *value,
                         GString *out)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (is_text(column->kind))
        text_sanitise(out, value->text != NULL ? value->text : "", -1, true);
    else if (!listing_is_known(column, value))
        ;
    else if (kinds[column->kind].order == BY_REAL)
        g_string_append(out, g_ascii_formatd(text, sizeof text, "%.10g", value->x));
    else if (kinds[column->kind].order == BY_UNSIGNED)
        g_string_append(out, kinds[column->kind].integer(value->n).text);
    else
        g_string_append_printf(out, "%" PRId64, value->n);
}

char *listing_to_tsv(const struct listing *listing, const void *model, size_t n)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GString) notes = g_string_new(NULL);
    struct listing_reader reader;
    struct listing_value value;

    listing_reader_init(&reader);
    for (size_t c = 0; c < listing->n_columns; c++)
        g_string_append_printf(out, "%s\t", listing->columns[c].id);
    g_string_append(out, "note\n");
    for (size_t row = 0; row < n; row++) {
        for (size_t c = 0; c < listing->n_columns; c++) {
            listing_ask(&reader, listing, model, row, c, &value);
            append_exact(&listing->columns[c], &value, out);
            g_string_append_c(out, '\t');
            g_string_append_len(notes, reader.note->str, (gssize)reader.note->len);
        }
        text_sanitise(out, g_strstrip(notes->str), -1, true);
        g_string_append_c(out, '\n');
        g_string_truncate(notes, 0);
    }
    listing_reader_clear(&reader);
    return g_string_free(out, FALSE);
}
