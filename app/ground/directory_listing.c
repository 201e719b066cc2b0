#include "app/ground/directory_listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *directory_listing_path(const char *proc_root, pid_t pid, const char *path)
{
    g_autofree char *root =
        g_strdup_printf("%s/%d/root", proc_root != NULL ? proc_root : "/proc", (int)pid);

    return access(root, X_OK) == 0 ? g_strconcat(root, path, NULL) : g_strdup(path);
}

static void clear_entry(gpointer data)
{
    g_free(((struct directory_entry *)data)->name);
}

static char type_letter(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return 'd';
    case S_IFLNK:
        return 'l';
    case S_IFIFO:
        return 'p';
    case S_IFSOCK:
        return 's';
    case S_IFCHR:
        return 'c';
    case S_IFBLK:
        return 'b';
    default:
        return '-';
    }
}

static void write_mode(mode_t mode, char ret[11])
{
    static const char letters[] = "rwxrwxrwx";

    ret[0] = type_letter(mode);
    for (int i = 0; i < 9; i++)
        ret[i + 1] = mode & (0400U >> i) ? letters[i] : '-';
    ret[10] = '\0';
}

static void add_entry(struct directory_listing *listing, int dir_fd, const char *name)
{
    struct directory_entry entry = {.name = g_strdup(name), .size = -1};
    struct stat st = {.st_mode = 0};

    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        entry.size = st.st_size;
        entry.modified_s = st.st_mtime;
    }
    write_mode(st.st_mode, entry.mode);
    entry.is_directory = S_ISDIR(st.st_mode);
    g_array_append_val(listing->entries, entry);
}

static int newest_first(gconstpointer a, gconstpointer b)
{
    const struct directory_entry *x = a, *y = b;

    if (x->modified_s != y->modified_s)
        return x->modified_s > y->modified_s ? -1 : 1;
    return strcmp(x->name, y->name);
}

struct directory_listing *directory_listing_read(const char *path, const int *cancelled)
{
    struct directory_listing *listing = g_new0(struct directory_listing, 1);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    listing->path = g_strdup(path);
    listing->entries = g_array_new(FALSE, FALSE, sizeof(struct directory_entry));
    g_array_set_clear_func(listing->entries, clear_entry);
    if (dir == NULL) {
        listing->error = g_strdup_printf("the directory cannot be read: %s", g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return listing;
    }
    while (!__atomic_load_n(cancelled, __ATOMIC_RELAXED) && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        listing->truncated = listing->entries->len >= DIRECTORY_MAX_ENTRIES;
        if (listing->truncated)
            break;
        add_entry(listing, fd, entry->d_name);
    }
    closedir(dir);
    g_array_sort(listing->entries, newest_first);
    return listing;
}

void directory_listing_free(struct directory_listing *listing)
{
    if (listing == NULL)
        return;
    g_array_unref(listing->entries);
    g_free(listing->path);
    g_free(listing->error);
    g_free(listing);
}
