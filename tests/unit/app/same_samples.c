#include "tests/unit/app/same_samples.h"

#include "probes/databases.h"
#include "probes/record.h"

#include <math.h>
#include <string.h>

static bool same_integer(gint64 a, gint64 b, gint64 offset_us, bool is_time)
{
    return a == b - (is_time && a != 0 ? offset_us : 0);
}

static bool same_double(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_member(const struct record_member *member, const void *a, const void *b,
                        gint64 offset_us)
{
    switch (member->kind) {
    case RECORD_INT64:
    case RECORD_KNOWN:
    case RECORD_UINT64:
    case RECORD_TIME:
        return same_integer(*(const gint64 *)a, *(const gint64 *)b, offset_us,
                            member->kind == RECORD_TIME);
    case RECORD_UINT32:
        return *(const uint32_t *)a == *(const uint32_t *)b;
    case RECORD_DOUBLE:
        return same_double(*(const double *)a, *(const double *)b);
    case RECORD_INT:
    case RECORD_NAME:
        return *(const int *)a == *(const int *)b;
    case RECORD_BOOL:
        return *(const bool *)a == *(const bool *)b;
    case RECORD_CHAR:
        return *(const char *)a == *(const char *)b;
    case RECORD_TEXT:
    case RECORD_OPTIONAL_TEXT:
        return g_strcmp0(*(const char *const *)a, *(const char *const *)b) == 0;
    case RECORD_CHARS:
        return strcmp(a, b) == 0;
    }
    return false;
}

static void print_member(const struct record_member *member, const void *at, char *out, gsize n)
{
    if (member->kind == RECORD_TEXT || member->kind == RECORD_OPTIONAL_TEXT)
        g_snprintf(out, n, "%s", *(const char *const *)at);
    else if (member->kind == RECORD_DOUBLE)
        g_snprintf(out, n, "%.17g", *(const double *)at);
    else if (member->kind == RECORD_INT || member->kind == RECORD_NAME)
        g_snprintf(out, n, "%d", *(const int *)at);
    else if (member->kind == RECORD_BOOL || member->kind == RECORD_CHAR)
        g_snprintf(out, n, "%d", *(const signed char *)at);
    else if (member->kind == RECORD_CHARS)
        g_snprintf(out, n, "%s", (const char *)at);
    else if (member->kind == RECORD_UINT32)
        g_snprintf(out, n, "%u", *(const uint32_t *)at);
    else
        g_snprintf(out, n, "%" G_GINT64_FORMAT, *(const gint64 *)at);
}

static void assert_same_record(const struct record *record, const void *a, const void *b,
                               gint64 offset_us, const char *what)
{
    for (size_t i = 0; i < record->n; i++) {
        const struct record_member *member = &record->members[i];
        char left[200], right[200];

        if (same_member(member, record_at(member, a), record_at(member, b), offset_us))
            continue;
        print_member(member, record_at(member, a), left, sizeof left);
        print_member(member, record_at(member, b), right, sizeof right);
        g_error("%s: %s was %s and is %s", what, member->name, left, right);
    }
}

static void assert_same_rows(const struct record *record, const void *a, size_t n_a, const void *b,
                             size_t n_b, gint64 offset_us, const char *what)
{
    if (n_a != n_b)
        g_error("%s: %zu rows were there and %zu are", what, n_a, n_b);
    for (size_t i = 0; i < n_a; i++)
        assert_same_record(record, (const char *)a + i * record->size,
                           (const char *)b + i * record->size, offset_us, what);
}

/* --- what has no record --- */

static void add_stack(GString *out, const struct profile *profile,
                      const struct profile_sample *sample)
{
    for (uint32_t f = 0; f < sample->n_frames; f++) {
        const struct profile_location *location =
            &profile->locations[profile->frames[sample->first_frame + f]];

        g_string_append_printf(out, " %" G_GINT64_MODIFIER "x", (guint64)location->address);
        for (uint32_t l = 0; l < location->n_lines; l++) {
            const struct profile_line *line = &profile->lines[location->first_line + l];

            g_string_append_printf(out, " %s:%" G_GINT64_FORMAT,
                                   profile->functions[line->function].name, (gint64)line->line);
        }
    }
}

/* Rows with nothing in them come and go between two collections; nobody shows them. */
static GString *profile_text(const struct profile *profile)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < profile->n_samples; i++) {
        const int64_t *values = &profile->values[i * profile->n_sample_types];
        bool any = false;

        for (size_t t = 0; t < profile->n_sample_types; t++)
            any = any || values[t] != 0;
        if (!any)
            continue;
        for (size_t t = 0; t < profile->n_sample_types; t++)
            g_string_append_printf(out, "%" G_GINT64_FORMAT " ", (gint64)values[t]);
        add_stack(out, profile, &profile->samples[i]);
        g_string_append_c(out, '\n');
    }
    return out;
}

