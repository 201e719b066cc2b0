#include "pprof/filter.h"

#include "pprof/builder.h"
#include "pprof/filter_tags.h"
#include "pprof/pattern.h"
#include "pprof/prune.h"
#include "pprof/restack.h"
#include "pprof/tag_frames.h"

/* What one expression matches, looked up once per function and mapping. */
struct matches {
    bool *functions, *mappings;
};

enum focus { FOCUS_NONE, FOCUS_IN, FOCUS_IGNORED };

static struct matches match(const struct profile *p, const struct pattern *pattern)
{
    struct matches m = {g_new0(bool, p->n_functions + 1), g_new0(bool, p->n_mappings + 1)};

    for (size_t i = 0; i < p->n_functions; i++)
        m.functions[i] = pattern_matches(pattern, p->functions[i].name) ||
                         pattern_matches(pattern, p->functions[i].filename);
    for (size_t i = 0; i < p->n_mappings; i++)
        m.mappings[i] = pattern_matches(pattern, p->mappings[i].filename);
    return m;
}

static void matches_clear(struct matches *m)
{
    g_clear_pointer(&m->functions, g_free);
    g_clear_pointer(&m->mappings, g_free);
}

static bool mapping_matches(const struct matches *m, const struct profile_location *l)
{
    return l->mapping != PROFILE_NONE && m->mappings[l->mapping];
}

static bool line_matches(const struct matches *m, const struct profile *p, uint32_t line)
{
    return m->functions[p->lines[line].function];
}

static bool location_matches(const struct matches *m, const struct profile *p,
                             const struct profile_location *l)
{
    for (uint32_t i = 0; i < l->n_lines; i++)
        if (line_matches(m, p, l->first_line + i))
            return true;
    return mapping_matches(m, l);
}

/* --- focus, ignore, hide, show --- */

struct name_filter {
    struct pattern *focus, *ignore, *hide, *show;
};

struct naming {
    const struct profile *in;
    const struct name_filter *filter;
    struct matches focus, ignore, hide, show;
    enum focus *focused; /* by location */
    bool *hidden;        /* by location: all its lines went */
    bool any_hidden;
    GArray *lines;
    unsigned matched; /* filter_unmatched bits of those that matched */
};

static enum focus focus_of(struct naming *n, const struct profile_location *l)
{
    if (n->filter->ignore != NULL && location_matches(&n->ignore, n->in, l)) {
        n->matched |= FILTER_UNMATCHED_IGNORE;
        return FOCUS_IGNORED;
    }
    if (n->filter->focus != NULL && !location_matches(&n->focus, n->in, l))
        return FOCUS_NONE;
    n->matched |= FILTER_UNMATCHED_FOCUS;
    return FOCUS_IN;
}

/* Copies the lines that stay; tells whether the location is gone from the stacks. */
static bool thin_out(struct naming *n, struct profile_location *l)
{
    bool hides = n->filter->hide != NULL, shows = n->filter->show != NULL;
    bool hide_matches = hides && location_matches(&n->hide, n->in, l);
    uint32_t first = n->lines->len;

    for (uint32_t line = l->first_line; line < l->first_line + l->n_lines; line++) {
        if (hides && (mapping_matches(&n->hide, l) || line_matches(&n->hide, n->in, line)))
            continue;
        if (!shows || mapping_matches(&n->show, l) || line_matches(&n->show, n->in, line))
            g_array_append_val(n->lines, n->in->lines[line]);
    }
    l->first_line = first;
    l->n_lines = n->lines->len - first;
    if (hide_matches)
        n->matched |= FILTER_UNMATCHED_HIDE;
    if (l->n_lines > 0) {
        n->matched |= FILTER_UNMATCHED_SHOW;
        return false;
    }
    return hide_matches || shows;
}

/* At least one frame in focus and none ignored. */
static bool is_in_focus(const struct naming *n, const uint32_t *frames, size_t n_frames)
{
    bool found = false;

    for (size_t i = 0; i < n_frames; i++) {
        if (n->focused[frames[i]] == FOCUS_IGNORED)
            return false;
        found = found || n->focused[frames[i]] == FOCUS_IN;
    }
    return found;
}

