#include "app/tui/screens/stack_arguments.h"

#include "app/ground/job.h"
#include "app/target/capture_run.h"
#include "app/tui/shell/format.h"
#include "probes/clock.h"
#include "widgets/safe_text.h"

#include <string.h>

enum { SHOWN_VARIANTS = 200, SENTENCE_COLS = 76 };

struct stack_arguments {
    void (*changed)(void *user);
    void *user;
    struct capture_run *run; /* NULL: none under way */
    struct job *job;         /* the same */
    GBytes *text;            /* not parsed yet; NULL once it is */
    gint64 taken_us;
    char *problem;                /* a sentence; NULL: none */
    struct goroutine_dump *exact; /* of the last answer */
    struct goroutine_dump *dump;  /* own reference: of bucket */
    const struct goroutine_bucket *bucket;
    struct goroutine_arguments *split; /* of bucket; NULL: not yet */
    bool asked;
};

/* --- splitting, off the UI thread --- */

struct question {
    GBytes *text; /* to be parsed first; NULL: exact is there */
    struct goroutine_dump *exact, *dump;
    const struct goroutine_bucket *bucket;
};

struct reply {
    struct goroutine_dump *exact; /* NULL: problem */
    struct goroutine_arguments *split;
    char *problem;
};

static void question_free(void *data)
{
    struct question *question = data;

    g_clear_pointer(&question->text, g_bytes_unref);
    goroutine_dump_unref(question->exact);
    goroutine_dump_unref(question->dump);
    g_free(question);
}

static void reply_free(void *data)
{
    struct reply *reply = data;

    goroutine_dump_unref(reply->exact);
    goroutine_arguments_free(reply->split);
    g_free(reply->problem);
    g_free(reply);
}

static struct goroutine_dump *parse(GBytes *text, char **ret_problem)
{
    g_autoptr(GError) error = NULL;
    gsize n;
    const char *bytes = g_bytes_get_data(text, &n);
    g_autoptr(goroutine_dump_auto) dump = goroutine_dump_parse_exact(bytes, n, &error);

    if (dump == NULL)
        *ret_problem = g_strdup(error->message);
    else if (!dump->has_arguments)
        *ret_problem = g_strdup("the target answered with counted stacks (debug=1), which have no "
                                "arguments");
    return *ret_problem == NULL ? g_steal_pointer(&dump) : NULL;
}

static void *work(void *data, const int *cancelled)
{
    struct question *question = data;
    struct reply *reply = g_new0(struct reply, 1);

    reply->exact = question->text != NULL ? parse(question->text, &reply->problem)
                                          : goroutine_dump_ref(question->exact);
    if (reply->exact != NULL && !__atomic_load_n(cancelled, __ATOMIC_RELAXED))
        reply->split = goroutine_arguments_of(reply->exact, question->bucket);
    return reply;
}

static void on_split(void *result, void *user)
{
    struct stack_arguments *a = user;
    struct reply *reply = result;

    a->job = NULL;
    if (a->text != NULL) {
        g_free(a->problem); /* of the answer before */
        a->problem = g_steal_pointer(&reply->problem);
    }
    g_clear_pointer(&a->text, g_bytes_unref);
    goroutine_dump_unref(a->exact);
    a->exact = g_steal_pointer(&reply->exact);
    g_clear_pointer(&a->split, goroutine_arguments_free);
    a->split = g_steal_pointer(&reply->split);
    reply_free(reply);
    a->changed(a->user);
}

static void start_split(struct stack_arguments *a)
{
    struct question *question;

    job_cancel(a->job);
    a->job = NULL;
    if (a->bucket == NULL || (a->text == NULL && a->exact == NULL))
        return;
    question = g_new0(struct question, 1);
    *question = (struct question){.text = a->text != NULL ? g_bytes_ref(a->text) : NULL,
                                  .dump = goroutine_dump_ref(a->dump),
                                  .bucket = a->bucket};
    if (a->text == NULL)
        question->exact = goroutine_dump_ref(a->exact);
    a->job = job_start(&(struct job_ops){.work = work,
                                         .done = on_split,
                                         .free_data = question_free,
                                         .free_result = reply_free,
                                         .user = a},
                       question);
}

/* --- asking --- */

static void on_dump(struct capture_result *taken, void *user)
{
    struct stack_arguments *a = user;
    g_autoptr(capture_result_auto) result = taken;

    g_clear_pointer(&a->run, capture_run_free);
    if (result->outcome == CAPTURE_DONE) {
        g_clear_pointer(&a->text, g_bytes_unref);
        a->text = g_bytes_ref(result->bytes);
        a->taken_us = clock_now_us();
        start_split(a);
    } else {
        g_free(a->problem);
        a->problem = g_strdup(result->error);
    }
    a->changed(a->user);
}

void stack_arguments_ask(struct stack_arguments *a, struct session *session)
{
    struct capture_request request = {.path = "goroutine?debug=2", .raw = true};
    g_autoptr(GError) error = NULL;

    if (a->run != NULL)
        return;
    a->asked = true;
    g_clear_pointer(&a->problem, g_free);
    a->run = capture_run_start(session_target(session), &request, on_dump, a, &error);
    if (error != NULL)
        a->problem = g_strdup(error->message);
    a->changed(a->user);
}

