/* A line of /proc/PID/task/TID/syscall in words. */

#include "probes/goruntime/system_calls.h"

#include <locale.h>

static const struct {
    const char *line;
    enum go_arch arch;
    const char *words;
    int64_t fd;
} cases[] = {
    {"0 0x8 0xc0000b2000 0x1 0x0 0x0 0x0 0xc00008be20 0x48e42e", GO_ARCH_AMD64, "read fd 8", 8},
    {"63 0x8 0x4000b2000 0x1 0x0 0x0 0x0 0x40008be20 0x48e42e", GO_ARCH_ARM64, "read fd 8", 8},
    {"40 0x3 0x5 0x0 0x0 0x0 0x0 0x1 0x1", GO_ARCH_AMD64, "sendfile fd 3 fd 5", 3},
    {"61 0x1267 0x0 0x0 0x0 0x0 0x0 0x1 0x1", GO_ARCH_AMD64, "wait4 pid 4711", -1},
    {"61 0xffffffffffffffff 0x0 0x0 0x0 0x0 0x0 0x1 0x1", GO_ARCH_AMD64, "wait4", -1},
    {"257 0xffffffffffffff9c 0x1000 0x0 0x0 0x0 0x0 0x1 0x1", GO_ARCH_AMD64, "openat", -1},
    {"326 0x3 0x0 0x5 0x0 0x10 0x0 0x1 0x1", GO_ARCH_AMD64, "copy_file_range fd 3 fd 5", 3},
    {"999 0x8 0x0 0x0 0x0 0x0 0x0 0x1 0x1", GO_ARCH_AMD64, "system call 999", -1},
    {"0 0xffffffff 0x0", GO_ARCH_AMD64, "read", -1},
    {"0", GO_ARCH_AMD64, "read fd 0", 0},
    {"running\n", GO_ARCH_AMD64, NULL, -1},
    {"-1 0x7ffd 0x1", GO_ARCH_AMD64, NULL, -1},
    {"", GO_ARCH_AMD64, NULL, -1},
};

static void test_words(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t fd;
        g_autofree char *words = system_call_describe(cases[i].line, cases[i].arch, NULL, &fd);

        g_assert_cmpstr(words, ==, cases[i].words);
        g_assert_cmpint(fd, ==, cases[i].fd);
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/goruntime/system-calls/words", test_words);
    return g_test_run();
}
