#ifndef SIDESCOPE_PPROF_GRAPH_NAMES_H
#define SIDESCOPE_PPROF_GRAPH_NAMES_H

/* What a node is called and what makes it one node. Private to pprof/graph. */

#include "pprof/graph.h"

/* Fills name_of_function, file_of_function and object_of_mapping. */
void graph_intern_names(struct graph *graph);
/* line NULL: a location without lines. */
void graph_key_init(struct graph_key *key, const struct graph *graph,
                    const struct profile_location *location, const struct profile_line *line);
const char *graph_printed_name(struct store *arena, const struct graph_key *key);
/* Order of printed names, with what the tool does for equal ones. */
int graph_compare_names(const struct graph_node *a, const struct graph_node *b);
/* Order of last resort between nodes that print alike. */
int graph_compare_keys(const struct graph_key *a, const struct graph_key *b);

#endif
