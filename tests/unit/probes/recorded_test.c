/* What a user saved of lsof and vmmap, read back as samples. */

#include "probes/recorded.h"

#include "probes/macos/lsof_table.h"
#include "tests/unit/probes/recordings.h"

#include <string.h>

enum { AT_US = 1000, REAL_US = 2000 };

/* Every awkward row: an empty cell, a name with blanks, a lock letter, a state, a deleted file. */
static const char table[] =
    "COMMAND     PID USER   FD      TYPE             DEVICE SIZE/OFF    NODE NAME\n"
    "sidecar    4182 me    cwd       DIR                8,1     4096     131 /home/me\n"
    "sidecar    4182 me      0u      CHR              136,0      0t0       3 /dev/pts/0\n"
    "sidecar    4182 me      3uW     REG                8,1       52     900 /home/me/a b/x.db\n"
    "sidecar    4182 me      4u   KQUEUE                                     count=0, state=0xa\n"
    "sidecar    4182 me      5u     IPv4 0x3bf9ab1234567890      0t0     TCP 127.0.0.1:6060 "
    "(LISTEN)\n"
    "sidecar    4182 me      6r     PIPE 0x2ba97131f4331a01    16384         ->0x2ba9\n"
    "sidecar    4182 me      7r      REG                8,1       10     901 /tmp/gone (deleted)\n"
    "sidecar    4182 me      8r      REG                8,1       10     902 /tmp/new\\nline\n"
    "torn by a wrapped line\n"
    "other      7 me         9r      REG                8,1       10     903 /not/below/titles\n"
    "helper     4200 me      1u      CHR              136,0      0t0       3 /dev/pts/0\n";

static struct files_sample *read_files(const char *text, struct recorded_process *process)
{
    GError *error = NULL;
    enum recorded_kind kind = recorded_kind_of(text, strlen(text));
    struct files_sample *files =
        recorded_files(kind, text, strlen(text), AT_US, REAL_US, process, &error);

    g_assert_no_error(error);
    return files;
}

static void test_table(void)
{
    static const struct {
        int fd;
        enum fd_type type;
        const char *path, *detail;
        char access;
        bool deleted;
    } rows[] = {
        {0, FD_CHR, "/dev/pts/0", "", 'u', false},
        {3, FD_REG, "/home/me/a b/x.db", "", 'u', false},
        {4, FD_EPOLL, "KQUEUE", "count=0, state=0xa", 'u', false},
        {5, FD_IPV4, "127.0.0.1:6060", "LISTEN", 'u', false},
        {6, FD_FIFO, "0x2ba97131f4331a01", "->0x2ba9", 'r', false},
        {7, FD_REG, "/tmp/gone", "", 'r', true},
        {8, FD_REG, "/tmp/new\nline", "", 'r', false},
    };
    struct recorded_process process;
    struct files_sample *files = read_files(table, &process);

    g_assert_cmpint(process.pid, ==, 4182);
    g_assert_cmpstr(process.name, ==, "sidecar");
    g_assert_cmpuint(process.others, >=, 1);
    g_assert_true(strstr(files->base.reason, "processes") != NULL);
    g_assert_cmpint(files->base.taken_us, ==, AT_US);
    g_assert_cmpuint(files->n_fds, ==, G_N_ELEMENTS(rows));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct fd_entry *entry = &files->fds[i];

        g_assert_cmpint(entry->fd, ==, rows[i].fd);
        g_assert_cmpint((int)entry->type, ==, (int)rows[i].type);
        g_assert_cmpstr(entry->path, ==, rows[i].path);
        g_assert_cmpstr(entry->detail, ==, rows[i].detail);
        g_assert_cmpint(entry->access, ==, rows[i].access);
        g_assert_true(entry->deleted == rows[i].deleted);
    }
    g_assert_cmpint(files->fds[1].size, ==, 52);
    g_assert_cmpint(files->not_descriptors, ==, 1);
    g_assert_cmpint(files->by_type[FD_REG], ==, 3);
    g_assert_cmpint(files->inotify_watches, ==, SAMPLE_UNKNOWN);
    g_assert_cmpuint(files->n_groups, >, 0);
    sample_unref(files);
}

