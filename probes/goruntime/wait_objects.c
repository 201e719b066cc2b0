#include "probes/goruntime/bytes.h"
#include "probes/goruntime/records.h"
#include "probes/goruntime/waits_private.h"

#include <inttypes.h>
#include <string.h>

/* The state of what is waited for, as its own words have it, and how that reads. */

/* --- reading --- */

enum { /* sync's own layout (sync/mutex.go, rwmutex.go, waitgroup.go), the same since Go 1.19 */
       MUTEX_LOCKED = 1,
       MUTEX_WAITERS_SHIFT = 3,
       RWMUTEX_READERS = 16,
       RWMUTEX_LEAVING = 20,
       RWMUTEX_MAX_READERS = 1 << 30,
       OBJECT_BYTES = 24, /* of the largest of them that is read */
};

static void take_channel(const struct go_layout *l, const uint8_t *at, struct wait_object *o)
{
    uint64_t length = bytes_u64(at + l->hchan_qcount), capacity = bytes_u64(at + l->hchan_dataqsiz);

    if (length > capacity || capacity > INT64_MAX)
        return; /* it is none any more */
    o->length = (int64_t)length;
    o->capacity = (int64_t)capacity;
    o->element_bytes = bytes_u16(at + l->hchan_elemsize);
    o->is_closed = bytes_u32(at + l->hchan_closed) != 0;
}

/* A writer that comes makes the number of readers negative, and waits for those that were there. */
static void take_rwmutex(const uint8_t *at, struct wait_object *o)
{
    int32_t readers = (int32_t)bytes_u32(at + RWMUTEX_READERS);
    int32_t leaving = (int32_t)bytes_u32(at + RWMUTEX_LEAVING);
    int32_t all = readers < 0 ? readers + RWMUTEX_MAX_READERS : readers;

    if (leaving < 0 || all < 0)
        return;
    o->is_locked = readers < 0 && leaving == 0;
    o->is_wanted = readers < 0 && leaving > 0;
    o->n_readers = readers < 0 ? leaving : readers;
    o->n_behind = readers < 0 && all >= leaving ? all - leaving : 0;
}

bool wait_read_objects(struct wait_reader *r, GError **error)
{
    const struct go_layout *l = &r->runtime->layout;
    size_t bytes = MAX((size_t)l->hchan_closed + sizeof(uint32_t), OBJECT_BYTES);
    g_autofree uint64_t *addresses = g_new(uint64_t, r->objects->len + 1);
    struct records records;

    for (guint i = 0; i < r->objects->len; i++)
        addresses[i] = g_array_index(r->objects, struct wait_object, i).address;
    bool ok = records_read(&records, r->runtime->memory, addresses, r->objects->len, bytes, error);

    for (guint i = 0; ok && i < r->objects->len; i++) {
        const uint8_t *at = records_at(&records, i);
        struct wait_object *o = &g_array_index(r->objects, struct wait_object, i);

        if (addresses[i] == 0 || at == NULL)
            continue;
        switch (o->kind) {
        case WAIT_CHANNEL:
            take_channel(l, at, o);
            break;
        case WAIT_MUTEX:
            o->is_locked = bytes_u32(at) & MUTEX_LOCKED;
            o->n_counted = bytes_u32(at) >> MUTEX_WAITERS_SHIFT;
            break;
        case WAIT_RWMUTEX:
            take_rwmutex(at, o);
            break;
        case WAIT_WEIGHTED:
            o->length = (int64_t)bytes_u64(at + sizeof(uint64_t));
            o->capacity = (int64_t)bytes_u64(at);
            break;
        case WAIT_ONCE:
            o->is_locked = bytes_u32(at + WAIT_ONCE_MUTEX) & MUTEX_LOCKED;
            break;
        case WAIT_GROUP: /* the counter is the upper half of one word */
            o->n_counted = (int64_t)bytes_u32(at + sizeof(uint32_t));
            break;
        default:
            break;
        }
    }
    records_clear(&records);
    return ok;
}

/* --- words --- */

const char *wait_kind_name(enum wait_kind kind)
{
    static const char *const names[WAIT_N_KINDS] = {
        [WAIT_CHANNEL] = "channel", [WAIT_MUTEX] = "mutex",         [WAIT_RWMUTEX] = "RWMutex",
        [WAIT_GROUP] = "WaitGroup", [WAIT_CONDITION] = "condition", [WAIT_SEMAPHORE] = "semaphore",
        [WAIT_DESCRIPTOR] = "fd",   [WAIT_ONCE] = "Once",           [WAIT_WEIGHTED] = "Weighted",
    };

    return names[kind];
}

static void say_channel(const struct wait_object *o, GString *out)
{
    if (o->is_closed)
        g_string_append(out, "closed, ");
    if (o->capacity == 0)
        g_string_append(out, "unbuffered");
    else if (o->capacity > 0)
        g_string_append_printf(out, "%" PRId64 " of %" PRId64 " buffered", o->length, o->capacity);
    else if (o->is_closed)
        g_string_truncate(out, out->len - strlen(", "));
}