static void assert_same_profile(const struct profile *a, const struct profile *b)
{
    g_assert_true((a == NULL) == (b == NULL));
    if (a == NULL)
        return;
    g_autoptr(GString) left = profile_text(a);
    g_autoptr(GString) right = profile_text(b);

    g_assert_cmpstr(left->str, ==, right->str);
    g_assert_cmpuint(a->n_sample_types, ==, b->n_sample_types);
    for (size_t t = 0; t < a->n_sample_types; t++)
        g_assert_cmpstr(a->sample_types[t].type, ==, b->sample_types[t].type);
}

static void assert_same_frame(const struct goroutine_frame *a, const struct goroutine_frame *b)
{
    g_assert_cmpstr(a->function, ==, b->function);
    g_assert_cmpstr(a->file, ==, b->file);
    g_assert_cmpint(a->line, ==, b->line);
    g_assert_cmpuint(a->elided, ==, b->elided);
}

static void assert_same_bucket(const struct goroutine_bucket *a, const struct goroutine_bucket *b)
{
    g_assert_cmpuint(a->count, ==, b->count);
    g_assert_cmpint((int)a->category, ==, (int)b->category);
    g_assert_cmpstr(a->state, ==, b->state);
    g_assert_cmpstr(a->labels, ==, b->labels);
    g_assert_cmpuint(a->hash, ==, b->hash);
    g_assert_cmpint(a->wait_min_minutes, ==, b->wait_min_minutes);
    g_assert_cmpint(a->wait_max_minutes, ==, b->wait_max_minutes);
    g_assert_cmpuint(a->creator_id, ==, b->creator_id);
    g_assert_cmpuint(a->n_frames, ==, b->n_frames);
    for (size_t i = 0; i < a->n_frames; i++)
        assert_same_frame(&a->frames[i], &b->frames[i]);
    for (size_t i = 0; a->ids != NULL && i < a->count; i++)
        g_assert_cmpuint(a->ids[i], ==, b->ids[i]);
    g_assert_cmpstr(a->waits, ==, b->waits);
    g_assert_cmpuint(a->n_waited, ==, b->n_waited);
    for (size_t i = 0; i < a->n_waited; i++) {
        const struct goroutine_waited *x = a->waited[i], *y = b->waited[i];

        g_assert_cmpint((int)x->kind, ==, (int)y->kind);
        g_assert_cmpstr(x->name, ==, y->name);
        g_assert_cmpstr(x->state, ==, y->state);
        g_assert_cmpstr(x->holder, ==, y->holder);
        g_assert_cmpuint(x->n_waiters, ==, y->n_waiters);
        g_assert_cmpuint(x->holder_id, ==, y->holder_id);
        g_assert_cmpint(x->fd, ==, y->fd);
        g_assert_true(x->is_holder_certain == y->is_holder_certain);
    }
}

static void assert_same_dump(const struct goroutine_dump *a, const struct goroutine_dump *b)
{
    g_assert_true((a == NULL) == (b == NULL));
    if (a == NULL)
        return;
    g_assert_cmpuint(a->total, ==, b->total);
    g_assert_cmpuint(a->n_buckets, ==, b->n_buckets);
    g_assert_true(a->has_states == b->has_states && a->truncated == b->truncated);
    g_assert_true((a->waited == NULL) == (b->waited == NULL));
    for (size_t i = 0; i < a->n_buckets; i++)
        assert_same_bucket(&a->buckets[i], &b->buckets[i]);
}

/* --- kinds --- */

static void assert_same_memory(const struct memory_sample *a, const struct memory_sample *b,
                               gint64 offset_us)
{
    for (int i = 0; i < REGION_N_CLASSES; i++) {
        const char *name = region_class_name((enum region_class)i);

        assert_same_record(&record_totals, &a->classes[i], &b->classes[i], 0, name);
        assert_same_record(&record_growth, &a->growth[i], &b->growth[i], 0, name);
    }
    assert_same_record(&record_totals, &a->total, &b->total, 0, "total");
    assert_same_rows(&record_region, a->regions, a->n_regions, b->regions, b->n_regions, 0,
                     "regions");
    assert_same_rows(&record_zone, a->zones, a->n_zones, b->zones, b->n_zones, offset_us, "zones");
}

static void assert_same_databases(const struct files_sample *a, const struct files_sample *b,
                                  gint64 offset_us)
{
    assert_same_rows(&record_database, a->databases, a->n_databases, b->databases, b->n_databases,
                     offset_us, "databases");
    for (size_t i = 0; i < a->n_databases; i++) {
        const struct database *x = &a->databases[i], *y = &b->databases[i];

        assert_same_rows(&record_db_lock, x->locks, x->n_locks, y->locks, y->n_locks, offset_us,
                         "locks");
        assert_same_rows(&record_db_user, x->users, x->n_users, y->users, y->n_users, offset_us,
                         "users");
    }
}

