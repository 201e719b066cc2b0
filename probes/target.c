#include "probes/target.h"

#include "probes/leak_marks.h"

#include <string.h>

static char *copy(const char *text)
{
    return g_strdup(text ? text : "");
}

/* "127.0.0.1:6060" of "http://127.0.0.1:6060/debug/pprof". */
static char *host_of(const char *url)
{
    const char *begin = strstr(url, "://");
    begin = begin ? begin + 3 : url;
    return g_strndup(begin, strcspn(begin, "/"));
}

struct target *target_new(const struct platform_options *options,
                          const struct process_entry *process, const char *pprof_url,
                          const char *pprof_why)
{
    struct target *target = g_new0(struct target, 1);

    target->leaks = leak_marks_new();
    target->proc_root = g_strdup(options ? options->proc_root : NULL);
    if (options)
        target->platform.backend = options->backend;
    target->platform.proc_root = target->proc_root;
    target->pprof_url = g_strdup(pprof_url);
    target->pprof_why = g_strdup(pprof_why);
    if (process) {
        target->id = process->id;
        target->name = copy(process->comm);
        target->exe = copy(process->exe);
        target->cmdline = copy(process->cmdline);
        target->go_version = copy(process->go_version);
        target->is_sidecar = process_entry_is_sidecar(process);
        target->version = g_strdup(process->version);
        target->td_version = g_strdup(process->td_version);
        target->cwd = g_strdup(process->cwd);
        target->home = g_strdup(process->home);
        target->state_home = g_strdup(process->state_home);
        target->go_settings = process->go_settings;
        if (process->uptime_s != SAMPLE_UNKNOWN)
            target->started_real_us = g_get_real_time() - process->uptime_s * G_USEC_PER_SEC;

        return target;
    }
    target->name = pprof_url ? host_of(pprof_url) : g_strdup("");
    target->exe = g_strdup("");
    target->cmdline = g_strdup("");
    target->go_version = g_strdup("");
    return target;
}

const char *target_pprof_recipe(const struct target *target)
{
    return target->is_sidecar
               ? "SIDECAR_PPROF=1 sidecar"
               : "import _ \"net/http/pprof\", listen on localhost:6060, start it again";
}

struct target *target_copy(const struct target *target)
{
    struct target *ret = g_memdup2(target, sizeof *target);

    ret->proc_root = g_strdup(target->proc_root);
    ret->platform.proc_root = ret->proc_root;
    ret->platform.cancelled = NULL;
    ret->name = g_strdup(target->name);
    ret->exe = g_strdup(target->exe);
    ret->cmdline = g_strdup(target->cmdline);
    ret->go_version = g_strdup(target->go_version);
    ret->version = g_strdup(target->version);
    ret->td_version = g_strdup(target->td_version);
    ret->cwd = g_strdup(target->cwd);
    ret->home = g_strdup(target->home);
    ret->state_home = g_strdup(target->state_home);
    ret->other_spaces = g_strdup(target->other_spaces);
    ret->project = g_strdup(target->project);
    ret->pprof_url = g_strdup(target->pprof_url);
    ret->pprof_why = g_strdup(target->pprof_why);
    ret->leaks = leak_marks_ref(target->leaks);
    return ret;
}

void target_free(struct target *target)
{
    if (!target)
        return;
    g_free(target->proc_root);
    g_free(target->name);
    g_free(target->exe);
    g_free(target->cmdline);
    g_free(target->go_version);
    g_free(target->version);
    g_free(target->td_version);
    g_free(target->cwd);
    g_free(target->home);
    g_free(target->state_home);
    g_free(target->other_spaces);
    g_free(target->project);
    g_free(target->pprof_url);
    g_free(target->pprof_why);
    leak_marks_unref(target->leaks);
    g_free(target);
}

enum target_source target_source(const struct target *target)
{
    return (enum target_source)g_atomic_int_get(&target->source);
}

void target_set_source(struct target *target, enum target_source source)
{
    g_atomic_int_set(&target->source, source);
}

const char *const *target_source_names(void)
{
    static const char *const names[TARGET_N_SOURCES + 1] = {
        [TARGET_SOURCE_AUTO] = "auto",
        [TARGET_SOURCE_PPROF] = "pprof",
        [TARGET_SOURCE_MEMORY] = "memory",
    };

    return names;
}