static void say_rwmutex(const struct wait_object *o, GString *out)
{
    if (o->is_locked == 1)
        g_string_append(out, "locked by a writer");
    else if (o->n_readers > 0)
        g_string_append_printf(out, "held by %" PRId64 " reader%s", o->n_readers,
                               o->n_readers == 1 ? "" : "s");
}

/* Why a reader waits though readers hold it: they go before a writer, who goes before him. */
static void say_turns(const struct wait_object *o, GString *out)
{
    if (o->is_wanted)
        g_string_append(out, ", a writer waits");
    if (o->n_behind > 0)
        g_string_append_printf(out, ", %" PRId64 " reader%s behind it", o->n_behind,
                               o->n_behind == 1 ? "" : "s");
}

void wait_object_name(const struct wait_object *object, GString *out)
{
    g_string_append(out, wait_kind_name(object->kind));
    if (object->kind == WAIT_DESCRIPTOR)
        g_string_append_printf(out, " %" PRId64, object->fd);
    else
        g_string_append_printf(out, " 0x%" PRIx64, object->address);
}

/* What is left waits for the first in turn, who may want more. */
static void say_weighted(const struct wait_object *o, GString *out)
{
    if (o->capacity < 0)
        return;
    g_string_append_printf(out, "%" PRId64 " of %" PRId64 " taken", o->length, o->capacity);
    if (o->length < o->capacity && o->n_counted > 0)
        g_string_append_printf(out, ", the first wants %" PRId64, o->n_counted);
}

/* Without whose turn it is. */
static void say_state(const struct wait_object *object, GString *out)
{
    if (object->kind == WAIT_CHANNEL)
        say_channel(object, out);
    else if (object->kind == WAIT_RWMUTEX)
        say_rwmutex(object, out);
    else if (object->kind == WAIT_MUTEX && object->is_locked >= 0)
        g_string_append(out, object->is_locked ? "locked" : "not locked");
    else if (object->kind == WAIT_WEIGHTED)
        say_weighted(object, out);
    else if (object->kind == WAIT_ONCE && object->is_locked == 1)
        g_string_append(out, "being done");
    else if (object->kind == WAIT_GROUP && object->n_counted >= 0)
        g_string_append_printf(out, "%" PRId64 " not done", object->n_counted);
}

void wait_object_state(const struct wait_object *object, GString *out)
{
    say_state(object, out);
    say_turns(object, out);
}

static const char nowhere[] = "whoever took it is in no frame with it";

static void say_holder(const struct wait_holder *holder, GString *out)
{
    g_string_append_printf(out, "goroutine %" PRIu64, holder->id);
    if (*holder->function != '\0')
        g_string_append_printf(out, " in %s", holder->function);
    g_string_append_printf(out, " (%s)", holder->waits_itself ? "itself waits" : holder->state);
    if (holder->n > 1)
        g_string_append_printf(out, " %s %zu other%s", holder->is_certain ? "and" : "or",
                               holder->n - 1, holder->n == 2 ? "" : "s");
}

void wait_object_describe(const struct wait_object *object, GString *out)
{
    bool is_ones = object->kind == WAIT_MUTEX || object->kind == WAIT_ONCE;

    wait_object_name(object, out);
    g_string_append(out, ", ");
    gsize before = out->len;

    say_state(object, out);
    if (out->len == before)
        g_string_truncate(out, before - strlen(", "));
    if (object->holder.n > 0) {
        g_string_append(out, !object->holder.is_certain ? ", perhaps by "
                             : is_ones                  ? " by "
                                                        : ": ");
        say_holder(&object->holder, out);
    }
    say_turns(object, out);
    if (object->holder.is_nowhere)
        g_string_append_printf(out, "; %s", nowhere);
}

void wait_holder_describe(const struct wait_holder *holder, GString *out)
{
    if (holder->is_nowhere)
        g_string_append(out, nowhere);
    if (holder->n == 0)
        return;
    if (!holder->is_certain)
        g_string_append(out, "perhaps ");
    say_holder(holder, out);
}

void wait_describe(const struct wait_list *list, const struct wait_link *wait, GString *out)
{
    static const char *const words[] = {
        [WAIT_SOME] = "select on ", [WAIT_RECEIVE] = "receive from ", [WAIT_SEND] = "send to ",
        [WAIT_LOCK] = "lock ",      [WAIT_RLOCK] = "read-lock ",      [WAIT_READ] = "read ",
        [WAIT_WRITE] = "write ",    [WAIT_TURN] = "turn at ",         [WAIT_DONE] = "wait for ",
    };
    const struct wait_object *object = &list->objects[wait->object];

    g_string_append(out, words[wait->direction]);
    wait_object_describe(object, out);
    if (object->n_waiters > 1)
        g_string_append_printf(out,
                               object->n_waiters == 2 ? ", %zu other waits" : ", %zu others wait",
                               object->n_waiters - 1);
}
