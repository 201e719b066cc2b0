#include "probes/goruntime/runtime.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"

static bool attach(struct go_runtime *runtime, GError **error)
{
    const struct program *program = runtime->program;

    if (!go_layout_find(program->version, program->goarch, &runtime->layout, error))
        return false;
    runtime->module = module_load(runtime->memory, program, &runtime->layout, error);
    if (runtime->module == NULL)
        return false;
    runtime->symbols = symbols_new(runtime->module, runtime->memory);
    return finder_find(runtime->memory, &runtime->layout, runtime->symbols, &runtime->globals,
                       error);
}

static struct go_runtime *runtime_over(struct memory *memory)
{
    struct go_runtime *runtime = g_new0(struct go_runtime, 1);

    runtime->memory = memory;
    runtime->max_heap_copy = GORUNTIME_MAX_HEAP_COPY;
    return runtime;
}

static struct go_runtime *finish(struct go_runtime *runtime, GError **error)
{
    if (!attach(runtime, error))
        g_clear_pointer(&runtime, go_runtime_free);
    return runtime;
}

struct go_runtime *go_runtime_of_process(int pid, GError **error)
{
    g_autoptr(program_auto) program = program_of_process(pid, error);

    if (program == NULL)
        return NULL;
    struct memory *memory = memory_of_program(pid, program, error);

    if (memory == NULL)
        return NULL;
    struct go_runtime *runtime = runtime_over(memory);

    runtime->program = runtime->program_own = g_steal_pointer(&program);
    return finish(runtime, error);
}

struct go_runtime *go_runtime_beside(const struct go_runtime *first, int pid, GError **error)
{
    struct memory *memory = memory_of_program(pid, first->program_own, error);

    if (memory == NULL)
        return NULL;
    struct go_runtime *runtime = runtime_over(memory);

    runtime->program = runtime->program_own = program_ref(first->program_own);
    runtime->layout = first->layout;
    runtime->module = module_ref(first->module);
    runtime->symbols = symbols_new(runtime->module, runtime->memory);
    runtime->globals = first->globals;
    return runtime;
}

struct go_runtime *go_runtime_new(struct memory *memory, const struct program *program,
                                  GError **error)
{
    struct go_runtime *runtime = runtime_over(memory);

    runtime->program = program;
    return finish(runtime, error);
}

void go_runtime_free(struct go_runtime *runtime)
{
    if (runtime == NULL)
        return;
    symbols_free(runtime->symbols);
    module_unref(runtime->module);
    memory_free(runtime->memory);
    program_free(runtime->program_own);
    g_free(runtime);
}

bool go_runtime_need(const struct go_runtime *runtime, const struct finder_global *global,
                     uint64_t *ret, GError **error)
{
    if (global->state != FINDER_MISSING) {
        *ret = global->address;
        return true;
    }
    for (size_t i = 0; i < FINDER_N_GLOBALS; i++)
        if (finder_global_at(&runtime->globals, i) == global)
            g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH,
                        "%s was not found in this program: %s", finder_name(i), global->reason);
    return false;
}

uint8_t *go_runtime_processors(const struct go_runtime *runtime, size_t *ret_n, GError **error)
{
    enum { WORD = 8, MAX_PROCESSORS = 8192 }; /* GOMAXPROCS */
    uint64_t allp;
    uint8_t slice[2 * WORD];

    if (!go_runtime_need(runtime, &runtime->globals.allp, &allp, error) ||
        !memory_read(runtime->memory, allp, slice, sizeof slice, error))
        return NULL;
    *ret_n = (size_t)bytes_u64(slice + WORD);
    return memory_copy_words(runtime->memory, bytes_u64(slice), bytes_u64(slice + WORD),
                             MAX_PROCESSORS, error);
}
