#include "app/triage/pattern_rules.h"

#include <string.h>

enum {
    SOME_SESSIONS = 20, /* a healthy sidecar on Linux keeps none open */
    MANY_SESSIONS = 200,
    MANY_HANDLES = 8, /* of one database: a healthy one has two or three */
    MANY_DELETED = 100,
};

/* --- growth --- */

/* --- one file --- */

static const struct fd_group *most_open(const struct files_sample *files, enum path_class cls)
{
    const struct fd_group *most = NULL;

    for (size_t i = 0; i < files->n_groups; i++) {
        const struct fd_group *g = &files->groups[i];

        /* files in memory may all be called the same */
        if (g->type == FD_REG && !g_str_has_prefix(g->path, "/memfd:") &&
            (cls == PATH_N_CLASSES || g->cls == cls) && (most == NULL || g->count > most->count))
            most = g;
    }
    return most;
}

static void match_group(const struct pattern_context *context, const struct fd_group *group,
                        double level, struct pattern_match *match)
{
    double grown = group->growth > 0 ? pattern_part_grown(context, PART_FILES, group->path,
                                                          &context->in->trends[METRIC_FDS])
                                     : 0;

    pattern_set(match, MAX(grown, level), group->path, "open %s times%s",
                number_count(group->count).text, number_growth(group->growth).text);
    pattern_link(match, &(struct ref){.kind = REF_PATH, .text = group->path, .type = group->type});
}

static bool is_td_database(const struct fd_group *group)
{
    return group->cls == PATH_DATABASE && group->count >= MANY_HANDLES &&
           strstr(group->path, "/.todos/") != NULL;
}

void pattern_td_handles(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = pattern_files(context);
    const struct fd_group *most = files != NULL ? most_open(files, PATH_DATABASE) : NULL;

    if (most != NULL && is_td_database(most))
        match_group(context, most, PATTERN_LIKELY, match);
}

void pattern_same_file(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = pattern_files(context);
    const struct fd_group *most = files != NULL ? most_open(files, PATH_N_CLASSES) : NULL;

    if (most == NULL || (double)most->count < context->limits->value[THRESHOLD_SAME_FILE] ||
        step_is_passing(context->in, most))
        return;
    /* a pool of database connections is ordinary up to a few */
    if (is_td_database(most) || (most->cls == PATH_DATABASE && most->count < MANY_HANDLES))
        return;
    match_group(context, most, PATTERN_POSSIBLE + 0.1, match);
}

/* --- session files --- */

static bool is_session(const struct files_sample *files, const struct fd_template *t)
{
    (void)files;
    return t->type == FD_REG &&
           (t->cls == PATH_CLAUDE || t->cls == PATH_CODEX || t->cls == PATH_SESSION);
}

/* One file again and again is another pattern, also when it is a session. */
static bool is_one_file(const struct files_sample *files, const struct fd_template *t)
{
    for (size_t i = 0; i < files->n_groups; i++) {
        const struct fd_group *g = &files->groups[i];

        if (g->type == t->type && g->cls == t->cls && g->growth * 2 > t->growth &&
            g->count * 2 > t->count)
            return true;
    }
    return false;
}

/* Opened and closed again by a program at work is no level to speak of. */
static double session_level(const struct pattern_context *context, int64_t open)
{
    if (open >= MANY_SESSIONS)
        return PATTERN_LIKELY;
    return open >= SOME_SESSIONS && context->in->trends[METRIC_FDS].verdict == TREND_UNKNOWN
               ? PATTERN_POSSIBLE
               : 0;
}

void pattern_session_files(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = pattern_files(context);
    const struct fd_template *grown = pattern_grown_template(context, is_session);
    double confidence = grown != NULL ? pattern_part_grown(context, PART_TEMPLATES, grown->text,
                                                           &context->in->trends[METRIC_FDS])
                                      : 0;

    if (files == NULL)
        return;
    int64_t open =
        files->by_class[PATH_CLAUDE] + files->by_class[PATH_CODEX] + files->by_class[PATH_SESSION];
    const struct fd_template *shown = confidence > 0 ? grown : NULL;

    for (size_t i = 0; confidence <= 0 && i < files->n_templates; i++)
        if (is_session(files, &files->templates[i]) &&
            (shown == NULL || files->templates[i].count > shown->count))
            shown = &files->templates[i];
    confidence = MAX(confidence, session_level(context, open));
    if (shown == NULL || confidence <= 0 || is_one_file(files, shown))
        return;
    pattern_set(match, confidence, shown->text, "%s session files are open, %s of one kind%s",
                number_count(MAX(open, (int64_t)shown->count)).text,
                number_count(shown->count).text, number_growth(shown->growth).text);
    pattern_link(match,
                 &(struct ref){.kind = REF_TEMPLATE, .text = shown->text, .type = shown->type});
}

/* --- directories, deleted files --- */

static bool is_directory(const struct files_sample *files, const struct fd_template *t)
{
    (void)files;
    return t->type == FD_DIR;
}

void pattern_directories(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_grown(context, is_directory, "directories", NULL, match);
}

static bool is_deleted(const struct files_sample *files, const struct fd_template *t)
{
    return t->type == FD_REG && pattern_is_deleted(files, t) && !pattern_is_memory_file(t);
}

/* Nobody needs so many files that have no name any more, whether or not there are more of them. */
static void match_deleted(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = pattern_files(context);
    const struct fd_template *most = NULL;

    for (size_t i = 0; files != NULL && i < files->n_templates; i++)
        if (is_deleted(files, &files->templates[i]) &&
            (most == NULL || files->templates[i].count > most->count))
            most = &files->templates[i];
    if (most == NULL || most->count < MANY_DELETED)
        return;
    int64_t bytes = pattern_template_bytes(files, most);

    pattern_set(match, PATTERN_LIKELY, most->text,
                "%s deleted files are open; the disk space they keep is %s",
                number_count(most->count).text, number_bytes(bytes).text);
    pattern_link(match,
                 &(struct ref){.kind = REF_TEMPLATE, .text = most->text, .type = most->type});
}

void pattern_deleted(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_grown(context, is_deleted, "deleted files", "the disk space they keep is", match);
    if (match->confidence <= 0)
        match_deleted(context, match);
}
