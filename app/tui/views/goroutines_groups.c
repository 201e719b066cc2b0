#include "app/tui/views/goroutines_views.h"

#include "app/tui/shell/format.h"

#include <string.h>

struct goroutine_groups {
    enum goroutines_view view;
    GArray *all;       /* struct goroutine_group */
    GHashTable *index; /* name -> position + 1; names belong to all */
    struct table *table;
};

/* --- what blocks: presets of the document, then signatures -------------------------------------
 */

/*
 * The unresponsive-plugin procedure searches dumps for these. The short ones as whole words: "td"
 * is part of half of all paths.
 */
static const struct preset {
    const char *name, *words[3]; /* any of them; NULL ends */
    bool whole;
    const char *meaning;
} presets[] = {
    {"td or monitor",
     {"td", "monitor", NULL},
     true,
     "Goroutines of the td plugin and its monitor: a plugin that does not respond waits in one."},
    {"fetchData",
     {"fetchData", "FetchData", NULL},
     false,
     "Commands that fetch: each should end; a growing number piles up behind a lock."},
};

static bool has_word(const char *text, const char *word, bool whole)
{
    size_t n = strlen(word);

    for (const char *p = strstr(text, word); p != NULL; p = strstr(p + 1, word))
        if (!whole || ((p == text || !g_ascii_isalnum(p[-1])) && !g_ascii_isalnum(p[n])))
            return true;
    return false;
}

static bool in_preset(const struct preset *preset, const struct goroutine_bucket *bucket)
{
    if (bucket->is_profiler)
        return false;
    for (size_t i = 0; i < bucket->n_frames; i++)
        for (size_t w = 0; preset->words[w] != NULL; w++)
            if (has_word(bucket->frames[i].function, preset->words[w], preset->whole))
                return true;
    return false;
}

static const struct preset *find_preset(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(presets); i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}

bool goroutine_group_holds(enum goroutines_view view, const char *name,
                           const struct goroutine_bucket *bucket)
{
    const struct preset *preset;

    switch (view) {
    case VIEW_STATES:
        return strcmp(goroutine_category_name(bucket->category), name) == 0;
    case VIEW_CREATORS:
        return bucket->creator != NULL ? strcmp(bucket->creator->function, name) == 0
                                       : *name == '\0';
    case VIEW_BLOCKED:
        preset = find_preset(name);
        return preset != NULL ? in_preset(preset, bucket)
                              : strcmp(goroutine_signature_of(bucket)->word, name) == 0;
    default:
        return true;
    }
}

/* --- filling -----------------------------------------------------------------------------------
 */

static void clear_group(gpointer group)
{
    g_free(((struct goroutine_group *)group)->name);
}

static struct goroutine_group *group_of(struct goroutine_groups *groups, const char *name)
{
    gsize at = GPOINTER_TO_SIZE(g_hash_table_lookup(groups->index, name));

    if (at == 0) {
        struct goroutine_group fresh = {.view = groups->view,
                                        .name = g_strdup(name),
                                        .meaning = "",
                                        .longest = -1,
                                        .growth = SAMPLE_UNKNOWN};

        g_array_append_val(groups->all, fresh);
        at = groups->all->len;
        g_hash_table_insert(groups->index, fresh.name, GSIZE_TO_POINTER(at));
    }
    return &g_array_index(groups->all, struct goroutine_group, at - 1);
}

static void add_bucket(struct goroutine_group *group, const struct goroutine_bucket *bucket,
                       int64_t growth)
{
    group->count += bucket->count;
    group->buckets++;
    group->longest = MAX(group->longest, bucket->wait_max_minutes);
    if (growth != SAMPLE_UNKNOWN)
        group->growth = (group->growth == SAMPLE_UNKNOWN ? 0 : group->growth) + growth;
}

