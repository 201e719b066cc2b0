#ifndef SIDESCOPE_PROBES_SAMPLES_H
#define SIDESCOPE_PROBES_SAMPLES_H

/* The samples that most of the program looks at, each in a header of its own. */

#include "probes/files_sample.h"
#include "probes/goroutines_sample.h"
#include "probes/heap_sample.h"
#include "probes/memory_sample.h"
#include "probes/process_sample.h"
#include "probes/threads_sample.h"

#endif
