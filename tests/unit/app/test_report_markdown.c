#include "app/report/markdown.h"
#include "app/report/report.h"
#include "app/report/report_chart.h"
#include "tests/unit/app/triage_fixture.h"
#include "widgets/text.h"

#include <math.h>
#include <string.h>

/* --- reading Markdown as GitHub does --- */

/* Cells of a table's row: a bar with a backslash before it, as pairs are read, ends none. */
static GPtrArray *cells_of(const char *line)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
    GString *cell = g_string_new(NULL);

    g_assert_cmpint(line[0], ==, '|');
    for (const char *p = line + 1; *p != '\0'; p++) {
        if (*p == '|') {
            g_ptr_array_add(cells, g_strdup(g_strstrip(cell->str)));
            g_string_truncate(cell, 0);
            continue;
        }
        if (*p == '\\' && g_ascii_ispunct(p[1]))
            g_string_append_c(cell, *p++);
        g_string_append_c(cell, *p);
    }
    g_assert_cmpuint(cell->len, ==, 0);
    g_string_free(cell, TRUE);
    return cells;
}

/* The text of one code span that is all of cell, or of <code>. */
static char *code_of(const char *cell)
{
    size_t fence = strspn(cell, "`"), n = strlen(cell);

    if (g_str_has_prefix(cell, "<code>")) {
        GString *text = g_string_new(NULL);

        g_assert_true(g_str_has_suffix(cell, "</code>"));
        for (const char *p = cell + strlen("<code>"); strcmp(p, "</code>") != 0; p++) {
            if (g_str_has_prefix(p, "&#")) {
                char *end;

                g_string_append_c(text, (char)g_ascii_strtoll(p + 2, &end, 10));
                g_assert_cmpint(*end, ==, ';');
                p = end;
            } else {
                g_assert_false(g_ascii_ispunct(*p));
                g_string_append_c(text, *p);
            }
        }
        return g_string_free(text, FALSE);
    }
    g_assert_cmpuint(fence, >, 0);
    g_assert_cmpuint(n, >, 2 * fence);
    char *text = g_strndup(cell + fence, n - 2 * fence);
    g_autofree char *ticks = g_strnfill(fence, '`');
    size_t m = strlen(text);

    /* no run of just as many ends it before */
    for (const char *p = text; (p = strstr(p, ticks)) != NULL;) {
        size_t run = strspn(p, "`");

        g_assert_cmpuint(run, !=, fence);
        p += run;
    }
    if (m > 2 && text[0] == ' ' && text[m - 1] == ' ') {
        memmove(text, text + 1, m);
        text[m - 2] = '\0';
    }
    return text;
}

static GString *ugly(GRand *rand)
{
    static const char *const parts[] = {
        "|",  "`",      "``",        "\\",           "\\|", "<b>",   "</code>", "&amp;",
        "\n", "\r",     "\x1b[31m",  "\xff",         " ",   "a",     "/x/",     "*",
        "_",  "[x](y)", "<!--",      "\xe2\x80\xae", "$",   "@root", "#1",      "~~",
        "\t", "é",      "http://h/", "www.x",        "1.",  "-",     "\\`",     "|\\"};
    GString *text = g_string_new("p");
    int n = g_rand_int_range(rand, 0, 12);

    for (int i = 0; i < n; i++)
        g_string_append(text, parts[g_rand_int_range(rand, 0, (gint32)G_N_ELEMENTS(parts))]);
    return text;
}

static void test_cells(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261127);

    for (int i = 0; i < 20000; i++) {
        g_autoptr(GString) text = ugly(rand);
        struct markdown md = {g_string_new(NULL), NULL, i % 2 == 0};
        g_autofree char *safe = text_safe(text->str, -1, md.unicode);

        g_string_append(md.out, "| ");
        markdown_cell_code(&md, text->str);
        g_string_append(md.out, " | ");
        markdown_cell_text(&md, text->str);
        g_string_append(md.out, " |");
        g_autoptr(GPtrArray) cells = cells_of(md.out->str);

        g_assert_cmpuint(cells->len, ==, 2);
        g_assert_null(strchr(md.out->str, '\n'));
        g_autofree char *code = code_of(cells->pdata[0]);

        g_assert_cmpstr(g_strchomp(code), ==, g_strchomp(safe));
        g_string_free(md.out, TRUE);
    }
}

