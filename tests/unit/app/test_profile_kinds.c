#include "app/profiles/profile_kinds.h"

#include <glib.h>
#include <string.h>

static void test_complete(void)
{
    size_t n;
    const struct profile_kind *kinds = profile_kinds(&n);

    for (size_t i = 0; i < n; i++) {
        const struct profile_kind *kind = &kinds[i];

        g_test_message("%s", kind->label);
        g_assert_true(g_str_has_suffix(kind->costs, "."));
        g_assert_true(*kind->shows != '\0');
        /* what can be empty says why: only counts tell that it is */
        if (kind->asking == PROFILE_ASKING_NEVER)
            g_assert_false(kind->has_count || kind->delta);
        /* a change over time needs no collection, and no consent */
        g_assert_false(kind->delta && *kind->consent != '\0');
        if (strstr(kind->query, "gc=") != NULL)
            g_assert_true(*kind->consent != '\0');
    }
}

static void test_find(void)
{
    g_assert_cmpstr(profile_kind_of("block")->name, ==, "block");
    g_assert_nonnull(strstr(profile_kind_of("block")->empty, "runtime.SetBlockProfileRate"));
    g_assert_nonnull(strstr(profile_kind_of("mutex")->empty, "runtime.SetMutexProfileFraction"));
    g_assert_nonnull(
        strstr(profile_kind_of("goroutineleak")->missing, "GOEXPERIMENT=goroutineleakprofile"));
    g_assert_cmpint(profile_kind_of("profile")->asking, ==, PROFILE_ASKING_SECONDS);
    g_assert_cmpstr(profile_kind_of("heap")->query, ==, ""); /* the one that does not disturb */
    g_assert_true(profile_kind_is_custom(profile_kind_of("my/pool")));
    g_assert_false(profile_kind_is_custom(profile_kind_of("heap")));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-kinds/complete", test_complete);
    g_test_add_func("/profile-kinds/find", test_find);
    return g_test_run();
}
