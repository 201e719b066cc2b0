#ifndef SIDESCOPE_PROBES_RECORD_TABLE_H
#define SIDESCOPE_PROBES_RECORD_TABLE_H

/* Words to write the table of a record with, for the files of probes alone. */

#include "probes/record.h"

#include <stddef.h>

G_STATIC_ASSERT(sizeof(size_t) == sizeof(uint64_t));
G_STATIC_ASSERT(sizeof(pid_t) == sizeof(int));

#define AS(of_kind, of, member, as, in)                                                            \
    {                                                                                              \
        .name = (as), .offset = offsetof(struct of, member), .kind = RECORD_##of_kind,             \
        .unit = RECORD_##in                                                                        \
    }
#define MEMBER(of_kind, of, member, in) AS(of_kind, of, member, #member, in)
#define PLAIN(of_kind, of, member) AS(of_kind, of, member, #member, NO_UNIT)
#define BYTES(of, member) MEMBER(INT64, of, member, BYTES)
#define COUNT(of, member) MEMBER(INT64, of, member, COUNT)
#define LETTER(of, member, none)                                                                   \
    {                                                                                              \
        .name = #member, .offset = offsetof(struct of, member), .kind = RECORD_CHAR,               \
        .unknown = (none)                                                                          \
    }
#define NAMED(of, member, names, count)                                                            \
    {                                                                                              \
        .name = #member, .offset = offsetof(struct of, member), .kind = RECORD_NAME,               \
        .value_name = (names), .n = (count)                                                        \
    }
#define WALKED(of_kind, of, member, in)                                                            \
    {                                                                                              \
        .name = #member, .offset = offsetof(struct of, member), .kind = RECORD_##of_kind,          \
        .unit = RECORD_##in, .walked = true                                                        \
    }
#define RECORD(table, of)                                                                          \
    {                                                                                              \
        table, G_N_ELEMENTS(table), sizeof(struct of)                                              \
    }

#endif
