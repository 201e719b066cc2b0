#include "app/recording/writer.h"

#include <string.h>

/*
 * Descriptors are rows with the times at which they were born and died, regions
 * rows with the time in which they were so: each list is compared with the one
 * before, both being sorted, and only differences are written.
 */

/* The row of bytes in the table text. */
static gint64 write_text(struct writer *writer, const char *bytes)
{
    sqlite3_stmt *row = sql_bind(&writer->sql, "SELECT id FROM text WHERE bytes = ?", "t", bytes);
    gint64 id = 0;

    while (sql_step(&writer->sql, row))
        id = sqlite3_column_int64(row, 0);
    if (id != 0)
        return id;
    sql_run(&writer->sql, "INSERT INTO text (bytes) VALUES (?)", "t", bytes);
    return sqlite3_last_insert_rowid(writer->db);
}

static gint64 *id_at(GArray *ids, size_t i)
{
    return &g_array_index(ids, gint64, i);
}

static GArray *new_ids(size_t n)
{
    GArray *ids = g_array_sized_new(FALSE, TRUE, sizeof(gint64), (guint)n);

    g_array_set_size(ids, (guint)n);
    return ids;
}

/* --- descriptors --- */

/* The same open file; what a later sitting calls first seen is its own first look. */
static bool is_same_fd(const struct fd_entry *a, const struct fd_entry *b, bool resumed)
{
    return a->inode == b->inode && a->device == b->device && a->type == b->type &&
           (resumed || a->first_seen_us == b->first_seen_us) && strcmp(a->path, b->path) == 0;
}

static bool is_same_state(const struct fd_entry *a, const struct fd_entry *b)
{
    return a->offset == b->offset && a->flags == b->flags && a->size == b->size &&
           a->watches == b->watches && a->deleted == b->deleted && a->access == b->access &&
           a->cls == b->cls && strcmp(a->detail, b->detail) == 0 &&
           g_strcmp0(a->peer, b->peer) == 0;
}

static void put_state(struct writer *writer, gint64 id, const struct fd_entry *fd, gint64 at_us)
{
    const char access[] = {fd->access, '\0'};

    sql_run(&writer->sql,
            "INSERT OR REPLACE INTO descriptor_state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            "iiuuuutittt", id, at_us, (gint64)fd->offset, (gint64)fd->flags, (gint64)fd->size,
            (gint64)fd->watches, fd->detail, (gint64)fd->deleted, access, path_class_name(fd->cls),
            fd->peer);
}

static gint64 put_born(struct writer *writer, const struct fd_entry *fd, gint64 at_us)
{
    gint64 path = write_text(writer, fd->path);

    sql_run(&writer->sql,
            "INSERT INTO descriptor (run, fd, type, path, inode, device, first_seen_us, born_us) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            "iitiiiii", writer->run, (gint64)fd->fd, fd_type_label(fd->type), path,
            (gint64)fd->inode, (gint64)fd->device, axis_of(&writer->axis, fd->first_seen_us),
            at_us);
    gint64 id = sqlite3_last_insert_rowid(writer->db);

    put_state(writer, id, fd, at_us);
    return id;
}

static void put_died(struct writer *writer, gint64 id, gint64 at_us)
{
    sql_run(&writer->sql, "UPDATE descriptor SET died_us = ? WHERE id = ?", "ii", at_us, id);
}

/* The row of now's descriptor, whose number had before (NULL: nothing, else row id) by then. */
static gint64 follow_fd(struct writer *writer, const struct fd_entry *before, gint64 id,
                        const struct fd_entry *now, gint64 at_us)
{
    if (before != NULL && is_same_fd(before, now, writer->files_resumed)) {
        if (!is_same_state(before, now))
            put_state(writer, id, now, at_us);
        return id;
    }
    if (before != NULL)
        put_died(writer, id, at_us);
    return put_born(writer, now, at_us);
}

/* The first complete census after a mark is what growth counts from: nothing has grown in it. */
static void note_base(struct writer *writer, const struct files_sample *files, gint64 at_us)
{
    if (!writer->base_due || files->base.status != SAMPLE_OK ||
        files->base.taken_us <= writer->base_after_us)
        return;
    for (size_t i = 0; i < files->n_groups; i++)
        if (files->groups[i].growth != 0)
            return;
    sql_run(&writer->sql, "INSERT OR IGNORE INTO census_base VALUES (?, ?)", "ii", writer->run,
            at_us);
    writer->base_due = false;
}

