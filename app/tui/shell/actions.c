#include "app/tui/shell/actions.h"

#include <string.h>

static const struct action_info infos[ACTION_N] = {[ACTION_NONE] = {"", "", "", ""},
#define ACTION_INFO(id, name, keys, label, help) [ACTION_##id] = {name, keys, label, help},
                                                   ACTION_TABLE(ACTION_INFO)
#undef ACTION_INFO
};

struct keymap {
    GHashTable *actions;       /* key -> GINT_TO_POINTER(action) */
    GPtrArray *keys[ACTION_N]; /* display names, in order */
};

GQuark keymap_error_quark(void)
{
    return g_quark_from_static_string("sidescope-keymap-error-quark");
}

const struct action_info *action_info(enum action action)
{
    return &infos[action];
}

enum action action_find(const char *name)
{
    for (int a = ACTION_NONE + 1; a < ACTION_N; a++)
        if (strcmp(infos[a].name, name) == 0)
            return (enum action)a;
    return ACTION_NONE;
}

/* What the user reads for a key name: "C-c" is "^C", the blank is "space". */
static char *display_name(const char *key)
{
    if (strcmp(key, "Space") == 0)
        return g_strdup("space");
    if (strcmp(key, "Escape") == 0)
        return g_strdup("Esc");
    if (g_str_has_prefix(key, "C-") && strlen(key) == 3)
        return g_strdup_printf("^%c", g_ascii_toupper(key[2]));
    return g_strdup(key);
}

static bool bind_keys(struct keymap *keymap, enum action action, const char *keys, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(keys, " ", -1);

    for (char **key = parts; *key != NULL; key++) {
        gpointer other;

        if (**key == '\0')
            continue;
        if (g_hash_table_lookup_extended(keymap->actions, *key, NULL, &other)) {
            g_set_error(error, KEYMAP_ERROR, KEYMAP_ERROR_CLASH,
                        "key %s is given to both %s and %s: free it from one of them", *key,
                        infos[GPOINTER_TO_INT(other)].name, infos[action].name);
            return false;
        }
        g_hash_table_insert(keymap->actions, g_strdup(*key), GINT_TO_POINTER((int)action));
        g_ptr_array_add(keymap->keys[action], display_name(*key));
    }
    return true;
}

/* All changed actions lose their keys first, so that two of them may swap. */
static bool load_file(struct keymap *keymap, GKeyFile *file, GError **error)
{
    g_auto(GStrv) names = g_key_file_get_keys(file, "keys", NULL, NULL);

    for (char **name = names; name != NULL && *name != NULL; name++) {
        enum action action = action_find(*name);

        if (action == ACTION_NONE) {
            g_set_error(error, KEYMAP_ERROR, KEYMAP_ERROR_ACTION,
                        "[keys] names the unknown action \"%s\": the help screen lists them",
                        *name);
            return false;
        }

        GHashTableIter iter;
        gpointer value;

        g_hash_table_iter_init(&iter, keymap->actions);
        while (g_hash_table_iter_next(&iter, NULL, &value))
            if (GPOINTER_TO_INT(value) == (int)action)
                g_hash_table_iter_remove(&iter);
        g_ptr_array_set_size(keymap->keys[action], 0);
    }
    for (char **name = names; name != NULL && *name != NULL; name++) {
        g_autofree char *keys = g_key_file_get_string(file, "keys", *name, NULL);

        if (keys != NULL && !bind_keys(keymap, action_find(*name), keys, error))
            return false;
    }
    return true;
}

struct keymap *keymap_new(GKeyFile *file, GError **error)
{
    struct keymap *keymap = g_new0(struct keymap, 1);

    keymap->actions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int a = 0; a < ACTION_N; a++)
        keymap->keys[a] = g_ptr_array_new_with_free_func(g_free);
    for (int a = ACTION_NONE + 1; a < ACTION_N; a++)
        if (!bind_keys(keymap, (enum action)a, infos[a].keys, error))
            goto fail;
    if (file != NULL && !load_file(keymap, file, error))
        goto fail;
    return keymap;
fail:
    keymap_free(keymap);
    return NULL;
}

void keymap_free(struct keymap *keymap)
{
    if (keymap == NULL)
        return;
    for (int a = 0; a < ACTION_N; a++)
        g_ptr_array_unref(keymap->keys[a]);
    g_hash_table_unref(keymap->actions);
    g_free(keymap);
}

enum action keymap_lookup(const struct keymap *keymap, bool is_text, const char *str)
{
    const char *key = is_text && strcmp(str, " ") == 0 ? "Space" : str;

    return (enum action)GPOINTER_TO_INT(g_hash_table_lookup(keymap->actions, key));
}

const char *keymap_key(const struct keymap *keymap, enum action action)
{
    const GPtrArray *keys = keymap->keys[action];

    return keys->len > 0 ? g_ptr_array_index(keys, 0) : "";
}

char *keymap_keys(const struct keymap *keymap, enum action action)
{
    GString *out = g_string_new(NULL);
    const GPtrArray *keys = keymap->keys[action];

    for (guint i = 0; i < keys->len; i++)
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "",
                               (const char *)g_ptr_array_index(keys, i));
    return g_string_free(out, FALSE);
}
