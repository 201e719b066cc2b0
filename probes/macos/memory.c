#include "probes/macos/go_program.h"
#include "probes/macos/handle.h"
#include "probes/macos/vmmap.h"

#include <string.h>

static const char what[] = "the memory regions";

static int64_t or_zero(int64_t value)
{
    return value == SAMPLE_UNKNOWN ? 0 : value;
}

static void add_totals(struct region_totals *totals, const struct vmmap_region *row)
{
    totals->virtual_bytes += or_zero(row->virtual_bytes);
    totals->resident_bytes += or_zero(row->resident_bytes);
    totals->dirty_bytes += or_zero(row->dirty_bytes);
    totals->swapped_bytes += or_zero(row->swapped_bytes);
    totals->count += row->count;
}

/* VM_ALLOCATE is Go's only in a Go program; looked up once, the file does not change. */
static bool is_go(struct commands_platform *platform)
{
    if (!platform->looked_at_program) {
        g_autofree char *path = commands_program(&platform->runner, platform->id.pid);
        g_autofree char *version = go_program_version(path);

        platform->is_go = version != NULL;
        platform->looked_at_program = true;
    }
    return platform->is_go;
}

static void take_regions(struct memory_sample *sample, const struct vmmap *vmmap, bool go)
{
    struct region *regions = sample_alloc(sample, (vmmap->n_regions + 1) * sizeof *regions);

    for (size_t i = 0; i < vmmap->n_regions; i++) {
        const struct vmmap_region *row = &vmmap->regions[i];

        regions[i] = (struct region){
            .end = (uint64_t)or_zero(row->virtual_bytes),
            .cls = vmmap_class(row->type, go),
            .name = sample_strdup(sample, row->type),
            .resident_bytes = or_zero(row->resident_bytes),
            .dirty_bytes = or_zero(row->dirty_bytes),
            .swapped_bytes = or_zero(row->swapped_bytes),
            .pss_bytes = SAMPLE_UNKNOWN,
            .lazyfree_bytes = SAMPLE_UNKNOWN,
            .count = row->count,
        };
        add_totals(&sample->classes[regions[i].cls], row);
        add_totals(&sample->total, row);
    }
    for (int c = 0; c < REGION_N_CLASSES; c++)
        sample->classes[c].pss_bytes = sample->classes[c].lazyfree_bytes = SAMPLE_UNKNOWN;
    sample->total.pss_bytes = sample->total.lazyfree_bytes = SAMPLE_UNKNOWN;
    sample->regions = regions;
    sample->n_regions = vmmap->n_regions;
    sample->regions_are_types = true;
}

static void take_vmmap(struct memory_sample *sample, const struct vmmap *vmmap, bool go)
{
    take_regions(sample, vmmap, go);

    struct malloc_zone *zones = sample_alloc(sample, (vmmap->n_zones + 1) * sizeof *zones);

    for (size_t i = 0; i < vmmap->n_zones; i++) {
        zones[i] = vmmap->zones[i];
        zones[i].name = sample_strdup(sample, zones[i].name);
    }
    sample->zones = zones;
    sample->n_zones = vmmap->n_zones;

    sample->footprint_bytes = vmmap->footprint_bytes;
    sample->footprint_peak_bytes = vmmap->footprint_peak_bytes;
    sample->private_dirty_bytes = vmmap->total.dirty_bytes;
    sample->swap_bytes = vmmap->total.swapped_bytes;
    sample->swap_step_bytes = vmmap_size_step(vmmap->total.swapped_bytes);
    sample->regions_us = g_get_monotonic_time();
}

static void read_regions(struct commands_platform *platform, struct memory_sample *sample,
                         const struct ps_row *row)
{
    g_autofree char *pid_text = g_strdup_printf("%d", (int)row->pid);
    const char *const argv[] = {"vmmap", "--summary", pid_text, NULL};
    struct run_result result;
    gint64 began_us = g_get_monotonic_time();
    bool ran = tool_run(&platform->runner, TOOL_VMMAP, argv, &result);
    g_autoptr(vmmap_auto) vmmap = NULL;

    if (ran)
        vmmap = vmmap_parse(result.output->str, result.output->len);
    if (vmmap)
        take_vmmap(sample, vmmap, is_go(platform));
    else {
        g_autofree char *text = g_strconcat(result.output->str, "\n", result.errors->str, NULL);
        g_autofree char *why = NULL;
        enum vmmap_failure failure = vmmap_failure_of(text);

        if (failure == VMMAP_DENIED)
            why = commands_denied_text(row, "the memory map");
        else
            why = tool_why(TOOL_VMMAP, &result, what);
        commands_set_failed(platform, sample,
                            failure == VMMAP_DENIED ? SAMPLE_DENIED : tool_status(&result), why);
    }
    sample->regions_cost_us = g_get_monotonic_time() - began_us;
    run_result_clear(&result);
}

void commands_read_memory(struct platform *base, struct memory_sample *sample, bool with_regions)
{
    struct commands_platform *platform = commands_platform_of(base);
    struct ps_row row;

    memory_sample_set_unknown(sample);
    if (commands_begin(platform, sample, &row)) {
        sample->rss_bytes = row.rss_bytes;
        if (with_regions)
            read_regions(platform, sample, &row);
    }
    commands_end(platform, sample);
}

bool commands_memory_of_text(struct memory_sample *sample, const char *text, size_t n)
{
    g_autoptr(vmmap_auto) vmmap = vmmap_parse(text, n);

    memory_sample_set_unknown(sample);
    if (vmmap == NULL)
        return false;
    take_vmmap(sample, vmmap, true);
    sample->rss_bytes = vmmap->total.resident_bytes;
    sample->regions_us = sample->base.taken_us;
    return true;
}
