/* Memory by vmmap and footprint, played by scripts that PATH finds: one that works, and the ways
 * of failing. */

#include "probes/bell.h"
#include "probes/probe.h"
#include "probes/target.h"
#include "tests/unit/probes/counts.h"
#include "tests/unit/probes/take.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define MIB INT64_C(1048576)

enum { PATIENCE_MS = 20 * 1000 };

static const struct platform_options by_commands = {.backend = PLATFORM_COMMANDS};

static const char works[] =
    "cat <<'END'\n"
    "Process:         sidecar [1]\n"
    "Path:            /opt/sidecar\n"
    "\n"
    "Physical footprint:         90.5M\n"
    "Physical footprint (peak):  2.0G\n"
    "----\n"
    "\n"
    "                                VIRTUAL RESIDENT    DIRTY  SWAPPED VOLATILE   NONVOL    EMPTY "
    "  REGION \n"
    "REGION TYPE                        SIZE     SIZE     SIZE     SIZE     SIZE     SIZE     SIZE "
    "   COUNT \n"
    "===========                     ======= ========    =====  ======= ========   ======    ===== "
    " ======= \n"
    "MALLOC_LARGE                      8192K      40K      40K       8K       0K       0K       0K "
    "       2         see MALLOC ZONE table below\n"
    "MALLOC_SMALL                      8192K      60K      60K       0K       0K       0K       0K "
    "       3         see MALLOC ZONE table below\n"
    "VM_ALLOCATE                      687.1M     2.0G    88.0M       0K       0K       0K       0K "
    "      20 \n"
    "VM_ALLOCATE (reserved)           100.0M       0K       0K       0K       0K       0K       0K "
    "       1         reserved VM address space (unallocated)\n"
    "__TEXT                           100.0M    50.0M       0K       0K       0K       0K       0K "
    "      30 \n"
    "===========                     ======= ========    =====  ======= ========   ======    ===== "
    " ======= \n"
    "TOTAL                            900.0M     2.0G    88.1M       8K       0K       0K       0K "
    "      56 \n"
    "\n"
    "                                 VIRTUAL   RESIDENT      DIRTY    SWAPPED ALLOCATION      "
    "BYTES "
    "DIRTY+SWAP          REGION\n"
    "MALLOC ZONE                         SIZE       SIZE       SIZE       SIZE      COUNT  "
    "ALLOCATED "
    " FRAG SIZE  % FRAG   COUNT\n"
    "===========                      =======  =========  =========  =========  =========  "
    "========= "
    " =========  ======  ======\n"
    "DefaultMallocZone_0x105051000      16.0M       100K       100K         8K         17        "
    "60K "
    "       48K     45%       5\n"
    "END\n";

struct stand {
    char *dir, *old_path;
    struct platform *platform;
};

static void put_tool(struct stand *stand, const char *name, const char *script)
{
    g_autofree char *path = g_build_filename(stand->dir, name, NULL);
    g_autofree char *text = g_strconcat("#!/bin/sh\n", script, NULL);
    g_autoptr(GError) error = NULL;

    g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, &error);
    g_assert_no_error(error);
}

/* The test's own process is looked at: it lives as long as needed. */
static void set_up(struct stand *stand)
{
    g_autoptr(GError) error = NULL;

    stand->dir = g_dir_make_tmp("sidescope-tools-XXXXXX", &error);
    g_assert_no_error(error);
    stand->old_path = g_strdup(g_getenv("PATH"));
    g_autofree char *path = g_strconcat(stand->dir, ":", stand->old_path, NULL);

    g_setenv("PATH", path, TRUE);
    stand->platform = platform_open(&by_commands, getpid(), NULL, &error);
    g_assert_no_error(error);
}

static void tear_down(struct stand *stand)
{
    g_autoptr(GDir) dir = g_dir_open(stand->dir, 0, NULL);

    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(stand->dir, name, NULL);

        g_unlink(path);
    }
    g_rmdir(stand->dir);
    platform_close(stand->platform);
    g_setenv("PATH", stand->old_path, TRUE);
    g_free(stand->old_path);
    g_free(stand->dir);
}

static const struct region *find_region(const struct memory_sample *sample, const char *name)
{
    for (size_t i = 0; i < sample->n_regions; i++)
        if (strcmp(sample->regions[i].name, name) == 0)
            return &sample->regions[i];
    g_error("there is no region type %s", name);
}

