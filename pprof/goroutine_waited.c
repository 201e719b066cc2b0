#include "pprof/goroutine_dump.h"

#include "pprof/hash.h"

#include <inttypes.h>
#include <string.h>

/*
 * What sidescope writes below texts of its own, as pprof does not tell it: what goroutines wait
 * for. A sentence for each bucket, "waits 12: send to channel 0xc0000a"; then how many things are
 * waited for, and a line for each of them: its waiters and name, its state, who holds it (with "!"
 * when that is certain, 0 when nobody was found) and the buckets of those who wait there, each by
 * its first goroutine; and, when others of these buckets wait elsewhere, who waits there:
 *
 *     waited for: 2
 *     waited by 3: mutex 0xc0000b<TAB>locked<TAB>7! goroutine 7 in main.f (sleep)<TAB>12 40
 *     waited by 1: channel 0xc0000a<TAB>unbuffered<TAB><TAB>12<TAB>15
 */

enum {
    KEPT = 1024,         /* things of one kind: those with the most waiters */
    KEPT_BUCKETS = 64,   /* of one of them */
    KEPT_IDS = 4096,     /* of one of them: who else there is, is not told then */
    MAX_READ = 1 << 16,  /* lines of a text that anybody may have written */
    MAX_LINKS = 1 << 20, /* buckets of all of them */
};

struct told_waited {
    struct goroutine_waited waited;
    guint first, n; /* of waited_by: buckets, then n_ids waiters */
    guint n_ids;
};

/* --- writing --- */

/* A name out of a program may hold anything. */
static void add_field(GString *out, const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        g_string_append_c(out, *at == '\t' || *at == '\n' || *at == '\r' ? ' ' : *at);
}

/* n_linked: goroutines of the buckets that are told. */
static void write_one(const struct goroutine_waited *w, const char *by, size_t n_linked,
                      GString *out)
{
    bool tells_ids = w->ids != NULL && n_linked != w->n_waiters && w->n_waiters <= KEPT_IDS;

    g_string_append_printf(out, "waited by %zu: ", w->n_waiters);
    add_field(out, w->name);
    g_string_append_c(out, '\t');
    add_field(out, w->state);
    g_string_append_c(out, '\t');
    if (*w->holder != '\0') {
        g_string_append_printf(out, "%" PRIu64 "%s ", w->holder_id,
                               w->is_holder_certain ? "!" : "");
        add_field(out, w->holder);
    }
    g_string_append_printf(out, "\t%s", by);
    for (size_t i = 0; tells_ids && i < w->n_waiters; i++)
        g_string_append_printf(out, "%c%" PRIu64, i == 0 ? '\t' : ' ', w->ids[i]);
    g_string_append_c(out, '\n');
}

/* The first of each kind, as the dump has those with the most waiters first. */
static GString **choose(const struct goroutine_dump *dump)
{
    GString **ret = g_new0(GString *, dump->n_waited + 1);
    size_t n[GOROUTINE_WAITED_DESCRIPTOR + 1] = {0};

    for (size_t i = 0; i < dump->n_waited; i++)
        if (n[dump->waited[i].kind]++ < KEPT)
            ret[i] = g_string_new(NULL);
    return ret;
}

static void write_waited(const struct goroutine_dump *dump, GString *out)
{
    g_autofree GString **by = choose(dump);
    g_autofree unsigned *n = g_new0(unsigned, dump->n_waited + 1);
    g_autofree size_t *n_linked = g_new0(size_t, dump->n_waited + 1);

    for (size_t i = 0; i < dump->n_buckets; i++) {
        const struct goroutine_bucket *b = &dump->buckets[i];

        for (size_t k = 0; b->ids != NULL && k < b->n_waited; k++) {
            size_t at = (size_t)(b->waited[k] - dump->waited);

            if (by[at] == NULL || n[at]++ >= KEPT_BUCKETS)
                continue;
            g_string_append_printf(by[at], "%s%" PRIu64, n[at] > 1 ? " " : "", b->ids[0]);
            n_linked[at] += b->count;
        }
    }
    g_string_append_printf(out, "waited for: %zu\n", MAX(dump->n_waited, dump->n_waited_all));
    for (size_t i = 0; i < dump->n_waited; i++)
        if (by[i] != NULL) {
            write_one(&dump->waited[i], by[i]->str, n_linked[i], out);
            g_string_free(by[i], TRUE);
        }
}

void goroutine_dump_write_waits(const struct goroutine_dump *dump, GString *out)
{
    for (size_t i = 0; i < dump->n_buckets; i++)
        if (dump->buckets[i].waits != NULL && dump->buckets[i].ids != NULL)
            g_string_append_printf(out, "waits %" PRIu64 ": %s\n", dump->buckets[i].ids[0],
                                   dump->buckets[i].waits);
    if (dump->waited != NULL)
        write_waited(dump, out);
}

/* --- reading --- */

/* Up to the next tab, which is taken; all when there is none. */
static struct span take_field(struct span *line)
{
    size_t n = MIN(span_first(*line, '\t'), line->n);
    struct span field = {line->at, n};

    n += n < line->n;
    line->at += n;
    line->n -= n;
    return field;
}

static void take_kind(struct span name, struct goroutine_waited *ret)
{
    ret->fd = -1;
    ret->kind = GOROUTINE_WAITED_LOCK;
    if (span_starts(name, "channel "))
        ret->kind = GOROUTINE_WAITED_CHANNEL;
    if (span_take(&name, "fd ") && span_take_int(&name, &ret->fd))
        ret->kind = GOROUTINE_WAITED_DESCRIPTOR;
}

