#include "probes/linux/locks.h"

#include "probes/linux/scan.h"

/* The next word, without the blanks around it. */
static struct scan take_word(struct scan *s)
{
    scan_blanks(s);
    const char *begin = s->p;

    scan_word(s);
    return (struct scan){begin, s->p};
}

static bool is_word(struct scan word, const char *text)
{
    return scan_prefix(&word, text) && word.p == word.end;
}

static enum lock_class class_of(struct scan word)
{
    if (is_word(word, "POSIX"))
        return LOCK_POSIX;
    if (is_word(word, "FLOCK"))
        return LOCK_FLOCK;
    return is_word(word, "OFDLCK") ? LOCK_OFD : LOCK_OTHER;
}

bool lock_line_parse(const char *line, size_t n, struct lock_line *ret)
{
    struct scan s = scan_of(line, n);
    uint64_t id;

    *ret = (struct lock_line){.cls = LOCK_OTHER};
    if (!scan_u64(&s, &id) || !scan_char(&s, ':'))
        return false;
    scan_blanks(&s);
    ret->waiting = scan_prefix(&s, "->");
    ret->cls = class_of(take_word(&s));
    take_word(&s); /* ADVISORY, MANDATORY; of a lease its state */
    ret->write = is_word(take_word(&s), "WRITE");

    uint64_t pid;

    scan_blanks(&s);
    bool negative = scan_char(&s, '-');

    if (!scan_u64(&s, &pid) || pid > (negative ? 1 : INT32_MAX))
        return false;
    ret->pid = negative ? -(pid_t)pid : (pid_t)pid;

    /* "08:01:5678": device in hex, inode in decimal. */
    uint64_t major, minor;

    scan_blanks(&s);
    if (!scan_hex(&s, &major) || !scan_char(&s, ':') || !scan_hex(&s, &minor) ||
        !scan_char(&s, ':') || !scan_u64(&s, &ret->inode))
        return false;
    ret->major = (unsigned)major;
    ret->minor = (unsigned)minor;

    scan_blanks(&s);
    if (!scan_u64(&s, &ret->first))
        return false;
    scan_blanks(&s);
    ret->last = UINT64_MAX;
    return scan_prefix(&s, "EOF") || scan_u64(&s, &ret->last);
}
