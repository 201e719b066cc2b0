#include "app/lists/file_lists.h"
#include "app/lists/list_values.h"
#include "probes/databases.h"

/* SQLite databases of the target: who keeps which one locked, and for how long. */

enum { DB_LOCK, DB_FOR, DB_HOLDER, DB_FDS, DB_OTHERS, DB_LOG, DB_PATH };

static const struct listing_column columns[] = {
    [DB_LOCK] =
        {.id = "lock", .title = "LOCK", .kind = LISTING_WORD, .width = 14, .largest_first = true},
    [DB_FOR] =
        {.id = "lock_age_s", .title = "SEEN FOR", .kind = LISTING_DURATION, .width = 8, .drop = 2},
    [DB_HOLDER] = {.id = "holder", .title = "HELD BY", .width = 22, .drop = 1},
    [DB_FDS] = {.id = "fds", .title = "FDS", .kind = LISTING_COUNT, .width = 5, .drop = 4},
    [DB_OTHERS] = {.id = "others", .title = "OTHERS", .kind = LISTING_COUNT, .width = 6, .drop = 5},
    [DB_LOG] = {.id = "wal_bytes", .title = "WAL", .kind = LISTING_BYTES, .width = 6, .drop = 6},
    [DB_PATH] = {.id = "database", .title = "DATABASE", .kind = LISTING_PATH, .min_width = 18},
};

static const struct database *database_at(const void *model, size_t row)
{
    return &((const struct files_list *)model)->files->databases[row];
}

static void take_lock(const struct files_sample *files, const struct db_lock *lock,
                      struct listing_value *ret)
{
    bool blocks = lock != NULL && db_lock_blocks(lock->kind);

    if (lock != NULL) {
        ret->n = lock->kind;
        ret->text = db_lock_name(lock->kind);
    }
    if (files->locks_why != NULL)
        ret->text = "not readable";
    ret->role = !blocks ? THEME_DIM : lock->own ? THEME_LOOK : THEME_BAD;
}

static void take_holder(const struct db_lock *lock, struct listing_value *ret)
{
    g_autofree char *holder = lock != NULL ? db_lock_holder(lock) : NULL;

    ret->text = "";
    if (holder != NULL)
        listing_say(ret, "%s", holder);
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct files_sample *files = ((const struct files_list *)model)->files;
    const struct database *database = database_at(model, row);
    /* The lock worth showing: the one that blocks, else whatever is held. */
    const struct db_lock *blocker = database_blocker(database);
    const struct db_lock *lock =
        blocker != NULL || database->n_locks == 0 ? blocker : &database->locks[0];

    switch (column) {
    case DB_LOCK:
        take_lock(files, lock, ret);
        break;
    case DB_FOR:
        if (lock != NULL)
            list_age(ret, files->base.taken_us, lock->first_seen_us);
        else
            ret->text = "";
        break;
    case DB_HOLDER:
        take_holder(lock, ret);
        break;
    case DB_FDS: {
        uint32_t n = 0;

        for (int file = 0; file < DB_N_FILES; file++)
            n += database->fds[file];
        ret->n = n;
        break;
    }
    case DB_OTHERS:
        if (files->others_us != 0)
            ret->n = (int64_t)database->n_users;
        ret->role = THEME_DIM;
        break;
    case DB_LOG:
        ret->n = database->size[DB_WAL];
        ret->role = THEME_DIM;
        break;
    default:
        ret->text = database->path;
        if (database->deleted)
            listing_note(ret, "  (deleted)");
    }
}

static uint64_t key(const void *model, size_t row)
{
    return list_key(database_at(model, row)->path, 1);
}

const struct listing databases_listing = {
    .id = "databases",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = DB_LOCK,
    .value = value,
    .key = key,
};
