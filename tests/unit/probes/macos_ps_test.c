/* What Darwin's ps and procps print, recorded and real. */

#include "probes/macos/ps.h"

#include "probes/samples.h"
#include "tests/unit/probes/recordings.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static const char numbers_darwin[] =
    "  PID  PPID   UID STAT STARTED                       ELAPSED      TIME  %CPU    RSS      VSZ\n"
    "  401     1   501 S    Wed Nov 25 12:37:52 2026    01:02:03   4:02.91   1.5  15048 41932195\n"
    "90210   401   501 Z+   Fri  1 Jan 00:00:01 2027       00:07   0:00.00   0.0      0        0\n";
static const char numbers_procps[] = "    PID    PPID   UID STAT                  STARTED     "
                                     "ELAPSED     TIME %CPU   RSS    VSZ NLWP\n"
                                     "  15865   15860     0 Sl   Wed Nov 25 12:37:52 2026  "
                                     "2-03:04:05 00:01:02 12.5 14904  19540   11\n";

static void keep_row(const struct ps_row *row, void *user)
{
    GArray *rows = user;

    g_array_append_vals(rows, row, 1);
}

static GArray *parse(const char *text)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct ps_row));

    g_assert_cmpuint(ps_parse(text, strlen(text), keep_row, rows), ==, rows->len);
    return rows;
}

static void test_numbers_darwin(void)
{
    g_autoptr(GArray) rows = parse(numbers_darwin);
    const struct ps_row *row = &g_array_index(rows, struct ps_row, 0);

    g_assert_cmpuint(rows->len, ==, 2);
    g_assert_cmpint(row->pid, ==, 401);
    g_assert_cmpint(row->parent, ==, 1);
    g_assert_cmpuint(row->uid, ==, 501);
    g_assert_cmpint(row->state, ==, 'S');
    g_assert_cmpint(row->start_s, ==, 1795610272); /* date -u -d '2026-11-25 12:37:52' +%s */
    g_assert_cmpint(row->elapsed_s, ==, 3723);
    g_assert_cmpint(row->cpu_us, ==, INT64_C(242910000));
    g_assert_true(row->cpu_is_fine);
    g_assert_cmpfloat(row->cpu_percent, ==, 1.5);
    g_assert_cmpint(row->rss_bytes, ==, INT64_C(15048) * 1024);
    g_assert_cmpint(row->vsz_bytes, ==, INT64_C(41932195) * 1024);
    g_assert_cmpint(row->threads, ==, SAMPLE_UNKNOWN);
    row++;
    g_assert_cmpint(row->state, ==, 'Z');
    g_assert_cmpint(row->start_s, ==, 1798761601); /* some write the day before the month */
    g_assert_cmpint(row->elapsed_s, ==, 7);
}

static void test_numbers_procps(void)
{
    g_autoptr(GArray) rows = parse(numbers_procps);
    const struct ps_row *row = &g_array_index(rows, struct ps_row, 0);

    g_assert_cmpuint(rows->len, ==, 1);
    g_assert_cmpint(row->threads, ==, 11);
    g_assert_cmpint(row->elapsed_s, ==, (2 * 24 + 3) * 3600 + 4 * 60 + 5);
    g_assert_cmpint(row->cpu_us, ==, INT64_C(62) * G_USEC_PER_SEC);
    g_assert_false(row->cpu_is_fine);
    g_assert_cmpfloat(row->cpu_percent, ==, 12.5);
}

static void test_recorded_columns(void)
{
    g_autofree char *text = recording_read("ps-macos/05-o.txt");
    if (!text)
        return;
    g_autoptr(GArray) rows = parse(text);
    const struct ps_row *row = &g_array_index(rows, struct ps_row, 0);

    g_assert_cmpuint(rows->len, ==, 1);
    g_assert_cmpint(row->pid, ==, 62913);
    g_assert_cmpint(row->rss_bytes, ==, INT64_C(1504912) * 1024);
    g_assert_cmpint(row->cpu_us, ==, INT64_C(242910000));
    g_assert_true(g_str_has_prefix(row->text, "/Applications/CLion.app/Contents/MacOS/clion"));
    g_assert_cmpint(row->start_s, ==, SAMPLE_UNKNOWN);
    g_assert_true(isnan(row->cpu_percent));
}

/* No table in it: nothing is read out of a complaint. */
static void test_recorded_error(void)
{
    g_autofree char *text = recording_read("ps-macos/04-nlwp-stderr.txt");
    if (!text)
        return;
    g_autoptr(GArray) rows = parse(text);

    g_assert_cmpuint(rows->len, ==, 0);
}

static void test_recorded_threads(void)
{
    static const struct {
        const char *name;
        pid_t pid;
        int64_t threads;
    } cases[] = {
        {"ps-macos/01-M.txt", 7754, 7},      {"ps-macos/02-AM.txt", 1, 3},
        {"ps-macos/02-AM.txt", 428, 4},      {"ps-macos/02-AM.txt", 42, 0},
        {"ps-macos/03-M-o-pid.txt", 550, 3}, {"ps-macos/03-M-o-pid.txt", 7429, 1},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = recording_read(cases[i].name);

        if (text)
            g_assert_cmpint(ps_count_threads(text, strlen(text), cases[i].pid), ==,
                            cases[i].threads);
    }
}

