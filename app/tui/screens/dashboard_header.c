#include "app/tui/screens/dashboard_header.h"

#include "app/recording/time_text.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/return_watch.h"

#include <math.h>
#include <string.h>

/* --- header --- */

enum { MAX_METRICS = 5, VALUE_COLS = 6 };

struct header_number {
    const char *name;
    struct number_text value;
    int direction;
    enum theme_role role;
    int rank; /* 0: the last to go when the line is short */
};

/* Colour by the same verdict the triage strip shows. */
static enum theme_role step_role(struct ui *ui, enum triage_step_id step)
{
    const struct triage_result *triage = ui_triage(ui);
    enum triage_verdict verdict = triage != NULL ? triage->steps[step].verdict : TRIAGE_UNKNOWN;

    return verdict == TRIAGE_LOOK || verdict == TRIAGE_BAD ? verdict_role(verdict) : THEME_STRONG;
}

/* In order of place; the ranks say which go first when the line is short. */
static size_t collect_metrics(struct ui *ui, struct header_number metrics[MAX_METRICS])
{
    struct session *session = ui_session(ui);
    const struct process_sample *p = session_process(session);
    const struct goroutines_sample *g = session_goroutines(session);
    const struct files_sample *files = session_files(session);
    const double *limits = ui_thresholds(ui)->value;
    size_t n = 0;

    if (p == NULL)
        return 0;
    /* the census counts where no cheaper way does */
    int64_t fds = p->fd_count == SAMPLE_UNKNOWN && files != NULL ? files->count : p->fd_count;

    metrics[n++] = (struct header_number){"RSS", number_bytes(p->rss_bytes),
                                          trend_direction(session_trend(session, METRIC_RSS)),
                                          step_role(ui, TRIAGE_RSS), 0};
    metrics[n++] = (struct header_number){
        "CPU", number_percent(p->cpu_percent), 0,
        p->cpu_percent >= limits[THRESHOLD_CPU_BUSY] ? THEME_LOOK : THEME_STRONG, 3};
    metrics[n++] = (struct header_number){"FD", format_count(fds),
                                          trend_direction(session_trend(session, METRIC_FDS)),
                                          step_role(ui, TRIAGE_FDS), 1};
    metrics[n++] = (struct header_number){
        "thr", format_count(p->threads), 0,
        (double)p->threads >= limits[THRESHOLD_THREADS_LEAK] ? THEME_LOOK : THEME_STRONG, 4};
    if (g != NULL && g->count != SAMPLE_UNKNOWN) {
        int direction = trend_direction(session_trend(session, METRIC_GOROUTINES));

        metrics[n++] = (struct header_number){"gor", format_count(g->count), direction,
                                              direction > 0 ? THEME_LOOK : THEME_STRONG, 2};
    }
    return n;
}

static int metric_cols(const struct header_number *metric)
{
    return (int)strlen(metric->name) + 1 + VALUE_COLS + 2;
}

/* Fixed places at the right end, so that a changing value moves nothing. Returns what is left. */
static int draw_metrics(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    struct header_number metrics[MAX_METRICS];
    size_t n = collect_metrics(ui, metrics);
    int room = area.cols - MIN(area.cols / 3, 34), used = 0, lowest = MAX_METRICS, col;

    for (int rank = 0; rank < MAX_METRICS; rank++)
        for (size_t i = 0; i < n; i++)
            if (metrics[i].rank == rank) {
                if (used + metric_cols(&metrics[i]) > room)
                    lowest = MIN(lowest, rank);
                else if (rank < lowest)
                    used += metric_cols(&metrics[i]);
            }
    col = area.left + area.cols - used;
    for (size_t i = 0; i < n; i++)
        if (metrics[i].rank < lowest) {
            const struct header_number *metric = &metrics[i];
            int name = (int)strlen(metric->name) + 1;

            text_drawf(canvas, area.top, col, name, THEME_DIM, "%s", metric->name);
            text_draw(canvas, area.top, col + name, VALUE_COLS,
                      &(struct text_style){.role = metric->role, .align = TEXT_RIGHT},
                      metric->value.text);
            text_drawf(canvas, area.top, col + name + VALUE_COLS, 2, metric->role, "%s",
                       metric->direction != 0 ? theme_arrow(canvas->theme, metric->direction) : "");
            col += metric_cols(metric);
        }
    return area.cols - used;
}

