#include "app/tui/views/goroutines_views.h"

struct goroutine_groups {
    struct groups_list list;
    struct table *table;
};

struct goroutine_stacks {
    struct stacks_list list;
    struct table *table;
};

/* --- groups --- */

struct goroutine_groups *goroutine_groups_new(enum goroutines_view view)
{
    struct goroutine_groups *groups = g_new0(struct goroutine_groups, 1);

    groups_list_init(&groups->list, view);
    groups->table = table_new(groups_listing(view));
    return groups;
}

void goroutine_groups_free(struct goroutine_groups *groups)
{
    if (groups == NULL)
        return;
    table_free(groups->table);
    groups_list_clear(&groups->list);
    g_free(groups);
}

void goroutine_groups_fill(struct goroutine_groups *groups, const struct goroutine_dump *dump,
                           const struct session *session)
{
    table_set_model(groups->table, NULL, 0);
    groups_list_fill(&groups->list, dump, session);
    table_set_model(groups->table, &groups->list, groups->list.all->len);
}

struct table *goroutine_groups_table(struct goroutine_groups *groups)
{
    return groups->table;
}

const struct goroutine_group *goroutine_groups_at(const struct goroutine_groups *groups, size_t row)
{
    return groups_list_at(&groups->list, row);
}

/* --- stacks --- */

struct goroutine_stacks *goroutine_stacks_new(void)
{
    struct goroutine_stacks *stacks = g_new0(struct goroutine_stacks, 1);

    stacks_list_init(&stacks->list);
    stacks->table = table_new(&stacks_listing);
    return stacks;
}

void goroutine_stacks_free(struct goroutine_stacks *stacks)
{
    table_free(stacks->table);
    stacks_list_clear(&stacks->list);
    g_free(stacks);
}

void goroutine_stacks_fill(struct goroutine_stacks *stacks, const struct goroutine_dump *dump,
                           const struct session *session, enum goroutines_view view,
                           const char *name)
{
    table_set_model(stacks->table, NULL, 0);
    stacks_list_fill(&stacks->list, dump, session, view, name);
    table_set_model(stacks->table, &stacks->list, stacks->list.shown->len);
}

struct table *goroutine_stacks_table(struct goroutine_stacks *stacks)
{
    return stacks->table;
}

const struct goroutine_bucket *goroutine_stacks_at(const struct goroutine_stacks *stacks,
                                                   size_t row)
{
    return stacks_list_at(&stacks->list, row);
}
