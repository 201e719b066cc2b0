/* What two threads own, until the later of them lets go. */

#include "app/ground/shared.h"

#include <glib.h>

enum { ROUNDS = 200 };

static int cleared; /* written by whichever thread is last, read when both have ended */

struct both {
    int word;
};

static void clear(void *data)
{
    struct both *both = data;

    both->word = -1;
    cleared++;
}

static gpointer look_and_let_go(gpointer data)
{
    struct both *both = data;

    g_assert_cmpint(both->word, ==, 7);
    shared_unref(both);
    return NULL;
}

/* Whoever is last writes what the other has read: that this is no race TSan has to see. */
static void test_last_one_clears(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct both *both = shared_new(sizeof *both, clear);

        g_assert_cmpint(both->word, ==, 0);
        both->word = 7;
        GThread *other = g_thread_new("other", look_and_let_go, shared_ref(both));

        look_and_let_go(both);
        g_thread_join(other);
        g_assert_cmpint(cleared, ==, i + 1);
    }
}

static void test_nothing(void)
{
    shared_unref(NULL);
    shared_unref(shared_new(1, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shared/last-one-clears", test_last_one_clears);
    g_test_add_func("/shared/nothing", test_nothing);
    return g_test_run();
}
