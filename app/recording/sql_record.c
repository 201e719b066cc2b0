#include "app/recording/sql_record.h"

#include <math.h>
#include <string.h>

static const char *type_of(enum record_kind kind)
{
    static const char *const types[] = {
        [RECORD_INT64] = "INTEGER",  [RECORD_KNOWN] = "INTEGER",  [RECORD_TIME] = "INTEGER",
        [RECORD_UINT64] = "INTEGER", [RECORD_UINT32] = "INTEGER", [RECORD_DOUBLE] = "REAL",
        [RECORD_INT] = "INTEGER",    [RECORD_BOOL] = "INTEGER",   [RECORD_CHAR] = "TEXT",
        [RECORD_NAME] = "TEXT",      [RECORD_TEXT] = "TEXT",      [RECORD_OPTIONAL_TEXT] = "TEXT",
        [RECORD_CHARS] = "TEXT",
    };

    return types[kind];
}

void sql_record_declare(GString *sql, const struct sql_columns *columns)
{
    for (size_t i = 0; i < columns->record->n; i++)
        g_string_append_printf(sql, ",\n %s%s %s", columns->prefix,
                               columns->record->members[i].name,
                               type_of(columns->record->members[i].kind));
}

void sql_record_names(GString *sql, const struct sql_columns *columns)
{
    for (size_t i = 0; i < columns->record->n; i++)
        g_string_append_printf(sql, ", \"%s%s\"", columns->prefix,
                               columns->record->members[i].name);
}

void sql_record_marks(GString *sql, const struct sql_columns *columns)
{
    for (size_t i = 0; i < columns->record->n; i++)
        g_string_append(sql, ", ?");
}

/* --- binding --- */

static void bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    if (text != NULL)
        sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, column);
}

static void bind_known(sqlite3_stmt *statement, int column, int64_t value, bool known)
{
    if (known)
        sqlite3_bind_int64(statement, column, value);
    else
        sqlite3_bind_null(statement, column);
}

static void bind(sqlite3_stmt *statement, int column, const struct record_member *member,
                 const void *at, const struct axis *axis)
{
    int64_t integer;

    switch (member->kind) {
    case RECORD_INT64:
        integer = *(const int64_t *)at;
        bind_known(statement, column, integer, integer != SAMPLE_UNKNOWN);
        break;
    case RECORD_TIME:
        integer = *(const int64_t *)at;
        bind_known(statement, column, axis_of(axis, integer), integer != 0);
        break;
    case RECORD_KNOWN:
    case RECORD_UINT64:
        sqlite3_bind_int64(statement, column, *(const int64_t *)at);
        break;
    case RECORD_UINT32:
        sqlite3_bind_int64(statement, column, *(const uint32_t *)at);
        break;
    case RECORD_DOUBLE:
        sqlite3_bind_double(statement, column, *(const double *)at); /* NAN becomes NULL */
        break;
    case RECORD_INT:
        sqlite3_bind_int(statement, column, *(const int *)at);
        break;
    case RECORD_BOOL:
        sqlite3_bind_int(statement, column, *(const bool *)at);
        break;
    case RECORD_CHAR:
        sqlite3_bind_text(statement, column, at, *(const char *)at != '\0', SQLITE_STATIC);
        break;
    case RECORD_NAME:
        bind_text(statement, column, member->value_name(*(const int *)at));
        break;
    case RECORD_TEXT:
    case RECORD_OPTIONAL_TEXT:
        bind_text(statement, column, *(const char *const *)at);
        break;
    case RECORD_CHARS:
        bind_text(statement, column, at);
        break;
    }
}

int sql_record_bind(sqlite3_stmt *statement, int first, const struct record *record,
                    const void *from, const struct axis *axis)
{
    for (size_t i = 0; i < record->n; i++) {
        if (from == NULL)
            sqlite3_bind_null(statement, first + (int)i);
        else
            bind(statement, first + (int)i, &record->members[i],
                 record_at(&record->members[i], from), axis);
    }
    return first + (int)record->n;
}

/* --- reading: the file may say anything --- */

static const char *text_of(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    return text != NULL ? text : "";
}

/* Sums over many of them still fit. */
static int64_t integer_of(sqlite3_stmt *statement, int column)
{
    const int64_t most = INT64_C(1) << 54;

    return CLAMP(sqlite3_column_int64(statement, column), -most, most);
}

static void read_number(sqlite3_stmt *statement, int column, const struct record_member *member,
                        void *at)
{
    if (record_put_integer(member, at, integer_of(statement, column)))
        return;
    switch (member->kind) {
    case RECORD_UINT64:
        *(uint64_t *)at = (uint64_t)sqlite3_column_int64(statement, column);
        break;
    case RECORD_DOUBLE:
        *(double *)at = sqlite3_column_double(statement, column);
        break;
    case RECORD_BOOL:
        *(bool *)at = integer_of(statement, column) != 0;
        break;
    default:
        break;
    }
}

static void read_text(sqlite3_stmt *statement, int column, const struct record_member *member,
                      void *at, void *sample)
{
    switch (member->kind) {
    case RECORD_CHAR:
        *(char *)at = *text_of(statement, column);
        break;
    case RECORD_NAME:
        *(int *)at = record_value_named(member, text_of(statement, column));
        break;
    case RECORD_TEXT:
    case RECORD_OPTIONAL_TEXT:
        if (sample != NULL)
            *(const char **)at = sample_strdup(sample, text_of(statement, column));
        break;
    case RECORD_CHARS:
        g_strlcpy(at, text_of(statement, column), (gsize)member->n);
        break;
    default:
        break;
    }
}

static const struct record_member *find(const struct sql_columns *columns, const char *name)
{
    size_t prefix = strlen(columns->prefix);

    if (name == NULL || strncmp(name, columns->prefix, prefix) != 0)
        return NULL;
    for (size_t i = 0; i < columns->record->n; i++)
        if (strcmp(columns->record->members[i].name, name + prefix) == 0)
            return &columns->record->members[i];
    return NULL;
}

void sql_record_read(sqlite3_stmt *statement, const struct sql_columns *columns, void *into,
                     void *sample)
{
    record_set_unknown(columns->record, into);
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        const struct record_member *member = find(columns, sqlite3_column_name(statement, i));
        int type = sqlite3_column_type(statement, i);

        if (member == NULL || type == SQLITE_NULL)
            continue;
        void *at = (char *)into + member->offset;

        if (strcmp(type_of(member->kind), "TEXT") == 0)
            read_text(statement, i, member, at, sample);
        else if (type == SQLITE_INTEGER || type == SQLITE_FLOAT)
            read_number(statement, i, member, at);
    }
}
