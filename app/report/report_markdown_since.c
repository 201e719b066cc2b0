#include "app/report/report_markdown.h"

#include "app/triage/numbers.h"

#include <math.h>

static void write_number(struct markdown *md, const struct triage_since *since, enum metric number)
{
    struct compare_pair pair = since->numbers[number];
    int64_t growth = compare_growth(pair);
    bool is_bytes = metric_is_bytes(number);

    if (growth == SAMPLE_UNKNOWN)
        return;
    g_string_append_printf(md->out, "| %s | %s | %s | %s |\n", metric_info(number)->words,
                           (is_bytes ? number_bytes(pair.before) : number_count(pair.before)).text,
                           (is_bytes ? number_bytes(pair.after) : number_count(pair.after)).text,
                           is_bytes ? number_bytes_signed(growth).text
                                    : report_signed_count(growth).text);
}

static void write_born(struct markdown *md, const struct triage_report *report,
                       enum since_list list)
{
    static const char *const nouns[SINCE_N_LISTS] = {[SINCE_PATHS] = "descriptors",
                                                     [SINCE_TEMPLATES] = "descriptors by template",
                                                     [SINCE_GOROUTINES] = "goroutines",
                                                     [SINCE_FUNCTIONS] = "bytes of the heap",
                                                     [SINCE_REGIONS] = "mappings"};
    static const char *const titles[] = {"born", "now", "oldest seen", "what", NULL};
    const GArray *rows = report->since->lists[list];
    bool is_bytes = list == SINCE_FUNCTIONS;

    if (rows->len == 0)
        return;
    g_string_append_printf(md->out, "\nBorn since, and still there: %s\n\n", nouns[list]);
    markdown_table(md, titles, "rrrl");
    for (guint i = 0; i < MIN(rows->len, (guint)REPORT_MAX_ROWS); i++) {
        const struct since_row *r = &g_array_index(rows, struct since_row, i);

        g_string_append_printf(md->out, "| %s | %s | %s | ",
                               (is_bytes ? number_bytes(r->born) : number_count(r->born)).text,
                               (is_bytes ? number_bytes(r->now) : number_count(r->now)).text,
                               report_age(report, r->oldest_us).text);
        markdown_cell_code(md, r->text);
        g_string_append(md->out, " |\n");
    }
    report_markdown_left_out(md, rows->len, REPORT_MAX_ROWS, "rows");
}

void report_markdown_since(struct markdown *md, const struct triage_report *report)
{
    static const char *const titles[] = {"number", "then", "now", "growth", NULL};
    const struct triage_since *since = report->since;

    if (since == NULL)
        return;
    markdown_heading(md, "Since the mark");
    if (!isnan(since->age_s))
        g_string_append_printf(md->out, "The mark was set %s before.\n\n",
                               number_duration(since->age_s).text);
    markdown_table(md, titles, "lrrr");
    for (int i = 0; i < METRIC_N_COMPARED; i++)
        write_number(md, since, (enum metric)i);
    for (int i = 0; i < SINCE_N_LISTS; i++)
        write_born(md, report, (enum since_list)i);
}
