#include "probes/limits.h"
#include "probes/linux/buildinfo.h"
#include "probes/linux/handle.h"
#include "probes/linux/pressure.h"
#include "probes/linux/regions.h"
#include "probes/linux/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The values of smaps and smaps_rollup that are kept, in bytes. */
enum smaps_key {
    KEY_RSS,
    KEY_PSS,
    KEY_PSS_ANON,
    KEY_PSS_FILE,
    KEY_PSS_SHMEM,
    KEY_SHARED_CLEAN,
    KEY_SHARED_DIRTY,
    KEY_PRIVATE_CLEAN,
    KEY_PRIVATE_DIRTY,
    KEY_ANONYMOUS,
    KEY_ANON_HUGE,
    KEY_LAZYFREE,
    KEY_SWAP,
    KEY_SWAP_PSS,
    KEY_LOCKED,
    KEY_N,
};

static const struct {
    const char *name;
    size_t n, offset;
} keys[KEY_N] = {
#define KEY(NAME, MEMBER)                                                                          \
    {                                                                                              \
        NAME ":", sizeof(NAME), offsetof(struct memory_sample, MEMBER)                             \
    }
    [KEY_RSS] = KEY("Rss", rss_bytes),
    [KEY_PSS] = KEY("Pss", pss_bytes),
    [KEY_PSS_ANON] = KEY("Pss_Anon", pss_anon_bytes),
    [KEY_PSS_FILE] = KEY("Pss_File", pss_file_bytes),
    [KEY_PSS_SHMEM] = KEY("Pss_Shmem", pss_shmem_bytes),
    [KEY_SHARED_CLEAN] = KEY("Shared_Clean", shared_clean_bytes),
    [KEY_SHARED_DIRTY] = KEY("Shared_Dirty", shared_dirty_bytes),
    [KEY_PRIVATE_CLEAN] = KEY("Private_Clean", private_clean_bytes),
    [KEY_PRIVATE_DIRTY] = KEY("Private_Dirty", private_dirty_bytes),
    [KEY_ANONYMOUS] = KEY("Anonymous", anonymous_bytes),
    [KEY_ANON_HUGE] = KEY("AnonHugePages", anon_huge_bytes),
    [KEY_LAZYFREE] = KEY("LazyFree", lazyfree_bytes),
    [KEY_SWAP] = KEY("Swap", swap_bytes),
    [KEY_SWAP_PSS] = KEY("SwapPss", swap_pss_bytes),
    [KEY_LOCKED] = KEY("Locked", locked_bytes),
#undef KEY
};

/* One walk over smaps or smaps_rollup. */
struct walk {
    struct memory_sample *sample;
    GArray *mappings;    /* NULL: only sums are wanted */
    struct mapping *at;  /* record being read */
    int64_t sums[KEY_N]; /* SAMPLE_UNKNOWN until the key was seen */
    bool truncated;
};

static void read_key(struct walk *walk, const char *line, size_t n)
{
    for (int key = 0; key < KEY_N; key++) {
        if (line[0] != keys[key].name[0] || n < keys[key].n ||
            memcmp(line, keys[key].name, keys[key].n) != 0)
            continue;
        struct scan s = {line + keys[key].n, line + n};
        uint64_t kib;
        scan_blanks(&s);
        if (!scan_u64(&s, &kib) || kib > INT64_MAX / 1024)
            return;
        int64_t bytes = (int64_t)kib * 1024;
        walk->sums[key] = (walk->sums[key] == SAMPLE_UNKNOWN ? 0 : walk->sums[key]) + bytes;
        if (walk->at) {
            struct region *region = &walk->at->region;

            switch ((enum smaps_key)key) {
            case KEY_RSS:
                region->resident_bytes = bytes;
                break;
            case KEY_PSS:
                region->pss_bytes = bytes;
                break;
            case KEY_SHARED_DIRTY:
            case KEY_PRIVATE_DIRTY:
                region->dirty_bytes += bytes;
                break;
            case KEY_SWAP:
                region->swapped_bytes = bytes;
                break;
            case KEY_LAZYFREE:
                region->lazyfree_bytes = bytes;
                break;
            default:
                break;
            }
        }
        return;
    }
}

