#include "probes/file_groups.h"

#include "probes/paths.h"

#include <stdlib.h>
#include <string.h>

struct file_baseline {
    GHashTable *groups, *templates; /* owned text to count */
    bool taken;
    bool used; /* taken or reset once */
};

struct file_baseline *file_baseline_new(void)
{
    struct file_baseline *baseline = g_new0(struct file_baseline, 1);
    baseline->groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    baseline->templates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return baseline;
}

void file_baseline_free(struct file_baseline *baseline)
{
    if (!baseline)
        return;
    g_hash_table_unref(baseline->groups);
    g_hash_table_unref(baseline->templates);
    g_free(baseline);
}

void file_baseline_reset(struct file_baseline *baseline)
{
    g_hash_table_remove_all(baseline->groups);
    g_hash_table_remove_all(baseline->templates);
    baseline->taken = false;
    baseline->used = true;
}

static void set_count(GHashTable *counts, const char *text, int64_t count)
{
    if (count > 0)
        g_hash_table_insert(counts, g_strdup(text), GUINT_TO_POINTER((guint)MIN(count, G_MAXINT)));
}

void file_baseline_resume(struct file_baseline *baseline, const struct files_sample *sample)
{
    if (baseline->used || !sample || sample->n_groups == 0)
        return;
    for (size_t i = 0; i < sample->n_groups; i++)
        set_count(baseline->groups, sample->groups[i].path,
                  sample->groups[i].count - sample->groups[i].growth);
    for (size_t i = 0; i < sample->n_templates; i++)
        set_count(baseline->templates, sample->templates[i].text,
                  sample->templates[i].count - sample->templates[i].growth);
    baseline->taken = baseline->used = true;
}

bool file_baseline_is_taken(const struct file_baseline *baseline)
{
    return baseline->taken;
}

/* Numbers given to texts in the order of their first appearance. */
struct numbering {
    GHashTable *ids; /* text to id + 1 */
    GPtrArray *texts;
};

static void numbering_init(struct numbering *numbering)
{
    numbering->ids = g_hash_table_new(g_str_hash, g_str_equal);
    numbering->texts = g_ptr_array_new();
}

static void numbering_clear(struct numbering *numbering)
{
    g_hash_table_unref(numbering->ids);
    g_ptr_array_unref(numbering->texts);
}

static bool numbering_find(const struct numbering *numbering, const char *text, uint32_t *ret)
{
    guint id = GPOINTER_TO_UINT(g_hash_table_lookup(numbering->ids, text));
    *ret = id - 1;
    return id != 0;
}

/* text must stay: it lives in the sample. */
static uint32_t numbering_add(struct numbering *numbering, const char *text)
{
    g_ptr_array_add(numbering->texts, (gpointer)(uintptr_t)text);
    g_hash_table_insert(numbering->ids, (gpointer)(uintptr_t)text,
                        GUINT_TO_POINTER(numbering->texts->len));
    return numbering->texts->len - 1;
}

static bool is_path(const struct fd_entry *entry)
{
    return entry->path[0] == '/' || entry->path[0] == '(';
}

/* The text a descriptor is counted under; buffer serves those that have none of their own. */
static const char *group_text(const struct fd_entry *entry, GString *buffer)
{
    switch (entry->type) {
    case FD_FIFO:
        return is_path(entry) ? entry->path : "pipe";
    case FD_IPV4:
    case FD_IPV6:
        if (strcmp(entry->detail, "UDP") == 0)
            return "UDP";
        g_string_printf(buffer, "TCP %s", entry->detail);
        return buffer->str;
    case FD_UNIX:
        return entry->path[0] == '/' || entry->path[0] == '@' ? entry->path : "unix";
    case FD_SOCK:
        return "socket";
    default:
        return entry->path;
    }
}

struct summary {
    struct files_sample *sample;
    uint32_t *group_of;      /* by descriptor */
    uint32_t *template_of;   /* by group */
    struct fd_group *groups; /* in order of first appearance until sorted */
    struct fd_template *templates;
    size_t n_groups, n_templates;
};

static void assign_groups(struct summary *s)
{
    struct files_sample *sample = s->sample;
    struct numbering numbering;
    g_autoptr(GString) buffer = g_string_new(NULL);
    numbering_init(&numbering);
    s->group_of = g_new0(uint32_t, sample->n_fds + 1);
    for (size_t i = 0; i < sample->n_fds; i++) {
        const struct fd_entry *entry = &sample->fds[i];
        const char *text = group_text(entry, buffer);

        sample->by_type[entry->type]++;
        if (entry->type == FD_REG)
            sample->by_class[entry->cls]++;
        if (entry->type == FD_INOTIFY && entry->watches != SAMPLE_UNKNOWN)
            sample->inotify_watches += entry->watches;

        if (!numbering_find(&numbering, text, &s->group_of[i]))
            s->group_of[i] =
                numbering_add(&numbering, text == entry->path ? text : sample_strdup(sample, text));
    }
    s->n_groups = numbering.texts->len;
    s->groups = g_new0(struct fd_group, s->n_groups + 1);
    for (size_t i = 0; i < s->n_groups; i++)
        s->groups[i].path = numbering.texts->pdata[i];
    for (size_t i = 0; i < sample->n_fds; i++) {
        struct fd_group *group = &s->groups[s->group_of[i]];
        const struct fd_entry *entry = &sample->fds[i];

        if (group->count == 0) {
            group->type = entry->type;
            group->cls = entry->cls;
            group->oldest_us = entry->first_seen_us;
        }
        group->count++;
        group->deleted += entry->deleted;
        group->oldest_us = MIN(group->oldest_us, entry->first_seen_us);
    }
    numbering_clear(&numbering);
}

