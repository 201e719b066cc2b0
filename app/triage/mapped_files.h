#ifndef SIDESCOPE_APP_TRIAGE_MAPPED_FILES_H
#define SIDESCOPE_APP_TRIAGE_MAPPED_FILES_H

/*
 * The mappings of a memory map summed up by the file they are of, since the
 * kernel lists each mapping by itself and a file mapped a thousand times is one
 * thing. Pure.
 */

#include "probes/memory_sample.h"

struct mapped_file {
    const char *name; /* raw bytes, of the sample; NULL: there is none */
    int64_t resident_bytes, dirty_bytes;
    unsigned n_mappings;
};

/* Of which most is resident, and which is mapped most often. */
struct mapped_files {
    struct mapped_file largest, most_mapped;
};

/* Whether mappings of this class are counted: those of files, databases and shared memory. */
bool mapped_files_count(enum region_class cls);

/* Both without a name where no file is mapped or the system tells types alone (vmmap). */
struct mapped_files mapped_files_find(const struct memory_sample *memory);

#endif
