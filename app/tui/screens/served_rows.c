#include "app/tui/screens/served_rows.h"

#include "probes/pprof_index.h"
#include "probes/samples.h"

#include <string.h>

struct served_rows {
    GArray *all; /* struct served_row */
};

/* --- putting together --- */

static void clear_row(gpointer row)
{
    g_free(((struct served_row *)row)->name);
}

struct served_rows *served_rows_new(void)
{
    struct served_rows *rows = g_new0(struct served_rows, 1);

    rows->all = g_array_new(FALSE, FALSE, sizeof(struct served_row));
    g_array_set_clear_func(rows->all, clear_row);
    return rows;
}

void served_rows_free(struct served_rows *rows)
{
    g_array_unref(rows->all);
    g_free(rows);
}

static const struct pprof_index_row *find_served(const GArray *served, const char *name)
{
    for (guint i = 0; served != NULL && i < served->len; i++) {
        const struct pprof_index_row *row = &g_array_index(served, struct pprof_index_row, i);

        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

static void add_row(struct served_rows *rows, const struct profile_kind *kind, const char *name,
                    const GArray *served)
{
    const struct pprof_index_row *found = find_served(served, name);
    struct served_row row = {.kind = kind, .name = g_strdup(name), .count = SAMPLE_UNKNOWN};

    if (found != NULL && kind->has_count)
        row.count = found->count;
    /* what asks first counts what its last run found: nothing may mean that there was none */
    bool empty = row.count == 0 && *kind->empty != '\0' && *kind->consent == '\0';

    if (served == NULL)
        row.state = SERVED_ROW_UNKNOWN;
    else if (found == NULL)
        row.state = SERVED_ROW_MISSING;
    else
        row.state = empty ? SERVED_ROW_EMPTY : SERVED_ROW_SERVED;
    g_array_append_val(rows->all, row);
}

/* Profiles in their order, then the program's own, then what is no profile. */
void served_rows_fill(struct served_rows *rows, const GArray *served)
{
    size_t n, i = 0;
    const struct profile_kind *kinds = profile_kinds(&n);

    g_array_set_size(rows->all, 0);
    for (; i < n && kinds[i].asking != PROFILE_ASKING_NEVER; i++)
        add_row(rows, &kinds[i], kinds[i].name, served);
    for (guint s = 0; served != NULL && s < served->len; s++) {
        const char *name = g_array_index(served, struct pprof_index_row, s).name;

        if (profile_kind_is_custom(profile_kind_of(name)))
            add_row(rows, profile_kind_of(name), name, served);
    }
    for (; i < n; i++)
        if (find_served(served, kinds[i].name) != NULL)
            add_row(rows, &kinds[i], kinds[i].name, served);
}

size_t served_rows_count(const struct served_rows *rows)
{
    return rows->all->len;
}

const struct served_row *served_rows_at(const struct served_rows *rows, size_t row)
{
    return &g_array_index(rows->all, struct served_row, row);
}

const char *served_row_label(const struct served_row *row)
{
    return profile_kind_is_custom(row->kind) ? row->name : row->kind->label;
}

/* --- the table --- */

enum { COLUMN_PROFILE, COLUMN_COUNT, COLUMN_STATE, COLUMN_SHOWS, COLUMN_COSTS };

static const struct listing_column columns[] = {
    [COLUMN_PROFILE] = {.id = "profile", .title = "PROFILE", .kind = LISTING_PATH, .width = 16},
    [COLUMN_COUNT] = {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 8},
    [COLUMN_STATE] = {.id = "state", .title = "", .width = 10},
    [COLUMN_SHOWS] = {.id = "shows", .title = "SHOWS", .min_width = 40, .fits = true},
    [COLUMN_COSTS] = {.id = "costs", .title = "COSTS THE TARGET", .min_width = 66, .drop = 1},
};

static void value(const void *model, size_t index, size_t column, struct listing_value *ret)
{
    static const struct {
        const char *word;
        enum theme_role role;
    } states[] = {
        [SERVED_ROW_UNKNOWN] = {"?", THEME_DIM},
        [SERVED_ROW_SERVED] = {"", THEME_TEXT},
        [SERVED_ROW_EMPTY] = {"empty", THEME_LOOK},
        [SERVED_ROW_MISSING] = {"not served", THEME_LOOK},
    };
    const struct served_row *row = served_rows_at(model, index);

    if (row->state == SERVED_ROW_MISSING || row->kind->asking == PROFILE_ASKING_NEVER ||
        column == COLUMN_COSTS)
        ret->role = THEME_DIM;
    if (column == COLUMN_PROFILE)
        ret->text = served_row_label(row);
    else if (column == COLUMN_COUNT)
        ret->n = row->count;
    else if (column == COLUMN_STATE && row->state != SERVED_ROW_MISSING &&
             *row->kind->consent != '\0') {
        ret->text = "asks first";
        ret->role = THEME_DIM;
    } else if (column == COLUMN_STATE) {
        ret->text = states[row->state].word;
        ret->role = states[row->state].role;
    } else
        ret->text = column == COLUMN_SHOWS ? row->kind->shows : row->kind->costs;
}

static uint64_t key(const void *model, size_t row)
{
    const struct served_row *r = served_rows_at(model, row);

    return ((uint64_t)g_str_hash(r->name) << 1 | (*r->kind->query != '\0')) + 1;
}

/* Rows stand in a given order. */
static const struct listing listing = {
    .id = "profiles",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = COLUMN_PROFILE,
    .fixed = true,
    .value = value,
    .key = key,
};

struct table *served_rows_table(void)
{
    return table_new(&listing);
}
