#include "app/config/config.h"

#include "app/target/attach.h"
#include "probes/small_file.h"
#include "widgets/safe_text.h"
#include "widgets/theme.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

GQuark config_error_quark(void)
{
    return g_quark_from_static_string("sidescope-config-error-quark");
}

/* How much of the normal share "observe-less" leaves to the probes. */
static const double less_duty_scale = 0.25;

enum { CONFIG_MAX_BYTES = 256 * 1024 };

struct config {
    char *path;
    GKeyFile *file;
    struct option_value value[OPTION_N];
    bool is_set[OPTION_N]; /* by the file, a flag or the options screen */
    struct thresholds thresholds;
};

static const char group_thresholds[] = "thresholds", group_keys[] = "keys";

/* The known groups, or with group the keys it has: "a, b, c". */
static char *known_names(const char *group)
{
    GPtrArray *names = g_ptr_array_new();

    for (size_t i = 0; i < OPTION_N; i++) {
        const struct option *option = option_info((enum option_id)i);
        const char *name = group == NULL ? option->group
                           : option->key != NULL && strcmp(option->group, group) == 0 ? option->key
                                                                                      : NULL;

        if (name != NULL && !g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
            g_ptr_array_add(names, (gpointer)(uintptr_t)name);
    }
    if (group == NULL) {
        g_ptr_array_add(names, (gpointer)(uintptr_t)group_thresholds);
        g_ptr_array_add(names, (gpointer)(uintptr_t)group_keys);
    }
    g_ptr_array_add(names, NULL);
    char *list = g_strjoinv(", ", (char **)names->pdata);

    g_ptr_array_unref(names);
    return list;
}

static bool fail_unknown(GError **error, const char *what, const char *found, const char *group)
{
    g_autofree char *known = known_names(group);

    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_UNKNOWN, "\"%s\" is no %s; known: %s", found,
                what, known);
    return false;
}

/* --- values --- */

static bool take_value(struct config *config, enum option_id id, const char *text, GError **error)
{
    g_autoptr(GError) local = NULL;

    if (!option_parse(id, text, &config->value[id], &local)) {
        g_set_error_literal(error, CONFIG_ERROR,
                            local->code == OPTION_ERROR_UNKNOWN ? CONFIG_ERROR_UNKNOWN
                                                                : CONFIG_ERROR_VALUE,
                            local->message);
        return false;
    }
    config->is_set[id] = true;
    return true;
}

/* A group whose keys are options. */
static bool read_group(struct config *config, const char *group, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(config->file, group, NULL, NULL);

    for (size_t i = 0; keys != NULL && keys[i] != NULL; i++) {
        enum option_id id = option_find(group, keys[i]);
        g_autofree char *what = g_strdup_printf("key of [%s]", group);
        g_autofree char *text = g_key_file_get_string(config->file, group, keys[i], NULL);

        if (id == OPTION_N)
            return fail_unknown(error, what, keys[i], group);
        if (!take_value(config, id, text != NULL ? g_strstrip(text) : "", error))
            return false;
    }
    return true;
}

/* --- life --- */

/* In a home that may not even be looked into (sudo -u, a service) there is none for us. */
static bool is_none(const GError *error, const char *path)
{
    return g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
           g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR) ||
           (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_ACCES) && access(path, F_OK) != 0);
}

static bool parse_file(struct config *config, GError **error)
{
    g_autoptr(GError) local = NULL;
    gsize n = 0;
    g_autofree char *text = small_file_read(config->path, CONFIG_MAX_BYTES, &n, &local);

    if (local != NULL && is_none(local, config->path))
        g_clear_error(&local);
    else if (n > 0)
        g_key_file_load_from_data(config->file, text, n, G_KEY_FILE_KEEP_COMMENTS, &local);
    if (local != NULL) {
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_READ, local->message);
        return false;
    }

    g_auto(GStrv) found = g_key_file_get_groups(config->file, NULL);

    for (size_t i = 0; found[i] != NULL; i++) {
        g_autofree char *keys = known_names(found[i]);
        bool others = strcmp(found[i], group_thresholds) == 0 || strcmp(found[i], group_keys) == 0;

        if (*keys == '\0' && !others)
            return fail_unknown(error, "group", found[i], NULL);
        if (!others && !read_group(config, found[i], error))
            return false;
    }
    return thresholds_load(&config->thresholds, config->file, error);
}

/* What is wrong is quoted: harmless, and not by the page. */
static bool read_file(struct config *config, GError **error)
{
    enum { QUOTED_MAX = 300 };
    g_autoptr(GError) local = NULL;

    if (parse_file(config, &local))
        return true;
    g_autofree char *safe =
        text_safe(local->message, MIN((gssize)strlen(local->message), QUOTED_MAX), true);

    g_set_error(error, local->domain, local->code, "%s%s", safe,
                strlen(local->message) > QUOTED_MAX ? " ..." : "");
    return false;
}

