#ifndef SIDESCOPE_APP_GROUND_FILE_ERROR_H
#define SIDESCOPE_APP_GROUND_FILE_ERROR_H

/* What can go wrong with files of ours, and with those that the user hands us. The sentence names
 * the path. Any thread. */

#include <glib.h>

enum file_error {
    FILE_ERROR_ACCESS, /* cannot be read or written */
    FILE_ERROR_EXISTS, /* saving never overwrites */
    FILE_ERROR_FORMAT, /* not what it should be, or damaged */
    FILE_ERROR_CANCELLED,
};
#define FILE_ERROR (file_error_quark())
GQuark file_error_quark(void);

#endif
