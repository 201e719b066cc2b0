#include "app/snapshots/snapshot_folder.h"

#include "../pprof/fixture.h"
#include "app/ground/file_error.h"
#include "app/snapshots/compare.h"
#include "pprof/encode.h"
#include "snapshot_fixture.h"
#include "tests/support/remove.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct world {
    char *dir;
};

static void set_up(struct world *w, gconstpointer user)
{
    g_autoptr(GError) error = NULL;

    (void)user;
    w->dir = g_dir_make_tmp("sidescope-test-XXXXXX", &error);
    g_assert_no_error(error);
}

static void tear_down(struct world *w, gconstpointer user)
{
    (void)user;
    remove_tree(w->dir);
    g_free(w->dir);
}

static void check_bytes(const void *a, size_t n_a, const void *b, size_t n_b)
{
    g_assert_cmpuint(n_a, ==, n_b);
    g_assert_true(memcmp(a, b, n_a) == 0);
}

static char *in(const struct world *w, const char *name)
{
    return g_build_filename(w->dir, name, NULL);
}

static void put(const char *path, const char *text, gssize n)
{
    g_autoptr(GError) error = NULL;

    g_file_set_contents(path, text, n, &error);
    g_assert_no_error(error);
}

static guint entries(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    guint n = 0;

    while (g_dir_read_name(dir) != NULL)
        n++;
    return n;
}

static GPtrArray *list_of(struct snapshot *snapshot)
{
    GPtrArray *list = g_ptr_array_new();

    g_ptr_array_add(list, snapshot);
    return list;
}

static bool save(struct snapshot *snapshot, const char *path, GError **error)
{
    g_autoptr(GPtrArray) list = list_of(snapshot);

    return snapshot_folder_save(list, path, error);
}

static struct profile *some_profile(void)
{
    return fixture_stacks("10 leaf mid main\n5 main\n7 odd\x1bname main\n");
}

static struct snapshot *some_snapshot(guint32 seed)
{
    g_autoptr(profile_auto) heap = some_profile();
    struct snapshot *snapshot = fixture_snapshot(seed, true, heap);

    snapshot_set_profile(snapshot, "my/po\x1bol", profile_ref(heap), NULL);
    snapshot_set_profile(snapshot, "my_po_ol", profile_ref(heap), NULL);
    return snapshot;
}

/* --- round trip --- */

static void check_same_profiles(const struct snapshot *a, const struct snapshot *b)
{
    g_assert_cmpuint(a->profiles->len, ==, b->profiles->len);
    for (guint i = 0; i < a->profiles->len; i++) {
        const struct snapshot_profile *p = &g_array_index(a->profiles, struct snapshot_profile, i);
        struct profile *other = snapshot_profile(b, p->kind);

        g_assert_nonnull(other);
        g_autoptr(GByteArray) x = profile_encode(p->profile, NULL);
        g_autoptr(GByteArray) y = profile_encode(other, NULL);

        check_bytes(x->data, x->len, y->data, y->len);
    }
}

static void check_same_files(const struct files_sample *a, const struct files_sample *b)
{
    g_assert_cmpint(a->count, ==, b->count);
    g_assert_cmpint(a->soft_limit, ==, b->soft_limit);
    g_assert_cmpint(a->truncated, ==, b->truncated);
    g_assert_cmpuint(a->n_fds, ==, b->n_fds);
    g_assert_cmpuint(a->n_groups, ==, b->n_groups);
    g_assert_cmpuint(a->n_templates, ==, b->n_templates);
    for (size_t i = 0; i < a->n_fds; i++) {
        const struct fd_entry *x = &a->fds[i], *y = &b->fds[i];

        g_assert_cmpstr(x->path, ==, y->path);
        g_assert_cmpstr(x->detail, ==, y->detail);
        g_assert_true(x->fd == y->fd && x->type == y->type && x->cls == y->cls &&
                      x->deleted == y->deleted && x->access == y->access && x->inode == y->inode &&
                      x->device == y->device && x->offset == y->offset && x->flags == y->flags &&
                      x->size == y->size && x->watches == y->watches &&
                      x->first_seen_us == y->first_seen_us);
    }
}

