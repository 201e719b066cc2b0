#include "probes/macos/lsof_table.h"

#include <string.h>

enum { TITLE_WITHIN_LINES = 20, MAX_LINE_BYTES = 64 * 1024 };

/* Columns that end with their title. */
enum column { COLUMN_TYPE, COLUMN_DEVICE, COLUMN_SIZE, COLUMN_NODE, N_COLUMNS };

struct layout {
    size_t end[N_COLUMNS];
    size_t name; /* where names begin */
};

/* --- the title line --- */

/* Where word ends in line when it stands there by itself; 0: nowhere. */
static size_t end_of_word(const char *line, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = strstr(line, word); at != NULL; at = strstr(at + 1, word))
        if ((at == line || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return (size_t)(at - line) + n;
    return 0;
}

/* --- a row --- */

/* The word of line that ends before end; "" when that place is blank, or behind the line. Cut out
 * of line. */
static const char *word_before(char *line, size_t n, size_t end, size_t *ret_begin)
{
    size_t begin = end;

    *ret_begin = MIN(end, n);
    if (end == 0 || end > n || line[end - 1] == ' ' || (end < n && line[end] != ' '))
        return "";
    while (begin > 0 && line[begin - 1] != ' ')
        begin--;
    line[end] = '\0';
    *ret_begin = begin;
    return line + begin;
}

/* "12u", "3rW", "cwd": a number, how it may be used, how it is locked. */
static void take_descriptor(const char *word, struct lsof_file *file)
{
    size_t digits = strspn(word, "0123456789");

    file->fd = word;
    file->access = ' ';
    file->number = -1;
    if (digits == 0 || digits > 9)
        return;
    file->number = (int)g_ascii_strtoll(word, NULL, 10);
    if (word[digits] != '\0' && strchr("rwu", word[digits]) != NULL)
        file->access = word[digits];
}

/* "8,1" or a kernel address. */
static uint64_t device_number(const char *text)
{
    char *end;
    uint64_t major = g_ascii_strtoull(text, &end, g_str_has_prefix(text, "0x") ? 16 : 10);

    return *end == ',' ? (major << 32 | g_ascii_strtoull(end + 1, NULL, 10)) : major;
}

static void take_name(char *name, struct lsof_file *file, GString *into)
{
    size_t n = strlen(name);
    char *state = g_str_has_suffix(name, ")") ? strrchr(name, '(') : NULL;
    bool has_state = strcmp(file->protocol, "") != 0 || strcmp(file->type, "unix") == 0;

    if (has_state && state != NULL && state > name && state[-1] == ' ') {
        name[n - 1] = '\0';
        file->state = state + 1;
        state[-1] = '\0';
        n = strlen(name);
    }
    lsof_unescape(name, n, into);
    file->name = into->str;
    file->links = g_str_has_suffix(into->str, " (deleted)") ? 0 : SAMPLE_UNKNOWN;
}

/* A size, unless it is an offset ("0t512", "0x200"). */
static int64_t size_of(const char *word)
{
    bool number = *word != '\0' && strspn(word, "0123456789") == strlen(word);

    return number ? g_ascii_strtoll(word, NULL, 10) : SAMPLE_UNKNOWN;
}

/* False when line is no row below these titles. Cuts line to pieces. */
static bool read_row(char *line, const struct layout *layout, struct lsof_process *process,
                     struct lsof_file *file, GString *name)
{
    size_t n = strlen(line), begin;
    char *nothing = line + n, *rest = n > layout->name ? line + layout->name : nothing;
    const char *node = word_before(line, n, layout->end[COLUMN_NODE], &begin);
    const char *size = word_before(line, n, layout->end[COLUMN_SIZE], &begin);
    const char *device = word_before(line, n, layout->end[COLUMN_DEVICE], &begin);
    const char *type = word_before(line, n, layout->end[COLUMN_TYPE], &begin);

    while (begin > 0 && line[begin - 1] == ' ')
        begin--;
    const char *fd = word_before(line, n, begin, &begin);
    char *command_end = strchr(line, ' ');

    if (*type == '\0' || *fd == '\0' || command_end == NULL)
        return false;
    *command_end = '\0';
    gint64 pid = g_ascii_strtoll(command_end + 1, NULL, 10);

    if (pid <= 0 || pid > G_MAXINT)
        return false;
    bool inet = strcmp(node, "TCP") == 0 || strcmp(node, "UDP") == 0;

    *process = (struct lsof_process){.pid = (pid_t)pid, .uid = (uid_t)-1, .command = line};
    *file = (struct lsof_file){
        .type = type,
        .protocol = inet ? node : "",
        .state = "",
        .device_text = device,
        .device = device_number(device),
        .inode = inet ? 0 : g_ascii_strtoull(node, NULL, 10),
        .size = size_of(size),
        .flags = SAMPLE_UNKNOWN,
    };
    take_descriptor(fd, file);
    take_name(rest, file, name);
    return true;
}

/* --- the table --- */

/* The line at p, ended by a NUL, or NULL; *p moves behind it. A line that is too long is cut. */
static char *next_line(const char **p, const char *end)
{
    if (*p >= end)
        return NULL;
    const char *stop = memchr(*p, '\n', (size_t)(end - *p));
    size_t n = (size_t)((stop != NULL ? stop : end) - *p);
    char *line = g_strndup(*p, MIN(n, (size_t)MAX_LINE_BYTES));

    *p = stop != NULL ? stop + 1 : end;
    g_strchomp(line);
    return line;
}

static bool find_title(const char **p, const char *end, struct layout *ret)
{
    for (int i = 0; i < TITLE_WITHIN_LINES; i++) {
        g_autofree char *line = next_line(p, end);

        if (line == NULL)
            return false;
        static const char *const sizes[] = {"SIZE/OFF", "SIZE", "OFFSET"};
        size_t name = end_of_word(line, "NAME");

        *ret = (struct layout){.name = name - MIN(name, strlen("NAME"))};
        ret->end[COLUMN_TYPE] = end_of_word(line, "TYPE");
        ret->end[COLUMN_DEVICE] = end_of_word(line, "DEVICE");
        ret->end[COLUMN_NODE] = end_of_word(line, "NODE");
        for (size_t j = 0; j < G_N_ELEMENTS(sizes) && ret->end[COLUMN_SIZE] == 0; j++)
            ret->end[COLUMN_SIZE] = end_of_word(line, sizes[j]);
        if (g_str_has_prefix(line, "COMMAND") && end_of_word(line, "PID") != 0 &&
            end_of_word(line, "FD") != 0 && ret->end[COLUMN_TYPE] != 0 && name != 0)
            return true;
    }
    return false;
}

bool lsof_table_is(const char *text, size_t n)
{
    struct layout layout;

    return find_title(&text, text + n, &layout);
}

size_t lsof_table_parse(const char *text, size_t n, lsof_file_fn each, void *user)
{
    const char *p = text, *end = text + n;
    g_autoptr(GString) name = g_string_new(NULL);
    struct layout layout;
    bool going = find_title(&p, end, &layout);
    size_t count = 0;

    while (going) {
        g_autofree char *line = next_line(&p, end);
        struct lsof_process process;
        struct lsof_file file;

        if (line == NULL)
            break;
        if (!read_row(line, &layout, &process, &file, name))
            continue;
        count++;
        going = each(&process, &file, user);
    }
    return count;
}
