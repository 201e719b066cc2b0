#include "app/tui/screens/screens.h"

#include "app/tui/screens/view_table.h"

#include "app/tui/shell/format.h"

/* What the mark holds: the moment every growth column counts from. */

struct marks_screen {
    struct view base;
    struct pager *pager;
};

static void marks_update(struct view *base, unsigned kinds)
{
    struct session *session = ui_session(base->ui);
    struct pager *pager = view_of(struct marks_screen, base)->pager;

    (void)kinds;
    pager_clear(pager);
    if (session == NULL)
        return;
    const struct heap_sample *heap = session_mark_heap(session);
    const struct goroutines_sample *goroutines = session_mark_goroutines(session);
    gint64 at = session_mark_us(session);

    if (at == 0)
        pager_add(pager, THEME_TEXT,
                  "No mark was set: growth counts from the first sample of each probe.");
    else
        pager_addf(pager, THEME_STRONG, "marked %s", format_age(ui_now(base->ui), at).text);
    pager_add(pager, THEME_TEXT, "");
    if (heap != NULL && heap->memstats != NULL)
        pager_addf(pager, THEME_TEXT, "heap then: %s allocated, %s in use, %s %s",
                   number_bytes((int64_t)heap->memstats->heap_alloc).text,
                   number_bytes((int64_t)heap->memstats->heap_inuse).text,
                   number_count((int64_t)heap->memstats->num_gc).text,
                   number_word((int64_t)heap->memstats->num_gc, "collection", "collections"));
    if (goroutines != NULL)
        pager_addf(pager, THEME_TEXT, "goroutines then: %s", number_count(goroutines->count).text);
    pager_add(pager, THEME_TEXT, "");
    pager_add(pager, THEME_DIM, "m sets the mark anew; everything grown is then counted from it.");
}

static void marks_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    screen_title(base->ui, canvas, area, NULL);
    area.top += 2;
    area.lines -= 2;
    pager_draw(view_of(struct marks_screen, base)->pager, canvas, area);
}

static struct pager *marks_pager(struct view *base)
{
    return view_of(struct marks_screen, base)->pager;
}

static const struct view_key marks_keys[] = {
    {.action = ACTION_BACK}, {.action = ACTION_MARK}, {.action = ACTION_NONE}};

static void marks_free(struct view *base)
{
    pager_free(view_of(struct marks_screen, base)->pager);
    g_free(base);
}

const struct view_ops marks_screen_ops = {
    .name = "mark",
    .draw = marks_draw,
    .update = marks_update,
    .keys = marks_keys,
    .pager = marks_pager,
    .free = marks_free,
};

struct view *marks_screen_new(struct ui *ui)
{
    struct marks_screen *screen = g_new0(struct marks_screen, 1);

    screen->base = (struct view){.ops = &marks_screen_ops, .ui = ui};
    screen->pager = pager_new();
    return &screen->base;
}
