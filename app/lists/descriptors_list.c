#include "app/lists/file_lists.h"
#include "app/lists/list_values.h"

#include <fcntl.h>

static const struct listing_column columns[] = {
    [DESCRIPTOR_FD] = {.id = "fd", .title = "FD", .kind = LISTING_NUMBER, .width = 6},
    [DESCRIPTOR_TYPE] = {.id = "type", .title = "TYPE", .width = 9},
    [DESCRIPTOR_ACCESS] = {.id = "access", .title = "RW", .width = 2, .drop = 3},
    [DESCRIPTOR_FLAGS] = {.id = "flags",
                          .title = "FLAGS",
                          .min_width = 18,
                          .max_width = 36,
                          .drop = 8,
                          .unsortable = true},
    [DESCRIPTOR_OFFSET] =
        {.id = "offset", .title = "OFFSET", .kind = LISTING_BYTES, .width = 8, .drop = 6},
    [DESCRIPTOR_SIZE] =
        {.id = "size", .title = "SIZE", .kind = LISTING_BYTES, .width = 6, .drop = 5},
    [DESCRIPTOR_INODE] =
        {.id = "inode", .title = "INODE", .kind = LISTING_NUMBER, .width = 10, .drop = 7},
    [DESCRIPTOR_AGE] =
        {.id = "age_s", .title = "SEEN FOR", .kind = LISTING_DURATION, .width = 8, .drop = 4},
    [DESCRIPTOR_PATH] =
        {.id = "path", .title = "PATH", .kind = LISTING_PATH, .min_width = 28, .weight = 4},
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

static const struct fd_entry *entry_at(const void *model, size_t row)
{
    const struct descriptors_list *list = model;

    return &list->files->fds[list->rows != NULL ? list->rows[row] : row];
}

static void take_path(const struct fd_entry *fd, struct listing_value *ret)
{
    ret->text = fd->path;
    if (*fd->detail != '\0')
        listing_note(ret, "%s%s", *fd->path != '\0' ? "  " : "", fd->detail);
    if (fd->watches != SAMPLE_UNKNOWN)
        listing_note(ret, "  %s %s", number_count(fd->watches).text,
                     number_word(fd->watches, "watch", "watches"));
    if (fd->peer != NULL)
        listing_note(ret, "  to %s", fd->peer);
    if (fd->deleted) {
        listing_note(ret, "  (deleted)");
        ret->role = THEME_LOOK;
    }
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct files_sample *files = ((const struct descriptors_list *)model)->files;
    const struct fd_entry *fd = entry_at(model, row);

    switch (column) {
    case DESCRIPTOR_FD:
        ret->n = fd->fd;
        break;
    case DESCRIPTOR_TYPE:
        ret->text = fd_type_label(fd->type);
        break;
    case DESCRIPTOR_ACCESS:
        listing_say(ret, "%c", fd->access);
        break;
    case DESCRIPTOR_FLAGS:
        if (fd->flags != SAMPLE_UNKNOWN) {
            g_autofree char *flags = descriptor_flags(fd->flags);

            listing_say(ret, "%s", flags);
        }
        ret->role = THEME_DIM;
        break;
    case DESCRIPTOR_OFFSET:
        ret->n = fd->offset;
        break;
    case DESCRIPTOR_SIZE:
        if (fd->type == FD_REG)
            ret->n = fd->size;
        break;
    case DESCRIPTOR_INODE:
        ret->n = (int64_t)fd->inode;
        ret->role = THEME_DIM;
        break;
    case DESCRIPTOR_AGE:
        list_age(ret, files->base.taken_us, fd->first_seen_us);
        ret->role = THEME_TEXT;
        break;
    default:
        take_path(fd, ret);
    }
}

/* Number and inode together: a reused number is another descriptor. */
static uint64_t key(const void *model, size_t row)
{
    const struct fd_entry *fd = entry_at(model, row);

    return ((uint64_t)(uint32_t)fd->fd + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ fd->inode;
}

const struct listing descriptors_listing = {
    .id = "descriptors",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = DESCRIPTOR_FD,
    .value = value,
    .key = key,
};
