#include "app/config/config.h"

#include "widgets/text.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

GQuark config_error_quark(void)
{
    return g_quark_from_static_string("sidescope-config-error-quark");
}

/* Seconds between two samples that make sense: below, sidescope would only watch itself. */
static const double interval_min_s = 0.1, interval_max_s = 3600;
/* What the dashboard keeps of a process: days of the usual, or a night of a large one. */
static const double remember_usual_mib = 64, remember_min_mib = 1, remember_max_mib = 1 << 20;
/* How much of the normal share "observe-less" leaves to the probes. */
static const double less_duty_scale = 0.25;

enum { CONFIG_MAX_BYTES = 256 * 1024 };

struct config {
    char *path;
    GKeyFile *file;
    char *theme;
    enum theme_glyphs glyphs;
    bool mouse, observe_less, remember;
    double remember_mib;
    double interval_s[PROBE_N_KINDS]; /* 0: default */
    struct thresholds thresholds;
    struct alert_options alerts;
};

static const char group_dashboard[] = "dashboard", group_intervals[] = "intervals";
static const char *const groups[] = {group_dashboard, group_intervals, "thresholds", "keys", NULL};
static const char *const dashboard_keys[] = {
    "theme",         "glyphs", "mouse",         "observe-less", "remember",
    "remember-size", "bell",   "notifications", "exec",         NULL};
static const char *const interval_keys[PROBE_N_KINDS + 1] = {
    [PROBE_PROCESS] = "process", [PROBE_MEMORY] = "memory",
    [PROBE_FILES] = "files",     [PROBE_GOROUTINES] = "goroutines",
    [PROBE_HEAP] = "heap",       [PROBE_THREADS] = "threads",
    [PROBE_N_KINDS] = NULL,
};
static const char *const glyph_names[] = {
    [THEME_BRAILLE] = "braille", [THEME_BLOCK] = "block", [THEME_ASCII] = "ascii", NULL};

/* Position of word in a NULL-ended list, -1 when it is not there. */
static int position(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

static bool fail_unknown(GError **error, const char *what, const char *found,
                         const char *const *known)
{
    g_autofree char *list = g_strjoinv(", ", (char **)(uintptr_t)known);

    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_UNKNOWN, "\"%s\" is no %s; known: %s", found,
                what, list);
    return false;
}

static bool check_keys(GKeyFile *file, const char *group, const char *const *known, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    g_autofree char *what = g_strdup_printf("key of [%s]", group);

    for (size_t i = 0; keys != NULL && keys[i] != NULL; i++)
        if (position(known, keys[i]) < 0)
            return fail_unknown(error, what, keys[i], known);
    return true;
}

static bool check_names(GKeyFile *file, GError **error)
{
    g_auto(GStrv) found = g_key_file_get_groups(file, NULL);

    for (size_t i = 0; found[i] != NULL; i++)
        if (position(groups, found[i]) < 0)
            return fail_unknown(error, "group", found[i], groups);
    return check_keys(file, group_dashboard, dashboard_keys, error) &&
           check_keys(file, group_intervals, interval_keys, error);
}

/* --- values ----------------------------------------------------------------- */

/* One of words; *ret keeps its value when the key is absent. */
static bool read_word(GKeyFile *file, const char *key, const char *const *words, int *ret,
                      GError **error)
{
    g_autofree char *word = g_key_file_get_string(file, group_dashboard, key, NULL);

    if (word == NULL)
        return true;
    int i = position(words, word);

    if (i < 0)
        return fail_unknown(error, key, word, words);
    *ret = i;
    return true;
}

static bool read_switch(GKeyFile *file, const char *key, bool *ret, GError **error)
{
    g_autoptr(GError) local = NULL;

    if (!g_key_file_has_key(file, group_dashboard, key, NULL))
        return true;
    bool value = g_key_file_get_boolean(file, group_dashboard, key, &local);

    if (local != NULL) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s is neither true nor false", key);
        return false;
    }
    *ret = value;
    return true;
}

