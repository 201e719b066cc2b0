#include "pprof/goroutines.h"

#include <stdlib.h>
#include <string.h>

/* Of a bucket those goroutines alone that wait for one thing. */

const struct goroutine_waited *const *goroutine_bucket_waited(const struct goroutine_bucket *bucket,
                                                              const char *name)
{
    for (size_t i = 0; i < bucket->n_waited; i++)
        if (strcmp(bucket->waited[i]->name, name) == 0)
            return &bucket->waited[i];
    return NULL;
}

static int compare_ids(const void *a, const void *b)
{
    return (*(const uint64_t *)a > *(const uint64_t *)b) -
           (*(const uint64_t *)a < *(const uint64_t *)b);
}

/* Those that are of the bucket. Gives how many there are. */
static size_t find_members(const struct goroutine_bucket *bucket,
                           const struct goroutine_waited *waited, struct goroutine_part *part)
{
    size_t n = 0;

    for (size_t i = 0; i < waited->n_waiters; i++) {
        const uint64_t *id =
            bsearch(&waited->ids[i], bucket->ids, bucket->count, sizeof *bucket->ids, compare_ids);

        if (id == NULL)
            continue;
        part->ids[n] = *id;
        part->members[n++] = bucket->members[id - bucket->ids];
    }
    return n;
}

static void count(struct goroutine_bucket *bucket)
{
    bucket->n_locked = bucket->n_leaked = 0;
    bucket->wait_min_minutes = bucket->wait_max_minutes = -1;
    for (size_t i = 0; i < bucket->count; i++) {
        const struct goroutine_member *member = &bucket->members[i];
        int64_t least = bucket->wait_min_minutes;

        bucket->n_locked += member->is_locked;
        bucket->n_leaked += member->is_leaked;
        if (member->minutes < 0)
            continue;
        bucket->wait_max_minutes = MAX(bucket->wait_max_minutes, member->minutes);
        bucket->wait_min_minutes = least < 0 ? member->minutes : MIN(least, member->minutes);
    }
    if (bucket->n_leaked == 0)
        bucket->leaked = NULL;
}

/* "mutex 0xa, locked; perhaps held by goroutine 8 in main.f (sleep)" */
static char *words(const struct goroutine_waited *waited)
{
    static const char guess[] = "perhaps ";
    const char *holder = waited->holder;
    bool is_guess = g_str_has_prefix(holder, guess);

    return g_strconcat(waited->name, *waited->state != '\0' ? ", " : "", waited->state,
                       *holder != '\0' ? "; " : "", is_guess ? guess : "",
                       waited->holder_id != 0 ? "held by " : "",
                       holder + (is_guess ? strlen(guess) : 0), NULL);
}

void goroutine_part_take(struct goroutine_part *ret, const struct goroutine_bucket *bucket,
                         const struct goroutine_waited *const *waited)
{
    *ret = (struct goroutine_part){.bucket = *bucket};
    if ((*waited)->ids == NULL || bucket->ids == NULL || bucket->members == NULL)
        return;
    ret->ids = g_new(uint64_t, (*waited)->n_waiters);
    ret->members = g_new(struct goroutine_member, (*waited)->n_waiters);
    size_t n = find_members(bucket, *waited, ret);

    if (n == 0 || n == bucket->count)
        return;
    ret->waits = words(*waited);
    ret->bucket.count = n;
    ret->bucket.ids = ret->ids;
    ret->bucket.members = ret->members;
    ret->bucket.waits = ret->waits;
    ret->bucket.waited = waited;
    ret->bucket.n_waited = 1;
    count(&ret->bucket);
}

void goroutine_part_clear(struct goroutine_part *part)
{
    g_free(part->ids);
    g_free(part->members);
    g_free(part->waits);
    *part = (struct goroutine_part){0};
}