static void check_same_memory(const struct memory_sample *a, const struct memory_sample *b)
{
    g_assert_cmpint(a->rss_bytes, ==, b->rss_bytes);
    g_assert_cmpint(a->pss_bytes, ==, b->pss_bytes);
    g_assert_cmpint(a->locked_bytes, ==, b->locked_bytes);
    g_assert_cmpint(a->regions_us, ==, b->regions_us);
    check_bytes(a->classes, sizeof a->classes, b->classes, sizeof b->classes);
    check_bytes(&a->total, sizeof a->total, &b->total, sizeof b->total);
    g_assert_cmpuint(a->n_zones, ==, b->n_zones);
    for (size_t i = 0; i < a->n_zones; i++) {
        g_assert_cmpstr(a->zones[i].name, ==, b->zones[i].name);
        g_assert_cmpint(a->zones[i].dirty_bytes, ==, b->zones[i].dirty_bytes);
        g_assert_cmpint(a->zones[i].allocated_bytes, ==, b->zones[i].allocated_bytes);
        g_assert_cmpint(a->zones[i].allocations, ==, b->zones[i].allocations);
    }
    g_assert_cmpuint(a->n_regions, ==, b->n_regions);
    for (size_t i = 0; i < a->n_regions; i++) {
        const struct region *x = &a->regions[i], *y = &b->regions[i];

        g_assert_cmpstr(x->name, ==, y->name);
        g_assert_cmpstr(x->perms, ==, y->perms);
        g_assert_true(x->start == y->start && x->end == y->end && x->cls == y->cls &&
                      x->resident_bytes == y->resident_bytes && x->pss_bytes == y->pss_bytes &&
                      x->dirty_bytes == y->dirty_bytes && x->lazyfree_bytes == y->lazyfree_bytes);
    }
}

static void check_same_memstats(const struct memstats *a, const struct memstats *b)
{
    g_assert_true(a->heap_alloc == b->heap_alloc && a->heap_inuse == b->heap_inuse &&
                  a->next_gc == b->next_gc && a->complete == b->complete);
    g_assert_cmpfloat(a->gc_cpu_fraction, ==, b->gc_cpu_fraction);
}

