#include "probes/linux/buildinfo.h"
#include "probes/linux/fdinfo.h"
#include "probes/linux/procfs.h"
#include "probes/linux/scan.h"
#include "probes/linux/sockets.h"

#include <elf.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void assert_text(const char *text, size_t n, const char *expected)
{
    g_autofree char *copy = g_strndup(text, n);
    g_assert_cmpstr(copy, ==, expected);
}

static void test_stat(void)
{
    static const char text[] = "31360 (a) S (b) S 31353 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 9 0 "
                               "777 4096 12 18446744073709551615 1 1\n";
    struct procfs_stat stat;
    g_assert_true(procfs_stat_parse(text, strlen(text), &stat));
    g_assert_cmpint(stat.pid, ==, 31360);
    g_assert_cmpint(stat.parent, ==, 31353);
    g_assert_cmpint(stat.state, ==, 'S');
    assert_text(stat.comm, stat.comm_n, "a) S (b");
    g_assert_cmpuint(stat.minor_faults, ==, 1);
    g_assert_cmpuint(stat.major_faults, ==, 3);
    g_assert_cmpuint(stat.user_ticks, ==, 5);
    g_assert_cmpuint(stat.child_system_ticks, ==, 8);
    g_assert_cmpuint(stat.threads, ==, 9);
    g_assert_cmpuint(stat.start_ticks, ==, 777);
    g_assert_cmpuint(stat.vsize_bytes, ==, 4096);
    g_assert_cmpuint(stat.rss_pages, ==, 12);
    g_assert_false(procfs_stat_is_kernel(&stat));
}

/* Cut anywhere, it is either whole enough or refused; never read past its end. */
static void test_stat_cut(void)
{
    static const char text[] = "7 (x\n) Z 1 1 1 0 -1 2097152 1 2 3 4 5 6 7 8 20 0 9 0 777 4096 12";
    for (size_t n = 0; n <= strlen(text); n++) {
        g_autofree char *copy = g_memdup2(text, n + 1);
        struct procfs_stat stat;
        bool ok = procfs_stat_parse(copy, n, &stat);
        g_assert_true(!ok || stat.state == 'Z');
        if (n == strlen(text))
            g_assert_true(ok && procfs_stat_is_kernel(&stat));
    }
}

static void test_limits(void)
{
    struct procfs_text text = {.data = g_strdup("Limit      Soft  Hard  Units\n"
                                                "Max open files   1024  unlimited  files\n")};
    int64_t soft = 0, hard = 0;
    text.size = strlen(text.data);
    g_assert_true(procfs_limit_parse(&text, "Max open files", &soft, &hard));
    g_assert_cmpint(soft, ==, 1024);
    g_assert_cmpint(hard, ==, SAMPLE_UNKNOWN);
    g_assert_false(procfs_limit_parse(&text, "Max stack size", &soft, &hard));
    procfs_text_clear(&text);
}

/* A key counts at the beginning of a line only. */
static void test_numbers(void)
{
    struct procfs_text text = {.data = g_strdup("Name:\tswitches: 9 VmRSS: 9\nVmRSS:\t   12 kB\n"
                                                "nonswitches:\t8\nswitches:\t7\n"
                                                "VmSwap: 18014398509481984 kB\nVmLck:\n")};
    text.size = strlen(text.data);
    g_assert_cmpint(procfs_number_of(&text, "switches:"), ==, 7);
    g_assert_cmpint(procfs_bytes_of(&text, "VmRSS:"), ==, 12 * 1024);
    g_assert_cmpint(procfs_number_of(&text, "VmSwap:"), ==, 18014398509481984);
    g_assert_cmpint(procfs_bytes_of(&text, "VmSwap:"), ==, SAMPLE_UNKNOWN); /* too large */
    g_assert_cmpint(procfs_number_of(&text, "VmLck:"), ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(procfs_bytes_of(&text, "VmPeak:"), ==, SAMPLE_UNKNOWN);
    procfs_text_clear(&text);
}

static void send_piece(int fd, const char *text, size_t n)
{
    if (n) /* an empty packet would read as the end */
        g_assert_cmpint(write(fd, text, n), ==, (gssize)n);
}

/* One packet per read: lines are cut wherever the packets are. */
static void test_lines_cut_between_reads(void)
{
    static const char text[] = "first line\n\nthird\nno newline at the end";
    static const char *const expected[] = {"first line", "", "third", "no newline at the end"};
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        int ends[2];
        g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), ==, 0);
        send_piece(ends[1], text, cut);
        send_piece(ends[1], text + cut, strlen(text) - cut);
        close(ends[1]);
        struct procfs_lines lines;
        procfs_lines_init(&lines, ends[0]);
        const char *line;
        size_t n, got = 0;
        while (procfs_lines_next(&lines, &line, &n)) {
            g_assert_cmpuint(got, <, G_N_ELEMENTS(expected));
            assert_text(line, n, expected[got++]);
        }
        g_assert_cmpuint(got, ==, G_N_ELEMENTS(expected));
        g_assert_cmpuint(lines.bytes, ==, strlen(text));
        procfs_lines_clear(&lines);
        close(ends[0]);
    }
}

