#ifndef SIDESCOPE_PROBES_SECRETS_H
#define SIDESCOPE_PROBES_SECRETS_H

/*
 * Takes out of a command line what looks like a secret: values of options and
 * variables that say so ("--api-key x", "DB_PASSWORD=x", "Authorization: Bearer
 * x"), user and password of URLs, tokens known by how they begin, and long
 * words that only chance can have made. What looks like one and is none goes as
 * well: who needs it asks for it (--keep). Command lines of other processes than
 * the target's are hidden where they are read, so that no sample has them; the
 * target's own is searched for words, and hidden where it is shown or written.
 * Any thread.
 */

/* Each secret becomes SECRETS_HIDDEN. Bytes stay as they are otherwise. NULL gives NULL. Free with
 * g_free. */
#define SECRETS_HIDDEN "[hidden]"
char *secrets_hide(const char *command);

/* From now on secrets_hide hides nothing. For the program's start, before there are threads. */
void secrets_keep(void);

#endif
