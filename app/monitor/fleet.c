#include "app/monitor/fleet.h"

#include "widgets/safe_text.h"

#include <string.h>

enum {
    CHECK_MS = 500,
    RETURN_US = 2 * G_USEC_PER_SEC,  /* between two looks for one that ended */
    RESCAN_US = 10 * G_USEC_PER_SEC, /* and for those that come, or whose pprof comes up */
    /* So long after its start a process may still bring up its pprof. */
    PPROF_COMES_US = 120 * G_USEC_PER_SEC,
    LINGER_US = 600 * G_USEC_PER_SEC, /* one that ended is told as down for so long */
    OVERLAP_US = 3 * G_USEC_PER_SEC,  /* a successor may be there before the old one has ended */
    MAX_WATCHED = 64,
};

struct member {
    struct watched *watched;
    bool said_end;
};

struct fleet {
    struct fleet_options options;
    GPtrArray *members; /* struct member * */
    struct job *job;
    gint64 looked_us; /* begin of the last look */
    guint timer;
    bool said_full;
};

/* --- saying so --- */

static void say(const struct target *target, const char *what)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%H:%M:%S");
    g_autofree char *name = text_safe(target->name, -1, g_get_charset(NULL));

    if (target->id.pid != 0)
        g_printerr("sidescope: %s %s %d %s\n", time, name, (int)target->id.pid, what);
    else
        g_printerr("sidescope: %s %s %s\n", time, name, what);
}

static void say_watching(const struct target *target, const char *verb)
{
    g_autofree char *url =
        target->pprof_url != NULL ? text_safe(target->pprof_url, -1, g_get_charset(NULL)) : NULL;
    g_autofree char *why = text_safe(target->pprof_why != NULL ? target->pprof_why : "it has none",
                                     -1, g_get_charset(NULL));
    g_autofree char *what =
        url != NULL
            ? g_strdup_printf("%s, pprof %s", verb, url)
            : g_strdup_printf("%s without pprof, heap and goroutines are N/A: %s", verb, why);

    say(target, what);
}

/* --- members --- */

static void member_free(void *user)
{
    struct member *member = user;

    watched_free(member->watched);
    g_free(member);
}

static struct member *nth(const struct fleet *fleet, guint i)
{
    return g_ptr_array_index(fleet->members, i);
}

static void add(struct fleet *fleet, struct finding *finding)
{
    struct member *member;

    if (fleet->members->len >= MAX_WATCHED) {
        if (!fleet->said_full)
            g_printerr("sidescope: more than %d processes fit: the others are left out\n",
                       MAX_WATCHED);
        fleet->said_full = true;
        return;
    }
    say_watching(finding->target, "is watched");
    member = g_new0(struct member, 1);
    member->watched = watched_new(finding, &fleet->options.watched);
    g_ptr_array_add(fleet->members, member);
    if (fleet->options.came != NULL)
        fleet->options.came(member->watched, fleet->options.user);
}

static struct member *member_of(const struct fleet *fleet, const struct process_identity *id)
{
    for (guint i = 0; i < fleet->members->len; i++) {
        const struct process_identity *other = &watched_target(nth(fleet, i)->watched)->id;

        if (other->pid == id->pid && other->start_ticks == id->start_ticks)
            return nth(fleet, i);
    }
    return NULL;
}

/* --- coming --- */

static void attach(struct member *member, struct finding *finding, bool same)
{
    say_watching(finding->target, same ? "has brought up its pprof and is watched on" : "is back");
    watched_attach(member->watched, finding);
    member->said_end = false;
}

/* Of several that came since, the one with the same command line; the newest are first. */
static struct finding *successor_of(const struct target *ended, const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        struct finding *finding = g_ptr_array_index(findings, i);

        if (strcmp(finding->target->cmdline, ended->cmdline) == 0)
            return finding;
    }
    return findings->len == 1 ? g_ptr_array_index(findings, 0) : NULL;
}

static void on_found(void *result, void *user)
{
    struct fleet *fleet = user;
    g_autoptr(GPtrArray) findings = result;

    fleet->job = NULL;
    for (guint i = findings->len; i-- > 0;) {
        struct finding *finding = g_ptr_array_index(findings, i);
        struct member *same = member_of(fleet, &finding->target->id);

        if (same != NULL)
            attach(same, finding, true);
        else if (fleet->options.all)
            add(fleet, finding);
        else
            continue;
        g_ptr_array_remove_index(findings, i);
    }
    if (findings->len > 0) {
        struct member *member = nth(fleet, 0);
        const struct target *target = watched_target(member->watched);
        struct finding *finding = successor_of(target, findings);

        if (finding != NULL && (watched_ended_us(member->watched) != 0 || target->id.pid == 0))
            attach(member, finding, false);
    }
}

