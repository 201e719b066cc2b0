#ifndef SIDESCOPE_TESTS_SUPPORT_KEEP_GOING_H
#define SIDESCOPE_TESTS_SUPPORT_KEEP_GOING_H

#include <glib.h>

/* g_test_init for a table whose rows all count, whatever those before were. The arguments that the
 * test library may look at until the end; free with g_free. */
static inline char **keep_going_init(int argc, char **argv)
{
    static char keep_going[] = "--keep-going";
    char **all = g_new0(char *, (gsize)argc + 2);
    char **rest = all;

    for (int i = 0; i < argc; i++)
        all[i] = argv[i];
    all[argc++] = keep_going;
    g_test_init(&argc, &rest, NULL);
    return all;
}

#endif
