#include "probes/linux/death.h"

#include "probes/linux/pressure.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FIELD_STATE = 3, FIELD_EXIT_CODE = 52, SIGNAL_BITS = 0x7f, STATUS_SHIFT = 8 };

/* --- kills for want of memory --- */

static int64_t count_kills(struct linux_platform *platform, const char *file)
{
    if (file == NULL || procfs_read(AT_FDCWD, file, &platform->text) != 0)
        return SAMPLE_UNKNOWN;
    return pressure_count_after(&platform->text, "oom_kill ");
}

/* Takes the file if it counts kills. */
static bool try_file(struct linux_platform *platform, char *file)
{
    int64_t kills = count_kills(platform, file);

    if (kills == SAMPLE_UNKNOWN) {
        g_free(file);
        return false;
    }
    platform->oom_file = file;
    platform->oom_before = kills;
    return true;
}

/* "0::/path" or "4:memory:/path": its own group, not one above. */
static bool try_group(struct linux_platform *platform, const char *root, const char *line)
{
    g_auto(GStrv) fields = g_strsplit(line, ":", 3);

    if (g_strv_length(fields) < 3)
        return false;
    if (*fields[1] == '\0')
        return try_file(platform, g_build_filename(root, fields[2], "memory.events", NULL)) ||
               try_file(platform,
                        g_build_filename(root, "unified", fields[2], "memory.events", NULL));
    g_auto(GStrv) controllers = g_strsplit(fields[1], ",", -1);

    return g_strv_contains((const char *const *)controllers, "memory") &&
           try_file(platform,
                    g_build_filename(root, "memory", fields[2], "memory.oom_control", NULL));
}

void death_expect(struct linux_platform *platform)
{
    if (platform->oom_looked)
        return;
    platform->oom_looked = true;
    if (platform_read_text(platform, "cgroup") == 0) {
        g_autofree char *root = pressure_cgroup_root(platform);
        g_auto(GStrv) lines = g_strsplit(platform->text.data, "\n", -1);

        for (size_t i = 0; lines[i] != NULL; i++)
            if (try_group(platform, root, lines[i]))
                return;
    }
    try_file(platform, g_build_filename(platform->proc_root, "vmstat", NULL));
}

/* --- what it returned --- */

/* The kernel shows 0 to who may not know: 0 is told only to root. */
static void take_exit_code(const struct linux_platform *platform, struct process_sample *sample)
{
    const char *close = strrchr(platform->text.data, ')');
    g_auto(GStrv) fields = close != NULL ? g_strsplit(close + 2, " ", -1) : NULL;

    if (fields == NULL || g_strv_length(fields) <= FIELD_EXIT_CODE - FIELD_STATE)
        return;
    int64_t code = g_ascii_strtoll(fields[FIELD_EXIT_CODE - FIELD_STATE], NULL, 10);

    if (code == 0 && geteuid() != 0)
        return;
    sample->end_signal = code & SIGNAL_BITS;
    sample->end_status = code >> STATUS_SHIFT;
}

void death_read(struct linux_platform *platform, struct process_sample *sample)
{
    if (sample->state == PROCESS_ZOMBIE && sample->state_letter == 'Z' &&
        platform_read_kept(platform, KEPT_STAT) == 0)
        take_exit_code(platform, sample);
    int64_t kills = count_kills(platform, platform->oom_file);

    if (kills != SAMPLE_UNKNOWN)
        sample->oom_kills = MAX(kills - platform->oom_before, 0);
}
