#include "tests/goruntime/images/answers.h"

#include "probes/goruntime/contention_profile.h"
#include "probes/goruntime/heap_look.h"
#include "probes/goruntime/heap_profile.h"
#include "probes/goruntime/memstats.h"
#include "probes/goruntime/proofs.h"
#include "probes/goruntime/waits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void add_reason(GString *out, const GError *error)
{
    g_assert_nonnull(error);
    g_string_append_printf(out, "none: %s\n", error->message);
}

/* --- goroutines and what they wait for --- */

static void add_waits(GString *out, const struct go_runtime *runtime,
                      const struct goroutine_list *list)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(wait_list_auto) waits = waits_read(runtime, list, &error);

    g_string_append(out, "\n== waits\n");
    if (waits == NULL) {
        add_reason(out, error);
        return;
    }
    for (size_t i = 0; i < waits->n; i++) {
        g_assert_cmpuint(waits->waits[i].goroutine, <, list->n);
        g_assert_cmpuint(waits->waits[i].object, <, waits->n_objects);
        g_string_append_printf(out, "%" PRIu64 ": ",
                               list->goroutines[waits->waits[i].goroutine].id);
        wait_describe(waits, &waits->waits[i], out);
        g_string_append_c(out, '\n');
    }
    for (size_t i = 0; i < waits->n_objects; i++) {
        const struct wait_object *o = &waits->objects[i];

        for (size_t k = 0; k < o->n_waiters; k++)
            g_assert_cmpuint(o->waiters[k], <, list->n);
        wait_object_describe(o, out);
        g_string_append_printf(out, ": %zu wait\n", o->n_waiters);
    }
    g_string_append_printf(out, "unknown %zu\n", waits->n_unknown);
    g_autoptr(goroutine_dump_auto) dump = goroutine_list_to_dump(list);

    goroutine_dump_add_waits(dump, list, waits);
    g_assert_cmpuint(dump->total, <=, list->n);
}

static void add_goroutine(GString *out, const struct live_goroutine *g)
{
    g_string_append_printf(out, "%" PRIu64 " of %" PRIu64 "%s%s%s thread %" PRIu64 " %zu frames",
                           g->id, g->parent_id, g->is_system ? " system" : "",
                           g->is_moved ? " moved" : "", g->is_truncated ? " truncated" : "",
                           g->thread, g->n_stack);
    if (*g->labels != '\0')
        g_string_append_printf(out, " {%s}", g->labels);
    if (g->problem != NULL)
        g_string_append_printf(out, " (%s)", g->problem);
    g_string_append_c(out, '\n');
    for (size_t i = 0; i < g->n_stack; i++)
        g_assert_nonnull(g->stack[i]);
}

static void add_goroutines(GString *out, const struct go_runtime *runtime, int64_t now_ns)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(goroutine_list_auto) list = goroutines_read(runtime, now_ns, &error);

    g_string_append(out, "== goroutines\n");
    if (list == NULL) {
        add_reason(out, error);
        return;
    }
    g_autoptr(GBytes) text = goroutine_list_to_text(list);
    gsize n;
    const char *bytes = g_bytes_get_data(text, &n);

    g_string_append_len(out, bytes, (gssize)n);
    g_string_append_printf(out, "\n== list of %zu, %zu of them system's\n", list->n_all,
                           list->n_system);
    for (size_t i = 0; i < list->n; i++)
        add_goroutine(out, &list->goroutines[i]);
    add_waits(out, runtime, list);
}

/* --- profiles --- */

