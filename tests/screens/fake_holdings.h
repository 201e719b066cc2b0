#ifndef SIDESCOPE_TESTS_SCREENS_FAKE_HOLDINGS_H
#define SIDESCOPE_TESTS_SCREENS_FAKE_HOLDINGS_H

/* Who holds memory and files, made by hand. */

#include "probes/goruntime/holdings.h"

/* One reference; of two looks the later one (grown) holds more. */
struct holdings *fake_holdings_new(bool grown);

#endif