/* Another one that ran beside it all the time is not its successor. */
static struct finder_request *request_new(const struct fleet *fleet)
{
    struct finder_request *request = g_new0(struct finder_request, 1);

    request->name = g_strdup(fleet->options.name);
    request->address = g_strdup(fleet->options.address);
    request->pprof = g_strdup(fleet->options.pprof);
    request->known = g_array_new(FALSE, FALSE, sizeof(struct finder_known));
    for (guint i = 0; i < fleet->members->len; i++) {
        const struct target *target = watched_target(nth(fleet, i)->watched);
        struct finder_known known = {target->id, target->pprof_url != NULL};

        g_array_append_val(request->known, known);
    }
    if (!fleet->options.all)
        request->born_after_us = watched_seen_real_us(nth(fleet, 0)->watched) - OVERLAP_US;
    return request;
}

/* --- when to look --- */

/* Microseconds between two looks; 0: nothing is to be looked for. */
static gint64 look_interval_us(const struct fleet *fleet)
{
    if (fleet->options.all)
        return RESCAN_US;
    const struct watched *watched = nth(fleet, 0)->watched;

    if (watched_ended_us(watched) != 0)
        return RETURN_US;
    if (watched_target(watched)->id.pid == 0)
        return fleet->options.address != NULL ? RESCAN_US : 0;
    return (watched_target(watched)->pprof_url == NULL &&
            g_get_monotonic_time() - watched_attached_us(watched) < PPROF_COMES_US)
               ? RESCAN_US
               : 0;
}

/* --- going --- */

static gboolean on_check(gpointer user)
{
    struct fleet *fleet = user;

    for (guint i = fleet->members->len; i-- > 0;) {
        struct member *member = nth(fleet, i);
        gint64 ended_us = watched_ended_us(member->watched);

        if (ended_us == 0)
            continue;
        if (!member->said_end) {
            struct session_end end = {.state = PROCESS_ENDED};

            session_ended(watched_session(member->watched), &end);
            say(watched_target(member->watched),
                fleet->options.all ? "has ended"
                : end.state == PROCESS_ZOMBIE
                    ? "has ended (its parent has not collected it); lines "
                      "say N/A until it is back"
                    : "has ended; lines say N/A until it is back");
        }
        member->said_end = true;
        if (fleet->options.all && g_get_monotonic_time() - ended_us > LINGER_US)
            g_ptr_array_remove_index(fleet->members, i);
    }
    gint64 interval_us = look_interval_us(fleet), now_us = g_get_monotonic_time();

    if (fleet->job != NULL || interval_us == 0 || now_us - fleet->looked_us < interval_us)
        return G_SOURCE_CONTINUE;
    fleet->looked_us = now_us;
    fleet->job = finder_start(request_new(fleet), on_found, fleet);
    return G_SOURCE_CONTINUE;
}

/* --- life --- */

struct fleet *fleet_new(const struct fleet_options *options, struct finding *first)
{
    struct fleet *fleet = g_new0(struct fleet, 1);

    fleet->options = *options;
    fleet->members = g_ptr_array_new_with_free_func(member_free);
    fleet->looked_us = g_get_monotonic_time();
    if (first != NULL) {
        add(fleet, first);
        finding_free(first);
    } else {
        struct finder_request *request = request_new(fleet);
        g_autoptr(GPtrArray) findings = finder_run(request);

        finder_request_free(request);
        for (guint i = 0; i < findings->len; i++)
            add(fleet, g_ptr_array_index(findings, i));
        if (findings->len == 0)
            g_printerr("sidescope: no process fits yet; those that come are watched\n");
    }
    fleet->timer = g_timeout_add(CHECK_MS, on_check, fleet);
    return fleet;
}

void fleet_free(struct fleet *fleet)
{
    if (fleet == NULL)
        return;
    g_source_remove(fleet->timer);
    job_cancel(fleet->job);
    g_ptr_array_unref(fleet->members);
    g_free(fleet);
}

guint fleet_size(const struct fleet *fleet)
{
    return fleet->members->len;
}

struct watched *fleet_nth(const struct fleet *fleet, guint i)
{
    return nth(fleet, i)->watched;
}
