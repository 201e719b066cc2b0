#include "probes/go_process.h"

#include "probes/goruntime/contention_profile.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/goroutines.h"
#include "probes/goruntime/heap_profile.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

const char go_process_source[] = "memory";

/* What all that read one target share. It goes with the last of them. */
struct tables {
    struct process_identity id;
    unsigned n_users;         /* under tables_lock */
    pthread_mutex_t lock;     /* held while somebody attaches: the others wait for it */
    struct go_runtime *first; /* under lock; nobody reads with it; NULL: nobody has attached */
};

static pthread_mutex_t tables_lock = PTHREAD_MUTEX_INITIALIZER;
static GPtrArray *all_tables; /* under tables_lock */

struct go_process {
    const struct target *target;
    struct go_runtime *runtime; /* NULL: not attached */
    struct tables *tables;      /* while attached */
    struct native *native;
    pthread_mutex_t lock;  /* between cancel and what it ends */
    struct memory *memory; /* of runtime, under lock */
    bool cancelled;        /* under lock */
};

bool go_process_possible(const struct target *target)
{
#ifdef __linux__
    const char *root = target->platform.proc_root;

    return target->id.pid > 0 && target->platform.backend != PLATFORM_COMMANDS &&
           (root == NULL || strcmp(root, "/proc") == 0);
#else
    (void)target;
    return false;
#endif
}

struct go_process *go_process_new(const struct target *target)
{
    struct go_process *process = g_new0(struct go_process, 1);

    process->target = target;
    pthread_mutex_init(&process->lock, NULL);
    return process;
}

static void set_memory(struct go_process *process, struct memory *memory)
{
    pthread_mutex_lock(&process->lock);
    process->memory = memory;
    if (process->cancelled && memory != NULL)
        memory_cancel(memory);
    pthread_mutex_unlock(&process->lock);
}

const struct target *go_process_target(const struct go_process *process)
{
    return process->target;
}

/* --- what is shared --- */

static struct tables *tables_of(const struct process_identity *id)
{
    struct tables *tables = NULL;

    pthread_mutex_lock(&tables_lock);
    if (all_tables == NULL)
        all_tables = g_ptr_array_new();
    for (guint i = 0; i < all_tables->len && tables == NULL; i++) {
        struct tables *known = g_ptr_array_index(all_tables, i);

        if (known->id.pid == id->pid && known->id.start_ticks == id->start_ticks)
            tables = known;
    }
    if (tables == NULL) {
        tables = g_new0(struct tables, 1);
        tables->id = *id;
        pthread_mutex_init(&tables->lock, NULL);
        g_ptr_array_add(all_tables, tables);
    }
    tables->n_users++;
    pthread_mutex_unlock(&tables_lock);
    return tables;
}

static void release_tables(struct tables *tables)
{
    pthread_mutex_lock(&tables_lock);
    bool is_last = --tables->n_users == 0;

    if (is_last)
        g_ptr_array_remove_fast(all_tables, tables);
    if (is_last && all_tables->len == 0)
        g_clear_pointer(&all_tables, g_ptr_array_unref);
    pthread_mutex_unlock(&tables_lock);
    if (!is_last)
        return;
    go_runtime_free(tables->first);
    pthread_mutex_destroy(&tables->lock);
    g_free(tables);
}

/* --- life --- */

static void detach(struct go_process *process)
{
    set_memory(process, NULL);
    g_clear_pointer(&process->runtime, go_runtime_free);
    g_clear_pointer(&process->native, native_free);
    g_clear_pointer(&process->tables, release_tables);
}

void go_process_drop(struct go_process *process)
{
    if (process->tables != NULL) {
        pthread_mutex_lock(&process->tables->lock);
        g_clear_pointer(&process->tables->first, go_runtime_free);
        pthread_mutex_unlock(&process->tables->lock);
    }
    detach(process);
}

void go_process_free(struct go_process *process)
{
    if (process == NULL)
        return;
    detach(process);
    pthread_mutex_destroy(&process->lock);
    g_free(process);
}

void go_process_cancel(struct go_process *process)
{
    pthread_mutex_lock(&process->lock);
    process->cancelled = true;
    if (process->memory != NULL)
        memory_cancel(process->memory);
    pthread_mutex_unlock(&process->lock);
}

int go_process_pid(const struct go_process *process)
{
    return (int)process->target->id.pid;
}

