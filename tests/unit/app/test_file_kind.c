#include "app/recording/file_kind.h"
#include "app/recording/moment_of_snapshot.h"
#include "app/recording/opened_file.h"
#include "app/snapshots/snapshot_folder.h"
#include "app/triage/triage.h"
#include "tests/support/remove.h"
#include "tests/unit/app/snapshot_fixture.h"

#include <glib/gstdio.h>
#include <string.h>

/* --- what a file is --- */

static const struct {
    const char *bytes;
    enum file_kind kind;
} cases[] = {
    {"", FILE_KIND_FOREIGN},
    {"\x7f"
     "ELF\x02\x01\x01\0",
     FILE_KIND_FOREIGN},
    {"#!/bin/sh\nexec sidecar\n", FILE_KIND_FOREIGN},
    {"\x1f\x8b\x08", FILE_KIND_CAPTURE},
    {"\x0a\x04\x08\x01\x10\x02", FILE_KIND_CAPTURE},
    {"\x0a\x04text", FILE_KIND_FOREIGN},
    {"heap profile: 1: 2 [3: 4] @ heap/2\n", FILE_KIND_CAPTURE},
    {"goroutine profile: total 3\n", FILE_KIND_CAPTURE},
    {"goroutine 1 [running]:\nmain.main()\n", FILE_KIND_CAPTURE},
    {"panic: no\n\ngoroutine 18 [select, 3 minutes]:\n", FILE_KIND_CAPTURE},
    {"about goroutine 1 [running]\n", FILE_KIND_FOREIGN},
    {"goroutine x [running]:\n", FILE_KIND_FOREIGN},
    {"goroutine 7", FILE_KIND_FOREIGN},
    {"COMMAND   PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME\n"
     "sidecar 41822   me    1u   REG    8,1        0   12 /tmp/x\n",
     FILE_KIND_CAPTURE},
    {"p4711", FILE_KIND_FOREIGN},
    {"p4711\nfcwd\n", FILE_KIND_CAPTURE},
    {"SQLite format 3", FILE_KIND_FOREIGN}, /* a header that is cut */
};

static void test_kinds(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(file_kind_of_bytes(cases[i].bytes, strlen(cases[i].bytes)), ==,
                        cases[i].kind);
}

static void test_databases(void)
{
    char header[100] = "SQLite format 3";

    g_assert_cmpint(file_kind_of_bytes(header, sizeof header), ==, FILE_KIND_FOREIGN);
    g_assert_cmpint(file_kind_of_bytes("a\0b", 3), ==, FILE_KIND_FOREIGN);
    memcpy(header + 68, "SSCP", 4);
    g_assert_cmpint(file_kind_of_bytes(header, sizeof header), ==, FILE_KIND_RECORDING);
}

/* Any bytes at all. */
static void test_random(void)
{
    for (int round = 0; round < 20000; round++) {
        char bytes[64];
        size_t n = (size_t)g_test_rand_int_range(0, sizeof bytes);

        for (size_t i = 0; i < n; i++)
            bytes[i] = (char)g_test_rand_int_range(0, 256);
        if (round % 2 == 0 && n > 12)
            memcpy(bytes + n - 12, "\ngoroutine 1", 12);
        g_assert_cmpint(file_kind_of_bytes(bytes, n), !=, FILE_KIND_NONE);
    }
}

/* --- a word of the command line --- */

struct place {
    char *folder, *before;
};

static void place_init(struct place *place)
{
    place->folder = g_dir_make_tmp("sidescope-files-XXXXXX", NULL);
    place->before = g_get_current_dir();
    g_assert_cmpint(g_chdir(place->folder), ==, 0);
}

static void place_clear(struct place *place)
{
    g_assert_cmpint(g_chdir(place->before), ==, 0);
    remove_tree(place->folder);
    g_free(place->folder);
    g_free(place->before);
}

/* The program itself may lie where one works, and so may its sources: the process is meant. */
static void test_process_names(void)
{
    struct place place;

    place_init(&place);
    g_assert_true(g_file_set_contents("sidecar",
                                      "\x7f"
                                      "ELF\x02",
                                      5, NULL));
    g_assert_cmpint(g_mkdir("api", 0700), ==, 0);
    g_assert_false(opened_file_is_meant("sidecar"));
    g_assert_false(opened_file_is_meant("api"));
    g_assert_false(opened_file_is_meant("4711"));
    g_assert_false(opened_file_is_meant("localhost:6060"));
    g_assert_false(opened_file_is_meant("http://localhost:6060/debug/pprof"));
    g_assert_true(opened_file_is_meant("./sidecar"));
    g_assert_true(opened_file_is_meant("night.sidescope")); /* says that there is none */
    g_assert_true(g_file_set_contents("sidecar", "goroutine 1 [running]:\n", -1, NULL));
    g_assert_true(opened_file_is_meant("sidecar"));
    place_clear(&place);
}

static void refuse(const char *path, const char *words)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(opened_file_new(path, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, words));
    g_assert_true(g_str_has_prefix(error->message, path));
}

static void test_refused(void)
{
    struct place place;

    place_init(&place);
    g_assert_true(g_file_set_contents("notes.txt", "buy milk\n", -1, NULL));
    g_assert_true(g_file_set_contents("broken.pb.gz", "\x1f\x8b\x08\x00nothing", 11, NULL));
    g_assert_cmpint(g_mkdir("folder", 0700), ==, 0);
    refuse("night.sidescope", "no such file");
    refuse("notes.txt", "neither a recording nor a profile");
    refuse("./folder", "neither a recording nor a profile");
    refuse("broken.pb.gz", "");
    place_clear(&place);
}

