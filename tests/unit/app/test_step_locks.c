/* What triage says of a locked database: by whom, for how long, and when that is too long. */

#include "probes/databases.h"
#include "tests/unit/app/triage_fixture.h"

#include <string.h>

struct lock_fixture {
    struct triage_fixture triage;
    struct db_lock lock;
    struct database database;
};

static void lock_for(struct lock_fixture *f, double seconds)
{
    fixture_healthy(&f->triage);
    f->triage.files.base.taken_us = 1000 * G_USEC_PER_SEC;
    f->lock = (struct db_lock){.kind = DB_LOCK_EXCLUSIVE,
                               .write = true,
                               .pid = 4711,
                               .command = "td list",
                               .first_seen_us = f->triage.files.base.taken_us -
                                                (gint64)(seconds * G_USEC_PER_SEC)};
    f->database = (struct database){.path = "/w/.todos/issues.db", .locks = &f->lock, .n_locks = 1};
    f->triage.files.databases = &f->database;
    f->triage.files.n_databases = 1;
}

static void test_ages(void)
{
    static const struct {
        double seconds;
        bool own;
        enum triage_verdict verdict;
    } cases[] = {
        {0, false, TRIAGE_HEALTHY}, {3, false, TRIAGE_LOOK}, {12, false, TRIAGE_BAD},
        {12, true, TRIAGE_HEALTHY}, {60, true, TRIAGE_LOOK},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct lock_fixture f;

        lock_for(&f, cases[i].seconds);
        f.lock.own = cases[i].own;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f.triage);
        const struct triage_fact *fact = fixture_fact(&result->steps[TRIAGE_RESPONSE], "lock on");

        g_test_message("case %zu", i);
        g_assert_nonnull(fact);
        g_assert_cmpint(fact->verdict, ==, cases[i].verdict);
        g_assert_cmpint((int)fact->ref.kind, ==, REF_DATABASE);
        g_assert_cmpstr(fact->ref.text, ==, "/w/.todos/issues.db");
    }
}

static void test_words(void)
{
    struct lock_fixture f;

    lock_for(&f, 12);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f.triage);

    g_assert_nonnull(strstr(result->steps[TRIAGE_RESPONSE].sentence,
                            "issues.db is locked by 4711 td list for 12"));
    g_assert_nonnull(strstr(result->steps[TRIAGE_RESPONSE].summary, "database locked"));
    g_assert_nonnull(strstr(result->diagnosis, "A database is locked"));
    bool named = false;

    for (guint i = 0; i < result->actions->len; i++)
        named |= strstr(result->actions->pdata[i], "process 4711") != NULL;
    g_assert_true(named);
}

/* Calling the response healthy silences the cause that rests on it, and no other step does. */
static void test_overruled(void)
{
    struct triage_judgement said[TRIAGE_N_STEPS] = {{0}};
    struct lock_fixture f;

    lock_for(&f, 12);
    f.triage.input.judgements = said;
    said[TRIAGE_FDS] = (struct triage_judgement){TRIAGE_OVERRULED, TRIAGE_HEALTHY};
    g_autoptr(triage_result_auto) kept = fixture_evaluate(&f.triage);

    g_assert_cmpuint(kept->causes->len, ==, 1);
    said[TRIAGE_RESPONSE] = (struct triage_judgement){TRIAGE_OVERRULED, TRIAGE_HEALTHY};
    g_autoptr(triage_result_auto) silenced = fixture_evaluate(&f.triage);

    g_assert_cmpuint(silenced->causes->len, ==, 0);
}

/* Readers keep nobody waiting for long, and are no finding however long they read. */
static void test_readers(void)
{
    struct lock_fixture f;

    lock_for(&f, 600);
    f.lock.kind = DB_LOCK_SHARED;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f.triage);

    g_assert_null(fixture_fact(&result->steps[TRIAGE_RESPONSE], "lock on"));
    g_assert_cmpint(triage_exit_status(result), ==, 0);
    lock_for(&f, 600);
    f.lock.waiting = true;
    g_autoptr(triage_result_auto) waiting = fixture_evaluate(&f.triage);

    g_assert_null(fixture_fact(&waiting->steps[TRIAGE_RESPONSE], "lock on"));
}

/* A thread that sleeps for a lock on any file: who has it is named as soon as it lasts. */
static void test_file_lock(void)
{
    static const struct {
        double seconds;
        int64_t waits, holder;
        const char *note; /* NULL: no such fact */
        enum triage_verdict verdict;
    } cases[] = {
        {1, 1, 4711, "the lock on /w/build.lock is held by 4711 make all", TRIAGE_HEALTHY},
        {3, 1, 4711, "the lock on /w/build.lock is held by 4711 make all", TRIAGE_LOOK},
        {30, 2, 4711, "the lock on /w/build.lock is held by 4711 make all", TRIAGE_BAD},
        {30, 2, FIXTURE_PID, "the lock on /w/build.lock is held by the process itself", TRIAGE_BAD},
        {30, 0, 4711, NULL, TRIAGE_HEALTHY},
        {30, SAMPLE_UNKNOWN, 4711, NULL, TRIAGE_HEALTHY},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct triage_fixture f;

        fixture_healthy(&f);
        f.files.base.taken_us = 1000 * G_USEC_PER_SEC;
        f.files.lock_waits = cases[i].waits;
        f.files.lock_holder = cases[i].holder;
        f.files.lock_path = "/w/build.lock";
        f.files.lock_command = "make all";
        f.files.lock_since_us = f.files.base.taken_us - (gint64)(cases[i].seconds * G_USEC_PER_SEC);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
        const struct triage_fact *fact =
            fixture_fact(&result->steps[TRIAGE_RESPONSE], "waits for a file lock");

        g_test_message("case %zu", i);
        g_assert_true((fact != NULL) == (cases[i].note != NULL));
        if (fact == NULL)
            continue;
        g_assert_cmpstr(fact->note, ==, cases[i].note);
        g_assert_cmpint((int)fact->verdict, ==, (int)cases[i].verdict);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/step-locks/ages", test_ages);
    g_test_add_func("/step-locks/words", test_words);
    g_test_add_func("/step-locks/overruled", test_overruled);
    g_test_add_func("/step-locks/readers", test_readers);
    g_test_add_func("/step-locks/file-lock", test_file_lock);
    return g_test_run();
}
