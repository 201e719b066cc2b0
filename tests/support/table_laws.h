#ifndef SIDESCOPE_TESTS_SUPPORT_TABLE_LAWS_H
#define SIDESCOPE_TESTS_SUPPORT_TABLE_LAWS_H

/*
 * What holds for every table, whatever it lists: by each column the rows stand
 * in the order of what it shows, unknown last; each row is found by any word it
 * shows. The table is left as it was found.
 */

#include "widgets/table.h"

void table_laws(struct table *table);

#endif
