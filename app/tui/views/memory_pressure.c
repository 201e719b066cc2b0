#include "app/tui/views/memory_pressure.h"

#include "widgets/number.h"

#include <math.h>

static enum theme_role worse(enum theme_role role, enum theme_role other)
{
    if (role == THEME_BAD || other == THEME_BAD)
        return THEME_BAD;
    return role == THEME_LOOK || other == THEME_LOOK ? THEME_LOOK : THEME_TEXT;
}

static enum theme_role share_role(const struct thresholds *thresholds, double share,
                                  enum threshold_id look, enum threshold_id bad)
{
    if (share * 100 >= thresholds->value[bad])
        return THEME_BAD;
    return share * 100 >= thresholds->value[look] ? THEME_LOOK : THEME_TEXT;
}

static enum theme_role add_cgroup(GString *out, const struct memory_pressure *p,
                                  const struct thresholds *thresholds)
{
    if (p->cgroup_limit_bytes == SAMPLE_UNKNOWN || p->cgroup_limit_bytes <= 0 ||
        p->cgroup_used_bytes == SAMPLE_UNKNOWN)
        return THEME_TEXT;
    double share = (double)p->cgroup_used_bytes / (double)p->cgroup_limit_bytes;

    g_string_append_printf(out, "cgroup %s of %s (%s)  ", number_bytes(p->cgroup_used_bytes).text,
                           number_bytes(p->cgroup_limit_bytes).text,
                           number_percent_whole(share * 100).text);
    if (p->cgroup_oom_kills > 0)
        g_string_append_printf(out, "%s killed for memory  ",
                               number_count(p->cgroup_oom_kills).text);
    return p->cgroup_oom_kills > 0
               ? THEME_BAD
               : share_role(thresholds, share, THRESHOLD_LIMIT_NEAR, THRESHOLD_LIMIT_FULL);
}

static enum theme_role add_machine(GString *out, const struct memory_pressure *p,
                                   const struct thresholds *thresholds)
{
    if (p->available_bytes == SAMPLE_UNKNOWN || p->total_bytes <= 0)
        return THEME_TEXT;
    enum theme_role role =
        share_role(thresholds, 1 - (double)p->available_bytes / (double)p->total_bytes,
                   THRESHOLD_MACHINE_NEAR, THRESHOLD_MACHINE_FULL);

    if (role != THEME_TEXT)
        g_string_append_printf(out, "machine: %s of %s left  ",
                               number_bytes(p->available_bytes).text,
                               number_bytes(p->total_bytes).text);
    return role;
}

static enum theme_role add_stalls(GString *out, const struct memory_pressure *p,
                                  const struct thresholds *thresholds)
{
    bool bad =
        !isnan(p->full_percent) && p->full_percent >= thresholds->value[THRESHOLD_STALL_FULL];

    if (!bad && (isnan(p->some_percent) || p->some_percent < thresholds->value[THRESHOLD_STALL]))
        return THEME_TEXT;
    g_string_append_printf(out, "tasks wait for memory %s of the time  ",
                           number_percent_whole(p->some_percent).text);
    return bad ? THEME_BAD : THEME_LOOK;
}

char *memory_pressure_text(const struct memory_pressure *pressure,
                           const struct thresholds *thresholds, enum theme_role *ret_role)
{
    g_autoptr(GString) out = g_string_new(NULL);
    enum theme_role role = add_cgroup(out, pressure, thresholds);

    role = worse(role, add_machine(out, pressure, thresholds));
    role = worse(role, add_stalls(out, pressure, thresholds));
    *ret_role = role;
    return out->len > 0 ? g_strdup(g_strchomp(out->str)) : NULL;
}
