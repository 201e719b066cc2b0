#include "app/tui/shell/openers.h"
#include "app/tui/shell/ui.h"

#include <string.h>

static struct view *inner_of(const struct view *view)
{
    return view->ops->inner != NULL ? view->ops->inner(view) : NULL;
}

/* Asking for its list changes nothing of a view, but lets others change the list. */
static struct view *owned(const struct view *view)
{
    return (struct view *)(uintptr_t)view;
}

struct table *view_table(const struct view *view)
{
    for (; view != NULL; view = inner_of(view))
        if (view->ops->table != NULL)
            return view->ops->table(owned(view));
    return NULL;
}

struct pager *view_pager(const struct view *view)
{
    for (; view != NULL; view = inner_of(view))
        if (view->ops->pager != NULL)
            return view->ops->pager(owned(view));
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

bool view_filtered(const struct view *view)
{
    struct table *table = view_table(view);

    return table != NULL && *table_filter(table) != '\0';
}

struct tabs view_tabs(const struct view *view)
{
    struct tabs tabs = {0};

    if (view->ops->tabs != NULL)
        view->ops->tabs(view, &tabs);
    tabs.numbered = view->numbered;
    tabs.quiet = view->unfocused;
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

bool view_has_row(const struct view *view)
{
    const struct table *table = view_table(view);
    size_t row;

    return table != NULL && table_selected(table, &row);
}

bool view_sorts(const struct view *view)
{
    const struct table *table = view_table(view);

    return table != NULL && table_sorts(table);
}

bool view_numbered(const struct view *view)
{
    return view->numbered;
}

bool view_has_list(const struct view *view)
{
    return view_table(view) != NULL || view_pager(view) != NULL;
}

bool view_searches(const struct view *view)
{
    const struct pager *pager = view_pager(view);

    return pager != NULL && pager_is_searched(pager);
}

void view_leave(struct view *view)
{
    ui_pop(view->ui);
}

/* --- keys --- */

/* A word for the footer replaces that there is none. */
static size_t add_key(const struct view_key *key, struct view_key *ret, size_t n, size_t max)
{
    const char *label = key->label != NULL ? key->label : action_info(key->action)->label;
    size_t i = 0;

    while (i < n && ret[i].action != key->action)
        i++;
    if (i == max || (i < n && (*ret[i].label != '\0' || *label == '\0')))
        return n;
    n -= i < n;
    memmove(&ret[i], &ret[i + 1], (n - i) * sizeof *ret);
    ret[n] = (struct view_key){key->action, .label = label, .help = key->help};
    return n + 1;
}

/* A view within sees its keys first. */
static size_t add_keys(const struct view *view, struct view_key *ret, size_t max)
{
    const struct view *inner = inner_of(view);
    size_t n = inner != NULL ? add_keys(inner, ret, max) : 0;

    const struct view_key *key = view->ops->keys;

    for (; key != NULL && key->action != ACTION_NONE; key++)
        if (key->applies == NULL || key->applies(view))
            n = add_key(key, ret, n, max);
    if (view_tabs(view).n > 1) {
        n = add_key(&(struct view_key){.action = ACTION_GROUP}, ret, n, max);
        n = add_key(&(struct view_key){ACTION_GROUP_BACK, .label = ""}, ret, n, max);
    }
    return n;
}

size_t view_keys(const struct view *view, struct view_key *ret, size_t max)
{
    static const struct view_key of_tables[] = {{.action = ACTION_FILTER},
                                                {ACTION_SORT_RIGHT, .applies = view_sorts},
                                                {.action = ACTION_COPY},
                                                {.action = ACTION_EXPORT}};
    static const struct view_key of_pagers[] = {{ACTION_FILTER, .label = "search"},
                                                {ACTION_SEARCH_NEXT, .applies = view_searches},
                                                {.action = ACTION_EXPORT}};
    size_t n = add_keys(view, ret, max);

    for (size_t i = 0; view_table(view) != NULL && i < G_N_ELEMENTS(of_tables); i++)
        if (of_tables[i].applies == NULL || of_tables[i].applies(view))
            n = add_key(&of_tables[i], ret, n, max);
    for (size_t i = 0; view_pager(view) != NULL && i < G_N_ELEMENTS(of_pagers); i++)
        if (of_pagers[i].applies == NULL || of_pagers[i].applies(view))
            n = add_key(&of_pagers[i], ret, n, max);
    return n;
}

bool view_knows(const struct view *view, enum action action)
{
    for (; view != NULL; view = inner_of(view))
        for (const struct view_key *key = view->ops->keys;
             key != NULL && key->action != ACTION_NONE; key++)
            if (key->action == action)
                return true;
    return false;
}

static bool act_itself(struct view *view, enum action action)
{
    const struct view_key *key = view->ops->keys;

    while (key != NULL && key->action != ACTION_NONE &&
           (key->action != action || (key->applies != NULL && !key->applies(view))))
        key++;
    if (key == NULL || (key->act == NULL && key->act_by == NULL))
        return false;
    if (key->act != NULL)
        key->act(view);
    else
        key->act_by(view, action);
    return true;
}

bool view_act(struct view *view, enum action action)
{
    struct view *inner = inner_of(view);
    bool turns = action == ACTION_GROUP || action == ACTION_GROUP_BACK || view->numbered;
    struct ref ref;

    if ((inner != NULL && view_act(inner, action)) || act_itself(view, action) ||
        (turns && view_turn(view, action)))
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
