#include "probes/linux/watch_places.h"

#include "probes/linux/procfs.h"

#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

/* What sidecar and its adapters watch below a home directory. */
static const char *const of_home[] = {
    ".local/state/sidecar",
    ".config/sidecar",
    ".claude/projects",
    ".config/claude/projects",
    ".codex/sessions",
    ".cursor/chats",
    ".copilot/session-state",
    ".local/share/opencode",
    ".grok/sessions",
    ".kiro",
    ".local/share/kiro-cli",
    ".amazonq",
    ".local/state/warp-terminal",
    ".openclaw/agents",
    ".pi/agent/sessions",
    ".omp/agent/sessions",
    ".local/share/amp/threads",
    ".gemini",
};

/* Variables that lead to directories of their own, and what below them is watched. */
static const struct {
    const char *name, *below;
} of_environment[] = {
    {"XDG_STATE_HOME=", "sidecar"}, {"CLAUDE_CONFIG_DIR=", "projects"},
    {"XDG_DATA_HOME=", "opencode"}, {"GROK_HOME=", "sessions"},
    {"AMP_DATA_HOME=", "threads"},
};

static void add(GPtrArray *places, const char *base, const char *below)
{
    if (*base == '/')
        g_ptr_array_add(places,
                        below != NULL ? g_build_filename(base, below, NULL) : g_strdup(base));
}

/* The variable after the one given, the first after NULL; NULL behind the last. */
static const char *next_variable(const struct procfs_text *environment, const char *after)
{
    const char *p = after == NULL ? environment->data : after + strlen(after) + 1;

    return environment->size > 0 && p < environment->data + environment->size ? p : NULL;
}

/* Of its environment, else of its user. */
static char *home_of(int pid_dir, const struct procfs_text *environment)
{
    char buffer[4096];
    struct passwd entry, *found = NULL;
    struct stat st;

    for (const char *p = NULL; (p = next_variable(environment, p)) != NULL;)
        if (g_str_has_prefix(p, "HOME=/"))
            return g_strdup(p + strlen("HOME="));
    if (fstat(pid_dir, &st) != 0 ||
        getpwuid_r(st.st_uid, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
        return NULL;
    return g_strdup(entry.pw_dir);
}

static void add_environment(GPtrArray *places, const struct procfs_text *environment)
{
    for (const char *p = NULL; (p = next_variable(environment, p)) != NULL;)
        for (size_t i = 0; i < G_N_ELEMENTS(of_environment); i++)
            if (g_str_has_prefix(p, of_environment[i].name))
                add(places, p + strlen(of_environment[i].name), of_environment[i].below);
}

/* Every "path" of its configuration is a project: what of it is watched comes first. */
static void add_projects(GPtrArray *places, int pid_dir, const char *home)
{
    static const char key[] = "\"path\"";
    g_autofree char *name = g_build_filename("root", home, ".config/sidecar/config.json", NULL);
    struct procfs_text text = {0};

    if (procfs_read(pid_dir, name, &text) != 0)
        text.size = 0;
    for (const char *p = text.size > 0 ? strstr(text.data, key) : NULL; p != NULL;
         p = strstr(p, key)) {
        p += strlen(key);
        p += strspn(p, " \t\r\n:");
        if (*p != '"')
            continue;
        g_autofree char *escaped = g_strndup(p + 1, strcspn(p + 1, "\""));
        g_autofree char *path = g_strcompress(escaped);

        add(places, path, ".git");
        add(places, path, ".todos");
        add(places, path, NULL);
    }
    procfs_text_clear(&text);
}

GPtrArray *watch_places(int pid_dir)
{
    GPtrArray *places = g_ptr_array_new_with_free_func(g_free);
    struct procfs_text environment = {0}, cwd = {0};

    if (procfs_read_link(pid_dir, "cwd", &cwd) == 0)
        add(places, cwd.data, NULL);
    if (procfs_read(pid_dir, "environ", &environment) != 0)
        environment.size = 0;
    g_autofree char *home = home_of(pid_dir, &environment);

    for (size_t i = 0; home != NULL && i < G_N_ELEMENTS(of_home); i++)
        add(places, home, of_home[i]);
    add_environment(places, &environment);
    if (home != NULL)
        add_projects(places, pid_dir, home);
    if (environment.data != NULL)
        memset(environment.data, 0, environment.size); /* it holds other people's secrets */
    procfs_text_clear(&environment);
    procfs_text_clear(&cwd);
    return places;
}