static void assert_same_groups(const struct files_sample *a, const struct files_sample *b,
                               gint64 offset_us)
{
    g_assert_cmpuint(a->n_groups, ==, b->n_groups);
    for (size_t i = 0; i < a->n_groups; i++) {
        const struct fd_group *x = &a->groups[i], *y = &b->groups[i];

        g_assert_cmpstr(x->path, ==, y->path);
        g_assert_cmpuint(x->count, ==, y->count);
        g_assert_cmpuint(x->deleted, ==, y->deleted);
        g_assert_cmpint(x->growth, ==, y->growth);
        g_assert_cmpint(x->oldest_us + offset_us, ==, y->oldest_us);
    }
    g_assert_cmpuint(a->n_templates, ==, b->n_templates);
    for (size_t i = 0; i < a->n_templates; i++) {
        const struct fd_template *x = &a->templates[i], *y = &b->templates[i];

        g_assert_cmpstr(x->text, ==, y->text);
        g_assert_cmpuint(x->count, ==, y->count);
        g_assert_cmpuint(x->n_paths, ==, y->n_paths);
        g_assert_cmpint(x->growth, ==, y->growth);
    }
}

static void assert_same_files(const struct files_sample *a, const struct files_sample *b,
                              gint64 offset_us)
{
    for (size_t i = 0; i < FD_N_TYPES; i++)
        g_assert_cmpint(a->by_type[i], ==, b->by_type[i]);
    for (size_t i = 0; i < PATH_N_CLASSES; i++)
        g_assert_cmpint(a->by_class[i], ==, b->by_class[i]);
    assert_same_rows(&record_fd, a->fds, a->n_fds, b->fds, b->n_fds, offset_us, "descriptors");
    assert_same_groups(a, b, offset_us);
    assert_same_databases(a, b, offset_us);
    assert_same_rows(&record_watched, a->watched, a->n_watched, b->watched, b->n_watched, offset_us,
                     "watched");
    for (size_t i = 0; i < a->n_watched; i++) {
        const struct watched_path *x = &a->watched[i], *y = &b->watched[i];

        g_assert_cmpuint(x->n_fds, ==, y->n_fds);
        for (size_t k = 0; k < x->n_fds; k++)
            g_assert_cmpint(x->fds[k], ==, y->fds[k]);
    }
}

static void assert_same_threads(const struct threads_sample *a, const struct threads_sample *b)
{
    assert_same_rows(&record_thread, a->threads, a->n_threads, b->threads, b->n_threads, 0,
                     "threads");
    assert_same_rows(&record_child, a->children, a->n_children, b->children, b->n_children, 0,
                     "children");
    assert_same_rows(&record_child, a->orphans, a->n_orphans, b->orphans, b->n_orphans, 0,
                     "orphans");
    assert_same_rows(&record_spawn, a->spawns, a->n_spawns, b->spawns, b->n_spawns, 0, "spawns");
}

static void assert_same_heap(const struct heap_sample *a, const struct heap_sample *b)
{
    g_assert_true((a->memstats == NULL) == (b->memstats == NULL));
    if (a->memstats != NULL)
        assert_same_record(&record_memstats, a->memstats, b->memstats, 0, "memstats");
    assert_same_profile(a->profile, b->profile);
}

void assert_same_sample(const struct sample *a, const struct sample *b, gint64 offset_us)
{
    const void *x = a, *y = b;

    g_assert_true((a == NULL) == (b == NULL));
    if (a == NULL)
        return;
    const char *name = probe_info(a->kind)->name;

    g_assert_cmpint((int)a->kind, ==, (int)b->kind);
    assert_same_record(&record_sample, x, y, offset_us, name);
    assert_same_record(record_of_kind(a->kind), x, y, offset_us, name);
    if (a->kind == PROBE_MEMORY)
        assert_same_memory(x, y, offset_us);
    else if (a->kind == PROBE_FILES)
        assert_same_files(x, y, offset_us);
    else if (a->kind == PROBE_HEAP)
        assert_same_heap(x, y);
    else if (a->kind == PROBE_THREADS)
        assert_same_threads(x, y);
    else if (a->kind == PROBE_GOROUTINES)
        assert_same_dump(((const struct goroutines_sample *)x)->dump,
                         ((const struct goroutines_sample *)y)->dump);
}

/* --- histories --- */

void assert_same_points(const GArray *points, const struct history *b, gint64 offset_us,
                        const char *name)
{
    g_autoptr(GArray) right = history_since(b, 0);

    if (points->len != right->len)
        g_error("%s: %u points were there and %u are", name, points->len, right->len);
    for (guint i = 0; i < points->len; i++) {
        const struct history_point *x = &g_array_index(points, struct history_point, i),
                                   *y = &g_array_index(right, struct history_point, i);

        if (x->t_us + offset_us != y->t_us || !same_double(x->value, y->value) ||
            !same_double(x->min, y->min) || !same_double(x->max, y->max))
            g_error("%s: point %u of %u was %g at %" G_GINT64_FORMAT " and is %g at "
                    "%" G_GINT64_FORMAT,
                    name, i, points->len, x->value, x->t_us + offset_us, y->value, y->t_us);
    }
}
