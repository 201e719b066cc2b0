#include "app/monitor/finder.h"

#include "app/target/attach.h"

void finder_request_free(struct finder_request *request)
{
    if (request == NULL)
        return;
    g_free(request->name);
    g_free(request->address);
    g_free(request->pprof);
    if (request->known != NULL)
        g_array_unref(request->known);
    g_free(request);
}

/* the same as a GDestroyNotify */
static void finder_request_free_void(void *request)
{
    finder_request_free(request);
}

struct finding *finding_new(struct target *target)
{
    struct finding *finding = g_new0(struct finding, 1);

    finding->target = target;
    finding->project = g_strdup(target->project);
    return finding;
}

void finding_free(void *user)
{
    struct finding *finding = user;

    target_free(finding->target);
    g_free(finding->project);
    g_free(finding);
}

static const struct finder_known *known_as(const struct finder_request *request,
                                           const struct process_identity *id)
{
    for (guint i = 0; request->known != NULL && i < request->known->len; i++) {
        const struct finder_known *known = &g_array_index(request->known, struct finder_known, i);

        if (known->id.pid == id->pid && known->id.start_ticks == id->start_ticks)
            return known;
    }
    return NULL;
}

/* What is watched already is of use only when it has pprof now and had none. */
static bool is_wanted(const struct finder_request *request, const struct target *target)
{
    const struct finder_known *known = known_as(request, &target->id);

    if (known != NULL)
        return !known->has_pprof && target->pprof_url != NULL;
    return request->born_after_us == 0 || target->started_real_us > request->born_after_us;
}

static void add_target(const struct finder_request *request, const char *text, GPtrArray *findings)
{
    struct attach_outcome *outcome = attach_find(text, request->pprof);

    if (outcome->target != NULL && outcome->target->id.pid != 0 &&
        is_wanted(request, outcome->target))
        g_ptr_array_add(findings, finding_new(g_steal_pointer(&outcome->target)));
    attach_outcome_free(outcome);
}

GPtrArray *finder_run(const struct finder_request *request)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func(finding_free);

    if (request->address != NULL) {
        add_target(request, request->address, findings);
    } else {
        /* Asking a server costs it something: not for those that are watched with their pprof
         * already. */
        struct target_query query = {
            .kind = request->name != NULL ? TARGET_QUERY_NAME : TARGET_QUERY_ALL,
            .name = request->name,
        };
        struct platform_options options = attach_platform();
        g_autoptr(GPtrArray) results = find_targets(&options, &query, false, NULL);
        size_t n = results != NULL ? find_exact(results) : 0;

        for (size_t i = 0; i < n; i++) {
            const struct find_result *result = g_ptr_array_index(results, i);
            const struct finder_known *known = known_as(request, &result->process->id);
            g_autofree char *pid = g_strdup_printf("%d", (int)result->process->id.pid);

            if (known == NULL || !known->has_pprof)
                add_target(request, pid, findings);
        }
    }
    return findings;
}

static void *work(void *data, const int *cancelled)
{
    (void)cancelled;
    return finder_run(data);
}

static void findings_free(void *findings)
{
    g_ptr_array_unref(findings);
}

struct job *finder_start(struct finder_request *request, void (*done)(void *findings, void *user),
                         void *user)
{
    const struct job_ops ops = {
        .work = work,
        .done = done,
        .free_data = finder_request_free_void,
        .free_result = findings_free,
        .user = user,
    };

    return job_start(&ops, request);
}
