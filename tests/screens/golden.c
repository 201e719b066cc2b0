#include "tests/screens/golden.h"

#include <glib.h>
#include <string.h>

void golden_compare(const char *name, const char *text)
{
    g_autofree char *path =
        g_strdup_printf("%s/tests/screens/golden/%s.txt", SIDESCOPE_SOURCE_DIR, name);
    g_autofree char *golden = NULL;

    g_assert_true(g_utf8_validate(text, -1, NULL));
    if (g_getenv("SIDESCOPE_UPDATE_GOLDEN") != NULL) {
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
        return;
    }
    if (!g_file_get_contents(path, &golden, NULL, NULL))
        g_error("%s is missing: make it with SIDESCOPE_UPDATE_GOLDEN=1", path);
    if (strcmp(text, golden) != 0) {
        g_printerr("--- %s expected\n%s--- got\n%s---\n", name, golden, text);
        g_test_fail();
    }
}
