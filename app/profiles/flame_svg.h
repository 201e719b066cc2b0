#ifndef SIDESCOPE_APP_PROFILES_FLAME_SVG_H
#define SIDESCOPE_APP_PROFILES_FLAME_SVG_H

/*
 * A call tree as one SVG file that needs nothing else: a picture anywhere, and
 * in a browser (also from file://) a flame graph to zoom and search. Root at
 * the top. With a base, widths are the larger of both weights and colours say
 * what grew (orange) and what shrank (blue). Foreign text is escaped, and what
 * XML does not allow or would reorder text is replaced. Pure; any thread.
 */

#include "pprof/calltree.h"

struct flame_svg_options {
    const char *title;   /* raw bytes */
    const char *details; /* a line below it, raw bytes; "" for none */
    double min_fraction; /* frames below this part of the whole are left out; the file says so */
    size_t max_frames;   /* 0: FLAME_SVG_MAX_FRAMES; the widest are kept */
    bool has_base;       /* the tree was built with one */
};

#define FLAME_SVG_MIN_FRACTION 0.0005
enum { FLAME_SVG_MAX_FRAMES = 20000 };

struct flame_svg_counts {
    size_t drawn, dropped;
};

/* The file; free with g_free. ret_counts may be NULL. */
char *flame_svg(const struct calltree *tree, const struct flame_svg_options *options,
                struct flame_svg_counts *ret_counts);

#endif
