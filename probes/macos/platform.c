#include "probes/macos/handle.h"

#include "probes/file_groups.h"

#include <string.h>
#include <unistd.h>

/* --- what has become of it --- */

static void take_row(const struct ps_row *row, void *user)
{
    *(struct ps_row *)user = *row;
}

bool commands_read_row(struct runner *runner, pid_t pid, struct ps_row *ret, char **ret_why)
{
    struct run_result result;
    bool ran = tool_ps(runner, PS_NUMBERS, pid, &result);

    *ret = (struct ps_row){.pid = 0};
    /* Darwin's ps ends with 1 and prints the table when one of many things was unknown to it */
    if (ran)
        ps_parse(result.output->str, result.output->len, take_row, ret);
    else
        *ret_why = tool_why(TOOL_PS, &result, "the numbers of the process");
    run_result_clear(&result);
    ret->text = ""; /* it pointed into the output */
    ret->text_n = 0;
    return ret->pid == pid;
}

/* The second is computed from a boot time that clock corrections move. */
bool commands_same_start(uint64_t a, int64_t b)
{
    int64_t apart = (int64_t)a - b;

    return apart >= -1 && apart <= 1;
}

/* What has become of the target; ret is valid when it is alive. *ret_why: ps failed. */
static enum process_state commands_state(struct commands_platform *platform, struct ps_row *ret,
                                         char **ret_why)
{
    if (!commands_read_row(&platform->runner, platform->id.pid, ret, ret_why))
        return PROCESS_ENDED;
    if (!commands_same_start(platform->id.start_ticks, ret->start_s))
        return PROCESS_REPLACED;
    return ret->state == 'Z' ? PROCESS_ZOMBIE : PROCESS_ALIVE;
}

bool commands_begin(struct commands_platform *platform, void *sample, struct ps_row *ret)
{
    struct sample *base = sample;
    g_autofree char *why = NULL;

    platform->runner.bytes = 0;
    base->taken_us = g_get_monotonic_time();
    base->real_us = g_get_real_time();
    enum process_state state = commands_state(platform, ret, &why);

    if (why)
        sample_set_status(sample, SAMPLE_FAILED, "%s", why);
    else if (state != PROCESS_ALIVE)
        sample_set_gone(sample, (int)platform->id.pid, state);
    if (base->kind == PROBE_PROCESS)
        ((struct process_sample *)sample)->state = why ? PROCESS_ALIVE : state;
    return !why && state == PROCESS_ALIVE;
}

void commands_end(struct commands_platform *platform, void *sample)
{
    ((struct sample *)sample)->bytes += platform->runner.bytes;
    platform->runner.bytes = 0;
}

void commands_set_failed(struct commands_platform *platform, void *sample,
                         enum sample_status status, const char *why)
{
    struct ps_row row;
    g_autofree char *ps_why = NULL;
    enum process_state state = commands_state(platform, &row, &ps_why);

    if (!ps_why && state != PROCESS_ALIVE)
        sample_set_gone(sample, (int)platform->id.pid, state);
    else
        sample_set_status(sample, status, "%s", why);
}

char *commands_denied_text(const struct ps_row *row, const char *what)
{
    int pid = (int)row->pid;

    if (row->uid == geteuid())
        return g_strdup_printf("%s of process %d cannot be read although it is ours: it is "
                               "hardened or protected; run: sudo sidescope %d, or build it with "
                               "the get-task-allow entitlement",
                               what, pid, pid);
    return g_strdup_printf("%s of process %d cannot be read: it belongs to another user (uid %u); "
                           "run as that user, or: sudo sidescope %d",
                           what, pid, (unsigned)row->uid, pid);
}

/* --- opening and closing --- */

static struct platform *commands_open(const struct platform_options *options, pid_t pid,
                                      const struct process_identity *identity, GError **error)
{
    struct runner runner = {.cancelled = options ? options->cancelled : NULL};
    struct ps_row row;
    g_autofree char *why = NULL;

    if (!commands_read_row(&runner, pid, &row, &why)) {
        if (why)
            g_set_error_literal(error, PLATFORM_ERROR, PLATFORM_ERROR_FAILED, why);
        else
            platform_set_no_process(error, pid);
        return NULL;
    }
    if (identity && !commands_same_start(identity->start_ticks, row.start_s)) {
        platform_set_replaced(error, pid);
        return NULL;
    }
    struct commands_platform *platform = g_new0(struct commands_platform, 1);

    platform->base.backend = &platform_commands;
    platform->id.pid = pid;
    platform->id.start_ticks = (uint64_t)row.start_s;
    platform->runner = runner;
    platform->footprint_bytes = platform->footprint_peak_bytes = SAMPLE_UNKNOWN;
    platform->baseline = file_baseline_new();
    return &platform->base;
}

static void commands_close(struct platform *base)
{
    struct commands_platform *platform = commands_platform_of(base);

    runner_clear(&platform->runner);
    file_baseline_free(platform->baseline);
    g_free(platform);
}

static struct process_identity commands_identity(const struct platform *base)
{
    return ((const struct commands_platform *)base)->id;
}

/* On doubt it lives: a ps that fails says nothing about the target. */
static bool commands_alive(struct platform *base, bool *ret_zombie)
{
    struct ps_row row;
    g_autofree char *why = NULL;
    enum process_state state = commands_state(commands_platform_of(base), &row, &why);

    *ret_zombie = !why && state == PROCESS_ZOMBIE;
    return why || state == PROCESS_ALIVE;
}

static int commands_exit_fd(const struct platform *base)
{
    (void)base;
    return -1;
}

static void commands_mark(struct platform *base)
{
    file_baseline_reset(commands_platform_of(base)->baseline);
}

/* Darwin has no namespaces, and no command of Linux shows them. */
static bool commands_same_space(const struct platform_options *options, pid_t pid,
                                enum platform_space space)
{
    (void)options;
    (void)pid;
    (void)space;
    return true;
}

static const char *commands_starts_why(const struct platform_options *options)
{
    (void)options;
    return "no command tells of each start";
}

const struct platform_backend platform_commands = {
    .name = "commands",
    .open = commands_open,
    .close = commands_close,
    .identity = commands_identity,
    .alive = commands_alive,
    .exit_fd = commands_exit_fd,
    .read = {[PROBE_PROCESS] = commands_read_process, [PROBE_FILES] = commands_read_files},
    .read_memory = commands_read_memory,
    .mark = commands_mark,
    .describe = commands_describe,
    .list = commands_list,
    .deepen = commands_deepen,
    .identify = commands_identify,
    .port_owner = commands_port_owner,
    .same_space = commands_same_space,
    .starts_why = commands_starts_why,
};
