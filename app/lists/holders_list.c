#include "app/lists/holders_list.h"

#include "app/lists/list_values.h"

#include <inttypes.h>
#include <string.h>

/* --- roots --- */

static const struct listing_column holder_columns[] = {
    [HOLDER_BYTES] = {.id = "bytes", .title = "HOLDS", .kind = LISTING_BYTES, .width = 7},
    [HOLDER_SHARE] =
        {.id = "share", .title = "SHARE", .kind = LISTING_PERCENT, .width = 6, .drop = 1},
    [HOLDER_OBJECTS] =
        {.id = "objects", .title = "OBJECTS", .kind = LISTING_COUNT, .width = 9, .drop = 2},
    [HOLDER_GROWTH] = {.id = "growth_bytes",
                       .title = "GROWTH",
                       .kind = LISTING_BYTES_SIGNED,
                       .width = 7},
    [HOLDER_TYPE] = {.id = "type",
                     .title = "MOST OF IT",
                     .kind = LISTING_FUNCTION,
                     .min_width = 26,
                     .max_width = 48,
                     .drop = 3},
    [HOLDER_NAME] = {.id = "name",
                     .title = "HELD BY",
                     .elide = TEXT_ELIDE_SENTENCE,
                     .min_width = 40,
                     .weight = 4},
};

static const struct holder *holder_at(const void *model, size_t row)
{
    const struct holders_list *list = model;

    return &g_array_index(list->holders->holders, struct holder, row);
}

static void holder_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct holders_list *list = model;
    const struct holder *holder = holder_at(model, row);

    switch (column) {
    case HOLDER_BYTES:
        ret->n = (int64_t)holder->bytes;
        break;
    case HOLDER_SHARE:
        ret->x = 100.0 * (double)holder->bytes / (double)MAX(list->holders->reached_bytes, 1);
        break;
    case HOLDER_OBJECTS:
        ret->n = (int64_t)holder->n;
        break;
    case HOLDER_GROWTH:
        if (list->before != NULL)
            list_growth(ret, holders_growth(holder, list->before));
        break;
    case HOLDER_TYPE:
        ret->text = holder->types->len > 0
                        ? g_array_index(holder->types, struct holder_type, 0).name
                        : NULL;
        break;
    default: {
        ret->text = holder->name;
        ret->role = holder->kind == REACH_RUNTIME ? THEME_DIM : THEME_TEXT;
        if (holder->kind == REACH_GOROUTINE && holder->n_roots > 1)
            listing_note(ret, " (%" PRIu64 " of them)", holder->n_roots);
        if (holder->is_guess)
            listing_note(ret, " (a guess)");
    }
    }
}

static uint64_t holder_key(const void *model, size_t row)
{
    return list_key(holder_at(model, row)->key, 1);
}

static void search_holder(const void *model, size_t row, GString *out)
{
    g_string_append(out, holder_at(model, row)->name);
}

const struct listing holders_listing = {
    .id = "holders",
    .columns = holder_columns,
    .n_columns = G_N_ELEMENTS(holder_columns),
    .order = HOLDER_BYTES,
    .value = holder_value,
    .key = holder_key,
    .search = search_holder,
};

/* --- types --- */

static const struct listing_column type_columns[] = {
    [HELD_BYTES] = {.id = "bytes", .title = "HOLDS", .kind = LISTING_BYTES, .width = 7},
    [HELD_SHARE] =
        {.id = "share", .title = "SHARE", .kind = LISTING_PERCENT, .width = 6, .drop = 1},
    [HELD_OBJECTS] = {.id = "objects", .title = "OBJECTS", .kind = LISTING_COUNT, .width = 9},
    [HELD_GROWTH] = {.id = "growth_bytes",
                     .title = "GROWTH",
                     .kind = LISTING_BYTES_SIGNED,
                     .width = 7},
    [HELD_NAME] = {.id = "name", .title = "TYPE", .kind = LISTING_FUNCTION, .min_width = 20},
};

static const struct holder_type *type_at(const void *model, size_t row)
{
    return &g_array_index(((const struct holder_types_list *)model)->holder->types,
                          struct holder_type, row);
}

static int64_t type_before(const struct holder *before, const char *name)
{
    for (guint i = 0; i < before->types->len; i++) {
        const struct holder_type *type = &g_array_index(before->types, struct holder_type, i);

        if (strcmp(type->name, name) == 0)
            return (int64_t)type->bytes;
    }
    return 0;
}

static void type_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct holder_types_list *list = model;
    const struct holder_type *type = type_at(model, row);

    switch (column) {
    case HELD_BYTES:
        ret->n = (int64_t)type->bytes;
        break;
    case HELD_SHARE:
        ret->x = 100.0 * (double)type->bytes / (double)MAX(list->holder->bytes, 1);
        break;
    case HELD_OBJECTS:
        ret->n = (int64_t)type->n;
        break;
    case HELD_GROWTH:
        if (list->before != NULL)
            list_growth(ret, (int64_t)type->bytes - type_before(list->before, type->name));
        break;
    default:
        ret->text = type->name;
    }
}

