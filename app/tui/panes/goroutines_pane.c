#include "app/tui/pane.h"

#include "app/tui/format.h"
#include "app/tui/screens/screens.h"

#include <math.h>
#include <string.h>

/*
 * Buckets of identical stacks, or of wait states, with how long the longest
 * has waited and how many came since the mark.
 */

enum goroutines_view { VIEW_STACKS, VIEW_STATES, N_VIEWS };

struct state_row {
    enum goroutine_category category;
    size_t count, buckets;
    int64_t longest; /* minutes, -1 unknown */
    int64_t growth;  /* SAMPLE_UNKNOWN without a mark */
};

struct goroutines_pane {
    struct pane base;
    struct table *stacks, *states;
    struct state_row rows[GOROUTINE_N_CATEGORIES];
    size_t n_rows;
    enum goroutines_view view;
};

static struct goroutines_pane *self(struct pane *pane)
{
    return (struct goroutines_pane *)(void *)pane;
}

static const struct goroutines_sample *sample_of(const struct pane *pane)
{
    return (const struct goroutines_sample *)(const void *)pane->sample;
}

static const struct goroutine_dump *dump_of(const struct pane *pane)
{
    const struct goroutines_sample *sample = sample_of(pane);

    return sample != NULL ? sample->dump : NULL;
}

static int by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int64_t growth_of(const struct pane *pane, const struct goroutine_bucket *bucket)
{
    struct session *session = ui_session(pane->ui);

    if (session == NULL || session_mark_goroutines(session) == NULL)
        return SAMPLE_UNKNOWN;
    return (int64_t)bucket->count - (int64_t)session_mark_bucket_count(session, bucket->hash);
}

static void growth_cell(int64_t growth, struct table_cell *ret)
{
    g_string_assign(ret->text, format_count_signed(growth).text);
    ret->role = growth != SAMPLE_UNKNOWN && growth > 0 ? THEME_LOOK : THEME_DIM;
}

static void minutes_cell(int64_t minutes, struct table_cell *ret)
{
    if (minutes < 0)
        g_string_assign(ret->text, "-");
    else if (minutes == 0)
        g_string_assign(ret->text, "<1m");
    else
        g_string_assign(ret->text, format_duration((double)minutes * 60).text);
    ret->role = minutes >= 5 ? THEME_TEXT : THEME_DIM;
}

/* --- stacks ------------------------------------------------------------------------------------
 */

enum { STACK_COUNT, STACK_GROWTH, STACK_STATE, STACK_LONGEST, STACK_CREATOR, STACK_WHERE };

static const struct table_column stack_columns[] = {
    [STACK_COUNT] = {.title = "COUNT", .width = 6, .align = TEXT_RIGHT, .descending_first = true},
    [STACK_GROWTH] =
        {.title = "SINCE m", .width = 7, .align = TEXT_RIGHT, .drop = 3, .descending_first = true},
    [STACK_STATE] = {.title = "STATE", .width = 14, .drop = 1},
    [STACK_LONGEST] =
        {.title = "LONGEST", .width = 7, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [STACK_CREATOR] = {.title = "CREATED BY", .width = 26, .drop = 5, .elide = TEXT_ELIDE_FUNCTION},
    [STACK_WHERE] = {.title = "WHERE", .min_width = 20, .elide = TEXT_ELIDE_FUNCTION},
};

static const char *where_of(const struct goroutine_bucket *bucket)
{
    if (bucket->n_frames == 0)
        return "(no frames)";
    return bucket->frames[MIN(bucket->site, bucket->n_frames - 1)].function;
}

static const char *state_of(const struct goroutine_bucket *bucket)
{
    return *bucket->state != '\0' ? bucket->state : goroutine_category_name(bucket->category);
}

static const struct goroutine_bucket *bucket_at(const void *model, size_t row)
{
    return &dump_of(model)->buckets[row];
}

static void stack_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct goroutine_bucket *bucket = bucket_at(model, row);

    switch (column) {
    case STACK_COUNT:
        g_string_assign(ret->text, format_count((int64_t)bucket->count).text);
        break;
    case STACK_GROWTH:
        growth_cell(growth_of(model, bucket), ret);
        break;
    case STACK_STATE:
        g_string_assign(ret->text, state_of(bucket));
        if (bucket->n_leaked > 0)
            ret->role = THEME_BAD;
        break;
    case STACK_LONGEST:
        minutes_cell(bucket->wait_max_minutes, ret);
        break;
    case STACK_CREATOR:
        if (bucket->creator != NULL)
            g_string_assign(ret->text, bucket->creator->function);
        ret->role = THEME_DIM;
        break;
    default:
        g_string_assign(ret->text, where_of(bucket));
        if (bucket->is_profiler)
            ret->role = THEME_DIM;
        break;
    }
}

