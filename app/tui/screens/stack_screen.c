#include "app/tui/screens/screens.h"

#include "app/triage/steps.h"
#include "app/tui/screens/view_table.h"

#include "app/tui/screens/stack_arguments.h"
#include "app/tui/screens/stack_text.h"
#include "app/tui/shell/editor.h"
#include "app/tui/shell/format.h"
#include "app/tui/views/goroutines_views.h"

/*
 * One bucket of goroutines, and the next and the one before of the list it
 * was opened from; by the values of its arguments on request. A bucket that has
 * ended stays readable.
 */

struct stack_screen {
    struct view base;
    GArray *hashes; /* uint64_t, of the list */
    size_t at;
    char *waited;                     /* of the buckets those that wait for it; NULL: all */
    struct goroutines_sample *sample; /* own reference; last one that had the bucket */
    struct goroutine_part part;       /* of that sample, those that are shown */
    bool gone;
    bool by_arguments;
    struct stack_arguments *arguments;
    struct pager *pager;
};

static uint64_t hash_of(const struct stack_screen *screen)
{
    return g_array_index(screen->hashes, uint64_t, screen->at);
}

/* Whose goroutines, or some of them, are those that are shown; NULL: there is none of them. */
static const struct goroutine_bucket *find_bucket(const struct stack_screen *screen,
                                                  const struct goroutine_dump *dump)
{
    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++)
        if (dump->buckets[i].hash == hash_of(screen))
            return screen->waited == NULL ||
                           goroutine_bucket_waited(&dump->buckets[i], screen->waited) != NULL
                       ? &dump->buckets[i]
                       : NULL;
    return NULL;
}

static const struct goroutine_bucket *bucket_of(const struct stack_screen *screen)
{
    return screen->sample != NULL ? find_bucket(screen, screen->sample->dump) : NULL;
}

/* Those of it that are shown; valid until the next call. */
static const struct goroutine_bucket *part_of(struct stack_screen *screen,
                                              const struct goroutine_bucket *bucket)
{
    if (bucket == NULL || screen->waited == NULL)
        return bucket;
    goroutine_part_clear(&screen->part);
    goroutine_part_take(&screen->part, bucket, goroutine_bucket_waited(bucket, screen->waited));
    return &screen->part.bucket;
}

static void fill(struct stack_screen *screen)
{
    const struct session *session = ui_session(screen->base.ui);
    const struct goroutine_bucket *bucket = bucket_of(screen);

    pager_clear(screen->pager);
    if (screen->by_arguments && bucket != NULL) {
        stack_arguments_fill(screen->arguments, screen->pager);
        return;
    }
    if (screen->gone)
        pager_add(screen->pager, THEME_LOOK,
                  bucket == NULL ? "No goroutine has this stack any more."
                  : screen->waited != NULL
                      ? "None of them waits there any more; this is the last dump in which one did."
                      : "The newest dump has no such stack any more; this is the last one that "
                        "had.");
    if (bucket != NULL)
        stack_text_fill(screen->pager,
                        &(struct stack_text_input){
                            .bucket = part_of(screen, bucket),
                            .n_all = bucket->count,
                            .growth = screen->waited == NULL
                                          ? bucket_growth(session, screen->sample->dump, bucket)
                                          : SAMPLE_UNKNOWN,
                            .since = step_since(session != NULL && session_mark_us(session) != 0),
                            .files = session != NULL ? session_files(session) : NULL,
                            .threads = session != NULL ? session_threads(session) : NULL});
}

static void stack_update(struct view *base, unsigned kinds)
{
    struct stack_screen *screen = view_of(struct stack_screen, base);
    struct session *session = ui_session(base->ui);
    const struct goroutines_sample *newest = session != NULL ? session_goroutines(session) : NULL;

    (void)kinds;
    if (newest == NULL || newest == screen->sample)
        return;
    screen->gone = find_bucket(screen, newest->dump) == NULL;
    if (!screen->gone || screen->sample == NULL) {
        sample_unref(screen->sample);
        screen->sample = sample_ref(newest);
    }
    fill(screen);
}

/* --- by argument values --- */

static void show_arguments(struct stack_screen *screen)
{
    const struct goroutine_bucket *bucket = bucket_of(screen);

    stack_arguments_show(screen->arguments, bucket != NULL ? screen->sample->dump : NULL, bucket);
}

static void on_arguments(void *user)
{
    struct stack_screen *screen = user;

    fill(screen);
    ui_damage(screen->base.ui);
}

static void set_by_arguments(struct stack_screen *screen, bool on)
{
    screen->by_arguments = on;
    pager_reset(screen->pager);
    if (on)
        show_arguments(screen);
    fill(screen);
}

/* The question may outlive the screen it was asked on: the one on top is asked again. */
static void on_consent(struct ui *ui, bool yes, void *user);

static void ask_arguments(struct view *base)
{
    dump_consent(base->ui, "Stacks with arguments", on_consent, NULL);
}

static void toggle_arguments(struct view *base)
{
    struct stack_screen *screen = view_of(struct stack_screen, base);

    if (screen->by_arguments || stack_arguments_asked(screen->arguments))
        set_by_arguments(screen, !screen->by_arguments);
    else
        ask_arguments(base);
}

static bool is_by_arguments(const struct view *base)
{
    return view_of(struct stack_screen, base)->by_arguments;
}

/* Another one of the list; what the newest dump has of it counts. */
static void walk(struct view *base, enum action action)
{
    struct stack_screen *screen = view_of(struct stack_screen, base);
    size_t n = screen->hashes->len;
    struct session *session = ui_session(base->ui);

    screen->at = (screen->at + (action == ACTION_NEXT_PANE ? 1 : n - 1)) % n;
    pager_reset(screen->pager);
    screen->gone = bucket_of(screen) == NULL;
    if (session != NULL && session_goroutines(session) != screen->sample)
        stack_update(base, ~0u);
    if (screen->by_arguments)
        show_arguments(screen);
    fill(screen);
}

