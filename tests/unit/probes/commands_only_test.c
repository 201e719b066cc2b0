/* The probes as a system without procfs builds them: complete, and not quietly something else. */

#include "probes/find.h"
#include "probes/target.h"
#include "tests/unit/probes/take.h"

#include <string.h>
#include <unistd.h>

static void test_choice(void)
{
    static const struct platform_options by_procfs = {.backend = PLATFORM_PROCFS};
    enum platform_backend_id id = PLATFORM_AUTO;

    g_assert_cmpstr(platform_backend_name(NULL), ==, "commands");
    g_assert_cmpstr(platform_backend_name(&by_procfs), ==, "commands");
    g_assert_false(platform_backend_parse("procfs", &id));
    g_assert_true(platform_backend_parse("commands", &id));
    g_assert_cmpint(id, ==, PLATFORM_COMMANDS);
}

static void test_ourselves(void)
{
    g_autoptr(GError) error = NULL;
    struct platform *platform = platform_open(NULL, getpid(), NULL, &error);

    g_assert_no_error(error);
    struct process_sample *sample = take_process(platform);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->rss_bytes, >, 0);
    g_assert_cmpint(sample->footprint_bytes, ==, SAMPLE_UNKNOWN);
    sample_unref(sample);
    platform_close(platform);
}

static void test_find(void)
{
    struct target_query query = {.kind = TARGET_QUERY_PID, .pid = getppid()};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) results = find_targets(NULL, &query, false, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(results->len, ==, 1);
    const struct find_result *result = results->pdata[0];

    g_assert_cmpint(result->process->id.pid, ==, getppid());
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/commands/only/choice", test_choice);
    g_test_add_func("/commands/only/ourselves", test_ourselves);
    g_test_add_func("/commands/only/find", test_find);
    return g_test_run();
}
