#include "app/report/report_parts.h"

#include <math.h>

enum { SHORT_ROWS = 10, SHORT_WATCH_ROWS = 12 };

/* --- since the mark --- */

/* How a list is called, in the long forms and in the text ("" there: it is not in it). */
static const struct {
    const char *noun, *head;
    bool is_bytes;
} lists[SINCE_N_LISTS] = {
    [SINCE_PATHS] = {"descriptors", "descriptors opened since and still open", false},
    [SINCE_TEMPLATES] = {"descriptors by template", "", false},
    [SINCE_GOROUTINES] = {"goroutines", "goroutines started since and still there", false},
    [SINCE_FUNCTIONS] = {"bytes of the heap", "bytes of the heap more than then", true},
    [SINCE_REGIONS] = {"mappings", "mappings more than then", false},
};

static void add_numbers(struct document *d, const struct triage_since *since)
{
    static const struct document_column columns[] = {{NULL, "number", DOCUMENT_PLAIN, false},
                                                     {NULL, "then", DOCUMENT_PLAIN, true},
                                                     {NULL, "now", DOCUMENT_PLAIN, true},
                                                     {NULL, "growth", DOCUMENT_PLAIN, true}};

    document_for(d, DOCUMENT_JSON);
    document_open(d, "numbers");
    for (int i = 0; i < METRIC_N_COMPARED; i++) {
        document_open(d, metric_info((enum metric)i)->words);
        document_member(d, "then", DOCUMENT_OF_INT(DOCUMENT_COUNT, since->numbers[i].before));
        document_member(d, "now", DOCUMENT_OF_INT(DOCUMENT_COUNT, since->numbers[i].after));
        document_close(d);
    }
    document_close(d);
    document_for(d, DOCUMENT_MARKDOWN);
    document_table(d, &(struct document_table){.columns = columns,
                                               .n_columns = G_N_ELEMENTS(columns),
                                               .may_be_empty = true});
    for (int i = 0; i < METRIC_N_COMPARED; i++) {
        struct compare_pair pair = since->numbers[i];
        int64_t growth = compare_growth(pair);
        bool is_bytes = metric_is_bytes((enum metric)i);
        struct number_text then = is_bytes ? number_bytes(pair.before) : number_count(pair.before);
        struct number_text now = is_bytes ? number_bytes(pair.after) : number_count(pair.after);
        struct number_text by =
            is_bytes ? number_bytes_signed(growth) : number_count_signed(growth);

        if (growth != SAMPLE_UNKNOWN)
            document_row(d, (const struct document_value[]){
                                DOCUMENT_OF_TEXT(0, metric_info((enum metric)i)->words),
                                DOCUMENT_OF_TEXT(0, then.text), DOCUMENT_OF_TEXT(0, now.text),
                                DOCUMENT_OF_TEXT(0, by.text)});
    }
}

static void add_rows(struct document *d, const struct triage_report *report, enum since_list list)
{
    static const struct document_column counts[] = {
        {"born", "born", DOCUMENT_COUNT, true},
        {"now", "now", DOCUMENT_COUNT, true},
        {"oldest_seen_s", "oldest seen", DOCUMENT_SECONDS, true},
        {"text", "what", DOCUMENT_CODE, false}};
    static const struct document_column bytes[] = {
        {"born", "born", DOCUMENT_BYTES, true},
        {"now", "now", DOCUMENT_BYTES, true},
        {"oldest_seen_s", "oldest seen", DOCUMENT_SECONDS, true},
        {"text", "what", DOCUMENT_CODE, false}};
    const GArray *rows = report->since->lists[list];
    guint shown = MIN(rows->len, (guint)REPORT_MAX_ROWS);
    g_autofree char *intro = g_strdup_printf("Born since, and still there: %s", lists[list].noun);

    document_table(d, &(struct document_table){.key = since_list_name(list),
                                               .columns = lists[list].is_bytes ? bytes : counts,
                                               .n_columns = G_N_ELEMENTS(counts),
                                               .intro = intro,
                                               .noun = "rows"});
    for (guint i = 0; i < shown; i++) {
        const struct since_row *row = &g_array_index(rows, struct since_row, i);

        document_row(d, (const struct document_value[]){
                            DOCUMENT_OF_INT(0, row->born), DOCUMENT_OF_INT(0, row->now),
                            DOCUMENT_OF_DOUBLE(0, report_age_s(report, row->oldest_us)),
                            DOCUMENT_OF_TEXT(0, row->text)});
    }
    document_left_out(d, rows->len - shown);
}