/* Outside of code no character of a sentence is markup. */
static void test_sentences(void)
{
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"a_b*c <b> [x](y)", "a\\_b\\*c \\<b\\> \\[x\\](y)"},
        {"1. x - y", "1\\. x \\- y"},
        {"@root and http://h/", "`@root` and `http://h/`"},
        {"a`b", "a\\`b"},
        {"x\ny", "x\\\\ny"}, /* its visible form */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct markdown md = {g_string_new(NULL), NULL, true};

        markdown_text(&md, cases[i].from);
        g_assert_cmpstr(md.out->str, ==, cases[i].to);
        g_string_free(md.out, TRUE);
    }
}

/* --- the report --- */

static void add_point(GArray *points, double t_s, double value)
{
    struct history_point point = {(gint64)(t_s * G_USEC_PER_SEC), value, value, value};

    g_array_append_val(points, point);
}

static GArray *some_series(void)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct report_series));
    struct report_series rss = {METRIC_RSS,
                                g_array_new(FALSE, FALSE, sizeof(struct history_point))};

    for (int i = 0; i < 600; i++)
        add_point(rss.points, i, i == 300 ? (double)NAN : 1e6 * i);
    g_array_append_val(all, rss);
    return all;
}

static void series_free(GArray *all)
{
    for (guint i = 0; i < all->len; i++)
        g_array_unref(g_array_index(all, struct report_series, i).points);
    g_array_unref(all);
}

static struct triage_report report_of(const struct triage_fixture *f,
                                      const struct triage_result *result)
{
    return (struct triage_report){.input = &f->input,
                                  .result = result,
                                  .system = "Linux 6.8.0 x86_64",
                                  .host = "heart-of-gold",
                                  .backend = "procfs"};
}

static const char ugly_path[] = "/home/zaphod/a|b`c\\|<img src=x>\x1b]0;x\x07\n| # x/zaphod.jsonl";

static void make_ill(struct triage_fixture *f)
{
    fixture_healthy(f);
    f->target.cmdline = (char *)"sidecar --home /home/zaphod | `id`";
    fixture_add_group(f, ugly_path, FD_REG, 900, 700);
    fixture_add_bucket(f, "github.com/zaphod/x.(*T).run|`<b>", 300, GOROUTINE_CHAN_RECEIVE, 9);
}

/* Outside of code spans a line has no HTML but ours. */
static void check_no_html(const char *line)
{
    for (const char *p = line; *p != '\0'; p++) {
        size_t ticks = strspn(p, "`");

        if (*p == '\\' && g_ascii_ispunct(p[1])) {
            p++;
        } else if (ticks > 0) {
            g_autofree char *fence = g_strnfill(ticks, '`');
            const char *end = p + ticks;

            while ((end = strstr(end, fence)) != NULL && strspn(end, "`") != ticks)
                end += strspn(end, "`");
            g_assert_nonnull(end);
            p = end + ticks - 1;
        } else if (*p == '<') {
            g_assert_true(g_str_has_prefix(p, "<code>") || g_str_has_prefix(p, "</code>"));
        }
    }
}