void stack_arguments_show(struct stack_arguments *a, const struct goroutine_dump *dump,
                          const struct goroutine_bucket *bucket)
{
    struct goroutine_dump *own = (struct goroutine_dump *)(uintptr_t)dump;

    if (own != NULL)
        goroutine_dump_ref(own);
    goroutine_dump_unref(a->dump);
    a->dump = own;
    a->bucket = bucket;
    g_clear_pointer(&a->split, goroutine_arguments_free);
    start_split(a);
}

bool stack_arguments_asked(const struct stack_arguments *a)
{
    return a->asked;
}

gint64 stack_arguments_taken_us(const struct stack_arguments *a)
{
    return a->taken_us;
}

/* --- words --- */

static void add_values(struct pager *pager, const struct goroutine_frame_values *values,
                       size_t count)
{
    if (values->n > 1)
        pager_addf(pager, THEME_LOOK, "      (%s) in %s of %s; %s different", values->commonest,
                   number_count((int64_t)values->commonest_count).text,
                   number_count((int64_t)count).text, number_count((int64_t)values->n).text);
    else if (*values->commonest != '\0')
        pager_addf(pager, THEME_TEXT, "      (%s) in all %s", values->commonest,
                   number_count((int64_t)count).text);
    else
        pager_add(pager, THEME_DIM, "      ()");
}

static void add_variants(struct pager *pager, const struct goroutine_arguments *split)
{
    pager_add(pager, THEME_TEXT, "");
    pager_add(pager, THEME_TITLE, "argument lists, largest first (frames that differ)");
    for (size_t i = 0; i < MIN(split->n_variants, (size_t)SHOWN_VARIANTS); i++) {
        const struct goroutine_variant *variant = &split->variants[i];

        pager_addf(pager, THEME_STRONG, "  %s %s", number_count((int64_t)variant->count).text,
                   variant->count == 1 ? "goroutine" : "goroutines");
        /* the whole name stands above: here the arguments matter */
        for (size_t k = 0; k < split->n_frames; k++)
            if (split->frames[k].n > 1)
                pager_addf(pager, THEME_TEXT, "      %s(%s)",
                           text_without_import_path(variant->frames[k].function),
                           variant->frames[k].arguments);
    }
    if (split->n_variants > SHOWN_VARIANTS)
        pager_addf(pager, THEME_DIM, "  ... and %s more",
                   number_count((int64_t)(split->n_variants - SHOWN_VARIANTS)).text);
}

void stack_arguments_text(struct pager *pager, const struct goroutine_arguments *split, size_t site,
                          bool has_states)
{
    if (!has_states)
        pager_add(pager, THEME_DIM,
                  "The stacks shown so far (debug=1) have no arguments; these were asked for.");
    if (split->count == 0) {
        pager_add(pager, THEME_LOOK, "The dump asked for has no goroutine with this stack.");
        return;
    }
    pager_addf(
        pager, THEME_STRONG, "%s %s, %s different argument %s",
        number_count((int64_t)split->count).text, split->count == 1 ? "goroutine" : "goroutines",
        number_count((int64_t)split->n_variants).text, split->n_variants == 1 ? "list" : "lists");
    pager_add(pager, THEME_TEXT, "");
    /* the commonest arguments of each frame, and for how many goroutines they are that */
    for (size_t i = 0; i < split->n_frames; i++) {
        const struct goroutine_frame *frame = &split->variants[0].frames[i];

        if (frame->elided > 0) {
            pager_addf(pager, THEME_DIM, "  ... %u frames left out by the runtime ...",
                       frame->elided);
            continue;
        }
        pager_addf_elided(pager, i == site ? THEME_STRONG : THEME_TEXT, TEXT_ELIDE_FUNCTION, "  %s",
                          frame->function);
        add_values(pager, &split->frames[i], split->count);
    }
    if (split->n_variants > 1)
        add_variants(pager, split);
}

void stack_arguments_fill(const struct stack_arguments *a, struct pager *pager)
{
    if (a->problem != NULL) {
        g_autofree char *sentence = g_strdup_printf("No arguments: %s", a->problem);

        /* a pager cuts long lines; sentences are to be read without scrolling */
        g_autoptr(GPtrArray) lines = text_wrap_bytes(sentence, SENTENCE_COLS, true);

        for (guint i = 0; i < lines->len; i++)
            pager_add(pager, THEME_LOOK, g_ptr_array_index(lines, i));
    }
    if (a->run != NULL)
        pager_add(pager, THEME_DIM, "asking for all stacks (goroutine?debug=2) ...");
    else if (a->job != NULL)
        pager_add(pager, THEME_DIM, "comparing arguments ...");
    if (a->split != NULL)
        stack_arguments_text(pager, a->split, a->bucket->site, a->dump->has_states);
}

/* --- life --- */

struct stack_arguments *stack_arguments_new(void (*changed)(void *user), void *user)
{
    struct stack_arguments *a = g_new0(struct stack_arguments, 1);

    a->changed = changed;
    a->user = user;
    return a;
}

void stack_arguments_free(struct stack_arguments *a)
{
    if (a == NULL)
        return;
    capture_run_free(a->run);
    job_cancel(a->job);
    g_clear_pointer(&a->text, g_bytes_unref);
    goroutine_dump_unref(a->exact);
    goroutine_dump_unref(a->dump);
    goroutine_arguments_free(a->split);
    g_free(a->problem);
    g_free(a);
}
