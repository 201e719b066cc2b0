#include "probes/leak_marks.h"

#include "pprof/hash.h"

#include <pthread.h>
#include <string.h>

struct leak_marks {
    gint references; /* atomic */
    pthread_mutex_t lock;
    GHashTable *ids;       /* guint64, under lock */
    struct leak_look last; /* under lock */
};

struct leak_marks *leak_marks_new(void)
{
    struct leak_marks *marks = g_new0(struct leak_marks, 1);

    marks->references = 1;
    pthread_mutex_init(&marks->lock, NULL);
    marks->ids = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, NULL);
    return marks;
}

struct leak_marks *leak_marks_ref(struct leak_marks *marks)
{
    if (marks != NULL)
        g_atomic_int_inc(&marks->references);
    return marks;
}

void leak_marks_unref(struct leak_marks *marks)
{
    if (marks == NULL || !g_atomic_int_dec_and_test(&marks->references))
        return;
    g_hash_table_unref(marks->ids);
    leak_look_clear(&marks->last);
    pthread_mutex_destroy(&marks->lock);
    g_free(marks);
}

void leak_look_clear(struct leak_look *look)
{
    g_clear_pointer(&look->why, g_free);
}

void leak_marks_add(struct leak_marks *marks, const struct proofs *proofs)
{
    if (marks == NULL)
        return;
    pthread_mutex_lock(&marks->lock);
    for (guint i = 0; i < proofs->proven->len; i++) {
        guint64 id = g_array_index(proofs->proven, struct proof, i).id;

        g_hash_table_add(marks->ids, g_memdup2(&id, sizeof id));
    }
    leak_look_clear(&marks->last);
    marks->last = (struct leak_look){.was_tried = true,
                                     .n_proven = proofs->proven->len,
                                     .n_suspects = proofs->n_suspects,
                                     .n_unread = proofs->n_unread,
                                     .n_looks = proofs->n_looks,
                                     .read_bytes = proofs->read_bytes,
                                     .took_s = proofs->took_s};
    pthread_mutex_unlock(&marks->lock);
}

void leak_marks_fail(struct leak_marks *marks, const char *why)
{
    if (marks == NULL)
        return;
    pthread_mutex_lock(&marks->lock);
    leak_look_clear(&marks->last);
    marks->last = (struct leak_look){.was_tried = true, .why = g_strdup(why)};
    pthread_mutex_unlock(&marks->lock);
}

void leak_marks_last(struct leak_marks *marks, struct leak_look *ret)
{
    *ret = (struct leak_look){0};
    if (marks == NULL)
        return;
    pthread_mutex_lock(&marks->lock);
    *ret = marks->last;
    ret->why = g_strdup(marks->last.why);
    pthread_mutex_unlock(&marks->lock);
}

/* --- marking --- */

static bool is_marked(uint64_t id, void *user)
{
    return g_hash_table_contains(((struct leak_marks *)user)->ids, &id);
}

void leak_marks_apply(struct leak_marks *marks, struct goroutine_list *list)
{
    if (marks == NULL)
        return;
    pthread_mutex_lock(&marks->lock);
    if (g_hash_table_size(marks->ids) > 0)
        goroutine_list_mark_leaked(list, is_marked, marks);
    pthread_mutex_unlock(&marks->lock);
}

/* "goroutine 12 [chan send, 3 minutes]:" gets its mark behind the reason. */
static void add_line(const struct leak_marks *marks, const char *line, size_t n, GString *out,
                     bool *any)
{
    static const char head[] = "goroutine ", mark[] = " (leaked)";
    size_t at = strlen(head);

    if (n > at && strncmp(line, head, at) == 0) {
        g_autofree char *copy = g_strndup(line, n);
        guint64 id = g_ascii_strtoull(copy + at, NULL, 10);
        const char *open = strchr(copy, '[');
        size_t end = open != NULL ? (size_t)(open - copy) + strcspn(open, ",]") : n;

        if (end < n && strstr(copy, mark) == NULL && g_hash_table_contains(marks->ids, &id)) {
            g_string_append_len(out, line, (gssize)end);
            g_string_append(out, mark);
            line += end;
            n -= end;
            *any = true;
        }
    }
    g_string_append_len(out, line, (gssize)n);
}

char *leak_marks_apply_text(struct leak_marks *marks, const char *text, size_t n, size_t *ret_n)
{
    GString *out = NULL;
    bool any = false;

    if (marks == NULL)
        return NULL;
    pthread_mutex_lock(&marks->lock);
    if (g_hash_table_size(marks->ids) > 0)
        out = g_string_sized_new(n + n / 64);
    for (size_t at = 0; out != NULL && at < n;) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end != NULL ? (size_t)(end - text) + 1 - at : n - at;

        add_line(marks, text + at, length, out, &any);
        at += length;
    }
    pthread_mutex_unlock(&marks->lock);
    if (out == NULL)
        return NULL;
    *ret_n = out->len;
    return g_string_free(out, !any);
}