static int stack_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct goroutine_bucket *x = bucket_at(model, a), *y = bucket_at(model, b);

    switch (column) {
    case STACK_COUNT:
        return by_number((int64_t)x->count, (int64_t)y->count);
    case STACK_GROWTH:
        return by_number(growth_of(model, x), growth_of(model, y));
    case STACK_STATE:
        return strcmp(state_of(x), state_of(y));
    case STACK_LONGEST:
        return by_number(x->wait_max_minutes, y->wait_max_minutes);
    case STACK_CREATOR:
        return g_strcmp0(x->creator != NULL ? x->creator->function : "",
                         y->creator != NULL ? y->creator->function : "");
    default:
        return strcmp(where_of(x), where_of(y));
    }
}

static uint64_t stack_key(const void *model, size_t row)
{
    return bucket_at(model, row)->hash | 1;
}

static void stack_filter(const void *model, size_t row, GString *out)
{
    const struct goroutine_bucket *bucket = bucket_at(model, row);

    g_string_append(out, state_of(bucket));
    for (size_t i = 0; i < bucket->n_frames; i++)
        g_string_append_printf(out, " %s", bucket->frames[i].function);
    if (bucket->creator != NULL)
        g_string_append_printf(out, " %s", bucket->creator->function);
    g_string_append(out, bucket->labels);
}

static const struct table_ops stack_ops = {
    .cell = stack_cell, .compare = stack_compare, .key = stack_key, .filter_text = stack_filter};

/* --- states --------------------------------------------------------------------------------------
 */

enum { STATE_COUNT, STATE_GROWTH, STATE_BUCKETS, STATE_LONGEST, STATE_STATE };

static const struct table_column state_columns[] = {
    [STATE_COUNT] = {.title = "COUNT", .width = 7, .align = TEXT_RIGHT, .descending_first = true},
    [STATE_GROWTH] =
        {.title = "SINCE m", .width = 7, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [STATE_BUCKETS] =
        {.title = "STACKS", .width = 6, .align = TEXT_RIGHT, .drop = 3, .descending_first = true},
    [STATE_LONGEST] =
        {.title = "LONGEST", .width = 7, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [STATE_STATE] = {.title = "WAIT REASON", .min_width = 12},
};

static void state_cell(const void *model, size_t index, size_t column, struct table_cell *ret)
{
    const struct state_row *row = &((const struct goroutines_pane *)model)->rows[index];

    if (column == STATE_COUNT)
        g_string_assign(ret->text, format_count((int64_t)row->count).text);
    else if (column == STATE_GROWTH)
        growth_cell(row->growth, ret);
    else if (column == STATE_BUCKETS)
        g_string_assign(ret->text, format_count((int64_t)row->buckets).text);
    else if (column == STATE_LONGEST)
        minutes_cell(row->longest, ret);
    else
        g_string_assign(ret->text, goroutine_category_name(row->category));
}

static int state_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct state_row *x = &((const struct goroutines_pane *)model)->rows[a];
    const struct state_row *y = &((const struct goroutines_pane *)model)->rows[b];

    switch (column) {
    case STATE_COUNT:
        return by_number((int64_t)x->count, (int64_t)y->count);
    case STATE_GROWTH:
        return by_number(x->growth, y->growth);
    case STATE_BUCKETS:
        return by_number((int64_t)x->buckets, (int64_t)y->buckets);
    case STATE_LONGEST:
        return by_number(x->longest, y->longest);
    default:
        return strcmp(goroutine_category_name(x->category), goroutine_category_name(y->category));
    }
}

static uint64_t state_key(const void *model, size_t row)
{
    return (uint64_t)((const struct goroutines_pane *)model)->rows[row].category + 1;
}

static void state_filter(const void *model, size_t row, GString *out)
{
    g_string_append(
        out, goroutine_category_name(((const struct goroutines_pane *)model)->rows[row].category));
}

static const struct table_ops state_ops = {
    .cell = state_cell, .compare = state_compare, .key = state_key, .filter_text = state_filter};

static void add_to_state(struct goroutines_pane *pane, struct state_row *states,
                         const struct goroutine_bucket *bucket)
{
    struct state_row *row = &states[bucket->category];
    int64_t growth = growth_of(&pane->base, bucket);

    if (row->buckets == 0) {
        row->longest = -1;
        row->growth = growth == SAMPLE_UNKNOWN ? SAMPLE_UNKNOWN : 0;
    }
    row->category = bucket->category;
    row->count += bucket->count;
    row->buckets++;
    row->longest = MAX(row->longest, bucket->wait_max_minutes);
    if (growth != SAMPLE_UNKNOWN && row->growth != SAMPLE_UNKNOWN)
        row->growth += growth;
}

static void collect_states(struct goroutines_pane *pane)
{
    const struct goroutine_dump *dump = dump_of(&pane->base);
    struct state_row states[GOROUTINE_N_CATEGORIES] = {0};

    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++)
        add_to_state(pane, states, &dump->buckets[i]);
    pane->n_rows = 0;
    for (int c = 0; c < GOROUTINE_N_CATEGORIES; c++)
        if (states[c].count > 0)
            pane->rows[pane->n_rows++] = states[c];
}

