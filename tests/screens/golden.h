#ifndef SIDESCOPE_TESTS_SCREENS_GOLDEN_H
#define SIDESCOPE_TESTS_SCREENS_GOLDEN_H

/* Whole screens as text, kept in golden/NAME.txt. */

/* Fails the test when text is not what the file has; with SIDESCOPE_UPDATE_GOLDEN=1 in the
 * environment the file is written instead: look at the difference before keeping it. */
void golden_compare(const char *name, const char *text);

#endif
