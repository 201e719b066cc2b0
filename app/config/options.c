#include "app/config/options.h"

#include "app/alerts/alert_options.h"
#include "app/ground/notification.h"
#include "probes/target.h"
#include "widgets/theme.h"

#include <math.h>
#include <string.h>

GQuark option_error_quark(void)
{
    return g_quark_from_static_string("sidescope-option-error-quark");
}

static const char dashboard[] = "dashboard", intervals[] = "intervals";

static const char *const *glyph_names(void)
{
    static const char *const names[] = {
        [THEME_BRAILLE] = "braille", [THEME_BLOCK] = "block", [THEME_ASCII] = "ascii", NULL};

    return names;
}

/* Seconds between two samples that make sense: below, sidescope would only watch itself. */
#define INTERVAL(KIND, NAME, TITLE, LOOKS_AT, ...)                                                 \
    [(int)OPTION_INTERVAL + (int)PROBE_##KIND] = {.group = intervals,                              \
                                                  .key = #NAME,                                    \
                                                  .title = TITLE " every",                         \
                                                  .kind = OPTION_NUMBER,                           \
                                                  .min = 0.1,                                      \
                                                  .max = 3600,                                     \
                                                  .unit = "s",                                     \
                                                  .help = (LOOKS_AT),                              \
                                                  .more = ""},

static const struct option table[OPTION_N] = {
    [OPTION_THEME] =
        {.group = dashboard,
         .key = "theme",
         .title = "theme",
         .kind = OPTION_WORD,
         .words = theme_names,
         .flags = OPTION_FLAGS_LOOK,
         .flag = "theme",
         .argument = "NAME",
         .help = "the look: dark, light, or safe, readable with any colour vision",
         .more = "Not chosen: light where the terminal says that its ground is light, else dark."},
    [OPTION_GLYPHS] = {.group = dashboard,
                       .key = "glyphs",
                       .title = "glyphs",
                       .kind = OPTION_WORD,
                       .words = glyph_names,
                       .flags = OPTION_FLAGS_LOOK,
                       .flag = "ascii",
                       .stands = "ascii",
                       .help = "what charts and frames are drawn with",
                       .more = "On a Linux console ascii unless another is chosen."},
    [OPTION_MOUSE] = {.group = dashboard,
                      .key = "mouse",
                      .title = "mouse",
                      .kind = OPTION_SWITCH,
                      .usual = 1,
                      .flags = OPTION_FLAGS_LOOK,
                      .flag = "no-mouse",
                      .stands = "false",
                      .help = "the mouse is used; without it selecting text is the terminal's",
                      .more = ""},
    [OPTION_SOURCE] = {.group = dashboard,
                       .key = "source",
                       .title = "source",
                       .kind = OPTION_WORD,
                       .words = target_source_names,
                       .flag = "source",
                       .argument = "NAME",
                       .help = "what goroutines, heap and CPU are read from",
                       .more = "auto: of what there is, what disturbs the target least; pprof: "
                               "its server; memory: its memory and, for CPU, the kernel."},
    [OPTION_REMEMBER] =
        {.group = dashboard,
         .key = "remember",
         .title = "remember",
         .kind = OPTION_SWITCH,
         .usual = 1,
         .flags = OPTION_FLAGS_LOOK,
         .flag = "no-remember",
         .stands = "false",
         .help = "keeps what is seen for the next look at the same process",
         .more = "A recording below $XDG_STATE_HOME/sidescope/recordings, readable by the user "
                 "only: attached again, charts, trends, marks and growth reach back to the first "
                 "look.",
         .later = true},
    [OPTION_REMEMBER_SIZE] =
        {.group = dashboard,
         .key = "remember-size",
         .title = "remember at most",
         .kind = OPTION_NUMBER,
         .usual = 64,
         .min = 1,
         .max = 1 << 20,
         .unit = "MiB",
         .help = "how large that recording may become; the oldest detail goes first",
         .more = "All recordings together take four times that at most: those of ended processes "
                 "go.",
         .later = true},
    [OPTION_OBSERVE_LESS] = {.group = dashboard,
                             .key = "observe-less",
                             .title = "observe less",
                             .kind = OPTION_SWITCH,
                             .help = "a quarter of the time that probes may otherwise take",
                             .more = "",
                             .later = true},
    [OPTION_BELL] = {.group = dashboard,
                     .key = "bell",
                     .title = "bell",
                     .kind = OPTION_SWITCH,
                     .flags = OPTION_FLAGS_ALERT,
                     .flag = "bell",
                     .stands = "true",
                     .help = "rings the terminal's bell at an alert",
                     .more = ""},
    [OPTION_NOTIFICATIONS] = {.group = dashboard,
                              .key = "notifications",
                              .title = "notifications",
                              .kind = OPTION_WORD,
                              .words = notification_form_names,
                              .flags = OPTION_FLAGS_ALERT,
                              .flag = "notify",
                              .without = "auto",
                              .argument = "FORM",
                              .help = "on the desktop, by way of the terminal, at an alert",
                              .more = "By OSC 9, 777 or 99; in tmux its option allow-passthrough "
                                      "has to be on."},
    [OPTION_EXEC] = {.group = dashboard,
                     .key = "exec",
                     .title = "command",
                     .kind = OPTION_COMMAND,
                     .flags = OPTION_FLAGS_ALERT,
                     .flag = "exec",
                     .argument = "COMMAND",
                     .help = "run at an alert, no shell, SIDESCOPE_EVENT, _SEVERITY, _TEXT, ... in "
                             "its environment",
                     .more = "",
                     .later = true},
    [OPTION_CAPTURE] = {.group = dashboard,
                        .key = "capture-on-alarm",
                        .title = "capture on alarm",
                        .kind = OPTION_SWITCH,
                        .flags = OPTION_FLAGS_ALERT,
                        .flag = "capture-on-alarm",
                        .stands = "true",
                        .help = "takes every profile and dump at the first alarm of severity bad",
                        .more = "",
                        .later = true},
    [OPTION_EVENTS] = {.kind = OPTION_SWITCH,
                       .flags = OPTION_FLAGS_ALERT,
                       .flag = "events",
                       .stands = "true",
                       .help = "a line per event on standard error",
                       .more = ""},
    PROBE_TABLE(INTERVAL)};

