#include "app/tui/shell/openers.h"

static struct view *inner_of(const struct view *view)
{
    return view->ops->inner != NULL ? view->ops->inner(view) : NULL;
}

struct table *view_table(struct view *view)
{
    for (; view != NULL; view = inner_of(view))
        if (view->ops->table != NULL)
            return view->ops->table(view);
    return NULL;
}

struct pager *view_pager(struct view *view)
{
    for (; view != NULL; view = inner_of(view))
        if (view->ops->pager != NULL)
            return view->ops->pager(view);
    return NULL;
}

const enum action *view_hints(struct view *view)
{
    for (; view != NULL; view = inner_of(view))
        if (view->ops->hints != NULL)
            return view->ops->hints(view);
        else if (view->ops->fixed_hints != NULL)
            return view->ops->fixed_hints;
    return NULL;
}

char *view_copy(struct view *view)
{
    struct view *inner = inner_of(view);
    char *text = inner != NULL ? view_copy(inner) : NULL;
    struct ref ref;

    if (text != NULL)
        return text;
    if (view->ops->copy != NULL)
        return view->ops->copy(view);
    return view->ops->ref != NULL && view->ops->ref(view, &ref) ? ref_key(&ref) : NULL;
}

char *view_export(struct view *view)
{
    struct view *inner = inner_of(view);
    char *text = inner != NULL ? view_export(inner) : NULL;

    if (text == NULL && view->ops->export_text != NULL)
        return view->ops->export_text(view);
    return text;
}

bool view_ref(const struct view *view, struct ref *ret)
{
    const struct view *inner = inner_of(view);

    if (inner != NULL && view_ref(inner, ret))
        return true;
    return view->ops->ref != NULL && view->ops->ref(view, ret);
}

bool view_filtered(struct view *view)
{
    struct table *table = view_table(view);

    return table != NULL && *table_filter(table) != '\0';
}

struct tabs view_tabs(const struct view *view)
{
    struct tabs tabs = {0};

    if (view->ops->tabs != NULL)
        view->ops->tabs(view, &tabs);
    return tabs;
}

bool view_turn(struct view *view, enum action action)
{
    struct tabs tabs = view_tabs(view);
    size_t to = tabs.shown;

    if (tabs.n == 0)
        return false;
    if (action == ACTION_GROUP)
        to = (tabs.shown + 1) % tabs.n;
    else if (action == ACTION_GROUP_BACK)
        to = (tabs.shown + tabs.n - 1) % tabs.n;
    else if (action >= ACTION_PANE_1 && action <= ACTION_TAB_9)
        to = (size_t)(action - ACTION_PANE_1);
    else
        return false;
    if (to >= tabs.n)
        return false;
    view->ops->turn(view, to);
    return true;
}

bool view_act(struct view *view, enum action action)
{
    struct view *inner = inner_of(view);
    struct ref ref;

    if (inner != NULL && view_act(inner, action))
        return true;
    if (view->ops->act != NULL && view->ops->act(view, action))
        return true;
    if ((action == ACTION_GROUP || action == ACTION_GROUP_BACK) && view_turn(view, action))
        return true;
    if (action != ACTION_OPEN || view->ops->ref == NULL || !view->ops->ref(view, &ref))
        return false;
    ui_show(view->ui, &ref);
    return true;
}

void view_update(struct view *view, unsigned kinds)
{
    if (view != NULL && view->ops->update != NULL)
        view->ops->update(view, kinds);
}

void view_free(struct view *view)
{
    if (view != NULL)
        view->ops->free(view);
}
