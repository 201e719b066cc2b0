#include "app/ground/redact.h"

#include "pprof/encode.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

enum kind { KIND_HOME, KIND_USER, KIND_HOST };

static const char *const replacements[] = {
    [KIND_HOME] = "~", [KIND_USER] = "USER", [KIND_HOST] = "HOST"};

struct name {
    enum kind kind;
    char *text;
    size_t n;
    bool whole; /* only as a word of its own */
};

struct redact {
    int references; /* atomic */
    GArray *names;  /* struct name, longest first: a home before the user in it */
};

static void clear_name(void *data)
{
    g_free(((struct name *)data)->text);
}

struct redact *redact_new(void)
{
    struct redact *redact = g_new0(struct redact, 1);

    redact->references = 1;
    redact->names = g_array_new(FALSE, FALSE, sizeof(struct name));
    g_array_set_clear_func(redact->names, clear_name);
    return redact;
}

struct redact *redact_ref(struct redact *redact)
{
    if (redact != NULL)
        __atomic_add_fetch(&redact->references, 1, __ATOMIC_RELAXED);
    return redact;
}

void redact_unref(struct redact *redact)
{
    if (redact == NULL || __atomic_sub_fetch(&redact->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    g_array_unref(redact->names);
    g_free(redact);
}

/* --- what is hidden --- */

static gint longest_first(gconstpointer a, gconstpointer b)
{
    const struct name *left = a, *right = b;

    return left->n == right->n ? strcmp(left->text, right->text) : left->n < right->n ? 1 : -1;
}

static void add(struct redact *redact, enum kind kind, const char *text, size_t n)
{
    struct name name = {.kind = kind, .n = n};

    if (n == 0)
        return;
    for (guint i = 0; i < redact->names->len; i++) {
        const struct name *known = &g_array_index(redact->names, struct name, i);

        if (known->n == n && g_ascii_strncasecmp(known->text, text, n) == 0)
            return;
    }
    name.text = g_strndup(text, n);
    name.whole = kind != KIND_HOME && (n < REDACT_MIN_PART || strcmp(name.text, "root") == 0);
    g_array_append_val(redact->names, name);
    g_array_sort(redact->names, longest_first);
}

void redact_add_home(struct redact *redact, const char *path)
{
    size_t n = path != NULL ? strlen(path) : 0;

    while (n > 0 && path[n - 1] == '/')
        n--;
    if (n > 1 && path[0] == '/')
        add(redact, KIND_HOME, path, n);
}

void redact_add_user(struct redact *redact, const char *name)
{
    if (name != NULL)
        add(redact, KIND_USER, name, strlen(name));
}

void redact_add_host(struct redact *redact, const char *name)
{
    size_t label = name != NULL ? strcspn(name, ".") : 0;

    if (label == 0 || strspn(name, "0123456789.:[]") == strlen(name) ||
        g_ascii_strncasecmp(name, "localhost", strlen("localhost")) == 0)
        return;
    add(redact, KIND_HOST, name, strlen(name));
    add(redact, KIND_HOST, name, label);
}

void redact_add_account(struct redact *redact, uid_t uid)
{
    enum { RECORD_BYTES = 16 * 1024 };
    g_autofree char *buffer = g_malloc(RECORD_BYTES);
    struct passwd record, *found = NULL;

    if (getpwuid_r(uid, &record, buffer, RECORD_BYTES, &found) != 0 || found == NULL)
        return;
    redact_add_home(redact, found->pw_dir);
    redact_add_user(redact, found->pw_name);
}

void redact_add_ourselves(struct redact *redact)
{
    g_autofree char *resolved = NULL;
    const char *home = g_getenv("HOME");

    redact_add_account(redact, getuid());
    redact_add_home(redact, home);
    if (home != NULL && (resolved = realpath(home, NULL)) != NULL)
        redact_add_home(redact, resolved);
    redact_add_user(redact, g_getenv("USER"));
    redact_add_user(redact, g_getenv("LOGNAME"));
    redact_add_user(redact, g_getenv("SUDO_USER"));
    redact_add_host(redact, g_get_host_name());
}

/* --- replacing --- */

static bool is_word(const char *text, size_t n, size_t at)
{
    return at < n && (g_ascii_isalnum(text[at]) || (guchar)text[at] >= 0x80);
}

static bool fits(const struct name *name, const char *text, size_t n, size_t at)
{
    if (name->n > n - at || g_ascii_strncasecmp(text + at, name->text, name->n) != 0)
        return false;
    return !name->whole ||
           ((at == 0 || !is_word(text, n, at - 1)) && !is_word(text, n, at + name->n));
}

static const struct name *name_at(const struct redact *redact, const char *text, size_t n,
                                  size_t at)
{
    for (guint i = 0; i < redact->names->len; i++) {
        const struct name *name = &g_array_index(redact->names, struct name, i);

        if (fits(name, text, n, at))
            return name;
    }
    return NULL;
}

static GString *replace(const struct redact *redact, const char *text, size_t n)
{
    GString *out = g_string_sized_new(n + 1);

    for (size_t at = 0; at < n;) {
        const struct name *name = name_at(redact, text, n, at);

        if (name != NULL)
            g_string_append(out, replacements[name->kind]);
        else
            g_string_append_c(out, text[at]);
        at += name != NULL ? name->n : 1;
    }
    return out;
}

char *redact_text(const struct redact *redact, const char *text)
{
    if (redact == NULL || text == NULL)
        return g_strdup(text);
    return g_string_free(replace(redact, text, strlen(text)), FALSE);
}

GBytes *redact_bytes(const struct redact *redact, GBytes *bytes)
{
    gsize n;
    const char *text = g_bytes_get_data(bytes, &n);

    if (redact == NULL || n == 0)
        return g_bytes_ref(bytes);
    return g_string_free_to_bytes(replace(redact, text, n));
}

/* --- documents --- */

static bool is_string(JsonNode *node)
{
    return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
}

static void redact_members(const struct redact *redact, JsonObject *object)
{
    JsonObjectIter iter;
    const char *name;
    JsonNode *member;

    json_object_iter_init(&iter, object);
    while (json_object_iter_next(&iter, &name, &member)) {
        if (is_string(member) && strcmp(name, "bytes_base64") == 0) {
            gsize n = 0;
            guchar *data = g_base64_decode(json_node_get_string(member), &n);
            g_autoptr(GBytes) bytes = g_bytes_new_take(data, n);
            g_autoptr(GBytes) clean = redact_bytes(redact, bytes);
            const guchar *out = g_bytes_get_data(clean, &n);
            g_autofree char *encoded = g_base64_encode(out, n);

            json_node_set_string(member, encoded);
        } else {
            redact_json(redact, member);
        }
    }
}

void redact_json(const struct redact *redact, JsonNode *node)
{
    if (redact == NULL)
        return;
    if (JSON_NODE_HOLDS_OBJECT(node)) {
        redact_members(redact, json_node_get_object(node));
    } else if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);

        for (guint i = 0; i < json_array_get_length(array); i++)
            redact_json(redact, json_array_get_element(array, i));
    } else if (is_string(node)) {
        g_autofree char *text = redact_text(redact, json_node_get_string(node));

        json_node_set_string(node, text);
    }
}

