#include "probes/goruntime/spare.h"
#include "tests/support/remove.h"

#include <glib/gstdio.h>

/* What may still be taken is the least of what the machine and every group above has left. */

static void put(const char *root, const char *file, const char *text)
{
    g_autofree char *path = g_build_filename(root, file, NULL);
    g_autofree char *dir = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void check(const char *const files[][2], size_t n, uint64_t spare)
{
    g_autofree char *root = g_dir_make_tmp("sidescope-spare-XXXXXX", NULL);

    for (size_t i = 0; i < n; i++)
        put(root, files[i][0], files[i][1]);
    g_assert_cmpuint(spare_memory(root), ==, spare);
    remove_tree(root);
}

#define MACHINE                                                                                    \
    {                                                                                              \
        "proc/meminfo", "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    600 kB\n"        \
    }

static void test_machine(void)
{
    static const char *const files[][2] = {MACHINE};

    check(files, G_N_ELEMENTS(files), 600 * 1024);
    check(NULL, 0, UINT64_MAX);
}

static void test_groups(void)
{
    static const char *const files[][2] = {
        MACHINE,
        {"proc/self/cgroup", "4:memory:/other\n0::/a/b\n"},
        {"sys/fs/cgroup/a/b/memory.max", "max\n"},
        {"sys/fs/cgroup/a/b/memory.current", "5000\n"},
        {"sys/fs/cgroup/a/memory.max", "400000\n"},
        {"sys/fs/cgroup/a/memory.current", "150000\n"},
        {"sys/fs/cgroup/a/memory.stat", "anon 1\ninactive_file 50000\nactive_file 7\n"},
        {"sys/fs/cgroup/other/memory.max", "1\n"},
        {"sys/fs/cgroup/other/memory.current", "1\n"},
    };

    check(files, G_N_ELEMENTS(files), 300000);
}

/* In a container its own group is the topmost that is to be seen. */
static void test_top_group(void)
{
    static const char *const files[][2] = {
        MACHINE,
        {"proc/self/cgroup", "0::/\n"},
        {"sys/fs/cgroup/memory.max", "100000\n"},
        {"sys/fs/cgroup/memory.current", "100001\n"},
    };

    check(files, G_N_ELEMENTS(files), 0);
}

static void test_here(void)
{
    g_assert_cmpuint(spare_memory(""), >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/spare/machine", test_machine);
    g_test_add_func("/spare/groups", test_groups);
    g_test_add_func("/spare/top-group", test_top_group);
    g_test_add_func("/spare/here", test_here);
    return g_test_run();
}
