#ifndef SIDESCOPE_PROBES_MEMORY_SAMPLE_H
#define SIDESCOPE_PROBES_MEMORY_SAMPLE_H

/* Its memory: smaps_rollup each time, smaps (regions) at a slower rate. See sample.h. */

#include "probes/process_sample.h"

enum region_class {
    REGION_GO_HEAP,
    REGION_GO_RUNTIME, /* named metadata mappings of the Go runtime */
    REGION_STACK,      /* thread stacks and the main stack */
    REGION_C_HEAP,     /* malloc: [heap] and arenas */
    REGION_SQLITE,     /* mapped databases and -shm files */
    REGION_SHARED,     /* memfd, shm, SysV, shared anonymous */
    REGION_BINARY,
    REGION_LIBRARY,
    REGION_FILE,      /* other mapped files */
    REGION_DATA,      /* bss of the binary or a library */
    REGION_KERNEL,    /* vdso, vvar, vsyscall */
    REGION_ANONYMOUS, /* the rest with access */
    REGION_RESERVED,  /* no access: address space only */
    REGION_N_CLASSES,
};

/* "Go heap", "mapped file", …; static. */
const char *region_class_name(enum region_class cls);
/* What vmmap calls most of it: "VM_ALLOCATE", "mapped file", …; static. */
const char *region_class_vmmap_name(enum region_class cls);

struct region_totals {
    int64_t virtual_bytes, resident_bytes, pss_bytes, dirty_bytes, swapped_bytes, lazyfree_bytes;
    int64_t count;
};

struct region {
    uint64_t start, end;
    char perms[5];
    enum region_class cls;
    const char *name; /* "" for anonymous */
    int64_t resident_bytes, pss_bytes, dirty_bytes, swapped_bytes, lazyfree_bytes;
    int64_t count; /* mappings in it: 1, unless memory_sample.regions_are_types */
};

/* C's malloc by vmmap: its zones and what is allocated in them. SAMPLE_UNKNOWN: not printed. */
struct malloc_zone {
    const char *name; /* "DefaultMallocZone_0x106233000" */
    int64_t virtual_bytes, resident_bytes, dirty_bytes, swapped_bytes;
    int64_t allocations, allocated_bytes;
    int64_t regions;
};

/* What is left for the target; unknown where the system does not tell. */
struct memory_pressure {
    double some_percent, full_percent;    /* of the last 10 s some / all tasks waited for memory */
    int64_t available_bytes, total_bytes; /* of the machine */
    int64_t swap_free_bytes, swap_total_bytes;
    const char *cgroup; /* the group with the tightest limit above the target; "" for none */
    int64_t cgroup_limit_bytes, cgroup_used_bytes;
    int64_t cgroup_oom_kills;  /* since that group was made */
    int64_t cgroup_file_bytes; /* of cgroup_used_bytes: pages of files, which it can have back */
    double cpu_some_percent;   /* of the last 10 s tasks waited for a core */
    double cpu_limit_percent;  /* of one core: the tightest limit of a group; NAN: none */
    int64_t throttled_us;      /* kept from running by that limit, since the group was made */
    const char *huge_pages;    /* the machine's setting: "always", "madvise", "never"; "" unknown */
};

extern const struct memory_pressure memory_pressure_unknown;

/* Resident memory and regions of a class, now minus at the first walk or the last mark. */
struct region_growth {
    int64_t resident_bytes, count;
};

struct memory_sample {
    struct sample base;
    /* smaps_rollup (bytes) */
    int64_t rss_bytes, pss_bytes, pss_anon_bytes, pss_file_bytes, pss_shmem_bytes;
    int64_t anonymous_bytes, shared_clean_bytes, shared_dirty_bytes, private_clean_bytes,
        private_dirty_bytes, lazyfree_bytes, swap_bytes, swap_pss_bytes, locked_bytes;
    int64_t anon_huge_bytes; /* of anonymous_bytes: in huge pages, which come and go whole */
    int64_t file_bytes;      /* rss - anonymous - shmem */
    int64_t shmem_bytes;
    /* regions: of the last full walk; regions_us is 0 when there was none yet */
    gint64 regions_us; /* monotonic time of that walk */
    gint64 regions_cost_us;
    struct region_totals classes[REGION_N_CLASSES], total;
    struct region_growth growth[REGION_N_CLASSES];
    int64_t swap_growth_bytes;    /* as growth, of swap_bytes */
    int64_t swap_step_bytes;      /* swap_bytes is rounded to these; 0: exact */
    gint64 growth_since_us;       /* monotonic; 0 before the first walk */
    const struct region *regions; /* by address */
    size_t n_regions;
    bool regions_truncated;  /* more mappings than PROBES_MAX_REGIONS */
    bool heap_class_guessed; /* Go heap found by shape, not by name */
    struct memory_pressure pressure;
    /* Each region stands for all of one type of vmmap, named so: no addresses, only a size. */
    bool regions_are_types;
    const struct malloc_zone *zones; /* as old as the regions; none on Linux */
    size_t n_zones;
    int64_t footprint_bytes, footprint_peak_bytes; /* macOS; as old as the regions */
};

/* Every number of it that a platform may leave unfilled becomes unknown. */
void memory_sample_set_unknown(struct memory_sample *sample);

/*
 * What of the process is swapped out: its own number, or where the system has
 * none (macOS) that of the last walk. Either may be NULL; SAMPLE_UNKNOWN when
 * neither tells.
 */
int64_t samples_swap_bytes(const struct process_sample *process,
                           const struct memory_sample *memory);

#endif
