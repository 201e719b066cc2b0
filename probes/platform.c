#include "probes/backend.h"

#include <string.h>

GQuark platform_error_quark(void)
{
    return g_quark_from_static_string("sidescope-platform-error-quark");
}

/* The first is what "auto" means here. */
static const struct platform_backend *const backends[] = {
#if SIDESCOPE_HAVE_PROCFS
    &platform_procfs,
#endif
    &platform_commands,
};

bool platform_backend_parse(const char *name, enum platform_backend_id *ret)
{
    static const char *const names[] = {
        [PLATFORM_AUTO] = "auto",
        [PLATFORM_PROCFS] = "procfs",
        [PLATFORM_COMMANDS] = "commands",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) != 0)
            continue;
        *ret = (enum platform_backend_id)i;
        return i != PLATFORM_PROCFS || SIDESCOPE_HAVE_PROCFS;
    }
    return false;
}

static const struct platform_backend *choose(const struct platform_options *options)
{
    return options && options->backend == PLATFORM_COMMANDS ? &platform_commands : backends[0];
}

const char *platform_backend_name(const struct platform_options *options)
{
    return choose(options)->name;
}

/* --- one open process --- */

struct platform *platform_open(const struct platform_options *options, pid_t pid,
                               const struct process_identity *identity, GError **error)
{
    return choose(options)->open(options, pid, identity, error);
}

void platform_close(struct platform *platform)
{
    if (platform)
        platform->backend->close(platform);
}

struct process_identity platform_identity(const struct platform *platform)
{
    return platform->backend->identity(platform);
}

bool platform_alive(struct platform *platform, bool *ret_zombie)
{
    bool zombie;

    return platform->backend->alive(platform, ret_zombie ? ret_zombie : &zombie);
}

int platform_exit_fd(const struct platform *platform)
{
    return platform->backend->exit_fd(platform);
}

void platform_read(struct platform *platform, void *user, const void *previous)
{
    struct sample *sample = user;

    if (platform->backend->read[sample->kind] != NULL)
        platform->backend->read[sample->kind](platform, sample, previous);
    else
        sample_set_status(sample, SAMPLE_UNSUPPORTED,
                          "%s are told by procfs only, which this system or "
                          "--backend commands does not use",
                          probe_info(sample->kind)->looks_at);
}

void platform_read_memory(struct platform *platform, struct memory_sample *sample,
                          bool with_regions)
{
    platform->backend->read_memory(platform, sample, with_regions);
}

void platform_mark(struct platform *platform)
{
    platform->backend->mark(platform);
}

/* --- looking for processes --- */

struct process_entry *platform_describe(const struct platform_options *options, pid_t pid,
                                        GError **error)
{
    return choose(options)->describe(options, pid, error);
}

GPtrArray *platform_list(const struct platform_options *options, bool deep, GError **error)
{
    return choose(options)->list(options, deep, error);
}

void platform_deepen(const struct platform_options *options, struct process_entry *entry)
{
    choose(options)->deepen(options, entry);
}

void platform_identify(const struct platform_options *options, struct process_entry *entry)
{
    choose(options)->identify(options, entry);
}

pid_t platform_port_owner(const struct platform_options *options, int port, bool *ret_listening)
{
    return choose(options)->port_owner(options, port, ret_listening);
}

bool platform_same_space(const struct platform_options *options, pid_t pid,
                         enum platform_space space)
{
    return choose(options)->same_space(options, pid, space);
}

const char *platform_starts_why(const struct platform_options *options)
{
    return choose(options)->starts_why(options);
}

/* --- shared by the backends --- */

void platform_set_no_process(GError **error, pid_t pid)
{
    g_set_error(error, PLATFORM_ERROR, PLATFORM_ERROR_NO_PROCESS,
                "there is no process %d (any more); `sidescope` without arguments looks for "
                "targets",
                (int)pid);
}

void platform_set_replaced(GError **error, pid_t pid)
{
    g_set_error(error, PLATFORM_ERROR, PLATFORM_ERROR_NO_PROCESS,
                "process %d has ended and its number belongs to another process now; choose a "
                "target again",
                (int)pid);
}
