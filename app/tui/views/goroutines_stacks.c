#include "app/tui/views/goroutines_views.h"

#include "app/tui/shell/format.h"

#include <string.h>

/* Sorting asks for signatures more often than there are rows. */
struct stack_row {
    const struct goroutine_bucket *bucket;
    const struct goroutine_signature *signature;
};

struct goroutine_stacks {
    const struct session *session;
    const struct goroutine_dump *dump; /* borrowed */
    GArray *shown;                     /* struct stack_row */
    struct table *table;
};

/* --- one bucket ------------------------------------------------------------------------------ */

const char *bucket_where(const struct goroutine_bucket *bucket)
{
    if (bucket->n_frames == 0)
        return "(no frames)";
    return bucket->frames[MIN(bucket->site, bucket->n_frames - 1)].function;
}

const char *bucket_state(const struct goroutine_bucket *bucket)
{
    if (*bucket->state != '\0')
        return bucket->state;
    return bucket->category != GOROUTINE_OTHER ? goroutine_category_name(bucket->category)
                                               : "(not known)";
}

int64_t bucket_growth(const struct session *session, const struct goroutine_dump *dump,
                      const struct goroutine_bucket *bucket)
{
    const struct goroutines_sample *mark =
        session != NULL ? session_mark_goroutines(session) : NULL;

    if (mark == NULL || mark->dump->has_states != dump->has_states)
        return SAMPLE_UNKNOWN;
    return (int64_t)bucket->count - (int64_t)session_mark_bucket_count(session, bucket->hash);
}

static void append_frame(GString *out, const char *before, const struct goroutine_frame *frame)
{
    g_string_append_printf(out, "%s%s %s:%" G_GINT64_FORMAT, before, frame->function, frame->file,
                           (gint64)frame->line);
}

void bucket_search_text(const struct goroutine_bucket *bucket, GString *out)
{
    const struct goroutine_signature *signature = goroutine_signature_of(bucket);

    g_string_append_printf(
        out, "%s, %s, %s%s", bucket_state(bucket), goroutine_category_name(bucket->category),
        signature->kind == GOROUTINE_SIGNATURE_EXPECTED ? "expected " : "", signature->word);
    for (size_t i = 0; i < bucket->n_frames; i++)
        append_frame(out, " ", &bucket->frames[i]);
    if (bucket->creator != NULL)
        append_frame(out, " created by ", bucket->creator);
    if (*bucket->labels != '\0')
        g_string_append_printf(out, " %s", bucket->labels);
}

/* --- cells ------------------------------------------------------------------------------------ */

void goroutine_growth_cell(int64_t growth, struct table_cell *ret)
{
    g_string_assign(ret->text, format_count_signed(growth).text);
    ret->role = growth != SAMPLE_UNKNOWN && growth > 0 ? THEME_LOOK : THEME_DIM;
}

void goroutine_minutes_cell(int64_t minutes, struct table_cell *ret)
{
    if (minutes < 0)
        g_string_assign(ret->text, "-");
    else if (minutes == 0)
        g_string_assign(ret->text, "<1m");
    else
        g_string_assign(ret->text, format_duration((double)minutes * 60).text);
    ret->role = minutes >= 5 ? THEME_TEXT : THEME_DIM;
}

enum theme_role goroutine_signature_role(enum goroutine_signature_kind kind)
{
    switch (kind) {
    case GOROUTINE_SIGNATURE_FOREVER:
        return THEME_BAD;
    case GOROUTINE_SIGNATURE_BLOCKED:
        return THEME_LOOK;
    case GOROUTINE_SIGNATURE_WAITING:
        return THEME_TEXT;
    default:
        return THEME_DIM;
    }
}

/* --- the table -------------------------------------------------------------------------------- */

enum {
    STACK_COUNT,
    STACK_GROWTH,
    STACK_STATE,
    STACK_LONGEST,
    STACK_SIGNATURE,
    STACK_CREATOR,
    STACK_WHERE,
};

