#ifndef SIDESCOPE_PPROF_TEXT_PROFILE_H
#define SIDESCOPE_PPROF_TEXT_PROFILE_H

/*
 * Profiles as text: heap?debug=1 (and allocs; gperftools' heaps as well), block
 * and mutex?debug=1, and counted stacks as goroutine?debug=1 and
 * threadcreate?debug=1; grammars in pprof-reference 4 and 5.1.
 */

#include "pprof/profile.h"

bool text_profile_looks_like(const uint8_t *data, size_t n);
struct profile *text_profile_decode(const char *text, size_t n, GError **error);

/* A frame line "#\t0xADDR\tNAME+0xOFF\tFILE:LINE"; name.n is 0 when there is no symbol. */
#include "pprof/lines.h"
struct text_frame {
    uint64_t address;
    struct span name, file;
    int64_t line;
};
bool text_frame_parse(struct span line, struct text_frame *ret);

#endif