static bool read_size(GKeyFile *file, const char *key, double *ret, GError **error)
{
    g_autoptr(GError) local = NULL;

    if (!g_key_file_has_key(file, group_dashboard, key, NULL))
        return true;
    double mib = g_key_file_get_double(file, group_dashboard, key, &local);

    if (local != NULL || !(mib >= remember_min_mib && mib <= remember_max_mib)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s is a number of MiB from %g to %g",
                    key, remember_min_mib, remember_max_mib);
        return false;
    }
    *ret = mib;
    return true;
}

static bool read_interval(GKeyFile *file, const char *key, double *ret, GError **error)
{
    g_autoptr(GError) local = NULL;

    if (!g_key_file_has_key(file, group_intervals, key, NULL))
        return true;
    double seconds = g_key_file_get_double(file, group_intervals, key, &local);

    if (local != NULL || !(seconds >= interval_min_s && seconds <= interval_max_s)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
                    "the %s interval is a number of seconds from %g to %g", key, interval_min_s,
                    interval_max_s);
        return false;
    }
    *ret = seconds;
    return true;
}

static bool read_command(GKeyFile *file, char ***ret, GError **error)
{
    g_autofree char *command = g_key_file_get_string(file, group_dashboard, "exec", NULL);
    g_autoptr(GError) local = NULL;

    if (command == NULL || *command == '\0')
        return true;
    *ret = alert_options_split(command, &local);
    if (*ret == NULL)
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, local->message);
    return *ret != NULL;
}

static bool read_alerts(struct config *config, GError **error)
{
    bool bell = false;
    int form = NOTIFICATION_OFF;

    if (!read_switch(config->file, "bell", &bell, error) ||
        !read_word(config->file, "notifications", notification_form_names(), &form, error))
        return false;
    config->alerts.bell = bell;
    config->alerts.notify = (enum notification_form)form;
    return read_command(config->file, &config->alerts.exec, error);
}

static bool read_values(struct config *config, GError **error)
{
    int theme = -1, glyphs = (int)config->glyphs;

    if (!read_word(config->file, "theme", theme_names(), &theme, error) ||
        !read_word(config->file, "glyphs", glyph_names, &glyphs, error) ||
        !read_switch(config->file, "mouse", &config->mouse, error) ||
        !read_switch(config->file, "observe-less", &config->observe_less, error) ||
        !read_switch(config->file, "remember", &config->remember, error) ||
        !read_size(config->file, "remember-size", &config->remember_mib, error))
        return false;
    if (theme >= 0) {
        g_free(config->theme);
        config->theme = g_strdup(theme_names()[theme]);
    }
    config->glyphs = (enum theme_glyphs)glyphs;
    for (size_t i = 0; i < PROBE_N_KINDS; i++)
        if (!read_interval(config->file, interval_keys[i], &config->interval_s[i], error))
            return false;
    return read_alerts(config, error) && thresholds_load(&config->thresholds, config->file, error);
}

/* --- life ------------------------------------------------------------------- */

/* A file somebody wrote by hand is small; anything else (a pipe, a device, the wrong file) must
 * neither hold us up nor fill the screen. NULL without error: there is none. */
static char *read_text(const char *path, gsize *ret_n, GError **error)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st = {0};
    const char *why = NULL;
    char *text = NULL;
    ssize_t n = 0;

    /* in a home that may not even be looked into (sudo -u, a service) there is none for us */
    if (fd < 0 &&
        (errno == ENOENT || errno == ENOTDIR || (errno == EACCES && access(path, F_OK) != 0)))
        return NULL;
    if (fd < 0 || fstat(fd, &st) != 0)
        why = g_strerror(errno);
    else if (!S_ISREG(st.st_mode))
        why = "it is no regular file";
    else if (st.st_size > CONFIG_MAX_BYTES)
        why = "it is too large to be a configuration";
    if (why == NULL) {
        text = g_malloc(CONFIG_MAX_BYTES + 1);
        n = read(fd, text, CONFIG_MAX_BYTES);
        why = n < 0 ? g_strerror(errno) : NULL;
    }
    if (fd >= 0)
        close(fd);
    if (why != NULL) {
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_READ, why);
        g_clear_pointer(&text, g_free);
    }
    *ret_n = (gsize)MAX(n, 0);
    return text;
}

