#include "app/tui/screens/profile/profile_private.h"

#include "app/lists/functions_list.h"
#include "app/profiles/profile_facts.h"
#include "app/profiles/profile_kinds.h"
#include "app/tui/shell/format.h"

#include <string.h>

/* The lines above the tabs, and what stands in the place of a table that is empty. */

/* --- empty states --- */

static const char *waiting_words(const struct profile_screen *screen)
{
    struct session *session = ui_session(screen->base.ui);
    const struct heap_sample *heap = screen->live && session != NULL ? session_heap(session) : NULL;

    if (heap != NULL && heap->base.reason != NULL && *heap->base.reason != '\0')
        return heap->base.reason;
    return "waiting for the first profile";
}

const char *profile_screen_empty(struct profile_screen *screen, const struct profile_answer *answer)
{
    const char *empty = profile_kind_of(screen->kind)->empty;

    if (profile_model_input(screen->model)->profile == NULL)
        return waiting_words(screen);
    if (answer == NULL)
        return "computing ...";
    if (answer->problem != NULL)
        return answer->problem;
    /* the kinds speak of what was asked for; a sample type may be empty without that */
    if (answer->input.profile->n_samples == 0)
        return *empty != '\0' ? empty : "this profile has no samples";
    g_free(screen->words);
    screen->words = profile_settings_text(&answer->input.settings);
    if (*screen->words == '\0')
        return "nothing is counted in this sample type: another one may have more";
    char *text = g_strdup_printf("nothing is left by the filters: %s", screen->words);

    g_free(screen->words);
    screen->words = text;
    return text;
}

/* --- the lines above the tabs --- */

/* "heap  inuse_space  total 30MB  +2MB against the mark  by lines" */
char *profile_screen_title(const struct profile_screen *screen, const struct profile_answer *answer)
{
    const struct profile_input *input =
        answer != NULL ? &answer->input : profile_model_input(screen->model);
    GString *out = g_string_new(screen->title);
    char text[MEASUREMENT_TEXT_MAX];

    if (input->profile == NULL)
        return g_string_free(out, FALSE);
    g_string_append_printf(out, "  %s", profile_input_type(input));
    if (answer != NULL && *answer->unit != '\0') {
        profile_value_text(answer->total, answer->unit, text);
        g_string_append_printf(out, "  total %s", text);
    }
    if (input->base != NULL) {
        g_string_append(out, "  ");
        if (answer != NULL && answer->base_total != 0 && answer->base_total != answer->total) {
            profile_delta_text((double)answer->total - (double)answer->base_total, answer->unit,
                               text);
            g_string_append_printf(out, "%s ", text);
        }
        g_string_append_printf(out, "against %s", input->base_title);
    }
    g_string_append_printf(out, "  by %s", profile_granularity_name(input->settings.granularity));
    return g_string_free(out, FALSE);
}

/* Age of what is shown, or that newer numbers are on their way. */
static char *age_text(const struct profile_screen *screen)
{
    const struct profile_answer *answer = profile_current(screen)->answer;

    if (profile_current(screen)->due)
        return g_strdup("computing ... ");
    if (answer != NULL && answer->input.taken_us != 0)
        return g_strdup_printf("%s ",
                               format_age(ui_now(screen->base.ui), answer->input.taken_us).text);
    if (screen->real_us == 0)
        return g_strdup("");
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(screen->real_us / G_USEC_PER_SEC);

    return when != NULL ? g_date_time_format(when, "%b %d %H:%M:%S ") : g_strdup("");
}

/* Where a line of so many columns ends, between two parts of the title; NULL: it is one line. */
static char *end_of_line(const struct canvas *canvas, char *title, int cols)
{
    g_autofree char *safe = text_safe(title, -1, text_unicode(canvas));
    char *end = NULL;

    if (text_width(safe) <= cols)
        return NULL;
    for (char *gap = strstr(title, "  "); gap != NULL; gap = strstr(gap + 2, "  ")) {
        g_autofree char *part = text_safe(title, gap - title, text_unicode(canvas));

        if (text_width(part) <= cols)
            end = gap;
    }
    return end;
}