/* --- the pane
 * --------------------------------------------------------------------------------------- */

static void goroutines_update(struct pane *base, struct session *session)
{
    struct goroutines_pane *pane = self(base);

    /* without a new sample growth may still have changed: a mark was set */
    pane_take_sample(base, session);
    const struct goroutine_dump *dump = dump_of(base);

    collect_states(pane);
    table_set_model(pane->stacks, dump != NULL ? base : NULL, dump != NULL ? dump->n_buckets : 0);
    table_set_model(pane->states, pane, pane->n_rows);
}

static void draw_count(const struct goroutines_pane *pane, const struct canvas *canvas,
                       TickitRect inner)
{
    struct session *session = ui_session(pane->base.ui);
    const struct trend *trend = session_trend(session, SERIES_GOROUTINES);
    struct format_text rate = format_rate_count(trend);
    int right = MIN((int)strlen(rate.text) + 1, inner.cols / 3);

    draw_spark(canvas, inner.top, inner.left, inner.cols - right, session, SERIES_GOROUTINES,
               ui_now(pane->base.ui), THEME_GRAPH3);
    text_draw(canvas, inner.top, inner.left + inner.cols - right, right,
              &(struct text_style){.role = trend_direction(trend) > 0 ? THEME_LOOK : THEME_DIM,
                                   .align = TEXT_RIGHT},
              rate.text);
}

static int draw_top_part(const struct goroutines_pane *pane, const struct canvas *canvas,
                         TickitRect inner)
{
    const struct goroutines_sample *sample = sample_of(&pane->base);
    struct session *session = ui_session(pane->base.ui);
    int line = 0;

    if (sample == NULL || session == NULL || sample->count == SAMPLE_UNKNOWN || inner.lines < 5)
        return 0;
    if (pane->base.zoomed && inner.lines >= 20) {
        draw_series(canvas, (TickitRect){inner.top, inner.left, 7, inner.cols}, session,
                    SERIES_GOROUTINES, ui_now(pane->base.ui), NAN, THEME_GRAPH3);
        line = 7;
    } else {
        draw_count(pane, canvas, inner);
        line = 1;
    }
    if (sample->needs_consent)
        text_draw(canvas, inner.top + line++, inner.left, inner.cols,
                  &(struct text_style){.role = THEME_LOOK}, sample->base.reason);
    return line;
}

static void goroutines_draw(struct pane *base, const struct canvas *canvas, TickitRect inner,
                            bool focused)
{
    struct goroutines_pane *pane = self(base);
    const struct goroutine_dump *dump = dump_of(base);
    const char *empty = pane_problem(base);
    int used = draw_top_part(pane, canvas, inner);

    if (empty == NULL && dump == NULL)
        empty = base->sample != NULL && *base->sample->reason != '\0'
                    ? base->sample->reason
                    : "waiting for the first dump";
    inner.top += used;
    inner.lines -= used;
    table_draw(
        pane->view == VIEW_STACKS ? pane->stacks : pane->states, canvas, inner,
        &(struct table_look){.focused = focused,
                             .stale = pane_stale(base),
                             .empty = empty != NULL ? empty : "no stack matches the filter"});
}

static void goroutines_info(const struct pane *base, struct pane_text *ret)
{
    const struct goroutines_sample *sample = sample_of(base);
    struct session *session = ui_session(base->ui);

    ret->role = THEME_DIM;
    if (sample == NULL || sample->count == SAMPLE_UNKNOWN || session == NULL)
        return;
    int direction = trend_direction(session_trend(session, SERIES_GOROUTINES));

    g_snprintf(ret->text, sizeof ret->text, "%s %s%s", format_count(sample->count).text,
               theme_arrow(ui_theme(base->ui), direction),
               sample->dump != NULL && sample->dump->truncated ? " truncated" : "");
    if (direction > 0)
        ret->role = THEME_LOOK;
}

static const char *goroutines_view(const struct pane *base)
{
    return self((struct pane *)(uintptr_t)base)->view == VIEW_STACKS ? "stacks" : "states";
}

static struct table *goroutines_table(struct pane *base)
{
    struct goroutines_pane *pane = self(base);

