#include "probes/samples.h"

#include "probes/record.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    FIRST_BLOCK_BYTES = 1024, /* most samples need a reason or a few names */
    MAX_BLOCK_BYTES = 1 << 20,
    ALIGNMENT = 16,
};

struct block {
    struct block *next;
    size_t size, used; /* of data */
    _Alignas(ALIGNMENT) unsigned char data[];
};

struct held {
    struct held *next; /* in the arena itself */
    gpointer object;
    GDestroyNotify release;
};

struct sample_store {
    int references;       /* atomic */
    struct block *blocks; /* newest first; the newest has the room */
    struct held *held;
};

const char *sample_status_name(enum sample_status status)
{
    static const char *const names[] = {
        [SAMPLE_OK] = "ok",
        [SAMPLE_STALE] = "stale",
        [SAMPLE_UNSUPPORTED] = "unsupported",
        [SAMPLE_DENIED] = "denied",
        [SAMPLE_FAILED] = "failed",
        [SAMPLE_GONE] = "gone",
    };

    return (size_t)status < G_N_ELEMENTS(names) ? names[status] : "unknown";
}

const char *sample_status_words(enum sample_status status)
{
    return status == SAMPLE_UNSUPPORTED ? "off" : sample_status_name(status);
}

bool sample_is_from_memory(const char *source)
{
    return source != NULL && strcmp(source, "memory") == 0;
}

void sample_set_gone(void *sample, int pid, enum process_state state)
{
    if (state == PROCESS_ZOMBIE)
        sample_set_status(sample, SAMPLE_GONE,
                          "process %d has exited, but its parent has not collected it yet; its "
                          "memory and descriptors are already free",
                          pid);
    else if (state == PROCESS_REPLACED)
        sample_set_status(sample, SAMPLE_GONE,
                          "process %d has ended and its number belongs to another process now; "
                          "choose a target again",
                          pid);
    else
        sample_set_status(sample, SAMPLE_GONE,
                          "process %d has ended; choose a target again or look at what was "
                          "recorded",
                          pid);
}

const struct memory_pressure memory_pressure_unknown = {
    .some_percent = NAN,
    .full_percent = NAN,
    .available_bytes = SAMPLE_UNKNOWN,
    .total_bytes = SAMPLE_UNKNOWN,
    .swap_free_bytes = SAMPLE_UNKNOWN,
    .swap_total_bytes = SAMPLE_UNKNOWN,
    .cgroup = "",
    .cgroup_limit_bytes = SAMPLE_UNKNOWN,
    .cgroup_used_bytes = SAMPLE_UNKNOWN,
    .cgroup_oom_kills = SAMPLE_UNKNOWN,
    .cgroup_file_bytes = SAMPLE_UNKNOWN,
    .cpu_some_percent = NAN,
    .cpu_limit_percent = NAN,
    .throttled_us = SAMPLE_UNKNOWN,
    .huge_pages = "",
};

void process_sample_set_unknown(struct process_sample *sample)
{
    record_set_unknown(&record_process, sample);
}

void memory_sample_set_unknown(struct memory_sample *sample)
{
    record_set_unknown(&record_memory, sample);
}

void files_sample_set_unknown(struct files_sample *sample)
{
    record_set_unknown(&record_files, sample);
    for (int i = 0; i < FD_N_TYPES; i++)
        sample->by_type[i] = SAMPLE_UNKNOWN;
    for (int i = 0; i < PATH_N_CLASSES; i++)
        sample->by_class[i] = SAMPLE_UNKNOWN;
}

int64_t samples_swap_bytes(const struct process_sample *process, const struct memory_sample *memory)
{
    if (process != NULL && process->swap_bytes != SAMPLE_UNKNOWN)
        return process->swap_bytes;
    return memory != NULL ? memory->swap_bytes : SAMPLE_UNKNOWN;
}

/* --- references --- */

static struct sample_store *store_of(void *sample)
{
    return ((struct sample *)sample)->store;
}

void *sample_ref(const void *sample)
{
    void *held = (void *)(uintptr_t)sample;

    if (held != NULL)
        __atomic_add_fetch(&store_of(held)->references, 1, __ATOMIC_RELAXED);
    return held;
}