static void add_blocked(struct goroutine_groups *groups, const struct goroutine_bucket *bucket,
                        int64_t growth)
{
    const struct goroutine_signature *signature = goroutine_signature_of(bucket);

    for (size_t i = 0; i < G_N_ELEMENTS(presets); i++)
        if (in_preset(&presets[i], bucket))
            add_bucket(group_of(groups, presets[i].name), bucket, growth);
    if (signature->kind == GOROUTINE_SIGNATURE_NONE)
        return;
    struct goroutine_group *group = group_of(groups, signature->word);

    group->meaning = signature->meaning;
    group->kind = signature->kind;
    add_bucket(group, bucket, growth);
}

static void add(struct goroutine_groups *groups, const struct goroutine_bucket *bucket,
                int64_t growth)
{
    if (groups->view == VIEW_BLOCKED)
        add_blocked(groups, bucket, growth);
    else if (groups->view == VIEW_CREATORS)
        add_bucket(group_of(groups, bucket->creator != NULL ? bucket->creator->function : ""),
                   bucket, growth);
    else
        add_bucket(group_of(groups, goroutine_category_name(bucket->category)), bucket, growth);
}

/* Presets stand there also when nothing is in them: that is an answer. */
static void add_presets(struct goroutine_groups *groups)
{
    for (size_t i = 0; i < G_N_ELEMENTS(presets); i++) {
        struct goroutine_group *group = group_of(groups, presets[i].name);

        group->meaning = presets[i].meaning;
        group->kind = GOROUTINE_SIGNATURE_WAITING;
    }
}

void goroutine_groups_fill(struct goroutine_groups *groups, const struct goroutine_dump *dump,
                           const struct session *session)
{
    table_set_model(groups->table, NULL, 0);
    g_hash_table_remove_all(groups->index);
    g_array_set_size(groups->all, 0);
    if (dump != NULL && groups->view == VIEW_BLOCKED)
        add_presets(groups);
    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++)
        add(groups, &dump->buckets[i], bucket_growth(session, dump, &dump->buckets[i]));
    table_set_model(groups->table, groups, groups->all->len);
}

/* --- the table ----------------------------------------------------------------------------------
 */

enum { GROUP_COUNT, GROUP_GROWTH, GROUP_BUCKETS, GROUP_LONGEST, GROUP_NAME, GROUP_MEANING };

#define NUMBER_COLUMNS                                                                             \
    [GROUP_COUNT] = {.title = "COUNT", .width = 7, .align = TEXT_RIGHT, .descending_first = true}, \
    [GROUP_GROWTH] = {.title = "SINCE m",                                                          \
                      .width = 7,                                                                  \
                      .align = TEXT_RIGHT,                                                         \
                      .drop = 2,                                                                   \
                      .descending_first = true},                                                   \
    [GROUP_BUCKETS] = {.title = "STACKS",                                                          \
                       .width = 6,                                                                 \
                       .align = TEXT_RIGHT,                                                        \
                       .drop = 3,                                                                  \
                       .descending_first = true},                                                  \
    [GROUP_LONGEST] = {                                                                            \
        .title = "LONGEST", .width = 7, .align = TEXT_RIGHT, .drop = 1, .descending_first = true}

static const struct table_column state_columns[] = {
    NUMBER_COLUMNS, [GROUP_NAME] = {.title = "WAIT REASON", .min_width = 12}};
static const struct table_column creator_columns[] = {
    NUMBER_COLUMNS, [GROUP_NAME] = {
                        .title = "CREATED BY", .min_width = 12, .elide = TEXT_ELIDE_FUNCTION}};
static const struct table_column blocked_columns[] = {
    NUMBER_COLUMNS, [GROUP_NAME] = {.title = "SIGNATURE", .width = 16},
    [GROUP_MEANING] = {.title = "MEANS", .min_width = 24, .drop = 4}};

const struct goroutine_group *goroutine_groups_at(const struct goroutine_groups *groups, size_t row)
{
    return &g_array_index(groups->all, struct goroutine_group, row);
}

