#include "app/tui/views/goroutines_views.h"

#include "app/target/prove_run.h"
#include "app/tui/shell/ui.h"
#include "app/tui/shell/workbench.h"
#include "probes/go_process.h"
#include "probes/leak_marks.h"
#include "widgets/number.h"

struct goroutine_leaks {
    struct ui *ui;
    struct prove_run *run;         /* the last one; NULL: none yet, or stopped */
    const struct session *session; /* of run; compared, never read */
};

struct goroutine_leaks *goroutine_leaks_new(struct ui *ui)
{
    struct goroutine_leaks *leaks = g_new0(struct goroutine_leaks, 1);

    leaks->ui = ui;
    return leaks;
}

void goroutine_leaks_free(struct goroutine_leaks *leaks)
{
    if (leaks == NULL)
        return;
    prove_run_free(leaks->run);
    g_free(leaks);
}

bool goroutine_leaks_runs(const struct goroutine_leaks *leaks)
{
    return leaks->run != NULL && !prove_run_over(leaks->run) &&
           leaks->session == ui_session(leaks->ui);
}

bool goroutine_leaks_possible(const struct goroutine_leaks *leaks)
{
    const struct session *session = ui_session(leaks->ui);

    return session != NULL && ui_file_name(leaks->ui) == NULL && !session_is_replay(session) &&
           !session_ended(session, NULL) && go_process_possible(session_target(session)) &&
           !goroutine_leaks_runs(leaks);
}

static void on_over(void *user)
{
    struct goroutine_leaks *leaks = user;
    struct session *session = ui_session(leaks->ui);
    struct leak_look look;

    if (session == NULL || session != leaks->session)
        return;
    leak_marks_last(session_target(session)->leaks, &look);
    if (look.why != NULL)
        ui_message(leaks->ui, THEME_LOOK, "%s", look.why);
    else
        ui_message(leaks->ui, look.n_proven > 0 ? THEME_BAD : THEME_GOOD,
                   "%s of %s waiting goroutines proven leaked (%u %s, %s, %s)",
                   number_count((int64_t)look.n_proven).text,
                   number_count((int64_t)look.n_suspects).text, look.n_looks,
                   number_word(look.n_looks, "look", "looks"),
                   number_bytes((int64_t)look.read_bytes).text, number_seconds(look.took_s).text);
    leak_look_clear(&look);
    probe_refresh(session_probe(session, PROBE_GOROUTINES)); /* the rows of it have the marks */
    ui_damage(leaks->ui);
}

void goroutine_leaks_start(struct goroutine_leaks *leaks)
{
    if (!goroutine_leaks_possible(leaks))
        return;
    goroutine_leaks_stop(leaks);
    leaks->session = ui_session(leaks->ui);
    leaks->run = prove_run_start(session_target(leaks->session), on_over, leaks);
    ui_damage(leaks->ui);
}

void goroutine_leaks_stop(struct goroutine_leaks *leaks)
{
    g_clear_pointer(&leaks->run, prove_run_free);
    ui_damage(leaks->ui);
}

void goroutine_leaks_say(const struct goroutine_leaks *leaks, GString *out)
{
    prove_run_say(leaks->run, out);
    g_string_append(out, " ...");
}
