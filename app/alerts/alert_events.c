#include "app/alerts/alert_events.h"

#include <string.h>

/* An event and whether it was looked at since it happened last. */
struct entry {
    struct alert_event event;
    bool unseen;
};

struct alert_events {
    GPtrArray *entries; /* struct entry *, what happened last is last */
    guint64 last_id;
};

const char *alert_severity_name(enum alert_severity severity)
{
    static const char *const names[] = {
        [ALERT_NOTE] = "note", [ALERT_GOOD] = "good", [ALERT_LOOK] = "look", [ALERT_BAD] = "bad"};

    return names[severity];
}

const char *alert_kind_name(enum alert_kind kind)
{
    static const char *const names[ALERT_N_KINDS] = {
        [ALERT_STEP] = "alarm",
        [ALERT_FACT] = "alarm",
        [ALERT_CAUSE] = "alarm",
        [ALERT_LIMIT] = "limit",
        [ALERT_VERDICT] = "verdict",
        [ALERT_ENDED] = "target-ended",
        [ALERT_RETURNED] = "target-returned",
        [ALERT_MARK] = "mark",
        [ALERT_PROJECT] = "project",
        [ALERT_ACTION] = "note",
    };

    return names[kind];
}

static void entry_free(gpointer data)
{
    struct entry *entry = data;

    g_free(entry->event.key);
    g_free(entry->event.text);
    g_free(entry->event.detail);
    ref_clear(&entry->event.ref);
    g_free(entry);
}

struct alert_events *alert_events_new(void)
{
    struct alert_events *events = g_new0(struct alert_events, 1);

    events->entries = g_ptr_array_new_with_free_func(entry_free);
    return events;
}

void alert_events_free(struct alert_events *events)
{
    if (events == NULL)
        return;
    g_ptr_array_unref(events->entries);
    g_free(events);
}

static struct entry *entry_at(const struct alert_events *events, guint i)
{
    return g_ptr_array_index(events->entries, i);
}

/* The newest of that key and severity that is recent enough to be the same story; taken out. */
static struct entry *take_earlier(struct alert_events *events, const struct alert_spec *spec)
{
    for (guint i = events->entries->len; i-- > 0 && !spec->alone;) {
        const struct alert_event *event = &entry_at(events, i)->event;

        if (spec->at_us - event->last_us > ALERT_MERGE_US)
            return NULL;
        if (event->severity == spec->severity && event->kind == spec->kind &&
            strcmp(event->key, spec->key) == 0)
            return g_ptr_array_steal_index(events->entries, i);
    }
    return NULL;
}

static struct entry *entry_new(struct alert_events *events, const struct alert_spec *spec)
{
    struct entry *entry = g_new0(struct entry, 1);

    entry->event = (struct alert_event){
        .id = ++events->last_id,
        .at_us = spec->at_us,
        .real_us = spec->real_us,
        .severity = spec->severity,
        .kind = spec->kind,
        .key = g_strdup(spec->key),
        .step = spec->step,
    };
    return entry;
}

static void replace(char **field, const char *text)
{
    g_free(*field);
    *field = g_strdup(text != NULL ? text : "");
}

static void make_room(struct alert_events *events)
{
    guint oldest = 0;

    if (events->entries->len < ALERT_EVENTS_MAX)
        return;
    for (guint i = 0; i < events->entries->len; i++)
        if (!entry_at(events, i)->event.firing) {
            oldest = i;
            break;
        }
    g_ptr_array_remove_index(events->entries, oldest);
}

const struct alert_event *alert_events_add(struct alert_events *events,
                                           const struct alert_spec *spec, bool *ret_again)
{
    struct entry *entry = take_earlier(events, spec);
    bool again = entry != NULL;

    if (!again) {
        make_room(events);
        entry = entry_new(events, spec);
    }
    struct alert_event *event = &entry->event;

    replace(&event->text, spec->text);
    replace(&event->detail, spec->detail);
    ref_clear(&event->ref);
    ref_copy(&event->ref, &spec->ref);
    event->verdict = spec->verdict;
    event->last_us = spec->at_us;
    event->last_real_us = spec->real_us;
    event->firing = spec->firing;
    event->count++;
    entry->unseen = spec->kind != ALERT_MARK && spec->kind != ALERT_PROJECT;
    g_ptr_array_add(events->entries, entry);
    if (ret_again != NULL)
        *ret_again = again;
    return event;
}

void alert_events_settle(struct alert_events *events, guint64 id)
{
    for (guint i = 0; i < events->entries->len; i++)
        if (entry_at(events, i)->event.id == id)
            entry_at(events, i)->event.firing = false;
}

void alert_events_settle_all(struct alert_events *events)
{
    for (guint i = 0; i < events->entries->len; i++)
        entry_at(events, i)->event.firing = false;
}

guint alert_events_n(const struct alert_events *events)
{
    return events->entries->len;
}

const struct alert_event *alert_events_at(const struct alert_events *events, guint i)
{
    return &entry_at(events, i)->event;
}

const struct alert_event *alert_events_find(const struct alert_events *events, guint64 id)
{
    for (guint i = 0; i < events->entries->len; i++)
        if (entry_at(events, i)->event.id == id)
            return &entry_at(events, i)->event;
    return NULL;
}

guint alert_events_unseen(const struct alert_events *events, enum alert_severity *ret_worst)
{
    guint n = 0;

    *ret_worst = ALERT_NOTE;
    for (guint i = 0; i < events->entries->len; i++) {
        const struct entry *entry = entry_at(events, i);

        if (!entry->unseen)
            continue;
        n++;
        *ret_worst = MAX(*ret_worst, entry->event.severity);
    }
    return n;
}

void alert_events_see(struct alert_events *events)
{
    for (guint i = 0; i < events->entries->len; i++)
        entry_at(events, i)->unseen = false;
}