static void test_kinds(void)
{
    static const struct {
        const char *text;
        enum recorded_kind kind;
    } cases[] = {
        {table, RECORDED_LSOF},
        {"p1234\ncsidecar\nf3\ntREG\nn/x\n", RECORDED_LSOF_FIELDS},
        {"Process:         sidecar [41822]\nPath: /x\n", RECORDED_VMMAP},
        {"goroutine profile: total 3\n", RECORDED_NONE},
        {"COMMAND is a word\n", RECORDED_NONE},
        {"p", RECORDED_NONE},
        {"", RECORDED_NONE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint((int)recorded_kind_of(cases[i].text, strlen(cases[i].text)), ==,
                        (int)cases[i].kind);
}

static void test_fields(void)
{
    struct recorded_process process;
    struct files_sample *files =
        read_files("p77\ncgo-app\nf3\nar\ntREG\nn/var/a\nf4\nau\ntREG\nn/var/a\n", &process);

    g_assert_cmpint(process.pid, ==, 77);
    g_assert_cmpuint(files->n_fds, ==, 2);
    g_assert_cmpuint(files->groups[0].count, ==, 2);
    sample_unref(files);
}

static void test_nothing_in_it(void)
{
    static const char titles[] =
        "COMMAND   PID USER   FD      TYPE DEVICE SIZE/OFF     NODE NAME\n";
    struct recorded_process process;
    g_autoptr(GError) no_rows = NULL, no_map = NULL;

    g_assert_null(
        recorded_files(RECORDED_LSOF, titles, strlen(titles), AT_US, REAL_US, &process, &no_rows));
    g_assert_nonnull(no_rows);
    g_assert_null(recorded_memory("Process: x [1]\n", 15, AT_US, REAL_US, &process, &no_map));
    g_assert_nonnull(no_map);
}

/* Whatever stands in it, nothing is read outside and every row has a number and texts. */
static void test_ugly(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);

    for (int round = 0; round < 3000; round++) {
        char text[sizeof table];
        struct recorded_process process;
        g_autoptr(GError) error = NULL;

        memcpy(text, table, sizeof table);
        for (int i = g_rand_int_range(rand, 0, 40); i > 0; i--)
            text[g_rand_int_range(rand, 0, (int)sizeof text - 1)] =
                (char)g_rand_int_range(rand, 1, 256);
        struct files_sample *files =
            recorded_files(RECORDED_LSOF, text, strlen(text), AT_US, REAL_US, &process, &error);

        g_assert_true((files != NULL) != (error != NULL));
        for (size_t i = 0; files != NULL && i < files->n_fds; i++)
            g_assert_true(files->fds[i].fd >= 0 && files->fds[i].path != NULL);
        sample_unref(files);
    }
}

static void test_recordings(void)
{
    static const struct {
        const char *file;
        size_t fds;
        pid_t pid;
    } cases[] = {
        {"lsof-macos/01.txt", 10, 74403},
        {"lsof-macos/02.txt", 20, 74403},
        {"sidecar-1.3.0-healthy/lsof.txt", 15, 18549},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = recording_read(cases[i].file);
        struct recorded_process process;

        if (text == NULL)
            return;
        struct files_sample *files = read_files(text, &process);

        g_test_message("%s: %zu", cases[i].file, files->n_fds);
        g_assert_cmpuint(files->n_fds, ==, cases[i].fds);
        g_assert_cmpint(process.pid, ==, cases[i].pid);
        sample_unref(files);
    }
}

static void test_vmmap(void)
{
    g_autofree char *text = recording_read("vmmap/06.txt");
    struct recorded_process process;
    g_autoptr(GError) error = NULL;

    if (text == NULL)
        return;
    struct memory_sample *memory =
        recorded_memory(text, strlen(text), AT_US, REAL_US, &process, &error);

    g_assert_no_error(error);
    g_assert_cmpint(process.pid, ==, 83358);
    g_assert_cmpstr(process.name, ==, "go");
    g_assert_true(memory->regions_are_types);
    g_assert_cmpint(memory->total.count, >, 0);
    g_assert_cmpint(memory->regions_us, ==, AT_US);
    sample_unref(memory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recorded/kinds", test_kinds);
    g_test_add_func("/recorded/lsof/table", test_table);
    g_test_add_func("/recorded/lsof/fields", test_fields);
    g_test_add_func("/recorded/lsof/recordings", test_recordings);
    g_test_add_func("/recorded/vmmap", test_vmmap);
    g_test_add_func("/recorded/nothing", test_nothing_in_it);
    g_test_add_func("/recorded/ugly", test_ugly);
    return g_test_run();
}
