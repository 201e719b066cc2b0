/* The field output of lsof: recorded on macOS, made up in its format, and its escapes. */

#include "probes/macos/lsof.h"

#include "tests/unit/probes/recordings.h"

#include <string.h>

struct row {
    char *fd, *type, *name, *state, *protocol, *device_text, *command;
    pid_t pid;
    struct lsof_file file; /* numbers only: its strings are gone */
};

static void row_clear(gpointer data)
{
    struct row *row = data;

    g_free(row->fd);
    g_free(row->type);
    g_free(row->name);
    g_free(row->state);
    g_free(row->protocol);
    g_free(row->device_text);
    g_free(row->command);
}

static bool keep_row(const struct lsof_process *process, const struct lsof_file *file, void *user)
{
    GArray *rows = user;
    struct row row = {
        .fd = g_strdup(file->fd),
        .type = g_strdup(file->type),
        .name = g_strdup(file->name),
        .state = g_strdup(file->state),
        .protocol = g_strdup(file->protocol),
        .device_text = g_strdup(file->device_text),
        .command = g_strdup(process->command),
        .pid = process->pid,
        .file = *file,
    };

    g_array_append_val(rows, row);
    return true;
}

static GArray *parse(const char *text, size_t n)
{
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(struct row));

    g_array_set_clear_func(rows, row_clear);
    g_assert_cmpuint(lsof_parse(text, n, keep_row, rows), ==, rows->len);
    return rows;
}

static const struct row *row_of(const GArray *rows, guint index)
{
    g_assert_cmpuint(index, <, rows->len);
    return &g_array_index(rows, struct row, index);
}

/* With NULs between fields, as we ask for it. */
static void test_nul_fields(void)
{
    static const char text[] =
        "p401\0g401\0R1\0csidecar\0u501\0\n"
        "fcwd\0a \0tDIR\0D0x100000e\0s640\0i77\0k20\0n/Users/me/a b\0\n"
        "ftxt\0tREG\0D0x100000e\0s9000\0i78\0n/opt/bin/sidecar\0\n"
        "f0\0au\0tCHR\0D0x10000003\0i641\0n/dev/ttys003\0\n"
        "f3\0au\0tIPv4\0d0x2ba97131f7042581\0PTCP\0n127.0.0.1:6060\0TST=LISTEN\0TQR=0\0\n"
        "f4\0a \0tPIPE\0d0x2ba97131f4331a01\0n\0\n"
        "f12\0ar\0tREG\0G0x88000;0x0\0D0x100000e\0s12\0i80\0k0\0n/tmp/gone\0\n"
        "p402\0cgit\0\n"
        "f1\0tREG\0n/x\0\n";
    g_autoptr(GArray) rows = parse(text, sizeof text - 1);

    g_assert_cmpuint(rows->len, ==, 7);
    g_assert_cmpint(row_of(rows, 0)->file.number, ==, -1);
    g_assert_cmpstr(row_of(rows, 0)->name, ==, "/Users/me/a b");
    g_assert_cmpint(row_of(rows, 1)->file.number, ==, -1);
    g_assert_cmpuint(row_of(rows, 2)->file.device, ==, 0x10000003);
    g_assert_cmpint(row_of(rows, 2)->file.access, ==, 'u');
    g_assert_cmpstr(row_of(rows, 3)->state, ==, "LISTEN");
    g_assert_cmpstr(row_of(rows, 3)->protocol, ==, "TCP");
    g_assert_cmpint(row_of(rows, 3)->file.size, ==, SAMPLE_UNKNOWN);
    g_assert_cmpstr(row_of(rows, 4)->name, ==, "");
    g_assert_cmpint(row_of(rows, 4)->file.access, ==, ' ');
    g_assert_cmpstr(row_of(rows, 4)->device_text, ==, "0x2ba97131f4331a01");
    g_assert_cmpint(row_of(rows, 5)->file.number, ==, 12);
    g_assert_cmpint(row_of(rows, 5)->file.links, ==, 0);
    g_assert_cmpint(row_of(rows, 5)->file.flags, ==, 0x88000);
    g_assert_cmpint(row_of(rows, 5)->pid, ==, 401);
    g_assert_cmpstr(row_of(rows, 5)->command, ==, "sidecar");
    g_assert_cmpint(row_of(rows, 6)->pid, ==, 402);
    g_assert_cmpstr(row_of(rows, 6)->command, ==, "git");
}