/* Neighbours mostly belong to one file: share its name. */
static const char *share_name(struct walk *walk, const char *name, size_t n)
{
    GArray *list = walk->mappings;
    if (n == 0)
        return "";
    if (list->len) {
        const char *last = g_array_index(list, struct mapping, list->len - 1).region.name;
        if (strlen(last) == n && memcmp(last, name, n) == 0)
            return last;
    }
    /* Undoes the one escape maps has, \012 for a newline; everything else comes raw. */
    static const char escape[] = "\\012";
    if (!memmem(name, n, escape, 4))
        return sample_strndup(walk->sample, name, n);
    g_autoptr(GString) text = g_string_sized_new(n);
    for (size_t i = 0; i < n;) {
        bool newline = n - i >= 4 && memcmp(name + i, escape, 4) == 0;
        g_string_append_c(text, newline ? '\n' : name[i]);
        i += newline ? 4 : 1;
    }
    return sample_strdup(walk->sample, text->str);
}

static void begin_mapping(struct walk *walk, const char *line, size_t n)
{
    struct mapping mapping;
    walk->at = NULL;
    if (!walk->mappings)
        return;
    if (walk->mappings->len >= PROBES_MAX_REGIONS) {
        walk->truncated = true;
        return;
    }
    /* "START-END perms offset dev inode   name": the name is everything after the blanks. */
    struct scan s = {line, line + n};
    mapping = (struct mapping){.region.count = 1};
    if (!scan_hex(&s, &mapping.region.start) || !scan_char(&s, '-') ||
        !scan_hex(&s, &mapping.region.end) || !scan_char(&s, ' ') || s.end - s.p < 4)
        return;
    memcpy(mapping.region.perms, s.p, 4);
    s.p += 4;
    if (!scan_word(&s) || !scan_word(&s)) /* offset, device */
        return;
    scan_blanks(&s);
    if (!scan_u64(&s, &mapping.inode))
        return;
    scan_blanks(&s);
    mapping.region.name = share_name(walk, s.p, (size_t)(s.end - s.p));

    g_array_append_val(walk->mappings, mapping);
    walk->at = &g_array_index(walk->mappings, struct mapping, walk->mappings->len - 1);
}

/* Reads name through to its end; 0 or errno. */
static int walk_file(struct linux_platform *platform, const char *name, struct walk *walk)
{
    for (int key = 0; key < KEY_N; key++)
        walk->sums[key] = SAMPLE_UNKNOWN;
    int fd = procfs_open(platform->dir_fd, name);
    if (fd < 0)
        return -fd;
    struct procfs_lines lines;
    procfs_lines_init(&lines, fd);
    const char *line;
    size_t n;
    while (procfs_lines_next(&lines, &line, &n)) {
        /* Keys begin with a capital, addresses with a lower-case hex digit. */
        if (n && line[0] >= 'A' && line[0] <= 'Z')
            read_key(walk, line, n);
        else if (n)
            begin_mapping(walk, line, n);
    }
    int error = lines.error;
    platform->bytes += lines.bytes;
    procfs_lines_clear(&lines);
    close(fd);
    return error;
}

static void take_sums(const struct walk *walk)
{
    for (int key = 0; key < KEY_N; key++)
        if (walk->sums[key] != SAMPLE_UNKNOWN)
            *(int64_t *)(void *)((char *)walk->sample + keys[key].offset) = walk->sums[key];
}

static void fill_missing(int64_t *field, int64_t value)
{
    if (*field == SAMPLE_UNKNOWN)
        *field = value;
}

/* World-readable: what is left without rights, and shared memory, which smaps does not split. */
static void fill_from_status(struct linux_platform *platform, struct memory_sample *sample)
{
    if (platform_read_kept(platform, KEPT_STATUS) != 0)
        return;
    const struct procfs_text *text = &platform->text;
    sample->shmem_bytes = procfs_bytes_of(text, "RssShmem:");
    fill_missing(&sample->rss_bytes, procfs_bytes_of(text, "VmRSS:"));
    fill_missing(&sample->anonymous_bytes, procfs_bytes_of(text, "RssAnon:"));
    fill_missing(&sample->swap_bytes, procfs_bytes_of(text, "VmSwap:"));
    fill_missing(&sample->locked_bytes, procfs_bytes_of(text, "VmLck:"));
    if (sample->rss_bytes == SAMPLE_UNKNOWN || sample->anonymous_bytes == SAMPLE_UNKNOWN ||
        sample->shmem_bytes == SAMPLE_UNKNOWN)
        return;
    /* The two files are read one after the other: a small negative rest is no news. */
    int64_t file = sample->rss_bytes - sample->anonymous_bytes - sample->shmem_bytes;
    sample->file_bytes = MAX(file, 0);
}

/* The last path that was looked into: what is mapped often stands in a row. */
struct looked {
    int dir_fd;
    char *path;
    bool is_other;
};

