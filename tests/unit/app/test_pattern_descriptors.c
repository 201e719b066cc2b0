#include "tests/unit/app/pattern_ills.h"

#include <string.h>

/* Patterns by what is open, and what looks like one and is none. */

enum { HOUR_S = 3600 };

/* With Sessions or Activity open there is one watcher more, and some goroutines; one more than was
 * measured of healthy ones is none the less healthy while nothing grows. */
static void test_screens_that_watch(void)
{
    for (int64_t inotify = 8; inotify <= 10; inotify++) {
        struct ill ill;

        ill_set_up(&ill);
        ill.f.files.by_type[FD_INOTIFY] = inotify;
        ill.f.goroutines.count = 52 + inotify;
        ill.f.input.trends[METRIC_INOTIFY] = fixture_flat(HOUR_S);
        ill.f.input.trends[METRIC_GOROUTINES] = fixture_flat(HOUR_S);
        ill.f.input.trends[METRIC_FDS] = fixture_flat(HOUR_S);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_true((ill_find(result, "unclosed-watchers") != NULL) == (inotify == 10));
        g_assert_true((result->verdict == TRIAGE_HEALTHY) == (inotify < 10));
        ill_tear_down(&ill);
    }
}

/* A watcher that is not closed watches the same again: the path is the culprit, not its kind. */
static void test_watched_path(void)
{
    static const struct watched_path watched[] = {
        {.path = "/h/.codex/sessions/2026/11/29", .times = 12},
        {.path = "/h/.claude/projects/-w-app", .times = 6}};
    struct ill ill;

    ill_set_up(&ill);
    ill_make(&ill, "unclosed-watchers");
    ill.f.files.watched = watched;
    ill.f.files.n_watched = G_N_ELEMENTS(watched);
    ill.f.files.inotify_user_instances = 100;
    ill.f.input.trends[METRIC_INOTIFY] = fixture_growing(10, HOUR_S);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = ill_find(result, "unclosed-watchers");

    g_assert_cmpstr(cause->culprit, ==,
                    "/h/.codex/sessions/2026/11/29 (Codex) watched 12 times by inotify");
    for (guint i = 0; i < result->steps[TRIAGE_FDS].facts->len; i++) {
        const struct triage_fact *fact = g_ptr_array_index(result->steps[TRIAGE_FDS].facts, i);

        if (strcmp(fact->label, "inotify limit") != 0)
            continue;
        /* of all programs of the user, at the rate of this one */
        g_assert_true(g_str_has_prefix(fact->note, "78% used, reached in"));
        g_assert_cmpint(fact->verdict, ==, TRIAGE_BAD);
        ill_tear_down(&ill);
        return;
    }
    g_assert_not_reached();
}

/* What other programs of its user have of inotify is none of its faults. */
static void test_inotify_of_others(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill.f.files.inotify_user_instances = 120;
    ill.f.input.trends[METRIC_INOTIFY] = fixture_flat(HOUR_S);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpint(result->verdict, ==, TRIAGE_HEALTHY);
    ill_tear_down(&ill);
}

/* A good part of what all programs share is a finding of any program, also when nothing grows:
 * there is no room to grow where all of it is used. */
static void test_share_of_inotify(void)
{
    static const struct {
        int64_t own, all;
        enum triage_verdict verdict;
    } cases[] = {{20, 128, TRIAGE_HEALTHY}, {40, 60, TRIAGE_LOOK}, {58, 128, TRIAGE_BAD}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ill ill;

        ill_set_up(&ill);
        ill.f.target.is_sidecar = false;
        ill.f.files.by_type[FD_INOTIFY] = cases[i].own;
        ill.f.files.inotify_user_instances = cases[i].all;
        ill.f.input.trends[METRIC_INOTIFY] = fixture_flat(HOUR_S);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_cmpint(result->steps[TRIAGE_FDS].verdict, ==, cases[i].verdict);
        g_assert_true((ill_find(result, "unclosed-watchers") != NULL) ==
                      (cases[i].verdict != TRIAGE_HEALTHY));
        ill_tear_down(&ill);
    }
}

/* In any program so many are watchers that nobody closed, and so are those that came while it was
 * watched and stay; a few that were always there are its own. */