static void naming_init(struct naming *n, const struct profile *in,
                        const struct name_filter *filter)
{
    *n = (struct naming){.in = in, .filter = filter};
    n->focused = g_new0(enum focus, in->n_locations + 1);
    n->hidden = g_new0(bool, in->n_locations + 1);
    n->lines = g_array_new(FALSE, FALSE, sizeof(struct profile_line));
    if (filter->focus != NULL)
        n->focus = match(in, filter->focus);
    if (filter->ignore != NULL)
        n->ignore = match(in, filter->ignore);
    if (filter->hide != NULL)
        n->hide = match(in, filter->hide);
    if (filter->show != NULL)
        n->show = match(in, filter->show);
}

static void naming_clear(struct naming *n)
{
    g_free(n->focused);
    g_free(n->hidden);
    matches_clear(&n->focus);
    matches_clear(&n->ignore);
    matches_clear(&n->hide);
    matches_clear(&n->show);
}

static struct profile *filter_names(const struct profile *in, const struct name_filter *filter,
                                    unsigned *matched)
{
    struct naming n;
    struct restack r;
    g_autoptr(GArray) scratch = g_array_new(FALSE, FALSE, sizeof(uint32_t));

    naming_init(&n, in, filter);
    restack_init(&r, in);
    bool thins = filter->hide != NULL || filter->show != NULL;

    for (size_t i = 0; i < in->n_locations; i++) {
        n.focused[i] = focus_of(&n, &r.locations[i]);
        n.hidden[i] = thins && thin_out(&n, &r.locations[i]);
        n.any_hidden = n.any_hidden || n.hidden[i];
    }
    if (thins)
        r.out->lines = store_adopt_array(r.out->store->arena, n.lines, &r.out->n_lines);
    else
        g_array_unref(n.lines);
    for (size_t i = 0; i < in->n_samples; i++) {
        const uint32_t *frames = restack_frames(&r, i);
        size_t n_frames = in->samples[i].n_frames;

        if (!is_in_focus(&n, frames, n_frames))
            continue;
        if (!n.any_hidden) {
            restack_keep(&r, i, frames, n_frames);
            continue;
        }
        g_array_set_size(scratch, 0);
        for (size_t j = 0; j < n_frames; j++)
            if (!n.hidden[frames[j]])
                g_array_append_val(scratch, frames[j]);
        if (scratch->len > 0)
            restack_keep(&r, i, (const uint32_t *)(void *)scratch->data, scratch->len);
    }
    *matched |= n.matched;
    naming_clear(&n);
    return restack_finish(&r);
}

/* --- show_from --- */

/* Lines rootward of the outermost match go; false when there is none. */
static bool cut_above(const struct matches *m, const struct profile *p, struct profile_location *l)
{
    if (mapping_matches(m, l))
        return true;
    for (uint32_t i = l->n_lines; i-- > 0;)
        if (line_matches(m, p, l->first_line + i)) {
            l->n_lines = i + 1;
            return true;
        }
    return false;
}

static struct profile *show_from(const struct profile *in, const struct pattern *pattern,
                                 unsigned *matched)
{
    struct matches m = match(in, pattern);
    g_autofree bool *starts = g_new0(bool, in->n_locations + 1);
    struct restack r;

    restack_init(&r, in);
    for (size_t i = 0; i < in->n_locations; i++) {
        starts[i] = cut_above(&m, in, &r.locations[i]);
        if (starts[i])
            *matched |= FILTER_UNMATCHED_SHOW_FROM;
    }
    for (size_t i = 0; i < in->n_samples; i++) {
        const uint32_t *frames = restack_frames(&r, i);
        size_t n = in->samples[i].n_frames;

        while (n > 0 && !starts[frames[n - 1]])
            n--;
        if (n > 0)
            restack_keep(&r, i, frames, n);
    }
    matches_clear(&m);
    return restack_finish(&r);
}

/* --- all of them, in the tool's order --- */

struct compiled {
    struct name_filter names;
    struct pattern *show_from, *tag_show, *tag_hide, *prune_from;
    struct tag_filter *tag_focus, *tag_ignore;
};

