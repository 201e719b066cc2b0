#include "app/tui/screens/screens.h"

#include "app/lists/file_lists.h"
#include "app/report/holders_text.h"
#include "app/triage/notes.h"
#include "app/tui/screens/view_table.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/holdings_desk.h"
#include "probes/fd_detail.h"

#include <string.h>

/*
 * Everything known of one descriptor: what the census says at once, what
 * takes longer (the paths an inotify descriptor watches, the members of an
 * epoll set) when a job has found it out. Enter lists the directory.
 */

struct descriptor_screen {
    struct view base;
    struct pager *pager;
    int fd;
    enum fd_type type;
    char *path, *summary;
    gint64 first_seen_us;
    struct fd_detail *detail; /* NULL while the job looks */
};

struct detail_job {
    char *proc_root;
    pid_t pid;
    int fd;
    char **directories;
};

enum { MAX_DIRECTORIES = 512 };

/* --- the text --- */

static void add_watches(struct pager *pager, const struct fd_detail *detail)
{
    pager_add(pager, THEME_TEXT, "");
    pager_addf(pager, THEME_TITLE, "Watches: %u, %zu with a path", detail->watches->len,
               detail->n_found);
    for (guint i = 0; i < detail->watches->len; i++) {
        const struct fd_watch *watch = &g_array_index(detail->watches, struct fd_watch, i);
        g_autofree char *mask = fd_watch_mask(watch->mask);

        if (watch->path != NULL)
            pager_addf_elided(pager, THEME_TEXT, TEXT_ELIDE_MIDDLE, "  %s%s  %s", watch->path,
                              watch->sure ? "" : "  (by inode only)", mask);
        else
            pager_addf(pager, THEME_DIM, "  inode %" G_GUINT64_FORMAT "  %s", (guint64)watch->inode,
                       mask);
    }
    if (detail->n_found < detail->watches->len)
        pager_addf(pager, THEME_DIM,
                   "The kernel keeps inodes, not paths: those without one are neither in the "
                   "directories of open files nor below the working directory and the session "
                   "folders%s.",
                   detail->search_cut ? " (the search was cut short)" : "");
}

static void add_members(struct pager *pager, const struct fd_detail *detail)
{
    pager_add(pager, THEME_TEXT, "");
    pager_addf(pager, THEME_TITLE, "Waits for %u %s", detail->members->len,
               number_word(detail->members->len, "descriptor", "descriptors"));
    for (guint i = 0; i < detail->members->len; i++) {
        const struct fd_member *member = &g_array_index(detail->members, struct fd_member, i);
        g_autofree char *events = fd_member_events(member->events);

        pager_addf_elided(pager, THEME_TEXT, TEXT_ELIDE_MIDDLE, "  fd %-6d %-20s %s", member->fd,
                          events, member->link);
    }
}

static void add_line(enum holders_line line, const char *text, void *user)
{
    pager_addf_elided(user, line == HOLDERS_LINE_ROW ? THEME_TEXT : THEME_DIM, TEXT_ELIDE_SENTENCE,
                      "%s", text);
}

/* A look of before it was opened tells of another one with its number. */
static bool is_looked_at(const struct descriptor_screen *screen)
{
    struct session *session = ui_session(screen->base.ui);

    return session != NULL && ui_holdings(screen->base.ui) != NULL &&
           triage_notes_of(session)->holdings_us >= screen->first_seen_us;
}

static void add_holder(struct descriptor_screen *screen)
{
    struct ui *ui = screen->base.ui;
    const struct holdings_desk *desk = ui_holdings_desk(ui);
    g_autoptr(GString) state = g_string_new(NULL);

    if (!is_looked_at(screen) && holdings_desk_why_not(desk) != NULL)
        return;
    pager_add(screen->pager, THEME_TEXT, "");
    pager_add(screen->pager, THEME_TITLE, "Held by");
    if (!is_looked_at(screen)) {
        enum theme_role role = holdings_desk_say(desk, state);

        pager_add(screen->pager, holdings_desk_is_looking(desk) ? THEME_DIM : role,
                  holdings_desk_is_looking(desk) ? "reading the memory of the process ..."
                                                 : state->str);
        return;
    }
    const struct descriptor *d = descriptors_find(ui_holdings(ui)->descriptors, screen->fd);

    if (d != NULL)
        descriptor_chain_text(d, add_line, screen->pager);
    else
        pager_add(screen->pager, THEME_DIM, "it was not open any more when that was read");
}

