#ifndef SIDESCOPE_WIDGETS_LISTING_H
#define SIDESCOPE_WIDGETS_LISTING_H

/*
 * What is said of every row of a list, once: typed columns and one function
 * that tells a value. From it come the text of a cell, the order of rows, what
 * a filter finds, TSV, rows of Markdown and members of JSON, so that none of
 * them can say anything else than the others. A listing is a constant; its
 * model is borrowed for each call. Needs no terminal. Pure; any thread that may
 * read the model.
 */

#include "widgets/number.h"
#include "widgets/safe_text.h"

enum listing_kind {
    LISTING_TEXT,     /* raw bytes, in their order */
    LISTING_PATH,     /* the same; the middle is cut */
    LISTING_FUNCTION, /* the same; a Go function, the import path is cut first */
    LISTING_WORD,     /* one of few: ordered by n, equal ones by text, which always rises */
    LISTING_NUMBER,   /* n names something: a pid, a line; from 0, without a sign */
    LISTING_HEX,      /* the same: an address */
    LISTING_COUNT,
    LISTING_COUNT_SIGNED,
    LISTING_BYTES,
    LISTING_BYTES_SIGNED,
    LISTING_AMOUNT,  /* ordered by how far from 0 it is; the list says it in its unit */
    LISTING_CHANGE,  /* x; the list says it in its unit */
    LISTING_PERCENT, /* x of a hundred: "2.1%" */
    LISTING_PERCENT_WHOLE,
    LISTING_DURATION, /* x seconds: "14h07m" */
    LISTING_SECONDS,  /* x seconds of CPU: "0.24 s" */
    LISTING_COST,     /* x microseconds: "1.2 ms" */
    LISTING_SHARE,    /* x, 0 to 1: a bar and no text */
    LISTING_N_KINDS,
};

/* A value. On entry unknown, without text, in THEME_TEXT. */
struct listing_value {
    int64_t n;        /* of WORD to AMOUNT; NUMBER_UNKNOWN: not known */
    double x;         /* of CHANGE and below; NAN: not known */
    const char *text; /* raw bytes, of the model or by listing_say; NULL: not known. Of a number:
                       * what is shown in its place */
    enum theme_role role; /* the number or the text as a verdict */
    double share;         /* 0 to 1: a bar behind the text; NAN: none */
    /* private: where listing_say and listing_note write; NULL: only the order is asked for */
    GString *said, *note;
};

/* Text made for this value; of a number, only when it is to be read. */
void listing_say(struct listing_value *value, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* What is read behind the text and is no part of it: "  (3 deleted)". Appends. */
void listing_note(struct listing_value *value, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* True when only the order is asked for: what is costly and for readers may be left out. */
bool listing_is_order(const struct listing_value *value);

struct listing_column {
    const char *id;    /* member of JSON; stable */
    const char *title; /* on the screen */
    enum listing_kind kind;
    int width;             /* columns; 0: takes what is left (several share it by weight) */
    int min_width;         /* a flexible column below this makes columns drop */
    int max_width;         /* and it does not grow beyond this; 0: without end */
    int weight;            /* of a flexible column's share of what is left; 0 is as 1 */
    int drop;              /* 0: never dropped when narrow; else highest goes first */
    enum text_elide elide; /* other than its kind has */
    bool right;            /* text that ends at the right, as numbers do */
    bool largest_first;    /* first order, where the kind has it not: falls */
    bool smallest_first;   /* the reverse */
    bool fits;             /* and it does not grow beyond its widest text: of a list of few rows */
    bool unsortable;
    bool since;  /* counts from a moment that whoever shows the list can name */
    bool hidden; /* not on the screen unless shown by table_hide */
};

enum { LISTING_MAX_COLUMNS = 24 };

struct listing {
    const char *id; /* "descriptors": names files and members of JSON; stable */
    const struct listing_column *columns;
    size_t n_columns; /* at most LISTING_MAX_COLUMNS */
    size_t order;     /* column of the first order */
    bool fixed;       /* rows stand in an order of their own, which no column changes */
    bool ties_turn;   /* equal rows turn with the order: the model is in the order of time */
    void (*value)(const void *model, size_t row, size_t column, struct listing_value *ret);
    /* stable identity of the row across models, never 0 */
    uint64_t (*key)(const void *model, size_t row);
    /* what a filter finds besides what is shown; appends; NULL: nothing */
    void (*search)(const void *model, size_t row, GString *out);
};

/* How a kind is shown. */
enum text_align listing_align(const struct listing_column *column);
enum text_elide listing_elide(const struct listing_column *column);
bool listing_falls_first(const struct listing_column *column);
bool listing_sorts(const struct listing *listing, size_t column);

/* Where texts of values are made; a value is valid until its reader is asked again. */
struct listing_reader {
    GString *said, *note;
};

void listing_reader_init(struct listing_reader *reader);
void listing_reader_clear(struct listing_reader *reader);
void listing_ask(const struct listing_reader *reader, const struct listing *listing,
                 const void *model, size_t row, size_t column, struct listing_value *ret);
/* The value as it is read, raw bytes, appended: NUMBER_ABSENT for what is not known. */
void listing_append(const struct listing_column *column, const struct listing_value *value,
                    GString *out);
bool listing_is_known(const struct listing_column *column, const struct listing_value *value);

/*
 * Orders n rows, which stand as in the model, by a column: unknown last in both
 * directions, equal ones as they stand. A column that does not sort: as in the model.
 */
void listing_order(const struct listing *listing, const void *model, size_t column, bool descending,
                   uint32_t *rows, size_t n);
/* <0, 0, >0: two values of a column as they rise, known ones only. */
int listing_compare(const struct listing_column *column, const struct listing_value *a,
                    const struct listing_value *b);

/*
 * Everything a filter is matched against: what is shown of the columns given, then search, each in
 * a line of its own, so that a pattern's ends are those of a cell.
 */
struct listing_columns {
    size_t at[LISTING_MAX_COLUMNS];
    size_t n;
};
void listing_search_text(const struct listing_reader *reader, const struct listing *listing,
                         const struct listing_columns *columns, const void *model, size_t row,
                         GString *out);

/* A line of safe text, tab between cells, with its newline. */
void listing_tsv_row(const struct listing_reader *reader, const struct listing *listing,
                     const struct listing_columns *columns, const void *model, size_t row,
                     bool unicode, GString *out);
/* The first n rows for programs: a head of ids, numbers exact and without a unit, what is not known
 * empty, behind the columns what listing_note says of the row. Safe text; free with g_free. */
char *listing_to_tsv(const struct listing *listing, const void *model, size_t n);

#endif
