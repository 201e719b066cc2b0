#include "probes/linux/regions.h"
#include "probes/paths.h"

#include <string.h>

#define MIB (UINT64_C(1) << 20)

struct expected {
    uint64_t start, end;
    const char *perms;
    uint64_t inode;
    const char *name;
    enum region_class cls;
};

static const struct region_hints plain = {
    .exe = "/opt/sidecar",
    .exe_inode = 7,
    .stack_limit = 8 * 1024 * 1024,
    .page_bytes = 4096,
};

static void check(const struct expected *list, size_t n, const struct region_hints *hints,
                  bool guessed)
{
    g_autofree struct mapping *mappings = g_new0(struct mapping, n);
    for (size_t i = 0; i < n; i++) {
        mappings[i].region.start = list[i].start;
        mappings[i].region.end = list[i].end;
        g_strlcpy(mappings[i].region.perms, list[i].perms, 5);
        mappings[i].region.name = list[i].name;
        mappings[i].inode = list[i].inode;
    }
    g_assert_true(regions_classify(mappings, n, hints) == guessed);
    for (size_t i = 0; i < n; i++) {
        g_test_message("%" G_GINT64_MODIFIER "x %s %s", list[i].start, list[i].perms, list[i].name);
        g_assert_cmpstr(region_class_name(mappings[i].region.cls), ==,
                        region_class_name(list[i].cls));
    }
}

static void test_named(void)
{
    static const struct expected list[] = {
        {0x400000, 0x800000, "r-xp", 7, "/opt/sidecar", REGION_BINARY},
        {0x800000, 0x810000, "rw-p", 7, "/opt/sidecar", REGION_BINARY},
        {0x810000, 0x840000, "rw-p", 0, "", REGION_DATA},
        {0x1000000, 0x1021000, "rw-p", 0, "[heap]", REGION_C_HEAP},
        {0x250000000000, 0x250000400000, "rw-p", 0, "[anon: Go: heap]", REGION_GO_HEAP},
        {0x250000400000, 0x250004000000, "---p", 0, "[anon: Go: heap reservation]", REGION_GO_HEAP},
        {0x7f0000000000, 0x7f0000001000, "rw-p", 0, "[anon: Go: gc bits]", REGION_GO_RUNTIME},
        {0x7f0000002000, 0x7f0000003000, "rw-p", 0, "[anon: Go: OS thread stack]", REGION_STACK},
        {0x7f0000004000, 0x7f0000005000, "rw-p", 0, "[anon: glibc: malloc arena]", REGION_C_HEAP},
        {0x7f0000006000, 0x7f0000007000, "rw-s", 21, "/data/x.db-shm", REGION_SQLITE},
        {0x7f0000008000, 0x7f0000009000, "r--s", 22, "/data/x.sqlite3", REGION_SQLITE},
        {0x7f000000a000, 0x7f000000b000, "r--s", 23, "/data/x.db (deleted)", REGION_SQLITE},
        {0x7f000000c000, 0x7f000000d000, "rw-s", 24, "/memfd:x (deleted)", REGION_SHARED},
        {0x7f000000e000, 0x7f000000f000, "rw-s", 25, "/dev/zero (deleted)", REGION_SHARED},
        {0x7f0000010000, 0x7f0000011000, "rw-s", 26, "anon_inode:[perf_event]", REGION_SHARED},
        {0x7f0000012000, 0x7f0000013000, "r-xp", 27, "/lib/libc.so.6", REGION_LIBRARY},
        {0x7f0000013000, 0x7f0000014000, "rw-p", 27, "/lib/libc.so.6", REGION_LIBRARY},
        {0x7f0000014000, 0x7f0000016000, "rw-p", 0, "", REGION_DATA},
        {0x7f0000018000, 0x7f0000019000, "r--p", 28, "/usr/share/with blank\n", REGION_FILE},
        {0x7f000001a000, 0x7f000001b000, "r--p", 9, "/opt/sidecar", REGION_FILE},
        {0x7f0000020000, 0x7f0000021000, "---p", 0, "", REGION_RESERVED},
        {0x7ffff0000000, 0x7ffff0021000, "rw-p", 0, "[stack]", REGION_STACK},
        {0x7ffff0022000, 0x7ffff0024000, "r--p", 0, "[vvar_vclock]", REGION_KERNEL},
        {0x7ffff0024000, 0x7ffff0026000, "r-xp", 0, "[vdso]", REGION_KERNEL},
        {0xffffffffff600000, 0xffffffffff601000, "--xp", 0, "[vsyscall]", REGION_KERNEL},
    };
    check(list, G_N_ELEMENTS(list), &plain, false);
}

