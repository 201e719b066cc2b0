#include "probes/go_versions.h"

enum { MAX_FILES = 1024 };

struct file_key {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
};

static struct file_key key_of(const struct stat *st)
{
    return (struct file_key){
        .device = st->st_dev,
        .inode = st->st_ino,
        .size = st->st_size,
#ifdef __APPLE__
        .modified = st->st_mtimespec,
#else
        .modified = st->st_mtim,
#endif
    };
}

static guint key_hash(gconstpointer key)
{
    const struct file_key *k = key;

    return (guint)k->inode * 2654435761u ^ (guint)k->device ^ (guint)k->modified.tv_nsec;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    const struct file_key *x = a, *y = b;

    return x->device == y->device && x->inode == y->inode && x->size == y->size &&
           x->modified.tv_sec == y->modified.tv_sec && x->modified.tv_nsec == y->modified.tv_nsec;
}

bool go_versions_get(struct go_versions *table, const struct stat *file, char **ret)
{
    struct file_key key = key_of(file);
    gpointer value = NULL;

    pthread_mutex_lock(&table->mutex);
    bool found = table->versions != NULL &&
                 g_hash_table_lookup_extended(table->versions, &key, NULL, &value);

    *ret = g_strdup(value);
    pthread_mutex_unlock(&table->mutex);
    return found;
}

void go_versions_put(struct go_versions *table, const struct stat *file, const char *version)
{
    struct file_key key = key_of(file);

    pthread_mutex_lock(&table->mutex);
    if (table->versions == NULL)
        table->versions = g_hash_table_new_full(key_hash, key_equal, g_free, g_free);
    if (g_hash_table_size(table->versions) >= MAX_FILES)
        g_hash_table_remove_all(table->versions);
    g_hash_table_replace(table->versions, g_memdup2(&key, sizeof key), g_strdup(version));
    pthread_mutex_unlock(&table->mutex);
}
