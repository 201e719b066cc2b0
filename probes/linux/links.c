#include "probes/linux/links.h"

#include "probes/threads.h"

#include <string.h>

struct link {
    size_t offset, size; /* in text */
    int error;
};

struct links {
    int fd_dir;
    const GArray *numbers;
    guint first;
    pthread_t thread;
    bool joined;
    struct link *list; /* one for each number from first on */
    GByteArray *text;
};

static const char too_long[] = "(path too long)";

void link_set_too_long(struct procfs_text *link)
{
    procfs_text_reserve(link, sizeof too_long);
    memcpy(link->data, too_long, sizeof too_long);
    link->size = sizeof too_long - 1;
}

bool link_is_too_long(const struct procfs_text *link)
{
    return link->size == sizeof too_long - 1 && memcmp(link->data, too_long, link->size) == 0;
}

static void *read_links(void *user)
{
    struct links *links = user;
    struct procfs_text text = {0};
    for (guint i = links->first; i < links->numbers->len; i++) {
        char number[PROCFS_NUMBER_BYTES];
        struct link *link = &links->list[i - links->first];
        link->error = procfs_read_link(
            links->fd_dir, procfs_number(g_array_index(links->numbers, int, i), number), &text);
        if (link->error)
            continue;
        link->offset = links->text->len;
        link->size = text.size;
        g_byte_array_append(links->text, (const guint8 *)text.data, (guint)text.size);
    }
    procfs_text_clear(&text);
    return NULL;
}

struct links *links_start(int fd_dir, const GArray *numbers, guint first)
{
    struct links *links = g_new0(struct links, 1);
    links->fd_dir = fd_dir;
    links->numbers = numbers;
    links->first = first;
    links->list = g_new0(struct link, numbers->len - first + 1);
    links->text = g_byte_array_new();
    if (thread_start(&links->thread, "census-links", read_links, links))
        return links;
    links->joined = true;
    links_free(links);
    return NULL;
}

static void join(struct links *links)
{
    if (!links->joined)
        pthread_join(links->thread, NULL);
    links->joined = true;
}

int links_take(struct links *links, guint index, struct procfs_text *ret)
{
    join(links);
    const struct link *link = &links->list[index - links->first];
    if (link->error)
        return link->error;
    procfs_text_reserve(ret, link->size + 1);
    memcpy(ret->data, links->text->data + link->offset, link->size);
    ret->data[link->size] = '\0';
    ret->size = link->size;
    return 0;
}

void links_free(struct links *links)
{
    if (!links)
        return;
    join(links);
    g_byte_array_unref(links->text);
    g_free(links->list);
    g_free(links);
}