static const struct goroutine_group *group_at(const void *model, size_t row)
{
    return goroutine_groups_at(model, row);
}

static void name_cell(const struct goroutine_group *group, struct table_cell *ret)
{
    g_string_assign(ret->text, *group->name != '\0' ? group->name : "(the runtime, or not known)");
    if (group->view == VIEW_BLOCKED)
        ret->role = group->count > 0 ? goroutine_signature_role(group->kind) : THEME_DIM;
    else if (*group->name == '\0')
        ret->role = THEME_DIM;
}

static void group_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct goroutine_group *group = group_at(model, row);

    if (column == GROUP_COUNT)
        g_string_assign(ret->text, format_count((int64_t)group->count).text);
    else if (column == GROUP_GROWTH)
        goroutine_growth_cell(group->growth, ret);
    else if (column == GROUP_BUCKETS)
        g_string_assign(ret->text, format_count((int64_t)group->buckets).text);
    else if (column == GROUP_LONGEST)
        goroutine_minutes_cell(group->longest, ret);
    else if (column == GROUP_NAME)
        name_cell(group, ret);
    else {
        g_string_assign(ret->text, group->meaning);
        ret->role = THEME_DIM;
    }
}

static int by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int group_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct goroutine_group *x = group_at(model, a), *y = group_at(model, b);

    switch (column) {
    case GROUP_COUNT:
        return by_number((int64_t)x->count, (int64_t)y->count);
    case GROUP_GROWTH:
        return by_number(x->growth, y->growth);
    case GROUP_BUCKETS:
        return by_number((int64_t)x->buckets, (int64_t)y->buckets);
    case GROUP_LONGEST:
        return by_number(x->longest, y->longest);
    case GROUP_NAME:
        return x->kind != y->kind ? by_number((int64_t)y->kind, (int64_t)x->kind)
                                  : strcmp(x->name, y->name);
    default:
        return strcmp(x->meaning, y->meaning);
    }
}

static uint64_t group_key(const void *model, size_t row)
{
    return (uint64_t)g_str_hash(group_at(model, row)->name) + 1;
}

static void group_filter(const void *model, size_t row, GString *out)
{
    const struct goroutine_group *group = group_at(model, row);

    g_string_append_printf(out, "%s %s", group->name, group->meaning);
}

/* --- life ---------------------------------------------------------------------------------------
 */

static struct table *make_table(enum goroutines_view view)
{
    static const struct table_ops ops = {.cell = group_cell,
                                         .compare = group_compare,
                                         .key = group_key,
                                         .filter_text = group_filter};

    switch (view) {
    case VIEW_CREATORS:
        return table_new(&ops, creator_columns, G_N_ELEMENTS(creator_columns), GROUP_COUNT);
    case VIEW_BLOCKED:
        return table_new(&ops, blocked_columns, G_N_ELEMENTS(blocked_columns), GROUP_NAME);
    default:
        return table_new(&ops, state_columns, G_N_ELEMENTS(state_columns), GROUP_COUNT);
    }
}

struct goroutine_groups *goroutine_groups_new(enum goroutines_view view)
{
    struct goroutine_groups *groups = g_new0(struct goroutine_groups, 1);

    groups->view = view;
    groups->all = g_array_new(FALSE, FALSE, sizeof(struct goroutine_group));
    g_array_set_clear_func(groups->all, clear_group);
    groups->index = g_hash_table_new(g_str_hash, g_str_equal);
    groups->table = make_table(view);
    return groups;
}

void goroutine_groups_free(struct goroutine_groups *groups)
{
    if (groups == NULL)
        return;
    table_free(groups->table);
    g_hash_table_unref(groups->index);
    g_array_unref(groups->all);
    g_free(groups);
}

struct table *goroutine_groups_table(struct goroutine_groups *groups)
{
    return groups->table;
}