    return pane->view == VIEW_STACKS ? pane->stacks : pane->states;
}

static void open_row(struct goroutines_pane *pane, size_t row)
{
    if (pane->view == VIEW_STACKS) {
        ui_push(pane->base.ui, stack_screen_new(pane->base.ui, bucket_at(pane, row)->hash));
        return;
    }
    /* a state opens the stacks that are in it */
    g_autofree char *pattern =
        g_regex_escape_string(goroutine_category_name(pane->rows[row].category), -1);

    pane->view = VIEW_STACKS;
    table_set_filter(pane->stacks, pattern);
}

static void on_stacks_answer(struct ui *ui, bool yes, void *user)
{
    struct session *session = ui_session(ui);

    (void)user;
    if (!yes || session == NULL)
        return;
    probe_consent_once(session_probe(session, PROBE_GOROUTINES));
    ui_message(ui, THEME_DIM, "asking for full stacks");
}

static void ask_for_stacks(struct goroutines_pane *pane)
{
    const struct goroutines_sample *sample = sample_of(&pane->base);

    if (sample == NULL || sample->count == SAMPLE_UNKNOWN)
        return;
    /* measured: 29 ms at 1 000 goroutines, 1.2 s at 100 000 */
    g_autofree char *text = g_strdup_printf(
        "goroutine?debug=2 stops every goroutine of the target while it writes all %s stacks: "
        "about %s ms here. It gives wait reasons and times. Ask for it once?",
        format_count(sample->count).text, format_count(MAX(sample->count * 15 / 1000, 1)).text);

    ui_ask(pane->base.ui, "Full stacks", text, on_stacks_answer, NULL);
}

static bool goroutines_act(struct pane *base, enum action action)
{
    struct goroutines_pane *pane = self(base);
    size_t row;

    switch (action) {
    case ACTION_GROUP:
        pane->view = (enum goroutines_view)((pane->view + 1) % N_VIEWS);
        return true;
    case ACTION_STACKS:
        ask_for_stacks(pane);
        return true;
    case ACTION_OPEN:
        if (!table_selected(goroutines_table(base), &row))
            return false;
        open_row(pane, row);
        return true;
    default:
        return false;
    }
}

static char *goroutines_copy(struct pane *base)
{
    struct goroutines_pane *pane = self(base);
    size_t row;

    if (!table_selected(goroutines_table(base), &row))
        return NULL;
    if (pane->view == VIEW_STATES)
        return g_strdup(goroutine_category_name(pane->rows[row].category));
    return g_strdup(where_of(bucket_at(pane, row)));
}

static void goroutines_select(struct pane *base, const char *key)
{
    struct goroutines_pane *pane = self(base);

    pane->view = VIEW_STACKS;
    table_select_key(pane->stacks, g_ascii_strtoull(key, NULL, 16) | 1);
}

static void goroutines_help(struct pager *pager)
{
    pager_add(pager, THEME_TITLE, "Goroutines");
    pager_add(pager, THEME_TEXT,
              "Goroutines with the same stack share a row. STATE is the runtime's wait reason,");
    pager_add(
        pager, THEME_TEXT,
        "LONGEST the longest wait (whole minutes, counted from the first collection that saw");
    pager_add(pager, THEME_TEXT,
              "it waiting). Many parked for hours can be by design: the count that grows is the");
    pager_add(pager, THEME_TEXT,
              "leak. a: by wait reason. Enter: the stack. F: full stacks of a large process, asks");
    pager_add(pager, THEME_TEXT, "first, because writing them stops the target for a moment.");
}

static void goroutines_free(struct pane *base)
{
    struct goroutines_pane *pane = self(base);

    table_free(pane->stacks);
    table_free(pane->states);
    sample_unref(base->sample);
    g_free(pane);
}

static const struct pane_ops ops = {
    .title = "Goroutines",
    .kind = PROBE_GOROUTINES,
    .draw = goroutines_draw,
    .update = goroutines_update,
    .info = goroutines_info,
    .view = goroutines_view,
    .table = goroutines_table,
    .act = goroutines_act,
    .copy = goroutines_copy,
    .select = goroutines_select,
    .help = goroutines_help,
    .free = goroutines_free,
};

struct pane *goroutines_pane_new(struct ui *ui)
{
    struct goroutines_pane *pane = g_new0(struct goroutines_pane, 1);

    pane->base = (struct pane){.ops = &ops, .ui = ui};
    pane->stacks = table_new(&stack_ops, stack_columns, G_N_ELEMENTS(stack_columns), STACK_COUNT);
    pane->states = table_new(&state_ops, state_columns, G_N_ELEMENTS(state_columns), STATE_COUNT);
    return &pane->base;
}