/* Lines within a table have one number of cells; lines in a block are not looked into. */
static void check_structure(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint cells = 0;
    char *fence = NULL;

    for (size_t i = 0; lines[i] != NULL; i++) {
        size_t ticks = strspn(lines[i], "`");

        if (fence != NULL) {
            if (strcmp(lines[i], fence) == 0)
                g_clear_pointer(&fence, g_free);
            continue;
        }
        if (ticks >= 3 && strcmp(lines[i] + ticks, "text") == 0) {
            fence = g_strnfill(ticks, '`');
            continue;
        }
        check_no_html(lines[i]);
        if (lines[i][0] != '|') {
            cells = 0;
            continue;
        }
        g_autoptr(GPtrArray) row = cells_of(lines[i]);

        if (cells == 0)
            cells = row->len;
        g_assert_cmpuint(row->len, ==, cells);
    }
    g_assert_null(fence);
}

static void test_report(void)
{
    static const char *const parts[] = {"## Target",      "## The walk",   "### 2. FDs: bad",
                                        "## Over time",   "## Open files", "## Goroutines",
                                        "## By hand",     "heart-of-gold", "x.(\\*T).run",
                                        "| 900 | +700 |", "RSS, now 571"};
    struct triage_fixture f;
    GArray *series = some_series();

    make_ill(&f);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    struct triage_report report = report_of(&f, result);

    report.series = series;
    for (int unicode = 0; unicode < 2; unicode++) {
        g_autofree char *text = triage_report_markdown(&report, unicode != 0);

        for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
            if (strstr(text, parts[i]) == NULL && strcmp(parts[i], "x.(\\*T).run") != 0)
                g_error("no \"%s\" in: %s", parts[i], text);
        check_structure(text);
        for (const char *p = text; *p != '\0'; p++)
            g_assert_true(*p == '\n' || ((guchar)*p >= 0x20 && (unicode || (guchar)*p < 0x7f)));
    }
    series_free(series);
}

static void test_redacted(void)
{
    struct triage_fixture f;
    g_autoptr(redact_auto) redact = redact_new();

    make_ill(&f);
    redact_add_home(redact, "/home/zaphod");
    redact_add_user(redact, "zaphod");
    redact_add_host(redact, "heart-of-gold");
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    struct triage_report report = report_of(&f, result);
    g_autofree char *plain = triage_report_markdown(&report, true);

    g_assert_nonnull(strstr(plain, "zaphod"));
    report.redact = redact;
    g_autofree char *markdown = triage_report_markdown(&report, true);
    g_autofree char *text = triage_report_text(&report, true);
    g_autofree char *json = triage_report_json(&report);
    const char *const all[] = {markdown, text, json};

    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        g_assert_null(strstr(all[i], "zaphod"));
        g_assert_null(strstr(all[i], "heart-of-gold"));
        g_assert_nonnull(strstr(all[i], "~/a"));
    }
}

/* --- charts --- */

static void test_chart(void)
{
    struct report_series rss = {METRIC_GOROUTINES,
                                g_array_new(FALSE, FALSE, sizeof(struct history_point))};
    g_autoptr(GString) chart = g_string_new(NULL);

    g_assert_false(report_chart(chart, &rss, false));
    add_point(rss.points, 0, 10);
    g_assert_false(report_chart(chart, &rss, false));
    for (int i = 1; i < 60; i++)
        add_point(rss.points, i, 10);
    for (int i = 120; i < 180; i++)
        add_point(rss.points, i, 100);
    g_assert_true(report_chart(chart, &rss, false));
    g_auto(GStrv) lines = g_strsplit(chart->str, "\n", -1);

    g_assert_cmpstr(lines[0], ==, "goroutines, now 100");
    /* flat, then nothing for a third of the time, then high: blank, blank, full */
    g_assert_cmpstr(lines[1], ==,
                    "      100 |                                        ####################");
    g_assert_cmpstr(lines[6], ==,
                    "        0 |::::::::::::::::::::                    ####################");
    g_assert_nonnull(strstr(lines[8], "now"));
    g_array_unref(rss.points);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/markdown/cells", test_cells);
    g_test_add_func("/markdown/sentences", test_sentences);
    g_test_add_func("/markdown/report", test_report);
    g_test_add_func("/markdown/redacted", test_redacted);
    g_test_add_func("/markdown/chart", test_chart);
    return g_test_run();
}