static void test_works(void)
{
    struct stand stand;

    set_up(&stand);
    put_tool(&stand, "vmmap", works);
    struct memory_sample *sample = take_memory(stand.platform, true);

    g_assert_cmpstr(sample->base.reason, ==, "");
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->footprint_bytes, ==, 905 * MIB / 10);
    g_assert_cmpint(sample->footprint_peak_bytes, ==, 2048 * MIB);
    g_assert_true(sample->regions_are_types);
    g_assert_cmpuint(sample->n_regions, ==, 5);
    g_assert_cmpint(find_region(sample, "MALLOC_SMALL")->count, ==, 3);
    g_assert_cmpint(sample->classes[REGION_C_HEAP].count, ==, 5);
    g_assert_cmpint(sample->classes[REGION_C_HEAP].dirty_bytes, ==, 100 * 1024);
    /* this test is no Go program, so the memory without a tag is not Go's */
    g_assert_cmpint(sample->classes[REGION_ANONYMOUS].count, ==, 20);
    g_assert_cmpint(sample->classes[REGION_GO_HEAP].count, ==, 0);
    g_assert_cmpint(sample->classes[REGION_RESERVED].count, ==, 1);
    g_assert_cmpint(sample->classes[REGION_LIBRARY].resident_bytes, ==, 50 * MIB);
    g_assert_cmpint(sample->total.count, ==, 56);
    g_assert_cmpint(sample->swap_bytes, ==, 8 * 1024);
    g_assert_cmpint(sample->pss_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(sample->total.pss_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpuint(sample->n_zones, ==, 1);
    g_assert_cmpstr(sample->zones[0].name, ==, "DefaultMallocZone_0x105051000");
    g_assert_cmpint(sample->zones[0].allocations, ==, 17);
    g_assert_cmpint(sample->zones[0].allocated_bytes, ==, 60 * 1024);
    g_assert_cmpint(sample->rss_bytes, >, 0);
    sample_unref(sample);
    sample = take_memory(stand.platform, false); /* ps alone */
    g_assert_cmpint(sample->regions_us, ==, 0);
    g_assert_cmpint(sample->footprint_bytes, ==, SAMPLE_UNKNOWN);
    sample_unref(sample);
    tear_down(&stand);
}

static void test_footprint(void)
{
    struct stand stand;

    set_up(&stand);
    put_tool(&stand, "footprint",
             "echo \"$@\" >> ${0%/*}/calls\n"
             "echo '    phys_footprint: 1000 B'; echo '    phys_footprint_peak: 2000 B'\n");
    for (int i = 0; i < 3; i++) {
        struct process_sample *sample = take_process(stand.platform);

        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpint(sample->footprint_bytes, ==, 1000);
        g_assert_cmpint(sample->footprint_peak_bytes, ==, 2000);
        sample_unref(sample);
    }
    g_autofree char *path = g_build_filename(stand.dir, "calls", NULL);
    g_autofree char *calls = NULL;
    g_autofree char *once =
        g_strdup_printf("--noCategories -f bytes %d\n", (int)getpid()); /* the rest from memory */

    g_assert_true(g_file_get_contents(path, &calls, NULL, NULL));
    g_assert_cmpstr(calls, ==, once);
    tear_down(&stand);
}

struct failure {
    const char *script; /* NULL: there is no vmmap */
    enum sample_status status;
    const char *words; /* of the reason */
};

static void test_failures(void)
{
    static const struct failure failures[] = {
        {NULL, SAMPLE_UNSUPPORTED, "vmmap"},
        {"echo 'vmmap cannot examine process 1 (x) because you do not have appropriate privileges "
         "to examine it; try running with sudo.' >&2; exit 255",
         SAMPLE_DENIED, "get-task-allow"},
        {"echo '[fatal] unable to get task_for_pid' >&2; exit 1", SAMPLE_DENIED, "sudo sidescope"},
        {"kill -SEGV $$", SAMPLE_FAILED, "signal 11"},
        {"echo disk full >&2; exit 7", SAMPLE_FAILED, "disk full"},
        {"exit 7", SAMPLE_FAILED, "exit status 7"},
        {"echo 'Process: x [1]'", SAMPLE_FAILED, "vmmap"}, /* no table in it */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(failures); i++) {
        struct stand stand;
        g_autofree char *real = g_find_program_in_path("vmmap");

        if (failures[i].script == NULL && real != NULL)
            continue; /* a Mac */
        set_up(&stand);
        if (failures[i].script != NULL)
            put_tool(&stand, "vmmap", failures[i].script);
        struct memory_sample *sample = take_memory(stand.platform, true);

        g_test_message("%s", sample->base.reason);
        g_assert_cmpint(sample->base.status, ==, failures[i].status);
        g_assert_nonnull(strstr(sample->base.reason, failures[i].words));
        g_assert_cmpint(sample->regions_us, ==, 0);
        g_assert_cmpint(sample->rss_bytes, >, 0);
        sample_unref(sample);
        tear_down(&stand);
    }
}

/* --- in a probe --- */

struct watch {
    struct stand stand;
    struct target *target;
    struct bell *bell;
    struct probe *probe;
};

static void watch_start(struct watch *watch)
{
    g_autoptr(GError) error = NULL;
    struct process_entry *entry = platform_describe(&by_commands, getpid(), &error);

    g_assert_no_error(error);
    watch->target = target_new(&by_commands, entry, NULL, "not asked");
    process_entry_free(entry);
    watch->bell = bell_new();
    struct probe_options options = {
        .bell_fd = bell_ring_end(watch->bell),
        .interval_us = 1000,
        .max_duty = 1, /* the pace is tested elsewhere */
    };

    watch->probe = probe_start(PROBE_MEMORY, watch->target, &options);
}

static void watch_stop(struct watch *watch)
{
    probe_stop(watch->probe);
    target_free(watch->target);
    bell_free(watch->bell);
}

static void wait_for_file(const char *path)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_MS * (gint64)1000;

    while (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(1000);
    }
}

