#include "probes/paths.h"

#include "pprof/bytes.h"

#include <string.h>

/* lsof's words (os-reference 3.1 and 9.1), which differ between the systems. */
#ifdef __APPLE__
#define FIFO_WORD "PIPE"
#define POLL_WORD "KQUEUE"
#define ANON_WORD "NPOLICY" /* or PSXSHM, FSEVENTS, …: the entry itself says which */
#else
#define FIFO_WORD "FIFO"
#define POLL_WORD "a_inode"
#define ANON_WORD "a_inode"
#endif

const char *fd_type_name(enum fd_type type)
{
    static const char *const names[FD_N_TYPES] = {
        [FD_REG] = "REG",         [FD_DIR] = "DIR",       [FD_CHR] = "CHR",
        [FD_BLK] = "BLK",         [FD_FIFO] = FIFO_WORD,  [FD_IPV4] = "IPv4",
        [FD_IPV6] = "IPv6",       [FD_UNIX] = "unix",     [FD_SOCK] = "sock",
        [FD_INOTIFY] = "a_inode", [FD_EPOLL] = POLL_WORD, [FD_ANON] = ANON_WORD,
        [FD_OTHER] = "unknown",
    };
    return type < FD_N_TYPES ? names[type] : "unknown";
}

const char *fd_type_label(enum fd_type type)
{
    if (type == FD_INOTIFY)
        return "inotify";
#ifdef __APPLE__
    return fd_type_name(type);
#else
    return type == FD_EPOLL ? "eventpoll" : fd_type_name(type);
#endif
}

const char *path_class_name(enum path_class cls)
{
    static const char *const names[PATH_N_CLASSES] = {
        [PATH_CLAUDE] = "Claude sessions",
        [PATH_CODEX] = "Codex sessions",
        [PATH_SESSION] = "other sessions",
        [PATH_DATABASE] = "databases",
        [PATH_GIT] = "git",
        [PATH_TD] = "td",
        [PATH_LOG] = "logs",
        [PATH_OTHER] = "other",
    };
    return cls < PATH_N_CLASSES ? names[cls] : "other";
}

const char *region_class_name(enum region_class cls)
{
    static const char *const names[REGION_N_CLASSES] = {
        [REGION_GO_HEAP] = "Go heap",   [REGION_GO_RUNTIME] = "Go runtime",
        [REGION_STACK] = "stack",       [REGION_C_HEAP] = "C heap",
        [REGION_SQLITE] = "SQLite",     [REGION_SHARED] = "shared memory",
        [REGION_BINARY] = "binary",     [REGION_LIBRARY] = "library",
        [REGION_FILE] = "mapped file",  [REGION_DATA] = "data (bss)",
        [REGION_KERNEL] = "kernel",     [REGION_ANONYMOUS] = "anonymous",
        [REGION_RESERVED] = "reserved",
    };
    return cls < REGION_N_CLASSES ? names[cls] : "?";
}

const char *region_class_vmmap_name(enum region_class cls)
{
    static const char *const names[REGION_N_CLASSES] = {
        [REGION_GO_HEAP] = "VM_ALLOCATE",
        [REGION_GO_RUNTIME] = "VM_ALLOCATE",
        [REGION_STACK] = "Stack",
        [REGION_C_HEAP] = "MALLOC",
        [REGION_SQLITE] = "SQLite page cache",
        [REGION_SHARED] = "shared memory",
        [REGION_BINARY] = "__TEXT, __DATA",
        [REGION_LIBRARY] = "__TEXT, __DATA",
        [REGION_FILE] = "mapped file",
        [REGION_DATA] = "__DATA",
        [REGION_KERNEL] = "Kernel Alloc Once",
        [REGION_ANONYMOUS] = "VM_ALLOCATE and tags",
        [REGION_RESERVED] = "reserved, guards",
    };
    return cls < REGION_N_CLASSES ? names[cls] : "?";
}

static bool ends_with(const char *text, size_t n, const char *suffix)
{
    size_t k = strlen(suffix);
    return n >= k && memcmp(text + n - k, suffix, k) == 0;
}

/* mark is in path and ends there at a component boundary. */
static bool has_mark(const char *path, const char *mark)
{
    size_t n = strlen(mark);
    for (const char *at = strstr(path, mark); at; at = strstr(at + 1, mark))
        if (at[n] == '/' || at[n] == '\0' || at[n - 1] == '/')
            return true;
    return false;
}

static bool has_any_mark(const char *path, const char *const *marks)
{
    for (; *marks; marks++)
        if (has_mark(path, *marks))
            return true;
    return false;
}