static void add_frames(GString *out, const struct profile *p, const struct profile_sample *sample)
{
    for (uint32_t i = 0; i < sample->n_frames; i++) {
        const struct profile_location *l = &p->locations[p->frames[sample->first_frame + i]];

        for (uint32_t k = 0; k < l->n_lines; k++) {
            const struct profile_line *line = &p->lines[l->first_line + k];

            g_string_append_printf(out, " %s:%" PRId64, p->functions[line->function].name,
                                   line->line);
        }
    }
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A line for each sample, in the order of the lines: that of samples is not said anywhere. */
static void add_profile(GString *out, const char *title, struct profile *profile, size_t n_values,
                        const GError *error)
{
    g_autoptr(profile_auto) p = profile;
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

    g_string_append_printf(out, "\n== %s\n", title);
    if (p == NULL) {
        add_reason(out, error);
        return;
    }
    for (size_t s = 0; s < p->n_samples; s++) {
        GString *line = g_string_new(NULL);

        for (size_t i = 0; i < MIN(n_values, p->n_sample_types); i++)
            g_string_append_printf(line, "%" PRId64 " ", p->values[s * p->n_sample_types + i]);
        add_frames(line, p, &p->samples[s]);
        g_ptr_array_add(lines, g_string_free(line, FALSE));
    }
    g_ptr_array_sort(lines, compare_texts);
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(out, "%s\n", (const char *)g_ptr_array_index(lines, i));
}

static void add_profiles(GString *out, struct go_runtime *runtime)
{
    static const char *const titles[] = {"block", "mutex"};
    g_autoptr(GError) error = NULL;
    struct heap_profile_facts facts = {0};
    struct profile *heap = heap_profile_read(runtime, NULL, &facts, &error);

    add_profile(out, "heap", heap, 4, error);
    g_string_append_printf(out, "rate %" PRIu64 ", %zu places\n", facts.rate, facts.n_buckets);
    for (enum contention_kind kind = CONTENTION_BLOCK; kind <= CONTENTION_MUTEX; kind++) {
        g_clear_error(&error);
        struct profile *p = contention_profile_read(runtime, kind, NULL, &error);

        add_profile(out, titles[kind], p, 1, error);
    }
}

static void add_memstats(GString *out, struct go_runtime *runtime)
{
    g_autoptr(GError) error = NULL;
    struct go_memstats stats;

    g_string_append(out, "\n== memstats\n");
    if (!go_memstats_read(runtime, &stats, &error)) {
        add_reason(out, error);
        return;
    }
    g_autofree char *text = memstats_text(&stats.memstats);

    g_string_append_printf(
        out,
        "%s# %" PRId64 " goroutines, GOGC %" PRId64 ", marked %" PRIu64 ", pauses %" PRIu64 "\n",
        text, stats.n_goroutines, stats.gc_percent, stats.heap_marked, stats.pause_total_ns);
}

/* --- the heap --- */

static void add_groups(GString *out, const struct descriptors *found)
{
    for (guint i = 0; i < found->groups->len; i++) {
        const struct descriptor_group *group =
            &g_array_index(found->groups, struct descriptor_group, i);

        for (guint k = 0; k < group->fds->len; k++)
            g_string_append_printf(out, "%d ", g_array_index(group->fds, int, k));
        g_string_append_printf(out, ": %s\n", group->text);
    }
}

static void add_descriptors(GString *out, struct go_runtime *runtime, GHashTable *links)
{
    g_autoptr(GError) error = NULL;
    struct heap_look look;

    g_string_append(out, "\n== descriptors\n");
    if (heap_look_read(&look, runtime, NULL, NULL, &error)) {
        g_autoptr(descriptors_auto) found = descriptors_of_look(&look, 0, links);

        add_groups(out, found);
    } else {
        add_reason(out, error);
    }
    heap_look_clear(&look);
}

static void add_holders(GString *out, struct go_runtime *runtime)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(holders_auto) found = holders_read(runtime, NULL, NULL, &error);

    g_string_append(out, "\n== holders\n");
    if (found == NULL) {
        add_reason(out, error);
        return;
    }
    g_string_append_printf(out, "%" PRIu64 " bytes of %" PRIu64 ", %zu objects\n",
                           found->reached_bytes, found->heap_bytes, found->n_objects);
    for (guint i = 0; i < found->holders->len; i++) {
        const struct holder *h = &g_array_index(found->holders, struct holder, i);

        g_string_append_printf(out, "%" PRIu64 " %" PRIu64 " %s%s:", h->bytes, h->n, h->name,
                               h->is_guess ? " (a guess)" : "");
        for (guint k = 0; k < MIN(h->types->len, 8); k++) {
            const struct holder_type *t = &g_array_index(h->types, struct holder_type, k);

            g_string_append_printf(out, " %s %" PRIu64, t->name, t->bytes);
        }
        g_string_append_c(out, '\n');
    }
}

static void add_proofs(GString *out, struct go_runtime *runtime)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(proofs_auto) proofs = proofs_read(runtime, NULL, NULL, &error);

    g_string_append(out, "\n== proofs\n");
    if (proofs == NULL) {
        add_reason(out, error);
        return;
    }
    g_string_append_printf(out, "%u of %zu, %zu unread\n", proofs->proven->len, proofs->n_suspects,
                           proofs->n_unread);
    for (guint i = 0; i < proofs->proven->len; i++) {
        const struct proof *p = &g_array_index(proofs->proven, struct proof, i);

        g_assert_true(proofs_have(proofs, p->id));
        g_string_append_printf(out, "%" PRIu64 " [%s] %s: %s\n", p->id, p->state, p->function,
                               p->waits);
    }
}

char *answers_text(struct go_runtime *runtime, int64_t now_ns, GHashTable *links, unsigned parts)
{
    GString *out = g_string_new(NULL);

    if (parts & ANSWERS_GOROUTINES)
        add_goroutines(out, runtime, now_ns);
    if (parts & ANSWERS_PROFILES)
        add_profiles(out, runtime);
    if (parts & ANSWERS_MEMSTATS)
        add_memstats(out, runtime);
    if (parts & ANSWERS_DESCRIPTORS)
        add_descriptors(out, runtime, links);
    if (parts & ANSWERS_HOLDERS)
        add_holders(out, runtime);
    if (parts & ANSWERS_PROOFS)
        add_proofs(out, runtime);
    return g_string_free(out, FALSE);
}

/* --- open files --- */

GHashTable *answers_links_parse(const char *text)
{
    GHashTable *links = g_hash_table_new_full(g_int_hash, g_int_equal, g_free, g_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        const char *space = strchr(lines[i], ' ');
        int fd = atoi(lines[i]);

        if (space != NULL)
            g_hash_table_insert(links, g_memdup2(&fd, sizeof fd), g_strdup(space + 1));
    }
    return links;
}

char *answers_links_text(GHashTable *links)
{
    GString *out = g_string_new(NULL);

    for (int fd = 0; fd < 65536; fd++) {
        const char *link = g_hash_table_lookup(links, &fd);

        if (link != NULL)
            g_string_append_printf(out, "%d %s\n", fd, link);
    }
    return g_string_free(out, FALSE);
}
