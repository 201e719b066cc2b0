#include "app/tui/screens/compare_tables.h"

#include "app/lists/compared_lists.h"

struct table *compare_table_new(enum compare_view view)
{
    static const struct listing *const listings[COMPARE_N_VIEWS] = {
        [COMPARE_VIEW_SUMMARY] = &compared_numbers_listing,
        [COMPARE_VIEW_GOROUTINES] = &compared_stacks_listing,
        [COMPARE_VIEW_TEMPLATES] = &compared_templates_listing,
        [COMPARE_VIEW_PATHS] = &compared_paths_listing,
        [COMPARE_VIEW_MAP] = &compared_regions_listing,
    };

    return table_new(listings[view]);
}

size_t compare_table_rows(const struct comparison *comparison, enum compare_view view)
{
    const size_t rows[COMPARE_N_VIEWS] = {
        [COMPARE_VIEW_SUMMARY] = METRIC_N_COMPARED,
        [COMPARE_VIEW_GOROUTINES] = comparison->buckets->len,
        [COMPARE_VIEW_TEMPLATES] = comparison->templates->len,
        [COMPARE_VIEW_PATHS] = comparison->paths->len,
        [COMPARE_VIEW_MAP] = comparison->regions->len,
    };

    return rows[view];
}

const char *compare_table_empty(const struct comparison *comparison, enum compare_view view)
{
    switch (view) {
    case COMPARE_VIEW_GOROUTINES:
        return comparison->has_goroutines
                   ? "The same goroutines in both: none came, none went."
                   : "One of the two snapshots holds no goroutines: nothing to compare.";
    case COMPARE_VIEW_TEMPLATES:
    case COMPARE_VIEW_PATHS:
        return comparison->has_files
                   ? "The same files are open in both."
                   : "One of the two snapshots holds no open files: nothing to compare.";
    default:
        if (comparison->same_map)
            return "Both snapshots hold the same reading of the memory map: it is read less often "
                   "than the rest. Compare snapshots that are further apart.";
        return comparison->has_map
                   ? "The memory map is the same in both."
                   : "One of the two snapshots holds no memory map: nothing to compare.";
    }
}
