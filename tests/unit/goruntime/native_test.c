#include "probes/goruntime/native.h"

#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

int native_test_function(int x);

__attribute__((noinline)) int native_test_function(int x)
{
    return x * 3;
}

/* Ourselves: a program and a library with tables of symbols, the kernel's code, and no code. */
static void test_self(void)
{
    g_autoptr(native_auto) native = native_new(getpid());
    struct native_place place;
    int on_stack = native_test_function(1);

    g_assert_true(native_find(native, (uint64_t)(uintptr_t)native_test_function + 1, &place));
    g_assert_cmpstr(place.function, ==, "native_test_function");
    g_assert_nonnull(strstr(place.file, "goruntime_native"));
    g_assert_cmpuint(place.begin, <=, (uint64_t)(uintptr_t)native_test_function);
    g_assert_cmpuint(place.end, >, (uint64_t)(uintptr_t)native_test_function);
    g_assert_false(place.is_vdso);

    g_assert_true(native_find(native, (uint64_t)(uintptr_t)g_hash_table_lookup, &place));
    g_assert_cmpstr(place.function, ==, "g_hash_table_lookup");

    uint64_t vdso = getauxval(AT_SYSINFO_EHDR);

    if (vdso != 0) {
        g_assert_true(native_find(native, vdso + 100, &place));
        g_assert_true(place.is_vdso);
        g_assert_cmpstr(place.function, ==, "[vdso]");
    }
    g_assert_false(native_find(native, (uint64_t)(uintptr_t)&on_stack, &place));
    g_assert_false(native_find(native, 0, &place));
}

static void test_nobody(void)
{
    g_autoptr(native_auto) native = native_new(0x7ffffff0);
    struct native_place place;

    g_assert_false(native_find(native, 0x401000, &place));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/native/self", test_self);
    g_test_add_func("/native/nobody", test_nobody);
    return g_test_run();
}
