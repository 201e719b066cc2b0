#include "app/tui/screens/profile/profile_settings.h"

static const char *const filter_names[PROFILE_N_FILTERS] = {
    [PROFILE_FOCUS] = "focus",
    [PROFILE_IGNORE] = "ignore",
    [PROFILE_HIDE] = "hide",
    [PROFILE_SHOW] = "show",
    [PROFILE_SHOW_FROM] = "show_from",
    [PROFILE_TAG_FOCUS] = "tagfocus",
    [PROFILE_TAG_IGNORE] = "tagignore",
};

void profile_settings_init(struct profile_settings *settings, int sample_index)
{
    *settings = (struct profile_settings){.sample_index = sample_index};
    for (int i = 0; i < PROFILE_N_FILTERS; i++)
        settings->filters[i] = g_strdup("");
}

void profile_settings_copy(struct profile_settings *to, const struct profile_settings *from)
{
    *to = *from;
    for (int i = 0; i < PROFILE_N_FILTERS; i++)
        to->filters[i] = g_strdup(from->filters[i]);
}

void profile_settings_clear(struct profile_settings *settings)
{
    for (int i = 0; i < PROFILE_N_FILTERS; i++)
        g_clear_pointer(&settings->filters[i], g_free);
}

const char *profile_filter_name(enum profile_filter filter)
{
    return filter_names[filter];
}

const char *profile_granularity_name(enum top_granularity granularity)
{
    static const char *const names[] = {"functions", "filefunctions", "files", "lines",
                                        "addresses"};

    return names[granularity];
}

bool profile_settings_refined(const struct profile_settings *settings)
{
    for (int i = 0; i < PROFILE_N_FILTERS; i++)
        if (*settings->filters[i] != '\0')
            return true;
    return settings->relative || settings->node_count > 0 || settings->node_fraction > 0;
}

void profile_settings_forget_refined(struct profile_settings *settings)
{
    for (int i = 0; i < PROFILE_N_FILTERS; i++)
        *settings->filters[i] = '\0';
    settings->relative = false;
    settings->node_count = 0;
    settings->node_fraction = 0;
}

static void append_word(GString *out, const char *word)
{
    g_string_append_printf(out, "%s%s", out->len > 0 ? "  " : "", word);
}

char *profile_settings_text(const struct profile_settings *settings)
{
    GString *out = g_string_new(NULL);

    for (int i = 0; i < PROFILE_N_FILTERS; i++)
        if (*settings->filters[i] != '\0') {
            append_word(out, filter_names[i]);
            g_string_append_printf(out, "=%s", settings->filters[i]);
        }
    if (settings->relative)
        append_word(out, "relative_percentages");
    if (settings->node_count > 0)
        g_string_append_printf(out, "%snodecount=%zu", out->len > 0 ? "  " : "",
                               settings->node_count);
    if (settings->node_fraction > 0)
        g_string_append_printf(out, "%snodefraction=%g", out->len > 0 ? "  " : "",
                               settings->node_fraction);
    return g_string_free(out, FALSE);
}

char *profile_unmatched_text(unsigned unmatched)
{
    GString *out = g_string_new(NULL);

    for (unsigned i = 0; i < PROFILE_N_FILTERS; i++) /* the bits stand in this order */
        if ((unmatched & 1u << i) != 0)
            g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "", filter_names[i]);
    return g_string_free(out, FALSE);
}

struct filter_options profile_settings_filters(const struct profile_settings *settings)
{
    return (struct filter_options){
        .focus = settings->filters[PROFILE_FOCUS],
        .ignore = settings->filters[PROFILE_IGNORE],
        .hide = settings->filters[PROFILE_HIDE],
        .show = settings->filters[PROFILE_SHOW],
        .show_from = settings->filters[PROFILE_SHOW_FROM],
        .tag_focus = settings->filters[PROFILE_TAG_FOCUS],
        .tag_ignore = settings->filters[PROFILE_TAG_IGNORE],
    };
}

struct top_options profile_settings_options(const struct profile_settings *settings,
                                            const struct filter_options *filters)
{
    return (struct top_options){
        .sample_index = settings->sample_index,
        .granularity = settings->granularity,
        .sort_cum = settings->by_cum,
        .node_count = settings->node_count,
        .node_fraction = settings->node_fraction,
        .filters = filters,
        .relative_percentages = settings->relative,
    };
}