/* "  NAME 1/2  03:12:07 of 22:00–06:55  x10 ▶" */
static void add_file(struct ui *ui, GString *out)
{
    struct session_end end;

    g_string_append_printf(out, "  %s", ui_file_name(ui));
    if (ui_player(ui) != NULL) {
        struct player_state state = player_state(ui_player(ui));
        g_autofree char *now = time_text_clock(session_now_us(ui_session(ui)), state.to_us);
        g_autofree char *range = time_text_range(state.from_us, state.to_us, ui_unicode(ui));

        if (state.n_runs > 1)
            g_string_append_printf(out, " %zu/%zu", state.run + 1, state.n_runs);
        g_string_append_printf(out, "  %s of %s", now, range);
        if (state.playing)
            g_string_append_printf(out, "  x%.0f %s", state.speed, ui_unicode(ui) ? "▶" : ">");
    }
    if (!session_ended(ui_session(ui), &end))
        return;
    g_autofree char *clock = time_text_clock(end.at_real_us, end.at_real_us);

    g_string_append_printf(out, "  %s ended %s", theme_mark(ui_theme(ui), THEME_BAD), clock);
}

/* What does not fit is left out by parts, the last ones first: half a word says nothing. */
static void leave_out(GString *text, int room, bool unicode)
{
    for (char *part; (part = g_strrstr(text->str, "  ")) != NULL;) {
        g_autofree char *safe = text_safe(text->str, -1, unicode);

        if (text_width(safe) <= room)
            return;
        g_string_truncate(text, (gsize)(part - text->str));
    }
}

static char *header_text(struct ui *ui, int room)
{
    const struct target *target = session_target(ui_session(ui));
    const struct process_sample *p = session_process(ui_session(ui));
    GString *out = g_string_new(target->name);

    if (target->id.pid != 0)
        g_string_append_printf(out, " %d", (int)target->id.pid);
    /* as it says now, or said when it was found */
    const char *project = p != NULL && p->project != NULL ? p->project : target->project;

    if (project != NULL)
        g_string_append_printf(out, " %s", project);
    if (target->version != NULL)
        g_string_append_printf(out, " %s", target->version);
    if (ui_file_name(ui) != NULL) {
        add_file(ui, out);
        leave_out(out, room, ui_unicode(ui));
        return g_string_free(out, FALSE);
    }
    if (p != NULL && p->uptime_s != SAMPLE_UNKNOWN)
        g_string_append_printf(out, "  up %s", number_duration((double)p->uptime_s).text);
    if (target->pprof_url == NULL) {
        g_string_append(out, "  pprof off");
    } else {
        const char *port = strrchr(target->pprof_url, ':');
        size_t n = port != NULL ? strcspn(port, "/") : 0;

        g_string_append_printf(out, "  pprof %.*s", (int)n, port != NULL ? port : "");
    }
    if (*target->go_version != '\0')
        g_string_append_printf(out, "  %s", target->go_version);
    leave_out(out, room, ui_unicode(ui));
    return g_string_free(out, FALSE);
}

enum { HEADER_NAME = 12 }; /* columns of what we are, before what the target is */

void dashboard_draw_header(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    int room = draw_metrics(ui, canvas, area);
    g_autofree char *text = header_text(ui, room - HEADER_NAME - 1);

    text_drawf(canvas, area.top, area.left, MIN(room, HEADER_NAME - 1), THEME_BAR, "%s",
               ui_player(ui) != NULL      ? " recording "
               : ui_file_name(ui) != NULL ? " file      "
                                          : " sidescope ");
    if (room > HEADER_NAME)
        text_draw(canvas, area.top, area.left + HEADER_NAME, room - HEADER_NAME,
                  &(struct text_style){.role = THEME_STRONG}, text);
}

/* --- the strip: end of the target, pause, or the four steps --- */

static bool draw_end(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    struct session_end end;

    /* what a recording holds of the time before is what one came for */
    if (ui_file_name(ui) != NULL || !session_ended(ui_session(ui), &end))
        return false;
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(end.at_real_us / G_USEC_PER_SEC);
    g_autofree char *clock = g_date_time_format(when, "%H:%M:%S");
    const char *how = end.state == PROCESS_ZOMBIE ? "has exited (not reaped yet)"
                      : end.state == PROCESS_REPLACED
                          ? "is gone: its pid belongs to another process"
                          : "has ended";

    const struct process_entry *again = ui_returned(ui);
    g_autofree char *next =
        again != NULL
            ? g_strdup_printf("It runs again as %d.  %s, %s: attach to that", (int)again->id.pid,
                              keymap_key(ui_keymap(ui), ACTION_PICKER),
                              keymap_key(ui_keymap(ui), ACTION_OPEN))
            : g_strdup_printf("The last data stays here.  %s: attach to another, or wait "
                              "for a new one",
                              keymap_key(ui_keymap(ui), ACTION_PICKER));

    text_drawf(canvas, area.top, area.left, area.cols, THEME_BAD, " %s %s %s, noticed at %s. %s",
               theme_mark(canvas->theme, THEME_BAD), session_target(ui_session(ui))->name, how,
               clock, next);
    return true;
}

/* --- the strip --- */