/* The title, in two lines where it may be and one is too short, and its age; returns how many. */
static int draw_header(const struct profile_screen *screen, const struct canvas *canvas,
                       TickitRect area, bool may_wrap)
{
    g_autofree char *text = profile_screen_title(screen, profile_current(screen)->answer);
    g_autofree char *age = age_text(screen);
    int room = MIN(text_width(age), area.cols / 3), cols = area.cols - 2 - room;
    const struct text_style style = {.role = THEME_STRONG};
    char *end = may_wrap ? end_of_line(canvas, text, cols) : NULL;

    if (end != NULL) {
        *end = '\0';
        text_draw(canvas, area.top + 1, area.left + 1, area.cols - 2, &style, end + 2);
    }
    text_draw(canvas, area.top, area.left + 1, cols, &style, text);
    if (room > 0)
        text_draw(
            canvas, area.top, area.left + area.cols - room, room,
            &(struct text_style){.role = profile_current(screen)->due ? THEME_LOOK : THEME_DIM,
                                 .align = TEXT_RIGHT},
            age);
    return end != NULL ? 2 : 1;
}

/* True when a line was used. */
static bool draw_filters(const struct profile_screen *screen, const struct canvas *canvas,
                         TickitRect area)
{
    const struct profile_answer *answer = profile_current(screen)->answer;
    const struct profile_settings *settings = &profile_model_input(screen->model)->settings;
    g_autofree char *text = profile_settings_text(settings);
    unsigned unmatched =
        answer != NULL && answer->rows != NULL ? answer->rows->report->unmatched : 0;
    g_autofree char *misses = profile_unmatched_text(unmatched);

    if (!profile_settings_refined(settings))
        return false;
    text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_LOOK,
               "Active filters: %s%s%s%s", text, *misses != '\0' ? "   (matches nothing: " : "",
               misses, *misses != '\0' ? ")" : "");
    return true;
}

/* What the profile says of itself, in as few lines as it takes; returns how many. */
static int draw_facts(const struct profile_screen *screen, const struct canvas *canvas,
                      TickitRect area)
{
    enum { MOST = 3 };
    const struct profile *profile = profile_model_input(screen->model)->profile;
    g_autofree char *text = profile != NULL ? profile_facts_text(profile, false) : g_strdup("");

    if (*text == '\0')
        return 0;
    g_autoptr(GPtrArray) lines = text_wrap_bytes(text, MAX(area.cols - 2, 1), text_unicode(canvas));
    int n = MIN(MOST, (int)lines->len);

    for (int i = 0; i < n; i++)
        text_draw_safe(canvas, area.top + i, area.left + 1, area.cols - 1,
                       &(struct text_style){.role = THEME_DIM}, lines->pdata[i]);
    return n;
}

static void take_lines(TickitRect *area, int lines)
{
    area->top += lines;
    area->lines -= lines;
}

TickitRect profile_draw_header(struct profile_screen *screen, const struct canvas *canvas,
                               TickitRect area)
{
    struct tabs tabs = view_tabs(&screen->base);

    screen->hits = (struct tabs_hits){0};
    if (area.lines >= 8) {
        screen_title(screen->base.ui, canvas, area, NULL);
        take_lines(&area, 1);
    }
    if (area.lines >= 4) {
        tabs_draw(canvas, area.top, area.left, area.cols, &tabs, &screen->hits);
        take_lines(&area, 1);
    }
    if (area.lines >= 3)
        take_lines(&area, draw_header(screen, canvas, area, area.lines >= 10));
    if (area.lines >= 5 && draw_filters(screen, canvas, area))
        take_lines(&area, 1);
    if (area.lines >= 10)
        take_lines(&area, draw_facts(screen, canvas, area));
    if (area.lines >= 10)
        take_lines(&area, 1); /* a blank line lets the numbers stand out */
    return area;
}
