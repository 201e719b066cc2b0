/* Who holds descriptors, in the words of step 2 and of the diagnosis. */

#include "tests/screens/fake_holdings.h"
#include "tests/unit/app/triage_fixture.h"

#include <string.h>

static void test_bad(void)
{
    struct triage_fixture f;
    g_autoptr(holdings_auto) holdings = fake_holdings_new(false);

    fixture_healthy(&f);
    fixture_add_group(&f, "/repo/.todos/issues.db", FD_REG, 60, 20);
    f.input.held = holdings->descriptors;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_fact *fact = fixture_fact(&result->steps[TRIAGE_FDS], "held by");

    g_assert_nonnull(fact);
    g_assert_cmpstr(fact->label, ==, "held by variable 0x651c00 used by main.main");
    g_assert_cmpstr(fact->note, ==,
                    "-> map[string]*main.adapter -> *main.adapter.open -> []*os.File (fd 3, ...)");
    g_assert_cmpstr(fact->value, ==, "40");
    g_assert_cmpint((int)fact->ref.kind, ==, REF_HELD);
    g_assert_nonnull(strstr(result->diagnosis,
                            "40 descriptors are held by variable 0x651c00 used by main.main"));
}

/* A label has room for where the goroutine is, not for who created it. */
static void test_created(void)
{
    struct triage_fixture f;
    g_autoptr(holdings_auto) holdings = fake_holdings_new(false);
    struct descriptors *held = holdings->descriptors;

    for (guint i = 0; i < held->all->len; i++) {
        struct descriptor *d = &g_array_index(held->all, struct descriptor, i);

        if (d->group == 0) {
            g_free(d->root);
            d->root = g_strdup("goroutine [select] in "
                               "github.com/x/bubbletea/v2.(*Program).Run" DESCRIPTOR_CREATED_BY
                               "github.com/x/app/ui.Start");
        }
    }
    fixture_healthy(&f);
    f.input.held = held;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_fact *fact = fixture_fact(&result->steps[TRIAGE_FDS], "held by");

    g_assert_cmpstr(fact->label, ==, "held by goroutine [select] in bubbletea/v2.(*Program).Run");
    g_assert_true(
        g_str_has_suffix(fact->note, "(fd 3, ...), created by github.com/x/app/ui.Start"));
}

/* That somebody holds what is open is nothing bad: verdicts stay. */
static void test_healthy(void)
{
    struct triage_fixture f;
    g_autoptr(holdings_auto) holdings = fake_holdings_new(false);

    fixture_healthy(&f);
    f.input.held = holdings->descriptors;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    g_assert_cmpint((int)result->steps[TRIAGE_FDS].verdict, ==, TRIAGE_HEALTHY);
    g_assert_nonnull(fixture_fact(&result->steps[TRIAGE_FDS], "held by"));
    g_assert_null(strstr(result->diagnosis, "held by"));
}

/* What was not read is not said to be held by nobody. */
static void test_unread(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    fixture_add_group(&f, "/repo/.todos/issues.db", FD_REG, 60, 20);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    g_assert_null(fixture_fact(&result->steps[TRIAGE_FDS], "held by"));
    g_assert_null(strstr(result->diagnosis, "held by"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/held/bad", test_bad);
    g_test_add_func("/held/created", test_created);
    g_test_add_func("/held/healthy", test_healthy);
    g_test_add_func("/held/unread", test_unread);
    return g_test_run();
}