void report_add_since(struct document *d, const struct triage_report *report)
{
    const struct triage_since *since = report->since;

    document_for(d, DOCUMENT_FULL);
    if (since == NULL) {
        document_null(d, "since_mark");
        return;
    }
    document_words(d, &(struct document_style){.level = 2}, DOCUMENT_PLAIN, "Since the mark");
    document_open(d, "since_mark");
    document_for(d, DOCUMENT_JSON);
    document_member(d, "mark_unix_s",
                    DOCUMENT_OF_INT(DOCUMENT_COUNT, since->mark_real_us / G_USEC_PER_SEC));
    document_member(d, "age_s", DOCUMENT_OF_DOUBLE(DOCUMENT_NUMBER, since->age_s));
    document_open(d, "born_total");
    for (int i = 0; i < SINCE_N_LISTS; i++)
        document_member(d, since_list_name((enum since_list)i),
                        DOCUMENT_OF_INT(DOCUMENT_COUNT, since->has_list[i] ? since->born_total[i]
                                                                           : SAMPLE_UNKNOWN));
    document_close(d);
    document_for(d, DOCUMENT_MARKDOWN);
    document_paragraph(d, &(struct document_style){0});
    if (!isnan(since->age_s))
        document_sayf(d, DOCUMENT_PLAIN, "The mark was set %s before.",
                      number_duration(since->age_s).text);
    add_numbers(d, since);
    document_for(d, DOCUMENT_FULL);
    for (int i = 0; i < SINCE_N_LISTS; i++)
        add_rows(d, report, (enum since_list)i);
    document_close(d);
}

void report_add_short_since(struct document *d, const struct triage_report *report)
{
    const struct triage_since *since = report->since;

    if (since == NULL)
        return;
    document_for(d, DOCUMENT_TEXT);
    document_paragraph(d, &(struct document_style){.level = 2});
    document_say(d, DOCUMENT_PLAIN, "Since the mark");
    if (!isnan(since->age_s))
        document_sayf(d, DOCUMENT_PLAIN, ", set %s before", number_duration(since->age_s).text);
    for (int i = 0; i < SINCE_N_LISTS; i++)
        if (*lists[i].head != '\0' && since->has_list[i]) {
            enum since_list list = (enum since_list)i;
            static const struct document_column counts[] = {{NULL, "born", DOCUMENT_COUNT, true},
                                                            {NULL, "what", DOCUMENT_CODE, false}};
            static const struct document_column bytes[] = {{NULL, "born", DOCUMENT_BYTES, true},
                                                           {NULL, "what", DOCUMENT_CODE, false}};
            const GArray *rows = since->lists[list];
            guint shown = MIN(rows->len, (guint)SHORT_ROWS);

            document_paragraph(d, &(struct document_style){.indent = 2, .is_whole = true});
            document_sayf(d, DOCUMENT_PLAIN, "%s: %s", lists[list].head,
                          (lists[list].is_bytes ? number_bytes(since->born_total[list])
                                                : number_count(since->born_total[list]))
                              .text);
            document_table(
                d, &(struct document_table){.columns = lists[list].is_bytes ? bytes : counts,
                                            .n_columns = G_N_ELEMENTS(counts)});
            for (guint j = 0; j < shown; j++) {
                const struct since_row *row = &g_array_index(rows, struct since_row, j);

                document_row(d, (const struct document_value[]){DOCUMENT_OF_INT(0, row->born),
                                                                DOCUMENT_OF_TEXT(0, row->text)});
            }
            document_left_out(d, rows->len - shown);
        }
}

/* --- a long watch --- */

static void add_span(struct document *d, const struct watch *watch)
{
    g_autofree char *from = watch_time(watch->from_real_us), *to = watch_time(watch->to_real_us);
    double seconds = (double)(watch->to_real_us - watch->from_real_us) / G_USEC_PER_SEC;

    document_sayf(d, DOCUMENT_PLAIN, "Watched from %s to %s (%s)", from, to,
                  number_duration(seconds).text);
    if (watch->gap_s >= 1)
        document_sayf(d, DOCUMENT_PLAIN, ", %s of it without data",
                      number_duration(watch->gap_s).text);
}

