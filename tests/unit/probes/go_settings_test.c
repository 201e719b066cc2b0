/* What an environment tells Go's collector, as the runtime reads it. */

#include "probes/go_settings.h"

#include <glib.h>

static const struct {
    const char *variable;
    int64_t memory_limit, gc_percent;
} cases[] = {
    {"GOMEMLIMIT=150MiB", INT64_C(150) << 20, 100},
    {"GOMEMLIMIT=1024", 1024, 100},
    {"GOMEMLIMIT=7B", 7, 100},
    {"GOMEMLIMIT=2TiB", INT64_C(2) << 40, 100},
    {"GOMEMLIMIT=off", INT64_MAX, 100},
    {"GOMEMLIMIT=150MB", INT64_MAX, 100}, /* refused by the runtime: no process began with it */
    {"GOMEMLIMIT=", INT64_MAX, 100},
    {"GOMEMLIMIT=-1", INT64_MAX, 100},
    {"GOMEMLIMIT=9223372036854775807TiB", INT64_MAX, 100},
    {"GOGC=50", INT64_MAX, 50},
    {"GOGC=off", INT64_MAX, -1},
    {"GOGC=-7", INT64_MAX, -1},
    {"GOGC=", INT64_MAX, 100},
    {"GOGC=ten", INT64_MAX, 100},
    {"GOGCX=50", INT64_MAX, 100},
    {"GOMEMLIMIT", INT64_MAX, 100},
};

static void test_variables(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct go_settings settings = go_settings_default;

        g_test_message("%s", cases[i].variable);
        go_settings_take(&settings, cases[i].variable);
        g_assert_true(settings.known);
        g_assert_cmpint(settings.memory_limit, ==, cases[i].memory_limit);
        g_assert_cmpint(settings.gc_percent, ==, cases[i].gc_percent);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/go-settings/variables", test_variables);
    return g_test_run();
}
