#include "app/tui/shell/path_prompt.h"
#include "app/tui/shell/errands.h"

#include <string.h>

struct path_prompt {
    int references; /* atomic: of the prompt, and of a listing under way */
    struct ui *ui;
    path_prompt_done done;
    void *user;
    bool listing;     /* one is under way */
    char *folder;     /* as typed, up to the last slash: what names are of; or NULL */
    GPtrArray *names; /* raw bytes; folders end with a slash */
};

struct found_names {
    struct path_prompt *prompt; /* one reference; not looked into on the job's thread */
    char *folder;               /* as typed */
    GPtrArray *names;
};

static void release(struct path_prompt *prompt)
{
    if (__atomic_sub_fetch(&prompt->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    g_free(prompt->folder);
    g_ptr_array_unref(prompt->names);
    g_free(prompt);
}

static void listing_free(void *data)
{
    struct found_names *listing = data;

    release(listing->prompt);
    g_free(listing->folder);
    g_ptr_array_unref(listing->names);
    g_free(listing);
}

static char *expand(const char *path)
{
    return g_str_has_prefix(path, "~/") ? g_build_filename(g_get_home_dir(), path + 2, NULL)
                                        : g_strdup(path);
}

/* "a/b/" of "a/b/c", "" of "c". */
static char *folder_of(const char *text)
{
    const char *slash = strrchr(text, '/');

    return g_strndup(text, slash != NULL ? (size_t)(slash - text) + 1 : 0);
}

/* --- listing --- */

/* The same listing comes back, filled. */
static void *list_work(void *data, const int *cancelled)
{
    struct found_names *listing = data;
    g_autofree char *path = expand(listing->folder);
    const char *folder = *path != '\0' ? path : ".";
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && listing->names->len < PATH_PROMPT_MAX_NAMES &&
           !__atomic_load_n(cancelled, __ATOMIC_RELAXED) && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *entry = g_build_filename(folder, name, NULL);
        bool is_folder = g_file_test(entry, G_FILE_TEST_IS_DIR);

        g_ptr_array_add(listing->names, g_strconcat(name, is_folder ? "/" : "", NULL));
    }
    return listing;
}

static void list_done(void *result, void *user)
{
    struct found_names *listing = result;
    struct path_prompt *prompt = listing->prompt;

    (void)user;
    prompt->listing = false;
    g_free(prompt->folder);
    prompt->folder = g_strdup(listing->folder);
    g_ptr_array_unref(prompt->names);
    prompt->names = g_ptr_array_ref(listing->names);
    listing_free(listing);
}

/* One at a time; what is asked for meanwhile comes with the next key. */
static void list_folder(struct path_prompt *prompt, const char *text)
{
    g_autofree char *folder = folder_of(text);

    if (prompt->listing || g_strcmp0(folder, prompt->folder) == 0)
        return;
    struct found_names *listing = g_new0(struct found_names, 1);

    __atomic_add_fetch(&prompt->references, 1, __ATOMIC_RELAXED);
    listing->prompt = prompt;
    listing->folder = g_steal_pointer(&folder);
    listing->names = g_ptr_array_new_with_free_func(g_free);
    prompt->listing = true;
    ui_start_job(
        prompt->ui,
        &(struct job_ops){.work = list_work, .done = list_done, .free_result = listing_free},
        listing);
}

/* --- the prompt --- */

static void on_changed(struct ui *ui, const char *text, void *user)
{
    (void)ui;
    list_folder(user, text);
}

static char *complete(struct ui *ui, const char *text, void *user)
{
    struct path_prompt *prompt = user;
    g_autofree char *folder = folder_of(text);
    const char *begun = text + strlen(folder);
    g_autoptr(GString) common = NULL;

    (void)ui;
    list_folder(prompt, text);
    for (guint i = 0; g_strcmp0(folder, prompt->folder) == 0 && i < prompt->names->len; i++) {
        const char *name = prompt->names->pdata[i];

        /* hidden ones only when asked for */
        if (!g_str_has_prefix(name, begun) || (*begun == '\0' && *name == '.'))
            continue;
        if (common == NULL)
            common = g_string_new(name);
        size_t n = 0;

        while (n < common->len && common->str[n] == name[n])
            n++;
        g_string_truncate(common, n);
    }
    return common != NULL ? g_strconcat(folder, common->str, NULL) : NULL;
}

static void on_done(struct ui *ui, const char *text, void *user)
{
    struct path_prompt *prompt = user;
    path_prompt_done done = prompt->done;
    void *done_user = prompt->user;
    g_autofree char *path = text != NULL && *text != '\0' ? expand(text) : NULL;

    release(prompt);
    done(ui, path, done_user);
}

void path_prompt(struct ui *ui, const char *label, const char *text, path_prompt_done done,
                 void *user)
{
    struct path_prompt *prompt = g_new0(struct path_prompt, 1);

    prompt->references = 1;
    prompt->ui = ui;
    prompt->done = done;
    prompt->user = user;
    prompt->names = g_ptr_array_new();
    ui_prompt(ui, &(struct ui_prompt){.label = label,
                                      .text = text,
                                      .changed = on_changed,
                                      .done = on_done,
                                      .complete = complete,
                                      .user = prompt});
    list_folder(prompt, text);
}
