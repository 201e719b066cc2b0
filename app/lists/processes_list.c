#include "app/lists/process_lists.h"

/* Processes one could look at, the best first. */

enum {
    PICK_PID,
    PICK_NAME,
    PICK_RSS,
    PICK_FDS,
    PICK_UP,
    PICK_PPROF,
    PICK_GO,
    PICK_VERSION,
    PICK_PROJECT,
    PICK_COMMAND
};

static const struct listing_column columns[] = {
    [PICK_PID] = {.id = "pid", .title = "PID", .kind = LISTING_NUMBER, .width = 8},
    /* in the order of how well they fit, which is what was asked for */
    [PICK_NAME] = {.id = "name", .title = "NAME", .kind = LISTING_WORD, .width = 16},
    [PICK_RSS] = {.id = "rss_bytes", .title = "RSS", .kind = LISTING_BYTES, .width = 6},
    [PICK_FDS] = {.id = "fds", .title = "FDS", .kind = LISTING_COUNT, .width = 6},
    [PICK_UP] = {.id = "uptime_s", .title = "UPTIME", .kind = LISTING_DURATION, .width = 7},
    [PICK_PPROF] =
        {.id = "pprof_port", .title = "PPROF", .kind = LISTING_NUMBER, .width = 6, .drop = 1},
    [PICK_GO] = {.id = "go_version", .title = "GO", .width = 9, .drop = 2},
    [PICK_VERSION] = {.id = "version", .title = "VERSION", .width = 9, .drop = 4},
    [PICK_PROJECT] = {.id = "project", .title = "PROJECT", .width = 14, .drop = 5},
    [PICK_COMMAND] =
        {.id = "command", .title = "COMMAND", .kind = LISTING_PATH, .min_width = 10, .drop = 3},
};

static const struct find_result *result_at(const void *model, size_t row)
{
    return g_ptr_array_index((const GPtrArray *)model, (guint)row);
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct find_result *result = result_at(model, row);
    const struct process_entry *p = result->process;

    switch (column) {
    case PICK_PID:
        ret->n = p->id.pid;
        break;
    case PICK_NAME:
        ret->n = result->rank;
        ret->text = p->comm;
        ret->role = result->rank <= FIND_RANK_ARGV0 ? THEME_STRONG : THEME_TEXT;
        break;
    case PICK_RSS:
        ret->n = p->rss_bytes;
        break;
    case PICK_FDS:
        ret->n = p->fd_count;
        break;
    case PICK_UP:
        if (p->uptime_s >= 0)
            ret->x = (double)p->uptime_s;
        break;
    case PICK_PPROF:
        if (p->pprof_port > 0) {
            ret->n = p->pprof_port;
            listing_say(ret, ":%d", p->pprof_port);
        }
        break;
    case PICK_GO:
        ret->text = p->go_version != NULL ? p->go_version : "";
        ret->role = THEME_DIM;
        break;
    case PICK_VERSION:
        ret->text = p->version != NULL ? p->version : "";
        break;
    case PICK_PROJECT:
        ret->text = p->project != NULL ? p->project : "";
        ret->role = THEME_STRONG;
        break;
    default:
        ret->text = p->cmdline;
        ret->role = THEME_DIM;
    }
}

uint64_t processes_list_key(const struct process_entry *process)
{
    return ((uint64_t)process->id.pid << 32 ^ process->id.start_ticks) | 1;
}

static uint64_t key(const void *model, size_t row)
{
    return processes_list_key(result_at(model, row)->process);
}

const struct listing processes_listing = {
    .id = "processes",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = PICK_NAME,
    .value = value,
    .key = key,
};
