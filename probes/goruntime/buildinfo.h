#ifndef SIDESCOPE_PROBES_GORUNTIME_BUILDINFO_H
#define SIDESCOPE_PROBES_GORUNTIME_BUILDINFO_H

/*
 * Which Go built a program: the block in the .go.buildinfo section of its file,
 * or at the beginning of its data where the sections were removed (facts 1;
 * debug/buildinfo of Go). Any thread.
 */

#include "probes/goruntime/elf.h"

/*
 * "go1.26.8", "go1.26.8 X:rangefunc", "" for a version that is no text, NULL when
 * there is no such block. g_free it.
 */
char *buildinfo_version_of(const struct elf_file *file);
/* The same for an open file of any kind. */
char *buildinfo_read(int fd);
/*
 * The modules it was made of, a line for each as `go version -m` prints them
 * ("mod\tPATH\tVERSION\tSUM", "dep\t…"). NULL when the file does not tell, as
 * before Go 1.18. g_free it.
 */
char *buildinfo_modules(int fd);
/*
 * Of such lines: the version of the module path ("v1.3.0"), path NULL: the main
 * one, whose path goes to *ret_path (or NULL). Free both. NULL when it is not
 * among them or has none: "(devel)" is none.
 */
char *buildinfo_module_version(const char *modules, const char *path, char **ret_path);
/* 26 for "go1.26.8" and "devel go1.26-…"; 0 when it cannot be told. */
int buildinfo_minor(const char *version);

#endif
