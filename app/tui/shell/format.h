#ifndef SIDESCOPE_APP_TUI_SHELL_FORMAT_H
#define SIDESCOPE_APP_TUI_SHELL_FORMAT_H

/*
 * Numbers as the screens show them: SAMPLE_UNKNOWN is "-", widths stand still.
 * Pure functions over caller's buffers.
 */

#include "app/session/session.h"
#include "app/triage/triage.h"
#include "widgets/chart.h"
#include "widgets/number.h"
#include "widgets/text.h"

/* "14m00s ago"; from a monotonic time. */
struct number_text format_age(gint64 now_us, gint64 then_us);
/* Never wider than six columns: "15 537", then "123k". */
struct number_text format_count(int64_t n);

/* +1 growing, -1 shrinking, 0 otherwise. */
int trend_direction(const struct trend *trend);

enum theme_role verdict_role(enum triage_verdict verdict);

/* The labels of a chart's scale, in the unit of the metric, and where its steps are. */
void format_scale(struct chart *chart, enum metric metric);

/* One line: sparkline of a series over the last minutes (or what there is). */
void draw_spark(const struct canvas *canvas, int line, int col, int cols,
                const struct session *session, enum metric metric, gint64 now_us,
                enum theme_role role);

/* At the right end of a line, the rate that the triage says too: "+410M/h", "+5.0/s"; nothing when
 * flat or unknown. Returns the columns it has. */
int draw_rate(const struct canvas *canvas, TickitRect line, struct session *session,
              enum metric metric);
/* One line: sparkline and rate. */
void draw_spark_rate(const struct canvas *canvas, TickitRect line, struct session *session,
                     enum metric metric, gint64 now_us, enum theme_role role);

/* Chart of a series with scale over the last window_us; limit NAN for none. */
void draw_series(const struct canvas *canvas, TickitRect rect, struct session *session,
                 enum metric metric, gint64 now_us, double limit, enum theme_role role);

#endif
