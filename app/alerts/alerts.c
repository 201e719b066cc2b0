#include "app/alerts/alerts.h"

#include "app/triage/pattern_rules.h"
#include "app/triage/steps.h"

#include <string.h>

/* Levels a condition can be at or above. */
enum level { LEVEL_LOOK, LEVEL_BAD, N_LEVELS };

/* A level is on or off, and changes when the looks have said so long enough. */
struct latch {
    bool on;
    bool above;      /* what the last look said */
    gint64 since_us; /* that it says so */
    guint n_looks;   /* that said so */
};

struct condition {
    enum alert_kind kind;
    enum triage_step_id step;
    struct latch latches[N_LEVELS];
    guint64 event; /* its line that is in force; 0: none was written */
    guint64 look;  /* the last that told of it */
};

/* What one look says of a condition. */
struct sight {
    const char *key;
    enum alert_kind kind;
    enum triage_step_id step;
    enum triage_verdict verdict;
    const char *text, *detail;
    struct ref ref;
};

struct alerts {
    struct alert_events *events;
    alerts_listener listener;
    void *listener_user;
    GHashTable *conditions; /* key, struct condition * */
    guint64 n_looks;
    gint64 first_us;   /* of the first look; 0: none yet */
    gint64 settled_us; /* end of the first look; 0: not yet */
    /* from when a step, and behind them the whole, has been known, and when a step had an event
     * last; 0: never */
    gint64 known_us[TRIAGE_N_STEPS + 1], told_us[TRIAGE_N_STEPS];
    gint64 step_told_us;         /* any step */
    enum triage_verdict verdict; /* over all, at the last look */
    bool ended;
};

/* --- life --- */

struct alerts *alerts_new(alerts_listener listener, void *user)
{
    struct alerts *alerts = g_new0(struct alerts, 1);

    alerts->events = alert_events_new();
    alerts->listener = listener;
    alerts->listener_user = user;
    alerts->verdict = TRIAGE_UNKNOWN;
    alerts->conditions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return alerts;
}

void alerts_free(struct alerts *alerts)
{
    if (alerts == NULL)
        return;
    alert_events_free(alerts->events);
    g_hash_table_unref(alerts->conditions);
    g_free(alerts);
}

struct alert_events *alerts_events(const struct alerts *alerts)
{
    return alerts->events;
}

const struct alert_event *alerts_add(struct alerts *alerts, const struct alert_spec *spec)
{
    struct alert_spec dated = *spec;
    bool again;

    dated.verdict = alerts->verdict;
    const struct alert_event *event = alert_events_add(alerts->events, &dated, &again);

    if (alerts->listener != NULL)
        alerts->listener(event, again, alerts->listener_user);
    return event;
}

void alerts_end(struct alerts *alerts, const char *text, gint64 at_us, gint64 real_us)
{
    if (alerts->ended)
        return;
    alerts->ended = true;
    alert_events_settle_all(alerts->events);
    alerts_add(alerts, &(struct alert_spec){.severity = ALERT_BAD,
                                            .kind = ALERT_ENDED,
                                            .key = "target",
                                            .text = text,
                                            .step = TRIAGE_N_STEPS,
                                            .at_us = at_us,
                                            .real_us = real_us,
                                            .alone = true});
}

void alerts_restart(struct alerts *alerts)
{
    alert_events_settle_all(alerts->events);
    g_hash_table_remove_all(alerts->conditions);
    alerts->first_us = alerts->settled_us = alerts->step_told_us = 0;
    memset(alerts->known_us, 0, sizeof alerts->known_us);
    memset(alerts->told_us, 0, sizeof alerts->told_us);
    alerts->verdict = TRIAGE_UNKNOWN;
    alerts->ended = false;
}

/* --- conditions --- */

static bool is_above(enum triage_verdict verdict, enum level level)
{
    return verdict == TRIAGE_BAD || (verdict == TRIAGE_LOOK && level == LEVEL_LOOK);
}

static enum triage_verdict level_of(const struct condition *condition)
{
    if (condition->latches[LEVEL_BAD].on)
        return TRIAGE_BAD;
    return condition->latches[LEVEL_LOOK].on ? TRIAGE_LOOK : TRIAGE_HEALTHY;
}