enum { STRIP_LEFT = 9, STRIP_GAP = 2 };

struct strip_entry {
    char text[160];
    int width;
    enum theme_role role;
};

static int total_width(const struct strip_entry *entries, size_t n, int cap)
{
    int total = 0;

    for (size_t i = 0; i < n; i++)
        total += MIN(entries[i].width, cap) + STRIP_GAP;
    return total;
}

/* Entries of all shown steps; what is healthy loses its words first when the line is short. */
static size_t fill_entries(const struct canvas *canvas, const struct triage_result *triage,
                           int room, struct strip_entry *entries)
{
    size_t n = 0;

    for (int words = 1; words >= 0; words--) {
        n = 0;
        for (int i = 0; i < TRIAGE_N_STEPS; i++) {
            const struct triage_step *step = &triage->steps[i];
            struct strip_entry *entry = &entries[n];
            bool with_words = words || step->verdict != TRIAGE_HEALTHY;

            /* the documented steps, and of the branches those the walk leads to */
            if (triage_is_branch(step->id) && *step->suggested == '\0')
                continue;
            n++;
            entry->role = verdict_role(step->verdict);
            /* the mark comes first: it must not be what a short line cuts off */
            g_snprintf(entry->text, sizeof entry->text, "%d%s %s%s%s", i + 1,
                       theme_mark(canvas->theme, entry->role),
                       step->id == TRIAGE_MAP ? "map" : step->title, with_words ? " " : "",
                       with_words ? step->summary : "");
            entry->width = text_width(entry->text);
        }
        if (total_width(entries, n, room) <= room)
            break;
    }
    return n;
}

/* The last blank that is not inside a number, behind the mark and the title; NULL: none. */
static char *last_break(char *text)
{
    char *title = strchr(text, ' ');

    for (char *at = text + strlen(text); title != NULL && --at > title;)
        if (*at == ' ' && !(g_ascii_isdigit(at[-1]) && g_ascii_isdigit(at[1])))
            return at;
    return NULL;
}

/* text in at most so many columns, "…" in the place of the words that are left out: half a number
 * is another number. */
static void cut_words(const struct canvas *canvas, const struct strip_entry *entry, int cols,
                      struct strip_entry *ret)
{
    char *at = entry->width > cols ? ret->text : NULL;

    *ret = *entry;
    while (at != NULL && (at = last_break(ret->text)) != NULL) {
        *at = '\0';
        if (text_width(ret->text) < cols && strchr("<>=", at[-1]) == NULL)
            break;
    }
    if (entry->width > cols && text_width(ret->text) < cols)
        g_strlcat(ret->text, text_unicode(canvas) ? "…" : "~", sizeof ret->text);
    ret->width = MIN(text_width(ret->text), cols);
}

/* All into room: the longest are cut, all to one width; what whole words leave over is for the
 * first that can say more with it. */
static void fit_entries(const struct canvas *canvas, struct strip_entry *entries, size_t n,
                        int room)
{
    struct strip_entry whole[TRIAGE_N_STEPS];
    int cap = room, spare;

    while (cap > 1 && total_width(entries, n, cap) > room)
        cap--;
    memcpy(whole, entries, n * sizeof *entries);
    for (size_t i = 0; i < n; i++)
        cut_words(canvas, &whole[i], cap, &entries[i]);
    spare = room - total_width(entries, n, room);
    for (size_t i = 0; i < n; i++) {
        int before = entries[i].width;

        cut_words(canvas, &whole[i], before + MAX(spare, 0), &entries[i]);
        spare -= entries[i].width - before;
    }
}

void dashboard_draw_strip(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    const struct triage_result *triage = ui_triage(ui);
    struct strip_entry entries[TRIAGE_N_STEPS];
    int col = STRIP_LEFT, room = area.cols - col;

    gint64 since;

    if (area.lines < 1 || draw_end(ui, canvas, area))
        return;
    if (session_frozen(ui_session(ui), &since)) {
        text_drawf(canvas, area.top, area.left, area.cols, THEME_LOOK,
                   " PAUSED, %s behind. Recording goes on.  %s: go on",
                   number_duration((double)(ui_now(ui) - since) / G_USEC_PER_SEC).text,
                   keymap_key(ui_keymap(ui), ACTION_PAUSE));
        return;
    }
    text_drawf(canvas, area.top, area.left, 8, THEME_TITLE, " TRIAGE");
    if (triage == NULL || room < 1)
        return;
    size_t n = fill_entries(canvas, triage, room, entries);

    fit_entries(canvas, entries, n, room);
    for (size_t i = 0; i < n && col < area.cols; i++) {
        text_drawf(canvas, area.top, area.left + col, MIN(entries[i].width, area.cols - col),
                   entries[i].role, "%s", entries[i].text);
        col += entries[i].width + STRIP_GAP;
    }
}
