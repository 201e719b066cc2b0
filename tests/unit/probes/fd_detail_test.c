/* What an inotify descriptor watches and an epoll set waits for, of a live child. */

#include "probes/fd_detail.h"
#include "tests/unit/probes/live_child.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

struct watching {
    int inotify, epoll, pipe_end;
};

static void watch(void *user)
{
    const char *dir = user;
    struct watching w;
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    int ends[2];

    if (chdir(dir) != 0 || pipe(ends) != 0)
        _exit(2);
    w.inotify = inotify_init1(IN_CLOEXEC);
    w.epoll = epoll_create1(0);
    w.pipe_end = ends[0];
    inotify_add_watch(w.inotify, "deep/er\nname", IN_CREATE | IN_MODIFY);
    inotify_add_watch(w.inotify, "deep/file", IN_MODIFY);
    inotify_add_watch(w.inotify, "../elsewhere-not-found", IN_CREATE);
    epoll_ctl(w.epoll, EPOLL_CTL_ADD, w.pipe_end, &event);
    live_child_write(&w, sizeof w);
}

struct fixture {
    char *root, *dir;
    struct live_child child;
    struct watching w;
};

static void make(const char *base, const char *name, bool is_dir)
{
    g_autofree char *path = g_build_filename(base, name, NULL);

    if (is_dir)
        g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
    else
        g_assert_true(g_file_set_contents(path, "x", 1, NULL));
}

static void set_up(struct fixture *f, gconstpointer user)
{
    (void)user;
    f->root = g_dir_make_tmp("sidescope-watch-XXXXXX", NULL);
    f->dir = g_build_filename(f->root, "work", NULL);
    make(f->root, "work/deep/er\nname", true);
    make(f->root, "work/deep/file", false);
    make(f->root, "elsewhere-not-found", true);
    f->child = live_child_start(watch, f->dir);
    live_child_report(&f->child, &f->w, sizeof f->w);
}

static void tear_down(struct fixture *f, gconstpointer user)
{
    static const char *const dirs[] = {"work/deep/er\nname", "work/deep", "work",
                                       "elsewhere-not-found"};
    g_autofree char *file = g_build_filename(f->root, "work/deep/file", NULL);

    (void)user;
    live_child_end(&f->child);
    g_unlink(file);
    for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *path = g_build_filename(f->root, dirs[i], NULL);

        g_rmdir(path);
    }
    g_rmdir(f->root);
    g_free(f->root);
    g_free(f->dir);
}

static const struct fd_watch *watch_at(const struct fd_detail *detail, const char *tail)
{
    for (guint i = 0; i < detail->watches->len; i++) {
        const struct fd_watch *one = &g_array_index(detail->watches, struct fd_watch, i);

        if (one->path != NULL && g_str_has_suffix(one->path, tail))
            return one;
    }
    return NULL;
}

static void test_watches(struct fixture *f, gconstpointer user)
{
    struct fd_detail *detail =
        fd_detail_read(&(struct fd_detail_request){.pid = f->child.pid, .fd = f->w.inotify});

    (void)user;
    g_assert_null(detail->error);
    g_assert_cmpuint(detail->watches->len, ==, 3);
    const struct fd_watch *directory = watch_at(detail, "/deep/er\nname");
    const struct fd_watch *file = watch_at(detail, "/deep/file");

    g_assert_nonnull(directory);
    g_assert_nonnull(file);
    g_autofree char *mask = fd_watch_mask(directory->mask);

    g_assert_cmpstr(mask, ==, "CREATE|MODIFY");
    /* beside the working directory: nobody looks there, and nothing is made up; with the right to
     * ask the kernel by its handle it is found all the same, and surely */
    const struct fd_watch *elsewhere = watch_at(detail, "/elsewhere-not-found");

    g_assert_cmpuint(detail->n_found, ==, elsewhere != NULL ? 3 : 2);
    g_assert_true(elsewhere == NULL || (elsewhere->sure && elsewhere->handle != NULL));
    fd_detail_free(detail);
    /* unless something in it is known to be open */
    const char *const directories[] = {f->root, NULL};

    detail = fd_detail_read(&(struct fd_detail_request){
        .pid = f->child.pid, .fd = f->w.inotify, .directories = directories});
    g_assert_cmpuint(detail->n_found, ==, 3);
    g_assert_nonnull(watch_at(detail, "/elsewhere-not-found"));
    fd_detail_free(detail);
}

static void test_epoll(struct fixture *f, gconstpointer user)
{
    struct fd_detail *detail =
        fd_detail_read(&(struct fd_detail_request){.pid = f->child.pid, .fd = f->w.epoll});

    (void)user;
    g_assert_cmpuint(detail->members->len, ==, 1);
    const struct fd_member *member = &g_array_index(detail->members, struct fd_member, 0);
    g_autofree char *events = fd_member_events(member->events);

    g_assert_cmpint(member->fd, ==, f->w.pipe_end);
    g_assert_true(g_str_has_prefix(member->link, "pipe:["));
    g_assert_nonnull(strstr(events, "IN"));
    g_assert_nonnull(strstr(events, "ET"));
    fd_detail_free(detail);
}

static void test_closed(struct fixture *f, gconstpointer user)
{
    struct fd_detail *detail =
        fd_detail_read(&(struct fd_detail_request){.pid = f->child.pid, .fd = 999});

    (void)user;
    g_assert_nonnull(detail->error);
    g_assert_cmpuint(detail->watches->len + detail->members->len, ==, 0);
    fd_detail_free(detail);
    fd_detail_free(NULL);
}

#define ADD(name, test)                                                                            \
    g_test_add("/fd-detail/" name, struct fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("watches", test_watches);
    ADD("epoll", test_epoll);
    ADD("closed", test_closed);
    return g_test_run();
}