/* --- profiles --- */

/* Strings of the copy, freed with it. */
struct cleaner {
    const struct redact *redact;
    GStringChunk *strings;
};

static const char *clean(struct cleaner *cleaner, const char *text)
{
    g_autofree char *out = redact_text(cleaner->redact, text);

    return g_string_chunk_insert_const(cleaner->strings, out);
}

static struct profile_function *clean_functions(struct cleaner *cleaner, const struct profile *from)
{
    struct profile_function *functions = g_new(struct profile_function, from->n_functions + 1);

    for (size_t i = 0; i < from->n_functions; i++) {
        functions[i] = from->functions[i];
        functions[i].name = clean(cleaner, functions[i].name);
        functions[i].system_name = clean(cleaner, functions[i].system_name);
        functions[i].filename = clean(cleaner, functions[i].filename);
    }
    return functions;
}

GByteArray *redact_profile(const struct redact *redact, const struct profile *profile,
                           GError **error)
{
    struct cleaner cleaner = {redact, g_string_chunk_new(4096)};
    struct profile copy = *profile; /* its tables of names are ours, all others borrowed */

    copy.store = NULL;
    struct profile_mapping *mappings = g_new(struct profile_mapping, profile->n_mappings + 1);

    for (size_t i = 0; i < profile->n_mappings; i++) {
        mappings[i] = profile->mappings[i];
        mappings[i].filename = clean(&cleaner, mappings[i].filename);
    }
    copy.mappings = mappings;
    copy.functions = clean_functions(&cleaner, profile);
    struct profile_label *labels = g_new(struct profile_label, profile->n_labels + 1);

    for (size_t i = 0; i < profile->n_labels; i++) {
        labels[i] = profile->labels[i];
        labels[i].key = clean(&cleaner, labels[i].key);
        labels[i].str = clean(&cleaner, labels[i].str);
    }
    copy.labels = labels;
    const char **comments = g_new(const char *, profile->n_comments + 1);

    for (size_t i = 0; i < profile->n_comments; i++)
        comments[i] = clean(&cleaner, profile->comments[i]);
    copy.comments = comments;
    copy.doc_url = clean(&cleaner, profile->doc_url);
    copy.drop_frames = clean(&cleaner, profile->drop_frames);
    copy.keep_frames = clean(&cleaner, profile->keep_frames);
    GByteArray *encoded = profile_encode(&copy, error);

    g_free(copy.mappings);
    g_free(copy.functions);
    g_free(copy.labels);
    g_free(copy.comments);
    g_string_chunk_free(cleaner.strings);
    return encoded;
}