static void check_same(const struct snapshot *a, const struct snapshot *b)
{
    g_assert_cmpstr(a->name, ==, b->name);
    g_assert_cmpstr(a->origin, ==, b->origin);
    g_assert_cmpstr(a->goroutines_source, ==, b->goroutines_source);
    g_assert_cmpstr(a->heap_source, ==, b->heap_source);
    g_assert_cmpint(a->real_us, ==, b->real_us);
    g_assert_cmpint(a->has_memstats, ==, b->has_memstats);
    check_same_memstats(&a->memstats, &b->memstats);
    check_same_profiles(a, b);
    g_assert_true(g_bytes_equal(a->goroutines_text, b->goroutines_text));
    check_same_files(a->files, b->files);
    check_same_memory(a->memory, b->memory);
    g_assert_cmpint(a->process->swap_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(b->process->swap_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(a->process->rss_bytes, ==, b->process->rss_bytes);
    g_assert_cmpint(a->process->uptime_s, ==, b->process->uptime_s);
    g_assert_cmpint(a->process->state_letter, ==, b->process->state_letter);
}

static void check_no_difference(const struct snapshot *a, const struct snapshot *b)
{
    g_autoptr(comparison_auto) c = compare_snapshots(a, b);

    g_assert_true(c->has_goroutines && c->has_files && c->has_map);
    g_assert_cmpuint(c->buckets->len + c->paths->len + c->templates->len + c->regions->len, ==, 0);
    for (int i = 0; i < METRIC_N_COMPARED; i++)
        g_assert_cmpint(c->numbers[i].before, ==, c->numbers[i].after);
}

static void test_round_trip(struct world *w, gconstpointer user)
{
    (void)user;
    for (guint32 seed = 0; seed < 20; seed++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *name = g_strdup_printf("snapshot %u", seed);
        g_autofree char *path = in(w, name);
        g_autoptr(snapshot_auto) snapshot = some_snapshot(seed);

        g_free(snapshot->name);
        snapshot->name = g_strdup(seed % 2 != 0 ? "before \"lunch\"\xff" : "");
        snapshot_set_source(&snapshot->goroutines_source, seed % 2 != 0 ? "memory" : NULL);
        snapshot_set_source(&snapshot->heap_source, seed % 3 != 0 ? "heap?debug=1" : NULL);
        g_assert_true(save(snapshot, path, &error));
        g_assert_no_error(error);
        g_autoptr(GPtrArray) loaded = snapshot_load(path, NULL, &error);

        g_assert_no_error(error);
        g_assert_cmpuint(loaded->len, ==, 1);
        check_same(snapshot, loaded->pdata[0]);
        check_no_difference(snapshot, loaded->pdata[0]);
    }
}

/* What was saved before sources were kept: not known, but for a text that only memory tells. */
static void test_old_sources(struct world *w, gconstpointer user)
{
    static const char dump[] = "goroutine 5 [chan send]:\nmain.put()\n\t/src/a.go:1\n\n";
    static const struct {
        const char *told, *source;
    } cases[] = {{"", ""}, {"waited for: 0\n", "memory"}};
    g_autofree char *path = in(w, "snapshot.json"), *text = in(w, "goroutine.debug2.txt");

    (void)user;
    put(path,
        "{\"program\": \"sidescope\", \"schema\": 1, \"goroutines\": \"goroutine.debug2.txt\"}",
        -1);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *all = g_strconcat(dump, cases[i].told, NULL);
        g_autoptr(GError) error = NULL;

        put(text, all, -1);
        g_autoptr(GPtrArray) loaded = snapshot_load(w->dir, NULL, &error);

        g_assert_no_error(error);
        const struct snapshot *s = loaded->pdata[0];

        g_assert_cmpstr(s->goroutines_source, ==, cases[i].source);
        g_assert_cmpstr(s->heap_source, ==, "");
    }
}

/* What was loaded and saved again is the same on disk, file by file. */
static void test_saved_again(struct world *w, gconstpointer user)
{
    static const char *const files[] = {"snapshot.json",        "heap.pb.gz", "my_po_ol.pb.gz",
                                        "goroutine.debug2.txt", "files.txt",  "regions.txt",
                                        "memstats.txt"};
    g_autofree char *first = in(w, "first"), *second = in(w, "second");
    g_autoptr(snapshot_auto) snapshot = some_snapshot(3);

    (void)user;
    g_assert_true(save(snapshot, first, NULL));
    g_autoptr(GPtrArray) loaded = snapshot_load(first, NULL, NULL);

    g_assert_true(save(loaded->pdata[0], second, NULL));
    g_assert_cmpuint(entries(first), ==, G_N_ELEMENTS(files) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *a = g_build_filename(first, files[i], NULL), *x = NULL;
        g_autofree char *b = g_build_filename(second, files[i], NULL), *y = NULL;
        gsize nx, ny;
        GStatBuf info;

        g_assert_true(g_file_get_contents(a, &x, &nx, NULL));
        g_assert_true(g_file_get_contents(b, &y, &ny, NULL));
        check_bytes(x, nx, y, ny);
        g_assert_cmpint(g_stat(a, &info), ==, 0);
        g_assert_cmpint(info.st_mode & 0777, ==, 0600);
    }
}

static void test_several(struct world *w, gconstpointer user)
{
    g_autofree char *path = in(w, "all");
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)snapshot_free);
    g_autoptr(GError) error = NULL;

    (void)user;
    for (guint32 seed = 0; seed < 12; seed++)
        g_ptr_array_add(list, some_snapshot(seed));
    g_assert_true(snapshot_folder_save(list, path, &error));
    g_autoptr(GPtrArray) loaded = snapshot_load(path, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(loaded->len, ==, list->len);
    for (guint i = 0; i < list->len; i++)
        check_same(list->pdata[i], loaded->pdata[i]);
}

