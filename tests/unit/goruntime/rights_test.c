#include "probes/goruntime/rights.h"

#include <unistd.h>

/* What stands in the way, from the most to the least certain (facts 11; ptrace(2)). */
static void test_judge(void)
{
    static const struct {
        const char *what;
        struct rights_facts facts;
        enum rights_problem problem;
        const char *says;
    } cases[] = {
        {"gone", {.is_gone = true}, RIGHTS_GONE, "process 41 has ended"},
        {"other user",
         {.own_uid = 1000, .target_uid = 0, .yama_scope = 1},
         RIGHTS_OTHER_USER,
         "another user (uid 0, this is uid 1000): run sidescope as that user, or with sudo"},
        {"not dumpable",
         {.same_user = true, .yama_scope = -1},
         RIGHTS_NOT_DUMPABLE,
         "run sidescope with sudo"},
        {"not dumpable comes before Yama",
         {.same_user = true, .yama_scope = 1},
         RIGHTS_NOT_DUMPABLE,
         "set-uid"},
        {"Yama 1",
         {.same_user = true, .maps_readable = true, .yama_scope = 1},
         RIGHTS_YAMA_CHILDREN,
         "sudo sysctl kernel.yama.ptrace_scope=0"},
        {"Yama 2",
         {.same_user = true, .maps_readable = true, .yama_scope = 2},
         RIGHTS_YAMA_ADMIN,
         "ptrace_scope is 2"},
        {"Yama 3 stops root as well",
         {.has_ptrace = true, .maps_readable = true, .yama_scope = 3},
         RIGHTS_YAMA_NOBODY,
         "until it is booted anew"},
        {"a container",
         {.same_user = true, .maps_readable = true, .yama_scope = -1, .seccomp_mode = 2},
         RIGHTS_FILTERED,
         "SYS_PTRACE"},
        {"root in a container of its own",
         {.has_ptrace = true, .yama_scope = 1},
         RIGHTS_FILTERED,
         "run sidescope on the host"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        enum rights_problem problem = rights_judge(&cases[i].facts);
        g_autofree char *sentence = rights_sentence(&cases[i].facts, problem, 41);

        g_test_message("%s: %s", cases[i].what, sentence);
        g_assert_cmpint(problem, ==, cases[i].problem);
        g_assert_nonnull(strstr(sentence, cases[i].says));
        g_assert_null(strchr(sentence, '%'));
    }
}

/* Where the system has procfs: we are ourselves, and process 0 is nobody. */
static void test_look(void)
{
    struct rights_facts own = rights_look(getpid()), nobody = rights_look(0);

    if (access("/proc/self/status", R_OK) != 0) {
        g_test_skip("no procfs");
        return;
    }
    g_assert_true(own.same_user);
    g_assert_true(own.maps_readable);
    g_assert_cmpint(own.target_uid, ==, own.own_uid);
    g_assert_true(nobody.is_gone);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rights/judge", test_judge);
    g_test_add_func("/rights/look", test_look);
    return g_test_run();
}
