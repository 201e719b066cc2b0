#include "app/lists/goroutine_lists.h"
#include "app/lists/list_values.h"
#include "app/triage/goroutine_growth.h"

#include <string.h>

/* --- what blocks: presets of the document, then signatures --- */

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

bool goroutine_view_is_waited(enum goroutines_view view)
{
    return view == VIEW_CHANNELS || view == VIEW_LOCKS;
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
    case VIEW_CHANNELS:
    case VIEW_LOCKS:
        return goroutine_bucket_waited(bucket, name) != NULL;
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

/* --- filling --- */

static void clear_group(gpointer group)
{
    g_free(((struct goroutine_group *)group)->name);
}

static struct goroutine_group *group_of(struct groups_list *list, const char *name)
{
    gsize at = GPOINTER_TO_SIZE(g_hash_table_lookup(list->index, name));

    if (at == 0) {
        struct goroutine_group fresh = {.view = list->view,
                                        .name = g_strdup(name),
                                        .meaning = "",
                                        .longest = -1,
                                        .growth = SAMPLE_UNKNOWN};

        g_array_append_val(list->all, fresh);
        at = list->all->len;
        g_hash_table_insert(list->index, fresh.name, GSIZE_TO_POINTER(at));
    }
    return &g_array_index(list->all, struct goroutine_group, at - 1);
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

static void add_blocked(struct groups_list *list, const struct goroutine_bucket *bucket,
                        int64_t growth)
{
    const struct goroutine_signature *signature = goroutine_signature_of(bucket);

    for (size_t i = 0; i < G_N_ELEMENTS(presets); i++)
        if (in_preset(&presets[i], bucket))
            add_bucket(group_of(list, presets[i].name), bucket, growth);
    if (signature->kind == GOROUTINE_SIGNATURE_NONE)
        return;
    struct goroutine_group *group = group_of(list, signature->word);

    group->meaning = signature->meaning;
    group->kind = signature->kind;
    add_bucket(group, bucket, growth);
}

/* A goroutine that selects waits for several: each counts it. */
static void add_waited(struct groups_list *list, const struct goroutine_bucket *bucket)
{
    enum goroutine_waited_kind kind =
        list->view == VIEW_CHANNELS ? GOROUTINE_WAITED_CHANNEL : GOROUTINE_WAITED_LOCK;

    for (size_t i = 0; i < bucket->n_waited; i++) {
        if (bucket->waited[i]->kind != kind)
            continue;
        struct goroutine_group *group = group_of(list, bucket->waited[i]->name);
        struct goroutine_part part;

        goroutine_part_take(&part, bucket, &bucket->waited[i]);
        add_bucket(group, &part.bucket, SAMPLE_UNKNOWN);
        group->count = bucket->waited[i]->n_waiters;
        group->meaning = bucket->waited[i]->state;
        if (*bucket->waited[i]->holder != '\0')
            group->holder = bucket->waited[i]->holder;
        if (part.bucket.count > group->most) {
            group->most = part.bucket.count;
            group->where = goroutine_site_function(bucket);
        }
        goroutine_part_clear(&part);
    }
}

void groups_list_fill(struct groups_list *list, const struct goroutine_dump *dump,
                      const struct session *session)
{
    g_hash_table_remove_all(list->index);
    g_array_set_size(list->all, 0);
    if (dump != NULL && list->view == VIEW_BLOCKED) {
        /* Presets stand there also when nothing is in them: that is an answer. */
        for (size_t i = 0; i < G_N_ELEMENTS(presets); i++) {
            struct goroutine_group *group = group_of(list, presets[i].name);

            group->meaning = presets[i].meaning;
            group->kind = GOROUTINE_SIGNATURE_WAITING;
        }
    }
    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];
        int64_t growth = bucket_growth(session, dump, &dump->buckets[i]);

        if (goroutine_view_is_waited(list->view))
            add_waited(list, bucket);
        else if (list->view == VIEW_BLOCKED)
            add_blocked(list, bucket, growth);
        else if (list->view == VIEW_CREATORS)
            add_bucket(group_of(list, bucket->creator != NULL ? bucket->creator->function : ""),
                       bucket, growth);
        else
            add_bucket(group_of(list, goroutine_category_name(bucket->category)), bucket, growth);
    }
}

/* --- the list --- */

enum {
    GROUP_COUNT,
    GROUP_GROWTH,
    GROUP_BUCKETS,
    GROUP_LONGEST,
    GROUP_NAME,
    GROUP_MEANING,
    GROUP_WHERE,
    GROUP_HOLDER
};

#define COLUMN_COUNT                                                                               \
    {                                                                                              \
        .id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 7                         \
    }
#define COLUMN_GROWTH                                                                              \
    {                                                                                              \
        .id = "growth", .title = "GROWTH", .since = true, .kind = LISTING_COUNT_SIGNED,            \
        .width = 7, .drop = 2                                                                      \
    }
#define COLUMN_BUCKETS                                                                             \
    {                                                                                              \
        .id = "stacks", .title = "STACKS", .kind = LISTING_COUNT, .width = 6, .drop = 3            \
    }
#define COLUMN_LONGEST                                                                             \
    {                                                                                              \
        .id = "longest_s", .title = "LONGEST", .kind = LISTING_DURATION, .width = 7, .drop = 1     \
    }

