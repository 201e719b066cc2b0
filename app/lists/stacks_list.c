#include "app/lists/goroutine_lists.h"
#include "app/lists/list_values.h"
#include "app/triage/goroutine_growth.h"

/* Sorting asks for signatures more often than there are rows. */
struct stack_row {
    const struct goroutine_bucket *bucket;
    struct goroutine_part *part; /* which bucket is of, or NULL */
    const struct goroutine_signature *signature;
};

/* --- one bucket --- */

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

/* --- values --- */

void goroutine_list_minutes(struct listing_value *value, int64_t minutes)
{
    enum { LONG = 5 };

    if (minutes >= 0)
        value->x = (double)minutes * 60;
    if (minutes == 0)
        value->text = "<1m";
    value->role = minutes >= LONG ? THEME_TEXT : THEME_DIM;
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

/* --- the list --- */

enum {
    STACK_COUNT,
    STACK_GROWTH,
    STACK_STATE,
    STACK_LONGEST,
    STACK_SIGNATURE,
    STACK_CREATOR,
    STACK_WHERE,
};

static const struct listing_column columns[] = {
    [STACK_COUNT] = {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 6},
    [STACK_GROWTH] = {.id = "growth",
                      .title = "GROWTH",
                      .since = true,
                      .kind = LISTING_COUNT_SIGNED,
                      .width = 7,
                      .drop = 3},
    [STACK_STATE] = {.id = "state", .title = "STATE", .min_width = 14, .max_width = 20, .drop = 1},
    [STACK_LONGEST] =
        {.id = "longest_s", .title = "LONGEST", .kind = LISTING_DURATION, .width = 7, .drop = 2},
    [STACK_SIGNATURE] = {.id = "signature",
                         .title = "SIGNATURE",
                         .kind = LISTING_WORD,
                         .width = 15,
                         .drop = 4,
                         .largest_first = true},
    [STACK_CREATOR] = {.id = "creator",
                       .title = "CREATED BY",
                       .kind = LISTING_FUNCTION,
                       .min_width = 26,
                       .max_width = 48,
                       .drop = 5},
    [STACK_WHERE] =
        {.id = "where", .title = "WHERE", .kind = LISTING_FUNCTION, .min_width = 20, .weight = 4},
};

static const struct stack_row *row_at(const void *model, size_t row)
{
    return &g_array_index(((const struct stacks_list *)model)->shown, struct stack_row, row);
}

const struct goroutine_bucket *stacks_list_at(const struct stacks_list *list, size_t row)
{
    return row_at(list, row)->bucket;
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct stacks_list *list = model;
    const struct goroutine_bucket *bucket = row_at(model, row)->bucket;

    switch (column) {
    case STACK_COUNT:
        ret->n = (int64_t)bucket->count;
        break;
    case STACK_GROWTH: /* what is waited for comes and goes */
        list_growth(ret, row_at(model, row)->part == NULL
                             ? bucket_growth(list->session, list->dump, bucket)
                             : SAMPLE_UNKNOWN);
        break;
    case STACK_STATE:
        ret->text = bucket->leaked != NULL ? bucket->leaked : bucket_state(bucket);
        ret->role = bucket->leaked != NULL ? THEME_BAD : THEME_TEXT;
        break;
    case STACK_LONGEST:
        goroutine_list_minutes(ret, bucket->wait_max_minutes);
        break;
    case STACK_SIGNATURE: {
        const struct goroutine_signature *signature = row_at(model, row)->signature;

        ret->n = signature->kind;
        ret->text = signature->kind == GOROUTINE_SIGNATURE_EXPECTED ? "expected" : signature->word;
        ret->role = goroutine_signature_role(signature->kind);
        break;
    }
    case STACK_CREATOR:
        ret->text = bucket->creator != NULL ? bucket->creator->function : "";
        ret->role = THEME_DIM;
        break;
    default:
        ret->text = goroutine_site_function(bucket);
        ret->role = bucket->leaked != NULL ? THEME_BAD
                    : bucket->is_profiler  ? THEME_DIM
                                           : THEME_TEXT;
    }
}

static uint64_t key(const void *model, size_t row)
{
    return row_at(model, row)->bucket->hash | 1;
}

static void search(const void *model, size_t row, GString *out)
{
    /* Everything a search may be after: state, signature, frames, files, creator, labels. */
    const struct goroutine_bucket *bucket = row_at(model, row)->bucket;
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

const struct listing stacks_listing = {
    .id = "stacks",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = STACK_COUNT,
    .value = value,
    .key = key,
    .search = search,
};

static void clear_row(gpointer data)
{
    struct goroutine_part *part = ((struct stack_row *)data)->part;

    if (part != NULL)
        goroutine_part_clear(part);
    g_free(part);
}

void stacks_list_init(struct stacks_list *list)
{
    *list = (struct stacks_list){.shown = g_array_new(FALSE, FALSE, sizeof(struct stack_row))};
    g_array_set_clear_func(list->shown, clear_row);
}

void stacks_list_clear(struct stacks_list *list)
{
    g_array_unref(list->shown);
}

void stacks_list_fill(struct stacks_list *list, const struct goroutine_dump *dump,
                      const struct session *session, enum goroutines_view view, const char *name)
{
    g_array_set_size(list->shown, 0);
    list->session = session;
    list->dump = dump;
    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++) {
        struct stack_row row = {.bucket = &dump->buckets[i]};

        if (name != NULL && !goroutine_group_holds(view, name, row.bucket))
            continue;
        if (name != NULL && goroutine_view_is_waited(view)) {
            row.part = g_new(struct goroutine_part, 1);
            goroutine_part_take(row.part, row.bucket, goroutine_bucket_waited(row.bucket, name));
            row.bucket = &row.part->bucket;
        }
        row.signature = goroutine_signature_of(row.bucket);
        g_array_append_val(list->shown, row);
    }
}
