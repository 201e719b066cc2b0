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
#define OPTION(ID, ...) [OPTION_##ID] = {__VA_ARGS__},
#include "app/config/option_rows.h"
    PROBE_TABLE(INTERVAL) /* one for each */
};

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

bool option_parse(enum option_id id, const char *text, struct option_value *ret, GError **error)
{
    switch (table[id].kind) {
    case OPTION_WORD:
        return parse_word(&table[id], text, &ret->word, error);
    case OPTION_SWITCH:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0 && strcmp(text, "1") != 0 &&
            strcmp(text, "0") != 0) {
            g_set_error(error, OPTION_ERROR, OPTION_ERROR_VALUE, "%s is neither true nor false",
                        table[id].key);
            return false;
        }
        ret->on = text[0] == 't' || text[0] == '1';
        return true;
    case OPTION_NUMBER: {
        const struct option *option = &table[id];
        char *end = NULL;
        double number = g_ascii_strtod(text, &end);

        if (end == text || *end != '\0' || !(number >= option->min && number <= option->max)) {
            g_set_error(error, OPTION_ERROR, OPTION_ERROR_VALUE,
                        "%s is a number of %s from %.15g to %.15g", option->key,
                        strcmp(option->unit, "s") == 0 ? "seconds" : option->unit, option->min,
                        option->max);
            return false;
        }
        ret->number = number;
        return true;
    }
    default: {
        g_autoptr(GError) local = NULL;
        char **command = *text != '\0' ? alert_options_split(text, &local) : NULL;

        if (local != NULL) {
            g_set_error_literal(error, OPTION_ERROR, OPTION_ERROR_VALUE, local->message);
            return false;
        }
        g_strfreev(ret->command);
        ret->command = command;
        return true;
    }
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