/* False as well when it cannot be read. The mappings of one file share its name. */
static bool is_other_file(void *user, const char *path)
{
    static const char magic[] = "SQLite format 3";
    struct looked *looked = user;
    char head[sizeof magic];

    if (g_strcmp0(looked->path, path) == 0)
        return looked->is_other;
    g_autofree char *name = g_strconcat("root", path, NULL);
    int fd = openat(looked->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t n = fd >= 0 ? pread(fd, head, sizeof head, 0) : -1;

    if (fd >= 0)
        close(fd);
    g_free(looked->path);
    looked->path = g_strdup(path);
    looked->is_other = n == (ssize_t)sizeof head && memcmp(head, magic, sizeof head) != 0;
    return looked->is_other;
}

static void load_hints(struct linux_platform *platform, struct region_hints *hints, char **ret_exe)
{
    int64_t hard;
    struct stat st;
    *hints = (struct region_hints){
        .stack_limit = 8 * 1024 * 1024,
        .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
    };
    if (platform_read_kept(platform, KEPT_LIMITS) == 0)
        procfs_limit_parse(&platform->text, "Max stack size", &hints->stack_limit, &hard);
    if (procfs_read_link(platform->dir_fd, "exe", &platform->text) == 0) {
        procfs_strip_deleted(platform->text.data);
        *ret_exe = g_strdup(platform->text.data);
    } else {
        *ret_exe = g_strdup("");
    }
    hints->exe = *ret_exe;
    if (platform->real_proc && fstatat(platform->dir_fd, "exe", &st, 0) == 0)
        hints->exe_inode = st.st_ino;
    g_autofree char *version = buildinfo_version(platform->dir_fd);
    hints->is_go = version != NULL;
    hints->go_minor = version ? buildinfo_minor(version) : 0;
}

static void add_totals(struct region_totals *totals, const struct region *region)
{
    totals->virtual_bytes += (int64_t)(region->end - region->start);
    totals->resident_bytes += region->resident_bytes;
    totals->pss_bytes += region->pss_bytes;
    totals->dirty_bytes += region->dirty_bytes;
    totals->swapped_bytes += region->swapped_bytes;
    totals->lazyfree_bytes += region->lazyfree_bytes;
    totals->count++;
}

static int read_regions(struct linux_platform *platform, struct memory_sample *sample)
{
    gint64 began = g_get_monotonic_time();
    struct region_hints hints;
    g_autofree char *exe = NULL;
    if (!platform->mappings)
        platform->mappings = g_array_new(FALSE, FALSE, sizeof(struct mapping));
    g_array_set_size(platform->mappings, 0);
    struct walk walk = {.sample = sample, .mappings = platform->mappings};
    int error = walk_file(platform, "smaps", &walk);
    if (error)
        return error;
    load_hints(platform, &hints, &exe);
    struct looked looked = {.dir_fd = platform->dir_fd};

    hints.is_other_file = platform->real_proc ? is_other_file : NULL;
    hints.user = &looked;
    sample->heap_class_guessed =
        regions_classify((struct mapping *)(void *)walk.mappings->data, walk.mappings->len, &hints);
    g_free(looked.path);
    sample->regions_truncated = walk.truncated;

    struct region *regions = sample_alloc(sample, MAX(walk.mappings->len, 1) * sizeof *regions);
    for (guint i = 0; i < walk.mappings->len; i++) {
        regions[i] = g_array_index(walk.mappings, struct mapping, i).region;
        add_totals(&sample->classes[regions[i].cls], &regions[i]);
        add_totals(&sample->total, &regions[i]);
    }
    sample->regions = regions;
    sample->n_regions = walk.mappings->len;

    if (sample->rss_bytes == SAMPLE_UNKNOWN)
        take_sums(&walk);
    sample->regions_us = g_get_monotonic_time();
    sample->regions_cost_us = sample->regions_us - began;
    return 0;
}

void linux_read_memory(struct platform *base, struct memory_sample *sample, bool with_regions)
{
    struct linux_platform *platform = linux_platform_of(base);
    struct procfs_stat stat;
    memory_sample_set_unknown(sample);
    if (!platform_begin(platform, sample, &stat))
        return;
    /* smaps_rollup is 4.14+; before that, and in seccomp cages, the sum of smaps is the same. */
    struct walk walk = {.sample = sample};
    int error = walk_file(platform, "smaps_rollup", &walk);
    if ((error == ENOENT || error == EINVAL) && !with_regions)
        error = walk_file(platform, "smaps", &walk);
    if (error == 0)
        take_sums(&walk);
    if (with_regions && (error == 0 || error == ENOENT || error == EINVAL))
        error = read_regions(platform, sample);
    fill_from_status(platform, sample);
    pressure_read(platform, sample);
    if (error)
        platform_set_error(platform, sample, error, "the memory map");
    platform_end(platform, sample);
}
