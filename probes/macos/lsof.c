#include "probes/macos/lsof.h"

#include <string.h>

/* --- names --- */

static bool unescape_hex(const char *text, size_t n, char *ret)
{
    if (n < 4 || text[1] != 'x' || !g_ascii_isxdigit(text[2]) || !g_ascii_isxdigit(text[3]))
        return false;
    *ret = (char)(g_ascii_xdigit_value(text[2]) * 16 + g_ascii_xdigit_value(text[3]));
    return *ret != '\0';
}

static bool unescape_letter(char letter, char *ret)
{
    static const char letters[] = "ntrbf\\", values[] = "\n\t\r\b\f\\";
    const char *at = letter ? strchr(letters, letter) : NULL;

    if (at)
        *ret = values[at - letters];
    return at != NULL;
}

/* Those with a letter of their own are never written with a caret, and NUL ends a name. */
static bool unescape_caret(char letter, char *ret)
{
    char value = (char)(letter ^ 0x40);

    if (value <= 0 || value >= 0x20 || strchr("\n\t\r\b\f", value))
        return false;
    *ret = value;
    return true;
}

/* Bytes taken from text for the one put into *ret. */
static size_t unescape_one(const char *text, size_t n, char *ret)
{
    if (text[0] == '\\' && unescape_hex(text, n, ret))
        return 4;
    if (text[0] == '\\' && n >= 2 && unescape_letter(text[1], ret))
        return 2;
    if (text[0] == '^' && n >= 2 && unescape_caret(text[1], ret))
        return 2;
    *ret = text[0];
    return 1;
}

void lsof_unescape(const char *text, size_t n, GString *ret)
{
    g_string_truncate(ret, 0);
    while (n > 0) {
        char value;
        size_t taken = unescape_one(text, n, &value);

        g_string_append_c(ret, value);
        text += taken;
        n -= taken;
    }
}

/* --- fields --- */

/* The short values of a row, copied so that they end with a NUL. */
enum { WORD_BYTES = 64 };

struct reader {
    lsof_file_fn each;
    void *user;
    struct lsof_process process;
    struct lsof_file file;
    char fd[WORD_BYTES], type[WORD_BYTES], protocol[WORD_BYTES], state[WORD_BYTES],
        device_text[WORD_BYTES], command[WORD_BYTES];
    GString *name;
    bool open, stopped;
    int last; /* number of the descriptor before in this process; -1: none */
    size_t count;
};

static const char *keep(char word[WORD_BYTES], const char *value, size_t n)
{
    n = MIN(n, (size_t)WORD_BYTES - 1);
    memcpy(word, value, n);
    word[n] = '\0';
    return word;
}

static bool parse_unsigned(const char *value, size_t n, uint64_t *ret)
{
    char copy[WORD_BYTES];
    char *end;
    bool hex = n > 2 && value[0] == '0' && value[1] == 'x';

    keep(copy, value, n);
    if (!g_ascii_isxdigit(copy[0]))
        return false;
    *ret = g_ascii_strtoull(copy, &end, hex ? 16 : 10);
    return end != copy;
}

static int64_t parse_signed(const char *value, size_t n)
{
    uint64_t number;

    return parse_unsigned(value, n, &number) && number <= INT64_MAX ? (int64_t)number
                                                                    : SAMPLE_UNKNOWN;
}

/*
 * Above 9999 only an asterisk and the last three digits are written. Rows come
 * by number: the next number with these digits is meant, unless more than a
 * thousand numbers in a row are not open.
 */
static int64_t long_number(const char *fd, int last)
{
    enum { SHORT_MAX = 9999, CUT = 1000 };
    int64_t digits =
        strspn(fd + 1, "0123456789") == 3 && fd[4] == '\0' ? parse_signed(fd + 1, 3) : -1;
    int64_t after = MAX(last, SHORT_MAX) + (int64_t)1;

    return digits < 0 ? -1 : after + (digits - after % CUT + CUT) % CUT;
}

static int descriptor_number(const char *fd, int last)
{
    size_t n = strlen(fd);
    int64_t number = -1;

    if (fd[0] == '*')
        number = long_number(fd, last);
    else if (n && strspn(fd, "0123456789") == n)
        number = parse_signed(fd, n);
    return number >= 0 && number <= INT32_MAX ? (int)number : -1;
}

static void begin_file(struct reader *r, const char *value, size_t n)
{
    g_string_truncate(r->name, 0);
    r->file = (struct lsof_file){
        .fd = keep(r->fd, value, n),
        .type = "",
        .access = ' ',
        .name = r->name->str,
        .protocol = "",
        .state = "",
        .device_text = "",
        .size = SAMPLE_UNKNOWN,
        .links = SAMPLE_UNKNOWN,
        .flags = SAMPLE_UNKNOWN,
    };
    r->file.number = descriptor_number(r->fd, r->last);
    if (r->file.number >= 0)
        r->last = r->file.number;
    r->open = true;
}

static void end_file(struct reader *r)
{
    if (!r->open)
        return;
    r->open = false;
    r->count++;
    r->stopped = !r->each(&r->process, &r->file, r->user);
}

static void process_field(struct reader *r, char id, const char *value, size_t n)
{
    int64_t number;

    if (id == 'c') {
        r->process.command = keep(r->command, value, n);
        return;
    }
    number = parse_signed(value, n);
    if (number < 0 || number > UINT32_MAX)
        return;
    if (id == 'R')
        r->process.parent = (pid_t)number;
    else if (id == 'u')
        r->process.uid = (uid_t)number;
}

