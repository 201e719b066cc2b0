#include "app/triage/step_fds.h"

#include <string.h>

enum {
    TOP_GROUPS = 5, /* files open often that are listed */
    TOP_GROWING = 3,
    OFTEN_FACTOR = 10, /* times the documented "same file" count: bad whatever the program is */
};

static const struct files_sample *usable_files(const struct step_context *context)
{
    const struct files_sample *files = context->in->files;

    return files != NULL && sample_usable(&files->base) ? files : NULL;
}

static struct ref ref_of_type(enum fd_type type)
{
    return (struct ref){.kind = REF_TYPE, .type = type, .text = fd_type_label(type)};
}

static struct ref ref_of_class(enum path_class cls)
{
    return (struct ref){.kind = REF_CLASS, .cls = cls, .text = path_class_name(cls)};
}

/* --- by type --- */

struct type_rule {
    const char *label;
    enum fd_type types[4];
    size_t n;
    enum threshold_id low, high; /* THRESHOLD_N: no documented band */
};

static const struct type_rule type_rules[] = {
    {"REG (files)", {FD_REG}, 1, THRESHOLD_REG_LOW, THRESHOLD_REG_HIGH},
    {"PIPE", {FD_FIFO}, 1, THRESHOLD_PIPE_LOW, THRESHOLD_PIPE_HIGH},
    {"DIR", {FD_DIR}, 1, THRESHOLD_DIR_LOW, THRESHOLD_DIR_HIGH},
    {"sockets", {FD_IPV4, FD_IPV6, FD_UNIX, FD_SOCK}, 4, THRESHOLD_N, THRESHOLD_N},
};

/* The rest, where there is any: with inotify these are all there are, so that the rows add up. */
static const struct type_rule rest_rules[] = {
    {"epoll", {FD_EPOLL}, 1, THRESHOLD_N, THRESHOLD_N},
    {"devices", {FD_CHR, FD_BLK}, 2, THRESHOLD_N, THRESHOLD_N},
    {"other handles", {FD_ANON, FD_OTHER}, 2, THRESHOLD_N, THRESHOLD_N},
};

static int64_t count_types(const struct type_rule *rule, const struct files_sample *files)
{
    int64_t count = 0;

    for (size_t i = 0; i < rule->n; i++)
        count += files->by_type[rule->types[i]];
    return count;
}

/* "anon_inode:[pidfd] 12, net:[4026531992] 3": what the largest of the kind are called. */
static char *names_of_types(const struct type_rule *rule, const struct files_sample *files)
{
    enum { SHOWN = 3 };
    GString *out = g_string_new(NULL);
    size_t n = 0;

    for (size_t i = 0; i < files->n_templates && n < SHOWN; i++)
        for (size_t t = 0; t < rule->n; t++)
            if (files->templates[i].type == rule->types[t]) {
                g_string_append_printf(out, "%s%s %s", n > 0 ? ", " : "", files->templates[i].text,
                                       number_count(files->templates[i].count).text);
                n++;
            }
    return g_string_free(out, FALSE);
}

static void add_type(struct step_context *context, const struct type_rule *rule,
                     const struct files_sample *files)
{
    int64_t count = count_types(rule, files);
    enum triage_verdict verdict = TRIAGE_HEALTHY;
    g_autofree char *note = NULL;

    if (rule->low != THRESHOLD_N) {
        double high = limit_of(context, rule->high);

        if (context->in->target->is_sidecar && (double)count > high)
            verdict = TRIAGE_LOOK;
        note = step_band(context, rule->low, rule->high);
    } else if (rule->types[0] != FD_IPV4) {
        note = names_of_types(rule, files);
    }
    step_add(context->step,
             &(struct fact_spec){.label = rule->label,
                                 .value = number_count(count).text,
                                 .note = note,
                                 .verdict = verdict,
                                 .ref = rule->n == 1 ? ref_of_type(rule->types[0])
                                                     : (struct ref){.kind = REF_FILES}});
}

/* --- one file, many descriptors --- */

static enum triage_verdict group_verdict(const struct step_context *context,
                                         const struct fd_group *group)
{
    double limit = limit_of(context, THRESHOLD_SAME_FILE);

    struct trend own = step_part(context, PART_FILES, group->path);

    /* several programs keep a few handles on one database or log: only more, or growth, is bad */
    return context->in->target->is_sidecar ||
                   (group->growth > 0 && !(trend_tells(&own) && trend_refutes(&own))) ||
                   (double)group->count >= OFTEN_FACTOR * limit
               ? TRIAGE_BAD
               : TRIAGE_LOOK;
}

