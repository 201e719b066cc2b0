#include "app/triage/pattern_rules.h"

#include <string.h>

/*
 * What is open and is neither a file of a known kind, a pipe nor a socket: each
 * kind of handle has its own way of being given back, and a kind that nobody
 * knows is still named by what the system calls it.
 */

#define PROCESS_HANDLE "anon_inode:[pidfd]"
#define MEMORY_FILE "/memfd:"

bool pattern_is_memory_file(const struct fd_template *t)
{
    return t->type == FD_REG && g_str_has_prefix(t->text, MEMORY_FILE);
}

bool pattern_is_deleted(const struct files_sample *files, const struct fd_template *t)
{
    uint32_t deleted = 0;

    for (uint32_t i = t->first; i < t->first + t->count && files->by_template != NULL; i++)
        deleted += files->fds[files->by_template[i]].deleted;
    return deleted * 2 > t->count;
}

/* --- which kind --- */

static bool is_process_handle(const struct files_sample *files, const struct fd_template *t)
{
    (void)files;
    return strcmp(t->text, PROCESS_HANDLE) == 0;
}

/* "net:[4026531992]": handles of namespaces (namespaces(7)). */
static bool is_namespace(const struct files_sample *files, const struct fd_template *t)
{
    static const char *const kinds[] = {"cgroup:[", "ipc:[",  "mnt:[",  "net:[",
                                        "pid:[",    "time:[", "user:[", "uts:["};

    (void)files;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_has_prefix(t->text, kinds[i]))
            return true;
    return false;
}

static bool is_memory_file(const struct files_sample *files, const struct fd_template *t)
{
    (void)files;
    return pattern_is_memory_file(t);
}

/* What no other pattern of descriptors speaks of; a kqueue of macOS is a watcher. */
static bool is_other_handle(const struct files_sample *files, const struct fd_template *t)
{
    bool rest = t->type == FD_CHR || t->type == FD_BLK || t->type == FD_ANON ||
                t->type == FD_OTHER || (t->type == FD_EPOLL && strcmp(t->text, "KQUEUE") != 0);

    return rest && !is_process_handle(files, t) && !is_namespace(files, t);
}

/* Different files of one kind; sessions, deleted ones and one file again and again are told by
 * patterns of their own. */
static bool is_plain_file(const struct files_sample *files, const struct fd_template *t)
{
    bool session = t->cls == PATH_CLAUDE || t->cls == PATH_CODEX || t->cls == PATH_SESSION;

    return t->type == FD_REG && !session && t->n_paths >= 2 && !pattern_is_memory_file(t) &&
           !pattern_is_deleted(files, t);
}

/* --- rules --- */

int64_t pattern_template_bytes(const struct files_sample *files, const struct fd_template *t)
{
    int64_t sum = 0;
    bool known = false;

    for (uint32_t i = t->first; i < t->first + t->count && files->by_template != NULL; i++) {
        int64_t size = files->fds[files->by_template[i]].size;

        if (size == SAMPLE_UNKNOWN || size < 0 || size > INT64_MAX - sum)
            continue;
        sum += size;
        known = true;
    }
    return known ? sum : SAMPLE_UNKNOWN;
}

void pattern_match_grown(const struct pattern_context *context, pattern_template_test *wanted,
                         const char *what, const char *bytes, struct pattern_match *match)
{
    const struct fd_template *grown = pattern_grown_template(context, wanted);
    double confidence = grown != NULL ? pattern_part_grown(context, PART_TEMPLATES, grown->text,
                                                           &context->in->trends[METRIC_FDS])
                                      : 0;

    if (grown == NULL || confidence <= 0)
        return;
    int64_t sum =
        bytes != NULL ? pattern_template_bytes(pattern_files(context), grown) : SAMPLE_UNKNOWN;
    g_autofree char *size = sum != SAMPLE_UNKNOWN
                                ? g_strdup_printf("; %s %s", bytes, number_bytes(sum).text)
                                : g_strdup("");

    pattern_set(match, confidence, grown->text, "%s %s are open%s%s",
                number_count(grown->count).text, what, number_growth(grown->growth).text, size);
    pattern_link(match,
                 &(struct ref){.kind = REF_TEMPLATE, .text = grown->text, .type = grown->type});
}

void pattern_process_handles(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_grown(context, is_process_handle, "handles of processes (pidfd)", NULL, match);
}

void pattern_namespaces(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_grown(context, is_namespace, "handles of a namespace", NULL, match);
}

/* What is most of its memory is so whether or not there is more of it: RSS has only what of it is
 * mapped. */
static void match_memory_held(const struct pattern_context *context, struct pattern_match *match)
{
    static const int64_t worth_a_word_bytes = INT64_C(64) * 1024 * 1024;
    const struct files_sample *files = pattern_files(context);
    const struct process_sample *process = context->in->process;
    const struct fd_template *most = NULL;
    int64_t bytes = 0;

    for (size_t i = 0; files != NULL && i < files->n_templates; i++) {
        const struct fd_template *t = &files->templates[i];
        int64_t sum = pattern_is_memory_file(t) ? pattern_template_bytes(files, t) : SAMPLE_UNKNOWN;

        if (sum == SAMPLE_UNKNOWN || sum <= bytes)
            continue;
        most = t;
        bytes = sum;
    }
    if (most == NULL || process == NULL || process->rss_bytes == SAMPLE_UNKNOWN ||
        (double)most->count < context->limits->value[THRESHOLD_SAME_FILE] ||
        bytes < worth_a_word_bytes || bytes <= process->rss_bytes / 2)
        return;
    pattern_set(match, PATTERN_LIKELY, most->text,
                "%s files in memory (memfd) are open%s; together they are of %s, and its RSS is %s",
                number_count(most->count).text, number_growth(most->growth).text,
                number_bytes(bytes).text, number_bytes(process->rss_bytes).text);
    pattern_link(match,
                 &(struct ref){.kind = REF_TEMPLATE, .text = most->text, .type = most->type});
}

void pattern_memory_files(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_grown(context, is_memory_file, "files in memory (memfd)", "together they are of",
                        match);
    if (match->confidence <= 0)
        match_memory_held(context, match);
}

void pattern_plain_files(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_grown(context, is_plain_file, "different files", NULL, match);
}

void pattern_handles(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_grown(context, is_other_handle, "handles of one kind", NULL, match);
}
