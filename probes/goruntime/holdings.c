#include "probes/goruntime/holdings.h"

#include "probes/goruntime/heap_look.h"

struct holdings *holdings_new(struct holders *holders, struct descriptors *descriptors)
{
    struct holdings *holdings = g_new0(struct holdings, 1);

    holdings->references = 1;
    holdings->holders = holders;
    holdings->descriptors = descriptors;
    return holdings;
}

struct holdings *holdings_read(struct go_runtime *runtime, int pid, holders_progress *progress,
                               void *user, GError **error)
{
    g_autoptr(GHashTable) links = descriptor_links_read(pid, error);
    struct holdings *ret = NULL;
    struct heap_look look;

    if (links == NULL)
        return NULL;
    if (heap_look_read(&look, runtime, progress, user, error)) {
        struct descriptors *descriptors = descriptors_of_look(&look, pid, links);

        ret = holdings_new(holders_of_look(&look), descriptors);
    }
    heap_look_clear(&look);
    return ret;
}

struct holdings *holdings_ref(struct holdings *holdings)
{
    g_atomic_int_inc(&holdings->references);
    return holdings;
}

void holdings_unref(struct holdings *holdings)
{
    if (holdings == NULL || !g_atomic_int_dec_and_test(&holdings->references))
        return;
    holders_free(holdings->holders);
    descriptors_free(holdings->descriptors);
    g_free(holdings);
}