/* The innermost frame of the program whose source is here; the files of a binary built elsewhere
 * are not. */
static void edit(struct view *base)
{
    const struct goroutine_bucket *bucket = bucket_of(view_of(struct stack_screen, base));

    if (bucket == NULL || bucket->n_frames == 0)
        return;
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct editor_place));

    for (size_t i = bucket->site; i < bucket->n_frames; i++) {
        const struct goroutine_frame *frame = &bucket->frames[i];
        struct editor_place place = {frame->function, frame->file, frame->line};

        g_array_append_val(places, place);
    }
    editor_open_first(base->ui, (const struct editor_place *)(const void *)places->data,
                      places->len);
}

static void open_dump(struct view *base)
{
    struct stack_screen *screen = view_of(struct stack_screen, base);
    const struct goroutine_bucket *bucket = part_of(screen, bucket_of(screen));

    dump_ask(base->ui, bucket != NULL && bucket->ids != NULL ? bucket->ids[0] : 0);
}

static void stack_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct stack_screen *screen = view_of(struct stack_screen, base);
    const struct keymap *keymap = ui_keymap(base->ui);
    gint64 taken_us = screen->by_arguments ? stack_arguments_taken_us(screen->arguments) : 0;
    g_autofree char *age =
        taken_us != 0
            ? g_strdup_printf("by arguments %s  ", format_age(ui_now(base->ui), taken_us).text)
            : g_strdup("");
    /* half of a narrow screen is not enough for all */
    g_autofree char *next = *age == '\0'
                                ? g_strdup_printf(" %s next ", keymap_key(keymap, ACTION_NEXT_PANE))
                                : g_strdup("");
    g_autofree char *place = g_strdup_printf("%sstack %" G_GSIZE_FORMAT " of %u %s", age,
                                             screen->at + 1, screen->hashes->len, next);

    screen_title(base->ui, canvas, area, place);
    area.top += 2;
    area.lines -= 2;
    pager_draw(screen->pager, canvas, area);
}

static struct pager *stack_pager(struct view *base)
{
    return view_of(struct stack_screen, base)->pager;
}

static char *stack_copy(struct view *base)
{
    struct stack_screen *screen = view_of(struct stack_screen, base);
    const struct goroutine_bucket *bucket = part_of(screen, bucket_of(screen));

    if (screen->by_arguments)
        return pager_to_text(screen->pager, ui_unicode(base->ui));
    return bucket != NULL ? stack_text_plain(bucket) : NULL;
}

static const struct view_key stack_keys[] = {
    {.action = ACTION_BACK},
    {.action = ACTION_FILTER},
    {ACTION_SEARCH_NEXT, .applies = view_searches},
    {.action = ACTION_COPY},
    {ACTION_EDIT, .act = edit},
    {ACTION_GRANULARITY, "arguments", .act = toggle_arguments},
    {ACTION_REFRESH, "", is_by_arguments, .act = ask_arguments},
    {ACTION_SOURCE, "dump", .act = open_dump},
    {ACTION_NEXT_PANE, "next", .act_by = walk, .help = "the next stack"},
    {ACTION_PREVIOUS_PANE, "", .act_by = walk, .help = "the stack before"},
    {.action = ACTION_NONE}};

static void stack_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Stack");
    pager_add(pager, THEME_TEXT,
              "Tab and Shift-Tab walk through the list it was opened from. E opens the innermost");
    pager_add(pager, THEME_TEXT,
              "frame of the program in $EDITOR where its source is on this machine. v: the whole");
    pager_add(pager, THEME_TEXT, "dump as the target writes it, at this goroutine. y copies.");
    pager_add(
        pager, THEME_TEXT,
        "u: by argument values, all on one mutex or each on its own; that takes a dump of its");
    pager_add(pager, THEME_TEXT, "own (samples keep no arguments), and r another one.");
}

static void stack_free(struct view *base)
{
    struct stack_screen *screen = view_of(struct stack_screen, base);

    stack_arguments_free(screen->arguments);
    pager_free(screen->pager);
    goroutine_part_clear(&screen->part);
    sample_unref(screen->sample);
    g_array_unref(screen->hashes);
    g_free(screen->waited);
    g_free(screen);
}

const struct view_ops stack_screen_ops = {
    .name = "stack",
    .draw = stack_draw,
    .update = stack_update,
    .keys = stack_keys,
    .pager = stack_pager,
    .copy = stack_copy,
    .help = stack_help,
    .free = stack_free,
};

static void on_consent(struct ui *ui, bool yes, void *user)
{
    struct view *top = ui_top(ui);

    (void)user;
    if (!yes || top == NULL || top->ops != &stack_screen_ops)
        return;
    stack_arguments_ask(view_of(struct stack_screen, top)->arguments, ui_session(ui));
    if (!view_of(struct stack_screen, top)->by_arguments)
        set_by_arguments(view_of(struct stack_screen, top), true);
}

struct view *stack_screen_new(struct ui *ui, const uint64_t *hashes, size_t n, size_t at,
                              const char *waited)
{
    struct stack_screen *screen = g_new0(struct stack_screen, 1);

    screen->base = (struct view){.ops = &stack_screen_ops, .ui = ui};
    screen->hashes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_array_append_vals(screen->hashes, hashes, (guint)n);
    screen->at = at;
    screen->waited = g_strdup(waited);
    screen->arguments = stack_arguments_new(on_arguments, screen);
    screen->pager = pager_new();
    return &screen->base;
}