static bool parse_file(struct config *config, GError **error)
{
    g_autoptr(GError) local = NULL;
    gsize n = 0;
    g_autofree char *text = read_text(config->path, &n, &local);

    if (local == NULL && n > 0)
        g_key_file_load_from_data(config->file, text, n, G_KEY_FILE_KEEP_COMMENTS, &local);
    if (local != NULL) {
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_READ, local->message);
        return false;
    }
    return check_names(config->file, error) && read_values(config, error);
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
    /* the fonts of Linux consoles have neither braille nor eighths of a cell */
    config->glyphs = g_str_has_prefix(g_getenv("TERM") != NULL ? g_getenv("TERM") : "", "linux")
                         ? THEME_ASCII
                         : THEME_BLOCK;
    config->mouse = true;
    config->remember = true;
    config->remember_mib = remember_usual_mib;
    thresholds_init(&config->thresholds, thresholds_on_macos());
    if (!read_file(config, error)) {
        g_prefix_error(error, "%s: ", config->path);
        config_free(config);
        return NULL;
    }
    return config;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    g_key_file_unref(config->file);
    g_free(config->path);
    g_free(config->theme);
    alert_options_clear(&config->alerts);
    g_free(config);
}

const char *config_path(const struct config *config)
{
    return config->path;
}

const char *config_theme(const struct config *config)
{
    return config->theme;
}

enum theme_glyphs config_glyphs(const struct config *config)
{
    return config->glyphs;
}

bool config_mouse(const struct config *config)
{
    return config->mouse;
}

const struct alert_options *config_alerts(const struct config *config)
{
    return &config->alerts;
}

bool config_remember(const struct config *config)
{
    return config->remember;
}

gint64 config_remember_bytes(const struct config *config)
{
    return (gint64)(config->remember_mib * 1024 * 1024);
}

const struct thresholds *config_thresholds(const struct config *config)
{
    return &config->thresholds;
}

void config_session_options(const struct config *config, struct session_options *ret)
{
    *ret = (struct session_options){.duty_scale = config->observe_less ? less_duty_scale : 1};
    for (size_t i = 0; i < PROBE_N_KINDS; i++)
        ret->interval_us[i] = (gint64)(config->interval_s[i] * G_USEC_PER_SEC);
}

GKeyFile *config_key_file(const struct config *config)
{
    return config->file;
}

/* --- changing --------------------------------------------------------------- */

void config_set_theme(struct config *config, const char *theme)
{
    char *copy = g_strdup(theme);

    g_free(config->theme);
    config->theme = copy;
    g_key_file_set_string(config->file, group_dashboard, "theme", theme);
}

void config_set_glyphs(struct config *config, enum theme_glyphs glyphs)
{
    config->glyphs = glyphs;
    g_key_file_set_string(config->file, group_dashboard, "glyphs", glyph_names[glyphs]);
}

void config_set_mouse(struct config *config, bool on)
{
    config->mouse = on;
    g_key_file_set_boolean(config->file, group_dashboard, "mouse", on);
}

void config_set_bell(struct config *config, bool on)
{
    config->alerts.bell = on;
    g_key_file_set_boolean(config->file, group_dashboard, "bell", on);
}

void config_set_notifications(struct config *config, enum notification_form form)
{
    config->alerts.notify = form;
    g_key_file_set_string(config->file, group_dashboard, "notifications",
                          notification_form_names()[form]);
}

void config_set_interval(struct config *config, enum probe_kind kind, double seconds)
{
    config->interval_s[kind] = CLAMP(seconds, interval_min_s, interval_max_s);
    g_key_file_set_double(config->file, group_intervals, interval_keys[kind],
                          config->interval_s[kind]);
}

char *config_to_text(const struct config *config)
{
    return g_key_file_to_data(config->file, NULL, NULL);
}