void write_files(struct writer *writer, const struct files_sample *files, gint64 at_us)
{
    note_base(writer, files, at_us);
    /* a census that failed tells nothing of who died */
    if (files->n_fds == 0 && files->base.status != SAMPLE_OK)
        return;
    if (writer->files != NULL && writer->files->fds == files->fds &&
        writer->files->n_fds == files->n_fds)
        return;
    const struct files_sample *before = writer->files;
    size_t n_before = before != NULL ? before->n_fds : 0, old = 0;
    GArray *ids = new_ids(files->n_fds);

    for (size_t i = 0; i < files->n_fds; i++) {
        const struct fd_entry *fd = &files->fds[i];

        for (; old < n_before && before->fds[old].fd < fd->fd; old++)
            put_died(writer, *id_at(writer->descriptors, old), at_us);
        bool any = old < n_before && before->fds[old].fd == fd->fd;

        *id_at(ids, i) = follow_fd(writer, any ? &before->fds[old] : NULL,
                                   any ? *id_at(writer->descriptors, old) : 0, fd, at_us);
        old += any;
    }
    for (; old < n_before; old++)
        put_died(writer, *id_at(writer->descriptors, old), at_us);
    g_clear_pointer(&writer->descriptors, g_array_unref);
    writer->descriptors = ids;
    sample_unref(writer->files);
    writer->files = sample_ref(files);
    writer->files_resumed = false;
}

static enum fd_type type_from(const char *name)
{
    for (int type = 0; type < FD_N_TYPES; type++)
        if (g_strcmp0(name, fd_type_label((enum fd_type)type)) == 0)
            return (enum fd_type)type;
    return FD_OTHER;
}

/* --- regions --- */

static bool is_same_region(const struct region *a, const struct region *b)
{
    return a->start == b->start && a->end == b->end && a->cls == b->cls &&
           a->resident_bytes == b->resident_bytes && a->pss_bytes == b->pss_bytes &&
           a->dirty_bytes == b->dirty_bytes && a->swapped_bytes == b->swapped_bytes &&
           a->lazyfree_bytes == b->lazyfree_bytes && a->count == b->count &&
           strcmp(a->perms, b->perms) == 0 && strcmp(a->name, b->name) == 0;
}

