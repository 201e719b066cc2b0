#include "app/profiles/profile_facts.h"

#include <glib.h>

static const char source_word[] = "source: ";

char *profile_facts_text(const struct profile *profile, bool with_source)
{
    GString *out = g_string_new(NULL);

    if (profile->n_comments == 0 || !g_str_has_prefix(profile->comments[0], source_word))
        return g_string_free(out, FALSE);
    for (size_t i = with_source ? 0 : 1; i < profile->n_comments; i++)
        g_string_append_printf(out, "%s%s", out->len > 0 ? "; " : "", profile->comments[i]);
    return g_string_free(out, FALSE);
}
