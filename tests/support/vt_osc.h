#ifndef SIDESCOPE_TESTS_SUPPORT_VT_OSC_H
#define SIDESCOPE_TESTS_SUPPORT_VT_OSC_H

/* Clipboard sequences (OSC 52) picked out of a program's output: libvterm keeps only the first few
 * hundred bytes of a sequence it does not know. */

#include <glib.h>
#include <stdbool.h>

struct vt_osc {
    size_t matched;   /* bytes of the introducer seen */
    GString *encoded; /* NULL outside a sequence */
};

/* Returns the decoded text (g_free) when this byte ends a sequence, else NULL. */
char *vt_osc_feed(struct vt_osc *osc, char byte);
void vt_osc_clear(struct vt_osc *osc);

#endif
