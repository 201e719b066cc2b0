#include "app/lists/file_lists.h"
#include "app/lists/list_values.h"
#include "probes/databases.h"

/* Rows: the locks, then processes that have the database open and hold none. */

enum { LOCK_KIND, LOCK_PID, LOCK_FOR, LOCK_COMMAND, LOCK_MEANING };

static const struct listing_column columns[] = {
    [LOCK_KIND] =
        {.id = "lock", .title = "LOCK", .kind = LISTING_WORD, .width = 16, .largest_first = true},
    [LOCK_PID] = {.id = "pid", .title = "PID", .kind = LISTING_NUMBER, .width = 8},
    [LOCK_FOR] =
        {.id = "age_s", .title = "SEEN FOR", .kind = LISTING_DURATION, .width = 8, .drop = 1},
    [LOCK_COMMAND] = {.id = "command", .title = "COMMAND", .min_width = 20},
    [LOCK_MEANING] = {.id = "meaning", .title = "", .width = 44, .drop = 2, .unsortable = true},
};

static const struct db_lock *lock_at(const struct database *database, size_t row)
{
    return row < database->n_locks ? &database->locks[row] : NULL;
}

static const struct db_user *user_at(const struct database *database, size_t row)
{
    return &database->users[row - database->n_locks];
}

size_t locks_list_n(const struct database *database)
{
    return database->n_locks + database->n_users;
}

pid_t locks_list_pid(const struct database *database, size_t row)
{
    const struct db_lock *lock = lock_at(database, row);

    return lock != NULL ? lock->pid : user_at(database, row)->pid;
}

/* A waiting lock below those held, a mere user below all locks. */
static int weight(const struct db_lock *lock)
{
    return lock == NULL ? -2 : lock->waiting ? -1 : (int)lock->kind;
}

static void take_meaning(const struct database *database, size_t row, struct listing_value *ret)
{
    const struct db_lock *lock = lock_at(database, row);

    ret->role = THEME_DIM;
    if (lock == NULL)
        listing_say(ret, "%u descriptor%s", user_at(database, row)->fds,
                    user_at(database, row)->fds == 1 ? "" : "s");
    else
        ret->text = lock->waiting ? "sleeps until it is free" : db_lock_meaning(lock->kind);
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct locks_list *list = model;
    const struct db_lock *lock = lock_at(list->database, row);
    pid_t pid = locks_list_pid(list->database, row);

    switch (column) {
    case LOCK_KIND:
        ret->n = weight(lock);
        ret->text = lock != NULL ? db_lock_name(lock->kind) : "open";
        if (lock == NULL)
            ret->role = THEME_DIM;
        else if (lock->waiting)
            ret->role = THEME_LOOK;
        else if (db_lock_blocks(lock->kind))
            ret->role = lock->own ? THEME_LOOK : THEME_BAD;
        if (lock != NULL && lock->waiting)
            listing_note(ret, " wanted");
        break;
    case LOCK_PID:
        if (pid > 0)
            ret->n = pid;
        break;
    case LOCK_FOR:
        if (lock != NULL)
            list_age(ret, list->files->base.taken_us, lock->first_seen_us);
        else
            ret->text = "";
        ret->role = THEME_TEXT;
        break;
    case LOCK_COMMAND: {
        g_autofree char *nobody = lock != NULL && lock->pid <= 0 ? db_lock_holder(lock) : NULL;

        ret->text = lock != NULL ? lock->command : user_at(list->database, row)->command;
        if (nobody != NULL)
            listing_say(ret, "%s", nobody);
        else if (lock != NULL && lock->own)
            listing_note(ret, "  (the target)");
        break;
    }
    default:
        take_meaning(list->database, row, ret);
    }
}

static uint64_t key(const void *model, size_t row)
{
    const struct database *database = ((const struct locks_list *)model)->database;

    return (uint64_t)(uint32_t)locks_list_pid(database, row) << 8 |
           (uint64_t)(weight(lock_at(database, row)) + 3);
}

const struct listing locks_listing = {
    .id = "locks",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = LOCK_KIND,
    .value = value,
    .key = key,
};
