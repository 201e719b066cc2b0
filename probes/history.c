#include "probes/history.h"

#include <math.h>

enum { N_TIERS = 6, MIN_CAPACITY = 16 };

/*
 * Tier 0 holds points as they came. A full tier merges its two oldest points
 * into one and hands it to the next, so each tier is half as fine as the one
 * before. The last tier has nobody to hand to: when it is full it halves
 * itself and takes in points that much coarser from then on, so that the
 * beginning is never forgotten and no part of it is coarser than the rest.
 */
struct tier {
    struct history_point *points; /* ring; NULL: none yet */
    size_t head, n;
};

struct history {
    struct tier tiers[N_TIERS];
    size_t capacity; /* of each tier */
    /* of the last tier: how many points handed to it make one, and how many its newest has */
    size_t weight, pending;
};

struct history *history_new(size_t capacity)
{
    struct history *history = g_new0(struct history, 1);

    history->capacity = MAX(capacity, (size_t)MIN_CAPACITY);
    history->weight = 1;
    return history;
}

struct history *history_copy(const struct history *history)
{
    struct history *copy = g_memdup2(history, sizeof *history);

    for (size_t i = 0; i < N_TIERS; i++)
        copy->tiers[i].points =
            g_memdup2(history->tiers[i].points, history->capacity * sizeof(struct history_point));
    return copy;
}

static struct history_point *at(const struct history *history, const struct tier *tier, size_t i)
{
    size_t place = tier->head + i; /* less than twice the capacity: no need to divide */

    return &tier->points[place < history->capacity ? place : place - history->capacity];
}

void history_move(struct history *history, gint64 by_us)
{
    for (size_t i = 0; i < N_TIERS; i++)
        for (size_t k = 0; k < history->tiers[i].n; k++)
            at(history, &history->tiers[i], k)->t_us += by_us;
}

void history_free(struct history *history)
{
    if (history == NULL)
        return;
    for (size_t i = 0; i < N_TIERS; i++)
        g_free(history->tiers[i].points);
    g_free(history);
}

static struct history_point pop(const struct history *history, struct tier *tier)
{
    struct history_point point = *at(history, tier, 0);

    g_assert(history->capacity > 0);
    tier->head = (tier->head + 1) % history->capacity;
    tier->n--;
    return point;
}

/* Most numbers never fill a second tier: memory comes with the first point. */
static void push(const struct history *history, struct tier *tier, struct history_point point)
{
    g_assert(history->capacity > 0);
    if (tier->points == NULL)
        tier->points = g_new(struct history_point, history->capacity);
    *at(history, tier, tier->n++) = point;
}

/* --- thinning --- */

static bool is_gap(const struct history_point *point)
{
    return isnan(point->value);
}

/* A value swallows no gap, and two gaps are one. */
static bool can_merge(const struct history_point *older, const struct history_point *newer)
{
    return is_gap(older) == is_gap(newer);
}

static struct history_point merge(const struct history_point *older,
                                  const struct history_point *newer)
{
    return (struct history_point){
        .t_us = newer->t_us,
        .value = newer->value,
        .min = fmin(older->min, newer->min),
        .max = fmax(older->max, newer->max),
    };
}

/* The last tier, full: every pair becomes one. When gaps forbid all of it, the oldest quarter goes.
 */
static void halve(struct history *history, struct tier *tier)
{
    size_t kept = 0;

    g_assert(tier->n == history->capacity && tier->n > 0);
    for (size_t i = 0; i < tier->n; kept++) {
        struct history_point point = *at(history, tier, i++);

        if (i < tier->n && can_merge(&point, at(history, tier, i)))
            point = merge(&point, at(history, tier, i++));
        *at(history, tier, kept) = point;
    }
    if (kept == history->capacity) {
        tier->head = (tier->head + kept / 4) % history->capacity;
        kept -= kept / 4;
    }
    tier->n = kept;
}

/* Takes what tier i hands to tier i + 1: its oldest pair as one, or its oldest point. */
static struct history_point hand_over(struct history *history, struct tier *tier)
{
    struct history_point oldest = pop(history, tier);

    if (tier->n > 0 && can_merge(&oldest, at(history, tier, 0))) {
        struct history_point second = pop(history, tier);

        oldest = merge(&oldest, &second);
    }
    return oldest;
}

/* Into the last tier. */
static void settle(struct history *history, struct history_point point)
{
    struct tier *tier = &history->tiers[N_TIERS - 1];
    struct history_point *newest = tier->n > 0 ? at(history, tier, tier->n - 1) : NULL;

    if (newest != NULL && history->pending < history->weight && can_merge(newest, &point)) {
        *newest = merge(newest, &point);
        history->pending++;
        return;
    }
    if (tier->n == history->capacity) {
        halve(history, tier);
        history->weight *= 2;
    }
    push(history, tier, point);
    history->pending = 1;
}

static void append(struct history *history, size_t i, struct history_point point)
{
    struct tier *tier = &history->tiers[i];

    if (i + 1 == N_TIERS) {
        settle(history, point);
        return;
    }
    if (tier->n == history->capacity)
        append(history, i + 1, hand_over(history, tier)); /* at most N_TIERS deep */
    push(history, tier, point);
}

/* --- the interface --- */

bool history_add(struct history *history, gint64 t_us, double value)
{
    struct history_point last, point = {t_us, value, value, value};

    if (!isfinite(value))
        point.value = point.min = point.max = NAN;
    if (history_last(history, &last)) {
        /* the same moment again is the same reading; only its end (a gap) is news */
        if (t_us < last.t_us || (t_us == last.t_us && !is_gap(&point)))
            return false;
        if (is_gap(&last) && is_gap(&point))
            return false;
    }
    append(history, 0, point);
    return true;
}

size_t history_size(const struct history *history)
{
    size_t n = 0;

    for (size_t i = 0; i < N_TIERS; i++)
        n += history->tiers[i].n;
    return n;
}

bool history_last(const struct history *history, struct history_point *ret)
{
    for (size_t i = 0; i < N_TIERS; i++) {
        const struct tier *tier = &history->tiers[i];

        if (tier->n > 0) {
            *ret = *at(history, tier, tier->n - 1);
            return true;
        }
    }
    return false;
}

double history_last_known(const struct history *history)
{
    for (size_t i = 0; i < N_TIERS; i++) {
        const struct tier *tier = &history->tiers[i];

        for (size_t k = tier->n; k-- > 0;)
            if (!is_gap(at(history, tier, k)))
                return at(history, tier, k)->value;
    }
    return NAN;
}

bool history_first(const struct history *history, struct history_point *ret)
{
    for (size_t i = N_TIERS; i-- > 0;) {
        const struct tier *tier = &history->tiers[i];

        if (tier->n > 0) {
            *ret = *at(history, tier, 0);
            return true;
        }
    }
    return false;
}

/* Index of the first point of tier from since_us on. */
static size_t lower_bound(const struct history *history, const struct tier *tier, gint64 since_us)
{
    size_t low = 0, high = tier->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (at(history, tier, middle)->t_us < since_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

GArray *history_since(const struct history *history, gint64 since_us)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(struct history_point));

    for (size_t i = N_TIERS; i-- > 0;) {
        const struct tier *tier = &history->tiers[i];

        for (size_t k = lower_bound(history, tier, since_us); k < tier->n; k++)
            g_array_append_val(points, *at(history, tier, k));
    }
    return points;
}
