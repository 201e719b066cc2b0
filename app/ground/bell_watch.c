#include "app/ground/bell_watch.h"

struct looking {
    GUnixFDSourceFunc rung;
    void *user;
};

static gboolean look(gpointer data)
{
    const struct looking *looking = data;

    return looking->rung(-1, (GIOCondition)0, looking->user);
}

guint bell_watch(const struct bell *bell, GUnixFDSourceFunc rung, void *user)
{
    if (bell_fd(bell) >= 0)
        return g_unix_fd_add(bell_fd(bell), G_IO_IN, rung, user);
    struct looking *looking = g_new(struct looking, 1);

    *looking = (struct looking){.rung = rung, .user = user};
    return g_timeout_add_full(G_PRIORITY_DEFAULT, BELL_LOOK_MS, look, looking, g_free);
}
