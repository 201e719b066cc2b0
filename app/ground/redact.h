#ifndef SIDESCOPE_APP_GROUND_REDACT_H
#define SIDESCOPE_APP_GROUND_REDACT_H

/*
 * Takes who and where out of what leaves this machine: home directories become
 * "~", user names "USER", host names "HOST", in all of a report's files the
 * same. Letters of either case fit, so that a name in a host's or a macOS
 * folder's spelling goes as well. A name of REDACT_MIN_PART letters or more goes
 * wherever its letters stand; a shorter one, and "root", only as a word of its
 * own: "go" would leave no word of a Go program. Pure after redact_add_account;
 * any thread.
 */

#include "pprof/profile.h"

#include <glib.h>
#include <json-glib/json-glib.h>
#include <sys/types.h>

enum { REDACT_MIN_PART = 4 };

struct redact;

/* Hides nothing until something is added. */
struct redact *redact_new(void);
struct redact *redact_ref(struct redact *redact);
void redact_unref(struct redact *redact);
typedef struct redact redact_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(redact_auto, redact_unref)

/* Empty strings, "/" as a home and "localhost" are not taken. */
void redact_add_home(struct redact *redact, const char *path);
void redact_add_user(struct redact *redact, const char *name);
/* Its first label as well: "box" of "box.example.org". Addresses in digits stay. */
void redact_add_host(struct redact *redact, const char *name);

/* Home and name of an account, and everything the environment and the system say of us and of
 * this machine. Asks the user database, which may wait. */
void redact_add_account(struct redact *redact, uid_t uid);
void redact_add_ourselves(struct redact *redact);

/* Text without those. redact NULL: a copy. NULL gives NULL. Free with g_free. */
char *redact_text(const struct redact *redact, const char *text);
/* The same of bytes that may hold NULs; a new reference, which may be to the same bytes. */
GBytes *redact_bytes(const struct redact *redact, GBytes *bytes);
/* All strings of a document, in place, those kept as bytes_base64 (app/ground/json.h) too. */
void redact_json(const struct redact *redact, JsonNode *node);
/* The profile as a file with its names redacted. NULL with error (PROFILE_ERROR). */
GByteArray *redact_profile(const struct redact *redact, const struct profile *profile,
                           GError **error);

#endif
