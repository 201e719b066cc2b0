#include "app/recording/player.h"

static void event_clear(void *item)
{
    struct player_event *event = item;

    g_free(event->kind);
    g_free(event->severity);
    g_free(event->key);
    g_free(event->label);
}

static void verdict_clear(void *item)
{
    g_free(((struct player_verdict *)item)->summary);
}

struct player_outline *player_outline_new(void)
{
    struct player_outline *outline = g_new0(struct player_outline, 1);

    outline->events = g_array_new(FALSE, FALSE, sizeof(struct player_event));
    g_array_set_clear_func(outline->events, event_clear);
    outline->verdicts = g_array_new(FALSE, FALSE, sizeof(struct player_verdict));
    g_array_set_clear_func(outline->verdicts, verdict_clear);
    outline->gaps = g_array_new(FALSE, FALSE, sizeof(struct player_gap));
    return outline;
}

void player_outline_free(struct player_outline *outline)
{
    if (outline == NULL)
        return;
    g_array_unref(outline->events);
    g_array_unref(outline->verdicts);
    g_array_unref(outline->gaps);
    g_free(outline);
}

void player_outline_add_event(struct player_outline *outline, gint64 at_us, const char *kind,
                              const char *severity, const char *key, const char *label)
{
    struct player_event event = {at_us, g_strdup(kind), g_strdup(severity), g_strdup(key),
                                 g_strdup(label)};

    g_array_append_val(outline->events, event);
}

void player_outline_add_verdict(struct player_outline *outline, gint64 at_us,
                                enum triage_verdict verdict, const char *summary)
{
    struct player_verdict one = {at_us, verdict, g_strdup(summary)};

    g_array_append_val(outline->verdicts, one);
}
