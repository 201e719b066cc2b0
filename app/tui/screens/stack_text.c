#include "app/tui/screens/stack_text.h"

#include "app/session/fd_words.h"
#include "app/tui/shell/format.h"
#include "app/tui/views/goroutines_views.h"

#include <inttypes.h>
#include <math.h>

enum { SENTENCE_COLS = 76, SHOWN_IDS = 40, SHOWN_DESCRIPTORS = 5 };

/* A pager cuts long lines; sentences are to be read without scrolling. */
static void add_sentence(struct pager *pager, enum theme_role role, const char *sentence)
{
    g_autoptr(GPtrArray) lines = text_wrap_bytes(sentence, SENTENCE_COLS, true);

    for (guint i = 0; i < lines->len; i++)
        pager_addf(pager, role, "  %s", (const char *)g_ptr_array_index(lines, i));
}

static void add_signature(struct pager *pager, const struct goroutine_bucket *bucket)
{
    static const enum theme_role roles[] = {
        [GOROUTINE_SIGNATURE_NONE] = THEME_DIM,     [GOROUTINE_SIGNATURE_EXPECTED] = THEME_GOOD,
        [GOROUTINE_SIGNATURE_WAITING] = THEME_TEXT, [GOROUTINE_SIGNATURE_BLOCKED] = THEME_LOOK,
        [GOROUTINE_SIGNATURE_FOREVER] = THEME_BAD,
    };
    const struct goroutine_signature *signature = goroutine_signature_of(bucket);

    if (*signature->word != '\0')
        pager_addf(pager, roles[signature->kind], "%s%s", signature->word,
                   signature->kind == GOROUTINE_SIGNATURE_EXPECTED ? " (expected)" : "");
    add_sentence(pager, THEME_TEXT, signature->meaning);
    add_sentence(pager, THEME_DIM, signature->next);
}

/* A pager cuts long lines: what follows the first is set in. */
static void add_wrapped(struct pager *pager, const char *first, const char *sentence)
{
    g_autofree char *text = g_strconcat(first, sentence, NULL);
    g_autoptr(GPtrArray) lines = text_wrap_bytes(text, SENTENCE_COLS, true);

    for (guint i = 0; i < lines->len; i++)
        pager_addf(pager, THEME_TEXT, "%s%s", i == 0 ? "" : "    ",
                   (const char *)g_ptr_array_index(lines, i));
}

static bool add_descriptor(struct pager *pager, int64_t fd, const struct files_sample *files)
{
    g_autoptr(GString) words = g_string_new(NULL);

    g_string_printf(words, "  fd %" PRId64 " is ", fd);
    if (!fd_words(files, fd, words))
        return false;
    add_wrapped(pager, "", words->str);
    return true;
}

/* Those that run or are in a system call, with what their threads take. */
static void add_threads(struct pager *pager, const struct stack_text_input *in)
{
    const struct goroutine_bucket *bucket = in->bucket;

    for (size_t i = 0; i < bucket->n_threads && i < SHOWN_DESCRIPTORS; i++) {
        const struct goroutine_thread *on = &bucket->threads[i];
        const struct thread_entry *thread = NULL;
        g_autoptr(GString) line = g_string_new(NULL);

        for (size_t k = 0; thread == NULL && in->threads != NULL && k < in->threads->n_threads; k++)
            if (in->threads->threads[k].tid == on->tid)
                thread = &in->threads->threads[k];

        g_string_printf(line, "goroutine %" PRIu64 " is on thread %" PRId64, on->id, on->tid);
        if (thread != NULL && !isnan(thread->cpu_percent))
            g_string_append_printf(line, ", CPU %s", number_percent(thread->cpu_percent).text);
        if (*on->call != '\0')
            g_string_append_printf(line, ", in %s", on->call);
        add_wrapped(pager, "", line->str);
        add_descriptor(pager, on->fd, in->files);
    }
    if (bucket->n_threads > SHOWN_DESCRIPTORS)
        pager_addf(
            pager, THEME_DIM, "and %s more %s",
            number_count((int64_t)(bucket->n_threads - SHOWN_DESCRIPTORS)).text,
            number_word((int64_t)(bucket->n_threads - SHOWN_DESCRIPTORS), "thread", "threads"));
}

