#include "tests/unit/app/pattern_ills.h"

#include <string.h>

/* How patterns are told: each by the case that is made for it, none of a healthy sidecar, with
 * words for what it is and the surest first. */

enum { HOUR_S = 3600 };

/* The folder of an adapter's sessions is told by the adapter's name as well. */
static void test_watches_of_an_adapter(void)
{
    static const struct {
        const char *path, *culprit;
    } told[] = {
        {"/h/.codex/sessions/2026", "/h/.codex/sessions/2026 (Codex) watched 12 times by inotify"},
        {"/h/.claude/projects/-w", "/h/.claude/projects/-w (Claude Code) watched 12 times by "
                                   "inotify"},
        {"/w/.git", "/w/.git watched 12 times by inotify"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
        const struct watched_path watched = {.path = told[i].path, .times = 12};
        struct ill ill;

        ill_set_up(&ill);
        ill_make(&ill, "unclosed-watchers");
        ill.f.files.watched = &watched;
        ill.f.files.n_watched = 1;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, "unclosed-watchers");

        g_assert_nonnull(cause);
        g_assert_cmpstr(cause->culprit, ==, told[i].culprit);
        ill_tear_down(&ill);
    }
}

/* Which of the two it is, and that there is none, is said where it is known. */
static void test_limit_known(void)
{
    static const int64_t limit = INT64_C(150) << 20;
    static const struct {
        int64_t limit, percent;
        const char *source, *culprit, *evidence; /* NULL: no such cause */
    } told[] = {
        {limit, 100, "environment", "GOMEMLIMIT", "GOMEMLIMIT is 150M, of its environment"},
        {limit, -1, "memory", "GOMEMLIMIT", "GOMEMLIMIT is 150M, in force"},
        {0, 5, "memory", "GOGC", "GOGC is 5, in force"},
        {0, 100, "environment", "GOMEMLIMIT", "collections a second"},
        {0, 100, "memory", NULL, NULL},
        {SAMPLE_UNKNOWN, SAMPLE_UNKNOWN, NULL, "GOMEMLIMIT", "collections a second"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
        struct ill ill;

        ill_set_up(&ill);
        ill_make(&ill, "gc-limit");
        ill.f.heap.memory_limit_bytes = told[i].limit;
        ill.f.heap.gc_percent = told[i].percent;
        ill.f.heap.limits_source = told[i].source;
        ill.f.memstats.sys = (uint64_t)(limit / 100 * 99);
        ill.f.memstats.heap_released = 0;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, "gc-limit");
        const struct triage_fact *fact = fixture_fact(&result->steps[TRIAGE_HEAP], "GOMEMLIMIT");

        g_test_message("case %zu", i);
        g_assert_true((cause != NULL) == (told[i].culprit != NULL));
        if (cause != NULL) {
            g_assert_cmpstr(cause->culprit, ==, told[i].culprit);
            g_assert_nonnull(strstr(cause->evidence, told[i].evidence));
        }
        g_assert_true((fact != NULL) == (told[i].limit == limit));
        if (fact != NULL) {
            g_assert_cmpint((int)fact->verdict, ==, TRIAGE_LOOK);
            g_assert_nonnull(strstr(fact->note, "Go holds 99% of it"));
        }
        ill_tear_down(&ill);
    }
}

static void test_present(gconstpointer data)
{
    size_t i = GPOINTER_TO_SIZE(data);
    struct ill ill;

    ill_set_up(&ill);
    ill_cases[i].make(&ill);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = ill_find(result, ill_cases[i].id);

    g_assert_nonnull(cause);
    g_assert_cmpfloat(cause->confidence, >=, ill_cases[i].at_least);
    g_assert_cmpfloat(cause->confidence, <=, 1);
    g_assert_cmpstr(cause->evidence, !=, "");
    g_assert_nonnull(strstr(cause->culprit, ill_cases[i].culprit));
    /* what was made is what is told first, unless something surer comes with it */
    g_assert_cmpfloat(((struct triage_cause *)g_ptr_array_index(result->causes, 0))->confidence, <=,
                      cause->confidence + 0.3);
    ill_tear_down(&ill);
}

static void test_healthy(void)
{
    struct ill ill;

    ill_set_up(&ill);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpuint(result->causes->len, ==, 0);
    ill_tear_down(&ill);
}

/* Each of the table's rows is words for a reader: none may be missing, and no id twice. */
static void test_every_pattern_has_a_case(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < ill_n_cases; i++) {
        struct ill ill;

        ill_set_up(&ill);
        ill_cases[i].make(&ill);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, ill_cases[i].id);

        g_assert_true(g_hash_table_add(seen, (gpointer)(uintptr_t)cause->pattern->id));
        g_assert_cmpstr(cause->cause, !=, "");
        g_assert_cmpstr(cause->advice, !=, "");
        g_assert_cmpstr(cause->confirm, !=, "");
        ill_tear_down(&ill);
    }
    g_assert_cmpuint(g_hash_table_size(seen), ==, patterns_count());
}

