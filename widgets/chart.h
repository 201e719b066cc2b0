#ifndef SIDESCOPE_WIDGETS_CHART_H
#define SIDESCOPE_WIDGETS_CHART_H

/*
 * Numbers over time in cells. Eighth blocks, braille (2x4 dots a cell), or
 * ASCII by the theme. A chart has a scale one can read and never lies about
 * gaps: missing time stays blank and is named where there is room, and points
 * are placed by time, not by index.
 * Where several points share a column the highest shows, so no spike is lost.
 * Points much further apart than usual (three times the median) are a gap;
 * between nearer ones the earlier value holds.
 */

#include "widgets/number.h"
#include "widgets/text.h"

struct chart_point {
    double t; /* seconds, any origin, rising */
    double v; /* NAN: gap */
};

struct chart {
    const struct chart_point *points;
    size_t n;
    double t_from, t_to;             /* the time span of the width */
    const struct chart_point *inner; /* a part of the whole, drawn over it on the same scale */
    size_t n_inner;                  /* 0: none */
    enum theme_role inner_role;
    bool zero_based;   /* scale starts at 0; else at what there is, so that a change is seen */
    double slope;      /* of the growth line that ends in the last point, a second; 0: none */
    double slope_from; /* where it begins, as t */
    enum theme_role slope_role;
    double limit; /* a level to mark with a dashed line; NAN: none */
    enum theme_role role;
    enum theme_role limit_role;
    struct number_text (*format)(double v); /* scale labels; NULL: plain */
    double reach; /* the scale goes at least as high: of charts that are compared; 0: no matter */
    const double *marks; /* moments, as t, that are told on the time axis */
    size_t n_marks;
    bool no_time; /* the time below is told elsewhere */
    bool stale;
    bool binary; /* labels at powers of two: for bytes in 1024-based units */
};

enum { CHART_LABEL_COLS = 6 }; /* of the scale, left of the curve, where there is room */

/*
 * Area chart with scale labels at the left and the time span below (when lines
 * allow). A limit up to three times the highest value is brought into view; one
 * further off is left out of it.
 */
void chart_draw(const struct canvas *canvas, TickitRect rect, const struct chart *chart);
/* One line without labels, in blocks even where charts are braille: they have more levels. */
void chart_spark(const struct canvas *canvas, int line, int col, int cols,
                 const struct chart *chart);
/* The same as text, for a table's cell: appends cols characters to out, quiet where nothing is
 * known. */
void chart_spark_text(GString *out, int cols, const struct chart *chart, bool unicode);

#endif
