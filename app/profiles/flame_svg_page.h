#ifndef SIDESCOPE_APP_PROFILES_FLAME_SVG_PAGE_H
#define SIDESCOPE_APP_PROFILES_FLAME_SVG_PAGE_H

/*
 * Style sheet and script of flame_svg.h, to stand in CDATA sections. The script
 * expects groups of class f in the order of the tree (data-p: number of the
 * parent, data-n: full name; title, rect, perhaps text), elements info, found,
 * search, reset and bar. Hover tells, click or Enter zooms, arrows move, Escape
 * goes back, / searches.
 */

extern const char flame_svg_style[];
extern const char flame_svg_script[];

#endif
