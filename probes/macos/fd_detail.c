#include "probes/fd_detail.h"

/* Only procfs tells more about a descriptor than the census: this is for systems without it. */

struct fd_detail *fd_detail_read(const struct fd_detail_request *request)
{
    struct fd_detail *detail = g_new0(struct fd_detail, 1);

    detail->fd = request->fd;
    detail->info = g_strdup("");
    detail->error = g_strdup("this system tells no more about a descriptor than lsof does");
    detail->watches = g_array_new(FALSE, FALSE, sizeof(struct fd_watch));
    detail->members = g_array_new(FALSE, FALSE, sizeof(struct fd_member));
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

char *fd_watch_mask(uint32_t mask)
{
    return g_strdup_printf("%x", mask);
}

char *fd_member_events(uint32_t events)
{
    return g_strdup_printf("%x", events);
}
