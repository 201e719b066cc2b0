#include "app/lists/list_values.h"
#include "app/lists/process_lists.h"

#include <math.h>

/* --- threads --- */

enum {
    THREAD_TID,
    THREAD_CPU,
    THREAD_TIME,
    THREAD_WAIT,
    THREAD_VOLUNTARY,
    THREAD_INVOLUNTARY,
    THREAD_STATE,
    THREAD_CHANNEL,
    THREAD_NAME
};

static const struct listing_column thread_columns[] = {
    [THREAD_TID] = {.id = "tid", .title = "TID", .kind = LISTING_NUMBER, .width = 8},
    [THREAD_CPU] = {.id = "cpu_percent", .title = "CPU", .kind = LISTING_PERCENT, .width = 6},
    [THREAD_TIME] =
        {.id = "cpu_s", .title = "TIME", .kind = LISTING_SECONDS, .width = 10, .drop = 1},
    [THREAD_WAIT] =
        {.id = "run_wait_s", .title = "NO CORE", .kind = LISTING_SECONDS, .width = 9, .drop = 3},
    [THREAD_VOLUNTARY] = {.id = "voluntary_switches",
                          .title = "SLEEPS",
                          .kind = LISTING_COUNT,
                          .width = 8,
                          .drop = 4},
    [THREAD_INVOLUNTARY] = {.id = "involuntary_switches",
                            .title = "PREEMPT",
                            .kind = LISTING_COUNT,
                            .width = 8,
                            .drop = 5},
    [THREAD_STATE] =
        {.id = "state", .title = "STATE", .kind = LISTING_WORD, .min_width = 11, .fits = true},
    [THREAD_CHANNEL] = {.id = "wait_channel", .title = "WAITS IN", .width = 22, .drop = 2},
    [THREAD_NAME] = {.id = "name", .title = "NAME", .min_width = 8},
};

static const struct thread_entry *thread_at(const void *model, size_t row)
{
    return &((const struct threads_list *)model)->sample->threads[row];
}

static void take_percent(const void *model, double percent, struct listing_value *ret)
{
    const struct thresholds *thresholds = ((const struct threads_list *)model)->thresholds;

    ret->x = percent;
    if (isnan(percent) || percent < 0.05)
        ret->role = THEME_DIM;
    else if (percent >= thresholds->value[THRESHOLD_CPU_BUSY])
        ret->role = THEME_LOOK;
}

/* "R running", in the words of proc(5). */
static const char *state_word(char state)
{
    static const char *const words[] = {
        "R running", "S sleeping", "D waiting for the disk", "Z zombie: not collected", "T stopped",
        "t traced",  "I idle"};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (*words[i] == state)
            return words[i];
    return "ended";
}

static void take_state(char state, struct listing_value *ret)
{
    ret->n = (unsigned char)state;
    ret->text = state_word(state);
    ret->role = state == 'D' || state == 'Z' ? THEME_LOOK : state == 'R' ? THEME_TEXT : THEME_DIM;
}

static void thread_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct thread_entry *thread = thread_at(model, row);

    switch (column) {
    case THREAD_TID:
        ret->n = thread->tid;
        break;
    case THREAD_CPU:
        take_percent(model, thread->cpu_percent, ret);
        break;
    case THREAD_TIME:
        list_seconds(ret, thread->cpu_us);
        break;
    case THREAD_WAIT:
        list_seconds(ret, thread->run_wait_us);
        ret->role = THEME_DIM;
        break;
    case THREAD_VOLUNTARY:
        ret->n = thread->voluntary_switches;
        break;
    case THREAD_INVOLUNTARY:
        ret->n = thread->involuntary_switches;
        ret->role = THEME_DIM;
        break;
    case THREAD_STATE:
        take_state(thread->state, ret);
        break;
    case THREAD_CHANNEL:
        ret->text = thread->wait_channel;
        ret->role = THEME_DIM;
        break;
    default:
        ret->text = thread->name;
    }
}

uint64_t threads_list_key(pid_t tid)
{
    return (uint64_t)tid;
}

static uint64_t thread_key(const void *model, size_t row)
{
    return threads_list_key(thread_at(model, row)->tid);
}

const struct listing threads_listing = {
    .id = "threads",
    .columns = thread_columns,
    .n_columns = G_N_ELEMENTS(thread_columns),
    .order = THREAD_TIME,
    .value = thread_value,
    .key = thread_key,
};

/* --- children --- */

