#ifndef SIDESCOPE_APP_GROUND_CSV_TEXT_H
#define SIDESCOPE_APP_GROUND_CSV_TEXT_H

/* A text as a cell of CSV (RFC 4180), quoted where it has to be: a name may hold anything. Pure. */

#include <glib.h>

void csv_append_text(GString *out, const char *text);

#endif
