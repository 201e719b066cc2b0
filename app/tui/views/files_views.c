#include "app/tui/views/files_views.h"

#include "app/tui/shell/format.h"

uint64_t files_key(const char *text, uint64_t seed)
{
    uint64_t hash = seed ^ UINT64_C(14695981039346656037);

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash | 1;
}

int files_by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

bool files_is_repeated(const struct ui *ui, enum fd_type type, uint32_t count)
{
    return type == FD_REG && count >= ui_thresholds(ui)->value[THRESHOLD_SAME_FILE];
}

void files_growth_cell(int64_t growth, struct table_cell *ret)
{
    g_string_assign(ret->text, format_count_signed(growth).text);
    ret->role = growth > 0 ? THEME_LOOK : THEME_DIM;
}

void files_age_cell(const struct files_sample *files, gint64 then_us, struct table_cell *ret)
{
    g_string_assign(
        ret->text, format_duration((double)(files->base.taken_us - then_us) / G_USEC_PER_SEC).text);
    ret->role = THEME_DIM;
}

bool files_above_band(const struct ui *ui, enum fd_type type, int64_t count)
{
    const double *limits = ui_thresholds(ui)->value;

    switch (type) {
    case FD_REG:
        return (double)count > limits[THRESHOLD_REG_HIGH];
    case FD_FIFO:
        return (double)count > limits[THRESHOLD_PIPE_HIGH];
    case FD_DIR:
        return (double)count > limits[THRESHOLD_DIR_HIGH];
    case FD_INOTIFY:
        return (double)count > limits[THRESHOLD_INOTIFY_INSTANCES];
    default:
        return false;
    }
}
