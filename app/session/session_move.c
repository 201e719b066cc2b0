#include "app/session/session_move.h"

#include "app/session/series.h"
#include "probes/databases.h"
#include "probes/record.h"

static void move(gint64 *time, gint64 by_us)
{
    if (*time != 0)
        *time += by_us;
}

static void move_record(const struct record *record, void *at, gint64 by_us)
{
    for (size_t i = 0; i < record->n; i++)
        if (record->members[i].kind == RECORD_TIME)
            move((gint64 *)(void *)((char *)at + record->members[i].offset), by_us);
}

static void move_rows(const struct record *record, const void *rows, size_t n, gint64 by_us)
{
    char *at = (char *)(uintptr_t)rows;

    for (size_t i = 0; i < n; i++)
        move_record(record, at + i * record->size, by_us);
}

void sample_move(struct sample *sample, gint64 by_us)
{
    if (sample == NULL)
        return;
    move_record(&record_sample, sample, by_us);
    move_record(record_of_kind(sample->kind), sample, by_us);
    if (sample->kind == PROBE_FILES) {
        struct files_sample *files = (struct files_sample *)sample;
        struct fd_group *groups = (struct fd_group *)(uintptr_t)files->groups;

        move_rows(&record_fd, files->fds, files->n_fds, by_us);
        for (size_t i = 0; i < files->n_groups; i++)
            move(&groups[i].oldest_us, by_us);
        for (size_t i = 0; i < files->n_databases; i++)
            move_rows(&record_db_lock, files->databases[i].locks, files->databases[i].n_locks,
                      by_us);
    }
}

void session_moment_move(struct session_moment *moment, gint64 by_us)
{
    for (int i = 0; i < PROBE_N_KINDS; i++) {
        sample_move(moment->samples[i], by_us);
        if (moment->alive[i] != moment->samples[i])
            sample_move(moment->alive[i], by_us);
    }
    if (&moment->base_heap->base != moment->samples[PROBE_HEAP])
        sample_move((struct sample *)moment->base_heap, by_us);
    if (&moment->base_goroutines->base != moment->samples[PROBE_GOROUTINES])
        sample_move((struct sample *)moment->base_goroutines, by_us);
    series_set_move(moment->series, by_us);
    session_parts_move(moment->parts, by_us);
    moment->now_us += by_us;
    move(&moment->mark_us, by_us);
    move(&moment->end.at_us, by_us);
}