static void latch_feed(struct latch *latch, bool above, gint64 at_us, bool may_change)
{
    gint64 hold = above ? ALERT_RAISE_US : ALERT_CLEAR_US;

    if (above != latch->above || latch->n_looks == 0)
        *latch = (struct latch){.on = latch->on, .above = above, .since_us = at_us};
    latch->n_looks++;
    if (may_change && latch->n_looks >= ALERT_HOLD_LOOKS && at_us - latch->since_us >= hold)
        latch->on = above;
}

/* It was so when it could be seen for the first time. */
static bool is_first_sight(const struct alerts *alerts, const struct condition *condition)
{
    enum level level = condition->latches[LEVEL_BAD].on ? LEVEL_BAD : LEVEL_LOOK;
    gint64 known_us = MAX(alerts->settled_us, alerts->known_us[condition->step]);

    return condition->latches[level].since_us <= known_us;
}

/* Its step has just told the same. */
static bool is_echo(const struct alerts *alerts, const struct sight *sight, gint64 at_us)
{
    bool is_row = ref_is_part(sight->ref.kind);
    gint64 told_us = sight->kind == ALERT_VERDICT ? alerts->step_told_us
                     : sight->kind == ALERT_FACT  ? alerts->told_us[sight->step]
                                                  : 0;

    return told_us != 0 && at_us - told_us < (is_row ? ALERT_ROW_ECHO_US : ALERT_ECHO_US);
}

/* --- what changes is told --- */

static void tell(struct alerts *alerts, const struct alerts_moment *moment,
                 const struct sight *sight, struct condition *condition,
                 enum alert_severity severity)
{
    enum triage_verdict level = level_of(condition);
    g_autofree char *text =
        severity == ALERT_NOTE   ? g_strdup_printf("%s (better, still worth a look)", sight->text)
        : severity == ALERT_GOOD ? g_strdup_printf("%s (healthy again)", sight->text)
        : sight->kind == ALERT_STEP && is_first_sight(alerts, condition)
            ? g_strdup_printf("%s (at the first look already)", sight->text)
            : g_strdup(sight->text);
    const struct alert_event *event =
        alerts_add(alerts, &(struct alert_spec){.severity = severity,
                                                .kind = sight->kind,
                                                .key = sight->key,
                                                .text = text,
                                                .detail = sight->detail,
                                                .step = sight->step,
                                                .ref = sight->ref,
                                                .at_us = moment->at_us,
                                                .real_us = moment->real_us,
                                                .firing = level != TRIAGE_HEALTHY});

    condition->event = level != TRIAGE_HEALTHY ? event->id : 0;
    if (sight->step < TRIAGE_N_STEPS)
        alerts->told_us[sight->step] = moment->at_us;
    if (sight->kind == ALERT_STEP)
        alerts->step_told_us = moment->at_us;
}

/* Numbers and causes end without a line of their own: their step says it is well again. */
static bool tells_its_end(const struct alerts *alerts, const struct sight *sight, gint64 at_us)
{
    return sight->kind == ALERT_STEP || sight->kind == ALERT_LIMIT ||
           (sight->kind == ALERT_VERDICT && !is_echo(alerts, sight, at_us));
}

static void observe(struct alerts *alerts, const struct alerts_moment *moment,
                    const struct sight *sight)
{
    struct condition *condition = g_hash_table_lookup(alerts->conditions, sight->key);

    if (condition == NULL) {
        condition = g_new0(struct condition, 1);
        condition->kind = sight->kind;
        condition->step = sight->step;
        g_hash_table_insert(alerts->conditions, g_strdup(sight->key), condition);
    }
    enum triage_verdict before = level_of(condition);
    guint64 line = condition->event;

    condition->look = alerts->n_looks;
    if (sight->verdict == TRIAGE_UNKNOWN)
        return;
    for (int l = 0; l < N_LEVELS; l++)
        latch_feed(&condition->latches[l], is_above(sight->verdict, (enum level)l), moment->at_us,
                   alerts->settled_us != 0);
    enum triage_verdict after = level_of(condition);

    if (after == before)
        return;
    alert_events_settle(alerts->events, line);
    condition->event = 0;
    if (after > before) {
        bool bad = level_of(condition) == TRIAGE_BAD;
        bool silent = is_first_sight(alerts, condition) && !(sight->kind == ALERT_STEP && bad);

        if (!silent && !is_echo(alerts, sight, moment->at_us))
            tell(alerts, moment, sight, condition, bad ? ALERT_BAD : ALERT_LOOK);
    } else if (line != 0 && tells_its_end(alerts, sight, moment->at_us)) {
        tell(alerts, moment, sight, condition, after == TRIAGE_LOOK ? ALERT_NOTE : ALERT_GOOD);
    }
}

