#include "probes/macos/lsof.h"

#include <string.h>

/* --- names --- */

/* Bytes taken from text for the one put into *ret: "\x1b", "\n", "^[" or itself. NUL ends a name.
 */
static size_t unescape_one(const char *text, size_t n, char *ret)
{
    static const char letters[] = "ntrbf\\", values[] = "\n\t\r\b\f\\";
    char next = n >= 2 ? text[1] : '\0', caret = (char)(next ^ 0x40);

    if (text[0] == '\\' && n >= 4 && next == 'x' && g_ascii_isxdigit(text[2]) &&
        g_ascii_isxdigit(text[3])) {
        *ret = (char)(g_ascii_xdigit_value(text[2]) * 16 + g_ascii_xdigit_value(text[3]));
        if (*ret != '\0')
            return 4;
    }
    const char *letter = text[0] == '\\' && next != '\0' ? strchr(letters, next) : NULL;

    *ret = letter != NULL ? values[letter - letters] : text[0];
    if (letter != NULL)
        return 2;
    /* those with a letter of their own are never written with a caret */
    if (text[0] != '^' || caret <= 0 || caret >= 0x20 || strchr("\n\t\r\b\f", caret))
        return 1;
    *ret = caret;
    return 2;
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
static int descriptor_number(const char *fd, int last)
{
    enum { SHORT_MAX = 9999, CUT = 1000 };
    const char *digits = fd + (fd[0] == '*');
    size_t n = strlen(digits);
    int64_t number = -1, after = MAX(last, SHORT_MAX) + (int64_t)1;

    if (n == 0 || strspn(digits, "0123456789") != n || (fd[0] == '*' && n != 3))
        return -1;
    number = parse_signed(digits, n);
    if (fd[0] == '*' && number >= 0)
        number = after + (number - after % CUT + CUT) % CUT;
    return number >= 0 && number <= INT32_MAX ? (int)number : -1;
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

static void file_field(struct reader *r, char id, const char *value, size_t n)
{
    uint64_t number = 0;
    bool is_number = parse_unsigned(value, n, &number);
    int64_t amount = number <= INT64_MAX ? (int64_t)number : SAMPLE_UNKNOWN;

    if (strchr("iDskG", id) && !is_number)
        return;
    switch (id) {
    case 'i':
        r->file.inode = number;
        break;
    case 'D':
        r->file.device = number;
        break;
    case 's':
        r->file.size = amount;
        break;
    case 'k':
        r->file.links = amount;
        break;
    case 'G':
        r->file.flags = amount;
        break;
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
    } else if (id == 'f') {
        g_string_truncate(r->name, 0);
        r->file = (struct lsof_file){
            .fd = keep(r->fd, field + 1, n - 1),
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
    } else if (r->open)
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
        return strcmp(name, "inotify") == 0           ? FD_INOTIFY
               : strncmp(name, "[eventpoll", 10) == 0 ? FD_EPOLL
                                                      : FD_ANON;
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
