#include "fuzz.h"

#include "app/profiles/profile_source.h"
#include "app/recording/time_text.h"
#include "pprof/pattern.h"
#include "probes/find.h"
#include "probes/secrets.h"

#include <string.h>

/* Words that a person types, and command lines that are shown. */

static void command_line(const char *text)
{
    g_autofree char *shown = secrets_hide(text);

    g_assert_cmpuint(strlen(shown), <=, (strlen(text) + 1) * strlen(SECRETS_HIDDEN));
}

static void moment(const char *text)
{
    const gint64 hour_us = 3600 * (gint64)G_USEC_PER_SEC, from_us = 489500 * hour_us;
    gint64 at_us;

    if (time_text_parse(text, from_us + hour_us, from_us, from_us + 9 * hour_us, &at_us, NULL))
        g_assert_true(at_us >= from_us && at_us <= from_us + 9 * hour_us);
}

static void source(const char *text)
{
    const struct profile_wanted wanted = {.profile = "heap"};
    struct profile_source ret = {0};

    if (profile_source_parse(text, &wanted, &ret, NULL))
        profile_source_clear(&ret);
}

static void query(const char *text)
{
    struct target_query ret = {0};

    if (target_query_parse(text, &ret, NULL))
        target_query_clear(&ret);
}

static void expression(const char *text)
{
    g_autoptr(pattern_auto) pattern = pattern_new(text, "focus", NULL);

    if (pattern != NULL)
        pattern_matches(pattern, "net/http.(*Server).Serve\xff");
}

static void (*const parsers[])(const char *) = {command_line, moment, source, query, expression};

G_STATIC_ASSERT(FUZZ_CHOICES == G_N_ELEMENTS(parsers));

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    g_autofree char *text = g_strndup((const char *)data, n - 1);

    parsers[data[n - 1] % FUZZ_CHOICES](text);
    return 0;
}
