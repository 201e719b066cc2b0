#include "app/tui/screens/screens.h"

#include "app/target/capture_run.h"
#include "app/tui/screens/capture.h"
#include "app/tui/shell/format.h"
#include "probes/clock.h"
#include "probes/go_process.h"
#include "probes/limits.h"

#include <string.h>

/*
 * All stacks as the target writes them: what one would get by curl, with
 * search; out of memory where the goroutines come from there. Asked for once,
 * and again on request.
 */

enum { MAX_LINES = 500000 };

struct dump_screen {
    struct view base;
    struct capture_run *run; /* NULL: none under way */
    uint64_t id;             /* to begin at; 0: at the top */
    char *problem;
    size_t bytes;
    const char *source; /* of the text; static */
    gint64 taken_us;    /* 0: not yet */
    bool truncated;
    struct pager *pager;
};

/* --- the text --- */

/* A line's end is overwritten while it is added: text is ours. */
static void fill(struct dump_screen *screen, char *text)
{
    size_t n = 0;

    pager_clear(screen->pager);
    for (char *line = text, *next; line != NULL && *line != '\0'; line = next) {
        char *end = strchr(line, '\n');

        next = end != NULL ? end + 1 : NULL;
        if (end != NULL)
            *end = '\0';
        if (n++ == MAX_LINES) {
            screen->truncated = true;
            pager_add(screen->pager, THEME_LOOK, "... cut here: the dump goes on");
            return;
        }
        if (*line == '\t')
            pager_addf_elided(screen->pager, THEME_DIM, TEXT_ELIDE_MIDDLE, "    %s", line + 1);
        else
            pager_add(screen->pager,
                      g_str_has_prefix(line, "goroutine ")    ? THEME_STRONG
                      : g_str_has_prefix(line, "created by ") ? THEME_TITLE
                                                              : THEME_TEXT,
                      line);
    }
}

static void on_dump(struct capture_result *taken, void *user)
{
    struct dump_screen *screen = user;
    g_autoptr(capture_result_auto) result = taken;

    g_clear_pointer(&screen->run, capture_run_free);
    g_clear_pointer(&screen->problem, g_free);
    if (result->outcome == CAPTURE_DONE) {
        const char *data = g_bytes_get_data(result->bytes, &screen->bytes);
        g_autofree char *text = g_strndup(data, screen->bytes);

        fill(screen, text);
        screen->source =
            strcmp(result->source, go_process_source) == 0 ? "memory" : "goroutine?debug=2";
        screen->taken_us = clock_now_us();
    } else {
        screen->problem = g_strdup(result->error);
    }
    ui_damage(screen->base.ui);
    if (screen->id == 0 || result->outcome != CAPTURE_DONE)
        return;
    g_autofree char *head =
        g_strdup_printf("^goroutine %" G_GUINT64_FORMAT " ", (guint64)screen->id);

    if (pager_search(screen->pager, head) == 0)
        ui_message(screen->base.ui, THEME_DIM, "goroutine %" G_GUINT64_FORMAT " has ended",
                   (guint64)screen->id);
    else
        pager_search_next(screen->pager, 1);
    screen->id = 0;
}

/* Those of the pane come from there, so these do: nothing of the target stops for it. */
static bool is_from_memory(const struct session *session)
{
    const struct goroutines_sample *sample = session_goroutines(session);

    return sample != NULL && sample->source != NULL &&
           strcmp(sample->source, go_process_source) == 0;
}

static void ask(struct view *base)
{
    struct dump_screen *screen = view_of(struct dump_screen, base);
    struct session *session = ui_session(base->ui);
    struct capture_request request = {.path = "goroutine?debug=2", .raw = true};
    g_autoptr(GError) error = NULL;

    request.from_memory = session != NULL && is_from_memory(session);
    if (session == NULL || screen->run != NULL)
        return;
    screen->run = capture_run_start(session_target(session), &request, on_dump, screen, &error);
    if (error != NULL) {
        g_free(screen->problem);
        screen->problem = g_strdup(error->message);
    }
}

/* --- the screen --- */

static void dump_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct dump_screen *screen = view_of(struct dump_screen, base);
    char right[96] = "";

    if (screen->taken_us != 0)
        g_snprintf(right, sizeof right, "%s  %s%s  %s ", screen->source,
                   number_bytes((int64_t)screen->bytes).text, screen->truncated ? " truncated" : "",
                   format_age(ui_now(base->ui), screen->taken_us).text);
    screen_title(base->ui, canvas, area, right);
    area.top += 2;
    area.lines -= 2;
    if (screen->taken_us == 0 || screen->problem != NULL)
        text_draw_words(canvas, area,
                        screen->problem != NULL ? screen->problem : "asking for all stacks ...");
    else
        pager_draw(screen->pager, canvas, area);
}

static struct pager *dump_pager(struct view *base)
{
    return view_of(struct dump_screen, base)->pager;
}

static const struct view_key dump_keys[] = {{.action = ACTION_BACK},
                                            {.action = ACTION_FILTER},
                                            {ACTION_SEARCH_NEXT, .applies = view_searches},
                                            {ACTION_REFRESH, .act = ask},
                                            {.action = ACTION_NONE}};

static void dump_free(struct view *base)
{
    struct dump_screen *screen = view_of(struct dump_screen, base);

    capture_run_free(screen->run);
    pager_free(screen->pager);
    g_free(screen->problem);
    g_free(screen);
}

static const struct view_ops ops = {
    .name = "dump",
    .draw = dump_draw,
    .keys = dump_keys,
    .pager = dump_pager,
    .free = dump_free,
};

static void on_consent(struct ui *ui, bool yes, void *user)
{
    uint64_t *id = user;

    if (yes) {
        struct dump_screen *screen = g_new0(struct dump_screen, 1);

        screen->base = (struct view){.ops = &ops, .ui = ui};
        screen->id = *id;
        screen->pager = pager_new();
        ask(&screen->base);
        ui_push(ui, &screen->base);
    }
    g_free(id);
}

void dump_consent(struct ui *ui, const char *title, ui_answer done, void *user)
{
    const struct goroutines_sample *sample;

    if (!capture_has_target(ui)) {
        done(ui, false, user);
        return;
    }
    sample = session_goroutines(ui_session(ui));
    int64_t count = sample != NULL ? sample->count : SAMPLE_UNKNOWN;

    if (count != SAMPLE_UNKNOWN && count < PROBES_DEBUG2_MAX_GOROUTINES) {
        done(ui, true, user);
        return;
    }
    g_autofree char *text = g_strdup_printf(
        "goroutine?debug=2 stops every goroutine of the target while it writes all %s stacks: "
        "30 ms for a thousand, a second and more for a hundred thousand. Do it?",
        count != SAMPLE_UNKNOWN ? number_count(count).text : "(nobody knows how many)");
    ui_ask(ui, title, text, done, user);
}

void dump_ask(struct ui *ui, uint64_t id)
{
    uint64_t *copy = g_new(uint64_t, 1);

    *copy = id;
    if (ui_session(ui) != NULL && is_from_memory(ui_session(ui)))
        on_consent(ui, capture_has_target(ui), copy);
    else
        dump_consent(ui, "All stacks as text", on_consent, copy);
}
