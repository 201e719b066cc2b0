#include "app/tui/views/threads_tables.h"

#include "app/tui/shell/format.h"

#include <math.h>
#include <string.h>

static int by_number(double a, double b)
{
    return a < b ? -1 : a > b;
}

/* Unknown sorts below everything known. */
static double known(int64_t value)
{
    return value == SAMPLE_UNKNOWN ? -1 : (double)value;
}

static double known_percent(double percent)
{
    return isnan(percent) ? -1 : percent;
}

static void percent_cell(double percent, struct table_cell *ret)
{
    enum { BUSY_PERCENT = 50 };

    g_string_assign(ret->text, format_percent(percent).text);
    if (isnan(percent) || percent < 0.05)
        ret->role = THEME_DIM;
    else if (percent >= BUSY_PERCENT)
        ret->role = THEME_LOOK;
}

static void seconds_cell(int64_t us, struct table_cell *ret)
{
    if (us == SAMPLE_UNKNOWN)
        g_string_assign(ret->text, "-");
    else
        g_string_printf(ret->text, "%.2f s", (double)us / 1e6);
}

/* "R running", in the words of proc(5). */
static const char *state_word(char state)
{
    switch (state) {
    case 'R':
        return "R running";
    case 'S':
        return "S sleeping";
    case 'D':
        return "D waiting for the disk";
    case 'Z':
        return "Z zombie: not collected";
    case 'T':
        return "T stopped";
    case 't':
        return "t traced";
    case 'I':
        return "I idle";
    default:
        return "ended";
    }
}

static enum theme_role state_role(char state)
{
    if (state == 'D' || state == 'Z')
        return THEME_LOOK;
    return state == 'R' ? THEME_TEXT : THEME_DIM;
}

/* --- threads ------------------------------------------------------------------------------- */

enum {
    THREAD_TID,
    THREAD_CPU,
    THREAD_TIME,
    THREAD_WAIT,
    THREAD_VOL,
    THREAD_INVOL,
    THREAD_STATE,
    THREAD_CHANNEL,
    THREAD_NAME
};

static const struct table_column thread_columns[] = {
    [THREAD_TID] = {.title = "TID", .width = 8, .align = TEXT_RIGHT},
    [THREAD_CPU] = {.title = "CPU", .width = 6, .align = TEXT_RIGHT, .descending_first = true},
    [THREAD_TIME] =
        {.title = "TIME", .width = 10, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [THREAD_WAIT] =
        {.title = "NO CORE", .width = 9, .align = TEXT_RIGHT, .drop = 3, .descending_first = true},
    [THREAD_VOL] =
        {.title = "SLEEPS", .width = 8, .align = TEXT_RIGHT, .drop = 4, .descending_first = true},
    [THREAD_INVOL] =
        {.title = "PREEMPT", .width = 8, .align = TEXT_RIGHT, .drop = 5, .descending_first = true},
    [THREAD_STATE] = {.title = "STATE", .width = 11},
    [THREAD_CHANNEL] = {.title = "WAITS IN", .width = 22, .drop = 2},
    [THREAD_NAME] = {.title = "NAME", .min_width = 8},
};

static const struct thread_entry *thread_at(const void *model, size_t row)
{
    return &((const struct threads_sample *)model)->threads[row];
}

static void thread_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct thread_entry *thread = thread_at(model, row);

    switch (column) {
    case THREAD_TID:
        g_string_printf(ret->text, "%d", (int)thread->tid);
        break;
    case THREAD_CPU:
        percent_cell(thread->cpu_percent, ret);
        break;
    case THREAD_TIME:
        seconds_cell(thread->cpu_us, ret);
        break;
    case THREAD_WAIT:
        seconds_cell(thread->run_wait_us, ret);
        ret->role = THEME_DIM;
        break;
    case THREAD_VOL:
        g_string_assign(ret->text, format_count(thread->voluntary_switches).text);
        break;
    case THREAD_INVOL:
        g_string_assign(ret->text, format_count(thread->involuntary_switches).text);
        ret->role = THEME_DIM;
        break;
    case THREAD_STATE:
        g_string_assign(ret->text, state_word(thread->state));
        ret->role = state_role(thread->state);
        break;
    case THREAD_CHANNEL:
        g_string_assign(ret->text, thread->wait_channel);
        ret->role = THEME_DIM;
        break;
    default:
        g_string_assign(ret->text, thread->name);
        break;
    }
}

