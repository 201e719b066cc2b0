#include "app/tui/views/files_views.h"

#include "app/tui/shell/format.h"
#include "app/tui/shell/ui.h"
#include "probes/databases.h"

#include <string.h>

/* SQLite databases of the target: who keeps which one locked, and for how long. */

enum { DB_LOCK, DB_FOR, DB_HOLDER, DB_FDS, DB_OTHERS, DB_LOG, DB_PATH };

static const struct table_column columns[] = {
    [DB_LOCK] = {.title = "LOCK", .width = 14, .descending_first = true},
    [DB_FOR] =
        {.title = "SEEN FOR", .width = 8, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [DB_HOLDER] = {.title = "HELD BY", .width = 22, .drop = 1},
    [DB_FDS] =
        {.title = "FDS", .width = 5, .align = TEXT_RIGHT, .drop = 4, .descending_first = true},
    [DB_OTHERS] =
        {.title = "OTHERS", .width = 6, .align = TEXT_RIGHT, .drop = 5, .descending_first = true},
    [DB_LOG] =
        {.title = "WAL", .width = 6, .align = TEXT_RIGHT, .drop = 6, .descending_first = true},
    [DB_PATH] = {.title = "DATABASE", .min_width = 18, .elide = TEXT_ELIDE_MIDDLE},
};

static const struct database *database_at(const void *model, size_t row)
{
    return &((const struct files_view *)model)->files->databases[row];
}

static uint32_t fds_of(const struct database *database)
{
    uint32_t n = 0;

    for (int file = 0; file < DB_N_FILES; file++)
        n += database->fds[file];
    return n;
}

/* The lock worth showing: the one that blocks, else whatever is held. */
static const struct db_lock *shown_lock(const struct database *database)
{
    const struct db_lock *blocker = database_blocker(database);

    return blocker != NULL || database->n_locks == 0 ? blocker : &database->locks[0];
}

static void holder_cell(const struct db_lock *lock, struct table_cell *ret)
{
    if (lock == NULL)
        return;
    g_autofree char *holder = db_lock_holder(lock);

    g_string_assign(ret->text, holder);
}

static void lock_cell(const struct files_sample *files, const struct db_lock *lock,
                      struct table_cell *ret)
{
    if (files->locks_why != NULL)
        g_string_assign(ret->text, "not readable");
    else
        g_string_assign(ret->text, lock != NULL ? db_lock_name(lock->kind) : "-");
    bool blocks = lock != NULL && db_lock_blocks(lock->kind);

    ret->role = !blocks ? THEME_DIM : lock->own ? THEME_LOOK : THEME_BAD;
}

static void cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct files_sample *files = ((const struct files_view *)model)->files;
    const struct database *database = database_at(model, row);
    const struct db_lock *lock = shown_lock(database);

    switch (column) {
    case DB_LOCK:
        lock_cell(files, lock, ret);
        break;
    case DB_FOR:
        if (lock != NULL)
            files_age_cell(files, lock->first_seen_us, ret);
        break;
    case DB_HOLDER:
        holder_cell(lock, ret);
        break;
    case DB_FDS:
        g_string_assign(ret->text, format_count(fds_of(database)).text);
        break;
    case DB_OTHERS:
        g_string_assign(
            ret->text, files->others_us != 0 ? format_count((int64_t)database->n_users).text : "-");
        ret->role = THEME_DIM;
        break;
    case DB_LOG:
        g_string_assign(ret->text, format_bytes(database->size[DB_WAL]).text);
        ret->role = THEME_DIM;
        break;
    default:
        g_string_assign(ret->text, database->path);
        if (database->deleted)
            g_string_append(ret->text, "  (deleted)");
        break;
    }
}

static int compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct database *x = database_at(model, a), *y = database_at(model, b);
    const struct db_lock *p = shown_lock(x), *q = shown_lock(y);

    switch (column) {
    case DB_LOCK:
        return files_by_number(p != NULL ? (int)p->kind : -1, q != NULL ? (int)q->kind : -1);
    case DB_FOR:
        return files_by_number(q != NULL ? q->first_seen_us : G_MAXINT64,
                               p != NULL ? p->first_seen_us : G_MAXINT64);
    case DB_HOLDER:
        return files_by_number(p != NULL ? p->pid : 0, q != NULL ? q->pid : 0);
    case DB_FDS:
        return files_by_number(fds_of(x), fds_of(y));
    case DB_OTHERS:
        return files_by_number((int64_t)x->n_users, (int64_t)y->n_users);
    case DB_LOG:
        return files_by_number(x->size[DB_WAL], y->size[DB_WAL]);
    default:
        return strcmp(x->path, y->path);
    }
}

static uint64_t key(const void *model, size_t row)
{
    return files_key(database_at(model, row)->path, 1);
}

static void filter_text(const void *model, size_t row, GString *out)
{
    const struct database *database = database_at(model, row);
    const struct db_lock *lock = shown_lock(database);

    g_string_append_printf(out, "%s %s %s", database->path,
                           lock != NULL ? db_lock_name(lock->kind) : "",
                           lock != NULL ? lock->command : "");
}

static const struct table_ops table_ops = {
    .cell = cell, .compare = compare, .key = key, .filter_text = filter_text};

static void update(struct view *base, unsigned kinds)
{
    struct files_view *view = view_of(struct files_view, base);
    const struct files_sample *files = view->files;

    (void)kinds;
    table_set_model(view->table, view, files != NULL ? files->n_databases : 0);
}

static bool ref(const struct view *base, struct ref *ret)
{
    struct files_view *view = view_of(struct files_view, base);
    size_t row;

    if (!files_view_row(base, &row))
        return false;
    *ret = (struct ref){.kind = REF_DATABASE, .text = database_at(view, row)->path};
    return true;
}

static enum theme_role info(const struct view *base, GString *out)
{
    const struct files_view *view = view_of(struct files_view, base);
    if (view->files->locks_why != NULL)
        g_string_append_printf(out, "locks cannot be read: %s", view->files->locks_why);
    return THEME_TITLE;
}

static const struct view_ops ops = {
    .name = "databases",
    .draw = files_view_draw,
    .update = update,
    .table = files_view_table,
    .ref = ref,
    .info = info,
    .free = files_view_free,
};

struct files_view *files_databases_new(const struct pane *pane)
{
    struct files_view *view = g_new0(struct files_view, 1);

    view->empty = "no SQLite database is open";
    return files_view_init(view, &ops, pane,
                           table_new(&table_ops, columns, G_N_ELEMENTS(columns), DB_LOCK));
}
