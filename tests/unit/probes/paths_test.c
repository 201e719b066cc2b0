#include "probes/paths.h"

static void test_classes(void)
{
    static const struct {
        const char *path;
        enum path_class cls;
    } cases[] = {
        {"/home/me/.claude/projects/-home-me-x/a.jsonl", PATH_CLAUDE},
        {"/home/me/.claude/projects", PATH_CLAUDE},
        {"/home/me/.config/claude/projects/p/a.jsonl", PATH_CLAUDE},
        {"/home/me/.claude/projects-old/a.jsonl", PATH_OTHER},
        {"/home/me/.codex/sessions/2026/08/22/rollout-1.jsonl", PATH_CODEX},
        {"/home/me/.codex/state_5.sqlite", PATH_DATABASE},
        {"/home/me/.cursor/chats/0123/4567/store.db", PATH_SESSION},
        {"/home/me/.local/share/opencode/storage/message/m.json", PATH_SESSION},
        {"/home/me/.local/share/opencode/opencode.db-wal", PATH_DATABASE},
        {"/home/me/.gemini/tmp/session-1.json", PATH_SESSION},
        {"/home/me/.config/amp/threads/T-1.json", PATH_SESSION},
        {"/src/x/.todos/issues.db", PATH_DATABASE},
        {"/src/x/.todos/issues.db-journal", PATH_DATABASE},
        {"/src/x/.todos/db.lock", PATH_TD},
        {"/src/x/.git/index", PATH_GIT},
        {"/src/x/.git", PATH_GIT},
        {"/src/x/.github/workflows/ci.yml", PATH_OTHER},
        {"/src/x/.gitignore", PATH_OTHER},
        {"/home/me/.config/sidecar/debug.log", PATH_LOG},
        {"/data/a.sqlite3-shm", PATH_DATABASE},
        {"/data/a.dbx", PATH_OTHER},
        {"", PATH_OTHER},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].path);
        g_assert_cmpint(path_classify(cases[i].path), ==, cases[i].cls);
    }
}

static void test_fold(void)
{
    static const struct {
        const char *path, *folded;
    } cases[] = {
        {"/home/me/.claude/projects/-home-me-src-x/0f6f2c1e-0b1a-4c3d-9e8f-001122334455.jsonl",
         "/home/me/.claude/projects/<project>/<uuid>.jsonl"},
        {"/home/me/.claude/projects/-home-me-src-x/agent-a1b2c3d4.jsonl",
         "/home/me/.claude/projects/<project>/agent-<hash>.jsonl"},
        {"/home/me/.codex/sessions/2026/08/22/"
         "rollout-2026-08-22T10-11-12-0f6f2c1e-0b1a-4c3d-9e8f-001122334455.jsonl",
         "/home/me/.codex/sessions/<date>/rollout-<date>-<uuid>.jsonl"},
        {"/home/me/.codex/sessions/2026/08/22/"
         "rollout-2026-08-22T10-11-12-12345678-0b1a-4c3d-9e8f-001122334455.jsonl",
         "/home/me/.codex/sessions/<date>/rollout-<date>-<uuid>.jsonl"},
        {"/home/me/.grok/sessions/%2Fhome%2Fme/12/summary.json",
         "/home/me/.grok/sessions/<project>/<n>/summary.json"},
        {"/srv/mem-20260822-101112.log", "/srv/mem-<date>-<n>.log"},
        {"/src/x/.git/objects/ab/cdef0123456789abcdef0123456789abcdef01",
         "/src/x/.git/objects/<hash>/<hash>"},
        {"/home/me/.cursor/chats/d41d8cd98f00b204e9800998ecf8427e/7/store.db",
         "/home/me/.cursor/chats/<hash>/<n>/store.db"},
        {"/home/me/.codex/state_5.sqlite3", "/home/me/.codex/state_<n>.sqlite3"},
        {"/data/a.db3", "/data/a.db3"},
        {"/data/a.sqlite3-wal", "/data/a.sqlite3-wal"},
        {"/usr/lib/libc.so.6", "/usr/lib/libc.so.<n>"},
        {"/var/log/app.log-20260101", "/var/log/app.log-<date>"},
        {"/var/log/app.log-20260101.gz", "/var/log/app.log-<date>.gz"},
        {"/var/log/app.log.3", "/var/log/app.log.<n>"},
        {"/data/part-001.txt", "/data/part-<n>.txt"},
        {"/data/9999-99-99.txt", "/data/<n>-<n>-<n>.txt"},
        {"/data/2026/99/22/x", "/data/<n>/<n>/<n>/x"},
        {"/data/V1StGXR8Z5jdHi6BmyTabc", "/data/<id>"},
        {"/tmp/#123456", "/tmp/#<n>"},
        {"/home/me/deadbeef/cafe", "/home/me/deadbeef/cafe"},
        {"/home/me/plain.txt", "/home/me/plain.txt"},
        {"/", "/"},
        {"", ""},
        {"relative", "relative"},
        {"/a//b/", "/a//b/"},
    };
    g_autoptr(GString) text = g_string_new("old");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        path_fold(cases[i].path, text);
        g_assert_cmpstr(text->str, ==, cases[i].folded);
    }
}

/* Hostile bytes stay as they are: making them safe is the screen's business. */
static void test_fold_keeps_bytes(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    path_fold("/x/\033]0;t\007/\377\n", text);
    g_assert_cmpstr(text->str, ==, "/x/\033]<n>;t\007/\377\n");
}

static void test_names(void)
{
    g_assert_cmpstr(fd_type_name(FD_INOTIFY), ==, "a_inode");
    g_assert_cmpstr(fd_type_label(FD_INOTIFY), ==, "inotify");
    g_assert_cmpstr(fd_type_label(FD_EPOLL), ==, "eventpoll");
    g_assert_cmpstr(fd_type_label(FD_REG), ==, "REG");
    for (int i = 0; i < FD_N_TYPES; i++)
        g_assert_nonnull(fd_type_name((enum fd_type)i));
    for (int i = 0; i < PATH_N_CLASSES; i++)
        g_assert_nonnull(path_class_name((enum path_class)i));
    for (int i = 0; i < REGION_N_CLASSES; i++)
        g_assert_nonnull(region_class_name((enum region_class)i));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/paths/classes", test_classes);
    g_test_add_func("/paths/fold", test_fold);
    g_test_add_func("/paths/fold-keeps-bytes", test_fold_keeps_bytes);
    g_test_add_func("/paths/names", test_names);
    return g_test_run();
}