static uint64_t type_key(const void *model, size_t row)
{
    return list_key(type_at(model, row)->name, 2);
}

const struct listing held_types_listing = {
    .id = "held_types",
    .columns = type_columns,
    .n_columns = G_N_ELEMENTS(type_columns),
    .order = HELD_BYTES,
    .value = type_value,
    .key = type_key,
};

/* --- ways in which descriptors are held --- */

static const struct listing_column chain_columns[] = {
    [CHAIN_COUNT] = {.id = "descriptors", .title = "FDS", .kind = LISTING_COUNT, .width = 6},
    [CHAIN_GROWTH] =
        {.id = "growth", .title = "GROWTH", .kind = LISTING_COUNT_SIGNED, .width = 7, .drop = 1},
    [CHAIN_PATHS] = {.id = "paths",
                     .title = "WHAT",
                     .kind = LISTING_PATH,
                     .min_width = 16,
                     .weight = 2,
                     .drop = 2},
    [CHAIN_TEXT] = {.id = "held_by",
                    .title = "HELD BY",
                    .elide = TEXT_ELIDE_SENTENCE,
                    .min_width = 42,
                    .weight = 3},
};

static const struct descriptor_group *group_at(const void *model, size_t row)
{
    const struct chains_list *list = model;

    return &g_array_index(list->descriptors->groups, struct descriptor_group, row);
}

static int64_t count_before(const struct descriptors *before, const struct descriptor_group *group)
{
    for (guint i = 0; i < before->groups->len; i++) {
        const struct descriptor_group *old =
            &g_array_index(before->groups, struct descriptor_group, i);

        if (strcmp(old->text, group->text) == 0)
            return old->fds->len;
    }
    return 0;
}

/* By the name it was opened by where the system has no path. */
static const char *name_of(const struct descriptors *descriptors,
                           const struct descriptor_group *group, guint i)
{
    const struct descriptor *d = descriptors_find(descriptors, g_array_index(group->fds, int, i));

    return d->link[0] != '/' && d->name != NULL ? d->name : d->link;
}

static char *chain_paths(const struct descriptors *descriptors,
                         const struct descriptor_group *group)
{
    const char *first = name_of(descriptors, group, 0);
    size_t n = strlen(first), front = n, back = n;

    for (guint i = 1; i < group->fds->len; i++) {
        const char *name = name_of(descriptors, group, i);
        size_t length = strlen(name), same = 0;

        while (same < front && name[same] == first[same])
            same++;
        front = same;
        for (same = 0; same < MIN(back, length) && name[length - 1 - same] == first[n - 1 - same];)
            same++;
        back = same;
    }
    if (front == n)
        return g_strdup(first);
    while (front > 0 && (first[front] & 0xc0) == 0x80) /* not within a character */
        front--;
    back = MIN(back, n - front);
    while (back > 0 && (first[n - back] & 0xc0) == 0x80)
        back--;
    return front == 0 ? g_strdup_printf("%s, ...", first)
                      : g_strdup_printf("%.*s*%s", (int)front, first, first + n - back);
}

static void chain_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct chains_list *list = model;
    const struct descriptor_group *group = group_at(model, row);

    switch (column) {
    case CHAIN_COUNT:
        ret->n = group->fds->len;
        break;
    case CHAIN_GROWTH:
        if (list->before != NULL)
            list_growth(ret, (int64_t)group->fds->len - count_before(list->before, group));
        break;
    case CHAIN_PATHS:
        ret->text = list->paths[row];
        break;
    default: {
        ret->text = group->text;
        ret->role = group->state == DESCRIPTOR_HELD ? THEME_TEXT : THEME_DIM;
    }
    }
}

static uint64_t chain_key(const void *model, size_t row)
{
    return list_key(group_at(model, row)->text, 3);
}

static void search_chain(const void *model, size_t row, GString *out)
{
    g_string_append(out, group_at(model, row)->text);
}

const struct listing chains_listing = {
    .id = "held_descriptors",
    .columns = chain_columns,
    .n_columns = G_N_ELEMENTS(chain_columns),
    .order = CHAIN_COUNT,
    .value = chain_value,
    .key = chain_key,
    .search = search_chain,
};

void chains_list_clear(struct chains_list *list)
{
    g_strfreev(list->paths);
    *list = (struct chains_list){0};
}

void chains_list_take(struct chains_list *list, const struct descriptors *descriptors,
                      const struct descriptors *before)
{
    chains_list_clear(list);
    if (descriptors == NULL)
        return;
    *list = (struct chains_list){descriptors, before, g_new0(char *, descriptors->groups->len + 1)};
    for (guint i = 0; i < descriptors->groups->len; i++)
        list->paths[i] = chain_paths(
            descriptors, &g_array_index(descriptors->groups, struct descriptor_group, i));
}
