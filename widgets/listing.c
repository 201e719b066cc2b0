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
        uint64_t n; /* a number, in the order of unsigned ones */
        const char *text;
    } by;
    uint32_t row, index; /* of what was asked for */
};

struct sorting {
    const struct listing *listing;
    const void *model;
    size_t column;
    enum order order;
    bool descending;
    GStringChunk *texts;
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

static gint sort_texts(gconstpointer p, gconstpointer q, gpointer user)
{
    const struct sorting *sorting = user;
    const struct sorted *a = p, *b = q;
    int order = sorting->order == BY_TEXT ? strcmp(a->by.text, b->by.text)
                                          : (a->by.n > b->by.n) - (a->by.n < b->by.n);

    if (order != 0)
        return sorting->descending ? -order : order;
    if (sorting->order == BY_WORD &&
        (order = strcmp(sorting->words[a->index], sorting->words[b->index])) != 0)
        return order;
    order = a->row < b->row ? -1 : a->row > b->row;
    return sorting->descending && sorting->listing->ties_turn ? -order : order;
}

/* Byte by byte, which leaves equal ones as they stand and takes a tenth of the time of comparing.
 */
static void sort_numbers(struct sorted *rows, size_t n)
{
    enum { VALUES = 256 };
    g_autofree struct sorted *spare = g_new(struct sorted, n);
    struct sorted *from = rows, *to = spare;

    for (int shift = 0; shift < 64; shift += 8) {
        size_t at[VALUES] = {0}, sum = 0;

        for (size_t i = 0; i < n; i++)
            at[from[i].by.n >> shift & (VALUES - 1)]++;
        if (at[from[0].by.n >> shift & (VALUES - 1)] == n) /* the same in all */
            continue;
        for (int v = 0; v < VALUES; v++) {
            size_t count = at[v];

            at[v] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++)
            to[at[from[i].by.n >> shift & (VALUES - 1)]++] = from[i];
        struct sorted *swap = from;

        from = to;
        to = swap;
    }
    if (from != rows)
        memcpy(rows, from, n * sizeof *rows);
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

/* Of two numbers the larger has the larger bits but for the sign; negative ones are the reverse. */
static uint64_t bits_of(enum order order, const struct listing_value *value)
{
    const uint64_t sign = UINT64_C(1) << 63;
    union {
        double x;
        uint64_t bits;
    } real = {.x = value->x + 0.0}; /* there is one zero */

    if (order != BY_REAL)
        return (uint64_t)integer_key(order, value->n) ^ sign;
    return (real.bits & sign) != 0 ? ~real.bits : real.bits | sign;
}

static void turn(uint32_t *rows, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        uint32_t row = rows[i];

        rows[i] = rows[n - 1 - i];
        rows[n - 1 - i] = row;
    }
}

/* Takes the keys of rows; those that are not known are left first in rows. Returns how many are. */
static size_t take_keys(const struct sorting *sorting, struct sorted *sorted, uint32_t *rows,
                        size_t n)
{
    const struct listing_column *about = &sorting->listing->columns[sorting->column];
    g_autoptr(GString) said = g_string_new(NULL);
    size_t n_known = 0, n_unknown = 0;

    for (size_t i = 0; i < n; i++) {
        struct sorted *key = &sorted[n_known];
        struct listing_value value;

        ask(sorting->listing, sorting->model, rows[i], sorting->column,
            is_text(about->kind) ? said : NULL, NULL, &value);
        if (!listing_is_known(about, &value)) {
            rows[n_unknown++] = rows[i]; /* never before what is still to be asked */
            continue;
        }
        key->row = rows[i];
        key->index = (uint32_t)n_known;
        if (sorting->order == BY_WORD)
            sorting->words[n_known] = keep(&value, sorting->texts);
        if (sorting->order == BY_TEXT)
            key->by.text = keep(&value, sorting->texts);
        else
            key->by.n = bits_of(sorting->order, &value);
        n_known++;
    }
    return n_known;
}

void listing_order(const struct listing *listing, const void *model, size_t column, bool descending,
                   uint32_t *rows, size_t n)
{
    bool text = is_text(listing->columns[column].kind), reversed = false;
    struct sorting sorting = {.listing = listing,
                              .model = model,
                              .column = column,
                              .order = kinds[listing->columns[column].kind].order,
                              .descending = descending};

    if (!listing_sorts(listing, column)) {
        if (descending)
            turn(rows, n);
        return;
    }
    if (n == 0) /* then there need not be an array */
        return;
    g_autofree struct sorted *sorted = g_new(struct sorted, n);
    g_autofree const char **words = text ? g_new(const char *, n) : NULL;
    g_autoptr(GStringChunk) texts = g_string_chunk_new(text ? 4096 : 16);

    sorting.texts = texts;
    sorting.words = words;
    size_t n_known = take_keys(&sorting, sorted, rows, n);

    memmove(rows + n_known, rows, (n - n_known) * sizeof *rows);
    if (text) {
        g_qsort_with_data(sorted, (gint)n_known, sizeof *sorted, sort_texts, &sorting);
    } else if (n_known > 0) {
        reversed = descending && listing->ties_turn;
        for (size_t i = 0; descending && !reversed && i < n_known; i++)
            sorted[i].by.n = ~sorted[i].by.n;
        sort_numbers(sorted, n_known);
    }
    for (size_t i = 0; i < n_known; i++)
        rows[i] = sorted[reversed ? n_known - 1 - i : i].row;
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
