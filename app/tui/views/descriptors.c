#include "app/tui/views/descriptors.h"

#include "app/tui/shell/format.h"

#include <fcntl.h>
#include <string.h>

enum { FD_NUMBER, FD_TYPE, FD_ACCESS, FD_FLAGS, FD_OFFSET, FD_SIZE, FD_INODE, FD_SEEN, FD_PATH };

static const struct table_column columns[] = {
    [FD_NUMBER] = {.title = "FD", .width = 6, .align = TEXT_RIGHT},
    [FD_TYPE] = {.title = "TYPE", .width = 9},
    [FD_ACCESS] = {.title = "RW", .width = 2, .drop = 3},
    [FD_FLAGS] = {.title = "FLAGS", .width = 18, .drop = 8, .unsortable = true},
    [FD_OFFSET] =
        {.title = "OFFSET", .width = 8, .align = TEXT_RIGHT, .drop = 6, .descending_first = true},
    [FD_SIZE] =
        {.title = "SIZE", .width = 6, .align = TEXT_RIGHT, .drop = 5, .descending_first = true},
    [FD_INODE] = {.title = "INODE", .width = 10, .align = TEXT_RIGHT, .drop = 7},
    [FD_SEEN] =
        {.title = "SEEN FOR", .width = 8, .align = TEXT_RIGHT, .drop = 4, .descending_first = true},
    [FD_PATH] = {.title = "PATH", .min_width = 14, .elide = TEXT_ELIDE_MIDDLE},
};

char *descriptor_flags(int64_t flags)
{
    static const struct {
        int bit;
        const char *name;
    } names[] = {
        {O_APPEND, "APPEND"},       {O_NONBLOCK, "NONBLOCK"}, {O_CLOEXEC, "CLOEXEC"},
        {O_DIRECTORY, "DIRECTORY"}, {O_SYNC, "SYNC"},         {O_TRUNC, "TRUNC"},
        {O_CREAT, "CREAT"},         {O_EXCL, "EXCL"},
#ifdef O_PATH
        {O_PATH, "PATH"},
#endif
    };
    static const char *const access[] = {"RDONLY", "WRONLY", "RDWR", "3"};
    GString *out;

    if (flags == SAMPLE_UNKNOWN)
        return g_strdup("-");
    out = g_string_new(access[flags & O_ACCMODE]);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if ((flags & names[i].bit) == names[i].bit)
            g_string_append_printf(out, "|%s", names[i].name);
    return g_string_free(out, FALSE);
}

static void flags_cell(const struct fd_entry *fd, struct table_cell *ret)
{
    g_autofree char *flags = descriptor_flags(fd->flags);

    g_string_assign(ret->text, flags);
    ret->role = THEME_DIM;
}

static void path_cell(const struct fd_entry *fd, struct table_cell *ret)
{
    g_string_assign(ret->text, fd->path);
    if (*fd->detail != '\0')
        g_string_append_printf(ret->text, "%s%s", *fd->path != '\0' ? "  " : "", fd->detail);
    if (fd->watches != SAMPLE_UNKNOWN)
        g_string_append_printf(ret->text, "  %s watches", format_count(fd->watches).text);
    if (fd->peer != NULL)
        g_string_append_printf(ret->text, "  to %s", fd->peer);
    if (fd->deleted) {
        g_string_append(ret->text, "  (deleted)");
        ret->role = THEME_LOOK;
    }
}

static void entry_cell(const struct files_sample *files, const struct fd_entry *fd, size_t column,
                       struct table_cell *ret)
{
    switch (column) {
    case FD_NUMBER:
        g_string_printf(ret->text, "%d", fd->fd);
        break;
    case FD_TYPE:
        g_string_assign(ret->text, fd_type_label(fd->type));
        break;
    case FD_ACCESS:
        g_string_append_c(ret->text, fd->access);
        break;
    case FD_FLAGS:
        flags_cell(fd, ret);
        break;
    case FD_OFFSET:
        g_string_assign(ret->text, format_bytes(fd->offset).text);
        break;
    case FD_SIZE:
        g_string_assign(ret->text, fd->type == FD_REG ? format_bytes(fd->size).text : "-");
        break;
    case FD_INODE:
        g_string_printf(ret->text, "%" G_GUINT64_FORMAT, (guint64)fd->inode);
        ret->role = THEME_DIM;
        break;
    case FD_SEEN:
        g_string_assign(
            ret->text,
            format_duration((double)(files->base.taken_us - fd->first_seen_us) / G_USEC_PER_SEC)
                .text);
        break;
    default:
        path_cell(fd, ret);
        break;
    }
}

static int by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int entry_compare(const struct fd_entry *x, const struct fd_entry *y, size_t column)
{
    switch (column) {
    case FD_NUMBER:
        return by_number(x->fd, y->fd);
    case FD_TYPE:
        return strcmp(fd_type_label(x->type), fd_type_label(y->type));
    case FD_ACCESS:
        return by_number(x->access, y->access);
    case FD_OFFSET:
        return by_number(x->offset, y->offset);
    case FD_SIZE:
        return by_number(x->size, y->size);
    case FD_INODE:
        return x->inode < y->inode ? -1 : x->inode > y->inode;
    case FD_SEEN:
        return by_number(y->first_seen_us, x->first_seen_us);
    default:
        return strcmp(x->path, y->path);
    }
}

/* Number and inode together: a reused number is another descriptor. */
static uint64_t entry_key(const struct fd_entry *fd)
{
    return ((uint64_t)(uint32_t)fd->fd + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ fd->inode;
}

static void entry_filter(const struct fd_entry *fd, GString *out)
{
    g_string_append_printf(out, "%d %s %s %s%s", fd->fd, fd_type_label(fd->type), fd->path,
                           fd->detail, fd->deleted ? " (deleted)" : "");
}

/* --- over a whole sample ------------------------------------------------------------------- */

static void all_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct files_sample *files = model;

    entry_cell(files, &files->fds[row], column, ret);
}

static int all_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct files_sample *files = model;

    return entry_compare(&files->fds[a], &files->fds[b], column);
}

static uint64_t all_key(const void *model, size_t row)
{
    return entry_key(&((const struct files_sample *)model)->fds[row]);
}

static void all_filter(const void *model, size_t row, GString *out)
{
    entry_filter(&((const struct files_sample *)model)->fds[row], out);
}

static const struct table_ops all_ops = {
    .cell = all_cell, .compare = all_compare, .key = all_key, .filter_text = all_filter};

struct table *descriptors_table_new(void)
{
    return table_new(&all_ops, columns, G_N_ELEMENTS(columns), FD_NUMBER);
}

/* --- over a selection ------------------------------------------------------------------------ */

static const struct fd_entry *selected(const void *model, size_t row)
{
    const struct descriptors_selection *selection = model;

    return &selection->files->fds[selection->rows[row]];
}

static void some_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct descriptors_selection *selection = model;

    entry_cell(selection->files, selected(model, row), column, ret);
}

static int some_compare(const void *model, size_t a, size_t b, size_t column)
{
    return entry_compare(selected(model, a), selected(model, b), column);
}

static uint64_t some_key(const void *model, size_t row)
{
    return entry_key(selected(model, row));
}

static void some_filter(const void *model, size_t row, GString *out)
{
    entry_filter(selected(model, row), out);
}

static const struct table_ops some_ops = {
    .cell = some_cell, .compare = some_compare, .key = some_key, .filter_text = some_filter};

struct table *descriptors_selection_table_new(void)
{
    return table_new(&some_ops, columns, G_N_ELEMENTS(columns), FD_NUMBER);
}