static void add_group(struct step_context *context, const struct fd_group *group)
{
    g_autofree char *growth =
        group->growth != 0 ? g_strdup_printf(", %s %s", number_count_signed(group->growth).text,
                                             step_since(context->in->files_marked))
                           : g_strdup("");
    struct trend own = step_part(context, PART_FILES, group->path);
    g_autofree char *rate = step_part_count(&own);
    g_autofree char *note = g_strdup_printf("same file, documented: fewer than %.0f%s%s%s",
                                            limit_of(context, THRESHOLD_SAME_FILE), rate, growth,
                                            group->deleted > 0 ? ", deleted" : "");

    step_add(
        context->step,
        &(struct fact_spec){.label = group->path,
                            .value = number_count(group->count).text,
                            .note = note,
                            .verdict = group_verdict(context, group),
                            .ref = {.kind = REF_PATH, .text = group->path, .type = group->type}});
}

static void add_groups(struct step_context *context, const struct files_sample *files)
{
    size_t listed = 0, more = 0;

    for (size_t i = 0; i < files->n_groups; i++) {
        const struct fd_group *group = &files->groups[i];

        if (group->type != FD_REG ||
            (double)group->count < limit_of(context, THRESHOLD_SAME_FILE) ||
            step_is_passing(context->in, group))
            continue;
        if (!context->findings->same_file)
            context->findings->file = g_strdup(group->path);
        context->findings->same_file = true;
        if (listed < TOP_GROUPS) {
            add_group(context, group);
            listed++;
        } else {
            more++;
        }
    }
    if (more > 0)
        step_add(context->step, &(struct fact_spec){.label = "more files open as often",
                                                    .value = number_count((int64_t)more).text,
                                                    .verdict = TRIAGE_LOOK,
                                                    .ref = {.kind = REF_FILES}});
}

static void add_template(struct step_context *context, const struct fd_template *tmpl)
{
    struct trend own = step_part(context, PART_TEMPLATES, tmpl->text);
    g_autofree char *rate = step_part_count(&own);
    g_autofree char *files =
        tmpl->type == FD_REG
            ? g_strdup_printf(", %s different files", number_count(tmpl->n_paths).text)
            : g_strdup("");
    g_autofree char *note = g_strdup_printf("%s %s%s%s", number_count_signed(tmpl->growth).text,
                                            step_since(context->in->files_marked), rate, files);
    bool refuted = step_part_refuted(&own, &context->in->trends[METRIC_FDS]);

    step_add(
        context->step,
        &(struct fact_spec){.label = tmpl->text,
                            .value = number_count(tmpl->count).text,
                            .note = note,
                            .verdict = refuted ? TRIAGE_HEALTHY : TRIAGE_LOOK,
                            .ref = {.kind = REF_TEMPLATE, .text = tmpl->text, .type = tmpl->type}});
}

/* Different files of one pattern, a leak that never opens the same file twice; and handles that
 * have no path, of which one is like the other. */
static void add_growing(struct step_context *context, const struct files_sample *files)
{
    size_t listed = 0;

    for (size_t i = 0; i < files->n_templates && listed < TOP_GROWING; i++) {
        const struct fd_template *tmpl = &files->templates[i];

        bool by_kind = tmpl->type == FD_ANON || tmpl->type == FD_OTHER || tmpl->type == FD_EPOLL;

        if ((double)tmpl->growth < limit_of(context, THRESHOLD_SAME_FILE) ||
            !(by_kind || (tmpl->type == FD_REG && tmpl->n_paths >= 2)))
            continue;
        add_template(context, tmpl);
        listed++;
    }
}

/* --- known kinds --- */

static const struct class_rule {
    enum path_class cls;
    const char *label;
} class_rules[] = {
    {PATH_CLAUDE, "claude sessions open"},
    {PATH_CODEX, "codex sessions open"},
    {PATH_SESSION, "other session files open"},
};

/* Session files are read and closed again: a few are work, more than all files of a healthy
 * sidecar are worth a look, the documented thousand is the known leak. */
static enum triage_verdict session_verdict(const struct step_context *context, int64_t count)
{
    if ((double)count >= limit_of(context, THRESHOLD_SESSION_FILES))
        return TRIAGE_BAD;
    return (double)count > limit_of(context, THRESHOLD_REG_HIGH) ? TRIAGE_LOOK : TRIAGE_HEALTHY;
}