static void write_text(struct descriptor_screen *screen)
{
    g_auto(GStrv) lines = g_strsplit(screen->summary, "\n", -1);
    const struct fd_detail *detail = screen->detail;

    pager_clear(screen->pager);
    pager_addf_elided(screen->pager, THEME_STRONG, TEXT_ELIDE_MIDDLE, "%s", screen->path);
    pager_add(screen->pager, THEME_TEXT, "");
    for (size_t i = 0; lines[i] != NULL; i++)
        pager_add(screen->pager, THEME_TEXT, lines[i]);
    add_holder(screen);
    if (detail == NULL) {
        pager_add(screen->pager, THEME_DIM,
                  ui_file_name(screen->base.ui) != NULL
                      ? "More is asked of a running process: the file does not hold it."
                      : "looking for more ...");
        return;
    }
    if (detail->error != NULL)
        pager_add(screen->pager, THEME_LOOK, detail->error);
    if (screen->type == FD_INOTIFY)
        add_watches(screen->pager, detail);
    if (screen->type == FD_EPOLL)
        add_members(screen->pager, detail);
    g_auto(GStrv) info = g_strsplit(detail->info, "\n", -1);

    pager_add(screen->pager, THEME_TEXT, "");
    pager_add(screen->pager, THEME_TITLE, "fdinfo");
    for (size_t i = 0; info[i] != NULL && info[i][0] != '\0'; i++)
        if (!g_str_has_prefix(info[i], "inotify ") && !g_str_has_prefix(info[i], "tfd:"))
            pager_addf(screen->pager, THEME_DIM, "  %s", g_strdelimit(info[i], "\t", ' '));
}

/* --- the job --- */

static void *look(void *data, const int *cancelled)
{
    const struct detail_job *job = data;

    return fd_detail_read(
        &(struct fd_detail_request){.proc_root = job->proc_root,
                                    .pid = job->pid,
                                    .fd = job->fd,
                                    .directories = (const char *const *)job->directories,
                                    .cancelled = cancelled});
}

static void free_job(void *data)
{
    struct detail_job *job = data;

    g_free(job->proc_root);
    g_strfreev(job->directories);
    g_free(job);
}

/* The screen may be gone, or show another descriptor by now. */
static void looked(void *result, void *user)
{
    struct ui *ui = user;
    struct view *screen = ui_find_screen(ui, &descriptor_screen_ops);
    struct fd_detail *detail = result;

    if (screen == NULL || view_of(struct descriptor_screen, screen)->fd != detail->fd) {
        fd_detail_free(detail);
        return;
    }
    fd_detail_free(view_of(struct descriptor_screen, screen)->detail);
    view_of(struct descriptor_screen, screen)->detail = detail;
    write_text(view_of(struct descriptor_screen, screen));
    ui_damage(ui);
}

/* Folders of what the target has open: the likeliest places for what it watches. */
static char **directories_of(const struct files_sample *files)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *list = g_ptr_array_new();

    for (size_t i = 0; files != NULL && i < files->n_groups; i++) {
        const struct fd_group *group = &files->groups[i];

        if (group->path[0] != '/' || list->len >= MAX_DIRECTORIES)
            continue;
        char *directory =
            group->type == FD_DIR ? g_strdup(group->path) : g_path_get_dirname(group->path);

        if (g_hash_table_add(seen, directory))
            g_ptr_array_add(list, g_strdup(directory));
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

static void start_job(struct descriptor_screen *screen)
{
    struct ui *ui = screen->base.ui;
    struct session *session = ui_session(ui);
    const struct target *target = session != NULL ? session_target(session) : NULL;

    /* the process of a file may be gone, its pid another's */
    if (target == NULL || ui_file_name(ui) != NULL)
        return;
    struct detail_job *job = g_new0(struct detail_job, 1);

    *job = (struct detail_job){.proc_root = g_strdup(target->proc_root),
                               .pid = target->id.pid,
                               .fd = screen->fd,
                               .directories = directories_of(session_files(session))};
    ui_start_job(ui,
                 &(struct job_ops){.work = look,
                                   .done = looked,
                                   .free_data = free_job,
                                   .free_result = (GDestroyNotify)fd_detail_free,
                                   .user = ui},
                 job);
}

/* --- the screen --- */

static void descriptor_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct descriptor_screen *screen = view_of(struct descriptor_screen, base);
    char right[32];

    g_snprintf(right, sizeof right, "descriptor %d", screen->fd);
    screen_title(base->ui, canvas, area, right);
    area.top += 2;
    area.lines -= 2;
    pager_draw(screen->pager, canvas, area);
}