static bool compile(struct compiled *c, const struct filter_options *o,
                    const struct profile *profile, GError **error)
{
    return pattern_new_optional(o->focus, "focus", &c->names.focus, error) &&
           pattern_new_optional(o->ignore, "ignore", &c->names.ignore, error) &&
           pattern_new_optional(o->hide, "hide", &c->names.hide, error) &&
           pattern_new_optional(o->show, "show", &c->names.show, error) &&
           pattern_new_optional(o->show_from, "show_from", &c->show_from, error) &&
           tag_filter_new_optional(o->tag_focus, "tagfocus", profile, &c->tag_focus, error) &&
           tag_filter_new_optional(o->tag_ignore, "tagignore", profile, &c->tag_ignore, error) &&
           pattern_new_optional(o->tag_show, "tagshow", &c->tag_show, error) &&
           pattern_new_optional(o->tag_hide, "taghide", &c->tag_hide, error) &&
           pattern_new_optional(o->prune_from, "prune_from", &c->prune_from, error);
}

static void compiled_clear(struct compiled *c)
{
    struct pattern *const patterns[] = {c->names.focus, c->names.ignore, c->names.hide,
                                        c->names.show,  c->show_from,    c->tag_show,
                                        c->tag_hide,    c->prune_from};

    for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++)
        pattern_free(patterns[i]);
    tag_filter_free(c->tag_focus);
    tag_filter_free(c->tag_ignore);
}

/* Puts next in the place of *profile. */
static void replace(struct profile **profile, struct profile *next)
{
    profile_unref(*profile);
    *profile = next;
}

static struct profile *run(const struct compiled *c, const struct profile *profile,
                           unsigned *matched)
{
    const struct name_filter *names = &c->names;
    struct profile *p = profile_ref((struct profile *)(uintptr_t)profile);

    if (names->focus != NULL || names->ignore != NULL || names->hide != NULL || names->show != NULL)
        replace(&p, filter_names(p, names, matched));
    if (c->show_from != NULL)
        replace(&p, show_from(p, c->show_from, matched));
    if (c->tag_focus != NULL || c->tag_ignore != NULL)
        replace(&p, tag_filter_samples(p, c->tag_focus, c->tag_ignore, matched));
    if (c->tag_show != NULL || c->tag_hide != NULL)
        replace(&p, tag_filter_labels(p, c->tag_show, c->tag_hide));
    if (c->prune_from != NULL)
        replace(&p, prune_from(p, c->prune_from));
    return p;
}

static unsigned bits_set(const struct compiled *c)
{
    return (c->names.focus != NULL ? FILTER_UNMATCHED_FOCUS : 0u) |
           (c->names.ignore != NULL ? FILTER_UNMATCHED_IGNORE : 0u) |
           (c->names.hide != NULL ? FILTER_UNMATCHED_HIDE : 0u) |
           (c->names.show != NULL ? FILTER_UNMATCHED_SHOW : 0u) |
           (c->show_from != NULL ? FILTER_UNMATCHED_SHOW_FROM : 0u) |
           (c->tag_focus != NULL ? FILTER_UNMATCHED_TAG_FOCUS : 0u) |
           (c->tag_ignore != NULL ? FILTER_UNMATCHED_TAG_IGNORE : 0u);
}

bool filter_check(const struct profile *profile, const struct filter_options *options,
                  GError **error)
{
    struct compiled c = {0};
    bool ok = compile(&c, options, profile, error);

    compiled_clear(&c);
    return ok;
}

static bool is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

/* The profile with labels as frames; *unmatched gets the bits of keys that no sample has. */
static struct profile *with_tag_frames(const struct profile *profile,
                                       const struct filter_options *o, unsigned *unmatched)
{
    struct tag_frames frames = {o->tag_root, o->tag_leaf, o->tag_unit};
    bool root, leaf;
    struct profile *with = tag_frames_add(profile, &frames, &root, &leaf);

    *unmatched = (is_given(o->tag_root) && !root ? FILTER_UNMATCHED_TAG_ROOT : 0u) |
                 (is_given(o->tag_leaf) && !leaf ? FILTER_UNMATCHED_TAG_LEAF : 0u);
    return with;
}

struct profile *filter_apply(const struct profile *profile, const struct filter_options *options,
                             unsigned *ret_unmatched, GError **error)
{
    struct compiled c = {0};
    struct profile *filtered = NULL;
    unsigned matched = 0, unmatched;

    if (compile(&c, options, profile, error)) {
        g_autoptr(profile_auto) tagged = with_tag_frames(profile, options, &unmatched);

        filtered = run(&c, tagged, &matched);
        if (ret_unmatched != NULL)
            *ret_unmatched = (bits_set(&c) & ~matched) | unmatched;
    }
    compiled_clear(&c);
    return filtered;
}
