#ifndef SIDESCOPE_PROBES_GORUNTIME_VARIABLES_H
#define SIDESCOPE_PROBES_GORUNTIME_VARIABLES_H

/*
 * The global variables of a program without a symbol table: the addresses that its
 * code refers to, and which functions do. That is not who made what is in them,
 * but where to look. Made once for a process; immutable and any thread afterwards.
 */

#include "probes/goruntime/runtime.h"

struct variable {
    uint64_t address;
    bool is_user;      /* code outside of the runtime refers to it */
    uint64_t through;  /* no code does, or init alone: the variable that points here; 0 otherwise */
    uint32_t first, n; /* private: functions that do */
};

struct variables;

/* Reads all code. NULL with error: what memory_read_ranges says. 20 to 300 ms. */
struct variables *variables_read(struct go_runtime *runtime, GError **error);
void variables_free(struct variables *variables);

/* The one that an address belongs to: the nearest at or below it; NULL: none is near. */
const struct variable *variables_find(const struct variables *variables, uint64_t address);
/* "main.main, main.(*cache).put, +3": its users, without the runtime's. g_free it. */
char *variables_users(const struct variables *variables, const struct variable *variable);

#endif
