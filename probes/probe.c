#include "probes/probe.h"

#include "probes/clock.h"
#include "probes/mailbox.h"
#include "probes/pace.h"
#include "probes/platform.h"
#include "probes/record.h"
#include "probes/source.h"
#include "probes/target.h"
#include "probes/threads.h"

#include <string.h>

/* A ps costs as much as a hundred readings of procfs: within the usual shares it would be rare. */
static const double commands_duty = 0.01;

static const struct source_ops *const sources[PROBE_N_KINDS] = {
#define PROBE_SOURCE(KIND, name, ...) [PROBE_##KIND] = &name##_source,
    PROBE_TABLE(PROBE_SOURCE)
#undef PROBE_SOURCE
};

/* What the UI thread asks for. */
struct requests {
    bool stop, paused, detail;   /* states */
    bool refresh, consent, mark; /* events: done with once seen */
    gint64 interval_us;
};

struct probe {
    /* fixed */
    enum probe_kind kind;
    bool runs_commands; /* its source asks programs, not the kernel */
    const struct source_ops *ops;
    void *source;
    struct mailbox *mailbox;
    double max_duty;
    pthread_t thread;
    bool running;

    /* under lock */
    struct lock lock;
    struct requests requests;
    struct probe_pace pace;
    struct pace_input pace_input;

    /* the thread's own */
    void *good; /* last sample with status ok, or NULL */
    unsigned failures_in_row;
    uint64_t sequence;
    gint64 begun_us; /* of the last sample, by the clock; -1: none yet */
};

static bool runs_commands(enum probe_kind kind, const struct target *target)
{
    return !sources[kind]->is_http &&
           strcmp(platform_backend_name(&target->platform), "commands") == 0;
}

double probe_default_duty(enum probe_kind kind, const struct target *target)
{
    return runs_commands(kind, target) ? commands_duty : probe_info(kind)->duty;
}

/* --- waiting --- */

/* When the next sample is due; -1: not before somebody asks. */
static gint64 due_us(struct probe *probe) THREADS_REQUIRES(probe->lock)
{
    if (probe->requests.refresh || probe->requests.consent)
        return 0;
    if (probe->requests.paused)
        return -1;
    return probe->begun_us < 0 ? 0 : probe->begun_us + probe->pace.effective_us;
}

static void set_effective(struct probe *probe) THREADS_REQUIRES(probe->lock)
{
    probe->pace_input.interval_us = probe->requests.interval_us;
    probe->pace.effective_us = pace_interval_us(&probe->pace_input);
}

/* False when the probe is to end; else what this turn is about. */
static bool wait_for_turn(struct probe *probe, struct turn *turn)
{
    bool going;

    lock_acquire(&probe->lock);
    for (;;) {
        struct requests *requests = &probe->requests;

        gint64 due = due_us(probe);

        if (requests->stop || (due >= 0 && due <= clock_now_us()))
            break;
        lock_wait(&probe->lock, clock_wait_until_us(due));
    }
    struct requests *requests = &probe->requests;

    going = !requests->stop;
    *turn = (struct turn){
        .detail = requests->detail,
        .consent = requests->consent,
        .mark = requests->mark,
        .forced = requests->refresh,
        .max_duty = probe->max_duty,
        .share = 1,
        .previous = probe->good,
    };
    requests->refresh = requests->consent = requests->mark = false;
    probe->pace.busy = going;
    probe->pace.busy_since_us = g_get_monotonic_time();
    lock_release(&probe->lock);
    return going;
}

/* --- sampling --- */

static void *new_sample(const struct probe *probe)
{
    void *sample = record_sample_new(probe->kind);

    if (probe->ops->set_unknown != NULL)
        probe->ops->set_unknown(sample);
    return sample;
}

/*
 * Replaces the values of a failed sample by the last good ones. They stay in
 * the arena of that one, which is held; it is never itself a copy, so nothing
 * piles up however long the failure lasts.
 */
