#include "probes/linux/fdinfo.h"

#include "probes/linux/scan.h"
#include "probes/samples.h"

#include <fcntl.h>

void fdinfo_parse(const struct procfs_text *text, struct fdinfo *ret)
{
    *ret = (struct fdinfo){.offset = SAMPLE_UNKNOWN, .flags = SAMPLE_UNKNOWN};
    const char *p = text->data, *end = text->data + text->size;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *stop = newline ? newline : end;

        struct scan s = (struct scan){p, stop};
        uint64_t value;
        if (scan_prefix(&s, "inotify wd:")) {
            ret->watches++;
        } else if (scan_prefix(&s, "pos:")) {
            scan_blanks(&s);
            if (scan_u64(&s, &value) && value <= INT64_MAX)
                ret->offset = (int64_t)value;
        } else if (scan_prefix(&s, "flags:")) {
            scan_blanks(&s);
            if (scan_octal(&s, &value))
                ret->flags = (int64_t)value;
        } else if (scan_prefix(&s, "ino:")) {
            scan_blanks(&s);
            if (scan_u64(&s, &value))
                ret->inode = value;
        }

        p = stop + 1;
    }
}

char fdinfo_access(int64_t flags)
{
    if (flags == SAMPLE_UNKNOWN || (flags & O_PATH))
        return ' ';
    switch (flags & O_ACCMODE) {
    case O_RDONLY:
        return 'r';
    case O_WRONLY:
        return 'w';
    default:
        return 'u';
    }
}