/* Every value an enum can have has a name of its own. */
static void test_every_type(struct world *w, gconstpointer user)
{
    g_autofree char *path = in(w, "types");
    g_autoptr(snapshot_auto) snapshot = snapshot_new("", "x");
    struct files_sample *files = sample_new(PROBE_FILES, sizeof *files);
    struct fd_entry *fds = sample_alloc(files, FD_N_TYPES * PATH_N_CLASSES * sizeof *fds);

    (void)user;
    for (int i = 0; i < FD_N_TYPES * PATH_N_CLASSES; i++)
        fds[files->n_fds++] = (struct fd_entry){.fd = i,
                                                .type = (enum fd_type)(i % FD_N_TYPES),
                                                .cls = (enum path_class)(i / FD_N_TYPES),
                                                .path = "/x",
                                                .detail = "",
                                                .access = ' '};
    files->fds = fds;
    files->count = (int64_t)files->n_fds;
    snapshot->files = files;
    g_assert_true(save(snapshot, path, NULL));
    g_autoptr(GPtrArray) loaded = snapshot_load(path, NULL, NULL);
    const struct files_sample *back = ((struct snapshot *)loaded->pdata[0])->files;

    g_assert_cmpuint(back->n_fds, ==, files->n_fds);
    for (size_t i = 0; i < back->n_fds; i++) {
        g_assert_cmpint(back->fds[i].type, ==, fds[i].type);
        g_assert_cmpint(back->fds[i].cls, ==, fds[i].cls);
    }
}

static void test_empty(struct world *w, gconstpointer user)
{
    g_autofree char *path = in(w, "empty");
    g_autoptr(snapshot_auto) snapshot = snapshot_new("nothing", "nobody");
    g_autoptr(GError) error = NULL;

    (void)user;
    g_assert_true(save(snapshot, path, &error));
    g_autoptr(GPtrArray) loaded = snapshot_load(path, NULL, &error);

    g_assert_no_error(error);
    const struct snapshot *back = loaded->pdata[0];

    g_assert_true(back->process == NULL && back->memory == NULL && back->files == NULL &&
                  back->goroutines == NULL && !back->has_memstats && back->profiles->len == 0);
}

/* The texts are the ones other tools write. */
static void test_texts(struct world *w, gconstpointer user)
{
    g_autofree char *path = in(w, "texts"), *text = NULL, *listing = NULL;
    g_autofree char *memstats_path = g_build_filename(path, "memstats.txt", NULL);
    g_autofree char *files_path = g_build_filename(path, "files.txt", NULL);
    g_autoptr(snapshot_auto) snapshot = some_snapshot(5);
    struct memstats back;
    gsize n;

    (void)user;
    snapshot->memstats.stack_sys = 77;
    g_assert_true(save(snapshot, path, NULL));
    g_assert_true(g_file_get_contents(memstats_path, &text, &n, NULL));
    g_assert_true(memstats_parse(text, n, &back, NULL));
    check_same_memstats(&snapshot->memstats, &back);
    g_assert_cmpuint(back.stack_sys, ==, 77);
    g_assert_true(g_file_get_contents(files_path, &listing, &n, NULL));
    g_assert_true(g_utf8_validate(listing, (gssize)n, NULL));
    g_assert_null(strchr(listing, '\x1b'));
}

/* --- saving never harms --- */

static void check_refused(struct snapshot *snapshot, const char *path, int code)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(save(snapshot, path, &error));
    g_assert_error(error, FILE_ERROR, code);
    g_assert_nonnull(strstr(error->message, path));
}

static void test_never_overwrites(struct world *w, gconstpointer user)
{
    g_autofree char *file = in(w, "file"), *empty = in(w, "empty"), *link = in(w, "link");
    g_autofree char *below = in(w, "file/below"), *nowhere = in(w, "no/such/folder"), *text = NULL;
    g_autoptr(snapshot_auto) snapshot = some_snapshot(1);

    (void)user;
    put(file, "mine", -1);
    g_assert_cmpint(g_mkdir(empty, 0700), ==, 0);
    g_assert_cmpint(symlink("nowhere", link), ==, 0);
    check_refused(snapshot, file, FILE_ERROR_EXISTS);
    check_refused(snapshot, empty, FILE_ERROR_EXISTS);
    check_refused(snapshot, link, FILE_ERROR_EXISTS);
    check_refused(snapshot, below, FILE_ERROR_ACCESS);
    check_refused(snapshot, nowhere, FILE_ERROR_ACCESS);
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "mine");
    g_assert_cmpuint(entries(w->dir), ==, 3); /* nothing half made is left */
    g_assert_cmpuint(entries(empty), ==, 0);
}