static const struct listing_column state_columns[] = {
    COLUMN_COUNT,
    COLUMN_GROWTH,
    COLUMN_BUCKETS,
    COLUMN_LONGEST,
    {.id = "wait_reason", .title = "WAIT REASON", .min_width = 12},
};
static const struct listing_column creator_columns[] = {
    COLUMN_COUNT,
    COLUMN_GROWTH,
    COLUMN_BUCKETS,
    COLUMN_LONGEST,
    {.id = "creator", .title = "CREATED BY", .kind = LISTING_FUNCTION, .min_width = 12},
};
static const struct listing_column blocked_columns[] = {
    COLUMN_COUNT,
    COLUMN_GROWTH,
    COLUMN_BUCKETS,
    COLUMN_LONGEST,
    {.id = "signature", .title = "SIGNATURE", .kind = LISTING_WORD, .width = 16},
    {.id = "meaning", .title = "MEANS", .min_width = 24, .drop = 4},
};

/* What is waited for comes and goes: growth is not told. */
static const struct listing_column waited_columns[] = {
    COLUMN_COUNT,
    {.id = "growth", .title = "SINCE m", .kind = LISTING_COUNT_SIGNED, .width = 7, .hidden = true},
    COLUMN_BUCKETS,
    COLUMN_LONGEST,
    {.id = "waits_for", .title = "WAIT FOR", .width = 24},
    {.id = "state", .title = "STATE", .width = 17, .drop = 4},
    {.id = "where", .title = "WHERE", .kind = LISTING_FUNCTION, .min_width = 14},
};

/* The holder says more than where the others stand. */
static const struct listing_column lock_columns[] = {
    COLUMN_COUNT,
    {.id = "growth", .title = "SINCE m", .kind = LISTING_COUNT_SIGNED, .width = 7, .hidden = true},
    COLUMN_BUCKETS,
    COLUMN_LONGEST,
    {.id = "waits_for", .title = "WAIT FOR", .width = 24},
    {.id = "state", .title = "STATE", .min_width = 17, .max_width = 54, .drop = 4},
    {.id = "where", .title = "WHERE", .kind = LISTING_FUNCTION, .min_width = 14, .drop = 5},
    {.id = "held_by", .title = "HELD BY", .min_width = 24},
};

const struct goroutine_group *groups_list_at(const struct groups_list *list, size_t row)
{
    return &g_array_index(list->all, struct goroutine_group, row);
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct goroutine_group *group = groups_list_at(model, row);

    switch (column) {
    case GROUP_COUNT:
        ret->n = (int64_t)group->count;
        break;
    case GROUP_GROWTH:
        list_growth(ret, group->growth);
        break;
    case GROUP_BUCKETS:
        ret->n = (int64_t)group->buckets;
        break;
    case GROUP_LONGEST:
        goroutine_list_minutes(ret, group->longest);
        break;
    case GROUP_NAME:
        /* The gravest first. */
        ret->n = -(int64_t)group->kind;
        ret->text = *group->name != '\0' ? group->name : "(the runtime, or not known)";
        if (group->view == VIEW_BLOCKED)
            ret->role = group->count > 0 ? goroutine_signature_role(group->kind) : THEME_DIM;
        else if (*group->name == '\0')
            ret->role = THEME_DIM;
        break;
    case GROUP_WHERE:
        ret->text = group->where;
        break;
    case GROUP_HOLDER:
        ret->text = group->holder;
        break;
    default:
        ret->text = group->meaning;
        ret->role = THEME_DIM;
    }
}

static uint64_t key(const void *model, size_t row)
{
    return (uint64_t)g_str_hash(groups_list_at(model, row)->name) + 1;
}

const struct listing *groups_listing(enum goroutines_view view)
{
    static const struct listing states = {.id = "wait_reasons",
                                          .columns = state_columns,
                                          .n_columns = G_N_ELEMENTS(state_columns),
                                          .order = GROUP_COUNT,
                                          .value = value,
                                          .key = key};
    static const struct listing creators = {.id = "creators",
                                            .columns = creator_columns,
                                            .n_columns = G_N_ELEMENTS(creator_columns),
                                            .order = GROUP_COUNT,
                                            .value = value,
                                            .key = key};
    static const struct listing blocked = {.id = "signatures",
                                           .columns = blocked_columns,
                                           .n_columns = G_N_ELEMENTS(blocked_columns),
                                           .order = GROUP_NAME,
                                           .value = value,
                                           .key = key};

    static const struct listing waited = {.id = "waited_for",
                                          .columns = waited_columns,
                                          .n_columns = G_N_ELEMENTS(waited_columns),
                                          .order = GROUP_COUNT,
                                          .value = value,
                                          .key = key};

    static const struct listing locks = {.id = "locks_waited_for",
                                         .columns = lock_columns,
                                         .n_columns = G_N_ELEMENTS(lock_columns),
                                         .order = GROUP_COUNT,
                                         .value = value,
                                         .key = key};

    if (view == VIEW_LOCKS)
        return &locks;
    if (view == VIEW_CHANNELS)
        return &waited;
    return view == VIEW_CREATORS ? &creators : view == VIEW_BLOCKED ? &blocked : &states;
}

/* --- life --- */

void groups_list_init(struct groups_list *list, enum goroutines_view view)
{
    list->view = view;
    list->all = g_array_new(FALSE, FALSE, sizeof(struct goroutine_group));
    g_array_set_clear_func(list->all, clear_group);
    list->index = g_hash_table_new(g_str_hash, g_str_equal);
}

void groups_list_clear(struct groups_list *list)
{
    g_hash_table_unref(list->index);
    g_array_unref(list->all);
}
