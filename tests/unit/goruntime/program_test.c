#include "probes/goruntime/errors.h"
#include "probes/goruntime/program.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The test itself is a program, of another compiler. */
static void test_foreign(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(program_of_process(getpid(), &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FOREIGN);
    g_assert_nonnull(strstr(error->message, "packed"));
}

static void test_gone(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(program_of_process(INT32_MAX, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_GONE);
}

static void test_no_program(void)
{
    g_autoptr(GError) error = NULL;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    g_assert_null(program_of_file(fd, NULL, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FOREIGN);
    close(fd);
}

/* A position-independent program with a block that says Go 1.26.8. */
enum { LINKED_AT = 0x1000, FILE_BYTES = 0x2100, INFO_AT = 0x1f00 };

static void put(uint8_t *at, uint64_t value, size_t n)
{
    memcpy(at, &value, n);
}

static int make_program(char **ret_path)
{
    uint8_t file[FILE_BYTES] = {0};
    uint8_t *segment = file + 64;
    int fd = g_file_open_tmp(NULL, ret_path, NULL);

    memcpy(file, "\177ELF\2\1\1", 7);
    put(file + 16, 3, 2); /* ET_DYN */
    put(file + 18, ELF_MACHINE_X86_64, 2);
    put(file + 32, 64, 8); /* where segments are */
    put(file + 54, 56, 2);
    put(file + 56, 1, 2);
    put(segment, 1, 4);     /* PT_LOAD */
    put(segment + 4, 6, 4); /* readable, writable */
    put(segment + 16, LINKED_AT, 8);
    put(segment + 32, FILE_BYTES, 8);
    put(segment + 40, FILE_BYTES + 0x100, 8);
    memcpy(file + INFO_AT, "\xff Go buildinf:\x08\x02", 16);
    file[INFO_AT + 32] = 8;
    memcpy(file + INFO_AT + 33, "go1.26.8", 8);
    g_assert_cmpint(write(fd, file, sizeof file), ==, sizeof file);
    return fd;
}

/* Where it was loaded is told by the mapping of its beginning, known by inode or by name. */
static void test_bias(void)
{
    static const struct {
        const char *maps; /* %lu: the inode */
        uint64_t bias;
    } cases[] = {
        {"555555554000-555555560000 r--p 00000000 08:01 %lu   /x/prog\n", 0x555555553000},
        {"7f0000000000-7f0000001000 r--p 00000000 00:00 0\n"
         "555555564000-555555570000 rw-p 00010000 08:01 %lu   /x/prog\n"
         "555555554000-555555560000 r-xp 00000000 08:01 %lu   /x/prog (deleted)\n",
         0x555555553000},
        {"555555554000-555555560000 r--p 00000000 08:01 1%lu   /x/other\n", 0},
        {"nonsense\n\n5555 r\n555555554000-555555560000 r--p\n", 0},
        {"", 0},
    };
    g_autofree char *path = NULL;
    struct stat st;
    int fd = make_program(&path);

    g_assert_cmpint(fstat(fd, &st), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *maps =
            g_strdup_printf(cases[i].maps, (unsigned long)st.st_ino, (unsigned long)st.st_ino);
        g_autoptr(program_auto) p = program_of_file(fd, maps, &error);

        g_test_message("case %zu", i);
        if (cases[i].bias == 0) {
            g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FOREIGN);
            continue;
        }
        g_assert_no_error(error);
        g_assert_cmpuint(p->bias, ==, cases[i].bias);
        g_assert_cmpuint(p->segments[0].address, ==, p->bias + LINKED_AT);
        g_assert_cmpstr(p->version, ==, "go1.26.8");
        g_assert_cmpstr(p->goarch, ==, "amd64");
        g_assert_cmpuint(p->pclntab, ==, 0);
    }
    close(fd);
    unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/program/foreign", test_foreign);
    g_test_add_func("/program/gone", test_gone);
    g_test_add_func("/program/no-program", test_no_program);
    g_test_add_func("/program/bias", test_bias);
    return g_test_run();
}
