#include "probes/goruntime/perf_rights.h"

#include "probes/goruntime/errors.h"

#include <errno.h>
#include <string.h>

#define MINE                                                                                       \
    {                                                                                              \
        .own_uid = 1000, .target_uid = 1000, .same_user = true, .maps_readable = true              \
    }

/* The table of the facts: what is refused, and what a user can do about it. */
static void test_explain(void)
{
    static const struct {
        const char *what;
        struct perf_rights rights;
        struct perf_refusal refusal;
        enum goruntime_error code;
        const char *says;
    } cases[] = {
        {"patched kernel of a distribution",
         {.process = MINE, .paranoid = 3},
         {41, EACCES, 0, 0},
         GORUNTIME_ERROR_DENIED,
         "kernel.perf_event_paranoid is 3): run sidescope with sudo, or allow it until the next "
         "boot with \"sudo sysctl kernel.perf_event_paranoid=2\""},
        {"other user",
         {.process = {.own_uid = 1000, .target_uid = 7, .maps_readable = true}, .paranoid = 2},
         {41, EACCES, 0, 0},
         GORUNTIME_ERROR_DENIED,
         "another user (uid 7, this is uid 1000): run sidescope as that user, or with sudo"},
        {"other user comes before the setting",
         {.process = {.own_uid = 1000, .target_uid = 0}, .paranoid = 4},
         {41, EACCES, 0, 0},
         GORUNTIME_ERROR_DENIED,
         "another user"},
        {"container with users of its own, as its root",
         {.process = {.same_user = true, .has_ptrace = true, .maps_readable = true},
          .paranoid = 2,
          .has_perfmon = true,
          .own_namespace = true},
         {41, EACCES, 0, 0},
         GORUNTIME_ERROR_DENIED,
         "run sidescope on the host"},
        {"container whose rules forbid the call",
         {.process = MINE, .paranoid = 2},
         {41, EPERM, 0, 0},
         GORUNTIME_ERROR_DENIED,
         "capability PERFMON"},
        {"set-uid program",
         {.process = {.own_uid = 1000, .target_uid = 1000, .same_user = true}, .paranoid = 2},
         {41, EACCES, 0, 0},
         GORUNTIME_ERROR_DENIED,
         "set-uid"},
        {"descriptors",
         {.process = MINE, .paranoid = 2, .file_limit = 4096},
         {41, EMFILE, 1010, 16},
         GORUNTIME_ERROR_TOO_LARGE,
         "1010 threads on 16 processors need 16160 descriptors, and this process may have 4096"},
        {"buffers",
         {.process = MINE, .paranoid = 2},
         {41, ENOMEM, 1, 2},
         GORUNTIME_ERROR_FAILED,
         "kernel.perf_event_mlock_kb"},
        {"no such thing in this kernel",
         {.process = MINE, .paranoid = PERF_RIGHTS_UNKNOWN},
         {41, ENOSYS, 0, 0},
         GORUNTIME_ERROR_FAILED,
         "built without perf events"},
        {"gone",
         {.process = MINE, .paranoid = 2},
         {41, ESRCH, 0, 0},
         GORUNTIME_ERROR_GONE,
         "41 has ended"},
        {"gone, whatever the kernel said",
         {.process = {.is_gone = true}, .paranoid = 3},
         {41, EACCES, 0, 0},
         GORUNTIME_ERROR_GONE,
         "has ended"},
        {"anything else",
         {.process = MINE, .paranoid = 2},
         {41, EBUSY, 0, 0},
         GORUNTIME_ERROR_FAILED,
         "no CPU profile of process 41 can be taken from outside: "},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        perf_rights_explain(&cases[i].rights, &cases[i].refusal, &error);
        g_test_message("%s: %s", cases[i].what, error->message);
        g_assert_error(error, GORUNTIME_ERROR, (gint)cases[i].code);
        g_assert_nonnull(strstr(error->message, cases[i].says));
    }
}

static void test_user_only(void)
{
    struct perf_rights rights = {.paranoid = 2};
    g_autofree char *setting = perf_rights_user_only(&rights);

    rights.paranoid = PERF_RIGHTS_UNKNOWN;
    g_autofree char *unknown = perf_rights_user_only(&rights);

    g_assert_cmpstr(setting, ==, "kernel.perf_event_paranoid is 2");
    g_assert_nonnull(strstr(unknown, "PERFMON"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/perf_rights/explain", test_explain);
    g_test_add_func("/perf_rights/user_only", test_user_only);
    return g_test_run();
}