static void revive(struct probe *probe, void *sample)
{
    struct sample *base = sample;
    struct sample fresh = *base;
    size_t size = record_of_kind(probe->kind)->size;
    g_autofree void *failed = g_memdup2(sample, size);

    memcpy(sample, probe->good, size);
    gint64 taken_us = base->taken_us, real_us = base->real_us;

    *base = fresh;
    base->taken_us = taken_us;
    base->real_us = real_us;
    if (probe->ops->keep_fresh != NULL)
        probe->ops->keep_fresh(sample, failed);
    sample_hold(sample, sample_ref(probe->good), sample_unref);
}

static void account(struct probe *probe, const struct sample *sample, const struct turn *turn)
{
    lock_acquire(&probe->lock);
    struct probe_pace *pace = &probe->pace;

    pace->busy = false;
    pace->samples++;
    pace->failures += sample->status != SAMPLE_OK && sample->status != SAMPLE_UNSUPPORTED;
    pace->last_cost_us = sample->cost_us;
    pace->total_cost_us += sample->cost_us;
    pace->total_cpu_us += sample->cpu_us;
    pace->total_bytes += sample->bytes;
    probe->pace_input = (struct pace_input){
        /*
         * Waiting costs us nothing: not for an answer (what that costs the target is the
         * latency), and not for a core on a busy machine. Commands work for us in
         * processes of their own, so there the time they take is what is known.
         */
        .cost_us =
            MAX((probe->runs_commands ? sample->cost_us : sample->cpu_us) - turn->separate_us, 0),
        .max_duty = probe->max_duty * turn->share,
        .latency_us = turn->latency_us,
        .floor_us = turn->floor_us,
        .failures = probe->failures_in_row,
    };
    set_effective(probe);
    lock_release(&probe->lock);
}