static void test_lines_overlong(void)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp(NULL, &path, NULL);
    g_autofree char *text = g_strnfill(PROCFS_MAX_LINE * 3, 'x');
    g_assert_cmpint(write(fd, text, PROCFS_MAX_LINE * 3), ==, PROCFS_MAX_LINE * 3);
    g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
    struct procfs_lines lines;
    procfs_lines_init(&lines, fd);
    const char *line;
    size_t n, total = 0;
    while (procfs_lines_next(&lines, &line, &n)) {
        g_assert_cmpuint(n, <=, PROCFS_MAX_LINE * 2);
        total += n;
    }
    g_assert_cmpuint(total, ==, PROCFS_MAX_LINE * 3);
    procfs_lines_clear(&lines);
    close(fd);
    g_unlink(path);
}

static void test_fdinfo(void)
{
    char data[] = "pos:\t4096\nflags:\t0100002\nmnt_id:\t21\nino:\t77\n"
                  "inotify wd:2 ino:2a sdev:1 mask:fce ignored_mask:0 fhandle-bytes:8\n"
                  "inotify wd:1 ino:2b sdev:1 mask:fce ignored_mask:0\n";
    struct procfs_text text = {.data = data, .size = strlen(data)};
    struct fdinfo info;
    fdinfo_parse(&text, &info);
    g_assert_cmpint(info.offset, ==, 4096);
    g_assert_cmpint(info.flags, ==, 0100002);
    g_assert_cmpuint(info.inode, ==, 77);
    g_assert_cmpint(info.watches, ==, 2);
    g_assert_cmpint(fdinfo_access(info.flags), ==, 'u');
    g_assert_cmpint(fdinfo_access(O_RDONLY | O_CLOEXEC), ==, 'r');
    g_assert_cmpint(fdinfo_access(O_WRONLY), ==, 'w');
    g_assert_cmpint(fdinfo_access(O_PATH), ==, ' ');
    text.size = 0;
    fdinfo_parse(&text, &info);
    g_assert_cmpint(info.flags, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(fdinfo_access(info.flags), ==, ' ');
}

static void test_inet_rows(void)
{
    static const struct {
        const char *line;
        bool ipv6, ok, loopback, any;
        int port;
        uint64_t inode;
    } cases[] = {
        {"   0: 0100007F:17AC 00000000:0000 0A 00000000:00000001 00:00000000 00000000  1000 0 "
         "4711 1 0000000000000000 100 0 0 10 0",
         false, true, true, false, 6060, 4711},
        {"  12: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 0 12 1",
         false, true, false, true, 22, 12},
        {"   0: 00000000000000000000000001000000:17AC 00000000000000000000000000000000:0000 0A "
         "00000000:00000000 00:00000000 00000000     0        0 99 1",
         true, true, true, false, 6060, 99},
        {"   0: 0000000000000000FFFF00000100007F:17AC 00000000000000000000000000000000:0000 0A "
         "00000000:00000000 00:00000000 00000000     0        0 98 1",
         true, true, true, false, 6060, 98},
        {"   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A "
         "00000000:00000000 00:00000000 00000000     0        0 97 1",
         true, true, false, true, 8080, 97},
        {"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid", false,
         false, false, false, 0, 0},
        {"   0: 0100007F:17AC 00000000:0000 0A 00000000:00000001", false, false, false, false, 0,
         0},
        {"", false, false, false, false, 0, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct inet_row row;
        g_test_message("%s", cases[i].line);
        bool ok = inet_row_parse(cases[i].line, strlen(cases[i].line), cases[i].ipv6, &row);
        g_assert_true(ok == cases[i].ok);
        if (!ok)
            continue;
        g_assert_true(inet_row_is_loopback(&row) == cases[i].loopback);
        g_assert_true(inet_row_is_any(&row) == cases[i].any);
        g_assert_cmpint(row.local_port, ==, cases[i].port);
        g_assert_cmpuint(row.inode, ==, cases[i].inode);
        g_assert_cmpint(row.state, ==, SOCKET_STATE_LISTEN);
    }
}

/* --- build information --- */

enum { DATA_AT = 0x400, NAMES_AT = 0x800, SECTIONS_AT = 0x900, IMAGE_BYTES = 0xB00 };
#define DATA_ADDRESS UINT64_C(0x500000)

struct image_options {
    bool sections, pointers;
    const char *version;
    const char *modules; /* NULL: none */
};

/* The smallest program file that says which Go made it. */
static void make_image(const struct image_options *options, unsigned char *image)
{
    static const char names[] = "\0.shstrtab\0.go.buildinfo";
    memset(image, 0, IMAGE_BYTES);
    Elf64_Ehdr header = {
        .e_phoff = sizeof header,
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 1,
        .e_shentsize = sizeof(Elf64_Shdr),
    };
    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    Elf64_Phdr segment = {.p_type = PT_LOAD,
                          .p_flags = PF_R | PF_W,
                          .p_offset = DATA_AT,
                          .p_vaddr = DATA_ADDRESS,
                          .p_filesz = 0x200};
    Elf64_Shdr sections[3] = {
        [1] = {.sh_name = 1, .sh_offset = NAMES_AT, .sh_size = sizeof names},
        [2] = {.sh_name = 11, .sh_offset = DATA_AT + 0x20, .sh_size = 0x100},
    };
    if (options->sections) {
        header.e_shoff = SECTIONS_AT;
        header.e_shnum = 3;
        header.e_shstrndx = 1;
        memcpy(image + NAMES_AT, names, sizeof names);
        memcpy(image + SECTIONS_AT, sections, sizeof sections);
    }
    memcpy(image, &header, sizeof header);
    memcpy(image + header.e_phoff, &segment, sizeof segment);
    unsigned char *block = image + DATA_AT + 0x20;
    size_t n = strlen(options->version);
    memcpy(block, "\xff Go buildinf:", 14);
    block[14] = 8;
    if (options->pointers) {
        uint64_t address = DATA_ADDRESS + 0x100, string[2] = {DATA_ADDRESS + 0x140, n};
        memcpy(block + 16, &address, sizeof address);
        memcpy(image + DATA_AT + 0x100, string, sizeof string);
        memcpy(image + DATA_AT + 0x140, options->version, n);
        return;
    }
    block[15] = 2;
    block[32] = (unsigned char)n;
    memcpy(block + 33, options->version, n);
    if (options->modules == NULL)
        return;
    size_t m = strlen(options->modules) + 32; /* between two marks */
    block[33 + n] = (unsigned char)(m | 0x80);
    block[34 + n] = (unsigned char)(m >> 7);
    memcpy(block + 35 + n + 16, options->modules, m - 32);
}

static char *read_image(const unsigned char *image, size_t n)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp(NULL, &path, NULL);
    g_assert_cmpint(write(fd, image, n), ==, (gssize)n);
    char *version = buildinfo_read(fd);
    close(fd);
    g_unlink(path);
    return version;
}

static void test_buildinfo(void)
{
    static const struct image_options cases[] = {
        {true, false, "go1.26.8", NULL},
        {false, false, "go1.19.8", NULL},
        {true, true, "go1.16", NULL},
        {true, false, "devel go1.27-0123abc", NULL},
    };
    unsigned char image[IMAGE_BYTES];
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        make_image(&cases[i], image);
        g_autofree char *version = read_image(image, sizeof image);
        g_assert_cmpstr(version, ==, cases[i].version);
    }
}