static gint64 put_region(struct writer *writer, const struct region *region, gint64 at_us)
{
    enum { NAME = 5 };
    gint64 name = write_text(writer, region->name);
    sqlite3_stmt *row = sql_prepare(
        &writer->sql,
        "INSERT INTO region (start, \"end\", perms, cls, name, resident_bytes, pss_bytes, "
        "dirty_bytes, swapped_bytes, lazyfree_bytes, count, run, from_us) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

    if (row == NULL)
        return 0;
    int column = sql_record_bind(row, 1, &record_region, region, &writer->axis);

    sqlite3_bind_int64(row, NAME, name);
    sqlite3_bind_int64(row, column, writer->run);
    sqlite3_bind_int64(row, column + 1, at_us);
    sql_step(&writer->sql, row);
    return sqlite3_last_insert_rowid(writer->db);
}

static void end_region(struct writer *writer, gint64 id, gint64 at_us)
{
    sql_run(&writer->sql, "UPDATE region SET until_us = ? WHERE id = ?", "ii", at_us, id);
}

static void compare_regions(struct writer *writer, const struct memory_sample *memory, gint64 at_us)
{
    const struct memory_sample *before = writer->walk;
    size_t n_before = before != NULL ? before->n_regions : 0, old = 0;
    GArray *ids = new_ids(memory->n_regions);

    for (size_t i = 0; i < memory->n_regions; i++) {
        const struct region *region = &memory->regions[i];

        for (; old < n_before && before->regions[old].start < region->start; old++)
            end_region(writer, *id_at(writer->regions, old), at_us);
        bool any = old < n_before && before->regions[old].start == region->start;
        gint64 id = any ? *id_at(writer->regions, old) : 0;

        if (!any || !is_same_region(&before->regions[old], region)) {
            if (any)
                end_region(writer, id, at_us);
            id = put_region(writer, region, at_us);
        }
        *id_at(ids, i) = id;
        old += any;
    }
    for (; old < n_before; old++)
        end_region(writer, *id_at(writer->regions, old), at_us);
    g_clear_pointer(&writer->regions, g_array_unref);
    writer->regions = ids;
}

static void put_class(struct writer *writer, const char *cls, const struct region_totals *totals,
                      const struct region_growth *growth, gint64 at_us)
{
    sqlite3_stmt *row =
        sql_bind(&writer->sql,
                 "INSERT OR REPLACE INTO region_class VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 "iti", writer->run, cls, at_us);

    if (row == NULL)
        return;
    int column = sql_record_bind(row, 4, &record_totals, totals, &writer->axis);

    sql_record_bind(row, column, &record_growth, growth, &writer->axis);
    sql_step(&writer->sql, row);
}

void write_regions(struct writer *writer, const struct memory_sample *memory, gint64 at_us)
{
    if (memory->regions_us == 0 ||
        (writer->walk != NULL && writer->walk->regions_us == memory->regions_us))
        return;
    if (writer->walk == NULL)
        sql_run(&writer->sql, "UPDATE region SET until_us = ? WHERE run = ? AND until_us IS NULL",
                "ii", at_us, writer->run);
    compare_regions(writer, memory, at_us);
    static const struct region_growth none;
    const struct memory_sample *before = writer->walk;

    for (int cls = 0; cls < REGION_N_CLASSES; cls++)
        if (before == NULL ||
            memcmp(&before->classes[cls], &memory->classes[cls], sizeof *memory->classes) != 0 ||
            memcmp(&before->growth[cls], &memory->growth[cls], sizeof *memory->growth) != 0)
            put_class(writer, region_class_name((enum region_class)cls), &memory->classes[cls],
                      &memory->growth[cls], at_us);
    if (before == NULL || memcmp(&before->total, &memory->total, sizeof memory->total) != 0)
        put_class(writer, "total", &memory->total, &none, at_us);
    sample_unref(writer->walk);
    writer->walk = sample_ref(memory);
}

/* --- begin and end --- */

void write_lists_load(struct writer *writer)
{
    /* The descriptors that were open when the last sitting ended, as a census. */
    sqlite3_stmt *row = sql_bind(
        &writer->sql,
        "SELECT d.id, fd, type, bytes, inode, device FROM descriptor d JOIN text ON text.id = path "
        "WHERE run = ? AND died_us IS NULL ORDER BY fd",
        "i", writer->run);
    g_autoptr(GArray) fds = g_array_new(FALSE, TRUE, sizeof(struct fd_entry));
    struct files_sample *files = sample_new(PROBE_FILES, sizeof *files);

    writer->descriptors = new_ids(0);
    while (sql_step(&writer->sql, row)) {
        gint64 id = sqlite3_column_int64(row, 0);
        struct fd_entry fd = {
            .fd = sqlite3_column_int(row, 1),
            .type = type_from((const char *)sqlite3_column_text(row, 2)),
            .path = sample_strdup(files, (const char *)sqlite3_column_text(row, 3)),
            .inode = (uint64_t)sqlite3_column_int64(row, 4),
            .device = (uint64_t)sqlite3_column_int64(row, 5),
            .detail = "",
            .offset = SAMPLE_UNKNOWN,
        };

        g_array_append_val(fds, fd);
        g_array_append_val(writer->descriptors, id);
    }
    struct fd_entry *rows = sample_alloc(files, (fds->len + 1) * sizeof *rows);

    if (fds->len > 0)
        memcpy(rows, fds->data, fds->len * sizeof *rows);
    files->fds = rows;
    files->n_fds = fds->len;
    writer->files = files;
    writer->files_resumed = true;
    writer->base_due = true;
    writer->base_after_us = 0;
}

void write_lists_clear(struct writer *writer)
{
    g_clear_pointer(&writer->files, sample_unref);
    g_clear_pointer(&writer->walk, sample_unref);
    g_clear_pointer(&writer->descriptors, g_array_unref);
    g_clear_pointer(&writer->regions, g_array_unref);
}