/* Says when it is tried again, where waiting is what the user can do about it. */
static void add_next_try(struct probe *probe, struct sample *sample)
{
    if (!probe->ops->is_http || (sample->status != SAMPLE_FAILED && sample->status != SAMPLE_STALE))
        return;
    lock_acquire(&probe->lock);
    gint64 wait_us = probe->pace.effective_us - sample->cost_us;
    bool paused = probe->requests.paused;

    lock_release(&probe->lock);
    if (paused)
        return;
    sample->reason =
        sample_printf(sample, "%s; still trying, next try in %" G_GINT64_FORMAT " s",
                      sample->reason, MAX((wait_us + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC, 1));
}

static void take_turn(struct probe *probe, struct turn *turn)
{
    gint64 begin_us = g_get_monotonic_time(), cpu_us = thread_cpu_us();
    void *sample = new_sample(probe);
    struct sample *base = sample;

    probe->begun_us = clock_now_us();
    probe->ops->fill(probe->source, turn, sample);
    base->cost_us = g_get_monotonic_time() - begin_us;
    base->cpu_us = thread_cpu_us() - cpu_us;

    if (base->taken_us == 0)
        sample_stamp(sample);
    probe->failures_in_row = base->status == SAMPLE_OK ? 0 : probe->failures_in_row + 1;
    if (base->status == SAMPLE_OK) {
        sample_unref(probe->good);
        probe->good = sample_ref(sample);
    } else if (probe->good != NULL) {
        if (base->status != SAMPLE_GONE)
            base->status = SAMPLE_STALE;
        revive(probe, sample);
    }

    account(probe, base, turn);
    add_next_try(probe, base);
    base->sequence = ++probe->sequence;
    lock_acquire(&probe->lock);
    bool stop = probe->requests.stop;

    lock_release(&probe->lock);
    if (stop) /* a request cut off by probe_stop is no failure of the target */
        sample_unref(sample);
    else
        mailbox_put(probe->mailbox, sample);
}

static void *run(void *user)
{
    struct probe *probe = user;
    struct turn turn;

    while (wait_for_turn(probe, &turn))
        take_turn(probe, &turn);
    return NULL;
}

/* --- life --- */

struct probe *probe_start(enum probe_kind kind, struct target *target,
                          const struct probe_options *options)
{
    struct probe *probe = g_new0(struct probe, 1);
    char name[16]; /* the kernel keeps no more of it */

    probe->kind = kind;
    probe->ops = sources[kind];
    probe->runs_commands = runs_commands(kind, target);
    probe->mailbox = mailbox_new(sample_unref, options->bell_fd);
    probe->max_duty = options->max_duty > 0 ? options->max_duty : probe_default_duty(kind, target);
    probe->begun_us = -1;
    lock_init(&probe->lock);
    lock_acquire(&probe->lock);
    probe->requests.paused = options->start_paused;
    probe->requests.interval_us =
        options->interval_us > 0 ? options->interval_us : probe_info(probe->kind)->interval_us;
    set_effective(probe);
    lock_release(&probe->lock);
    probe->good = sample_ref(options->past);
    probe->source = probe->ops->open(target);
    g_snprintf(name, sizeof name, "probe-%s", probe_info(kind)->name);
    probe->running = thread_start(&probe->thread, name, run, probe);
    if (!probe->running) {
        void *sample = new_sample(probe);

        sample_stamp(sample);
        sample_set_status(
            sample, SAMPLE_FAILED,
            "no thread could be started to look at this; raise the limit of processes "
            "(ulimit -u) and start again");
        mailbox_put(probe->mailbox, sample);
    }
    return probe;
}

void probe_stop(struct probe *probe)
{
    if (probe == NULL)
        return;
    lock_acquire(&probe->lock);
    probe->requests.stop = true;
    lock_notify(&probe->lock);
    lock_release(&probe->lock);
    if (probe->ops->cancel != NULL)
        probe->ops->cancel(probe->source);
    if (probe->running)
        pthread_join(probe->thread, NULL);
    probe->ops->close(probe->source);
    sample_unref(probe->good);
    mailbox_free(probe->mailbox);
    lock_clear(&probe->lock);
    g_free(probe);
}

struct sample *probe_take(struct probe *probe)
{
    return mailbox_take(probe->mailbox);
}

/* --- requests --- */

void probe_refresh(struct probe *probe)
{
    if (probe == NULL)
        return;
    lock_acquire(&probe->lock);
    probe->requests.refresh = true;
    lock_notify(&probe->lock);
    lock_release(&probe->lock);
}

void probe_set_paused(struct probe *probe, bool paused)
{
    if (probe == NULL)
        return;
    lock_acquire(&probe->lock);
    probe->requests.paused = paused;
    lock_notify(&probe->lock);
    lock_release(&probe->lock);
}

void probe_set_interval(struct probe *probe, gint64 interval_us)
{
    if (probe == NULL)
        return;
    lock_acquire(&probe->lock);
    probe->requests.interval_us =
        interval_us > 0 ? interval_us : probe_info(probe->kind)->interval_us;
    set_effective(probe);
    lock_notify(&probe->lock);
    lock_release(&probe->lock);
}

void probe_set_detail(struct probe *probe, bool detail)
{
    if (probe == NULL)
        return;
    lock_acquire(&probe->lock);
    /* details are wanted now, not at the next slow walk */
    if (detail && !probe->requests.detail && probe->kind == PROBE_MEMORY)
        probe->requests.refresh = true;
    probe->requests.detail = detail;
    lock_notify(&probe->lock);
    lock_release(&probe->lock);
}

void probe_consent_once(struct probe *probe)
{
    if (probe == NULL)
        return;
    lock_acquire(&probe->lock);
    probe->requests.consent = true;
    lock_notify(&probe->lock);
    lock_release(&probe->lock);
}

void probe_mark(struct probe *probe)
{
    if (probe == NULL)
        return;
    lock_acquire(&probe->lock);
    probe->requests.mark = true;
    /* only descriptors are counted against a baseline of the probe's own */
    if (probe->kind == PROBE_FILES)
        probe->requests.refresh = true;
    lock_notify(&probe->lock);
    lock_release(&probe->lock);
}

struct probe_pace probe_pace(struct probe *probe)
{
    if (probe == NULL)
        return (struct probe_pace){.paused = true};
    lock_acquire(&probe->lock);
    struct probe_pace pace = probe->pace;

    pace.interval_us = probe->requests.interval_us;
    pace.paused = probe->requests.paused;
    lock_release(&probe->lock);
    return pace;
}

enum probe_kind probe_kind(const struct probe *probe)
{
    return probe->kind;
}
