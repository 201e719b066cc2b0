#ifndef SIDESCOPE_TESTS_PROBES_RECORDINGS_H
#define SIDESCOPE_TESTS_PROBES_RECORDINGS_H

/* Outputs recorded elsewhere, which are not part of the project. */

#include <glib.h>

/* Text of a file below the samples; NULL, and the test is skipped, when it is not there. */
static inline char *recording_read(const char *name)
{
    g_autofree char *path = g_build_filename(SIDESCOPE_SAMPLES_DIR, name, NULL);
    char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        g_test_skip("the recorded outputs are not on this machine");
    return text;
}

#endif
