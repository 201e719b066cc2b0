#ifndef SIDESCOPE_WIDGETS_ROLE_H
#define SIDESCOPE_WIDGETS_ROLE_H

/*
 * What a piece of text or a shape says, in a word that the theme (theme.h) has
 * a pen for. Apart from it, so that what judges need not know how it is drawn.
 */

enum theme_role {
    THEME_TEXT,
    THEME_DIM,    /* quiet: units, ages, hints */
    THEME_STRONG, /* bold text */
    THEME_TITLE,  /* pane titles */
    THEME_BORDER,
    THEME_FOCUS, /* border and title of the focused pane, selected tab */
    THEME_GOOD,
    THEME_LOOK, /* worth a look */
    THEME_BAD,
    THEME_STALE,        /* old data, greyed */
    THEME_HEADER,       /* table header */
    THEME_SORTED,       /* header of the column sorted by */
    THEME_SELECTED,     /* selected row in the focused pane */
    THEME_SELECTED_DIM, /* selected row elsewhere */
    THEME_MATCH,        /* text found by a search or filter */
    THEME_KEY,          /* key names in the footer */
    THEME_BAR,          /* bar at the top */
    THEME_POPUP,
    THEME_ESCAPE, /* \n, \x1b, … standing for bytes that must not reach the terminal */
    THEME_METER,  /* ground of a share drawn behind a cell's text */
    THEME_BLOCK1, /* frames of a flame graph: hues of which each means the same thing */
    THEME_BLOCK2,
    THEME_BLOCK3,
    THEME_BLOCK4,
    THEME_BLOCK5,
    THEME_BLOCK_OWN,   /* what it is about */
    THEME_BLOCK_QUIET, /* what is there anyway */
    THEME_BLOCK_GREW,
    THEME_BLOCK_SHRANK,
    THEME_GRAPH1, /* segments and series */
    THEME_GRAPH2,
    THEME_GRAPH3,
    THEME_GRAPH4,
    THEME_GRAPH5,
    THEME_GRAPH6,
    THEME_N_ROLES,
};

#endif
