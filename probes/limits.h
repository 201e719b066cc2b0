#ifndef SIDESCOPE_PROBES_LIMITS_H
#define SIDESCOPE_PROBES_LIMITS_H

/* Caps on everything the target can size; reaching one is shown, never silent. */
enum {
    PROBES_MAX_FDS = 1 << 20,
    PROBES_MAX_REGIONS = 1 << 18,
    PROBES_MAX_PROCESSES = 1 << 17,
    PROBES_MAX_THREADS = 1 << 16,
    PROBES_MAX_CHILDREN = 4096,
    PROBES_MAX_SPAWN_COMMANDS = 128, /* the rest counts as "(other)" */
    PROBES_MAX_DATABASES = 256,
    PROBES_MAX_DB_LOCKS = 4096,    /* on the databases of the target */
    PROBES_MAX_WANTED = 1024,      /* databases and pipes looked for in other processes */
    PROBES_MAX_OTHERS = 8192,      /* finds of that search */
    PROBES_MAX_PATH_BYTES = 65536, /* one link or mapping name */
    PROBES_MAX_HTTP_BYTES = 96 * 1024 * 1024,
    PROBES_HTTP_CONNECT_MS = 2000,
    PROBES_HTTP_TIMEOUT_MS = 15000,      /* whole answer, unless the request says otherwise */
    PROBES_HTTP_IDLE_MS = 5000,          /* no byte for so long after the first one */
    PROBES_HTTP_MAX_SECONDS = 600,       /* longest CPU profile */
    PROBES_DEBUG2_MAX_GOROUTINES = 1000, /* above: goroutine?debug=2 only with consent */
};

#endif
