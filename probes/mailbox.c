#include "probes/mailbox.h"

#include "probes/bell.h"
#include "probes/threads.h"

struct mailbox {
    struct lock lock;
    gpointer item; /* under lock */
    GDestroyNotify release;
    int bell_fd;
};

struct mailbox *mailbox_new(GDestroyNotify release, int bell_fd)
{
    struct mailbox *mailbox = g_new0(struct mailbox, 1);

    lock_init(&mailbox->lock);
    mailbox->release = release;
    mailbox->bell_fd = bell_fd;
    return mailbox;
}

static gpointer swap(struct mailbox *mailbox, gpointer item)
{
    lock_acquire(&mailbox->lock);
    gpointer before = mailbox->item;

    mailbox->item = item;
    lock_release(&mailbox->lock);
    return before;
}

void mailbox_free(struct mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    if (mailbox->item != NULL)
        mailbox->release(mailbox->item);
    lock_clear(&mailbox->lock);
    g_free(mailbox);
}

void mailbox_put(struct mailbox *mailbox, gpointer item)
{
    /* freed outside the lock: a census of a hundred thousand descriptors takes a while */
    gpointer unread = swap(mailbox, item);

    if (unread != NULL)
        mailbox->release(unread);
    bell_ring_fd(mailbox->bell_fd);
}

gpointer mailbox_take(struct mailbox *mailbox)
{
    return swap(mailbox, NULL);
}