void sample_unref(void *sample)
{
    if (sample == NULL)
        return;
    struct sample_store *store = store_of(sample);

    if (__atomic_sub_fetch(&store->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (struct held *held = store->held; held != NULL; held = held->next)
        held->release(held->object);

    struct block *block = store->blocks;

    while (block != NULL) {
        struct block *next = block->next;

        g_free(block);
        block = next;
    }

    g_free(store);
    g_free(sample);
}

/* --- filling --- */

void *sample_new(enum probe_kind kind, size_t size)
{
    g_assert(size >= sizeof(struct sample));
    struct sample *sample = g_malloc0(size);

    sample->kind = kind;
    sample->reason = "";
    sample->store = g_new0(struct sample_store, 1);
    sample->store->references = 1;
    return sample;
}

/* Blocks double up to a limit, so that a large sample is a few allocations. */
static struct block *add_block(struct sample_store *store, size_t bytes)
{
    size_t size = store->blocks ? store->blocks->size * 2 : FIRST_BLOCK_BYTES;

    size = MAX(MIN(size, (size_t)MAX_BLOCK_BYTES), bytes);
    struct block *block = g_malloc(sizeof *block + size);

    block->size = size;
    block->used = 0;
    block->next = store->blocks;
    store->blocks = block;
    return block;
}

/* Uninitialised. */
static void *take(struct sample_store *store, size_t bytes)
{
    size_t rounded = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    struct block *block = store->blocks;

    g_assert(rounded >= bytes);
    if (block == NULL || block->size - block->used < rounded)
        block = add_block(store, rounded);
    void *result = block->data + block->used;

    block->used += rounded;
    return result;
}

void *sample_alloc(void *sample, size_t bytes)
{
    return memset(take(store_of(sample), bytes), 0, bytes);
}

const char *sample_strdup(void *sample, const char *text)
{
    return sample_strndup(sample, text, strlen(text));
}

const char *sample_strndup(void *sample, const char *text, size_t n)
{
    char *copy = take(store_of(sample), n + 1);

    memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

static const char *format_text(void *sample, const char *format, va_list arguments)
    G_GNUC_PRINTF(2, 0);
static const char *format_text(void *sample, const char *format, va_list arguments)
{
    g_autofree char *text = g_strdup_vprintf(format, arguments);

    return sample_strdup(sample, text);
}

const char *sample_printf(void *sample, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const char *text = format_text(sample, format, arguments);

    va_end(arguments);
    return text;
}

void sample_hold(void *sample, gpointer object, GDestroyNotify release)
{
    struct sample_store *store = store_of(sample);
    struct held *held = take(store, sizeof *held);

    *held = (struct held){store->held, object, release};
    store->held = held;
}

void sample_set_status(void *sample, enum sample_status status, const char *format, ...)
{
    struct sample *base = sample;
    va_list arguments;

    va_start(arguments, format);
    base->reason = format_text(sample, format, arguments);
    va_end(arguments);
    base->status = status;
}

/* --- the text of a dump --- */

struct dump_text {
    GBytes *bytes; /* atomic; NULL: taken */
};

static GBytes *take_text(struct dump_text *text)
{
    return __atomic_exchange_n(&text->bytes, NULL, __ATOMIC_ACQ_REL);
}

static void drop_text(void *text)
{
    g_bytes_unref(take_text(text));
}

GBytes *goroutines_sample_take_text(const struct goroutines_sample *sample)
{
    return sample->text != NULL ? take_text(sample->text) : NULL;
}

void goroutines_sample_set_text(struct goroutines_sample *sample, GBytes *text)
{
    sample->text = sample_alloc(sample, sizeof *sample->text);
    sample->text->bytes = g_bytes_ref(text);
    sample_hold(sample, sample->text, drop_text);
}

double samples_starts_per_minute(const struct threads_sample *threads, uint64_t starts)
{
    enum { LEAST_S = 4, MINUTE_S = 60 };
    double counted_s = (double)(threads->base.taken_us - threads->spawns_since_us) / G_USEC_PER_SEC;

    if (threads->spawns_since_us == 0 || counted_s < LEAST_S)
        return NAN;
    return (double)starts * MINUTE_S / MIN(counted_s, MINUTE_S);
}

bool sample_is_of_living(const struct sample *sample)
{
    const struct process_sample *process = (const struct process_sample *)sample;

    return (sample->status == SAMPLE_OK || sample->status == SAMPLE_STALE) &&
           (sample->kind != PROBE_PROCESS || process->state == PROCESS_ALIVE);
}
