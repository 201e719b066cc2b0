#include "app/recording/past.h"

#include "app/recording/boot.h"
#include "app/recording/reader.h"
#include "app/session/session_move.h"

/* Of an address without a process nobody knows who answers there now. */
static bool is_same(const struct reader_run *run, const struct target *target, const char *boot)
{
    return !run->ended && target->id.pid != 0 && run->target->id.pid == target->id.pid &&
           run->target->id.start_ticks == target->id.start_ticks && g_str_equal(run->boot_id, boot);
}

static bool find_run(const struct reader *reader, const struct target *target, size_t *ret)
{
    g_autofree char *boot = boot_id();

    for (size_t i = reader_n_runs(reader); i-- > 0;)
        if (is_same(reader_run(reader, i), target, boot)) {
            *ret = i;
            return true;
        }
    return false;
}

bool past_load(const char *path, const struct target *target, gint64 axis_us, gint64 monotonic_us,
               struct session_moment *ret, gint64 *ret_from_us, GError **error)
{
    g_autoptr(reader_auto) reader = reader_open(path, error);
    size_t run;

    if (reader == NULL || !find_run(reader, target, &run))
        return false;
    const struct reader_run *found = reader_run(reader, run);

    if (!reader_moment(reader, run, found->last_us, 0, ret, error))
        return false;
    if (ret_from_us != NULL)
        *ret_from_us = found->begun_us + monotonic_us - axis_us;
    /* the reader has references of these samples, but nobody asks it any more */
    session_moment_move(ret, monotonic_us - axis_us);
    return true;
}
