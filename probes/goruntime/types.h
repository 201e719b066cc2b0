#ifndef SIDESCOPE_PROBES_GORUNTIME_TYPES_H
#define SIDESCOPE_PROBES_GORUNTIME_TYPES_H

/*
 * The type descriptors of a program (internal/abi/type.go): they are there in a
 * stripped one too, since interfaces and the collector need them. Read through a
 * cache and kept; one thread.
 */

#include "probes/goruntime/runtime.h"

/* reflect.Kind */
enum go_kind {
    GO_KIND_BOOL = 1,
    GO_KIND_ARRAY = 17,
    GO_KIND_CHAN = 18,
    GO_KIND_FUNC = 19,
    GO_KIND_INTERFACE = 20,
    GO_KIND_MAP = 21,
    GO_KIND_POINTER = 22,
    GO_KIND_SLICE = 23,
    GO_KIND_STRING = 24,
    GO_KIND_STRUCT = 25,
    GO_KIND_UNSAFE_POINTER = 26,
};

struct go_field {
    const char *name;
    uint64_t type; /* address of its descriptor */
    uint64_t offset;
};

struct go_type {
    uint64_t address;
    const char *name; /* "*main.adapter"; NULL: there is no type at that address */
    uint64_t size;
    uint64_t pointer_bytes; /* how far into it there may be pointers; 0: none */
    enum go_kind kind;
    bool is_direct; /* stored in an interface as it is */
    uint64_t elem;  /* of pointer, slice, array, chan, map; 0: none */
    uint64_t table; /* of a map: the struct that holds keys and values */
    uint64_t n;     /* elements of an array */
    const struct go_field *fields;
    size_t n_fields;
};

struct go_types;

/* runtime is borrowed. Free with go_types_free. */
struct go_types *go_types_new(struct go_runtime *runtime);
void go_types_free(struct go_types *types);

/* Never NULL; its name is NULL when there is no type. */
const struct go_type *go_types_at(struct go_types *types, uint64_t address);
/* The type in the first word of an interface: a descriptor or an itab. 0: it is neither. */
uint64_t go_types_of_interface(struct go_types *types, uint64_t word);

/*
 * What is at an offset of a value: the innermost type, and the way there appended
 * to path (".files[3].name", may be NULL); *ret_rest is where in it.
 */
const struct go_type *go_types_inside(struct go_types *types, const struct go_type *type,
                                      uint64_t offset, GString *path, uint64_t *ret_rest);

/* Looks through the program for all of them, once; some ms. */
void go_types_scan(struct go_types *types);
/* After that: by name ("os.file"), 0 when there is none. */
uint64_t go_types_named(struct go_types *types, const char *name);
/* After that: the map type whose keys and values are held by a struct of this type, or 0. */
uint64_t go_types_map_of(struct go_types *types, uint64_t table);
/* After that: structs whose values take a slot of this many bytes (const struct go_type *). */
const GPtrArray *go_types_of_slot(struct go_types *types, uint64_t slot_bytes);

#endif