static int thread_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct thread_entry *x = thread_at(model, a), *y = thread_at(model, b);

    switch (column) {
    case THREAD_TID:
        return by_number(x->tid, y->tid);
    case THREAD_CPU:
        return by_number(known_percent(x->cpu_percent), known_percent(y->cpu_percent));
    case THREAD_TIME:
        return by_number(known(x->cpu_us), known(y->cpu_us));
    case THREAD_WAIT:
        return by_number(known(x->run_wait_us), known(y->run_wait_us));
    case THREAD_VOL:
        return by_number(known(x->voluntary_switches), known(y->voluntary_switches));
    case THREAD_INVOL:
        return by_number(known(x->involuntary_switches), known(y->involuntary_switches));
    case THREAD_STATE:
        return by_number(x->state, y->state);
    case THREAD_CHANNEL:
        return strcmp(x->wait_channel, y->wait_channel);
    default:
        return strcmp(x->name, y->name);
    }
}

uint64_t threads_table_key(pid_t tid)
{
    return (uint64_t)tid;
}

static uint64_t thread_key(const void *model, size_t row)
{
    return threads_table_key(thread_at(model, row)->tid);
}

static void thread_filter(const void *model, size_t row, GString *out)
{
    const struct thread_entry *thread = thread_at(model, row);

    g_string_append_printf(out, "%d %s %s %s", (int)thread->tid, thread->name,
                           state_word(thread->state), thread->wait_channel);
}

static const struct table_ops thread_ops = {.cell = thread_cell,
                                            .compare = thread_compare,
                                            .key = thread_key,
                                            .filter_text = thread_filter};

struct table *threads_table_new(void)
{
    return table_new(&thread_ops, thread_columns, G_N_ELEMENTS(thread_columns), THREAD_TIME);
}

/* --- children ------------------------------------------------------------------------------- */

enum { CHILD_PID, CHILD_CPU, CHILD_TIME, CHILD_UP, CHILD_STATE, CHILD_COMMAND };

static const struct table_column child_columns[] = {
    [CHILD_PID] = {.title = "PID", .width = 8, .align = TEXT_RIGHT},
    [CHILD_CPU] = {.title = "CPU", .width = 6, .align = TEXT_RIGHT, .descending_first = true},
    [CHILD_TIME] =
        {.title = "TIME", .width = 10, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [CHILD_UP] =
        {.title = "UP", .width = 8, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [CHILD_STATE] = {.title = "STATE", .width = 11},
    [CHILD_COMMAND] = {.title = "COMMAND", .min_width = 20},
};

const struct child_entry *children_table_row(const struct threads_sample *sample, size_t row)
{
    return row < sample->n_children ? &sample->children[row]
                                    : &sample->orphans[row - sample->n_children];
}

static void child_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct threads_sample *sample = model;
    const struct child_entry *child = children_table_row(sample, row);
    bool orphan = row >= sample->n_children;

    switch (column) {
    case CHILD_PID:
        g_string_printf(ret->text, "%d", (int)child->pid);
        break;
    case CHILD_CPU:
        percent_cell(child->cpu_percent, ret);
        break;
    case CHILD_TIME:
        seconds_cell(child->cpu_us, ret);
        break;
    case CHILD_UP:
        g_string_assign(ret->text, child->uptime_s != SAMPLE_UNKNOWN
                                       ? format_duration((double)child->uptime_s).text
                                       : "-");
        break;
    case CHILD_STATE:
        g_string_assign(ret->text, orphan ? "left behind" : state_word(child->state));
        ret->role = orphan ? THEME_LOOK : state_role(child->state);
        break;
    default:
        g_string_assign(ret->text, child->command);
        break;
    }
}

static int child_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct child_entry *x = children_table_row(model, a), *y = children_table_row(model, b);

    switch (column) {
    case CHILD_PID:
        return by_number(x->pid, y->pid);
    case CHILD_CPU:
        return by_number(known_percent(x->cpu_percent), known_percent(y->cpu_percent));
    case CHILD_TIME:
        return by_number(known(x->cpu_us), known(y->cpu_us));
    case CHILD_UP:
        return by_number(known(x->uptime_s), known(y->uptime_s));
    case CHILD_STATE:
        return by_number(x->state, y->state);
    default:
        return strcmp(x->command, y->command);
    }
}

