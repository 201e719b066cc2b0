#include "probes/goruntime/spare.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* The number behind a word of a file, or at its beginning for ""; false without one ("max"). */
static bool number_in(const char *root, const char *file, const char *word, uint64_t *ret)
{
    g_autofree char *path = g_strconcat(root, file, NULL), *text = NULL;
    char *end;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return false;
    const char *at = strstr(text, word);

    if (at == NULL)
        return false;
    at += strlen(word);
    *ret = g_ascii_strtoull(at, &end, 10);
    return end != at;
}

/* What is left to one group; what it has cached of files it can give back. */
static uint64_t left_to(const char *root, const char *group)
{
    g_autofree char *max = g_strdup_printf("/sys/fs/cgroup%s/memory.max", group);
    g_autofree char *current = g_strdup_printf("/sys/fs/cgroup%s/memory.current", group);
    g_autofree char *stat = g_strdup_printf("/sys/fs/cgroup%s/memory.stat", group);
    uint64_t most, taken, cached = 0;

    if (!number_in(root, max, "", &most) || !number_in(root, current, "", &taken))
        return UINT64_MAX;
    if (!number_in(root, stat, "\ninactive_file ", &cached))
        cached = 0;
    taken -= MIN(cached, taken);
    return most > taken ? most - taken : 0;
}

uint64_t spare_memory(const char *root)
{
    g_autofree char *path = g_strconcat(root, "/proc/self/cgroup", NULL), *groups = NULL;
    uint64_t available_kib, spare = UINT64_MAX;

    if (number_in(root, "/proc/meminfo", "\nMemAvailable:", &available_kib))
        spare = available_kib * 1024;
    const char *own = g_file_get_contents(path, &groups, NULL, NULL) ? strstr(groups, "0::") : NULL;

    if (own == NULL || (own != groups && own[-1] != '\n'))
        return spare;
    own += strlen("0::");
    g_autofree char *group = g_strndup(own, strcspn(own, "\n"));

    for (;;) {
        char *slash = strrchr(group, '/');

        spare = MIN(spare, left_to(root, slash != NULL && slash[1] == '\0' ? "" : group));
        if (slash == NULL)
            return spare;
        *slash = '\0';
    }
}