const struct option *option_info(enum option_id id)
{
    return &table[id];
}

enum option_id option_find(const char *group, const char *key)
{
    for (size_t i = 0; i < OPTION_N; i++)
        if (table[i].key != NULL && strcmp(table[i].group, group) == 0 &&
            strcmp(table[i].key, key) == 0)
            return (enum option_id)i;
    return OPTION_N;
}

double option_usual(enum option_id id)
{
    if (id < OPTION_INTERVAL)
        return table[id].usual;
    return (double)probe_info((enum probe_kind)(id - OPTION_INTERVAL))->interval_us /
           G_USEC_PER_SEC;
}

/* --- texts --- */

static bool parse_word(const struct option *option, const char *text, int *ret, GError **error)
{
    const char *const *words = option->words();

    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0) {
            *ret = i;
            return true;
        }
    g_autofree char *known = g_strjoinv(", ", (char **)(uintptr_t)words);

    g_set_error(error, OPTION_ERROR, OPTION_ERROR_UNKNOWN, "\"%s\" is no %s; known: %s", text,
                option->key, known);
    return false;
}

static bool parse_switch(const struct option *option, const char *text, bool *ret, GError **error)
{
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0 && strcmp(text, "1") != 0 &&
        strcmp(text, "0") != 0) {
        g_set_error(error, OPTION_ERROR, OPTION_ERROR_VALUE, "%s is neither true nor false",
                    option->key);
        return false;
    }
    *ret = text[0] == 't' || text[0] == '1';
    return true;
}

static bool parse_number(const struct option *option, const char *text, double *ret, GError **error)
{
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);

    if (end == text || *end != '\0' || !(number >= option->min && number <= option->max)) {
        g_set_error(error, OPTION_ERROR, OPTION_ERROR_VALUE, "%s is a number of %s from %g to %g",
                    option->key, strcmp(option->unit, "s") == 0 ? "seconds" : option->unit,
                    option->min, option->max);
        return false;
    }
    *ret = number;
    return true;
}

static bool parse_command(const char *text, char ***ret, GError **error)
{
    g_autoptr(GError) local = NULL;
    char **command = *text != '\0' ? alert_options_split(text, &local) : NULL;

    if (local != NULL) {
        g_set_error_literal(error, OPTION_ERROR, OPTION_ERROR_VALUE, local->message);
        return false;
    }
    g_strfreev(*ret);
    *ret = command;
    return true;
}

bool option_parse(enum option_id id, const char *text, struct option_value *ret, GError **error)
{
    switch (table[id].kind) {
    case OPTION_WORD:
        return parse_word(&table[id], text, &ret->word, error);
    case OPTION_SWITCH:
        return parse_switch(&table[id], text, &ret->on, error);
    case OPTION_NUMBER:
        return parse_number(&table[id], text, &ret->number, error);
    default:
        return parse_command(text, &ret->command, error);
    }
}

/* Words as a shell would take them apart again. */
static char *quoted(char **command)
{
    GString *out = g_string_new(NULL);

    for (char **word = command; word != NULL && *word != NULL; word++) {
        g_autofree char *quoted = g_shell_quote(*word);
        bool plain = **word != '\0' && strpbrk(*word, " \t\n\"'\\$`*?[]{}()<>|&;#~!") == NULL;

        g_string_append_printf(out, "%s%s", word != command ? " " : "", plain ? *word : quoted);
    }
    return g_string_free(out, FALSE);
}

char *option_text(enum option_id id, const struct option_value *value)
{
    switch (table[id].kind) {
    case OPTION_WORD:
        return g_strdup(value->word >= 0 ? table[id].words()[value->word] : "");
    case OPTION_SWITCH:
        return g_strdup(value->on ? "true" : "false");
    case OPTION_NUMBER:
        return g_strdup_printf("%.15g", value->number);
    default:
        return quoted(value->command);
    }
}

void option_value_clear(struct option_value *value)
{
    g_clear_pointer(&value->command, g_strfreev);
}
