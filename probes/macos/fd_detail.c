#include "probes/fd_detail.h"

/* Only procfs tells more about a descriptor than the census: this is for systems without it. */

struct fd_detail *fd_detail_read(const struct fd_detail_request *request)
{
    struct fd_detail *detail = fd_detail_new(request->fd);

    detail->info = g_strdup("");
    detail->error = g_strdup("this system tells no more about a descriptor than lsof does");
    return detail;
}

char *fd_watch_mask(uint32_t mask)
{
    return g_strdup_printf("%x", mask);
}

char *fd_member_events(uint32_t events)
{
    return g_strdup_printf("%x", events);
}