static void add_sessions(struct step_context *context, const struct files_sample *files)
{
    int64_t sum = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(class_rules); i++) {
        int64_t count = files->by_class[class_rules[i].cls];
        g_autofree char *note =
            g_strdup_printf("known leak from %.0f on", limit_of(context, THRESHOLD_SESSION_FILES));

        sum += count;
        if (count > 0)
            step_add(context->step,
                     &(struct fact_spec){.label = class_rules[i].label,
                                         .ref = ref_of_class(class_rules[i].cls),
                                         .value = number_count(count).text,
                                         .note = note,
                                         .verdict = session_verdict(context, count)});
    }
    step_worsen(context->step, session_verdict(context, sum));
    context->findings->session_files = session_verdict(context, sum) != TRIAGE_HEALTHY;
}

/* Every watcher is one inotify descriptor. */
static enum triage_verdict inotify_verdict(const struct step_context *context, int64_t count)
{
    double healthy = limit_of(context, THRESHOLD_INOTIFY_INSTANCES);

    if (!context->in->target->is_sidecar)
        return step_watchers_pile(context->in, context->limits) ? TRIAGE_LOOK : TRIAGE_HEALTHY;
    if (!step_is_over(count, healthy, &context->in->trends[METRIC_INOTIFY]))
        return TRIAGE_HEALTHY;
    return (double)count >= 2 * healthy ? TRIAGE_BAD : TRIAGE_LOOK;
}

/*
 * The limit is for all programs of the user together: what the others use of it
 * is told, and is no finding of this one as long as it neither adds to it nor
 * holds a good part of it.
 */
static enum triage_verdict share_verdict(const struct step_context *context, double own,
                                         double used)
{
    if (step_limit_verdict(context, own) == TRIAGE_BAD)
        return TRIAGE_BAD;
    if (own < limit_of(context, THRESHOLD_INOTIFY_SHARE))
        return TRIAGE_HEALTHY;
    return step_limit_verdict(context, used) == TRIAGE_BAD ? TRIAGE_BAD : TRIAGE_LOOK;
}

static void add_inotify_limit(struct step_context *context, const struct files_sample *files)
{
    const struct trend *trend = &context->in->trends[METRIC_INOTIFY];
    bool all = files->inotify_user_instances != SAMPLE_UNKNOWN;
    int64_t own = files->by_type[FD_INOTIFY];
    int64_t used = all ? files->inotify_user_instances : own;
    int64_t limit = files->inotify_max_instances;

    if (limit == SAMPLE_UNKNOWN || limit <= 0)
        return;
    struct trend least = *trend; /* what is said to be near has to be, for sure */
    double share = 100 * (double)own / (double)limit;
    enum triage_verdict verdict = share_verdict(context, share, 100 * (double)used / (double)limit);
    g_autofree char *near = step_limit_note(trend, (double)used, (double)limit);
    g_autofree char *note =
        g_strdup_printf("%s; %s of all programs of its user%s", near, number_count(used).text,
                        all ? "" : ", at least: the others are not known");

    least.per_second = trend->low;
    if (step_eta_s(&least, (double)used, (double)limit) <
        limit_of(context, THRESHOLD_LIMIT_SOON_HOURS) * 3600)
        verdict = TRIAGE_BAD;
    step_add(context->step, &(struct fact_spec){.label = "inotify limit",
                                                .ref = ref_of_type(FD_INOTIFY),
                                                .value = number_count(limit).text,
                                                .note = note,
                                                .verdict = verdict});
}

/* What is watched more than once is watched by watchers that should be gone. */
static void add_watched(struct step_context *context, const struct files_sample *files)
{
    enum { SHOWN = 3 };

    for (size_t i = 0; i < files->n_watched && i < SHOWN && files->watched[i].times > 2; i++) {
        g_autofree char *value =
            g_strdup_printf("%s times", number_count(files->watched[i].times).text);

        step_add(context->step, &(struct fact_spec){.label = files->watched[i].path,
                                                    .ref = ref_of_type(FD_INOTIFY),
                                                    .value = value,
                                                    .note = "watched by as many watchers"});
    }
}