static void test_buildinfo_modules(void)
{
    static const struct image_options options = {
        .sections = true,
        .version = "go1.26.8",
        .modules = "path\texample.com/a/cmd/a\nmod\texample.com/a\tv1.3.0\th1:x=\n"
                   "dep\texample.com/b\tv0.62.0\th1:y=\ndep\texample.com/c\t(devel)\t\n"};
    unsigned char image[IMAGE_BYTES];
    g_autofree char *path = NULL, *main = NULL;

    make_image(&options, image);
    int fd = g_file_open_tmp(NULL, &path, NULL);
    g_assert_cmpint(write(fd, image, sizeof image), ==, (gssize)sizeof image);
    g_autofree char *modules = buildinfo_modules(fd);
    g_assert_cmpstr(modules, ==, options.modules);
    g_autofree char *own = buildinfo_module_version(modules, NULL, &main);
    g_autofree char *b = buildinfo_module_version(modules, "example.com/b", NULL);
    g_assert_cmpstr(own, ==, "v1.3.0");
    g_assert_cmpstr(main, ==, "example.com/a");
    g_assert_cmpstr(b, ==, "v0.62.0");
    g_assert_null(buildinfo_module_version(modules, "example.com/c", NULL));
    g_assert_null(buildinfo_module_version(modules, "example.com", NULL));
    g_assert_null(buildinfo_module_version(NULL, NULL, NULL));
    for (off_t n = 0; n < (off_t)sizeof image; n += 7) { /* cut anywhere: none, or less of it */
        g_assert_cmpint(ftruncate(fd, (off_t)sizeof image - n), ==, 0);
        g_free(buildinfo_modules(fd));
    }
    close(fd);
    g_unlink(path);
}