static void open_directory(struct view *base)
{
    const struct descriptor_screen *screen = view_of(struct descriptor_screen, base);
    g_autofree char *directory =
        screen->type == FD_DIR ? g_strdup(screen->path) : g_path_get_dirname(screen->path);

    ui_push(base->ui, directory_screen_new(base->ui, directory));
}

/* Who holds it may be known by now. */
static void descriptor_update(struct view *base, unsigned kinds)
{
    if (kinds == 0)
        write_text(view_of(struct descriptor_screen, base));
}

static struct pager *descriptor_pager(struct view *base)
{
    return view_of(struct descriptor_screen, base)->pager;
}

static char *descriptor_copy(struct view *base)
{
    return g_strdup(view_of(struct descriptor_screen, base)->path);
}

static char *descriptor_export(struct view *base)
{
    return pager_to_text(view_of(struct descriptor_screen, base)->pager, ui_unicode(base->ui));
}

static bool has_directory(const struct view *base)
{
    return view_of(struct descriptor_screen, base)->path[0] == '/';
}

static const struct view_key descriptor_keys[] = {
    {.action = ACTION_BACK},
    {ACTION_OPEN, "directory", has_directory, .act = open_directory},
    {.action = ACTION_FILTER},
    {.action = ACTION_COPY},
    {.action = ACTION_NONE}};

static void descriptor_free(struct view *base)
{
    struct descriptor_screen *screen = view_of(struct descriptor_screen, base);

    pager_free(screen->pager);
    fd_detail_free(screen->detail);
    g_free(screen->path);
    g_free(screen->summary);
    g_free(screen);
}

const struct view_ops descriptor_screen_ops = {
    .name = "descriptor",
    .draw = descriptor_draw,
    .update = descriptor_update,
    .keys = descriptor_keys,
    .pager = descriptor_pager,
    .copy = descriptor_copy,
    .export_text = descriptor_export,
    .free = descriptor_free,
};

struct view *descriptor_screen_new(struct ui *ui, const struct fd_entry *fd)
{
    struct descriptor_screen *screen = g_new0(struct descriptor_screen, 1);
    g_autofree char *flags = descriptor_flags(fd->flags);

    screen->base = (struct view){.ops = &descriptor_screen_ops, .ui = ui};
    screen->fd = fd->fd;
    screen->type = fd->type;
    screen->path = g_strdup(fd->path);
    screen->summary = g_strdup_printf(
        "type %s (lsof: %s)   %s\nflags %s\noffset %s   size %s   inode %" G_GUINT64_FORMAT
        "   device %" G_GUINT64_FORMAT "%s%s%s",
        fd_type_label(fd->type), fd_type_name(fd->type), fd->detail, flags,
        number_count(fd->offset).text, number_count(fd->size).text, (guint64)fd->inode,
        (guint64)fd->device, fd->peer != NULL ? "\nalso open in process " : "",
        fd->peer != NULL ? fd->peer : "",
        fd->deleted ? "\nThe file is deleted: its space is freed only when this descriptor closes."
                    : "");
    screen->pager = pager_new();
    screen->first_seen_us = fd->first_seen_us;
    if (!is_looked_at(screen))
        holdings_desk_look(ui_holdings_desk(ui));
    write_text(screen);
    start_job(screen);
    return &screen->base;
}
