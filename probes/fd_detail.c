#include "probes/fd_detail.h"

static void clear_watch(gpointer data)
{
    struct fd_watch *watch = data;

    g_free(watch->path);
    g_free(watch->handle);
}

static void clear_member(gpointer data)
{
    g_free(((struct fd_member *)data)->link);
}

struct fd_detail *fd_detail_new(int fd)
{
    struct fd_detail *detail = g_new0(struct fd_detail, 1);

    detail->fd = fd;
    detail->watches = g_array_new(FALSE, FALSE, sizeof(struct fd_watch));
    g_array_set_clear_func(detail->watches, clear_watch);
    detail->members = g_array_new(FALSE, FALSE, sizeof(struct fd_member));
    g_array_set_clear_func(detail->members, clear_member);
    return detail;
}

void fd_detail_free(struct fd_detail *detail)
{
    if (detail == NULL)
        return;
    g_free(detail->info);
    g_free(detail->error);
    g_array_unref(detail->watches);
    g_array_unref(detail->members);
    g_free(detail);
}
