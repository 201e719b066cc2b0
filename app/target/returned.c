#include "app/target/returned.h"

#include <string.h>

static bool is_same_program(const struct target *target, const struct process_entry *entry)
{
    if (*target->exe != '\0' && *entry->exe != '\0')
        return strcmp(target->exe, entry->exe) == 0;
    return strcmp(target->name, entry->comm) == 0;
}

struct process_entry *returned_find(const struct target *target)
{
    struct process_entry *newest = NULL;

    if (target->id.pid == 0)
        return NULL;
    g_autoptr(GPtrArray) all = platform_list(&target->platform, false, NULL);

    for (guint i = 0; all != NULL && i < all->len; i++) {
        struct process_entry *entry = g_ptr_array_index(all, i);

        if (entry->id.start_ticks <= target->id.start_ticks || entry->id.pid == target->id.pid ||
            entry->state == 'Z' || !is_same_program(target, entry))
            continue;
        if (newest == NULL || entry->id.start_ticks > newest->id.start_ticks)
            newest = entry;
    }
    if (newest == NULL)
        return NULL;
    guint at = 0;

    g_ptr_array_find(all, newest, &at);
    return g_ptr_array_steal_index(all, at);
}
