#ifndef SIDESCOPE_APP_CONFIG_CONFIG_H
#define SIDESCOPE_APP_CONFIG_CONFIG_H

/*
 * The user's choices: a key file at $XDG_CONFIG_HOME/sidescope/config, which
 * need not exist. Groups [dashboard] and [intervals] hold what options.h lists,
 * [thresholds] what triage/thresholds.h does, [keys] is of tui/shell/actions.h.
 * Unknown groups and keys are errors that name the known ones. Main thread.
 */

#include "app/alerts/alert_options.h"
#include "app/config/options.h"
#include "app/session/session.h"
#include "app/triage/thresholds.h"

struct config;

enum config_error { CONFIG_ERROR_READ, CONFIG_ERROR_UNKNOWN, CONFIG_ERROR_VALUE };
#define CONFIG_ERROR (config_error_quark())
GQuark config_error_quark(void);

/* path NULL: the default place. A missing file gives the defaults; a bad one NULL with error. */
/* The source holds for what is attached to from then on, unless --source was given. */
struct config *config_load(const char *path, GError **error);
void config_free(struct config *config);

const char *config_path(const struct config *config);
/* Did the file, a flag or the options screen say so? Otherwise the value is the usual one. */
bool config_is_set(const struct config *config, enum option_id id);
/* What holds. Borrowed until the option is set. */
const struct option_value *config_value(const struct config *config, enum option_id id);
/* The chosen one of an option's words, or NULL. */
const char *config_word(const struct config *config, enum option_id id);
/* What is to be done at an alert: by the flags, where they say nothing by the configuration (either
 * may be NULL). alert_options_clear frees it. */
void config_alerts(const struct config *config, const struct option_choices *choices,
                   struct alert_options *ret);
const struct thresholds *config_thresholds(const struct config *config); /* changes with it */
/* Intervals and duty for a session. */
void config_session_options(const struct config *config, struct session_options *ret);
/* The file as read, for groups other modules interpret ([keys]). */
GKeyFile *config_key_file(const struct config *config);

/* For this run: what flags chose is not saved. */
void config_choose(struct config *config, const struct option_choices *choices);
/* Changing what will be saved; false with a sentence when text is not what it may be. The writing
 * is the options screen's, by a job: config_to_text on the main loop, the file off it. */
bool config_set(struct config *config, enum option_id id, const char *text, GError **error);
bool config_set_threshold(struct config *config, enum threshold_id id, const char *text,
                          GError **error);
char *config_to_text(const struct config *config); /* g_free */

#endif
