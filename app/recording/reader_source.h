#ifndef SIDESCOPE_APP_RECORDING_READER_SOURCE_H
#define SIDESCOPE_APP_RECORDING_READER_SOURCE_H

/* A recording (reader.h) as what a player plays: data of its ops is a struct reader, which the
 * player takes. */

#include "app/recording/player.h"
#include "app/recording/reader.h"

extern const struct player_source_ops reader_source_ops;

/* What an outline has of events is a choice: not each collection. Free with
 * player_outline_free; NULL with error. */
struct player_outline *reader_outline(struct reader *reader, size_t run, GError **error);

#endif
