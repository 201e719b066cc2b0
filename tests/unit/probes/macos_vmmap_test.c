/* vmmap --summary and footprint of macOS 10.12 to 26: every recording, and tables made up. */

#include "probes/macos/vmmap.h"

#include "tests/unit/probes/recordings.h"

#include <string.h>

#define KIB INT64_C(1024)
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)

enum { UNKNOWN = -1 };

struct expectation {
    const char *name;
    double footprint_mib, peak_mib; /* UNKNOWN: the file gives none */
    size_t regions, zones;          /* rows */
    int64_t total;                  /* UNKNOWN: the table was cut before it */
    bool complete;                  /* rows add up to the total */
};

/* Rows and totals counted in the files by hand. */
static const struct expectation expectations[] = {
    {"01", 100.3, 100.3, 20, 1, 178, true},
    {"02", 2048, 2048, 21, 1, 195, true},
    {"03", 3.7 * 1024, 3.7 * 1024, 23, 1, 450, true}, /* counts printed one too high */
    {"05", UNKNOWN, UNKNOWN, 23, 1, 351, true},       /* and here */
    {"06", 10.2, 12.2, 16, 2, 432, true},             /* and here */
    {"07", 11.5 * 1024, 14.5 * 1024, 36, 1, 3270, true},
    {"08", 1.9 * 1024, 3.8 * 1024, 36, 2, 4452, true},
    {"09", 1.7 * 1024, 1.8 * 1024, 44, 4, 12542, true},
    {"10", 919.0, 941.4, 49, 8, 7248, true},
    {"11", UNKNOWN, UNKNOWN, 6, 0, 11, true}, /* and here */
    {"12", UNKNOWN, UNKNOWN, 19, 1, 188, true},
    {"13", 1.2 * 1024, 3.5 * 1024, 13, 1, 9307, false},
    {"14", 580.9, 738.9, 6, 1, 12117, false},
    {"16", UNKNOWN, UNKNOWN, 6, 0, UNKNOWN, false},
};

static char *read_recorded(const char *name)
{
    g_autofree char *path = g_strdup_printf("vmmap/%s.txt", name);

    return recording_read(path);
}

static void check_bytes(int64_t bytes, double mib)
{
    if (mib < 0)
        g_assert_cmpint(bytes, ==, SAMPLE_UNKNOWN);
    else
        g_assert_cmpfloat_with_epsilon((double)bytes / (double)MIB, mib, 0.001);
}

/* Sizes are rounded to a tenth of their unit. */
static void check_sums(const struct vmmap *vmmap)
{
    int64_t resident = 0, dirty = 0, count = 0;

    for (size_t i = 0; i < vmmap->n_regions; i++) {
        const struct vmmap_region *row = &vmmap->regions[i];

        g_assert_cmpint(row->count, >, 0);
        g_assert_cmpint(row->virtual_bytes, >=, 0);
        count += row->count;
        if (vmmap->total.resident_bytes == SAMPLE_UNKNOWN)
            continue; /* a system that did not print them */
        resident += row->resident_bytes;
        dirty += row->dirty_bytes;
    }
    g_assert_cmpint(count, ==, vmmap->total.count);
    if (vmmap->total.resident_bytes == SAMPLE_UNKNOWN)
        return;
    g_assert_cmpfloat_with_epsilon((double)resident / (double)vmmap->total.resident_bytes, 1, 0.04);
    g_assert_cmpfloat_with_epsilon((double)dirty / (double)vmmap->total.dirty_bytes, 1, 0.04);
}

static void test_recorded(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(expectations); i++) {
        const struct expectation *e = &expectations[i];
        g_autofree char *text = read_recorded(e->name);
        if (!text)
            return;
        g_autoptr(vmmap_auto) vmmap = vmmap_parse(text, strlen(text));

        g_test_message("%s", e->name);
        g_assert_nonnull(vmmap);
        check_bytes(vmmap->footprint_bytes, e->footprint_mib);
        check_bytes(vmmap->footprint_peak_bytes, e->peak_mib);
        g_assert_cmpuint(vmmap->n_regions, ==, e->regions);
        g_assert_cmpuint(vmmap->n_zones, ==, e->zones);
        g_assert_cmpint(vmmap->total.count, ==, e->total == UNKNOWN ? SAMPLE_UNKNOWN : e->total);
        if (e->complete)
            check_sums(vmmap);
    }
}

