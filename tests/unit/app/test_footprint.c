/* What only the commands tell: the footprint, on numbers vmmap printed of real processes, and
 * the rows of lsof that are no descriptors. */

#include "probes/macos/vmmap.h"
#include "tests/unit/app/triage_fixture.h"
#include "tests/unit/probes/recordings.h"

#include <string.h>

static const struct {
    const char *name; /* below samples/vmmap */
    bool past_peak;   /* its footprint has come down from the peak it prints */
} recordings[] = {
    {"01.txt", false}, /* 100.3M, which is its peak */
    {"03.txt", false}, /* 3.7G, the same */
    {"08.txt", true},  /* 1.9G of 3.8G */
    {"09.txt", false}, /* 1.7G of 1.8G */
    {"13.txt", true},  /* 1.2G of 3.5G */
    {"14.txt", true},  /* 581M of 739M */
};

static void check(const struct vmmap *vmmap, bool past_peak)
{
    struct triage_fixture fixture;

    fixture_healthy(&fixture);
    fixture.process.rss_bytes = vmmap->total.resident_bytes;
    fixture.memory.footprint_bytes = vmmap->footprint_bytes;
    fixture.memory.footprint_peak_bytes = vmmap->footprint_peak_bytes;
    struct triage_result *result = fixture_evaluate(&fixture);
    const struct triage_fact *returned = fixture_fact(&result->steps[TRIAGE_RSS], "returned");

    g_test_message("%s", result->steps[TRIAGE_RSS].sentence);
    g_assert_nonnull(fixture_fact(&result->steps[TRIAGE_RSS], "footprint peak"));
    g_assert_cmpint(returned != NULL, ==,
                    past_peak && vmmap->total.resident_bytes > vmmap->footprint_bytes);
    triage_result_free(result);
}

static void test_recorded(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(recordings); i++) {
        g_autofree char *path = g_strconcat("vmmap/", recordings[i].name, NULL);
        g_autofree char *text = recording_read(path);
        if (!text)
            return;
        g_autoptr(vmmap_auto) vmmap = vmmap_parse(text, strlen(text));

        g_test_message("%s", recordings[i].name);
        check(vmmap, recordings[i].past_peak);
    }
}

/* What C's malloc has allocated, beside what its zone holds: C code that leaks is no Go leak. */
static void test_zones(void)
{
    g_autofree char *text = recording_read("vmmap/01.txt");
    if (!text)
        return;
    g_autoptr(vmmap_auto) vmmap = vmmap_parse(text, strlen(text));
    struct triage_fixture fixture;

    fixture_healthy(&fixture);
    fixture.memory.zones = vmmap->zones;
    fixture.memory.n_zones = vmmap->n_zones;
    struct triage_result *result = fixture_evaluate(&fixture);
    const struct triage_fact *zone =
        fixture_fact(&result->steps[TRIAGE_MAP], "malloc zone DefaultMallocZone_0x105051000");

    g_assert_nonnull(zone);
    g_assert_cmpstr(zone->value, ==, "100M");
    g_assert_cmpstr(zone->note, ==, "in 176 allocations; the zone holds 100M");
    triage_result_free(result);
}

/* Rows of lsof that are no descriptors are told, and judge nothing. */
static void test_other_rows(void)
{
    struct triage_fixture fixture;

    fixture_healthy(&fixture);
    fixture.files.not_descriptors = 5000;
    struct triage_result *result = fixture_evaluate(&fixture);
    const struct triage_fact *rows = fixture_fact(&result->steps[TRIAGE_FDS], "other rows");

    g_assert_nonnull(rows);
    g_assert_cmpstr(rows->value, ==, "5 000");
    g_assert_cmpint(result->steps[TRIAGE_FDS].verdict, ==, TRIAGE_HEALTHY);
    triage_result_free(result);
    fixture.files.not_descriptors = SAMPLE_UNKNOWN; /* procfs lists descriptors alone */
    result = fixture_evaluate(&fixture);
    g_assert_null(fixture_fact(&result->steps[TRIAGE_FDS], "other rows"));
    triage_result_free(result);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/triage/commands/footprint", test_recorded);
    g_test_add_func("/triage/commands/zones", test_zones);
    g_test_add_func("/triage/commands/other-rows", test_other_rows);
    return g_test_run();
}
