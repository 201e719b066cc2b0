#include "app/tui/screens/screens.h"

#include "app/tui/format.h"

#include <string.h>

/* One bucket of goroutines: how many, since when, where they wait and who made them. */

struct stack_screen {
    struct screen base;
    uint64_t hash;
    struct goroutines_sample *sample; /* own reference; last one that had the bucket */
    bool gone;
    struct pager *pager;
};

static struct stack_screen *self(struct screen *screen)
{
    return (struct stack_screen *)(void *)screen;
}

static const struct goroutine_bucket *find_bucket(const struct goroutine_dump *dump, uint64_t hash)
{
    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++)
        if (dump->buckets[i].hash == hash)
            return &dump->buckets[i];
    return NULL;
}

static void add_ids(struct pager *pager, const struct goroutine_bucket *bucket)
{
    enum { SHOWN_IDS = 40 };
    g_autoptr(GString) ids = g_string_new(NULL);

    if (bucket->ids == NULL)
        return;
    for (size_t i = 0; i < bucket->count && i < SHOWN_IDS; i++)
        g_string_append_printf(ids, " %" G_GUINT64_FORMAT, (guint64)bucket->ids[i]);
    pager_add(pager, THEME_TEXT, "");
    pager_addf(pager, THEME_DIM, "goroutine ids:%s%s", ids->str,
               bucket->count > SHOWN_IDS ? " ..." : "");
}

static void add_frame(struct pager *pager, const struct goroutine_frame *frame,
                      enum theme_role role)
{
    if (frame->elided > 0) {
        pager_addf(pager, THEME_DIM, "  ... %u frames left out by the runtime ...", frame->elided);
        return;
    }
    pager_addf(pager, role, "  %s%s", frame->function, frame->inlined ? " (inline)" : "");
    if (*frame->file != '\0')
        pager_addf(pager, THEME_DIM, "      %s:%" G_GINT64_FORMAT, frame->file,
                   (gint64)frame->line);
}

static void add_summary(struct stack_screen *screen, const struct goroutine_bucket *bucket)
{
    const char *state =
        *bucket->state != '\0' ? bucket->state : goroutine_category_name(bucket->category);

    pager_addf(screen->pager, THEME_STRONG, "%s goroutines in %s",
               format_count((int64_t)bucket->count).text, state);
    if (bucket->wait_max_minutes > 0)
        pager_addf(screen->pager, THEME_TEXT, "waiting %s to %s",
                   format_duration((double)bucket->wait_min_minutes * 60).text,
                   format_duration((double)bucket->wait_max_minutes * 60).text);
    if (bucket->n_locked > 0)
        pager_addf(screen->pager, THEME_LOOK, "%s locked to a thread",
                   format_count((int64_t)bucket->n_locked).text);
    if (bucket->n_leaked > 0)
        pager_addf(screen->pager, THEME_BAD, "%s proven leaked by the runtime",
                   format_count((int64_t)bucket->n_leaked).text);
    if (*bucket->labels != '\0')
        pager_addf(screen->pager, THEME_TEXT, "labels %s", bucket->labels);
    if (bucket->category == GOROUTINE_CHAN_NIL || bucket->category == GOROUTINE_SELECT_EMPTY)
        pager_add(screen->pager, THEME_LOOK, "this wait never ends");
}

static void fill(struct stack_screen *screen, const struct goroutine_bucket *bucket)
{
    pager_clear(screen->pager);
    if (screen->gone)
        pager_add(screen->pager, THEME_LOOK,
                  "The newest dump has no such stack any more; this is the last one that had.");
    add_summary(screen, bucket);
    pager_add(screen->pager, THEME_TEXT, "");
    for (size_t i = 0; i < bucket->n_frames; i++)
        add_frame(screen->pager, &bucket->frames[i], i == bucket->site ? THEME_STRONG : THEME_TEXT);
    if (bucket->creator != NULL) {
        pager_add(screen->pager, THEME_TEXT, "");
        pager_add(screen->pager, THEME_TITLE, "created by");
        add_frame(screen->pager, bucket->creator, THEME_TEXT);
    }
    add_ids(screen->pager, bucket);
}

static void stack_update(struct screen *base, unsigned kinds)
{
    struct stack_screen *screen = self(base);
    struct session *session = ui_session(base->ui);
    const struct goroutines_sample *newest = session != NULL ? session_goroutines(session) : NULL;

    (void)kinds;
    if (newest == NULL || newest == screen->sample)
        return;
    const struct goroutine_bucket *bucket = find_bucket(newest->dump, screen->hash);

    screen->gone = bucket == NULL;
    if (bucket != NULL) {
        sample_unref(screen->sample);
        screen->sample = sample_ref((void *)(uintptr_t)newest);
    } else if (screen->sample != NULL) {
        bucket = find_bucket(screen->sample->dump, screen->hash);
    }
    if (bucket != NULL)
        fill(screen, bucket);
}

static void stack_draw(struct screen *base, const struct canvas *canvas, TickitRect area)
{
    screen_title(base->ui, canvas, area, NULL);
    area.top += 2;
    area.lines -= 2;
    pager_draw(self(base)->pager, canvas, area);
}

static struct pager *stack_pager(struct screen *base)
{
    return self(base)->pager;
}

static char *stack_copy(struct screen *base)
{
    struct stack_screen *screen = self(base);
    const struct goroutine_bucket *bucket =
        screen->sample != NULL ? find_bucket(screen->sample->dump, screen->hash) : NULL;
    GString *out;

    if (bucket == NULL)
        return NULL;
    out = g_string_new(NULL);
    for (size_t i = 0; i < bucket->n_frames; i++)
        g_string_append_printf(out, "%s\n\t%s:%" G_GINT64_FORMAT "\n", bucket->frames[i].function,
                               bucket->frames[i].file, (gint64)bucket->frames[i].line);
    return g_string_free(out, FALSE);
}

static void stack_wheel(struct screen *base, int line, int col, int direction)
{
    (void)line;
    (void)col;
    pager_scroll(self(base)->pager, direction * 3);
}

static const enum action *stack_hints(struct screen *base)
{
    static const enum action hints[] = {ACTION_BACK, ACTION_FILTER, ACTION_SEARCH_NEXT, ACTION_COPY,
                                        ACTION_NONE};

    (void)base;
    return hints;
}

static void stack_free(struct screen *base)
{
    struct stack_screen *screen = self(base);

    pager_free(screen->pager);
    sample_unref(screen->sample);
    g_free(screen);
}

static const struct screen_ops ops = {
    .name = "stack",
    .draw = stack_draw,
    .update = stack_update,
    .hints = stack_hints,
    .pager = stack_pager,
    .wheel = stack_wheel,
    .copy = stack_copy,
    .free = stack_free,
};

struct screen *stack_screen_new(struct ui *ui, uint64_t bucket_hash)
{
    struct stack_screen *screen = g_new0(struct stack_screen, 1);

    screen->base = (struct screen){.ops = &ops, .ui = ui};
    screen->hash = bucket_hash;
    screen->pager = pager_new();
    return &screen->base;
}
