#include "app/report/report_content.h"

#include "app/snapshots/snapshot_samples.h"
#include "app/triage/notes.h"
#include "probes/secrets.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

struct report_content {
    bool of_file;
    struct target *target;                 /* its command line without secrets */
    struct sample *samples[PROBE_N_KINDS]; /* one reference each; NULL: none */
    struct sample *base_heap, *base_goroutines;
    struct triage_input input;
    struct triage_judgement judgements[TRIAGE_N_STEPS];
    struct triage_result *result;
    struct triage_since *since;
    struct redact *redact;
    GPtrArray *tools;
    struct watch *watch;
    GArray *series;
    char *system, *host;
    struct triage_report view;
};

/* --- series --- */

static void clear_series(void *data)
{
    g_array_unref(((struct report_series *)data)->points);
}

static GArray *take_series(const struct session *session)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct report_series));

    g_array_set_clear_func(all, clear_series);
    for (size_t i = 0; i < METRIC_N; i++) {
        struct report_series one = {.metric = (enum metric)i};

        if (!metric_has_use(one.metric, METRIC_USE_REPORT))
            continue;
        one.points = history_since(session_history(session, one.metric), G_MININT64);
        g_array_append_val(all, one);
    }
    return all;
}

/* --- the mark as a baseline --- */

/* When on our clock the snapshot was taken: the wall clock is all that two runs share. */
static gint64 moment_of(const struct report_content *content, const struct snapshot *snapshot)
{
    gint64 age_us = content->view.made_real_us - snapshot->real_us;

    return snapshot->real_us != 0 ? content->view.now_us - age_us : 0;
}

static struct sample *heap_of(const struct report_content *content, const struct snapshot *mark)
{
    struct profile *profile = snapshot_profile(mark, "heap");
    struct heap_sample *heap;

    if (profile == NULL)
        return NULL;
    heap = sample_new(PROBE_HEAP, sizeof *heap);
    heap->base.taken_us = heap->profile_us = moment_of(content, mark);
    heap->base.real_us = mark->real_us;
    heap->profile = profile;
    sample_hold(heap, profile_ref(profile), (GDestroyNotify)profile_unref);
    if (mark->has_memstats) {
        struct memstats *memstats = sample_alloc(heap, sizeof *memstats);

        *memstats = mark->memstats;
        heap->memstats = memstats;
    }
    return &heap->base;
}

static struct sample *goroutines_of(const struct report_content *content,
                                    const struct snapshot *mark)
{
    struct goroutines_sample *sample;

    if (mark->goroutines == NULL)
        return NULL;
    sample = sample_new(PROBE_GOROUTINES, sizeof *sample);
    sample->base.taken_us = sample->dump_us = moment_of(content, mark);
    sample->base.real_us = mark->real_us;
    sample->count = (int64_t)mark->goroutines->total;
    sample->os_threads = SAMPLE_UNKNOWN;
    sample->source = "";
    sample->dump = mark->goroutines;
    sample_hold(sample, goroutine_dump_ref(mark->goroutines), (GDestroyNotify)goroutine_dump_unref);
    return &sample->base;
}

/* --- taking --- */

static void take_samples(struct report_content *content, struct session *session)
{
    struct triage_input *in = &content->input;

    triage_input_from_session(in, session);
    for (int i = 0; i < PROBE_N_KINDS; i++)
        content->samples[i] = sample_ref(session_sample(session, (enum probe_kind)i));
    content->target = target_copy(in->target);
    in->target = content->target;
    content->base_heap = sample_ref(in->base_heap);
    content->base_goroutines = sample_ref(in->base_goroutines);
    memcpy(content->judgements, in->judgements, sizeof content->judgements);
    in->judgements = content->judgements;
}

static char *describe_system(void)
{
    struct utsname name;

    if (uname(&name) != 0)
        return g_strdup("");
    return g_strdup_printf("%s %s %s", name.sysname, name.release, name.machine);
}

static void fill_view(struct report_content *content)
{
    struct triage_report *view = &content->view;

    view->input = &content->input;
    view->result = content->result;
    view->system = content->system;
    view->host = content->host;
    view->backend = content->of_file ? "a file" : platform_backend_name(&content->target->platform);
    view->series = content->series;
    view->since = content->since;
}

