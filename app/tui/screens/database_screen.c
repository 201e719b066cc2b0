#include "app/tui/screens/screens.h"

#include "app/lists/file_lists.h"
#include "app/tui/shell/format.h"
#include "probes/databases.h"

#include <string.h>

/* One database: every lock on it in SQLite's words, who holds or wants it, who else has it open. */

struct database_screen {
    struct view base;
    char *path;
    struct files_sample *files;      /* own reference */
    const struct database *database; /* in files; NULL: closed meanwhile */
    struct locks_list list;
    struct table *table;
};

static void database_update(struct view *base, unsigned kinds)
{
    struct database_screen *screen = view_of(struct database_screen, base);
    struct session *session = ui_session(base->ui);
    const struct files_sample *newest = session != NULL ? session_files(session) : NULL;

    (void)kinds;
    if (newest == NULL || newest == screen->files)
        return;
    sample_unref(screen->files);
    screen->files = sample_ref(newest);
    screen->database = NULL;
    for (size_t i = 0; i < newest->n_databases; i++)
        if (strcmp(newest->databases[i].path, screen->path) == 0)
            screen->database = &screen->files->databases[i];
    screen->list = (struct locks_list){screen->files, screen->database};
    table_set_model(screen->table, &screen->list,
                    screen->database != NULL ? locks_list_n(screen->database) : 0);
}

/* "main 2, wal 1 (4.0M), shm 1": what the target has open of it. */
static char *files_words(const struct database *database)
{
    static const char *const names[DB_N_FILES] = {"database", "wal", "shm", "journal"};
    GString *out = g_string_new("open in the target: ");
    bool first = true;

    for (int file = 0; file < DB_N_FILES; file++) {
        if (database->fds[file] == 0)
            continue;
        g_string_append_printf(out, "%s%s %u %s (%s)", first ? "" : ", ", names[file],
                               database->fds[file],
                               number_word(database->fds[file], "time", "times"),
                               number_bytes(database->size[file]).text);
        first = false;
    }
    return g_string_free(out, FALSE);
}

static char *others_words(const struct database_screen *screen)
{
    const struct files_sample *files = screen->files;
    double age_s = (double)(files->base.taken_us - files->others_us) / G_USEC_PER_SEC;
    struct session *session = ui_session(screen->base.ui);
    const char *again = files->others_denied > 0 ? "; to see into them: sudo sidescope " : "";
    g_autofree char *pid = files->others_denied > 0 && session != NULL
                               ? g_strdup_printf("%d", (int)session_target(session)->id.pid)
                               : g_strdup("");

    return g_strdup_printf("other processes looked through %s ago, %s of them not readable%s%s",
                           number_duration(age_s).text, number_count(files->others_denied).text,
                           again, pid);
}

static void database_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct database_screen *screen = view_of(struct database_screen, base);
    const struct db_lock *blocker =
        screen->database != NULL ? database_blocker(screen->database) : NULL;

    screen_title(base->ui, canvas, area,
                 blocker != NULL ? db_lock_name(blocker->kind) : "nobody waits");
    text_draw(canvas, area.top + 1, area.left + 1, area.cols - 1,
              &(struct text_style){.role = THEME_STRONG, .elide = TEXT_ELIDE_MIDDLE}, screen->path);
    if (screen->database != NULL) {
        const struct files_sample *files = screen->files;
        g_autofree char *words = files_words(screen->database);
        g_autofree char *others =
            files->locks_why != NULL ? g_strdup_printf("locks cannot be read: %s", files->locks_why)
            : files->others_us == 0  ? g_strdup("other processes are still being looked through")
                                     : others_words(screen);

        text_drawf(canvas, area.top + 2, area.left + 1, area.cols - 1, THEME_TEXT, "%s", words);
        text_drawf(canvas, area.top + 3, area.left + 1, area.cols - 1,
                   files->locks_why != NULL ? THEME_LOOK : THEME_DIM, "%s", others);
    }
    area.top += 5;
    area.lines -= 5;
    if (area.lines > 0)
        table_draw(screen->table, canvas, area,
                   &(struct table_look){.focused = true,
                                        .empty = screen->database != NULL
                                                     ? "no lock is held, nobody else has it open"
                                                     : "the target has closed this database"});
}

static struct table *database_table(struct view *base)
{
    return view_of(struct database_screen, base)->table;
}

static char *database_copy(struct view *base)
{
    struct database_screen *screen = view_of(struct database_screen, base);
    size_t row;

    if (screen->database == NULL || !table_selected(screen->table, &row))
        return g_strdup(screen->path);
    return g_strdup_printf("%d", (int)locks_list_pid(screen->database, row));
}

static char *database_export(struct view *base)
{
    g_autofree char *path =
        text_safe(view_of(struct database_screen, base)->path, -1, ui_unicode(base->ui));
    g_autofree char *rows =
        table_to_text(view_of(struct database_screen, base)->table, ui_unicode(base->ui));

    return g_strconcat(path, "\n", rows, NULL);
}

static const struct view_key database_keys[] = {{.action = ACTION_BACK}, {.action = ACTION_NONE}};

static void database_free(struct view *base)
{
    struct database_screen *screen = view_of(struct database_screen, base);

    table_free(screen->table);
    sample_unref(screen->files);
    g_free(screen->path);
    g_free(screen);
}

static const struct view_ops ops = {
    .name = "database",
    .draw = database_draw,
    .update = database_update,
    .keys = database_keys,
    .table = database_table,
    .copy = database_copy,
    .export_text = database_export,
    .free = database_free,
};

struct view *database_screen_new(struct ui *ui, const char *path)
{
    struct database_screen *screen = g_new0(struct database_screen, 1);

    screen->base = (struct view){.ops = &ops, .ui = ui};
    screen->path = g_strdup(path);
    screen->table = table_new(&locks_listing);
    return &screen->base;
}
