#ifndef SIDESCOPE_TESTS_SUPPORT_GO_TOOL_H
#define SIDESCOPE_TESTS_SUPPORT_GO_TOOL_H

/* go tool pprof, to compare with. go: path of the go program. Any thread. */

/* Path of the pprof program, built if need be; NULL when there is none. Free with g_free. */
char *go_tool_find(const char *go);

/*
 * What it prints for args (NULL-terminated) in dir (NULL: here), times in UTC.
 * NULL when it refuses. Free with g_free.
 */
char *go_tool_run(const char *tool, const char *const *args, const char *dir);

#endif