static const struct vmmap_region *find(const struct vmmap *vmmap, const char *type)
{
    for (size_t i = 0; i < vmmap->n_regions; i++)
        if (strcmp(vmmap->regions[i].type, type) == 0)
            return &vmmap->regions[i];
    g_error("there is no row %s", type);
}

/* Every cut of every recording: nothing may be read behind the end, nothing be made up. */
static void test_cut(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(expectations); i++) {
        g_autofree char *text = read_recorded(expectations[i].name);
        if (!text)
            return;
        size_t n = strlen(text);

        for (size_t cut = 0; cut < n; cut += 7) {
            g_autofree char *part = g_memdup2(text, cut + 1); /* not terminated at the cut */
            g_autoptr(vmmap_auto) vmmap = vmmap_parse(part, cut);

            if (vmmap)
                g_assert_cmpuint(vmmap->n_regions, <=, expectations[i].regions);
        }
    }
}

static void test_go_program(void)
{
    g_autofree char *text = read_recorded("06");
    if (!text)
        return;
    g_autoptr(vmmap_auto) vmmap = vmmap_parse(text, strlen(text));
    const struct vmmap_region *heap = find(vmmap, "VM_ALLOCATE");

    g_assert_cmpstr(vmmap->path, ==, "/usr/local/go/bin/go");
    g_assert_cmpint(heap->count, ==, 20); /* printed as 21 */
    g_assert_cmpint(heap->virtual_bytes, ==, (int64_t)(6871 * MIB / 10));
    g_assert_cmpint(heap->dirty_bytes, ==, 9456 * KIB);
    g_assert_cmpint(find(vmmap, "Stack")->count, ==, 13);
    g_assert_cmpint(vmmap_class("VM_ALLOCATE", true), ==, REGION_GO_HEAP);
    g_assert_cmpint(vmmap_class("VM_ALLOCATE", false), ==, REGION_ANONYMOUS);
}

static void test_reserved_and_swapped(void)
{
    g_autofree char *text = read_recorded("09");
    if (!text)
        return;
    g_autoptr(vmmap_auto) vmmap = vmmap_parse(text, strlen(text));

    g_assert_cmpint(find(vmmap, "VM_ALLOCATE")->count, ==, 5911);
    g_assert_cmpint(find(vmmap, "VM_ALLOCATE")->swapped_bytes, ==, 2383 * MIB / 10);
    g_assert_cmpint(find(vmmap, "VM_ALLOCATE (reserved)")->virtual_bytes, ==, 32 * MIB);
    g_assert_cmpint(find(vmmap, "MALLOC_TINY (empty)")->resident_bytes, ==, 32 * KIB);
    g_assert_cmpint(find(vmmap, "__CTF")->virtual_bytes, ==, 824); /* no letter: bytes */
    g_assert_cmpint(vmmap->total.swapped_bytes, ==, 5807 * MIB / 10);
}

/* Names with blanks, digits, parentheses, and one that moves every column. */
static void test_odd_names(void)
{
    g_autofree char *cut = read_recorded("16"), *tags = read_recorded("13");
    g_autofree char *old = read_recorded("12");
    if (!cut || !tags || !old)
        return;
    g_autoptr(vmmap_auto) wide = vmmap_parse(cut, strlen(cut));
    g_autoptr(vmmap_auto) tagged = vmmap_parse(tags, strlen(tags));
    g_autoptr(vmmap_auto) shlib = vmmap_parse(old, strlen(old));

    g_assert_cmpint(find(wide, "CoreMedia Capture Data")->count, ==, 72573);
    g_assert_cmpint(find(wide, "CoreMedia Capture Data (reserved)")->count, ==, 23);
    g_assert_cmpint(find(tagged, "Memory Tag 241")->virtual_bytes, ==, 320 * KIB);
    g_assert_cmpint(find(shlib, "unused but dirty shlib __DATA")->count, ==, 19);
    g_assert_cmpint(find(shlib, "__OBJC_RW")->dirty_bytes, ==, 3856);
}

static void test_zones(void)
{
    g_autofree char *text = read_recorded("12");
    if (!text)
        return;
    g_autoptr(vmmap_auto) vmmap = vmmap_parse(text, strlen(text));
    const struct malloc_zone *zone = &vmmap->zones[0];

    g_assert_cmpstr(zone->name, ==, "DefaultMallocZone_0x105967000");
    g_assert_cmpint(zone->virtual_bytes, ==, 472 * MIB / 10);
    g_assert_cmpint(zone->allocations, ==, 165);
    g_assert_cmpint(zone->allocated_bytes, ==, 382 * MIB / 10);
    g_assert_cmpint(zone->regions, ==, 4);
}