static void assign_templates(struct summary *s)
{
    struct numbering numbering;
    g_autoptr(GString) text = g_string_new(NULL);
    numbering_init(&numbering);
    s->template_of = g_new0(uint32_t, s->n_groups + 1);
    for (size_t i = 0; i < s->n_groups; i++) {
        const char *path = s->groups[i].path;
        if (path[0] == '/' || path[0] == '(')
            path_fold(path, text);
        else
            g_string_assign(text, path);
        if (!numbering_find(&numbering, text->str, &s->template_of[i]))
            s->template_of[i] = numbering_add(&numbering, sample_strdup(s->sample, text->str));
    }
    s->n_templates = numbering.texts->len;
    s->templates = g_new0(struct fd_template, s->n_templates + 1);
    for (size_t i = 0; i < s->n_groups; i++) {
        struct fd_template *template = &s->templates[s->template_of[i]];
        template->text = numbering.texts->pdata[s->template_of[i]];
        template->type = s->groups[i].type;
        template->cls = s->groups[i].cls;
        template->count += s->groups[i].count;
        template->n_paths++;
    }
    numbering_clear(&numbering);
}

static int64_t growth_since(GHashTable *counts, bool taken, const char *text, uint32_t count)
{
    if (taken)
        return (int64_t)count - (int64_t)GPOINTER_TO_UINT(g_hash_table_lookup(counts, text));
    g_hash_table_insert(counts, g_strdup(text), GUINT_TO_POINTER(count));
    return 0;
}

/* Something with a count and a text, to be shown largest first. */
struct rank {
    uint32_t id, count;
    const char *text;
};

static int rank_compare(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->text, y->text);
}

/* Sorts; the place of each, by id, is where the descriptors of it begin. */
static void place_by_rank(struct rank *ranks, size_t n, uint32_t *place)
{
    uint32_t first = 0;
    qsort(ranks, n, sizeof *ranks, rank_compare);
    for (size_t i = 0; i < n; i++) {
        place[ranks[i].id] = first;
        first += ranks[i].count;
    }
}

/* Lays descriptors out by group and by template, each in order of number. */
static void lay_out(struct summary *s)
{
    struct files_sample *sample = s->sample;
    g_autofree uint32_t *group_place = g_new0(uint32_t, s->n_groups + 1);
    g_autofree uint32_t *template_place = g_new0(uint32_t, s->n_templates + 1);
    struct fd_group *groups = sample_alloc(sample, (s->n_groups + 1) * sizeof *groups);
    struct fd_template *templates = sample_alloc(sample, (s->n_templates + 1) * sizeof *templates);
    g_autofree struct rank *ranks = g_new(struct rank, MAX(s->n_groups, s->n_templates) + 1);
    for (size_t i = 0; i < s->n_groups; i++)
        ranks[i] = (struct rank){(uint32_t)i, s->groups[i].count, s->groups[i].path};
    place_by_rank(ranks, s->n_groups, group_place);
    for (size_t i = 0; i < s->n_groups; i++) {
        groups[i] = s->groups[ranks[i].id];
        groups[i].first = group_place[ranks[i].id];
    }
    for (size_t i = 0; i < s->n_templates; i++)
        ranks[i] = (struct rank){(uint32_t)i, s->templates[i].count, s->templates[i].text};
    place_by_rank(ranks, s->n_templates, template_place);
    for (size_t i = 0; i < s->n_templates; i++) {
        templates[i] = s->templates[ranks[i].id];
        templates[i].first = template_place[ranks[i].id];
    }
    sample->groups = groups;
    sample->n_groups = s->n_groups;
    sample->templates = templates;
    sample->n_templates = s->n_templates;
    uint32_t *by_group = sample_alloc(sample, (sample->n_fds + 1) * sizeof *by_group);
    uint32_t *by_template = sample_alloc(sample, (sample->n_fds + 1) * sizeof *by_template);
    for (uint32_t i = 0; i < sample->n_fds; i++) {
        uint32_t group = s->group_of[i];
        by_group[group_place[group]++] = i;
        by_template[template_place[s->template_of[group]]++] = i;
    }
    sample->by_group = by_group;
    sample->by_template = by_template;
}

void files_summarise(struct files_sample *sample, struct file_baseline *baseline)
{
    struct summary s = {.sample = sample};
    memset(sample->by_type, 0, sizeof sample->by_type);
    memset(sample->by_class, 0, sizeof sample->by_class);
    sample->inotify_watches = 0;
    assign_groups(&s);
    assign_templates(&s);

    for (size_t i = 0; i < s.n_groups; i++)
        s.groups[i].growth =
            growth_since(baseline->groups, baseline->taken, s.groups[i].path, s.groups[i].count);
    for (size_t i = 0; i < s.n_templates; i++)
        s.templates[i].growth = growth_since(baseline->templates, baseline->taken,
                                             s.templates[i].text, s.templates[i].count);
    baseline->taken = baseline->used = true;

    lay_out(&s);
    g_free(s.group_of);
    g_free(s.template_of);
    g_free(s.groups);
    g_free(s.templates);
}
