#ifndef SIDESCOPE_APP_REPORT_DOCUMENT_H
#define SIDESCOPE_APP_REPORT_DOCUMENT_H

/*
 * What a report says, once and in order, for all three forms it is read in:
 * plain text for a terminal, Markdown for an issue tracker, JSON for programs.
 * Each part is for the forms that document_for named last: what all share is
 * said once, and where a form differs both stand beside each other. Objects and
 * lists are the structure of the JSON; the other two have headings, paragraphs,
 * items, tables and blocks. Texts are raw bytes: the renderers redact them and
 * make them safe for where they stand. A list that is cut says by how much, in
 * every form. Pure; one thread at a time.
 */

#include "app/ground/redact.h"
#include "app/report/report.h"

enum document_form {
    DOCUMENT_TEXT = 1 << 0,
    DOCUMENT_MARKDOWN = 1 << 1,
    DOCUMENT_JSON = 1 << 2,
    DOCUMENT_READ = DOCUMENT_TEXT | DOCUMENT_MARKDOWN,
    DOCUMENT_FULL = DOCUMENT_MARKDOWN | DOCUMENT_JSON,
    DOCUMENT_ALL = DOCUMENT_TEXT | DOCUMENT_MARKDOWN | DOCUMENT_JSON,
};

enum document_kind {
    DOCUMENT_WORDS,  /* a sentence, or what the target chose */
    DOCUMENT_PLAIN,  /* our own words, nothing of which can be markup */
    DOCUMENT_STRONG, /* the same, set off */
    DOCUMENT_CODE,   /* a path, function or command */
    DOCUMENT_COUNT,  /* integers; SAMPLE_UNKNOWN is "-", and null */
    DOCUMENT_GROWTH,
    DOCUMENT_BYTES,
    DOCUMENT_BYTES_GROWTH,
    DOCUMENT_SECONDS, /* numbers; NAN is "-", and null */
    DOCUMENT_NUMBER,
    DOCUMENT_FLAG,
};

struct document_value {
    enum document_kind kind;
    const char *text; /* copied; NULL: none */
    int64_t integer;  /* also of a flag */
    double number;
};

#define DOCUMENT_OF_TEXT(value_kind, value)                                                        \
    ((struct document_value){.kind = (value_kind), .text = (value)})
#define DOCUMENT_OF_INT(value_kind, value)                                                         \
    ((struct document_value){.kind = (value_kind), .integer = (value)})
#define DOCUMENT_OF_DOUBLE(value_kind, value)                                                      \
    ((struct document_value){.kind = (value_kind), .number = (value)})

struct document;

struct document *document_new(void);
void document_free(struct document *document);
typedef struct document document_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(document_auto, document_free)

/* What follows is for these (enum document_form). */
void document_for(struct document *document, unsigned forms);
/* Until it is DOCUMENT_ALL again, whatever is for other forms only is dropped. */
void document_narrow(struct document *document, unsigned forms);

/* --- the structure of the JSON --- */

/* key NULL: an element of the list that is open. */
void document_open(struct document *document, const char *key);
void document_open_list(struct document *document, const char *key);
void document_close(struct document *document);
void document_null(struct document *document, const char *key);
/* A member of the object; nothing in the other forms. */
void document_member(struct document *document, const char *key, struct document_value value);

/* --- what is read --- */

/* How a paragraph stands. */
struct document_style {
    const char *key;   /* the member it is; NULL: none. An empty one is left out but of the JSON */
    const char *label; /* before it, a colon behind: "Rule"; NULL: none */
    bool is_bare;      /* without the colon, in the text */
    int label_cols;    /* of the text, label and its colon together */
    int indent;        /* of the text */
    int level;         /* of a heading: 1 to 3; 0: it is none */
    int number;        /* of an item in a list; 0: it is none */
    bool is_part;      /* of the item before it */
    bool is_element;   /* of the list that is open */
    bool is_whole;     /* the text is not wrapped */
    bool is_apart;     /* an empty line before it, in the text */
    bool is_commands;  /* each on a line, to be copied; "; " between them */
    bool has_mark;     /* the text begins with the mark of the verdict */
    enum triage_verdict verdict;
};

/* A paragraph; document_say goes on with it. */
void document_paragraph(struct document *document, const struct document_style *style);
void document_say(struct document *document, enum document_kind kind, const char *text);
void document_sayf(struct document *document, enum document_kind kind, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* A paragraph of one text. */
void document_words(struct document *document, const struct document_style *style,
                    enum document_kind kind, const char *text);

/* "| what | value |" and, until something else comes, its rows; those without a value are left
 * out. In the JSON a pair is a member. */
void document_pairs(struct document *document);
void document_pair(struct document *document, const char *key, const char *label,
                   struct document_value value);

struct document_column {
    const char *key;   /* NULL: not in the JSON */
    const char *title; /* NULL: in the JSON alone */
    enum document_kind kind;
    bool is_right;
};

struct document_table {
    const char *key;                       /* NULL: not in the JSON */
    const struct document_column *columns; /* static */
    size_t n_columns;
    const char *intro; /* a line above where there are rows; NULL: none */
    const char *noun;  /* "paths": what the rows are, where some are left out */
    bool is_evidence;  /* label, value, verdict, note: lines of the text */
    bool may_be_empty; /* a head without rows in Markdown; else nothing */
};

/* The rows follow, then document_left_out when there are more. */
void document_table(struct document *document, const struct document_table *table);
/* One value for each column; copied. */
void document_row(struct document *document, const struct document_value *values);
/* n rows of the table before are not listed. */
void document_left_out(struct document *document, size_t n);

/* Lines set as they are. */
void document_block(struct document *document);
void document_line(struct document *document, const char *text);

/* A number over time: a chart, or name, unit and points. series is borrowed. */
void document_series(struct document *document, const char *key, const struct report_series *series,
                     gint64 now_us);

/* --- rendering; free with g_free --- */

char *document_text(const struct document *document, const struct redact *redact, bool unicode);
char *document_markdown(const struct document *document, const struct redact *redact, bool unicode);
char *document_json(const struct document *document, const struct redact *redact);

#endif
