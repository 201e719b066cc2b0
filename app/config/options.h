#ifndef SIDESCOPE_APP_CONFIG_OPTIONS_H
#define SIDESCOPE_APP_CONFIG_OPTIONS_H

/*
 * Everything a user may choose, once (option_rows.h): its place in the file, what it may be,
 * its words. Of the table come the file's reading and checking, the options
 * screen, the flags of the commands, and what the manual and the completions
 * say (tests/unit/app/test_manual.c holds them to it). What judges is in a
 * table of its own, triage/thresholds.h. Pure; any thread.
 */

#include "probes/probe.h"

#include <glib.h>
#include <stdbool.h>

/* OPTION_THEME, OPTION_GLYPHS, … */
enum option_id {
#define OPTION(ID, ...) OPTION_##ID,
#include "app/config/option_rows.h"
    OPTION_INTERVAL, /* the first of one for each kind of probe, in their order */
    OPTION_N = OPTION_INTERVAL + PROBE_N_KINDS
};

enum option_kind {
    OPTION_WORD,    /* one of words() */
    OPTION_SWITCH,  /* true or false */
    OPTION_NUMBER,  /* min to max */
    OPTION_COMMAND, /* a program and its arguments, split as a shell would */
};

/* The commands whose flags it is among. */
enum option_flags { OPTION_FLAGS_NONE, OPTION_FLAGS_LOOK, OPTION_FLAGS_ALERT };

struct option {
    const char *group, *key; /* in the file; key NULL: a flag alone */
    const char *title;       /* on the options screen; NULL: not there */
    enum option_kind kind;
    const char *const *(*words)(void); /* WORD: NULL-ended */
    double usual, min, max;            /* NUMBER; a switch's usual is 0 or 1 */
    const char *unit;                  /* NUMBER: "s", "MiB" */
    enum option_flags flags;
    const char *flag;     /* without its dashes */
    const char *stands;   /* what the flag sets; NULL: its argument */
    const char *without;  /* what it sets when its argument is left out; NULL: it may not be */
    const char *argument; /* "NAME" */
    const char *help;     /* what it is, for screen, flags and manual; no full stop */
    const char *more;     /* the manual's other sentences, or "" */
    bool later;           /* a change counts from the next attaching on */
};

const struct option *option_info(enum option_id id);
/* OPTION_N when there is none. */
enum option_id option_find(const char *group, const char *key);
/* What a NUMBER or SWITCH is when nobody says: of an interval the probe's own. */
double option_usual(enum option_id id);

struct option_value {
    int word; /* -1: not chosen */
    bool on;
    double number;
    char **command; /* NULL: none */
};

enum option_error { OPTION_ERROR_UNKNOWN, OPTION_ERROR_VALUE };
#define OPTION_ERROR (option_error_quark())
GQuark option_error_quark(void);

/* *ret becomes what text says, in the file's notation (what it held is freed), or stays with a
 * sentence that names the key and what would be right. */
bool option_parse(enum option_id id, const char *text, struct option_value *ret, GError **error);
/* What the file has for it. Free with g_free. */
char *option_text(enum option_id id, const struct option_value *value);
void option_value_clear(struct option_value *value);

/*
 * Flags: they choose for this run and are not saved. A group of the flags is
 * given to a context; what was on the command line is in choices, which live
 * as long, until config_choose.
 */
struct option_choices;
struct option_choices *option_choices_new(void);
void option_choices_free(struct option_choices *choices);
/* The text chosen, or NULL. */
const char *option_choice(const struct option_choices *choices, enum option_id id);
/* The flags of the dashboard, as a main group to which others may be added; the context takes it.
 */
GOptionGroup *option_look_group(struct option_choices *choices);
/* Adds those of every command that watches, "At an alert:". */
void option_add_alert_group(GOptionContext *context, struct option_choices *choices);

typedef struct option_choices option_choices_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(option_choices_auto, option_choices_free)

#endif
