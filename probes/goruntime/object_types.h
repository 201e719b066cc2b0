#ifndef SIDESCOPE_PROBES_GORUNTIME_OBJECT_TYPES_H
#define SIDESCOPE_PROBES_GORUNTIME_OBJECT_TYPES_H

/*
 * What type the objects of a heap are. Large ones say it themselves (from Go 1.22
 * on), as do functions with variables; others are known by an interface that holds
 * them, and from there downwards by the fields of what points to them. The rest is
 * a size. One thread while it is made, any afterwards but for go_types.
 */

#include "probes/goruntime/reach.h"
#include "probes/goruntime/types.h"

enum object_how {
    OBJECT_HOW_NONE,
    OBJECT_HOW_HEADER,    /* the allocator wrote it there */
    OBJECT_HOW_INTERFACE, /* an interface holds it */
    OBJECT_HOW_FUNCTION,  /* begins with the address of code: a closure */
    OBJECT_HOW_FIELD,     /* the type of what points to it says so */
};

struct object_types;

/* All are borrowed. NULL with error (TOO_LARGE) without room. Free with object_types_free. */
struct object_types *object_types_new(struct go_runtime *runtime, struct go_types *types,
                                      const struct objects *objects, GError **error);
void object_types_free(struct object_types *ot);
/* A reach_see_pair: what variables and stacks say. */
void object_types_see_pair(uint64_t first, uint64_t second, void *object_types);
/* Everything that is reached, with what was seen before. */
void object_types_find(struct object_types *ot, const struct reach *reach);

struct object_type {
    enum object_how how;
    const struct go_type *type; /* NULL: none */
    bool is_array;              /* as many values of it as there is room for */
    const char *function;       /* of a closure */
};
struct object_type object_types_at(const struct object_types *ot, uint32_t slot);
/* "*main.adapter", "[]*os.File", "map[string]int", "func main.f", "512 B". g_free it. */
char *object_types_name(const struct object_types *ot, uint32_t slot);

#endif
