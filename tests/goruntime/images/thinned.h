#ifndef SIDESCOPE_TESTS_GORUNTIME_IMAGES_THINNED_H
#define SIDESCOPE_TESTS_GORUNTIME_IMAGES_THINNED_H

/*
 * A recorded image without what no answer needs: of the program's code, tables and
 * variables, which are copied whole, most is of what nobody asks for. It becomes
 * zeroes, piece by piece, as long as the answers stay the same. One thread.
 */

#include "probes/goruntime/image.h"

/* image: bytes of a file; answers: what answers_text gives of it. Takes minutes. */
GBytes *thinned_image(GBytes *image, const char *answers, GHashTable *links);

#endif