/* A table of our own in the format of a current system. */
static const char made_up[] =
    "Process:         sidecar [401]\n"
    "Path:            /opt/my bin/sidecar\n"
    "\n"
    "Physical footprint:         90.5M\n"
    "Physical footprint (peak):  2.0G\n"
    "Idle exit:                  untracked\n"
    "----\n"
    "\n"
    "                                VIRTUAL RESIDENT    DIRTY  SWAPPED VOLATILE   NONVOL    EMPTY "
    "  REGION \n"
    "REGION TYPE                        SIZE     SIZE     SIZE     SIZE     SIZE     SIZE     SIZE "
    "   COUNT (non-coalesced) \n"
    "===========                     ======= ========    =====  ======= ========   ======    ===== "
    " ======= \n"
    "MALLOC_SMALL                      8192K      40K      40K       8K       0K       0K       0K "
    "       1         see MALLOC ZONE table below\n"
    "VM_ALLOCATE                      687.1M    1.2G     88.0M       0K       0K       0K       0K "
    "      21 \n"
    "Memory Tag 77                       64       64       0K       0K       0K       0K       0K  "
    "      3 \n"
    "not a row\n"
    "===========                     ======= ========    =====  ======= ========   ======    ===== "
    " ======= \n"
    "TOTAL                            700.0M     1.2G    88.1M       8K       0K       0K       0K "
    "      25 \n"
    "TOTAL, minus reserved VM space   600.0M     1.2G    88.1M       8K       0K       0K       0K "
    "      25 \n"
    "\n"
    "                                 VIRTUAL   RESIDENT      DIRTY    SWAPPED ALLOCATION      "
    "BYTES DIRTY+SWAP          REGION\n"
    "MALLOC ZONE                         SIZE       SIZE       SIZE       SIZE      COUNT  "
    "ALLOCATED  FRAG SIZE  % FRAG   COUNT\n"
    "===========                      =======  =========  =========  =========  =========  "
    "=========  =========  ======  ======\n"
    "My zone_0x1                        36.0M       192K       192K         0K        645        "
    "66K       126K     66%       6\n";

static void test_made_up(void)
{
    g_autoptr(vmmap_auto) vmmap = vmmap_parse(made_up, strlen(made_up));

    g_assert_cmpuint(vmmap->n_regions, ==, 3);
    g_assert_cmpstr(vmmap->path, ==, "/opt/my bin/sidecar");
    g_assert_cmpint(vmmap->footprint_bytes, ==, 905 * MIB / 10);
    g_assert_cmpint(vmmap->footprint_peak_bytes, ==, 2 * GIB);
    g_assert_cmpint(find(vmmap, "Memory Tag 77")->resident_bytes, ==, 64);
    g_assert_cmpint(find(vmmap, "Memory Tag 77")->count, ==, 3);
    g_assert_cmpint(vmmap->total.virtual_bytes, ==, 700 * MIB); /* the first of the two totals */
    g_assert_cmpuint(vmmap->n_zones, ==, 1);
    g_assert_cmpstr(vmmap->zones[0].name, ==, "My zone_0x1");
}

static void test_sizes(void)
{
    static const struct {
        const char *text;
        int64_t bytes; /* -1: no size */
    } cases[] = {
        {"0K", 0},
        {"824", 824},
        {"9904K", 9904 * KIB},
        {"1.5K", 1536},
        {"1.0G", GIB},
        {"1.4T", 14 * 1024 * GIB / 10},
        {"", -1},
        {"K", -1},
        {"1.K", -1},
        {"1.23K", -1},
        {"1k", -1},
        {"-1K", -1},
        {"1288490188", INT64_C(1288490188)},
        {"9999999999999999K", -1},
        {"999999999T", -1},
        {"12%", -1},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t bytes = -1;

        vmmap_parse_size(cases[i].text, strlen(cases[i].text), &bytes);
        g_assert_cmpint(bytes, ==, cases[i].bytes);
    }
}

/* A number that is printed one tenth higher is at most one step away. */
static void test_size_steps(void)
{
    g_assert_cmpint(vmmap_size_step(0), ==, KIB);
    g_assert_cmpint(vmmap_size_step(9904 * KIB), ==, KIB);
    g_assert_cmpint(vmmap_size_step(687 * 1024 * KIB), ==, 1024 * KIB / 10 + 1);
    g_assert_cmpint(vmmap_size_step(GIB), ==, GIB / 10 + 1);
    g_assert_cmpint(vmmap_size_step(2048 * GIB), ==, 1024 * GIB / 10 + 1);
}