/* A process that took the number of the target is not the target. */
static bool is_target(const struct target *target, GError **error)
{
    struct platform *platform =
        platform_open(&target->platform, target->id.pid, &target->id, error);

    if (platform == NULL)
        return false;
    platform_close(platform);
    return true;
}

struct go_runtime *go_process_open(struct go_process *process, GError **error)
{
    const struct target *target = process->target;

    if (!go_process_possible(target)) {
        g_set_error_literal(error, GORUNTIME_ERROR, GORUNTIME_ERROR_UNSUPPORTED,
                            target->id.pid == 0 ? "only the pprof address is known, not its process"
                                                : "a process's memory is read on Linux only");
        return NULL;
    }
    if (!is_target(target, error)) {
        go_process_drop(process);
        return NULL;
    }
    if (process->runtime != NULL)
        return process->runtime;
    process->tables = tables_of(&target->id);
    /* The first finds all of it; the others take what it found. */
    struct tables *tables = process->tables;
    int pid = (int)tables->id.pid;
    struct go_runtime *runtime;

    pthread_mutex_lock(&tables->lock);
    if (tables->first != NULL) {
        runtime = go_runtime_beside(tables->first, pid, error);
    } else {
        runtime = go_runtime_of_process(pid, error);
        if (runtime != NULL)
            tables->first = go_runtime_beside(runtime, pid, NULL);
    }
    pthread_mutex_unlock(&tables->lock);
    process->runtime = runtime;
    if (process->runtime == NULL) {
        detach(process);
        return NULL;
    }
    process->native = native_new(target->id.pid);
    set_memory(process, process->runtime->memory);
    return process->runtime;
}

/* --- profiles --- */

typedef struct profile *read_profile(struct go_runtime *runtime, struct native *native,
                                     GError **error);

static struct profile *read_heap(struct go_runtime *runtime, struct native *native, GError **error)
{
    return heap_profile_read(runtime, native, NULL, error);
}

static struct profile *read_allocs(struct go_runtime *runtime, struct native *native,
                                   GError **error)
{
    struct profile *profile = heap_profile_read(runtime, native, NULL, error);

    if (profile != NULL)
        profile->default_sample_type = "alloc_space";
    return profile;
}

static struct profile *read_block(struct go_runtime *runtime, struct native *native, GError **error)
{
    return contention_profile_read(runtime, CONTENTION_BLOCK, native, error);
}

static struct profile *read_mutex(struct go_runtime *runtime, struct native *native, GError **error)
{
    return contention_profile_read(runtime, CONTENTION_MUTEX, native, error);
}

static struct profile *read_goroutines(struct go_runtime *runtime, struct native *native,
                                       GError **error)
{
    struct timespec now;

    (void)native;
    clock_gettime(CLOCK_MONOTONIC, &now);
    g_autoptr(goroutine_list_auto) list =
        goroutines_read(runtime, now.tv_sec * INT64_C(1000000000) + now.tv_nsec, error);

    if (list == NULL)
        return NULL;
    g_autoptr(goroutine_dump_auto) dump = goroutine_list_to_dump(list);

    return goroutine_dump_to_profile(dump);
}

static const struct {
    const char *name;
    read_profile *read;
} profiles[] = {
    {"goroutine", read_goroutines}, {"heap", read_heap},   {"allocs", read_allocs},
    {"block", read_block},          {"mutex", read_mutex},
};

static read_profile *reader_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++)
        if (strcmp(name, profiles[i].name) == 0)
            return profiles[i].read;
    return NULL;
}

bool go_process_has_profile(const char *name)
{
    return reader_of(name) != NULL;
}

struct profile *go_process_profile(struct go_process *process, const char *name, GError **error)
{
    struct go_runtime *runtime = go_process_open(process, error);
    g_autoptr(GError) cause = NULL;

    if (runtime == NULL)
        return NULL;
    struct profile *profile = reader_of(name)(runtime, process->native, &cause);

    if (profile == NULL) {
        /* What the program does not keep is no reason to attach again. */
        if (!g_error_matches(cause, GORUNTIME_ERROR, GORUNTIME_ERROR_OFF))
            go_process_drop(process);

        g_propagate_error(error, g_steal_pointer(&cause));
    }
    return profile;
}

bool go_process_memstats(struct go_process *process, struct go_memstats *ret, GError **error)
{
    struct go_runtime *runtime = go_process_open(process, error);

    if (runtime == NULL)
        return false;
    bool ok = go_memstats_read(runtime, ret, error);

    if (!ok)
        go_process_drop(process);
    return ok;
}
