#include "app/report/document_private.h"

#include "widgets/safe_text.h"

#include <string.h>

/*
 * To read in a terminal or paste into an issue. Everything passes text_safe, so
 * that no control byte leaves here. Commands are not wrapped: they are to be
 * copied.
 */

enum {
    TEXT_COLS = 100,
    LABEL_COLS = 34,
    LONG_LABEL_COLS = 1000, /* longer labels stand whole on a line of their own, up to this */
    VALUE_COLS = 10,
    NOTE_COL = 4 + LABEL_COLS + 1 + VALUE_COLS + 2,
};

struct writer {
    GString *out;
    const struct redact *redact;
    bool unicode;
};

/* Foreign bytes as they may stand in the report. Free with g_free. */
static char *make_safe(const struct writer *writer, const char *bytes)
{
    g_autofree char *hidden = redact_text(writer->redact, bytes);

    return text_safe(hidden, -1, writer->unicode);
}

static const char *mark_of(enum triage_verdict verdict, bool unicode)
{
    static const char *const marks[][2] = {
        [TRIAGE_HEALTHY] = {"ok ", "✓"},
        [TRIAGE_LOOK] = {"!  ", "!"},
        [TRIAGE_BAD] = {"BAD", "✗"},
        [TRIAGE_UNKNOWN] = {"?  ", "?"},
    };

    return marks[verdict][unicode];
}

static void pad(GString *out, int cols)
{
    for (int i = 0; i < cols; i++)
        g_string_append_c(out, ' ');
}

/* --- paragraphs --- */

/* Following lines hang below the first word. */
static void write_wrapped(GString *out, const char *safe, int hang)
{
    g_autoptr(GPtrArray) lines = text_wrap(safe, TEXT_COLS - hang);

    for (guint i = 0; i < lines->len; i++) {
        if (i > 0)
            pad(out, hang);
        g_string_append_printf(out, "%s\n", (const char *)lines->pdata[i]);
    }
    if (lines->len == 0)
        g_string_append_c(out, '\n');
}

static void write_commands(GString *out, const char *safe, int hang)
{
    for (bool is_first = true; *safe != '\0'; is_first = false) {
        /* Length of the command up to a "; " that no quote protects. */
        bool quoted = false;
        size_t n;

        for (n = 0; safe[n] != '\0'; n++) {
            if (safe[n] == '\'')
                quoted = !quoted;
            if (!quoted && safe[n] == ';' && safe[n + 1] == ' ')
                break;
        }

        pad(out, is_first ? 0 : hang);
        g_string_append_printf(out, "%.*s\n", (int)n, safe);
        safe += n;
        safe += strspn(safe, "; ");
    }
}

static void write_paragraph(struct writer *writer, const struct node *node)
{
    const struct document_style *style = &node->style;
    g_autofree char *words = node_words(node);
    g_autofree char *safe = make_safe(writer, words);
    int hang = style->indent;

    if (*safe == '\0' && !style->is_bare)
        return;
    if (style->level > 0 || style->is_apart)
        g_string_append_c(writer->out, '\n');
    pad(writer->out, style->indent);
    if (style->has_mark)
        g_string_append_printf(writer->out, "%s ", mark_of(style->verdict, writer->unicode));
    if (style->label != NULL) {
        g_autofree char *label = g_strconcat(style->label, style->is_bare ? "" : ":", NULL);

        g_string_append_printf(writer->out, "%-*s", style->label_cols, label);
        hang += MAX(style->label_cols, (int)strlen(label));
    } else if (style->number > 0) {
        g_autofree char *number = g_strdup_printf("%d. ", style->number);

        g_string_append(writer->out, number);
        hang += (int)strlen(number);
    }
    if (style->is_commands)
        write_commands(writer->out, safe, hang);
    else if (style->level > 0 || style->is_whole)
        g_string_append_printf(writer->out, "%s\n", safe);
    else
        write_wrapped(writer->out, safe, hang);
}

/* --- evidence --- */

/* Of a verdict by its name. */
static const char *fact_mark(const char *verdict)
{
    static const char *const marks[] = {
        [TRIAGE_HEALTHY] = "", [TRIAGE_LOOK] = "!", [TRIAGE_BAD] = "x", [TRIAGE_UNKNOWN] = "?"};

    for (int i = 0; i <= TRIAGE_UNKNOWN; i++)
        if (strcmp(verdict, triage_verdict_name((enum triage_verdict)i)) == 0)
            return marks[i];
    return "";
}

/* cells: label, value, verdict, note. */
static void write_fact(struct writer *writer, const struct document_value *cells)
{
    g_autofree char *label = make_safe(writer, cells[0].text);
    g_autofree char *value = make_safe(writer, cells[1].text);

    g_string_append_printf(writer->out, "  %-2s", fact_mark(cells[2].text));
    int cols = text_fit(writer->out, label, LONG_LABEL_COLS, TEXT_ELIDE_MIDDLE, writer->unicode);

    if (cols > LABEL_COLS) {
        g_string_append_c(writer->out, '\n');
        pad(writer->out, 4);
        cols = 0;
    }
    int gap = MAX(LABEL_COLS - cols + 1 + VALUE_COLS - text_width(value), 1);

    pad(writer->out, gap);
    g_string_append(writer->out, value);
    int col = 4 + cols + gap + text_width(value);
    g_autofree char *safe = make_safe(writer, cells[3].text);

    if (*safe == '\0') {
        g_string_append_c(writer->out, '\n');
        return;
    }
    pad(writer->out, NOTE_COL - col);
    write_wrapped(writer->out, safe, NOTE_COL);
}

/* --- a table ---------------------------------------------------------------------------------
 * The text has but two kinds: evidence, and rows of an amount and what it is of. */

static void write_table(struct writer *writer, const struct node *node)
{
    for (size_t row = 0; row < node_n_rows(node); row++) {
        const struct document_value *cells = node_value(node, (guint)(row * node->table.n_columns));

        if (node->table.is_evidence) {
            write_fact(writer, cells);
        } else {
            g_autofree char *safe = make_safe(writer, cells[1].text);

            g_string_append_printf(writer->out, "  %8s  ", value_number(&cells[0]).text);
            write_wrapped(writer->out, safe, 12);
        }
    }
    if (node->left_out > 0)
        g_string_append_printf(writer->out, "            and %zu more\n", node->left_out);
}

char *document_text(const struct document *document, const struct redact *redact, bool unicode)
{
    struct writer writer = {g_string_new(NULL), redact, unicode};

    for (guint i = 0; i < document->nodes->len; i++) {
        const struct node *node = document->nodes->pdata[i];

        if ((node->forms & DOCUMENT_TEXT) == 0)
            continue;
        if (node->kind == NODE_PARAGRAPH)
            write_paragraph(&writer, node);
        else if (node->kind == NODE_TABLE)
            write_table(&writer, node);
    }
    return g_string_free(writer.out, FALSE);
}