/* --- what a look sees --- */

/* The fact that makes the step what it is, or NULL. */
static const struct triage_fact *worst_fact(const struct triage_step *step)
{
    const struct triage_fact *worst = NULL;

    for (guint i = 0; i < step->facts->len; i++) {
        const struct triage_fact *fact = g_ptr_array_index(step->facts, i);

        if ((fact->verdict == TRIAGE_LOOK || fact->verdict == TRIAGE_BAD) &&
            (worst == NULL || fact->verdict > worst->verdict))
            worst = fact;
    }
    return worst;
}

static void see_fact(struct alerts *alerts, const struct alerts_moment *moment,
                     const struct triage_step *step, const struct triage_fact *fact)
{
    g_autofree char *key = g_strdup_printf("%s/%s", step->key, fact->label);
    g_autofree char *text = g_strdup_printf("%s, %s: %s%s%s%s", step->title, fact->label,
                                            fact->value, *fact->note != '\0' ? " (" : "",
                                            fact->note, *fact->note != '\0' ? ")" : "");

    if (fact->verdict == TRIAGE_LOOK || fact->verdict == TRIAGE_BAD)
        observe(alerts, moment,
                &(struct sight){.key = key,
                                .kind = ALERT_FACT,
                                .step = step->id,
                                .verdict = fact->verdict,
                                .text = text,
                                .detail = step->sentence,
                                .ref = fact->ref});
}

static void see_cause(struct alerts *alerts, const struct alerts_moment *moment,
                      const struct triage_cause *cause)
{
    bool likely = cause->confidence >= PATTERN_LIKELY;
    g_autofree char *key = g_strdup_printf("cause/%s", cause->pattern->id);
    g_autofree char *text = g_strdup_printf("likely cause: %s%s%s", cause->title,
                                            *cause->culprit != '\0' ? ", " : "", cause->culprit);

    observe(
        alerts, moment,
        &(struct sight){.key = key,
                        .kind = ALERT_CAUSE,
                        .step = cause->pattern->step,
                        .verdict = likely && cause->pattern->leak ? TRIAGE_LOOK : TRIAGE_HEALTHY,
                        .text = text,
                        .detail = cause->evidence,
                        .ref = cause->ref});
}

/* Limits of the system that no step judges: steps know those of descriptors and mappings. */
static void see_group_memory(struct alerts *alerts, const struct alerts_moment *moment)
{
    const struct memory_sample *memory = moment->input->memory;

    if (memory == NULL || !sample_usable(&memory->base))
        return;
    const struct memory_pressure *room = &memory->pressure;

    if (room->cgroup_limit_bytes == SAMPLE_UNKNOWN || room->cgroup_limit_bytes <= 0 ||
        room->cgroup_used_bytes == SAMPLE_UNKNOWN)
        return;
    struct step_context context = {.in = moment->input, .limits = moment->thresholds};
    double used = (double)room->cgroup_used_bytes, limit = (double)room->cgroup_limit_bytes;
    g_autofree char *note = step_limit_note(&moment->input->trends[METRIC_RSS], used, limit);
    g_autofree char *text = g_strdup_printf("memory limit of its cgroup, %s: %s",
                                            number_bytes(room->cgroup_limit_bytes).text, note);

    observe(alerts, moment,
            &(struct sight){.key = "limit/cgroup",
                            .kind = ALERT_LIMIT,
                            .step = TRIAGE_RSS,
                            .verdict = step_limit_verdict(&context, 100 * used / limit),
                            .text = text,
                            .detail = room->cgroup,
                            .ref = {.kind = REF_MEMORY}});
}