static void take_holder(struct goroutine_collection *c, struct span field,
                        struct goroutine_waited *ret)
{
    int64_t id;

    ret->holder = "";
    if (!span_take_int(&field, &id) || id < 0)
        return;
    ret->holder_id = (uint64_t)id;
    ret->is_holder_certain = span_take(&field, "!");
    if (span_take(&field, " "))
        ret->holder = collection_intern(c, field);
}

/* How many there were. */
static guint take_ids(struct goroutine_collection *c, struct span field)
{
    guint before = c->waited_by->len;
    int64_t id;

    while (span_take_int(&field, &id) && id >= 0 && c->waited_by->len < MAX_LINKS) {
        uint64_t number = (uint64_t)id;

        g_array_append_val(c->waited_by, number);
        span_take(&field, " ");
    }
    return c->waited_by->len - before;
}

void collection_read_waited(struct goroutine_collection *c, struct span line)
{
    struct told_waited told = {0};
    int64_t n;

    if (!span_take(&line, "waited "))
        return;
    if (span_take(&line, "for: ")) {
        if (span_take_int(&line, &n) && n >= 0) {
            c->tells_waited = true;
            c->dump->n_waited_all = (size_t)n;
        }
        return;
    }
    if (!span_take(&line, "by ") || !span_take_int(&line, &n) || n < 0 || !span_take(&line, ": ") ||
        c->waited->len >= MAX_READ)
        return;
    struct span name = take_field(&line), state = take_field(&line), holder = take_field(&line);

    told.waited.n_waiters = (size_t)n;
    told.waited.name = collection_intern(c, name);
    told.waited.state = collection_intern(c, state);
    take_kind(name, &told.waited);
    take_holder(c, holder, &told.waited);
    told.first = c->waited_by->len;
    told.n = take_ids(c, take_field(&line));
    told.n_ids = take_ids(c, line);
    g_array_append_val(c->waited, told);
}

void collection_init_waited(struct goroutine_collection *c)
{
    c->waited = g_array_new(FALSE, FALSE, sizeof(struct told_waited));
    c->waited_by = g_array_new(FALSE, FALSE, sizeof(uint64_t));
}

/* Whose first goroutine it is, + 1; 0: nobody's. */
static guint bucket_of(GHashTable *buckets, const struct goroutine_collection *c, guint link)
{
    return GPOINTER_TO_UINT(
        g_hash_table_lookup(buckets, &g_array_index(c->waited_by, uint64_t, link)));
}

/* Those who wait at one thing, when the text tells all of them; NULL otherwise. */
static const uint64_t *keep_ids(struct goroutine_collection *c, const struct told_waited *told)
{
    const uint64_t *ids =
        (const uint64_t *)(const void *)c->waited_by->data + told->first + told->n;
    uint64_t *ret;

    if (told->n_ids == 0 || told->n_ids != told->waited.n_waiters)
        return NULL;
    for (guint i = 1; i < told->n_ids; i++)
        if (ids[i] <= ids[i - 1])
            return NULL;
    ret = store_array(c->arena, told->n_ids, sizeof *ret);
    memcpy(ret, ids, told->n_ids * sizeof *ret);
    return ret;
}

static struct goroutine_waited *keep(struct goroutine_collection *c)
{
    struct goroutine_waited *ret = store_array(c->arena, c->waited->len + 1, sizeof *ret);

    for (guint i = 0; i < c->waited->len; i++) {
        const struct told_waited *told = &g_array_index(c->waited, struct told_waited, i);

        ret[i] = told->waited;
        ret[i].ids = keep_ids(c, told);
    }
    return ret;
}

void collection_take_waited(struct goroutine_collection *c, struct goroutine_bucket *buckets,
                            size_t n)
{
    g_autoptr(GHashTable) index = g_hash_table_new(hash_u64, g_int64_equal);

    if (!c->tells_waited)
        return;
    const struct goroutine_waited *all = keep(c);
    g_autofree const struct goroutine_waited ***lists = g_new0(const struct goroutine_waited **, n);

    for (size_t i = 0; i < n; i++)
        if (buckets[i].ids != NULL)
            g_hash_table_insert(index, (gpointer)(uintptr_t)&buckets[i].ids[0],
                                GUINT_TO_POINTER((guint)i + 1));
    for (guint i = 0; i < c->waited->len; i++) {
        const struct told_waited *told = &g_array_index(c->waited, struct told_waited, i);

        for (guint k = 0; k < told->n; k++) {
            guint bucket = bucket_of(index, c, told->first + k);

            if (bucket != 0)
                buckets[bucket - 1].n_waited++;
        }
    }
    for (size_t i = 0; i < n; i++) {
        lists[i] = store_array(c->arena, buckets[i].n_waited, sizeof(void *));
        buckets[i].waited = lists[i];
    }
    for (guint i = 0; i < c->waited->len; i++) {
        const struct told_waited *told = &g_array_index(c->waited, struct told_waited, i);

        for (guint k = 0; k < told->n; k++) {
            guint bucket = bucket_of(index, c, told->first + k);

            if (bucket != 0)
                *lists[bucket - 1]++ = &all[i];
        }
    }
    c->dump->waited = all;
    c->dump->n_waited = c->waited->len;
}

void collection_clear_waited(struct goroutine_collection *c)
{
    g_array_unref(c->waited);
    g_array_unref(c->waited_by);
}
