#ifndef SIDESCOPE_PROBES_GORUNTIME_IMAGE_PRIVATE_H
#define SIDESCOPE_PROBES_GORUNTIME_IMAGE_PRIVATE_H

/* What recording and loading of images share; the format is in image.h. */

#include <gio/gio.h>

enum { IMAGE_MARK_BYTES = 8 };
extern const char image_mark[IMAGE_MARK_BYTES]; /* what a file begins with */

/* All of data through a converter, at most most bytes; NULL when it cannot be. */
GByteArray *image_convert(GConverter *converter, const void *data, size_t n, size_t most);

#endif