static void number_field(struct lsof_file *file, char id, const char *value, size_t n)
{
    uint64_t number;

    if (!parse_unsigned(value, n, &number))
        return;
    if (id == 'i')
        file->inode = number;
    else if (id == 'D')
        file->device = number;
    else if (id == 's')
        file->size = number <= INT64_MAX ? (int64_t)number : SAMPLE_UNKNOWN;
    else if (id == 'k')
        file->links = number <= INT64_MAX ? (int64_t)number : SAMPLE_UNKNOWN;
    else if (id == 'G')
        file->flags = number <= INT64_MAX ? (int64_t)number : SAMPLE_UNKNOWN;
}

static void file_field(struct reader *r, char id, const char *value, size_t n)
{
    switch (id) {
    case 'a':
        r->file.access = n && strchr("rwu", value[0]) && value[0] ? value[0] : ' ';
        break;
    case 't':
        r->file.type = keep(r->type, value, n);
        break;
    case 'P':
        r->file.protocol = keep(r->protocol, value, n);
        break;
    case 'd':
        r->file.device_text = keep(r->device_text, value, n);
        break;
    case 'n':
        lsof_unescape(value, n, r->name);
        r->file.name = r->name->str;
        break;
    case 'T':
        /* "ST=LISTEN"; queue lengths and the rest are passed over. */
        if (n > 3 && memcmp(value, "ST=", 3) == 0)
            r->file.state = keep(r->state, value + 3, n - 3);
        break;
    default:
        number_field(&r->file, id, value, n);
        break;
    }
}

static void take_field(struct reader *r, const char *field, size_t n)
{
    char id = field[0];

    if (id == 'p' || id == 'f')
        end_file(r);
    if (r->stopped)
        return;
    if (id == 'p') {
        int64_t pid = parse_signed(field + 1, n - 1);

        r->last = -1;
        r->process = (struct lsof_process){
            .pid = pid > 0 && pid <= INT32_MAX ? (pid_t)pid : 0,
            .uid = (uid_t)-1,
            .command = "",
        };
    } else if (id == 'f')
        begin_file(r, field + 1, n - 1);
    else if (r->open)
        file_field(r, id, field + 1, n - 1);
    else
        process_field(r, id, field + 1, n - 1);
}

size_t lsof_parse(const char *text, size_t n, lsof_file_fn each, void *user)
{
    struct reader reader = {
        .each = each,
        .user = user,
        .process = {.uid = (uid_t)-1, .command = ""},
        .name = g_string_new(NULL),
        .last = -1,
    };
    const char *p = text, *end = text + n;

    while (p < end && !reader.stopped) {
        const char *stop = p;

        while (stop < end && *stop != '\0' && *stop != '\n')
            stop++;
        if (stop > p)
            take_field(&reader, p, (size_t)(stop - p));
        p = stop + 1;
    }
    if (!reader.stopped)
        end_file(&reader);
    g_string_free(reader.name, TRUE);
    return reader.count;
}

/* --- types --- */

static enum fd_type anonymous_type(const char *name)
{
    if (strcmp(name, "inotify") == 0)
        return FD_INOTIFY;
    return strncmp(name, "[eventpoll", 10) == 0 ? FD_EPOLL : FD_ANON;
}

enum fd_type lsof_fd_type(const char *type, const char *name)
{
    static const struct {
        const char *word;
        enum fd_type type;
    } words[] = {
        {"REG", FD_REG},      {"VREG", FD_REG},     {"DIR", FD_DIR},      {"VDIR", FD_DIR},
        {"CHR", FD_CHR},      {"VCHR", FD_CHR},     {"BLK", FD_BLK},      {"VBLK", FD_BLK},
        {"FIFO", FD_FIFO},    {"PIPE", FD_FIFO},    {"IPv4", FD_IPV4},    {"IPv6", FD_IPV6},
        {"unix", FD_UNIX},    {"sock", FD_SOCK},    {"systm", FD_SOCK},   {"rte", FD_SOCK},
        {"ndrv", FD_SOCK},    {"key", FD_SOCK},     {"ppp", FD_SOCK},     {"netlink", FD_SOCK},
        {"pack", FD_SOCK},    {"raw", FD_SOCK},     {"KQUEUE", FD_EPOLL}, {"FSEVENTS", FD_ANON},
        {"FSEVENT", FD_ANON}, {"NPOLICY", FD_ANON}, {"PSXSHM", FD_ANON},  {"PSXSEM", FD_ANON},
        {"CHANNEL", FD_ANON}, {"CHAN", FD_ANON},    {"NEXUS", FD_ANON},
    };

    if (strcmp(type, "a_inode") == 0)
        return anonymous_type(name);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i].word, type) == 0)
            return words[i].type;
    return FD_OTHER;
}

bool lsof_local_endpoint(const char *name, struct lsof_endpoint *ret)
{
    const char *arrow = strstr(name, "->");
    g_autofree char *local = arrow ? g_strndup(name, (size_t)(arrow - name)) : g_strdup(name);
    char *colon = strrchr(local, ':');

    if (!colon)
        return false;
    *colon = '\0';
    uint64_t port = g_ascii_strtoull(colon + 1, NULL, 10);

    *ret = (struct lsof_endpoint){
        .port = port <= UINT16_MAX ? (int)port : 0,
        .any = strcmp(local, "*") == 0,
        .loopback = g_str_has_prefix(local, "127.") || strcmp(local, "[::1]") == 0 ||
                    g_str_has_prefix(local, "[::ffff:127."),
    };
    return true;
}