static void test_own_threads(void)
{
    static const char text[] =
        "USER    PID   TT   %CPU STAT PRI     STIME     UTIME COMMAND\n"
        "me      401 s002   98.3 R    31T   0:00.20   0:20.09 sidecar --flag 401\n"
        "        401         0.0 S    31T   0:00.00   0:00.00\n"
        "        402         0.0 S    31T   0:00.00   0:00.00\n";

    g_assert_cmpint(ps_count_threads(text, strlen(text), 401), ==, 2);
    g_assert_cmpint(ps_count_threads(text, strlen(text), 402), ==, 1);
}

static void test_times(void)
{
    static const struct {
        const char *text;
        int64_t us; /* -1: not a time */
        bool fine;
    } cases[] = {
        {"0:00.00", 0, true},
        {"2230:54.68", INT64_C(133854680000), true},
        {"4:02,91", INT64_C(242910000), true},
        {"00:07", INT64_C(7000000), false},
        {"01:02:03", INT64_C(3723000000), false},
        {"10-00:00:01", INT64_C(864001000000), false},
        {"", -1, false},
        {"-", -1, false},
        {":", -1, false},
        {"12", -1, false},
        {"1:2:3:4", -1, false},
        {"1-2-3:04", -1, false},
        {"1:00.x", -1, false},
        {"99999999999999999999:00", -1, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t us = 0;
        bool fine = false;
        bool ok = ps_parse_time(cases[i].text, strlen(cases[i].text), &us, &fine);

        g_assert_cmpint(ok ? us : -1, ==, cases[i].us);
        if (ok)
            g_assert_cmpint(fine, ==, cases[i].fine);
    }
}

static void test_broken_rows(void)
{
    g_autoptr(GArray) rows = parse("  PID RSS COMMAND\n"
                                   "x 1 y\n"
                                   "\n"
                                   "7\n"
                                   "99999999999999999999 1 y\n"
                                   "8 99999999999999999999999999 a  b \n");
    const struct ps_row *row = &g_array_index(rows, struct ps_row, 0);

    g_assert_cmpuint(rows->len, ==, 1);
    g_assert_cmpint(row->pid, ==, 8);
    g_assert_cmpint(row->rss_bytes, ==, SAMPLE_UNKNOWN);
    g_autofree char *rest = g_strndup(row->text, row->text_n);

    g_assert_cmpstr(rest, ==, "a  b ");
}

/* Nothing is read behind the end of the text, which no NUL marks. */
static void test_unterminated(void)
{
    static const char text[] = "  PID  %CPU\n    7   1.5";
    size_t n = sizeof text - 1;
    g_autofree char *exact = g_memdup2(text, n);
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(struct ps_row));

    g_assert_cmpuint(ps_parse(exact, n, keep_row, rows), ==, 1);
    g_assert_cmpfloat(g_array_index(rows, struct ps_row, 0).cpu_percent, ==, 1.5);
}

static void test_environment(void)
{
    static const char text[] = "sidecar X=1 SIDECAR_PPROF=7 A=b SIDECAR_PPROF=6061 Z=y LAST=1";
    static const char end[] = "sidecar SIDECAR_PPROF=";
    g_autofree char *value =
        ps_environment_value(text, strlen(text), "sidecar X=1 SIDECAR_PPROF=7", "SIDECAR_PPROF");
    g_autofree char *empty = ps_environment_value(end, strlen(end), "sidecar", "SIDECAR_PPROF");

    g_assert_cmpstr(value, ==, "6061"); /* not the argument that looks like one */
    g_assert_cmpstr(empty, ==, "");
    g_assert_null(ps_environment_value(text, strlen(text), "sidecar X=1", "PPROF"));
    g_assert_null(ps_environment_value(text, strlen(text), "renamed", "SIDECAR_PPROF"));
}

static bool has_word(const GPtrArray *argv, const char *word)
{
    for (guint i = 0; i + 1 < argv->len; i++)
        if (strcmp(argv->pdata[i], word) == 0)
            return true;
    return false;
}

/* Darwin prints no table column for nlwp, procps no table at all for what it does not know. */
static void test_arguments(void)
{
    g_autoptr(GPtrArray) darwin = ps_arguments(PS_DARWIN, PS_NUMBERS, "1");
    g_autoptr(GPtrArray) procps = ps_arguments(PS_PROCPS, PS_NUMBERS, NULL);
    g_autoptr(GPtrArray) threads = ps_arguments(PS_DARWIN, PS_THREADS, "1");

    g_assert_false(has_word(darwin, "nlwp"));
    g_assert_true(has_word(procps, "nlwp"));
    g_assert_true(has_word(procps, "-A"));
    g_assert_false(has_word(darwin, "-A"));
    g_assert_true(has_word(threads, "-M"));
    g_assert_null(darwin->pdata[darwin->len - 1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/macos/ps/numbers-darwin", test_numbers_darwin);
    g_test_add_func("/macos/ps/numbers-procps", test_numbers_procps);
    g_test_add_func("/macos/ps/recorded-columns", test_recorded_columns);
    g_test_add_func("/macos/ps/recorded-error", test_recorded_error);
    g_test_add_func("/macos/ps/recorded-threads", test_recorded_threads);
    g_test_add_func("/macos/ps/own-threads", test_own_threads);
    g_test_add_func("/macos/ps/times", test_times);
    g_test_add_func("/macos/ps/broken-rows", test_broken_rows);
    g_test_add_func("/macos/ps/unterminated", test_unterminated);
    g_test_add_func("/macos/ps/environment", test_environment);
    g_test_add_func("/macos/ps/arguments", test_arguments);
    return g_test_run();
}
