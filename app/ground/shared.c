#include "app/ground/shared.h"

#include <glib.h>

struct head {
    _Alignas(max_align_t) void (*clear)(void *shared); /* what follows is aligned as well */
    int owners;
};

void *shared_new(size_t n, void (*clear)(void *shared))
{
    struct head *head = g_malloc0(sizeof *head + n);

    head->clear = clear;
    head->owners = 1;
    return head + 1;
}

void *shared_ref(void *shared)
{
    struct head *head = (struct head *)shared - 1;

    __atomic_add_fetch(&head->owners, 1, __ATOMIC_RELAXED);
    return shared;
}

void shared_unref(void *shared)
{
    struct head *head = shared != NULL ? (struct head *)shared - 1 : NULL;

    if (head == NULL || __atomic_sub_fetch(&head->owners, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (head->clear != NULL)
        head->clear(shared);
    g_free(head);
}
