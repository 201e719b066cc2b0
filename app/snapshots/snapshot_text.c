#include "app/snapshots/snapshot_text.h"

#include "widgets/number.h"
#include "widgets/safe_text.h"

/* "-" for what is not known. */
static void append_bytes(GString *out, int64_t bytes)
{
    g_string_append_printf(out, " %8s", number_bytes(bytes).text);
}

static void append_number(GString *out, int width, int64_t n)
{
    if (n == SAMPLE_UNKNOWN)
        g_string_append_printf(out, " %*s", width, "-");
    else
        g_string_append_printf(out, " %*" G_GINT64_FORMAT, width, (gint64)n);
}

/* --- descriptors --- */

char *snapshot_text_files(const struct files_sample *files)
{
    GString *out = g_string_new("     FD  TYPE            SIZE     OFFSET       NODE  NAME\n");

    for (size_t i = 0; i < files->n_fds; i++) {
        const struct fd_entry *fd = &files->fds[i];

        g_string_append_printf(out, "%6d%c %-9s", fd->fd, fd->access, fd_type_label(fd->type));
        append_number(out, 10, fd->size);
        append_number(out, 10, fd->offset);
        g_string_append_printf(out, " %10" G_GUINT64_FORMAT "  ", (guint64)fd->inode);
        text_sanitise(out, fd->path, -1, true);
        g_string_append(out, fd->deleted ? " (deleted)" : "");
        if (*fd->detail != '\0') {
            g_string_append(out, " (");
            text_sanitise(out, fd->detail, -1, true);
            g_string_append_c(out, ')');
        }
        g_string_append_c(out, '\n');
    }
    if (files->truncated)
        g_string_append(out, "(more descriptors were open than are listed)\n");
    return g_string_free(out, FALSE);
}

/* --- memory map --- */

static void append_totals(GString *out, const char *name, const struct region_totals *totals)
{
    g_string_append_printf(out, "%-16s", name);
    append_bytes(out, totals->virtual_bytes);
    append_bytes(out, totals->resident_bytes);
    append_bytes(out, totals->dirty_bytes);
    append_bytes(out, totals->swapped_bytes);
    append_number(out, 8, totals->count);
    g_string_append_c(out, '\n');
}

static void append_zones(GString *out, const struct memory_sample *memory)
{
    g_string_append(out,
                    "\nMALLOC ZONE       VIRTUAL    DIRTY  SWAPPED ALLOCATED IN COUNT  NAME\n");
    for (size_t i = 0; i < memory->n_zones; i++) {
        const struct malloc_zone *zone = &memory->zones[i];

        g_string_append_printf(out, "%-16s", "");
        append_bytes(out, zone->virtual_bytes);
        append_bytes(out, zone->dirty_bytes);
        append_bytes(out, zone->swapped_bytes);
        append_bytes(out, zone->allocated_bytes);
        append_number(out, 9, zone->allocations);
        g_string_append(out, "  ");
        text_sanitise(out, zone->name, -1, true);
        g_string_append_c(out, '\n');
    }
}

char *snapshot_text_regions(const struct memory_sample *memory)
{
    GString *out = g_string_new("REGION TYPE       VIRTUAL RESIDENT    DIRTY  SWAPPED    COUNT\n");

    for (int cls = 0; cls < REGION_N_CLASSES; cls++)
        if (memory->classes[cls].count > 0)
            append_totals(out, region_class_name((enum region_class)cls), &memory->classes[cls]);
    append_totals(out, "TOTAL", &memory->total);
    g_string_append(out, "\nREGION TYPE      START-END                          VIRTUAL RESIDENT  "
                         "  DIRTY  SWAPPED PRT   NAME\n");
    for (size_t i = 0; i < memory->n_regions; i++) {
        const struct region *region = &memory->regions[i];

        g_string_append_printf(out, "%-16s %016" G_GINT64_MODIFIER "x-%016" G_GINT64_MODIFIER "x",
                               region_class_name(region->cls), (guint64)region->start,
                               (guint64)region->end);
        append_bytes(out, region->end > region->start && region->end - region->start <= INT64_MAX
                              ? (int64_t)(region->end - region->start)
                              : SAMPLE_UNKNOWN);
        append_bytes(out, region->resident_bytes);
        append_bytes(out, region->dirty_bytes);
        append_bytes(out, region->swapped_bytes);
        g_string_append_c(out, ' ');
        text_sanitise(out, region->perms, -1, true);
        g_string_append(out, "  ");
        text_sanitise(out, region->name, -1, true);
        g_string_append_c(out, '\n');
    }
    if (memory->regions_truncated)
        g_string_append(out, "(more regions were mapped than are listed)\n");
    if (memory->n_zones > 0)
        append_zones(out, memory);
    return g_string_free(out, FALSE);
}
