#ifndef SIDESCOPE_PROBES_GORUNTIME_IMAGE_H
#define SIDESCOPE_PROBES_GORUNTIME_IMAGE_H

/*
 * Memory that was read once and kept: for tests, fuzzing and replay. A recorder
 * stands before another memory and keeps all that passes; what it kept is saved
 * with the program it belongs to and read again as a memory of its own.
 *
 * File format, little-endian: "SSGOIMG1"; u32 number of properties, each two
 * texts (u32 length, bytes); u32 number of ranges, each u64 address, u64 n and n
 * bytes. A property "writable" for each area that the process could write to ("BEGIN END",
 * hexadecimal), when the recorder was asked for them; without the stack that the program began
 * on, which has its arguments and environment. Bytes that were read twice are kept as they were at
 * first. The whole may be in one gzip member. One thread per object.
 */

#include "probes/goruntime/memory.h"
#include "probes/goruntime/program.h"

/* A memory that passes every read on to source, which it owns, and keeps it. */
struct memory *image_recorder_new(struct memory *source);
/*
 * What a recorder kept and of which program, as the bytes of a file (gzip).
 * now_ns: clock at the time of recording, given back by image_now.
 */
GBytes *image_save(const struct memory *recorder, const struct program *program, int64_t now_ns);

/*
 * A recorded image as a memory: only what was recorded can be read. NULL with
 * error (MISMATCH, TOO_LARGE) when data is none. data is not needed afterwards.
 */
struct memory *image_load(const void *data, size_t n, GError **error);
/* The program of an image, owned by it. */
const struct program *image_program(const struct memory *image);
/* CLOCK_MONOTONIC of the target when it was recorded, ns. */
int64_t image_now(const struct memory *image);

#endif