struct report_content *report_content_new(struct session *session,
                                          const struct thresholds *thresholds,
                                          const struct snapshot *mark)
{
    struct report_content *content = g_new0(struct report_content, 1);

    content->view.now_us = session_now_us(session);
    content->view.made_real_us = session_real_us(session, content->view.now_us);
    take_samples(content, session);

    struct target *target = content->target;
    char *command = secrets_hide(target->cmdline);

    g_free(target->cmdline);
    target->cmdline = command;

    if (mark != NULL) {
        sample_unref(content->base_heap);
        sample_unref(content->base_goroutines);
        content->base_heap = heap_of(content, mark);
        content->base_goroutines = goroutines_of(content, mark);
        content->input.base_marked = true;
    }
    content->input.base_heap = (const struct heap_sample *)content->base_heap;
    content->input.base_goroutines = (const struct goroutines_sample *)content->base_goroutines;
    content->result = triage_evaluate(&content->input, thresholds);
    content->view.symptom = triage_notes_of(session)->symptom;
    content->input.cpu_profile = NULL; /* the session's; what it says is in the result */
    content->input.held = NULL;        /* likewise */
    content->series = take_series(session);
    content->of_file = session_is_replay(session); /* of which machine, nobody here knows */
    content->system = content->of_file ? g_strdup("") : describe_system();
    content->host = g_strdup(content->of_file ? "" : g_get_host_name());
    if (mark != NULL) {
        g_autoptr(snapshot_auto) now = report_content_snapshot(content);

        content->since = triage_since_new(mark, now);
    }
    fill_view(content);
    return content;
}

void report_content_free(struct report_content *content)
{
    if (content == NULL)
        return;
    for (int i = 0; i < PROBE_N_KINDS; i++)
        sample_unref(content->samples[i]);
    sample_unref(content->base_heap);
    sample_unref(content->base_goroutines);
    triage_result_free(content->result);
    triage_since_free(content->since);
    redact_unref(content->redact);
    g_clear_pointer(&content->tools, g_ptr_array_unref);
    g_array_unref(content->series);
    target_free(content->target);
    g_free(content->system);
    g_free(content->host);
    watch_free(content->watch);
    g_free(content);
}

void report_content_set_host(struct report_content *content, const char *host)
{
    g_free(content->host);
    content->host = g_strdup(host);
    content->view.host = content->host;
}

void report_content_set_redact(struct report_content *content, struct redact *redact)
{
    redact_unref(content->redact);
    content->redact = redact_ref(redact);
    content->view.redact = redact;
}

void report_content_set_tools(struct report_content *content, GPtrArray *tools)
{
    g_clear_pointer(&content->tools, g_ptr_array_unref);
    content->tools = tools != NULL ? g_ptr_array_ref(tools) : NULL;
    content->view.tools = content->tools;
}

void report_content_set_watch(struct report_content *content, struct watch *watch)
{
    watch_free(content->watch);
    content->view.watch = content->watch = watch;
}

void report_content_set_only(struct report_content *content, enum triage_step_id step)
{
    content->view.only = step < TRIAGE_N_STEPS ? &content->result->steps[step] : NULL;
}

void report_content_set_symptom(struct report_content *content, enum symptom symptom)
{
    content->view.symptom = symptom;
}

const struct triage_report *report_content_view(const struct report_content *content)
{
    return &content->view;
}

/* --- snapshots --- */

struct snapshot *report_content_snapshot(const struct report_content *content)
{
    struct snapshot *snapshot = snapshot_of_samples(content->target, content->samples);

    snapshot->taken_us = content->view.now_us;
    snapshot->real_us = content->view.made_real_us;
    return snapshot;
}

/* --- redaction --- */

struct redact *report_redact_for(const struct target *target)
{
    struct redact *redact = redact_new();

    redact_add_ourselves(redact);
    /* The account that the target runs as: its own home is what its paths are below. */
    g_autofree char *folder = NULL;
    struct stat info;

    if (target->id.pid != 0) {
        folder = g_strdup_printf("%s/%d", target->proc_root != NULL ? target->proc_root : "/proc",
                                 (int)target->id.pid);
        if (stat(folder, &info) == 0)
            redact_add_account(redact, info.st_uid);
    }
    if (target->id.pid == 0) { /* an address: its host is in the name */
        g_autofree char *host = g_strndup(target->name, strcspn(target->name, ":"));

        redact_add_host(redact, host);
    }
    return redact;
}
