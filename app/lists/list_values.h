#ifndef SIDESCOPE_APP_LISTS_LIST_VALUES_H
#define SIDESCOPE_APP_LISTS_LIST_VALUES_H

/* What values of several lists have in common. Pure. */

#include "widgets/listing.h"

/* Growth since the start or the mark: worth a look, quiet when nothing grew. */
void list_growth(struct listing_value *value, int64_t growth);
/* The same of what was asked to be compared: what shrank is good. */
void list_change(struct listing_value *value, int64_t change);
/* How long ago then_us was at now_us; 0: not known. Quiet. */
void list_age(struct listing_value *value, int64_t now_us, int64_t then_us);
/* Microseconds as seconds. */
void list_seconds(struct listing_value *value, int64_t us);

/* A key for text of a kind, never 0. */
uint64_t list_key(const char *text, uint64_t seed);

#endif
