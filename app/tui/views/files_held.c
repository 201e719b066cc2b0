#include "app/tui/views/files_views.h"

#include "app/lists/holders_list.h"
#include "app/triage/notes.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/holdings_desk.h"

/*
 * By who holds them: descriptors whose Go objects are kept alive along the same chain
 * of pointers are one row. Read from memory when the tab is shown for the first time.
 */

struct held_view {
    struct files_view base;
    struct holdings *holdings, *before; /* own references; NULL: not looked yet */
    struct chains_list list;
};

static struct holdings *own(const struct holdings *holdings)
{
    return holdings != NULL ? holdings_ref((struct holdings *)(uintptr_t)holdings) : NULL;
}

static void forget(struct held_view *view)
{
    table_set_model(view->base.table, NULL, 0);
    chains_list_clear(&view->list);
    g_clear_pointer(&view->holdings, holdings_unref);
    g_clear_pointer(&view->before, holdings_unref);
}

static void update(struct view *base, unsigned kinds)
{
    struct held_view *view = view_of(struct held_view, base);
    const struct holdings *newest = ui_holdings(base->ui), *before = ui_holdings_before(base->ui);

    (void)kinds;
    holdings_desk_want(ui_holdings_desk(base->ui));
    view->base.empty = holdings_desk_why_not(ui_holdings_desk(base->ui));
    if (newest == view->holdings)
        return;
    forget(view);
    if (newest == NULL)
        return;
    view->holdings = own(newest);
    view->before = own(before);
    chains_list_take(&view->list, newest->descriptors, before != NULL ? before->descriptors : NULL);
    table_hide(view->base.table, CHAIN_GROWTH, before == NULL);
    table_set_model(view->base.table, &view->list, newest->descriptors->groups->len);
}

static enum theme_role info(const struct view *base, GString *out)
{
    const struct held_view *view = view_of(struct held_view, base);
    enum theme_role role = holdings_desk_say(ui_holdings_desk(base->ui), out);

    if (out->len > 0 || view->holdings == NULL)
        return role;
    const struct descriptors *descriptors = view->holdings->descriptors;
    const struct triage_notes *notes = triage_notes_of(ui_session(base->ui));

    g_string_append_printf(out, "%s %s held in %u %s, read from memory in %s, %s",
                           number_count(descriptors->all->len).text,
                           number_word(descriptors->all->len, "descriptor", "descriptors"),
                           descriptors->groups->len,
                           number_word(descriptors->groups->len, "way", "ways"),
                           number_seconds(descriptors->took_s).text,
                           format_age(ui_now(base->ui), notes->holdings_us).text);
    return THEME_DIM;
}

static bool ref(const struct view *base, struct ref *ret)
{
    const struct held_view *view = view_of(struct held_view, base);
    size_t row;

    if (view->holdings == NULL || !files_view_row(base, &row))
        return false;
    *ret = (struct ref){
        .kind = REF_HELD,
        .text =
            g_array_index(view->holdings->descriptors->groups, struct descriptor_group, row).text};
    return true;
}

static void look(struct view *base)
{
    holdings_desk_look(ui_holdings_desk(base->ui));
}

static bool can_look(const struct view *base)
{
    const struct holdings_desk *desk = ui_holdings_desk(base->ui);

    return !holdings_desk_is_looking(desk) && holdings_desk_why_not(desk) == NULL;
}

static const struct view_key keys[] = {{ACTION_OPEN, "descriptors", .applies = view_has_row},
                                       {ACTION_REFRESH, "look again", can_look, .act = look},
                                       {.action = ACTION_NONE}};

static void free_view(struct view *base)
{
    forget(view_of(struct held_view, base));
    files_view_free(base);
}

static const struct view_ops ops = {
    .name = "held by",
    .keys = keys,
    .draw = files_view_draw,
    .update = update,
    .table = files_view_table,
    .info = info,
    .ref = ref,
    .free = free_view,
};

struct files_view *files_held_new(const struct pane *pane)
{
    struct held_view *view = g_new0(struct held_view, 1);

    return files_view_init(&view->base, &ops, pane, table_new(&chains_listing));
}