static bool is_database(const char *path)
{
    static const char *const companions[] = {"-wal", "-shm", "-journal"};
    static const char *const suffixes[] = {".db", ".sqlite", ".sqlite3", ".db3"};
    size_t n = strlen(path);
    for (size_t i = 0; i < G_N_ELEMENTS(companions); i++) {
        if (ends_with(path, n, companions[i])) {
            n -= strlen(companions[i]);
            break;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (ends_with(path, n, suffixes[i]))
            return true;
    return false;
}

enum path_class path_classify(const char *path)
{
    static const char *const claude[] = {"/.claude/projects", "/.config/claude/projects", NULL};
    static const char *const codex[] = {"/.codex/sessions", NULL};
    static const char *const sessions[] = {
        "/.cursor/chats",
        "/.copilot/session-state",
        "/opencode/storage",
        "/.grok/sessions",
        "/.kiro",
        "/kiro-cli",
        "/.amazonq",
        "/warp-terminal",
        "/.openclaw/agents",
        "/.pi/agent/sessions",
        "/.omp/agent/sessions",
        "/amp/threads",
        "/.gemini/antigravity-cli",
        "/.gemini/tmp",
        NULL,
    };
    if (has_any_mark(path, claude))
        return PATH_CLAUDE;
    if (has_any_mark(path, codex))
        return PATH_CODEX;
    if (has_any_mark(path, sessions))
        return PATH_SESSION;
    if (is_database(path))
        return PATH_DATABASE;
    if (has_mark(path, "/.git"))
        return PATH_GIT;
    if (has_mark(path, "/.todos"))
        return PATH_TD;
    return ends_with(path, strlen(path), ".log") ? PATH_LOG : PATH_OTHER;
}

/* --- templates --- */

enum { MIN_HASH = 7, MIN_ID = 20, MIN_PROJECT = 8 };

static size_t digits_at(const char *p, size_t n)
{
    size_t k = 0;
    while (k < n && g_ascii_isdigit(p[k]))
        k++;
    return k;
}

/* Does p match pattern, in which 'x' is a hex digit and 'd' a decimal one? */
static bool matches(const char *p, size_t n, const char *pattern)
{
    size_t k = strlen(pattern);
    if (n < k)
        return false;
    for (size_t i = 0; i < k; i++) {
        bool fits = pattern[i] == 'x'   ? g_ascii_isxdigit(p[i])
                    : pattern[i] == 'd' ? g_ascii_isdigit(p[i])
                                        : p[i] == pattern[i];
        if (!fits)
            return false;
    }
    return true;
}

static size_t uuid_at(const char *p, size_t n)
{
    static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return matches(p, n, pattern) ? sizeof pattern - 1 : 0;
}

static bool plausible_date(const char *p, const char *month, const char *day)
{
    bool century = memcmp(p, "19", 2) == 0 || memcmp(p, "20", 2) == 0;
    int m = (month[0] - '0') * 10 + month[1] - '0', d = (day[0] - '0') * 10 + day[1] - '0';
    return century && m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

/* "2026-08-22" and what follows as "T10-11-12", "_10:11:12.123Z"; "2026/08/22"; "20260822". */
static size_t date_at(const char *p, size_t n)
{
    if (matches(p, n, "dddd/dd/dd") && plausible_date(p, p + 5, p + 8) && digits_at(p, n) == 4)
        return digits_at(p + 8, n - 8) == 2 ? 10 : 0;
    if (digits_at(p, n) == 8 && plausible_date(p, p + 4, p + 6))
        return 8;
    if (!matches(p, n, "dddd-dd-dd") || !plausible_date(p, p + 5, p + 8))
        return 0;
    static const char *const times[] = {"Tdd-dd-dd", "Tdd:dd:dd", "_dd-dd-dd",
                                        "-dd-dd-dd", "_dd:dd:dd", "Tdddddd"};
    size_t k = 10;
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        if (matches(p + k, n - k, times[i])) {
            k += strlen(times[i]);
            break;
        }
    }
    /* parts of a second; an identifier behind the date may begin with digits as well */
    if (k > 10 && n - k >= 2 && (p[k] == '.' || p[k] == '-') &&
        uuid_at(p + k + 1, n - k - 1) == 0 && digits_at(p + k + 1, n - k - 1) >= 3)
        k += 1 + digits_at(p + k + 1, n - k - 1);
    return k > 10 && k < n && p[k] == 'Z' ? k + 1 : k;
}

struct run {
    size_t n, digits, lower, upper, hex;
};

static struct run run_at(const char *p, size_t n)
{
    struct run run = {0};
    for (; run.n < n && g_ascii_isalnum(p[run.n]); run.n++) {
        run.digits += g_ascii_isdigit(p[run.n]);
        run.lower += g_ascii_islower(p[run.n]);
        run.upper += g_ascii_isupper(p[run.n]);
        run.hex += g_ascii_isxdigit(p[run.n]);
    }
    return run;
}

static const char *run_word(const struct run *run)
{
    if (run->digits == run->n)
        return "<n>";
    bool one_case = run->lower == 0 || run->upper == 0;
    if (run->n >= MIN_HASH && run->hex == run->n && run->digits && one_case)
        return "<hash>";
    if (run->n >= MIN_ID && run->digits && run->lower && run->upper)
        return "<id>";
    return NULL;
}

/* Letters stay, digit runs fold: "state12x" becomes "state<n>x". */
static void append_run(const char *p, const struct run *run, GString *ret)
{
    const char *word = run_word(run);
    if (word) {
        g_string_append(ret, word);
        return;
    }
    for (size_t i = 0; i < run->n;) {
        size_t digits = digits_at(p + i, run->n - i);
        if (digits)
            g_string_append(ret, "<n>");
        else
            g_string_append_c(ret, p[i]);
        i += digits ? digits : 1;
    }
}

/* Length of name up to an extension that begins with a letter; the rest is a kind, no number. */
static size_t stem_length(const char *name, size_t n)
{
    const char *dot = bytes_find_last(name, '.', n);
    if (!dot || dot == name || dot + 1 == name + n || !g_ascii_isalpha(dot[1]))
        return n;
    const char *end = name + n;
    struct run run = run_at(dot + 1, (size_t)(end - dot - 1)), word = {0};
    const char *after = dot + 1 + run.n;

    if (after < end && *after == '-') /* "app.db-wal", but "app.log-20260101" is a date */
        word = run_at(after + 1, (size_t)(end - after - 1));
    bool whole = after == end || (word.n > 0 && word.digits == 0 && after + 1 + word.n == end);
    return whole && run.n <= 8 && !run_word(&run) ? (size_t)(dot - name) : n;
}

/* A directory name that stands for a whole path, as the session stores make them. */
static bool encodes_path(const char *name, size_t n)
{
    if (memmem(name, n, "%2F", 3) || memmem(name, n, "%2f", 3))
        return true;
    if (n < MIN_PROJECT || name[0] != '-')
        return false;
    size_t dashes = 0;
    for (size_t i = 1; i < n; i++)
        dashes += name[i] == '-';
    return dashes >= 2;
}

static void append_stem(const char *p, size_t n, GString *ret)
{
    for (size_t i = 0; i < n;) {
        size_t uuid = uuid_at(p + i, n - i), date = uuid ? 0 : date_at(p + i, n - i);
        if (uuid || date) {
            g_string_append(ret, uuid ? "<uuid>" : "<date>");
            i += uuid + date;
            continue;
        }
        struct run run = run_at(p + i, n - i);
        if (run.n)
            append_run(p + i, &run, ret);
        else
            g_string_append_c(ret, p[i]);
        i += MAX(run.n, 1);
    }
}

/* git stores an object as two hex digits of its name, a slash and the rest. */
static bool is_object_dir(const char *name, size_t n, const char *end)
{
    if (n != 2 || !matches(name, n, "xx") || name + 3 >= end)
        return false;
    struct run next = run_at(name + 3, (size_t)(end - name - 3));
    return next.n >= 38 && next.hex == next.n;
}

void path_fold(const char *path, GString *ret)
{
    const char *end = path + strlen(path);
    g_string_truncate(ret, 0);
    for (const char *p = path; p < end;) {
        const char *slash = memchr(p, '/', (size_t)(end - p));
        size_t n = (size_t)((slash ? slash : end) - p);
        size_t date = n == 4 ? date_at(p, (size_t)(end - p)) : 0;
        if (date > n) {
            g_string_append(ret, "<date>");
            n = date;
        } else if (encodes_path(p, n)) {
            g_string_append(ret, "<project>");
        } else if (is_object_dir(p, n, end)) {
            g_string_append(ret, "<hash>");
        } else {
            size_t stem = slash ? n : stem_length(p, n);
            append_stem(p, stem, ret);
            g_string_append_len(ret, p + stem, (gssize)(n - stem));
        }
        p += n;
        if (p < end && *p == '/') {
            g_string_append_c(ret, '/');
            p++;
        }
    }
}
