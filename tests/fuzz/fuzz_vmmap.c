#include "fuzz.h"

#include "probes/macos/vmmap.h"

static void check(const struct vmmap *vmmap)
{
    for (size_t i = 0; i < vmmap->n_regions; i++) {
        g_assert_true(*vmmap->regions[i].type != '\0');
        g_assert_true(vmmap->regions[i].virtual_bytes >= 0);
        g_assert_true(vmmap_class(vmmap->regions[i].type, true) < REGION_N_CLASSES);
    }
    for (size_t i = 0; i < vmmap->n_zones; i++)
        g_assert_true(vmmap->zones[i].allocations >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    g_autoptr(vmmap_auto) vmmap = vmmap_parse((const char *)data, n);
    int64_t bytes, peak;

    if (vmmap != NULL)
        check(vmmap);
    footprint_parse((const char *)data, n, &bytes, &peak);
    return 0;
}
