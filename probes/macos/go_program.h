#ifndef SIDESCOPE_PROBES_MACOS_GO_PROGRAM_H
#define SIDESCOPE_PROBES_MACOS_GO_PROGRAM_H

/*
 * Which Go built a program file, Mach-O or ELF alike: the build information
 * block is found by its mark instead of by the sections of either format.
 * Answers are kept by (device, inode, size, mtime). Any thread; reads the file.
 */

/* "go1.26.8", "" for a version it does not name; NULL: not Go, or not readable. g_free. */
char *go_program_version(const char *path);

#endif