/* All rows: JSON is for programs. */
static void add_watch_members(struct document *d, const struct watch *watch)
{
    static const struct document_column columns[] = {{"at_unix_s", NULL, DOCUMENT_NUMBER, false},
                                                     {"kind", NULL, DOCUMENT_WORDS, false},
                                                     {"text", NULL, DOCUMENT_WORDS, false}};

    document_for(d, DOCUMENT_JSON);
    document_open(d, "watch");
    document_member(
        d, "from_unix_s",
        DOCUMENT_OF_DOUBLE(DOCUMENT_NUMBER, (double)watch->from_real_us / G_USEC_PER_SEC));
    document_member(
        d, "to_unix_s",
        DOCUMENT_OF_DOUBLE(DOCUMENT_NUMBER, (double)watch->to_real_us / G_USEC_PER_SEC));
    document_member(d, "without_data_s", DOCUMENT_OF_DOUBLE(DOCUMENT_NUMBER, watch->gap_s));
    document_member(d, "ending", DOCUMENT_OF_TEXT(DOCUMENT_WORDS, watch->ending));
    document_member(d, "recording", DOCUMENT_OF_TEXT(DOCUMENT_WORDS, watch->recording));
    document_table(d, &(struct document_table){
                          .key = "rows", .columns = columns, .n_columns = G_N_ELEMENTS(columns)});
    for (guint i = 0; i < watch->rows->len; i++) {
        const struct watch_row *row = &g_array_index(watch->rows, struct watch_row, i);

        document_row(d, (const struct document_value[]){
                            DOCUMENT_OF_DOUBLE(0, (double)row->real_us / G_USEC_PER_SEC),
                            DOCUMENT_OF_TEXT(0, row->kind), DOCUMENT_OF_TEXT(0, row->text)});
    }
    document_close(d);
}

/* Of a long list the beginning says how it came, the end how it went out. */
static void add_watch_rows(struct document *d, const GArray *rows)
{
    static const struct document_column columns[] = {{NULL, "when", DOCUMENT_PLAIN, false},
                                                     {NULL, "what", DOCUMENT_WORDS, false},
                                                     {NULL, "", DOCUMENT_WORDS, false}};
    guint left_out = rows->len > WATCH_MAX_ROWS ? rows->len - WATCH_MAX_ROWS : 0;

    document_table(
        d, &(struct document_table){.columns = columns, .n_columns = G_N_ELEMENTS(columns)});
    for (guint i = 0; i < rows->len; i++) {
        if (left_out > 0 && i == WATCH_MAX_ROWS / 2) {
            g_autofree char *more = g_strdup_printf("%u more are in the recording", left_out);

            document_row(d, (const struct document_value[]){DOCUMENT_OF_TEXT(0, "…"),
                                                            DOCUMENT_OF_TEXT(0, ""),
                                                            DOCUMENT_OF_TEXT(0, more)});
            i += left_out;
        }
        const struct watch_row *row = &g_array_index(rows, struct watch_row, i);
        g_autofree char *when = watch_time(row->real_us);

        document_row(d, (const struct document_value[]){DOCUMENT_OF_TEXT(0, when),
                                                        DOCUMENT_OF_TEXT(0, row->kind),
                                                        DOCUMENT_OF_TEXT(0, row->text)});
    }
}

void report_add_watch(struct document *d, const struct triage_report *report, unsigned forms)
{
    const struct document_style paragraph = {0};
    const struct watch *watch = report->watch;

    if (watch == NULL)
        return;
    if (forms == DOCUMENT_TEXT) {
        guint n = watch->rows->len, first = n > SHORT_WATCH_ROWS ? n - SHORT_WATCH_ROWS : 0;

        document_for(d, DOCUMENT_TEXT);
        document_paragraph(d, &(struct document_style){.level = 2});
        add_span(d, watch);
        document_words(d, &(struct document_style){.indent = 2}, DOCUMENT_WORDS, watch->ending);
        for (guint i = first; i < n; i++) {
            const struct watch_row *row = &g_array_index(watch->rows, struct watch_row, i);
            g_autofree char *when = watch_time(row->real_us);
            g_autofree char *label = g_strconcat(when, "  ", NULL);

            document_words(d,
                           &(struct document_style){.indent = 2, .label = label, .is_bare = true},
                           DOCUMENT_WORDS, row->text);
        }
        document_paragraph(d, &(struct document_style){.indent = 2});
        if (first > 0)
            document_sayf(d, DOCUMENT_PLAIN, "and %u earlier", first);
        return;
    }
    document_narrow(d, forms);
    add_watch_members(d, watch);
    document_for(d, DOCUMENT_MARKDOWN);
    document_words(d, &(struct document_style){.level = 2}, DOCUMENT_PLAIN, "While it was watched");
    document_paragraph(d, &paragraph);
    add_span(d, watch);
    document_say(d, DOCUMENT_PLAIN, ". ");
    document_say(d, DOCUMENT_WORDS, watch->ending);
    add_watch_rows(d, watch->rows);
    document_paragraph(d, &paragraph);
    if (*watch->recording != '\0') {
        document_say(d, DOCUMENT_PLAIN, "The recording has every moment of it: ");
        document_say(d, DOCUMENT_WORDS, watch->recording);
        document_say(d, DOCUMENT_PLAIN, " (open it with `sidescope FILE`).");
    }
    document_narrow(d, DOCUMENT_ALL);
}