static void test_watchers_that_stay(void)
{
    static const struct {
        int64_t inotify;
        double rise;
        bool found;
    } cases[] = {{40, 0, true}, {20, 12, true}, {20, 0, false}, {12, 10, false}, {20, 3, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ill ill;

        ill_set_up(&ill);
        fixture_not_sidecar(&ill.f);
        ill.f.files.by_type[FD_INOTIFY] = cases[i].inotify;
        ill.f.input.trends[METRIC_INOTIFY] =
            cases[i].rise > 0 ? fixture_plateau(cases[i].rise, HOUR_S) : fixture_flat(HOUR_S);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, "unclosed-watchers");

        g_assert_true((cause != NULL) == cases[i].found);
        g_assert_true((result->verdict == TRIAGE_LOOK) == cases[i].found);
        g_assert_true(cause == NULL || (cause->confidence >= 0.6 && cause->confidence < 0.75));
        g_assert_true((strstr(result->diagnosis, "watchers are not closed") != NULL) ==
                      cases[i].found);
        g_assert_null(strstr(result->diagnosis, "a healthy sidecar"));
        ill_tear_down(&ill);
    }
}

/* Descriptors of another kind that grow make no watchers of those that do not. */
static void test_others_than_watchers_grow(void)
{
    struct ill ill;

    ill_set_up(&ill);
    fixture_not_sidecar(&ill.f);
    ill_make(&ill, "socket-leak");
    ill.f.files.by_type[FD_INOTIFY] = 12;
    ill.f.input.trends[METRIC_INOTIFY] = fixture_flat(HOUR_S);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_nonnull(ill_find(result, "socket-leak"));
    g_assert_null(ill_find(result, "unclosed-watchers"));
    ill_tear_down(&ill);
}

/* Memory files that are most of its memory are told after they have stopped to grow as well. */
static void test_memory_files_that_stay(void)
{
    enum { MIB = 1024 * 1024 };
    static const struct {
        int64_t each, rss;
        bool found;
    } cases[] = {{4 * MIB, 12 * MIB, true},
                 {4 * MIB, 800 * (int64_t)MIB, false},
                 {MIB, 12 * MIB, false},
                 {4 * MIB, SAMPLE_UNKNOWN, false},
                 {SAMPLE_UNKNOWN, 12 * MIB, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ill ill;

        ill_set_up(&ill);
        ill_make(&ill, "memory-files");
        ill.f.input.trends[METRIC_FDS] = fixture_plateau(30, HOUR_S);
        ill.f.process.rss_bytes = cases[i].rss;
        for (size_t fd = 0; fd < G_N_ELEMENTS(ill.fds); fd++)
            ill.fds[fd].size = cases[i].each;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, "memory-files");

        g_assert_true((cause != NULL) == cases[i].found);
        if (cause != NULL) {
            g_assert_cmpfloat(cause->confidence, >=, 0.6);
            g_assert_nonnull(strstr(cause->evidence, "together they are of 160M"));
        }
        ill_tear_down(&ill);
    }
}

/* Several that read one file at the same moment and close it again keep none of it; where nothing
 * was watched yet, nobody knows. */
static void test_one_file_in_passing(void)
{
    static const struct {
        double observed_s;
        gint64 oldest_s; /* before the census */
        bool found;
    } cases[] = {{60, 1, false}, {60, 30, true}, {3, 1, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ill ill;

        ill_set_up(&ill);
        fixture_add_group(&ill.f, "/w/notes.txt", FD_REG, 9, 5);
        ill.f.input.observed_s = cases[i].observed_s;
        ill.f.files.base.taken_us = 1000 * G_USEC_PER_SEC;
        for (size_t g = 0; g < ill.f.files.n_groups; g++)
            ill.f.groups[g].oldest_us = (1000 - cases[i].oldest_s) * G_USEC_PER_SEC;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_true((ill_find(result, "same-file-open") != NULL) == cases[i].found);
        g_assert_true((result->steps[TRIAGE_FDS].verdict != TRIAGE_HEALTHY) == cases[i].found);
        ill_tear_down(&ill);
    }
}

/* Listeners are parked for hours by design; without growth their wait says nothing. */
static void test_listeners_are_no_leak(void)
{
    struct ill ill;

    ill_set_up(&ill);
    fixture_add_bucket(&ill.f, "gitstatus.(*Plugin).listenForWatchEvents", 1,
                       GOROUTINE_CHAN_RECEIVE, 900);
    fixture_add_bucket(&ill.f, "fsnotify.(*inotify).readEvents", 4, GOROUTINE_IO_WAIT, 900);
    fixture_add_bucket(&ill.f, "database/sql.(*DB).connectionOpener", 3, GOROUTINE_SELECT, 900);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpuint(result->causes->len, ==, 0);
    ill_tear_down(&ill);
}

/* fsnotify has a kqueue per watcher on macOS; those of the runtime and the terminal stay. */
static void test_kqueues_are_watchers(void)
{
    for (int64_t growth = 0; growth <= 20; growth += 20) {
        struct ill ill;

        ill_set_up(&ill);
        memset(ill.f.files.by_type, 0, sizeof ill.f.files.by_type);
        ill.f.templates[0] =
            (struct fd_template){.text = "KQUEUE", .type = FD_EPOLL, .count = 26, .growth = growth};
        ill.f.files.n_templates = 1;
        ill.f.files.by_type[FD_EPOLL] = 26;
        ill.f.input.trends[METRIC_FDS] =
            growth > 0 ? fixture_growing(20, HOUR_S) : fixture_flat(HOUR_S);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, "unclosed-watchers");

        g_assert_true((cause != NULL) == (growth > 0));
        if (cause != NULL) {
            g_assert_cmpfloat(cause->confidence, >=, 0.9);
            g_assert_cmpstr(cause->culprit, ==, "KQUEUE");
        }
        ill_tear_down(&ill);
    }
}

