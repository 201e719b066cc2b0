#include "app/lists/list_values.h"

void list_growth(struct listing_value *value, int64_t growth)
{
    value->n = growth;
    value->role = growth > 0 ? THEME_LOOK : THEME_DIM;
}

void list_change(struct listing_value *value, int64_t change)
{
    list_growth(value, change);
    if (change < 0 && change != NUMBER_UNKNOWN)
        value->role = THEME_GOOD;
}

void list_age(struct listing_value *value, int64_t now_us, int64_t then_us)
{
    if (then_us != 0)
        value->x = (double)(now_us - then_us) / G_USEC_PER_SEC;
    value->role = THEME_DIM;
}

void list_seconds(struct listing_value *value, int64_t us)
{
    if (us != NUMBER_UNKNOWN)
        value->x = (double)us / G_USEC_PER_SEC;
}

uint64_t list_key(const char *text, uint64_t seed)
{
    uint64_t hash = seed ^ UINT64_C(14695981039346656037);

    for (; *text != '\0'; text++) /* FNV-1a: a row's place changes, its text does not */
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash | 1;
}