/* A cut or nonsensical file is not Go, or Go of an unknown version; never a crash. */
static void test_buildinfo_hostile(void)
{
    static const struct image_options whole[] = {{true, false, "go1.26.8", NULL},
                                                 {true, true, "go1.16", NULL}};
    unsigned char image[IMAGE_BYTES];
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++) {
        make_image(&whole[i], image);
        for (size_t n = 0; n < sizeof image; n += 7)
            g_free(read_image(image, n));
        for (size_t at = 0; at < sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr); at++) {
            make_image(&whole[i], image);
            image[at] = 0xff;
            g_free(read_image(image, sizeof image));
        }
        for (size_t at = SECTIONS_AT; at < SECTIONS_AT + 3 * sizeof(Elf64_Shdr); at++) {
            make_image(&whole[i], image);
            image[at] = 0xff;
            g_free(read_image(image, sizeof image));
        }
    }
    make_image(&whole[0], image);
    image[DATA_AT + 0x20 + 34] = 0x1b; /* a version that would talk to the terminal */
    g_autofree char *version = read_image(image, sizeof image);
    g_assert_cmpstr(version, ==, "");
}

static void test_buildinfo_minor(void)
{
    g_assert_cmpint(buildinfo_minor("go1.26.8"), ==, 26);
    g_assert_cmpint(buildinfo_minor("devel go1.27-abc"), ==, 27);
    g_assert_cmpint(buildinfo_minor(""), ==, 0);
    g_assert_cmpint(buildinfo_minor("go2.0"), ==, 0);
    g_assert_cmpint(buildinfo_minor("go1.-3"), ==, 0);
    g_assert_cmpint(buildinfo_minor("go1.11111111111111111111"), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/procfs/stat", test_stat);
    g_test_add_func("/procfs/stat-cut", test_stat_cut);
    g_test_add_func("/procfs/limits", test_limits);
    g_test_add_func("/procfs/numbers", test_numbers);
    g_test_add_func("/procfs/lines-cut-between-reads", test_lines_cut_between_reads);
    g_test_add_func("/procfs/lines-overlong", test_lines_overlong);
    g_test_add_func("/procfs/fdinfo", test_fdinfo);
    g_test_add_func("/procfs/inet-rows", test_inet_rows);
    g_test_add_func("/buildinfo/formats", test_buildinfo);
    g_test_add_func("/buildinfo/modules", test_buildinfo_modules);
    g_test_add_func("/buildinfo/hostile", test_buildinfo_hostile);
    g_test_add_func("/buildinfo/minor", test_buildinfo_minor);
    return g_test_run();
}