/* As seen with Go 1.19: a fixed address and the rest of the arena reserved. */
static void test_fixed_arena(void)
{
    static const struct expected list[] = {
        {0x400000, 0x800000, "r-xp", 7, "/opt/sidecar", REGION_BINARY},
        {0xc000000000, 0xc00cc00000, "rw-p", 0, "", REGION_GO_HEAP},
        {0xc00cc00000, 0xc010000000, "---p", 0, "", REGION_GO_HEAP},
        {0x7f0000000000, 0x7f0000200000, "rw-p", 0, "", REGION_ANONYMOUS},
        {0x7ffff0024000, 0x7ffff0026000, "r-xp", 0, "[vdso]", REGION_KERNEL},
    };
    struct region_hints hints = plain;
    hints.is_go = true;
    hints.go_minor = 19;
    check(list, G_N_ELEMENTS(list), &hints, true);
}

static const struct expected random_base[] = {
    {0x400000, 0x800000, "r-xp", 7, "/opt/sidecar", REGION_BINARY},
    {0x2501c4000000, 0x2501c4c00000, "---p", 0, "", REGION_GO_HEAP},
    {0x2501c4c00000, 0x2501c5400000, "rw-p", 0, "", REGION_GO_HEAP},
    {0x2501c5400000, 0x2501c8000000, "---p", 0, "", REGION_GO_HEAP},
    {0x7eff00000000, 0x7eff00021000, "rw-p", 0, "", REGION_C_HEAP},
    {0x7eff00021000, 0x7eff04000000, "---p", 0, "", REGION_RESERVED},
    {0x7f0000000000, 0x7f0000200000, "rw-p", 0, "", REGION_ANONYMOUS},
    {0x7f1000000000, 0x7f1000001000, "r-xp", 27, "/lib/libc.so.6", REGION_LIBRARY},
    {0x7ffff0024000, 0x7ffff0026000, "r-xp", 0, "[vdso]", REGION_KERNEL},
};

static void test_random_base(void)
{
    struct region_hints hints = plain;
    hints.is_go = true;
    hints.go_minor = 26;
    check(random_base, G_N_ELEMENTS(random_base), &hints, true);
    hints.go_minor = 0; /* a version we cannot read may be a new one */
    check(random_base, G_N_ELEMENTS(random_base), &hints, true);
}

/* The same mappings in a program that cannot have such a heap. */
static void test_random_base_not_go(void)
{
    struct expected list[G_N_ELEMENTS(random_base)];
    memcpy(list, random_base, sizeof list);
    list[1].cls = list[3].cls = REGION_RESERVED;
    list[2].cls = REGION_ANONYMOUS;
    check(list, G_N_ELEMENTS(list), &plain, false);
    struct region_hints hints = plain;
    hints.is_go = true;
    hints.go_minor = 25;
    check(list, G_N_ELEMENTS(list), &hints, false);
}

/* Stacks: exactly one guard page before; neighbours merge, so larger counts as well. */
static void test_thread_stacks(void)
{
    static const struct expected list[] = {
        {0x7f0000000000, 0x7f0000001000, "---p", 0, "", REGION_RESERVED},
        {0x7f0000001000, 0x7f0000801000, "rw-p", 0, "", REGION_STACK},
        {0x7f0000801000, 0x7f0000802000, "---p", 0, "", REGION_RESERVED},
        {0x7f0000802000, 0x7f0003102000, "rw-p", 0, "", REGION_STACK},
        {0x7f1000000000, 0x7f1000002000, "---p", 0, "", REGION_RESERVED},
        {0x7f1000002000, 0x7f1000802000, "rw-p", 0, "", REGION_ANONYMOUS},
        {0x7f2000000000, 0x7f2000001000, "---p", 0, "", REGION_RESERVED},
        {0x7f2000001000, 0x7f2000041000, "rw-p", 0, "", REGION_ANONYMOUS},
    };
    check(list, G_N_ELEMENTS(list), &plain, false);
    struct region_hints hints = plain;
    hints.stack_limit = SAMPLE_UNKNOWN;
    check(list, G_N_ELEMENTS(list), &hints, false);
}

static void test_empty(void)
{
    struct mapping none;
    g_assert_false(regions_classify(&none, 0, &plain));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/regions/named", test_named);
    g_test_add_func("/regions/fixed-arena", test_fixed_arena);
    g_test_add_func("/regions/random-base", test_random_base);
    g_test_add_func("/regions/random-base-not-go", test_random_base_not_go);
    g_test_add_func("/regions/thread-stacks", test_thread_stacks);
    g_test_add_func("/regions/empty", test_empty);
    return g_test_run();
}