struct config *config_load(const char *path, GError **error)
{
    struct config *config = g_new0(struct config, 1);

    config->path = path != NULL
                       ? g_strdup(path)
                       : g_build_filename(g_get_user_config_dir(), "sidescope", "config", NULL);
    config->file = g_key_file_new();
    for (size_t i = 0; i < OPTION_N; i++) {
        double usual = option_usual((enum option_id)i);

        config->value[i] = (struct option_value){.word = -1, .on = usual != 0, .number = usual};
    }
    /* the fonts of Linux consoles have neither braille nor eighths of a cell */
    config->value[OPTION_GLYPHS].word =
        g_str_has_prefix(g_getenv("TERM") != NULL ? g_getenv("TERM") : "", "linux") ? THEME_ASCII
                                                                                    : THEME_BLOCK;
    config->value[OPTION_NOTIFICATIONS].word = NOTIFICATION_OFF;
    config->value[OPTION_SOURCE].word = TARGET_SOURCE_AUTO;
    thresholds_init(&config->thresholds, thresholds_on_macos());
    if (!read_file(config, error)) {
        g_prefix_error(error, "%s: ", config->path);
        config_free(config);
        return NULL;
    }
    attach_prefer_source((enum target_source)config->value[OPTION_SOURCE].word);
    return config;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    g_key_file_unref(config->file);
    g_free(config->path);
    for (size_t i = 0; i < OPTION_N; i++)
        option_value_clear(&config->value[i]);
    g_free(config);
}

const char *config_path(const struct config *config)
{
    return config->path;
}

bool config_is_set(const struct config *config, enum option_id id)
{
    return config->is_set[id];
}

const struct option_value *config_value(const struct config *config, enum option_id id)
{
    return &config->value[id];
}

const char *config_word(const struct config *config, enum option_id id)
{
    int word = config->value[id].word;

    return word >= 0 ? option_info(id)->words()[word] : NULL;
}

void config_alerts(const struct config *config, const struct option_choices *choices,
                   struct alert_options *ret)
{
    struct option_value value[OPTION_N] = {0};

    for (enum option_id id = 0; id < OPTION_N; id++) {
        const char *text = choices != NULL ? option_choice(choices, id) : NULL;
        g_autofree char *set =
            config != NULL && config->is_set[id] ? option_text(id, &config->value[id]) : NULL;

        if (option_info(id)->flags == OPTION_FLAGS_ALERT && (text != NULL || set != NULL))
            option_parse(id, text != NULL ? text : set, &value[id], NULL);
    }
    *ret = (struct alert_options){
        .bell = value[OPTION_BELL].on,
        .notify = (enum notification_form)value[OPTION_NOTIFICATIONS].word,
        .exec = value[OPTION_EXEC].command,
        .capture = value[OPTION_CAPTURE].on,
        .events = value[OPTION_EVENTS].on,
    };
}

const struct thresholds *config_thresholds(const struct config *config)
{
    return &config->thresholds;
}

void config_session_options(const struct config *config, struct session_options *ret)
{
    *ret = (struct session_options){
        .duty_scale = config->value[OPTION_OBSERVE_LESS].on ? less_duty_scale : 1};
    for (size_t i = 0; i < PROBE_N_KINDS; i++)
        if (config->is_set[OPTION_INTERVAL + i])
            ret->interval_us[i] =
                (gint64)(config->value[OPTION_INTERVAL + i].number * G_USEC_PER_SEC);
}

GKeyFile *config_key_file(const struct config *config)
{
    return config->file;
}

/* --- changing --- */

bool config_set(struct config *config, enum option_id id, const char *text, GError **error)
{
    const struct option *option = option_info(id);

    if (!take_value(config, id, text, error))
        return false;
    g_key_file_set_string(config->file, option->group, option->key, text);
    return true;
}

bool config_set_threshold(struct config *config, enum threshold_id id, const char *text,
                          GError **error)
{
    const char *key = threshold_info(id)->key;

    if (!thresholds_set(&config->thresholds, key, text, error))
        return false;
    g_key_file_set_string(config->file, group_thresholds, key, text);
    return true;
}

void config_choose(struct config *config, const struct option_choices *choices)
{
    for (enum option_id id = 0; id < OPTION_N; id++)
        if (option_choice(choices, id) != NULL)
            take_value(config, id, option_choice(choices, id), NULL);
}

char *config_to_text(const struct config *config)
{
    return g_key_file_to_data(config->file, NULL, NULL);
}