static void test_recorded_sockets(void)
{
    g_autofree char *text = recording_read("lsof-macos/04-F-ftPTn.txt");
    if (!text)
        return;
    g_autoptr(GArray) rows = parse(text, strlen(text));
    size_t counts[FD_N_TYPES] = {0}, others = 0;

    for (guint i = 0; i < rows->len; i++) {
        if (row_of(rows, i)->file.number < 0)
            others++;
        else
            counts[lsof_fd_type(row_of(rows, i)->type, row_of(rows, i)->name)]++;
    }
    g_assert_cmpuint(rows->len, ==, 14);
    g_assert_cmpuint(others, ==, 2); /* cwd and txt */
    g_assert_cmpuint(counts[FD_CHR], ==, 1);
    g_assert_cmpuint(counts[FD_IPV4], ==, 5);
    g_assert_cmpuint(counts[FD_IPV6], ==, 1);
    g_assert_cmpuint(counts[FD_UNIX], ==, 2);
    g_assert_cmpuint(counts[FD_EPOLL], ==, 1);
    g_assert_cmpuint(counts[FD_FIFO], ==, 1);
    g_assert_cmpuint(counts[FD_SOCK], ==, 1); /* systm */
    g_assert_cmpint(row_of(rows, 3)->pid, ==, 94850);
    g_assert_cmpstr(row_of(rows, 3)->state, ==, "LISTEN");
    g_assert_cmpstr(row_of(rows, 12)->name, ==, "[::1]:5000->[::1]:6000");
    g_assert_cmpstr(row_of(rows, 12)->state, ==, "TIME_WAIT");
}

/* A pipe without a peer has an empty name, which is no reason to lose count. */
static void test_recorded_empty_name(void)
{
    g_autofree char *text = recording_read("lsof-macos/05-F-pftn.txt");
    if (!text)
        return;
    g_autoptr(GArray) rows = parse(text, strlen(text));

    g_assert_cmpuint(rows->len, ==, 5);
    g_assert_cmpstr(row_of(rows, 2)->fd, ==, "0");
    g_assert_cmpstr(row_of(rows, 2)->type, ==, "PIPE");
    g_assert_cmpstr(row_of(rows, 2)->name, ==, "");
    g_assert_cmpstr(row_of(rows, 4)->type, ==, "KQUEUE");
    g_assert_cmpstr(row_of(rows, 4)->name, ==, "count=0, state=0x10");
}

static void test_escapes(void)
{
    static const struct {
        const char *text, *raw;
    } cases[] = {
        {"/tmp/plain", "/tmp/plain"},
        {"a\\nb\\tc\\rd\\be\\ff", "a\nb\tc\rd\be\ff"},
        {"back\\\\slash\\\\n", "back\\slash\\n"},
        {"\\xff\\xc3\\xa9\\x7f", "\xff\xc3\xa9\x7f"},
        {"^A^[^G", "\x01\x1b\x07"},
        {"HEAD^", "HEAD^"},           /* a caret of its own */
        {"x^2 ^b ^~", "x^2 ^b ^~"},   /* no control character looks like that */
        {"^J^I^M^H^L", "^J^I^M^H^L"}, /* these have letters of their own */
        {"\\x4", "\\x4"},
        {"\\xzz\\q\\", "\\xzz\\q\\"},
        {"\\x00z", "\\x00z"}, /* a name has no NUL */
    };
    g_autoptr(GString) raw = g_string_new("old");

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        lsof_unescape(cases[i].text, strlen(cases[i].text), raw);
        g_assert_cmpstr(raw->str, ==, cases[i].raw);
    }
}