/* --- loading garbage --- */

static void check_not_loaded(const char *path, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) loaded = snapshot_load(path, NULL, &error);

    g_assert_null(loaded);
    g_assert_nonnull(error);
    g_assert_cmpint(error->domain, ==, FILE_ERROR);
    if (strstr(error->message, part) == NULL)
        g_test_message("\"%s\" is not in: %s", part, error->message);
    g_assert_nonnull(strstr(error->message, part));
}

static void test_bad_manifests(struct world *w, gconstpointer user)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "no saved snapshot"},
        {"[]", "no JSON object"},
        {"{", "no saved snapshot"},
        {"{\"schema\": 1}", "another program"},
        {"{\"program\": \"sidescope\", \"schema\": 2}", "another version"},
        {"{\"program\": \"sidescope\", \"schema\": 1, \"goroutines\": \"../../x\"}", "no file of"},
        {"{\"program\": \"sidescope\", \"schema\": 1, \"profiles\": [{\"kind\": \"heap\", "
         "\"file\": \"/etc/passwd\"}]}",
         "no file of"},
        {"{\"program\": \"sidescope\", \"schema\": 1, \"profiles\": [{\"kind\": \"heap\", "
         "\"file\": \"gone.pb.gz\"}]}",
         "gone.pb.gz"},
        {"{\"program\": \"sidescope\", \"schema\": 1, \"profiles\": [7]}", "no file of"},
        {"\xff\xfe", "damaged"},
    };
    g_autofree char *path = in(w, "snapshot.json");

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        put(path, cases[i].text, -1);
        check_not_loaded(w->dir, cases[i].part);
    }
    g_autofree char *deep = g_strnfill(1000000, '[');

    put(path, deep, -1);
    check_not_loaded(w->dir, "damaged");
}

/* What the tools of the procedure printed is a snapshot of what they tell. */
static void test_tool_output(struct world *w, gconstpointer user)
{
    g_autofree char *path = in(w, "lsof.txt");
    g_autoptr(GError) error = NULL;

    (void)user;
    put(path,
        "COMMAND  PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME\n"
        "sidecar 4182 me     3r    REG    8,1       52  900 /a/.claude/projects/x.jsonl\n",
        -1);
    g_autoptr(GPtrArray) loaded = snapshot_load(path, NULL, &error);

    g_assert_no_error(error);
    const struct snapshot *s = loaded->pdata[0];

    g_assert_cmpuint(s->files->n_fds, ==, 1);
    g_assert_cmpint(s->files->by_class[PATH_CLAUDE], ==, 1);
    g_assert_null(s->process);
    put(path, "COMMAND  PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME\n", -1);
    check_not_loaded(path, "no descriptor");
}

