#include "app/tui/screens/screens.h"

#include "app/tui/shell/format.h"
#include "probes/databases.h"

#include <string.h>

/* One database: every lock on it in SQLite's words, who holds or wants it, who else has it open. */

struct database_screen {
    struct view base;
    char *path;
    struct files_sample *files;      /* own reference */
    const struct database *database; /* in files; NULL: closed meanwhile */
    struct table *table;
};

enum { COL_LOCK, COL_PID, COL_FOR, COL_COMMAND, COL_MEANING };

static const struct table_column columns[] = {
    [COL_LOCK] = {.title = "LOCK", .width = 16, .descending_first = true},
    [COL_PID] = {.title = "PID", .width = 8, .align = TEXT_RIGHT},
    [COL_FOR] =
        {.title = "SEEN FOR", .width = 8, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [COL_COMMAND] = {.title = "COMMAND", .min_width = 20},
    [COL_MEANING] = {.title = "", .width = 44, .drop = 2, .unsortable = true},
};

/* Rows: the locks, then processes that have the database open and hold none. */
static const struct db_lock *lock_at(const struct database *database, size_t row)
{
    return row < database->n_locks ? &database->locks[row] : NULL;
}

static const struct db_user *user_at(const struct database *database, size_t row)
{
    return &database->users[row - database->n_locks];
}

static pid_t pid_at(const struct database *database, size_t row)
{
    const struct db_lock *lock = lock_at(database, row);

    return lock != NULL ? lock->pid : user_at(database, row)->pid;
}

static void lock_cell(const struct db_lock *lock, struct table_cell *ret)
{
    if (lock == NULL) {
        g_string_assign(ret->text, "open");
        ret->role = THEME_DIM;
        return;
    }
    g_string_printf(ret->text, "%s%s", db_lock_name(lock->kind), lock->waiting ? " wanted" : "");
    if (lock->waiting)
        ret->role = THEME_LOOK;
    else if (db_lock_blocks(lock->kind))
        ret->role = lock->own ? THEME_LOOK : THEME_BAD;
}

static void command_cell(const struct database *database, size_t row, struct table_cell *ret)
{
    const struct db_lock *lock = lock_at(database, row);
    g_autofree char *nobody = lock != NULL && lock->pid <= 0 ? db_lock_holder(lock) : NULL;

    if (lock == NULL)
        g_string_assign(ret->text, user_at(database, row)->command);
    else if (nobody != NULL)
        g_string_assign(ret->text, nobody);
    else
        g_string_printf(ret->text, "%s%s", lock->command, lock->own ? "  (the target)" : "");
}

static void meaning_cell(const struct database *database, size_t row, struct table_cell *ret)
{
    const struct db_lock *lock = lock_at(database, row);

    ret->role = THEME_DIM;
    if (lock == NULL)
        g_string_printf(ret->text, "%u descriptor%s", user_at(database, row)->fds,
                        user_at(database, row)->fds == 1 ? "" : "s");
    else if (lock->waiting)
        g_string_assign(ret->text, "sleeps until it is free");
    else
        g_string_assign(ret->text, db_lock_meaning(lock->kind));
}

static void cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct database_screen *screen = model;
    const struct db_lock *lock = lock_at(screen->database, row);

    switch (column) {
    case COL_LOCK:
        lock_cell(lock, ret);
        break;
    case COL_PID:
        if (pid_at(screen->database, row) > 0)
            g_string_printf(ret->text, "%d", (int)pid_at(screen->database, row));
        else
            g_string_assign(ret->text, "-");
        break;
    case COL_FOR:
        if (lock != NULL)
            g_string_assign(ret->text, format_duration((double)(screen->files->base.taken_us -
                                                                lock->first_seen_us) /
                                                       G_USEC_PER_SEC)
                                           .text);
        break;
    case COL_COMMAND:
        command_cell(screen->database, row, ret);
        break;
    default:
        meaning_cell(screen->database, row, ret);
        break;
    }
}

/* A waiting lock below those held, a mere user below all locks. */
static int weight(const struct database *database, size_t row)
{
    const struct db_lock *lock = lock_at(database, row);

    return lock == NULL ? -2 : lock->waiting ? -1 : (int)lock->kind;
}

static int compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct database *database = ((const struct database_screen *)model)->database;
    const struct db_lock *x = lock_at(database, a), *y = lock_at(database, b);

    if (column == COL_PID)
        return pid_at(database, a) - pid_at(database, b);
    if (column == COL_FOR && x != NULL && y != NULL)
        return x->first_seen_us > y->first_seen_us ? -1 : x->first_seen_us < y->first_seen_us;
    return weight(database, a) - weight(database, b);
}

static uint64_t key(const void *model, size_t row)
{
    const struct database *database = ((const struct database_screen *)model)->database;

    return (uint64_t)(uint32_t)pid_at(database, row) << 8 | (uint64_t)(weight(database, row) + 3);
}

static void filter_text(const void *model, size_t row, GString *out)
{
    const struct database *database = ((const struct database_screen *)model)->database;
    struct table_cell text = {.text = out};

    command_cell(database, row, &text);
}

static const struct table_ops table_ops = {
    .cell = cell, .compare = compare, .key = key, .filter_text = filter_text};

static void find_database(struct database_screen *screen)
{
    screen->database = NULL;
    for (size_t i = 0; screen->files != NULL && i < screen->files->n_databases; i++)
        if (strcmp(screen->files->databases[i].path, screen->path) == 0)
            screen->database = &screen->files->databases[i];
}

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
    find_database(screen);
    table_set_model(screen->table, screen,
                    screen->database != NULL ? screen->database->n_locks + screen->database->n_users
                                             : 0);
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
        g_string_append_printf(out, "%s%s %u times (%s)", first ? "" : ", ", names[file],
                               database->fds[file], format_bytes(database->size[file]).text);
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
                           format_duration(age_s).text, format_count(files->others_denied).text,
                           again, pid);
}

static void draw_words(struct database_screen *screen, const struct canvas *canvas, TickitRect area)
{
    const struct files_sample *files = screen->files;

    if (screen->database == NULL)
        return;
    g_autofree char *words = files_words(screen->database);
    g_autofree char *others =
        files->locks_why != NULL ? g_strdup_printf("locks cannot be read: %s", files->locks_why)
        : files->others_us == 0  ? g_strdup("other processes are still being looked through")
                                 : others_words(screen);

    text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_TEXT, "%s", words);
    text_drawf(canvas, area.top + 1, area.left + 1, area.cols - 1,
               files->locks_why != NULL ? THEME_LOOK : THEME_DIM, "%s", others);
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
    draw_words(screen, canvas, (TickitRect){area.top + 2, area.left, 2, area.cols});
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
    return g_strdup_printf("%d", (int)pid_at(screen->database, row));
}

static char *database_export(struct view *base)
{
    g_autofree char *path =
        text_safe(view_of(struct database_screen, base)->path, -1, ui_unicode(base->ui));
    g_autofree char *rows =
        table_to_text(view_of(struct database_screen, base)->table, ui_unicode(base->ui));

    return g_strconcat(path, "\n", rows, NULL);
}

static const enum action database_hints[] = {ACTION_BACK, ACTION_FILTER, ACTION_SORT_RIGHT,
                                             ACTION_COPY, ACTION_EXPORT, ACTION_NONE};

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
    .fixed_hints = database_hints,
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
    screen->table = table_new(&table_ops, columns, G_N_ELEMENTS(columns), COL_LOCK);
    return &screen->base;
}