/* A vmmap that never answers delays nobody who leaves. */
static void test_hung_exit(void)
{
    struct watch watch;
    struct counts before = counts_now();

    set_up(&watch.stand);
    put_tool(&watch.stand, "vmmap",
             "trap '' TERM INT; : > ${0%/*}/started; while :; do sleep 1000; done\n");
    g_autofree char *started = g_build_filename(watch.stand.dir, "started", NULL);

    watch_start(&watch);
    wait_for_file(started);
    g_assert_true(probe_pace(watch.probe).busy);
    gint64 began = g_get_monotonic_time();

    watch_stop(&watch);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 2 * G_USEC_PER_SEC);
    tear_down(&watch.stand);
    counts_assert_back(before);
}

static struct memory_sample *wait_sample(struct watch *watch)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_MS * (gint64)1000;
    struct sample *sample = NULL;

    while ((sample = probe_take(watch->probe)) == NULL) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(1000);
    }
    return (struct memory_sample *)(void *)sample;
}

/* What a walk said holds until the next: the readings in between do not hide it. */
static void test_reason_stays(void)
{
    struct watch watch;

    set_up(&watch.stand);
    put_tool(&watch.stand, "vmmap", "echo x >> ${0%/*}/calls; echo broken >&2; exit 1");
    watch_start(&watch);
    for (int i = 0; i < 3; i++) {
        struct memory_sample *sample = wait_sample(&watch);

        g_assert_cmpint(sample->base.status, ==, SAMPLE_FAILED);
        g_assert_nonnull(strstr(sample->base.reason, "broken"));
        sample_unref(sample);
    }
    g_autofree char *path = g_build_filename(watch.stand.dir, "calls", NULL);
    g_autofree char *calls = NULL;

    g_assert_true(g_file_get_contents(path, &calls, NULL, NULL));
    g_assert_cmpstr(calls, ==, "x\n"); /* one walk, not one per sample */
    watch_stop(&watch);
    tear_down(&watch.stand);
}

/* What the tools take is charged in another coin than readings of procfs. */
static void test_share(void)
{
    struct process_entry *entry = platform_describe(&by_commands, getpid(), NULL);
    g_autoptr(target_auto) by_tools = target_new(&by_commands, entry, NULL, NULL);
    g_autoptr(target_auto) as_usual = target_new(NULL, entry, NULL, NULL);

    g_assert_cmpfloat(probe_default_duty(PROBE_PROCESS, by_tools), ==, 0.01);
    g_assert_cmpfloat(probe_default_duty(PROBE_PROCESS, by_tools), >=,
                      probe_default_duty(PROBE_PROCESS, as_usual));
    g_assert_cmpfloat(probe_default_duty(PROBE_HEAP, by_tools), ==,
                      probe_default_duty(PROBE_HEAP, as_usual)); /* asks over HTTP either way */
    process_entry_free(entry);
}

/* Somebody looks closely: samples come at their pace, vmmap still not more than twice a minute. */
static void test_rare(void)
{
    struct watch watch;

    set_up(&watch.stand);
    g_autofree char *script = g_strconcat("echo x >> ${0%/*}/calls\n", works, NULL);

    put_tool(&watch.stand, "vmmap", script);
    watch_start(&watch);
    sample_unref(wait_sample(&watch));
    probe_set_detail(watch.probe, true); /* asks for one at once */
    for (int i = 0; i < 4; i++) {
        struct memory_sample *sample = wait_sample(&watch);

        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpint(sample->footprint_bytes, ==, 905 * MIB / 10);
        g_assert_cmpuint(sample->n_regions, ==, 5);
        g_assert_cmpint(sample->swap_bytes, ==, 8 * 1024); /* as old as the regions */
        g_assert_cmpint(sample->swap_growth_bytes, ==, 0);
        g_assert_cmpint(sample->private_dirty_bytes, ==, 881 * MIB / 10);
        sample_unref(sample);
    }
    g_autofree char *path = g_build_filename(watch.stand.dir, "calls", NULL);
    g_autofree char *calls = NULL;

    g_assert_true(g_file_get_contents(path, &calls, NULL, NULL));
    g_assert_cmpstr(calls, ==, "x\nx\n");
    watch_stop(&watch);
    tear_down(&watch.stand);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/commands/vmmap/works", test_works);
    g_test_add_func("/commands/vmmap/footprint", test_footprint);
    g_test_add_func("/commands/vmmap/failures", test_failures);
    g_test_add_func("/commands/vmmap/hung-exit", test_hung_exit);
    g_test_add_func("/commands/vmmap/reason-stays", test_reason_stays);
    g_test_add_func("/commands/vmmap/share", test_share);
    g_test_add_func("/commands/vmmap/rare", test_rare);
    return g_test_run();
}