/* What a sidecar is told fits its version, and any other program is not told of sidecars. */
static void test_advice_fits(void)
{
    static const struct {
        const char *id, *version, *td, *has, *has_not;
        bool other;
    } advised[] = {
        {"git-storm", "v1.3.0", NULL, "Yours is v1.3.0", "update", false},
        {"git-storm", "v1.0.0", NULL, "update to v1.0.1", "report", false},
        {"git-storm", "v1.0.1-0.20260817120000-0ee8c807aaaa", NULL, "update to", "report", false},
        {"git-storm", NULL, NULL, "v1.0.1 or later has it fixed", "Yours", false},
        {"git-storm", "v1.0.0", NULL, "which command line leads", "v1.0", true},
        {"td-poll-chains", "v1.3.0", NULL, "fixed in no version", "update", false},
        {"td-poll-chains", "v0.45.0", NULL, "update to v0.46.0", "no version", false},
        {"td-poll-chains", NULL, NULL, "generation", "sidecar", true},
        {"td-database-handles", "v1.3.0", "v0.18.0", "td v0.18.0: update to v0.19.0", "report",
         false},
        {"unclosed-watchers", NULL, NULL, "close a watcher", "v0", true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(advised); i++) {
        struct ill ill;

        ill_set_up(&ill);
        ill.f.target.version = (char *)advised[i].version;
        ill.f.target.td_version = (char *)advised[i].td;
        ill.f.target.is_sidecar = !advised[i].other;
        ill_make(&ill, advised[i].id);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, advised[i].id);

        g_assert_nonnull(cause);
        g_test_message("%s", cause->advice);
        g_assert_nonnull(strstr(cause->advice, advised[i].has));
        g_assert_null(strstr(cause->advice, advised[i].has_not));
        if (advised[i].other) {
            g_assert_cmpstr(cause->fixed, ==, "");
            g_assert_null(strstr(cause->cause, "td "));
            g_assert_null(strstr(cause->confirm, "project"));
        }
        ill_tear_down(&ill);
    }
}

/* A leak without a threshold of its own is a finding all the same. */
static void test_cause_is_a_finding(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill_make(&ill, "watch-growth");
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpint(result->verdict, ==, TRIAGE_LOOK);
    g_assert_cmpint(triage_exit_status(result), ==, 1);
    g_assert_nonnull(strstr(result->diagnosis, "watched"));
    ill_tear_down(&ill);
}

static guint place_of(const struct triage_result *result, const char *id)
{
    for (guint i = 0; i < result->causes->len; i++)
        if (strcmp(((struct triage_cause *)g_ptr_array_index(result->causes, i))->pattern->id,
                   id) == 0)
            return i;
    return G_MAXUINT;
}

/* A goroutine that waits for something else keeps its connection; one that reads it is kept by it.
 */
static void test_consequences_stand_below(void)
{
    static const struct {
        const char *connections;
        enum goroutine_category waits;
        const char *first, *below;
    } cases_of[] = {{"socket-leak", GOROUTINE_WAITGROUP, "goroutine-leak", "socket-leak"},
                    {"close-wait", GOROUTINE_WAITGROUP, "goroutine-leak", "close-wait"},
                    {"socket-leak", GOROUTINE_IO_WAIT, "socket-leak", "goroutine-leak"}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases_of); i++) {
        struct ill ill;

        ill_set_up(&ill);
        ill_make(&ill, cases_of[i].connections);
        ill_pile(&ill, "example.com/app.talk", cases_of[i].waits);
        ill.f.input.goroutines_per_fd = (struct in_step){.verdict = IN_STEP_YES, .ratio = 1};
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_cmpuint(place_of(result, cases_of[i].first), ==, 0);
        g_assert_cmpuint(place_of(result, cases_of[i].below), ==, 1);
        g_assert_nonnull(strstr(ill_find(result, cases_of[i].below)->evidence, "follows from"));
        ill_tear_down(&ill);
    }
}

/* Chains start the commands, whatever is told of a storm of them. */
static void test_storm_below_chains(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill_make(&ill, "td-poll-chains");
    ill_make(&ill, "git-storm");
    ill.f.input.trends[METRIC_GOROUTINES] = fixture_flat(HOUR_S);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpuint(place_of(result, "td-poll-chains"), <, place_of(result, "git-storm"));
    ill_tear_down(&ill);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < ill_n_cases; i++) {
        g_autofree char *path = g_strdup_printf("/patterns/%s", ill_cases[i].id);

        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_present);
    }
    g_test_add_func("/patterns/healthy", test_healthy);
    g_test_add_func("/patterns/complete", test_every_pattern_has_a_case);
    g_test_add_func("/patterns/advice-fits", test_advice_fits);
    g_test_add_func("/patterns/finding", test_cause_is_a_finding);
    g_test_add_func("/patterns/watches-of-an-adapter", test_watches_of_an_adapter);
    g_test_add_func("/patterns/limit-known", test_limit_known);
    g_test_add_func("/patterns/consequences", test_consequences_stand_below);
    g_test_add_func("/patterns/storm-below-chains", test_storm_below_chains);
    return g_test_run();
}