static void add_summary(struct pager *pager, const struct stack_text_input *in)
{
    const struct goroutine_bucket *bucket = in->bucket;
    bool known = *bucket->state != '\0' || bucket->category != GOROUTINE_OTHER;

    pager_addf(pager, THEME_STRONG, "%s %s%s%s", number_count((int64_t)bucket->count).text,
               bucket->count == 1 ? "goroutine" : "goroutines", known ? " in " : "",
               known ? bucket_state(bucket) : ", wait reason not known");
    if (in->n_all > bucket->count)
        pager_addf(pager, THEME_DIM, "of %s with this stack; the others wait elsewhere",
                   number_count((int64_t)in->n_all).text);
    if (in->growth != SAMPLE_UNKNOWN && in->growth != 0)
        pager_addf(pager, in->growth > 0 ? THEME_LOOK : THEME_TEXT, "%s %s",
                   number_count_signed(in->growth).text, in->since);
    struct number_text shortest = number_duration((double)bucket->wait_min_minutes * 60);
    struct number_text longest = number_duration((double)bucket->wait_max_minutes * 60);

    if (bucket->wait_max_minutes > 0 && bucket->wait_min_minutes == bucket->wait_max_minutes)
        pager_addf(pager, THEME_TEXT, "waiting %s", longest.text);
    else if (bucket->wait_max_minutes > 0)
        pager_addf(pager, THEME_TEXT, "waiting %s to %s",
                   bucket->wait_min_minutes > 0 ? shortest.text : "less than a minute",
                   longest.text);
    if (bucket->n_locked > 0)
        pager_addf(pager, THEME_LOOK, "%s locked to a thread",
                   number_count((int64_t)bucket->n_locked).text);
    if (bucket->n_leaked > 0)
        pager_addf(pager, THEME_BAD, "%s proven leaked: nothing can wake them",
                   number_count((int64_t)bucket->n_leaked).text);
    if (bucket->waits != NULL)
        add_wrapped(pager, "waits: ", bucket->waits);
    /* what the descriptors are that they read and write */
    for (size_t i = 0, shown = 0; i < bucket->n_waited && shown < SHOWN_DESCRIPTORS; i++)
        shown += add_descriptor(pager, bucket->waited[i]->fd, in->files);
    add_threads(pager, in);
    if (*bucket->labels != '\0')
        pager_addf(pager, THEME_TEXT, "labels %s", bucket->labels);
}

static void add_frame(struct pager *pager, const struct goroutine_frame *frame,
                      enum theme_role role)
{
    if (frame->elided > 0) {
        pager_addf(pager, THEME_DIM, "  ... %u frames left out by the runtime ...", frame->elided);
        return;
    }
    pager_addf_elided(pager, role, TEXT_ELIDE_FUNCTION, "  %s%s", frame->function,
                      frame->inlined ? " (inline)" : "");
    if (*frame->file != '\0')
        pager_addf_elided(pager, THEME_DIM, TEXT_ELIDE_MIDDLE, "      %s:%" G_GINT64_FORMAT,
                          frame->file, (gint64)frame->line);
}

void stack_text_fill(struct pager *pager, const struct stack_text_input *in)
{
    const struct goroutine_bucket *bucket = in->bucket;

    add_summary(pager, in);
    add_signature(pager, bucket);
    pager_add(pager, THEME_TEXT, "");
    for (size_t i = 0; i < bucket->n_frames; i++)
        add_frame(pager, &bucket->frames[i], i == bucket->site ? THEME_STRONG : THEME_TEXT);
    if (bucket->creator != NULL) {
        pager_add(pager, THEME_TEXT, "");
        if (bucket->creator_id != 0)
            pager_addf(pager, THEME_TITLE, "created by goroutine %" G_GUINT64_FORMAT " in",
                       (guint64)bucket->creator_id);
        else
            pager_add(pager, THEME_TITLE, "created by");
        add_frame(pager, bucket->creator, THEME_TEXT);
    }
    if (bucket->ids == NULL)
        return;
    g_autoptr(GString) ids = g_string_new("goroutine ids:");

    for (size_t i = 0; i < bucket->count && i < SHOWN_IDS; i++)
        g_string_append_printf(ids, " %" G_GUINT64_FORMAT, (guint64)bucket->ids[i]);
    if (bucket->count > SHOWN_IDS)
        g_string_append(ids, " ...");
    pager_add(pager, THEME_TEXT, "");
    add_sentence(pager, THEME_DIM, ids->str);
}

static void append_frame(GString *out, const char *before, const struct goroutine_frame *frame)
{
    if (frame->elided > 0)
        g_string_append_printf(out, "...%u frames elided...\n", frame->elided);
    else
        g_string_append_printf(out, "%s%s\n\t%s:%" G_GINT64_FORMAT "\n", before, frame->function,
                               frame->file, (gint64)frame->line);
}

char *stack_text_plain(const struct goroutine_bucket *bucket)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%" G_GSIZE_FORMAT " x [%s]\n", bucket->count,
                           bucket_state(bucket));
    for (size_t i = 0; i < bucket->n_frames; i++)
        append_frame(out, "", &bucket->frames[i]);
    if (bucket->creator != NULL)
        append_frame(out, "created by ", bucket->creator);
    return g_string_free(out, FALSE);
}
