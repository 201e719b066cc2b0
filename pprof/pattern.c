#include "pprof/pattern.h"

#include "pprof/profile.h"

struct pattern {
    GRegex *utf8;  /* for valid UTF-8; NULL when the expression itself is not */
    GRegex *bytes; /* for the rest */
};

static GRegex *compile(const char *text, GRegexCompileFlags flags, GError **error)
{
    /* $ is the end of the text and not also a line feed before it */
    return g_regex_new(text, G_REGEX_DOLLAR_ENDONLY | G_REGEX_OPTIMIZE | flags, 0, error);
}

struct pattern *pattern_new(const char *text, const char *option, GError **error)
{
    g_autoptr(GError) problem = NULL;
    bool is_utf8 = g_utf8_validate(text, -1, NULL);
    g_autoptr(GRegex) utf8 = is_utf8 ? compile(text, 0, &problem) : NULL;
    g_autoptr(GRegex) bytes = problem == NULL ? compile(text, G_REGEX_RAW, &problem) : NULL;

    /* \p{…} and the like do not go with bytes: such text then does not match */
    if (utf8 == NULL && bytes == NULL) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID, "parsing %s regexp: %s", option,
                    problem->message);
        return NULL;
    }
    struct pattern *pattern = g_new0(struct pattern, 1);

    pattern->utf8 = g_steal_pointer(&utf8);
    pattern->bytes = g_steal_pointer(&bytes);
    return pattern;
}

bool pattern_new_optional(const char *text, const char *option, struct pattern **ret,
                          GError **error)
{
    *ret = NULL;
    if (text == NULL || *text == '\0')
        return true;
    *ret = pattern_new(text, option, error);
    return *ret != NULL;
}

bool pattern_tries(const struct pattern *pattern, const char *text, bool *gave_up)
{
    bool is_utf8 = g_utf8_validate(text, -1, NULL);
    const GRegex *regex = is_utf8 && pattern->utf8 != NULL ? pattern->utf8 : pattern->bytes;
    g_autoptr(GError) error = NULL;
    bool matches = regex != NULL && g_regex_match_full(regex, text, -1, 0, 0, NULL, &error);

    if (error != NULL)
        *gave_up = true;
    return matches;
}

bool pattern_matches(const struct pattern *pattern, const char *text)
{
    bool gave_up = false;

    return pattern_tries(pattern, text, &gave_up);
}

void pattern_free(struct pattern *pattern)
{
    if (pattern == NULL)
        return;
    g_clear_pointer(&pattern->utf8, g_regex_unref);
    g_clear_pointer(&pattern->bytes, g_regex_unref);
    g_free(pattern);
}