static void add_inotify(struct step_context *context, const struct files_sample *files)
{
    int64_t count = files->by_type[FD_INOTIFY];
    enum triage_verdict verdict = inotify_verdict(context, count);

    if (count <= 0)
        return;
    g_autoptr(GString) note = g_string_new(NULL);

    if (files->inotify_watches != SAMPLE_UNKNOWN)
        g_string_append_printf(note, "%s watches", number_count(files->inotify_watches).text);
    if (context->in->target->is_sidecar)
        g_string_append_printf(note, "%sa sidecar has up to %.0f", note->len > 0 ? "; " : "",
                               limit_of(context, THRESHOLD_INOTIFY_INSTANCES));
    step_add(context->step, &(struct fact_spec){.label = "inotify watchers",
                                                .ref = ref_of_type(FD_INOTIFY),
                                                .value = number_count(count).text,
                                                .note = note->str,
                                                .verdict = verdict});
    context->findings->inotify_high = context->in->target->is_sidecar && verdict != TRIAGE_HEALTHY;
    add_inotify_limit(context, files);
    add_watched(context, files);
}

static void add_close_wait(struct step_context *context, const struct files_sample *files)
{
    int64_t count = 0;
    struct ref ref = {.kind = REF_FILES};

    for (size_t i = 0; i < files->n_groups; i++) {
        if (strstr(files->groups[i].path, "CLOSE_WAIT") == NULL || files->groups[i].type == FD_REG)
            continue;
        count += files->groups[i].count;
        ref = (struct ref){
            .kind = REF_PATH, .text = files->groups[i].path, .type = files->groups[i].type};
    }
    if (count > 0)
        step_add(
            context->step,
            &(struct fact_spec){.label = "sockets in CLOSE_WAIT",
                                .value = number_count(count).text,
                                .note = "closed by the other side, not by this one",
                                .verdict = (double)count >= limit_of(context, THRESHOLD_CLOSE_WAIT)
                                               ? TRIAGE_LOOK
                                               : TRIAGE_HEALTHY,
                                .ref = ref});
}

/* --- public --- */

void step_fds_open(struct step_context *context)
{
    const struct files_sample *files = usable_files(context);

    if (files == NULL) {
        step_add(
            context->step,
            &(struct fact_spec){
                .label = "what is open",
                .value = "-",
                .note = sample_why(context->in->files != NULL ? &context->in->files->base : NULL),
                .verdict = TRIAGE_UNKNOWN});
        return;
    }
    add_groups(context, files);
    add_growing(context, files);
    step_fds_held(context);
    add_sessions(context, files);
    add_inotify(context, files);
    for (size_t i = 0; i < G_N_ELEMENTS(type_rules); i++)
        add_type(context, &type_rules[i], files);
    for (size_t i = 0; i < G_N_ELEMENTS(rest_rules); i++)
        if (count_types(&rest_rules[i], files) > 0)
            add_type(context, &rest_rules[i], files);
    if (files->by_class[PATH_DATABASE] > 0)
        step_add(context->step,
                 &(struct fact_spec){.label = "databases open",
                                     .value = number_count(files->by_class[PATH_DATABASE]).text,
                                     .note = "handles, with their -wal and -shm files",
                                     .ref = ref_of_class(PATH_DATABASE)});
    add_close_wait(context, files);
    /* the documented bands were given in lines of lsof, which has these as well */
    if (files->not_descriptors > 0)
        step_add(context->step,
                 &(struct fact_spec){.label = "other rows of lsof",
                                     .value = number_count(files->not_descriptors).text,
                                     .note = "directory, program, mapped files: no descriptors, "
                                             "not counted"});
    if (files->truncated)
        step_add(context->step, &(struct fact_spec){.label = "list truncated",
                                                    .note = "there are more than were read",
                                                    .verdict = TRIAGE_LOOK});
}

void step_fds_open_words(const struct step_context *context, GString *out)
{
    const struct triage_findings *findings = context->findings;

    if (usable_files(context) == NULL)
        g_string_append_printf(
            out, " Which files they are is not known: %s.",
            sample_why(context->in->files != NULL ? &context->in->files->base : NULL));
    if (findings->same_file)
        g_string_append_printf(out,
                               " One file is open %.0f times or more: a handle that is not "
                               "closed.",
                               limit_of(context, THRESHOLD_SAME_FILE));
    if (findings->session_files)
        g_string_append(out, " Session files stay open, which is the known adapter and watcher "
                             "leak.");
    if (findings->inotify_high)
        g_string_append(out, " There are more inotify watchers than a healthy sidecar has: "
                             "watchers that were not closed.");
}
