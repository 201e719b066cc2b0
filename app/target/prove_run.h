#ifndef SIDESCOPE_APP_TARGET_PROVE_RUN_H
#define SIDESCOPE_APP_TARGET_PROVE_RUN_H

/*
 * Looking for goroutines that nothing can wake, in the memory of a target, beside the main
 * loop. What it finds, or why it found nothing, goes to the marks of the target
 * (probes/leak_marks.h): the next reading of goroutines has it. Main loop's thread.
 */

#include "probes/target.h"

#include <glib.h>

struct prove_run;

/* Begins; done is called once when it is over, unless it was freed before. */
struct prove_run *prove_run_start(const struct target *target, void (*done)(void *user),
                                  void *user);
/* Ends it when it is under way; does not wait. NULL accepted. */
void prove_run_free(struct prove_run *run);
bool prove_run_over(const struct prove_run *run);
/* Appends "looking for leaked goroutines: following pointers (4 of 18)". */
void prove_run_say(const struct prove_run *run, GString *out);

#endif
