#ifndef SIDESCOPE_APP_RECORDING_TIME_TEXT_H
#define SIDESCOPE_APP_RECORDING_TIME_TEXT_H

/*
 * Times as people type and read them, of a stretch of time that is known:
 * "03:12" of a night means that night. Unix microseconds and the local clock.
 * Pure but for the time zone; any thread.
 */

#include <glib.h>
#include <stdbool.h>

/*
 * "03:12", "03:12:07" (of several days the nearest to at_us), "2026-11-29 03:12", "-5m", "+1h"
 * (s, m, h, d; from at_us), "begin", "end", "50%". What leads out of [from_us, to_us] by a
 * difference ends at its border; a clock time that does not occur in it is refused, with a
 * sentence.
 */
bool time_text_parse(const char *text, gint64 at_us, gint64 from_us, gint64 to_us, gint64 *ret_us,
                     GError **error);

/* "03:12:07"; with the day before it ("29 Nov 03:12:07") when that is not of other_us. g_free. */
char *time_text_clock(gint64 at_us, gint64 other_us);
/* The same with the day wherever the stretch has more than one. Free with g_free. */
char *time_text_within(gint64 at_us, gint64 from_us, gint64 to_us);
/* "22:00–06:55", "27 Nov 22:00–29 Nov 06:55"; unicode false: with "-". Free with g_free. */
char *time_text_range(gint64 from_us, gint64 to_us, bool unicode);
/* "2026-11-29T03:12:07.250Z", for files. Free with g_free. */
char *time_text_iso(gint64 at_us);

enum time_text_error { TIME_TEXT_ERROR_WORDS, TIME_TEXT_ERROR_OUTSIDE };
#define TIME_TEXT_ERROR (time_text_error_quark())
GQuark time_text_error_quark(void);

#endif