static uint64_t child_key(const void *model, size_t row)
{
    return (uint64_t)children_table_row(model, row)->pid;
}

static void child_filter(const void *model, size_t row, GString *out)
{
    const struct child_entry *child = children_table_row(model, row);

    g_string_append_printf(out, "%d %s %s", (int)child->pid, state_word(child->state),
                           child->command);
}

static const struct table_ops child_ops = {
    .cell = child_cell, .compare = child_compare, .key = child_key, .filter_text = child_filter};

struct table *children_table_new(void)
{
    return table_new(&child_ops, child_columns, G_N_ELEMENTS(child_columns), CHILD_UP);
}

/* --- starts --------------------------------------------------------------------------------- */

enum { START_MINUTE, START_SHARE, START_TOTAL, START_COMMAND };

static const struct table_column start_columns[] = {
    [START_MINUTE] = {.title = "LAST MIN",
                      .width = 9,
                      .align = TEXT_RIGHT,
                      .descending_first = true},
    [START_SHARE] =
        {.title = "SHARE", .width = 6, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [START_TOTAL] =
        {.title = "SEEN", .width = 8, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [START_COMMAND] = {.title = "COMMAND", .min_width = 20},
};

static const struct spawn_rate *start_at(const void *model, size_t row)
{
    return &((const struct threads_sample *)model)->spawns[row];
}

static void start_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct threads_sample *sample = model;
    const struct spawn_rate *start = start_at(model, row);
    double all = (double)MAX(sample->spawns_last_minute, 1);

    switch (column) {
    case START_MINUTE:
        g_string_assign(ret->text, format_count((int64_t)start->last_minute).text);
        break;
    case START_SHARE:
        g_string_printf(ret->text, "%.0f%%", 100 * (double)start->last_minute / all);
        ret->role = THEME_DIM;
        break;
    case START_TOTAL:
        g_string_assign(ret->text, format_count((int64_t)start->total).text);
        ret->role = THEME_DIM;
        break;
    default:
        g_string_assign(ret->text, start->command);
        ret->bar = (double)start->last_minute / all;
        break;
    }
}

static int start_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct spawn_rate *x = start_at(model, a), *y = start_at(model, b);

    switch (column) {
    case START_MINUTE:
    case START_SHARE:
        return by_number((double)x->last_minute, (double)y->last_minute);
    case START_TOTAL:
        return by_number((double)x->total, (double)y->total);
    default:
        return strcmp(x->command, y->command);
    }
}

uint64_t starts_table_key(const char *command)
{
    return ((uint64_t)g_str_hash(command) << 1) | 1;
}

static uint64_t start_key(const void *model, size_t row)
{
    return starts_table_key(start_at(model, row)->command);
}

static void start_filter(const void *model, size_t row, GString *out)
{
    g_string_append(out, start_at(model, row)->command);
}

static const struct table_ops start_ops = {
    .cell = start_cell, .compare = start_compare, .key = start_key, .filter_text = start_filter};

struct table *starts_table_new(void)
{
    return table_new(&start_ops, start_columns, G_N_ELEMENTS(start_columns), START_MINUTE);
}
