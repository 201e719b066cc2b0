#include "app/tui/shell/ui_private.h"

#include "app/tui/terminal/terminal_ask.h"

#include "app/tui/shell/holdings_desk.h"
#include "app/tui/shell/report_desk.h"
#include "app/tui/shell/return_watch.h"
#include "app/tui/shell/snapshot_pair.h"
#include "app/tui/shell/snapshot_taker.h"
#include "probes/clock.h"

#include <glib-unix.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* --- time and own cost --- */

static gint64 cpu_used_us(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (gint64)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* statm's second number: pages resident. One small read from procfs of ourselves. */
static int64_t own_rss_bytes(void)
{
    g_autofree char *text = NULL;
    long long pages = 0;

    if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
        return SAMPLE_UNKNOWN;
    const char *second = strchr(text, ' ');

    if (second != NULL)
        pages = g_ascii_strtoll(second, NULL, 10);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static void measure_self(struct ui *ui)
{
    gint64 wall = clock_now_us(), cpu = cpu_used_us();
    double share = (double)(cpu - ui->own_cpu_us) * 100.0 / (double)MAX(wall - ui->own_wall_us, 1);

    /* smoothed over about ten seconds: one refresh more or less should not make it flicker */
    if (ui->own_wall_us != 0)
        ui->own_cpu = isnan(ui->own_cpu) ? share : ui->own_cpu * 0.9 + share * 0.1;
    ui->own_cpu_us = cpu;
    ui->own_wall_us = wall;
    ui->own_rss = own_rss_bytes();
}

static gboolean on_tick(gpointer user)
{
    struct ui *ui = user;
    gint64 now = clock_now_us();

    measure_self(ui);
    if (ui->message != NULL && now > ui->message_until_us)
        g_clear_pointer(&ui->message, g_free);
    if (now - ui->painted_us > UI_TICK_MS * 1000 * 6 / 10)
        ui_damage(ui);
    return G_SOURCE_CONTINUE;
}

/* --- theme --- */

static enum theme_depth depth_of(const struct ui *ui)
{
    int colours = terminal_colours(ui->terminal);

    if (ui->options.no_color || colours < 8)
        return THEME_MONO;
    if (colours > 256)
        return THEME_TRUE;
    if (colours >= 256)
        return THEME_256;
    return colours >= 16 ? THEME_16 : THEME_8;
}

static bool rebuild_theme(struct ui *ui, const char *name)
{
    struct theme *theme = theme_new(name, ui->depth, ui->glyphs);
    char *copy = g_strdup(name); /* name may be the string we are about to free */

    if (theme == NULL) {
        g_free(copy);
        return false;
    }
    theme_free(ui->theme);
    ui->theme = theme;
    g_free(ui->theme_name);
    ui->theme_name = copy;
    return true;
}

void ui_set_theme(struct ui *ui, const char *name)
{
    if (!rebuild_theme(ui, name))
        ui_message(ui, THEME_LOOK, "no theme is called %s", name);
    ui_damage(ui);
}

void ui_set_glyphs(struct ui *ui, enum theme_glyphs glyphs)
{
    ui->glyphs = terminal_unicode(ui->terminal) ? glyphs : THEME_ASCII;
    rebuild_theme(ui, ui->theme_name);
    ui_damage(ui);
}

void ui_set_mouse(struct ui *ui, bool on)
{
    ui->mouse = on;
    terminal_set_mouse(ui->terminal, on);
    ui_message(ui, THEME_DIM, on ? "mouse on" : "mouse off: select text with it as usual");
}

/* --- terminal events --- */

static void on_resized(void *user, int lines, int cols)
{
    struct ui *ui = user;

    tickit_window_set_geometry(ui->window,
                               (TickitRect){.top = 0, .left = 0, .lines = lines, .cols = cols});
    ui_place_popup(ui);
    ui_damage(ui);
}

static void on_lost(void *user)
{
    ui_quit(user, 128 + SIGHUP);
}

static gboolean on_sigterm(gpointer user)
{
    ui_quit(user, 128 + SIGTERM);
    return G_SOURCE_CONTINUE;
}

static gboolean on_sighup(gpointer user)
{
    ui_quit(user, 128 + SIGHUP);
    return G_SOURCE_CONTINUE;
}

static gboolean on_sigint(gpointer user)
{
    ui_quit(user, 128 + SIGINT);
    return G_SOURCE_CONTINUE;
}

/* --- life --- */

static void start_sources(struct ui *ui)
{
    ui->tick = g_timeout_add(UI_TICK_MS, on_tick, ui);
    ui->sigterm = g_unix_signal_add(SIGTERM, on_sigterm, ui);
    ui->sighup = g_unix_signal_add(SIGHUP, on_sighup, ui);
    ui->sigint = g_unix_signal_add(SIGINT, on_sigint, ui);
}

static bool open_terminal(struct ui *ui, GError **error)
{
    struct terminal_options options = {.ops = &ui->terminal_ops,
                                       .mouse = ui->mouse,
                                       .ask_ground =
                                           ui->options.theme == NULL &&
                                           !config_is_set(ui->options.config, OPTION_THEME)};

    ui->terminal_ops = (struct terminal_ops){
        .key = ui_on_key,
        .paste = ui_on_paste,
        .mouse = ui_on_mouse,
        .resized = on_resized,
        .lost = on_lost,
        .user = ui,
    };
    ui->terminal = terminal_open(&options, error);
    return ui->terminal != NULL;
}

static void open_window(struct ui *ui)
{
    TickitWindow *root = terminal_root(ui->terminal);
    TickitRect all = tickit_window_get_geometry(root);

    ui->window = tickit_window_new(root, (TickitRect){0, 0, all.lines, all.cols}, 0);
    tickit_window_bind_event(ui->window, TICKIT_WINDOW_ON_EXPOSE, 0, ui_on_expose, ui);
}

static const char *wanted_theme(const struct ui *ui)
{
    if (ui->options.theme != NULL)
        return ui->options.theme;
    if (config_is_set(ui->options.config, OPTION_THEME))
        return config_word(ui->options.config, OPTION_THEME);
    /* a terminal that does not say what it is on is taken for a dark one */
    return terminal_ground(ui->terminal) >= 0 && terminal_is_light(terminal_ground(ui->terminal))
               ? "light"
               : "dark";
}

struct ui *ui_new(const struct ui_options *options, GError **error)
{
    struct keymap *keymap = keymap_new(config_key_file(options->config), error);

    if (keymap == NULL)
        return NULL;
    struct ui *ui = g_new0(struct ui, 1);

    ui->options = *options;
    ui->keymap = keymap;
    ui->mouse = options->mouse;
    ui->own_cpu = NAN;
    ui->own_rss = SAMPLE_UNKNOWN;
    ui->capture_seconds = UI_CAPTURE_SECONDS;
    ui->screens = g_ptr_array_new();
    ui->dead = g_ptr_array_new();
    ui->jobs = g_hash_table_new(NULL, NULL);
    ui->snapshots = snapshots_new();
    ui->taker = snapshot_taker_new(ui);
    ui->pair = snapshot_pair_new(ui);
    ui->desk = report_desk_new(ui);
    ui->holdings = holdings_desk_new(ui);
    ui->returned = return_watch_new(ui);
    ui->web = web_pprof_new();
    ui_open_alerts(ui);
    if (!open_terminal(ui, error)) {
        ui_free(ui);
        return NULL;
    }
    ui->depth = depth_of(ui);
    ui->glyphs = options->ascii || !terminal_unicode(ui->terminal)
                     ? THEME_ASCII
                     : (enum theme_glyphs)config_value(options->config, OPTION_GLYPHS)->word;
    if (!rebuild_theme(ui, wanted_theme(ui)))
        rebuild_theme(ui, "dark");
    open_window(ui);
    ui->loop = g_main_loop_new(NULL, FALSE);
    start_sources(ui);
    return ui;
}

static void remove_source(guint *id)
{
    if (*id != 0)
        g_source_remove(*id);
    *id = 0;
}

void ui_free(struct ui *ui)
{
    if (ui == NULL)
        return;
    struct remembered *remembered = g_steal_pointer(&ui->remembered);
    guint *const sources[] = {&ui->tick,    &ui->merge,  &ui->reap,  &ui->patience,
                              &ui->sigterm, &ui->sighup, &ui->sigint};

    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        remove_source(sources[i]);
    snapshot_pair_free(ui->pair);
    snapshot_taker_free(ui->taker);
    report_desk_close(ui->desk);
    if (ui->question.open)
        ui_close_question(ui, false);
    if (ui->edit.prompt != NULL)
        ui_close_prompt(ui, false);
    report_desk_free(ui->desk);
    holdings_desk_free(ui->holdings);
    ui_forget_jobs(ui); /* also what an answer above has started */
    return_watch_free(ui->returned);
    ui_free_screens(ui->screens);
    ui_free_screens(ui->dead);
    g_ptr_array_unref(ui->screens);
    g_ptr_array_unref(ui->dead);
    alert_watch_free(ui->alerts);
    ui_close_file(ui);
    session_free(ui->session);
    target_free(ui->coming);
    snapshots_free(ui->snapshots);
    g_free(ui->alert_config);
    web_pprof_free(ui->web);
    ui_forget_triage(ui);
    if (ui->window != NULL) {
        tickit_window_close(ui->window);
        tickit_window_unref(ui->window);
    }
    terminal_close(ui->terminal);
    remembered_free(remembered); /* the screen is the user's again while the disk takes its time */
    theme_free(ui->theme);
    keymap_free(ui->keymap);
    g_clear_pointer(&ui->loop, g_main_loop_unref);
    g_free(ui->theme_name);
    g_free(ui->message);
    g_free(ui);
}

int ui_run(struct ui *ui)
{
    ui_damage(ui);
    g_main_loop_run(ui->loop);
    return ui->exit_status;
}

void ui_quit(struct ui *ui, int status)
{
    ui->exit_status = status;
    g_main_loop_quit(ui->loop);
}

/* --- small accessors --- */

const struct theme *ui_theme(const struct ui *ui)
{
    return ui->theme;
}

const struct keymap *ui_keymap(const struct ui *ui)
{
    return ui->keymap;
}

struct config *ui_config(struct ui *ui)
{
    return ui->options.config;
}

struct terminal *ui_terminal(struct ui *ui)
{
    return ui->terminal;
}

int ui_capture_seconds(const struct ui *ui)
{
    return ui->capture_seconds;
}

void ui_set_capture_seconds(struct ui *ui, int seconds)
{
    ui->capture_seconds = seconds;
}

bool ui_unicode(const struct ui *ui)
{
    return ui->theme->glyphs != THEME_ASCII;
}

struct session *ui_session(const struct ui *ui)
{
    return ui->session;
}

gint64 ui_now(const struct ui *ui)
{
    if (ui->session != NULL && session_is_replay(ui->session))
        return session_now_us(ui->session);
    return ui->now_us != 0 ? ui->now_us : clock_now_us();
}

double ui_own_cpu(const struct ui *ui)
{
    return ui->own_cpu;
}

int64_t ui_own_rss(const struct ui *ui)
{
    return ui->own_rss;
}

/* --- damage and messages --- */

void ui_damage(struct ui *ui)
{
    if (ui->window == NULL)
        return;
    ui->painted_us = clock_now_us();
    tickit_window_expose(ui->window, NULL);
    if (ui->popup_window != NULL)
        tickit_window_expose(ui->popup_window, NULL);
    terminal_damage(ui->terminal);
}

void ui_message(struct ui *ui, enum theme_role role, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_free(ui->message);
    ui->message = g_strdup_vprintf(format, args);
    va_end(args);
    ui->message_role = role;
    ui->message_until_us = clock_now_us() + UI_MESSAGE_SECONDS * G_USEC_PER_SEC;
    ui_damage(ui);
}

void ui_copy(struct ui *ui, const char *text)
{
    enum { SHOWN_COLS = 68 }; /* enough to see what it was, in one line */
    g_autofree char *safe = text_safe(text, -1, ui_unicode(ui));
    g_autoptr(GString) shown = g_string_new(NULL);

    terminal_copy(ui->terminal, text);
    text_fit(shown, safe, SHOWN_COLS, TEXT_ELIDE_END, ui_unicode(ui));
    ui_message(ui, THEME_GOOD, "copied: %s", shown->str);
}

/* --- the session --- */

static gboolean on_merge(gpointer user)
{
    struct ui *ui = user;

    ui->merge = 0;
    ui_damage(ui);
    return G_SOURCE_REMOVE;
}

void ui_update_screens(struct ui *ui, unsigned kinds)
{
    ui->triage_dirty = true;
    for (guint i = 0; i < ui->screens->len; i++)
        view_update(g_ptr_array_index(ui->screens, i), kinds);
}

/* Samples come several a second; they share one repaint. */
static void on_samples(struct session *session, unsigned kinds, void *user)
{
    struct ui *ui = user;

    ui_look_for_alerts(ui);
    ui_update_screens(ui, kinds);
    if (session_is_replay(session)) { /* somebody went there and waits for it */
        ui_damage(ui);
        return;
    }
    /* the first samples after attaching are waited for: those show at once */
    bool eager = clock_now_us() - ui->attached_us < UI_EAGER_US;

    /* later the process sample, once a second, carries the others to the screen; without one the
     * tick does */
    if (ui->merge == 0 && (eager || (kinds & 1u << PROBE_PROCESS) != 0))
        ui->merge = g_timeout_add(eager ? UI_EAGER_MS : UI_MERGE_MS, on_merge, ui);
}

void ui_set_session(struct ui *ui, struct session *session)
{
    alert_watch_attach(ui->alerts, NULL);
    holdings_desk_forget(ui->holdings);
    return_watch_forget(ui->returned);
    session_free(ui->session);
    ui_forget_triage(ui);
    ui->attached_us = clock_now_us();
    ui->session = session;
    session_set_listener(session, on_samples, ui);
    alert_watch_attach(ui->alerts, session);
    on_samples(session, ~0u, ui);
    ui_damage(ui);
}

void ui_attach(struct ui *ui, struct target *target)
{
    struct session_options options = {0};

    ui_stop_remembering(ui);
    ui_close_file(ui);
    if (ui->options.remember && config_value(ui->options.config, OPTION_REMEMBER)->on &&
        target->id.pid != 0) {
        ui_remember(ui, target);
        return;
    }
    config_session_options(ui->options.config, &options);
    ui_set_session(ui, session_new(target, &options));
}

const struct thresholds *ui_thresholds(const struct ui *ui)
{
    return config_thresholds(ui->options.config);
}
