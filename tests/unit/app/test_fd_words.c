/* What a descriptor is that a goroutine waits for. */

#include "app/session/fd_words.h"

#include <locale.h>

static const int one[] = {8}, both[] = {8, 9};
static const struct watched_path watched[] = {
    {.path = "/h/.claude/projects/-w-app", .times = 2, .fds = both, .n_fds = 2},
    {.path = "/h/.codex/sessions", .times = 1, .fds = one, .n_fds = 1},
    {.path = "/h/a", .times = 1, .fds = one, .n_fds = 1},
    {.path = "/h/b", .times = 1, .fds = one, .n_fds = 1},
};
static const struct fd_entry fds[] = {
    {.fd = 4, .type = FD_REG, .path = "/tmp/x", .watches = SAMPLE_UNKNOWN},
    {.fd = 5,
     .type = FD_FIFO,
     .path = "pipe",
     .watches = SAMPLE_UNKNOWN,
     .peer = "4711 git status"},
    {.fd = 8, .type = FD_INOTIFY, .path = "anon_inode:inotify", .watches = 6},
    {.fd = 9, .type = FD_INOTIFY, .path = "anon_inode:inotify", .watches = 1},
    {.fd = 10, .type = FD_INOTIFY, .path = "anon_inode:inotify", .watches = 2},
};

static void test_words(void)
{
    static const struct {
        int64_t fd;
        const char *words; /* "": none of that number */
    } cases[] = {
        {4, "REG /tmp/x"},
        {5, "FIFO pipe, other end 4711 git status"},
        {8, "inotify, watching /h/.claude/projects/-w-app, /h/.codex/sessions, /h/a and 3 more"},
        {9, "inotify, watching /h/.claude/projects/-w-app"},
        {10, "inotify with 2 watches"},
        {11, ""},
        {-1, ""},
    };
    const struct files_sample files = {.fds = fds,
                                       .n_fds = G_N_ELEMENTS(fds),
                                       .watched = watched,
                                       .n_watched = G_N_ELEMENTS(watched)};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) words = g_string_new(NULL);

        g_assert_cmpint(fd_words(&files, cases[i].fd, words), ==, *cases[i].words != '\0');
        g_assert_cmpstr(words->str, ==, cases[i].words);
        g_assert_false(fd_words(NULL, cases[i].fd, words));
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fd-words/kinds", test_words);
    return g_test_run();
}