/* Of the wrong type is unknown, not a crash. */
static void test_odd_values(struct world *w, gconstpointer user)
{
    static const char text[] =
        "{\"program\": \"sidescope\", \"schema\": 1, \"real_us\": -5, \"name\": 3,"
        " \"process\": {\"rss_bytes\": \"many\", \"threads\": 9223372036854775807},"
        " \"memory\": {\"regions\": [1, {\"cls\": \"new\", \"perms\": \"rwxrwxrwx\"}],"
        "  \"malloc_zones\": [7, {\"name\": 7, \"regions\": \"many\"}],"
        "  \"classes\": {\"Go heap\": {\"count\": 1.5}}},"
        " \"files\": {\"count\": 9, \"descriptors\": [null, {\"type\": 7, \"path\": []}]}}";
    g_autofree char *path = in(w, "snapshot.json");
    g_autoptr(GError) error = NULL;

    (void)user;
    put(path, text, -1);
    g_autoptr(GPtrArray) loaded = snapshot_load(w->dir, NULL, &error);

    g_assert_no_error(error);
    const struct snapshot *s = loaded->pdata[0];

    g_assert_cmpint(s->real_us, ==, 0);
    g_assert_cmpint(s->process->rss_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(s->process->threads, >, 0);
    g_assert_true(isnan(s->process->cpu_percent));
    g_assert_cmpuint(s->memory->n_regions, ==, 1);
    g_assert_cmpint(s->memory->regions[0].cls, <, REGION_N_CLASSES);
    g_assert_cmpint(s->memory->regions_us, ==, 0);
    g_assert_cmpuint(s->memory->n_zones, ==, 1);
    g_assert_cmpstr(s->memory->zones[0].name, ==, "");
    g_assert_cmpint(s->memory->zones[0].regions, ==, SAMPLE_UNKNOWN);
    g_assert_cmpuint(s->files->n_fds, ==, 1);
    g_assert_cmpint(s->files->fds[0].type, ==, FD_OTHER);
    g_assert_cmpstr(s->files->fds[0].path, ==, "");
    g_assert_true(s->files->truncated);
}

/* Whatever a file of a snapshot is cut to, loading ends in a sentence or in a snapshot. */
static void test_truncated(struct world *w, gconstpointer user)
{
    static const char *const files[] = {"snapshot.json", "heap.pb.gz", "goroutine.debug2.txt"};
    g_autofree char *path = in(w, "cut");
    g_autoptr(snapshot_auto) snapshot = some_snapshot(2);

    (void)user;
    g_assert_true(save(snapshot, path, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *file = g_build_filename(path, files[i], NULL), *whole = NULL;
        gsize n, loaded_parts = 0, failed = 0;

        g_assert_true(g_file_get_contents(file, &whole, &n, NULL));
        for (gsize keep = 0; keep < n; keep += n / 40 + 1) {
            g_autoptr(GError) error = NULL;

            put(file, whole, (gssize)keep);
            g_autoptr(GPtrArray) loaded = snapshot_load(path, NULL, &error);

            g_assert_true((loaded == NULL) == (error != NULL));
            loaded_parts += loaded != NULL;
            failed += error != NULL;
        }
        g_assert_cmpuint(failed, >, 0);
        if (i < 2) /* half a dump is still worth reading, half of the others is not */
            g_assert_cmpuint(loaded_parts, ==, 0);
        put(file, whole, (gssize)n);
    }
    g_autoptr(GPtrArray) again = snapshot_load(path, NULL, NULL);

    check_same(snapshot, again->pdata[0]);
}

static void test_not_there(struct world *w, gconstpointer user)
{
    g_autofree char *missing = in(w, "missing"), *text = in(w, "text"), *huge = in(w, "huge");
    g_autofree char *empty = in(w, "empty");

    (void)user;
    check_not_loaded(missing, missing);
    check_not_loaded(w->dir, "no snapshot in this folder");
    put(text, "a shopping list: bread, butter", -1);
    check_not_loaded(text, text);
    put(empty, "", 0);
    check_not_loaded(empty, empty);
    put(huge, "", 0);
    g_assert_cmpint(truncate(huge, (off_t)600 * 1024 * 1024), ==, 0);
    check_not_loaded(huge, "larger than");
    check_not_loaded("/dev/null", "it is a device");
}

static void test_cancelled(struct world *w, gconstpointer user)
{
    g_autofree char *path = in(w, "pipe");
    g_autoptr(GError) error = NULL;
    int cancelled = 1;

    (void)user;
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    g_assert_null(snapshot_load(path, &cancelled, &error));
    g_assert_error(error, FILE_ERROR, FILE_ERROR_CANCELLED);
}

/* --- single files --- */

static struct snapshot *load_one(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) loaded = snapshot_load(path, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(loaded->len, ==, 1);
    return snapshot_copy(loaded->pdata[0]);
}

static void test_profile_file(struct world *w, gconstpointer user)
{
    g_autofree char *path = in(w, "some.pb.gz");
    g_autoptr(profile_auto) profile = some_profile();
    g_autoptr(GByteArray) bytes = profile_encode(profile, NULL);

    (void)user;
    put(path, (const char *)bytes->data, (gssize)bytes->len);
    g_autoptr(snapshot_auto) snapshot = load_one(path);
    const struct snapshot_profile *held =
        &g_array_index(snapshot->profiles, struct snapshot_profile, 0);

    g_assert_cmpstr(snapshot->origin, ==, path);
    g_assert_cmpuint(held->profile->n_samples, ==, profile->n_samples);
    check_bytes(g_bytes_get_data(held->bytes, NULL), g_bytes_get_size(held->bytes), bytes->data,
                bytes->len);
}

static void test_dump_files(struct world *w, gconstpointer user)
{
    g_autofree char *path = in(w, "dump.txt");

    (void)user;
    for (int states = 0; states < 2; states++) {
        g_autoptr(GBytes) text = NULL;

        goroutine_dump_unref(fixture_dump((const unsigned[]){3, 4}, 2, states != 0, &text));

        put(path, g_bytes_get_data(text, NULL), (gssize)g_bytes_get_size(text));
        g_autoptr(snapshot_auto) snapshot = load_one(path);

        g_assert_cmpuint(snapshot->goroutines->total, ==, 7);
        g_assert_cmpint(snapshot->goroutines->has_states, ==, states != 0);
        g_assert_cmpint(snapshot->real_us, >, 0);
    }
}

static void test_heap_text(struct world *w, gconstpointer user)
{
    static const char text[] = "heap profile: 1: 1024 [2: 2048] @ heap/1048576\n"
                               "1: 1024 [2: 2048] @ 0x401000\n"
                               "#\t0x400fff\tmain.grow+0x1f\t/src/main.go:7\n\n"
                               "# runtime.MemStats\n# Alloc = 5\n# HeapAlloc = 4096\n";
    g_autofree char *path = in(w, "heap.txt"), *folder = in(w, "saved");

    (void)user;
    put(path, text, -1);
    g_autoptr(snapshot_auto) snapshot = load_one(path);

    g_assert_nonnull(snapshot_profile(snapshot, "heap"));
    g_assert_true(snapshot->has_memstats);
    g_assert_cmpuint(snapshot->memstats.heap_alloc, ==, 4096);
    g_assert_true(save(snapshot, folder, NULL));
    g_autoptr(snapshot_auto) again = load_one(folder);

    check_same_profiles(snapshot, again);
}

static void test_go_reads_it(struct world *w, gconstpointer user)
{
    g_autofree char *go = g_find_program_in_path("go"), *out = NULL, *path = in(w, "for-go");
    g_autofree char *heap = g_build_filename(path, "heap.pb.gz", NULL);
    g_autoptr(snapshot_auto) snapshot = some_snapshot(1);
    g_autoptr(GError) error = NULL;
    int status;

    (void)user;
    if (go == NULL) {
        g_test_skip("go is not there");
        return;
    }
    g_assert_true(save(snapshot, path, NULL));
    const char *argv[] = {go, "tool", "pprof", "-top", heap, NULL};

    g_assert_true(g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL,
                               NULL, NULL, &out, NULL, &status, &error));
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    g_assert_nonnull(strstr(out, "leaf"));
}

static void add(const char *name, void (*test)(struct world *, gconstpointer))
{
    g_test_add(name, struct world, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/snapshot-folder/round-trip", test_round_trip);
    add("/snapshot-folder/old-sources", test_old_sources);
    add("/snapshot-folder/saved-again", test_saved_again);
    add("/snapshot-folder/several", test_several);
    add("/snapshot-folder/every-type", test_every_type);
    add("/snapshot-folder/empty", test_empty);
    add("/snapshot-folder/texts", test_texts);
    add("/snapshot-folder/never-overwrites", test_never_overwrites);
    add("/snapshot-folder/bad-manifests", test_bad_manifests);
    add("/snapshot-folder/odd-values", test_odd_values);
    add("/snapshot-folder/tool-output", test_tool_output);
    add("/snapshot-folder/truncated", test_truncated);
    add("/snapshot-folder/not-there", test_not_there);
    add("/snapshot-folder/cancelled", test_cancelled);
    add("/snapshot-folder/profile-file", test_profile_file);
    add("/snapshot-folder/dump-files", test_dump_files);
    add("/snapshot-folder/heap-text", test_heap_text);
    add("/snapshot-folder/go-reads-it", test_go_reads_it);
    return g_test_run();
}