static void note_known(struct alerts *alerts, int step, enum triage_verdict verdict, gint64 at_us)
{
    if (verdict != TRIAGE_UNKNOWN && alerts->known_us[step] == 0)
        alerts->known_us[step] = at_us;
}

static void see_all_steps(struct alerts *alerts, const struct alerts_moment *moment)
{
    for (int i = 0; i < TRIAGE_N_STEPS; i++) {
        const struct triage_step *step = &moment->result->steps[i];

        if (step->judgement != TRIAGE_AS_SEEN) {
            /* The user's own word on a step ends what was in force, and silences what it stands on.
             */
            struct condition *condition = g_hash_table_lookup(alerts->conditions, step->key);

            if (condition != NULL) {
                alert_events_settle(alerts->events, condition->event);
                *condition = (struct condition){
                    .kind = ALERT_STEP, .step = step->id, .look = alerts->n_looks};
                alerts->known_us[step->id] = 0;
            }
            continue;
        }
        note_known(alerts, i, step->verdict, moment->at_us);
        const struct triage_fact *worst = worst_fact(step);
        g_autofree char *text = g_strdup_printf("%s%s%s", step->title,
                                                *step->summary != '\0' ? ": " : "", step->summary);

        observe(
            alerts, moment,
            &(struct sight){.key = step->key,
                            .kind = ALERT_STEP,
                            .step = step->id,
                            .verdict = step->verdict,
                            .text = text,
                            .detail = step->sentence,
                            .ref = worst != NULL ? worst->ref : (struct ref){.kind = REF_NONE}});
        for (guint f = 0; f < step->facts->len; f++)
            see_fact(alerts, moment, step, g_ptr_array_index(step->facts, f));
    }
}

/* What was not told of in this look is healthy, unless its step could not be examined. */
static void see_the_absent(struct alerts *alerts, const struct alerts_moment *moment)
{
    GHashTableIter iter;
    gpointer key, value;

    g_hash_table_iter_init(&iter, alerts->conditions);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        struct condition *condition = value;

        if (condition->look == alerts->n_looks ||
            (condition->step < TRIAGE_N_STEPS &&
             moment->result->steps[condition->step].verdict == TRIAGE_UNKNOWN))
            continue;
        for (int l = 0; l < N_LEVELS; l++)
            latch_feed(&condition->latches[l], false, moment->at_us, alerts->settled_us != 0);
        if (level_of(condition) == TRIAGE_HEALTHY) {
            alert_events_settle(alerts->events, condition->event);
            g_hash_table_iter_remove(&iter);
        }
    }
}

/* --- a look --- */

/* Every probe has said something. */
static bool is_complete(const struct triage_input *input)
{
    return input->process != NULL && input->files != NULL && input->goroutines != NULL &&
           input->heap != NULL && input->threads != NULL && input->memory != NULL &&
           (input->memory->regions_us != 0 || input->memory->base.status != SAMPLE_OK);
}

void alerts_look(struct alerts *alerts, const struct alerts_moment *moment)
{
    if (alerts->ended)
        return;
    if (alerts->first_us == 0)
        alerts->first_us = moment->at_us;
    alerts->n_looks++;
    alerts->verdict = moment->result->seen;
    if (alerts->settled_us == 0) {
        gint64 watched_us = moment->at_us - alerts->first_us;
        bool held = alerts->n_looks >= ALERT_HOLD_LOOKS && watched_us >= ALERT_RAISE_US;

        if ((held && is_complete(moment->input)) || watched_us >= ALERT_FIRST_LOOK_US)
            alerts->settled_us = moment->at_us;
    }
    see_all_steps(alerts, moment);
    for (guint i = 0; i < moment->result->causes->len; i++)
        see_cause(alerts, moment, g_ptr_array_index(moment->result->causes, i));
    see_group_memory(alerts, moment);
    note_known(alerts, TRIAGE_N_STEPS, moment->result->seen, moment->at_us);
    observe(alerts, moment,
            &(struct sight){.key = "verdict",
                            .kind = ALERT_VERDICT,
                            .step = TRIAGE_N_STEPS,
                            .verdict = moment->result->seen,
                            .text = "triage over all",
                            .detail = moment->result->diagnosis});
    see_the_absent(alerts, moment);
}
