#include "pprof/prune.h"

#include "pprof/restack.h"

#include <string.h>

enum cut {
    CUT_NOTHING,
    CUT_BENEATH, /* what is beneath goes, this location (some lines of it) stays */
    CUT_WITH,    /* this location goes as well */
};

/* A function's name without its argument list, for C++ names. */
static char *simple_name(const char *name)
{
    /* with a parenthesis that is no argument list */
    static const char *const reserved[] = {"(anonymous namespace)", "operator()"};
    const char *start = *name == '.' ? name + 1 : name, *at = start;

    while (*at != '\0') {
        size_t n = 0;

        for (size_t i = 0; i < G_N_ELEMENTS(reserved); i++)
            if (g_str_has_prefix(at, reserved[i]))
                n = strlen(reserved[i]);
        if (n == 0 && *at == '(')
            break;
        at += MAX(n, 1);
    }
    return g_strndup(start, (gsize)(at - start));
}

/*
 * By function: whether the pattern drop matches and keep does not. NULL when an
 * expression gives up: those of drop_frames come from the target, and one that
 * takes its time over every function must not take ours.
 */
static bool *match_functions(const struct profile *p, const struct pattern *drop,
                             const struct pattern *keep)
{
    g_autofree bool *matches = g_new0(bool, p->n_functions + 1);
    bool gave_up = false;

    for (size_t i = 0; i < p->n_functions && !gave_up; i++) {
        g_autofree char *name = simple_name(p->functions[i].name);

        matches[i] = *p->functions[i].name != '\0' && pattern_tries(drop, name, &gave_up) &&
                     (keep == NULL || !pattern_tries(keep, name, &gave_up));
    }
    return gave_up ? NULL : g_steal_pointer(&matches);
}

/* The matching line nearest to the root decides; from it toward the leaf all lines go. */
static enum cut cut_location(const struct profile *p, struct profile_location *l,
                             const bool *matches)
{
    for (uint32_t i = l->n_lines; i-- > 0;) {
        if (!matches[p->lines[l->first_line + i].function])
            continue;
        if (i == l->n_lines - 1)
            return CUT_WITH;
        l->first_line += i + 1;
        l->n_lines -= i + 1;
        return CUT_BENEATH;
    }
    return CUT_NOTHING;
}

/* How many frames from the leaf go. Nothing is cut above the first frame that stays. */
static size_t cut_stack(const uint32_t *frames, size_t n, const enum cut *cuts)
{
    bool found_user = false;

    for (size_t i = n; i-- > 0;) {
        enum cut cut = cuts[frames[i]];

        if (cut == CUT_NOTHING)
            found_user = true;
        else if (found_user)
            return cut == CUT_WITH ? i + 1 : i;
    }
    return 0;
}

struct profile *prune_uninteresting(const struct profile *profile)
{
    struct profile *same = (struct profile *)(uintptr_t)profile;
    g_autoptr(pattern_auto) drop = NULL, keep = NULL;

    if (*profile->drop_frames == '\0')
        return profile_ref(same);
    g_autofree char *drop_text = g_strdup_printf("^(%s)$", profile->drop_frames);
    g_autofree char *keep_text = g_strdup_printf("^(%s)$", profile->keep_frames);

    drop = pattern_new(drop_text, "drop_frames", NULL);
    if (*profile->keep_frames != '\0')
        keep = pattern_new(keep_text, "keep_frames", NULL);
    if (drop == NULL || (*profile->keep_frames != '\0' && keep == NULL))
        return profile_ref(same);

    g_autofree bool *matches = match_functions(profile, drop, keep);
    g_autofree enum cut *cuts = g_new0(enum cut, profile->n_locations + 1);
    struct restack r;

    if (matches == NULL)
        return profile_ref(same);
    restack_init(&r, profile);
    for (size_t i = 0; i < profile->n_locations; i++)
        cuts[i] = cut_location(profile, &r.locations[i], matches);
    for (size_t i = 0; i < profile->n_samples; i++) {
        const uint32_t *frames = restack_frames(&r, i);
        size_t cut = cut_stack(frames, profile->samples[i].n_frames, cuts);

        restack_keep(&r, i, frames + cut, profile->samples[i].n_frames - cut);
    }
    return restack_finish(&r);
}

struct profile *prune_from(const struct profile *p, const struct pattern *pattern)
{
    g_autofree bool *matches = match_functions(p, pattern, NULL);
    g_autofree bool *starts = g_new0(bool, p->n_locations + 1);
    struct restack r;

    if (matches == NULL)
        return profile_ref((struct profile *)(uintptr_t)p);
    restack_init(&r, p);
    for (size_t i = 0; i < p->n_locations; i++) {
        /* lines leafward of the innermost match go */
        struct profile_location *l = &r.locations[i];
        uint32_t line = 0;

        while (line < l->n_lines && !matches[p->lines[l->first_line + line].function])
            line++;
        starts[i] = line < l->n_lines;
        if (starts[i]) {
            l->first_line += line;
            l->n_lines -= line;
        }
    }
    for (size_t i = 0; i < p->n_samples; i++) {
        const uint32_t *frames = restack_frames(&r, i);
        size_t n = p->samples[i].n_frames, cut = 0;

        while (cut < n && !starts[frames[cut]])
            cut++;
        cut = cut < n ? cut : 0;
        restack_keep(&r, i, frames + cut, n - cut);
    }
    return restack_finish(&r);
}
