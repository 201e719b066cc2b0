#ifndef SIDESCOPE_APP_CONFIG_CONFIG_H
#define SIDESCOPE_APP_CONFIG_CONFIG_H

/*
 * The user's choices: a key file at $XDG_CONFIG_HOME/sidescope/config, which
 * need not exist. Groups: [dashboard] theme, glyphs, mouse, observe-less,
 * bell, notifications, exec, remember, remember-size (MiB);
 * [intervals] process, memory, files, goroutines, heap (seconds);
 * [thresholds] (see triage/thresholds.h); [keys] (see tui/actions.h). Unknown
 * groups and keys are errors that name the known ones. Main thread.
 */

#include "app/alerts/alert_options.h"
#include "app/session/session.h"
#include "app/triage/thresholds.h"
#include "widgets/theme.h"

struct config;

enum config_error { CONFIG_ERROR_READ, CONFIG_ERROR_UNKNOWN, CONFIG_ERROR_VALUE };
#define CONFIG_ERROR (config_error_quark())
GQuark config_error_quark(void);

/* path NULL: the default place. A missing file gives the defaults; a bad one NULL with error. */
struct config *config_load(const char *path, GError **error);
void config_free(struct config *config);

const char *config_path(const struct config *config);
const char *config_theme(const struct config *config); /* NULL when not set */
enum theme_glyphs
config_glyphs(const struct config *config);     /* not set: blocks, on a Linux console ASCII */
bool config_mouse(const struct config *config); /* true when not set */
/* What the dashboard does at an alert: bell, notify and exec. Borrowed. */
const struct alert_options *config_alerts(const struct config *config);
const struct thresholds *config_thresholds(const struct config *config);
/* Does the dashboard keep a recording of what it watches (true when not set), and how large? */
bool config_remember(const struct config *config);
gint64 config_remember_bytes(const struct config *config);
/* Intervals and duty for a session. */
void config_session_options(const struct config *config, struct session_options *ret);
/* The file as read, for groups other modules interpret ([keys]). */
GKeyFile *config_key_file(const struct config *config);

/* Changing and saving (atomically; creates the directory). Called from the options screen through
 * a job: config_to_text on the main loop, the writing off it. */
void config_set_theme(struct config *config, const char *theme);
void config_set_glyphs(struct config *config, enum theme_glyphs glyphs);
void config_set_mouse(struct config *config, bool on);
void config_set_bell(struct config *config, bool on);
void config_set_notifications(struct config *config, enum notification_form form);
void config_set_interval(struct config *config, enum probe_kind kind, double seconds);
char *config_to_text(const struct config *config); /* g_free */

#endif
