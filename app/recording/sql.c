#include "app/recording/sql.h"

#include "probes/samples.h"

#include <stdarg.h>

static void finalize(void *statement)
{
    sqlite3_finalize(statement);
}

void sql_init(struct sql *sql, sqlite3 *db)
{
    *sql = (struct sql){
        .db = db,
        .statements = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, finalize),
    };
}

void sql_clear(struct sql *sql)
{
    g_clear_pointer(&sql->statements, g_hash_table_unref);
    sql->db = NULL;
}

sqlite3_stmt *sql_prepare(struct sql *sql, const char *text)
{
    sqlite3_stmt *statement = g_hash_table_lookup(sql->statements, text);

    if (sql->failed)
        return NULL;
    if (statement != NULL) {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
        return statement;
    }
    if (sqlite3_prepare_v3(sql->db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK) {
        sql->failed = true;
        return NULL;
    }
    g_hash_table_insert(sql->statements, (void *)(uintptr_t)text, statement);
    return statement;
}

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    if (text != NULL)
        sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

static sqlite3_stmt *bind_all(struct sql *sql, const char *text, const char *letters,
                              va_list *values)
{
    sqlite3_stmt *statement = sql_prepare(sql, text);

    for (int at = 1; statement != NULL && letters[at - 1] != '\0'; at++) {
        switch (letters[at - 1]) {
        case 'i':
            sqlite3_bind_int64(statement, at, va_arg(*values, gint64));
            break;
        case 'u': {
            gint64 value = va_arg(*values, gint64);

            if (value != SAMPLE_UNKNOWN)
                sqlite3_bind_int64(statement, at, value);
            break;
        }
        case 'd':
            sqlite3_bind_double(statement, at, va_arg(*values, double));
            break;
        case 't':
            bind_text(statement, at, va_arg(*values, const char *));
            break;
        case 'b': {
            GBytes *bytes = va_arg(*values, GBytes *);
            gsize n;
            const void *data = g_bytes_get_data(bytes, &n);

            sqlite3_bind_blob64(statement, at, data, n, SQLITE_STATIC);
            break;
        }
        default: /* n: nothing is bound, which is NULL */
            break;
        }
    }
    return statement;
}

sqlite3_stmt *sql_bind(struct sql *sql, const char *text, const char *letters, ...)
{
    va_list values;

    va_start(values, letters);
    sqlite3_stmt *statement = bind_all(sql, text, letters, &values);

    va_end(values);
    return statement;
}

void sql_run(struct sql *sql, const char *text, const char *letters, ...)
{
    va_list values;

    va_start(values, letters);
    sqlite3_stmt *statement = bind_all(sql, text, letters, &values);

    va_end(values);
    while (sql_step(sql, statement))
        ;
}

bool sql_step(struct sql *sql, sqlite3_stmt *statement)
{
    if (sql->failed || statement == NULL)
        return false;
    int result = sqlite3_step(statement);

    if (result == SQLITE_ROW)
        return true;
    sql->failed = result != SQLITE_DONE;
    if (!sql->failed)
        sqlite3_reset(statement);
    return false;
}

gint64 sql_number(struct sql *sql, const char *text, gint64 otherwise)
{
    sqlite3_stmt *statement = sql_prepare(sql, text);
    gint64 number = otherwise;

    while (sql_step(sql, statement))
        if (sqlite3_column_type(statement, 0) != SQLITE_NULL)
            number = sqlite3_column_int64(statement, 0);
    return number;
}
