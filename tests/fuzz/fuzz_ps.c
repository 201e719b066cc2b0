#include "fuzz.h"

#include "probes/macos/ps.h"
#include "probes/samples.h"

#include <string.h>

static void check(const struct ps_row *row, void *user)
{
    (void)user;
    g_assert_true(row->pid > 0);
    g_assert_true(row->rss_bytes >= 0 || row->rss_bytes == SAMPLE_UNKNOWN);
    g_assert_true(row->cpu_us >= 0 || row->cpu_us == SAMPLE_UNKNOWN);
    g_assert_true(row->elapsed_s >= 0 || row->elapsed_s == SAMPLE_UNKNOWN);
    g_assert_true(row->text_n == 0 || memchr(row->text, '\n', row->text_n) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *text = (const char *)data;

    ps_parse(text, n, check, NULL);
    g_assert_true(ps_count_threads(text, n, 1) >= 0);
    g_free(ps_environment_value(text, n, "", "SIDECAR_PPROF"));
    return 0;
}