/* A session that is opened again and again is one file, not many sessions. */
static void test_one_session(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill_make(&ill, "session-files");
    ill.f.files.by_class[PATH_CLAUDE] = ill.f.templates[0].count = 100;
    fixture_add_group(&ill.f, "/h/.claude/projects/-w/1.jsonl", FD_REG, 100, 90);
    ill.f.groups[0].cls = PATH_CLAUDE;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_null(ill_find(result, "session-files"));
    g_assert_cmpfloat(ill_find(result, "same-file-open")->confidence, >=, 0.9);
    ill_tear_down(&ill);
}

/* Without a lock in sight they wait for something else. */
static void test_unlocked(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill_make(&ill, "fetch-pile-up");
    fixture_add_bucket(&ill.f, "database/sql.(*DB).conn", 18, GOROUTINE_SELECT, 1);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_nonnull(ill_find(result, "fetch-pile-up"));
    g_assert_null(ill_find(result, "sqlite-lock"));
    g_assert_null(ill_find(result, "blocked-channel"));
    ill_tear_down(&ill);
}

/* Where locks cannot be read, the waiters are all there is. */
static void test_locks_unseen(void)
{
    struct ill ill;

    ill_set_up(&ill);
    fixture_add_bucket(&ill.f, "database/sql.(*DB).conn", 18, GOROUTINE_SELECT, 1);
    ill.f.files.locks_why = "lsof does not tell";
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpfloat(ill_find(result, "sqlite-lock")->confidence, <=, 0.6);
    ill_tear_down(&ill);
}

static void test_lock_without_waiters(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill_locked(&ill);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_nonnull(strstr(ill_find(result, "sqlite-lock")->culprit, "4711"));
    g_assert_cmpfloat(ill_find(result, "sqlite-lock")->confidence, <, 0.9);
    ill_tear_down(&ill);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/patterns/screens-that-watch", test_screens_that_watch);
    g_test_add_func("/patterns/watched-path", test_watched_path);
    g_test_add_func("/patterns/inotify-of-others", test_inotify_of_others);
    g_test_add_func("/patterns/share-of-inotify", test_share_of_inotify);
    g_test_add_func("/patterns/one-file-in-passing", test_one_file_in_passing);
    g_test_add_func("/patterns/watchers-that-stay", test_watchers_that_stay);
    g_test_add_func("/patterns/others-than-watchers", test_others_than_watchers_grow);
    g_test_add_func("/patterns/memory-files-that-stay", test_memory_files_that_stay);
    g_test_add_func("/patterns/listeners", test_listeners_are_no_leak);
    g_test_add_func("/patterns/kqueues-are-watchers", test_kqueues_are_watchers);
    g_test_add_func("/patterns/one-session", test_one_session);
    g_test_add_func("/patterns/unlocked", test_unlocked);
    g_test_add_func("/patterns/locks-unseen", test_locks_unseen);
    g_test_add_func("/patterns/lock-without-waiters", test_lock_without_waiters);
    return g_test_run();
}
