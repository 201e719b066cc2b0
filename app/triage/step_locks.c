#include "app/triage/step_response.h"

#include "probes/databases.h"

#include <string.h>

/*
 * Databases that somebody keeps locked: what a plugin that does not respond
 * often waits for. Waiters do not show: SQLite asks again and again (for 5 s
 * here) instead of sleeping on the lock.
 */

static enum triage_verdict verdict_of(const struct step_context *context,
                                      const struct db_lock *lock, double seconds)
{
    if (lock->own)
        return seconds >= limit_of(context, THRESHOLD_LOCK_OWN_S) ? TRIAGE_LOOK : TRIAGE_HEALTHY;
    if (seconds >= limit_of(context, THRESHOLD_LOCK_BAD_S))
        return TRIAGE_BAD;
    return seconds >= limit_of(context, THRESHOLD_LOCK_LOOK_S) ? TRIAGE_LOOK : TRIAGE_HEALTHY;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static void add_lock(struct step_context *context, const struct database *database,
                     const struct db_lock *lock)
{
    double seconds =
        (double)(context->in->files->base.taken_us - lock->first_seen_us) / G_USEC_PER_SEC;
    enum triage_verdict verdict = verdict_of(context, lock, seconds);
    g_autofree char *holder = db_lock_holder(lock);
    g_autofree char *label = g_strdup_printf("lock on %s", database->path);
    g_autofree char *value =
        g_strdup_printf("%s %s", db_lock_name(lock->kind), number_duration(seconds).text);
    g_autofree char *note = g_strdup_printf("held by %s: %s", holder, db_lock_meaning(lock->kind));

    step_add(context->step,
             &(struct fact_spec){.label = label,
                                 .value = value,
                                 .note = note,
                                 .verdict = verdict,
                                 .ref = {.kind = REF_DATABASE, .text = database->path}});
    if (verdict == TRIAGE_HEALTHY || context->findings->locked != NULL)
        return;
    context->findings->locked =
        g_strdup_printf("%s is locked by %s for %s", last_part(database->path), holder,
                        number_duration(seconds).text);
    context->findings->locker = lock->own ? 0 : MAX(lock->pid, 0);
}

/* As db_lock_holder says it. New string. */
static char *waited_holder(const struct triage_input *in)
{
    const struct files_sample *files = in->files;
    struct db_lock lock = {.pid = (pid_t)files->lock_holder,
                           .own = files->lock_holder == in->target->id.pid,
                           .command = files->lock_command != NULL ? files->lock_command : ""};

    return db_lock_holder(&lock);
}

char *step_file_lock_words(const struct triage_input *in)
{
    const struct files_sample *files = in->files;

    if (files == NULL || !sample_usable(&files->base) || files->lock_waits == SAMPLE_UNKNOWN ||
        files->lock_waits <= 0)
        return NULL;
    g_autofree char *holder = waited_holder(in);

    return g_strdup_printf("the lock on %s is held by %s",
                           files->lock_path != NULL ? files->lock_path : "the file", holder);
}

double step_file_lock_s(const struct triage_input *in)
{
    return (double)(in->files->base.taken_us - in->files->lock_since_us) / G_USEC_PER_SEC;
}

/* A thread that sleeps for it, whatever the file is. */
static void add_file_lock(struct step_context *context)
{
    const struct files_sample *files = context->in->files;
    g_autofree char *words = step_file_lock_words(context->in);

    if (words == NULL)
        return;
    double seconds = step_file_lock_s(context->in);
    g_autofree char *value = g_strdup_printf("%s, %s", number_count(files->lock_waits).text,
                                             number_duration(seconds).text);
    bool known = files->lock_path != NULL;

    step_add(context->step,
             &(struct fact_spec){
                 .label = "waits for a file lock",
                 .value = value,
                 .note = words,
                 .verdict = seconds >= limit_of(context, THRESHOLD_LOCK_BAD_S)    ? TRIAGE_BAD
                            : seconds >= limit_of(context, THRESHOLD_LOCK_LOOK_S) ? TRIAGE_LOOK
                                                                                  : TRIAGE_HEALTHY,
                 .ref = {.kind = known ? REF_PATH : REF_THREADS,
                         .text = known ? files->lock_path : NULL,
                         .type = FD_REG}});
    if (seconds < limit_of(context, THRESHOLD_LOCK_LOOK_S) || context->findings->locked != NULL)
        return;
    g_autofree char *holder = waited_holder(context->in);

    context->findings->locked =
        g_strdup_printf("%s is locked by %s for %s", known ? last_part(files->lock_path) : "a file",
                        holder, number_duration(seconds).text);
    context->findings->locker = (pid_t)MAX(files->lock_holder, 0);
}

void step_response_locks(struct step_context *context)
{
    const struct files_sample *files = context->in->files;

    if (files == NULL || !sample_usable(&files->base))
        return;
    for (size_t i = 0; i < files->n_databases; i++) {
        const struct db_lock *lock = database_blocker(&files->databases[i]);

        if (lock != NULL)
            add_lock(context, &files->databases[i], lock);
    }
    add_file_lock(context);
}
