#ifndef SIDESCOPE_TESTS_SUPPORT_VT_OSC_H
#define SIDESCOPE_TESTS_SUPPORT_VT_OSC_H

/* Sequences picked out of a program's output, clipboard (OSC 52) and notifications (OSC 777):
 * libvterm keeps only the first few hundred bytes of a sequence it does not know. */

#include <glib.h>
#include <stdbool.h>

struct vt_osc {
    const char *introducer; /* VT_OSC_CLIPBOARD or VT_OSC_NOTIFY */
    size_t matched;         /* bytes of the introducer seen */
    GString *content;       /* NULL outside a sequence */
};

#define VT_OSC_CLIPBOARD "\033]52;c;"
#define VT_OSC_NOTIFY "\033]777;notify;"

/* Returns the text (of the clipboard: decoded) (g_free) when this byte ends a sequence, else NULL.
 */
char *vt_osc_feed(struct vt_osc *osc, char byte);
void vt_osc_clear(struct vt_osc *osc);

#endif
