#include "app/triage/pattern_rules.h"

#include <string.h>

enum {
    SOME_SESSIONS = 20, /* a healthy sidecar on Linux keeps none open */
    MANY_SESSIONS = 200,
    HEALTHY_INOTIFY = 7, /* 4, with Conversations 7 */
    MANY_HANDLES = 8,    /* of one database: a healthy one has two or three */
    GIT_STORM = 120,     /* git starts in a minute: 30 are healthy, 180 were measured ill */
    MANY_CHILDREN = 100,
    MANY_ZOMBIES = 20,
    MANY_ORPHANS = 3,
};

static const struct files_sample *files_of(const struct pattern_context *context)
{
    const struct files_sample *files = context->in->files;

    return files != NULL && sample_usable(&files->base) ? files : NULL;
}

static const struct threads_sample *threads_of(const struct pattern_context *context)
{
    const struct threads_sample *threads = context->in->threads;

    return threads != NULL && sample_usable(&threads->base) ? threads : NULL;
}

static bool is_session_class(enum path_class cls)
{
    return cls == PATH_CLAUDE || cls == PATH_CODEX || cls == PATH_SESSION;
}

/* The template of session files that grew most, or is largest. */
static const struct fd_template *worst_sessions(const struct files_sample *files)
{
    const struct fd_template *worst = NULL;

    for (size_t i = 0; i < files->n_templates; i++) {
        const struct fd_template *t = &files->templates[i];

        if (t->type != FD_REG || !is_session_class(t->cls))
            continue;
        if (worst == NULL || t->growth > worst->growth ||
            (t->growth == worst->growth && t->count > worst->count))
            worst = t;
    }
    return worst;
}

void pattern_session_files(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = files_of(context);
    const struct fd_template *worst = files != NULL ? worst_sessions(files) : NULL;
    int64_t open = files == NULL ? 0
                                 : files->by_class[PATH_CLAUDE] + files->by_class[PATH_CODEX] +
                                       files->by_class[PATH_SESSION];

    if (worst == NULL || open < SOME_SESSIONS)
        return;
    bool grows = context->findings->fds_growing && worst->growth > 0;

    match->confidence = grows                   ? PATTERN_SURE + 0.05
                        : open >= MANY_SESSIONS ? PATTERN_LIKELY
                                                : PATTERN_POSSIBLE;
    match->evidence =
        g_strdup_printf("%s session files are open, %s of one kind (%+d)", number_count(open).text,
                        number_count(worst->count).text, (int)worst->growth);
    match->culprit = g_strdup(worst->text);
    match->link = TRIAGE_LINK_FILES;
    match->link_key = g_strdup(worst->text);
}

void pattern_watchers(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = files_of(context);
    int64_t inotify = files != NULL ? files->by_type[FD_INOTIFY] : 0;

    if (inotify <= HEALTHY_INOTIFY)
        return;
    match->confidence = context->findings->fds_growing ? PATTERN_SURE : PATTERN_LIKELY;
    match->evidence =
        g_strdup_printf("%s inotify descriptors with %s watches; 4 to 7 are healthy",
                        number_count(inotify).text, number_count(files->inotify_watches).text);
    match->culprit = g_strdup("anon_inode:inotify");
    match->link = TRIAGE_LINK_FILES;
    match->link_key = g_strdup("anon_inode:inotify");
}

static const struct fd_group *most_open(const struct files_sample *files, enum path_class cls)
{
    const struct fd_group *most = NULL;

    for (size_t i = 0; i < files->n_groups; i++) {
        const struct fd_group *g = &files->groups[i];

        if (g->type == FD_REG && (cls == PATH_N_CLASSES || g->cls == cls) &&
            (most == NULL || g->count > most->count))
            most = g;
    }
    return most;
}

static void match_group(const struct fd_group *group, double confidence,
                        struct pattern_match *match)
{
    match->confidence = confidence;
    match->evidence =
        g_strdup_printf("open %s times (%+d)", number_count(group->count).text, (int)group->growth);
    match->culprit = g_strdup(group->path);
    match->link = TRIAGE_LINK_FILES;
    match->link_key = g_strdup(group->path);
}

void pattern_td_handles(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = files_of(context);
    const struct fd_group *most = files != NULL ? most_open(files, PATH_DATABASE) : NULL;

    if (most == NULL || most->count < MANY_HANDLES || strstr(most->path, "/.todos/") == NULL)
        return;
    match_group(most, most->growth > 0 ? PATTERN_SURE : PATTERN_LIKELY, match);
}

void pattern_same_file(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = files_of(context);
    const struct fd_group *most = files != NULL ? most_open(files, PATH_N_CLASSES) : NULL;

    if (most == NULL || (double)most->count < context->limits->value[THRESHOLD_SAME_FILE])
        return;
    /* a pool of database connections is ordinary up to a few */
    if (most->cls == PATH_DATABASE && most->count < MANY_HANDLES)
        return;
    match_group(most, most->growth > 0 ? PATTERN_LIKELY + 0.15 : PATTERN_POSSIBLE + 0.1, match);
}

/* --- what is started ---------------------------------------------------------------------------
 */

void pattern_git_storm(const struct pattern_context *context, struct pattern_match *match)
{
    const struct threads_sample *threads = threads_of(context);
    const struct spawn_rate *most = NULL;
    uint64_t git = 0;

    for (size_t i = 0; threads != NULL && i < threads->n_spawns; i++) {
        const struct spawn_rate *rate = &threads->spawns[i];

        if (!g_str_has_prefix(rate->command, "git"))
            continue;
        git += rate->last_minute;
        if (most == NULL || rate->last_minute > most->last_minute)
            most = rate;
    }
    if (git < GIT_STORM)
        return;
    match->confidence = PATTERN_SURE;
    match->evidence =
        g_strdup_printf("%s%s git commands in the last minute; about 30 are healthy",
                        threads->spawns_exact ? "" : "at least ", number_count((int64_t)git).text);
    match->culprit = g_strdup(most->command);
}

void pattern_children(const struct pattern_context *context, struct pattern_match *match)
{
    const struct threads_sample *threads = threads_of(context);

    if (threads == NULL ||
        (threads->n_children < MANY_CHILDREN && threads->n_zombies < MANY_ZOMBIES))
        return;
    match->confidence = PATTERN_LIKELY;
    match->evidence = g_strdup_printf("%s children, %s of them ended and not collected",
                                      number_count((int64_t)threads->n_children).text,
                                      number_count((int64_t)threads->n_zombies).text);
    match->culprit = g_strdup(threads->children[0].command);
}

void pattern_orphans(const struct pattern_context *context, struct pattern_match *match)
{
    const struct threads_sample *threads = threads_of(context);

    if (threads == NULL || threads->n_orphans < MANY_ORPHANS)
        return;
    match->confidence = PATTERN_LIKELY;
    match->evidence = g_strdup_printf("%s tmux control clients without an owner",
                                      number_count((int64_t)threads->n_orphans).text);
    match->culprit = g_strdup(threads->orphans[0].command);
}