static void test_classes(void)
{
    static const struct {
        const char *type;
        enum region_class cls;
    } cases[] = {
        {"MALLOC_LARGE (empty)", REGION_C_HEAP},
        {"MALLOC metadata", REGION_C_HEAP},
        {"MALLOC guard page", REGION_RESERVED},
        {"MALLOC_NANO (reserved)", REGION_RESERVED},
        {"Stack", REGION_STACK},
        {"STACK GUARD", REGION_RESERVED},
        {"Stack Guard", REGION_RESERVED},
        {"VM_ALLOCATE (reserved)", REGION_RESERVED},
        {"mapped file", REGION_FILE},
        {"shared memory", REGION_SHARED},
        {"__TEXT", REGION_LIBRARY},
        {"__DATA_CONST", REGION_LIBRARY},
        {"SQLite page cache", REGION_SQLITE},
        {"Memory Tag 253", REGION_ANONYMOUS},
        {"page table in kernel", REGION_KERNEL},
        {"unused but dirty shlib __DATA", REGION_LIBRARY},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(vmmap_class(cases[i].type, true), ==, cases[i].cls);
}

static void test_failures(void)
{
    g_autofree char *text = read_recorded("15"), *head = read_recorded("04");

    g_assert_cmpint(vmmap_failure_of("vmmap[7]: vmmap cannot examine process 1 (launchd) because "
                                     "you do not have appropriate privileges to examine it; try "
                                     "running with sudo.\n"),
                    ==, VMMAP_DENIED);
    g_assert_cmpint(vmmap_failure_of("task_for_pid failed"), ==, VMMAP_DENIED);
    g_assert_cmpint(vmmap_failure_of("out of memory"), ==, VMMAP_FAILED);
    if (!text || !head)
        return;
    g_assert_null(vmmap_parse(text, strlen(text)));
    g_assert_cmpint(vmmap_failure_of(text), ==, VMMAP_GONE);
    g_assert_null(vmmap_parse(head, strlen(head))); /* a head without a table */
}

static void test_footprint(void)
{
    static const char bytes_text[] = "x [1]: 64-bit\n    phys_footprint: 868352 B\n"
                                     "    phys_footprint_peak: 884736\n";
    static const char large_text[] = "x [1]: 64-bit\n    phys_footprint: 16106127360 B\n"
                                     "    phys_footprint_peak: 17179869184 B\n";
    g_autofree char *text = recording_read("footprint/01.txt");
    g_autofree char *dead = recording_read("footprint/02-dead-pid.txt");
    int64_t bytes = 0, peak = 0;

    g_assert_true(footprint_parse(bytes_text, strlen(bytes_text), &bytes, &peak));
    g_assert_cmpint(bytes, ==, 868352);
    g_assert_cmpint(peak, ==, 884736);
    g_assert_true(footprint_parse(large_text, strlen(large_text), &bytes, &peak));
    g_assert_cmpint(bytes, ==, INT64_C(16106127360)); /* what leaks is that large */
    g_assert_cmpint(peak, ==, INT64_C(17179869184));
    if (!text || !dead)
        return;
    g_assert_true(footprint_parse(text, strlen(text), &bytes, &peak));
    g_assert_cmpint(bytes, ==, 848 * KIB);
    g_assert_cmpint(peak, ==, 864 * KIB);
    g_assert_false(footprint_parse(dead, strlen(dead), &bytes, &peak));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/macos/vmmap/recorded", test_recorded);
    g_test_add_func("/macos/vmmap/cut", test_cut);
    g_test_add_func("/macos/vmmap/go-program", test_go_program);
    g_test_add_func("/macos/vmmap/reserved-and-swapped", test_reserved_and_swapped);
    g_test_add_func("/macos/vmmap/odd-names", test_odd_names);
    g_test_add_func("/macos/vmmap/zones", test_zones);
    g_test_add_func("/macos/vmmap/made-up", test_made_up);
    g_test_add_func("/macos/vmmap/sizes", test_sizes);
    g_test_add_func("/macos/vmmap/size-steps", test_size_steps);
    g_test_add_func("/macos/vmmap/classes", test_classes);
    g_test_add_func("/macos/vmmap/failures", test_failures);
    g_test_add_func("/macos/footprint", test_footprint);
    return g_test_run();
}