/* --- moments --- */

static void triage(struct session *session, struct triage_result **ret)
{
    struct thresholds thresholds;
    struct triage_input input;

    thresholds_init(&thresholds, false);
    triage_input_from_session(&input, session);
    *ret = triage_evaluate(&input, &thresholds);
}

/* All ages are as they were when it was taken, on the clock of the wall. */
static void test_saved_snapshot(void)
{
    struct place place;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)snapshot_free);
    struct snapshot *made = fixture_snapshot(7, true, NULL);
    const gint64 age_us = 3 * G_USEC_PER_SEC;
    g_autoptr(GError) error = NULL;
    struct session_moment moment;
    struct target *target;

    place_init(&place);
    ((struct fd_entry *)(uintptr_t)made->files->fds)[0].first_seen_us =
        made->files->base.taken_us - age_us;
    g_free(made->origin);
    made->origin = g_strdup("sidecar 41822");
    snapshot_set_source(&made->goroutines_source, "memory");
    g_ptr_array_add(list, made);
    g_assert_true(snapshot_folder_save(list, "kept", &error));
    g_assert_true(opened_file_is_meant("kept"));
    g_autoptr(opened_file_auto) file = opened_file_new("kept", &error);

    g_assert_no_error(error);
    g_assert_null(opened_file_profile(file));
    g_assert_true(opened_file_moment(file, NULL, &target, &moment, &error));
    g_assert_cmpstr(target->name, ==, "sidecar");
    g_assert_cmpint(target->id.pid, ==, 41822);
    g_assert_true(target->is_sidecar);
    g_assert_cmpint(moment.now_us, ==, made->real_us);
    const struct files_sample *files = (const struct files_sample *)moment.samples[PROBE_FILES];

    g_assert_cmpint(files->base.taken_us - files->fds[0].first_seen_us, ==, age_us);
    g_assert_cmpint(files->base.taken_us, <=, moment.now_us);
    g_assert_cmpint(moment.samples[PROBE_THREADS]->status, ==, SAMPLE_UNSUPPORTED);
    g_assert_cmpint(moment.samples[PROBE_GOROUTINES]->status, ==, SAMPLE_OK);
    const struct goroutines_sample *goroutines =
        (const struct goroutines_sample *)moment.samples[PROBE_GOROUTINES];

    g_assert_cmpstr(goroutines->source, ==, "memory");
    g_assert_null(target->pprof_url); /* nothing was asked of any */
    target_free(target);
    session_moment_clear(&moment);
    place_clear(&place);
}

/* A dump alone: what is not in it is unknown, by every step. */
static void test_dump_alone(void)
{
    struct place place;
    g_autoptr(GError) error = NULL;
    struct session_moment moment;
    struct target *target;
    g_autoptr(triage_result_auto) result = NULL;

    place_init(&place);
    g_assert_true(g_file_set_contents(
        "dump.txt", "goroutine 1 [select]:\nmain.main()\n\t/src/main.go:5 +0x1\n\n", -1, NULL));
    g_autoptr(opened_file_auto) file = opened_file_new("dump.txt", &error);

    g_assert_no_error(error);
    g_assert_true(opened_file_moment(file, NULL, &target, &moment, &error));
    g_assert_cmpstr(target->name, ==, "dump.txt");
    g_assert_cmpstr(((const struct goroutines_sample *)moment.samples[PROBE_GOROUTINES])->source,
                    ==, ""); /* of a text alone nobody knows */
    struct session *session = session_new_replay(target);

    session_show(session, &moment);
    g_assert_cmpint(session_goroutines(session)->count, ==, 1);
    triage(session, &result);
    for (int i = 0; i < TRIAGE_N_FLOW; i++)
        g_assert_cmpint(result->steps[i].verdict, ==, TRIAGE_UNKNOWN);
    g_assert_false(opened_file_moment(file, "03:12", &target, &moment, &error));
    g_assert_nonnull(strstr(error->message, "--at is for recordings"));
    session_free(session);
    place_clear(&place);
}

static void test_lsof(void)
{
    struct place place;
    g_autoptr(GError) error = NULL;
    struct session_moment moment;
    struct target *target;

    place_init(&place);
    g_assert_true(
        g_file_set_contents("lsof.txt", cases[13].bytes, (gssize)strlen(cases[13].bytes), NULL));
    g_autoptr(opened_file_auto) file = opened_file_new("lsof.txt", &error);

    g_assert_no_error(error);
    g_assert_true(opened_file_moment(file, NULL, &target, &moment, &error));
    g_assert_cmpstr(target->name, ==, "sidecar"); /* as its rows say */
    g_assert_cmpint(target->id.pid, ==, 41822);
    g_assert_cmpint(moment.samples[PROBE_FILES]->status, ==, SAMPLE_OK);
    g_assert_cmpint(moment.samples[PROBE_PROCESS]->status, ==, SAMPLE_UNSUPPORTED);
    target_free(target);
    session_moment_clear(&moment);
    place_clear(&place);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/file-kind/kinds", test_kinds);
    g_test_add_func("/file-kind/databases", test_databases);
    g_test_add_func("/file-kind/random", test_random);
    g_test_add_func("/file-kind/process-names", test_process_names);
    g_test_add_func("/file-kind/refused", test_refused);
    g_test_add_func("/file-kind/saved-snapshot", test_saved_snapshot);
    g_test_add_func("/file-kind/dump-alone", test_dump_alone);
    g_test_add_func("/file-kind/lsof", test_lsof);
    return g_test_run();
}