enum { CHILD_PID, CHILD_CPU, CHILD_TIME, CHILD_UP, CHILD_STATE, CHILD_COMMAND };

static const struct listing_column child_columns[] = {
    [CHILD_PID] = {.id = "pid", .title = "PID", .kind = LISTING_NUMBER, .width = 8},
    [CHILD_CPU] = {.id = "cpu_percent", .title = "CPU", .kind = LISTING_PERCENT, .width = 6},
    [CHILD_TIME] =
        {.id = "cpu_s", .title = "TIME", .kind = LISTING_SECONDS, .width = 10, .drop = 2},
    [CHILD_UP] = {.id = "age_s", .title = "UP", .kind = LISTING_DURATION, .width = 8, .drop = 1},
    [CHILD_STATE] =
        {.id = "state", .title = "STATE", .kind = LISTING_WORD, .min_width = 11, .fits = true},
    [CHILD_COMMAND] = {.id = "command", .title = "COMMAND", .min_width = 20},
};

size_t children_list_n(const struct threads_sample *sample)
{
    return sample->n_children + sample->n_orphans;
}

const struct child_entry *children_list_at(const struct threads_sample *sample, size_t row)
{
    return row < sample->n_children ? &sample->children[row]
                                    : &sample->orphans[row - sample->n_children];
}

static const struct child_entry *child_at(const void *model, size_t row)
{
    return children_list_at(((const struct threads_list *)model)->sample, row);
}

static void child_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct child_entry *child = child_at(model, row);
    bool orphan = row >= ((const struct threads_list *)model)->sample->n_children;

    switch (column) {
    case CHILD_PID:
        ret->n = child->pid;
        break;
    case CHILD_CPU:
        take_percent(model, child->cpu_percent, ret);
        break;
    case CHILD_TIME:
        list_seconds(ret, child->cpu_us);
        break;
    case CHILD_UP:
        if (child->uptime_s != SAMPLE_UNKNOWN)
            ret->x = (double)child->uptime_s;
        break;
    case CHILD_STATE:
        take_state(child->state, ret);
        if (orphan) {
            ret->n = 0; /* together, whatever they do */
            ret->text = "left behind";
            ret->role = THEME_LOOK;
        }
        break;
    default:
        ret->text = child->command;
    }
}

static uint64_t child_key(const void *model, size_t row)
{
    return (uint64_t)child_at(model, row)->pid;
}

const struct listing children_listing = {
    .id = "children",
    .columns = child_columns,
    .n_columns = G_N_ELEMENTS(child_columns),
    .order = CHILD_UP,
    .value = child_value,
    .key = child_key,
};

/* --- starts --- */

enum { START_MINUTE, START_SHARE, START_TOTAL, START_COMMAND };

static const struct listing_column start_columns[] = {
    [START_MINUTE] = {.id = "last_minute", .title = "LAST MIN", .kind = LISTING_COUNT, .width = 9},
    [START_SHARE] = {.id = "share_percent",
                     .title = "SHARE",
                     .kind = LISTING_PERCENT_WHOLE,
                     .width = 6,
                     .drop = 1},
    [START_TOTAL] = {.id = "seen", .title = "SEEN", .kind = LISTING_COUNT, .width = 8, .drop = 2},
    [START_COMMAND] = {.id = "command", .title = "COMMAND", .min_width = 20},
};

static const struct spawn_rate *start_at(const void *model, size_t row)
{
    return &((const struct threads_list *)model)->sample->spawns[row];
}

static void start_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct spawn_rate *start = start_at(model, row);
    const struct threads_sample *sample = ((const struct threads_list *)model)->sample;
    double share = (double)start->last_minute / (double)MAX(sample->spawns_last_minute, 1);

    switch (column) {
    case START_MINUTE:
        ret->n = (int64_t)start->last_minute;
        break;
    case START_SHARE:
        ret->x = share * 100;
        ret->role = THEME_DIM;
        break;
    case START_TOTAL:
        ret->n = (int64_t)start->total;
        ret->role = THEME_DIM;
        break;
    default:
        ret->text = start->command;
        ret->share = share;
    }
}

uint64_t starts_list_key(const char *command)
{
    return list_key(command, 3);
}

static uint64_t start_key(const void *model, size_t row)
{
    return starts_list_key(start_at(model, row)->command);
}

const struct listing starts_listing = {
    .id = "starts",
    .columns = start_columns,
    .n_columns = G_N_ELEMENTS(start_columns),
    .order = START_MINUTE,
    .value = start_value,
    .key = start_key,
};