static const struct table_column columns[] = {
    [STACK_COUNT] = {.title = "COUNT", .width = 6, .align = TEXT_RIGHT, .descending_first = true},
    [STACK_GROWTH] =
        {.title = "SINCE m", .width = 7, .align = TEXT_RIGHT, .drop = 3, .descending_first = true},
    [STACK_STATE] = {.title = "STATE", .width = 14, .drop = 1},
    [STACK_LONGEST] =
        {.title = "LONGEST", .width = 7, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [STACK_SIGNATURE] = {.title = "SIGNATURE", .width = 15, .drop = 4, .descending_first = true},
    [STACK_CREATOR] = {.title = "CREATED BY", .width = 26, .drop = 5, .elide = TEXT_ELIDE_FUNCTION},
    [STACK_WHERE] = {.title = "WHERE", .min_width = 20, .elide = TEXT_ELIDE_FUNCTION},
};

const struct goroutine_bucket *goroutine_stacks_at(const struct goroutine_stacks *stacks,
                                                   size_t row)
{
    return g_array_index(stacks->shown, struct stack_row, row).bucket;
}

static const struct goroutine_bucket *bucket_at(const void *model, size_t row)
{
    return goroutine_stacks_at(model, row);
}

static const struct goroutine_signature *signature_at(const void *model, size_t row)
{
    return g_array_index(((const struct goroutine_stacks *)model)->shown, struct stack_row, row)
        .signature;
}

static void signature_cell(const struct goroutine_signature *signature, struct table_cell *ret)
{
    g_string_assign(ret->text,
                    signature->kind == GOROUTINE_SIGNATURE_EXPECTED ? "expected" : signature->word);
    ret->role = goroutine_signature_role(signature->kind);
}

static void stack_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct goroutine_stacks *stacks = model;
    const struct goroutine_bucket *bucket = bucket_at(model, row);

    switch (column) {
    case STACK_COUNT:
        g_string_assign(ret->text, format_count((int64_t)bucket->count).text);
        break;
    case STACK_GROWTH:
        goroutine_growth_cell(bucket_growth(stacks->session, stacks->dump, bucket), ret);
        break;
    case STACK_STATE:
        g_string_assign(ret->text, bucket_state(bucket));
        if (bucket->n_leaked > 0)
            ret->role = THEME_BAD;
        break;
    case STACK_LONGEST:
        goroutine_minutes_cell(bucket->wait_max_minutes, ret);
        break;
    case STACK_SIGNATURE:
        signature_cell(signature_at(model, row), ret);
        break;
    case STACK_CREATOR:
        if (bucket->creator != NULL)
            g_string_assign(ret->text, bucket->creator->function);
        ret->role = THEME_DIM;
        break;
    default:
        g_string_assign(ret->text, bucket_where(bucket));
        if (bucket->is_profiler)
            ret->role = THEME_DIM;
        break;
    }
}

static int by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* The worst last, so that the first order, descending, has it on top. */
static int by_signature(const struct goroutine_signature *a, const struct goroutine_signature *b)
{
    return a->kind != b->kind ? by_number((int64_t)a->kind, (int64_t)b->kind)
                              : strcmp(b->word, a->word);
}

static int stack_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct goroutine_stacks *stacks = model;
    const struct goroutine_bucket *x = bucket_at(model, a), *y = bucket_at(model, b);

    switch (column) {
    case STACK_COUNT:
        return by_number((int64_t)x->count, (int64_t)y->count);
    case STACK_GROWTH:
        return by_number(bucket_growth(stacks->session, stacks->dump, x),
                         bucket_growth(stacks->session, stacks->dump, y));
    case STACK_STATE:
        return strcmp(bucket_state(x), bucket_state(y));
    case STACK_LONGEST:
        return by_number(x->wait_max_minutes, y->wait_max_minutes);
    case STACK_SIGNATURE:
        return by_signature(signature_at(model, a), signature_at(model, b));
    case STACK_CREATOR:
        return strcmp(x->creator != NULL ? x->creator->function : "",
                      y->creator != NULL ? y->creator->function : "");
    default:
        return strcmp(bucket_where(x), bucket_where(y));
    }
}

static uint64_t stack_key(const void *model, size_t row)
{
    return bucket_at(model, row)->hash | 1;
}

static void stack_filter(const void *model, size_t row, GString *out)
{
    bucket_search_text(bucket_at(model, row), out);
}

/* --- life ------------------------------------------------------------------------------------- */

struct goroutine_stacks *goroutine_stacks_new(void)
{
    static const struct table_ops ops = {.cell = stack_cell,
                                         .compare = stack_compare,
                                         .key = stack_key,
                                         .filter_text = stack_filter};
    struct goroutine_stacks *stacks = g_new0(struct goroutine_stacks, 1);

    stacks->shown = g_array_new(FALSE, FALSE, sizeof(struct stack_row));
    stacks->table = table_new(&ops, columns, G_N_ELEMENTS(columns), STACK_COUNT);
    return stacks;
}

void goroutine_stacks_free(struct goroutine_stacks *stacks)
{
    table_free(stacks->table);
    g_array_unref(stacks->shown);
    g_free(stacks);
}

void goroutine_stacks_fill(struct goroutine_stacks *stacks, const struct goroutine_dump *dump,
                           const struct session *session, enum goroutines_view view,
                           const char *name)
{
    table_set_model(stacks->table, NULL, 0);
    g_array_set_size(stacks->shown, 0);
    stacks->session = session;
    stacks->dump = dump;
    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++) {
        struct stack_row row = {.bucket = &dump->buckets[i]};

        if (name != NULL && !goroutine_group_holds(view, name, row.bucket))
            continue;
        row.signature = goroutine_signature_of(row.bucket);
        g_array_append_val(stacks->shown, row);
    }
    table_set_model(stacks->table, stacks, stacks->shown->len);
}

struct table *goroutine_stacks_table(struct goroutine_stacks *stacks)
{
    return stacks->table;
}