static void test_types(void)
{
    static const struct {
        const char *word, *name;
        enum fd_type type;
    } cases[] = {
        {"REG", "/x", FD_REG},
        {"DIR", "/", FD_DIR},
        {"CHR", "/dev/null", FD_CHR},
        {"BLK", "/dev/sda", FD_BLK},
        {"FIFO", "pipe", FD_FIFO},
        {"PIPE", "->0x1", FD_FIFO},
        {"IPv4", "*:1", FD_IPV4},
        {"IPv6", "*:1", FD_IPV6},
        {"unix", "->0x1", FD_UNIX},
        {"sock", "protocol: TCP", FD_SOCK},
        {"systm", "[ctl x]", FD_SOCK},
        {"KQUEUE", "count=0", FD_EPOLL},
        {"NPOLICY", "", FD_ANON},
        {"a_inode", "inotify", FD_INOTIFY},
        {"a_inode", "[eventpoll]", FD_EPOLL},
        {"a_inode", "[eventpoll:4]", FD_EPOLL},
        {"a_inode", "[eventfd:3]", FD_ANON},
        {"0140", "", FD_OTHER},
        {"", "", FD_OTHER},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(lsof_fd_type(cases[i].word, cases[i].name), ==, cases[i].type);
}

static void test_endpoints(void)
{
    static const struct {
        const char *name;
        int port;
        bool loopback, any;
    } cases[] = {
        {"127.0.0.1:6060", 6060, true, false},
        {"*:80", 80, false, true},
        {"[::1]:5000->[::1]:6000", 5000, true, false},
        {"10.0.0.2:22->10.0.0.1:5", 22, false, false},
        {"[::ffff:127.0.0.1]:9", 9, true, false},
        {"*:*", 0, false, true},
        {"1.2.3.4:99999", 0, false, false},
    };
    struct lsof_endpoint endpoint;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(lsof_local_endpoint(cases[i].name, &endpoint));
        g_assert_cmpint(endpoint.port, ==, cases[i].port);
        g_assert_cmpint(endpoint.loopback, ==, cases[i].loopback);
        g_assert_cmpint(endpoint.any, ==, cases[i].any);
    }
    g_assert_false(lsof_local_endpoint("no address", &endpoint));
}

static bool stop_at_first(const struct lsof_process *process, const struct lsof_file *file,
                          void *user)
{
    (void)process;
    (void)file;
    (*(int *)user)++;
    return false;
}

static void test_long_numbers(void)
{
    static const char text[] = "p1\nf9998\nf*000\nf*001\nf*999\nf*000\nf*500\n"
                               "fmem\nf*499\np2\nf*002\nf*\nf*12\nf*x01\n";
    static const int numbers[] = {9998, 10000, 10001, 10999, 11000, 11500,
                                  -1,   12499, 10002, -1,    -1,    -1};
    g_autoptr(GArray) rows = parse(text, strlen(text));

    g_assert_cmpuint(rows->len, ==, G_N_ELEMENTS(numbers));
    for (guint i = 0; i < rows->len; i++)
        g_assert_cmpint(row_of(rows, i)->file.number, ==, numbers[i]);
}

static void test_stop(void)
{
    static const char text[] = "p1\nf1\ntREG\nf2\ntREG\nf3\ntREG\n";
    int calls = 0;

    g_assert_cmpuint(lsof_parse(text, strlen(text), stop_at_first, &calls), ==, 1);
    g_assert_cmpint(calls, ==, 1);
}

/* Numbers no descriptor can have, values without a process, nothing at all. */
static void test_nonsense(void)
{
    static const char text[] = "tREG\0nlost\0f99999999999\0tREG\0n/a\0f-1\0f\0p\0f5";
    g_autoptr(GArray) rows = parse(text, sizeof text - 1);

    g_assert_cmpuint(rows->len, ==, 4);
    for (guint i = 0; i < 3; i++)
        g_assert_cmpint(row_of(rows, i)->file.number, ==, -1);
    g_assert_cmpint(row_of(rows, 3)->file.number, ==, 5);
    g_assert_cmpint(row_of(rows, 3)->pid, ==, 0);
    g_assert_cmpuint(lsof_parse("", 0, keep_row, NULL), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/macos/lsof/nul-fields", test_nul_fields);
    g_test_add_func("/macos/lsof/recorded-sockets", test_recorded_sockets);
    g_test_add_func("/macos/lsof/recorded-empty-name", test_recorded_empty_name);
    g_test_add_func("/macos/lsof/escapes", test_escapes);
    g_test_add_func("/macos/lsof/types", test_types);
    g_test_add_func("/macos/lsof/endpoints", test_endpoints);
    g_test_add_func("/macos/lsof/long-numbers", test_long_numbers);
    g_test_add_func("/macos/lsof/stop", test_stop);
    g_test_add_func("/macos/lsof/nonsense", test_nonsense);
    return g_test_run();
}
