#include "probes/secrets.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

static bool keeps;

/* --- what gives one away --- */

/* Parts of a name, in small letters and digits alone, whose value is a secret. */
static const char *const secret_names[] = {
    "password",   "passwd",    "passphrase", "pwd",        "secret",        "token",
    "apikey",     "accesskey", "privatekey", "signingkey", "encryptionkey", "authorization",
    "credential", "cookie",    "sessionid",  "bearer",     "dsn",           "connectionstring",
};
/* Ends of such a name that say where one is kept, or how many there may be. */
static const char *const harmless_ends[] = {"file",  "path", "dir", "tokens",
                                            "limit", "name", "ttl"};

/* How tokens of known makers begin, and how many characters at least follow. */
static const struct maker {
    const char *begin;
    size_t follow;
} makers[] = {
    {"ghp_", 20},        {"gho_", 20},     {"ghu_", 20},  {"ghs_", 20},    {"ghr_", 20},
    {"github_pat_", 20}, {"glpat-", 16},   {"xoxb-", 10}, {"xoxa-", 10},   {"xoxp-", 10},
    {"xoxr-", 10},       {"xoxs-", 10},    {"xapp-", 10}, {"sk-", 16},     {"sk_live_", 10},
    {"sk_test_", 10},    {"rk_live_", 10}, {"AKIA", 16},  {"ASIA", 16},    {"AIza", 30},
    {"ya29.", 16},       {"npm_", 30},     {"hf_", 20},   {"dop_v1_", 30}, {"hvs.", 16},
    {"eyJ", 20},         {"lin_api_", 16}, {"pypi-", 16}, {"SG.", 20},
};

static const char *const schemes[] = {"Bearer", "Basic", "Token", "Digest"};

/* Longer ones of mixed letters and digits are made by chance, not by people. */
enum { CHANCE_LEAST = 32 };

/* --- words --- */

static size_t token_length(const char *text)
{
    size_t n = 0;

    while (text[n] != '\0' && (g_ascii_isalnum(text[n]) || strchr("_-.+/=~", text[n]) != NULL))
        n++;
    return n;
}

static bool is_secret_name(const char *text, size_t n)
{
    g_autoptr(GString) plain = g_string_new(NULL);

    for (size_t i = 0; i < n; i++)
        if (g_ascii_isalnum(text[i]))
            g_string_append_c(plain, g_ascii_tolower(text[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(harmless_ends); i++)
        if (g_str_has_suffix(plain->str, harmless_ends[i]))
            return false;
    for (size_t i = 0; i < G_N_ELEMENTS(secret_names); i++)
        if (strstr(plain->str, secret_names[i]) != NULL)
            return true;
    return false;
}

/* May a value end before text? A blank ends it, a quote only where one closes, and the next
 * variable of a query; a password may have quotes and ampersands within. */
static bool ends_value(const char *text)
{
    if (*text == '&')
        return g_ascii_isalpha(text[1]);
    if (*text == '"' || *text == '\'')
        return strchr(" \t\n,;:)]}", text[1]) != NULL;
    return strchr(" \t\n", *text) != NULL;
}

/* To the end of the word; what stands in the quotes it begins with is part of it. */
static size_t value_length(const char *text)
{
    const char *quoted = *text == '"' || *text == '\'' ? strchr(text + 1, *text) : NULL;
    const char *end = quoted != NULL ? quoted + 1 : text;

    if (g_str_has_prefix(text, SECRETS_HIDDEN))
        return strlen(SECRETS_HIDDEN); /* already: what follows was left for a reason */
    if (quoted != NULL && ends_value(quoted))
        return (size_t)(end - text);
    while (!ends_value(end))
        end++;
    return (size_t)(end - text);
}

/* "Bearer " and its like at the beginning: what they announce is the secret. */
static size_t scheme_length(const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
        size_t n = strlen(schemes[i]);

        if (g_ascii_strncasecmp(text, schemes[i], n) == 0 && text[n] == ' ')
            return n + 1;
    }
    return 0;
}

/* --- secrets at a place: how many bytes are kept before one, and how long it is --- */

struct found {
    size_t keep, hide; /* hide 0: none */
};

static struct found after_name(const char *text, size_t n)
{
    size_t at = n;
    bool option = text[0] == '-';

    if (text[at] == '"' || text[at] == '\'')
        at++;
    if (text[at] == '=')
        at++;
    else if (text[at] == ':' && (text[at + 1] == ' ' || text[at + 1] == '"'))
        at += text[at + 1] == ' ' ? 2 : 1;
    else if (option && at == n && text[at] == ' ' && text[at + 1] != '-')
        at++;
    else
        return (struct found){0};
    at += scheme_length(text + at);
    return (struct found){at, value_length(text + at)};
}

static struct found at_name(const char *text)
{
    size_t n = 0;

    while (g_ascii_isalnum(text[n]) || text[n] == '_' || text[n] == '-' || text[n] == '.')
        n++;
    return n > 0 && is_secret_name(text, n) ? after_name(text, n) : (struct found){0};
}

static struct found at_scheme(const char *text)
{
    enum { LEAST = 8 };
    size_t keep = scheme_length(text), n = keep > 0 ? token_length(text + keep) : 0;

    return n >= LEAST ? (struct found){keep, n} : (struct found){0};
}

/* "://user:password@" */
static struct found at_url(const char *text)
{
    size_t n = strncmp(text, "://", 3) == 0 ? strcspn(text + 3, "/ \t\n\"'?#@") : 0;

    return n > 0 && text[3 + n] == '@' ? (struct found){3, n} : (struct found){0};
}

static struct found of_maker(const char *text)
{
    size_t n = token_length(text);

    for (size_t i = 0; i < G_N_ELEMENTS(makers); i++)
        if (g_str_has_prefix(text, makers[i].begin) &&
            n >= strlen(makers[i].begin) + makers[i].follow)
            return (struct found){0, n};
    return (struct found){0};
}

/* Letters of both kinds and digits; sums in hexadecimal, paths and names of people have not all. */
static struct found of_chance(const char *text)
{
    size_t n = 0, digits = 0, small = 0, large = 0;

    for (; g_ascii_isalnum(text[n]) || strchr("_-+=", text[n] != '\0' ? text[n] : ' '); n++) {
        digits += g_ascii_isdigit(text[n]);
        small += g_ascii_islower(text[n]);
        large += g_ascii_isupper(text[n]);
    }
    bool mixed = digits >= 4 && small >= 4 && large >= 4;

    return n >= CHANCE_LEAST && mixed ? (struct found){0, n} : (struct found){0};
}

char *secrets_hide(const char *command)
{
    if (command == NULL || keeps)
        return g_strdup(command);
    GString *out = g_string_new(NULL);
    bool begins = true;

    for (const char *at = command; *at != '\0';) {
        static struct found (*const of_words[])(const char *) = {at_name, at_scheme, of_maker,
                                                                 of_chance};
        struct found found = at_url(at);

        for (size_t i = 0; i < G_N_ELEMENTS(of_words) && begins && found.hide == 0; i++)
            found = of_words[i](at);
        if (found.hide > 0) {
            g_string_append_len(out, at, (gssize)found.keep);
            g_string_append(out, SECRETS_HIDDEN);
            at += found.keep + found.hide;
            begins = true;
        } else {
            begins = !g_ascii_isalnum(*at) && strchr("_-.", *at) == NULL;
            g_string_append_c(out, *at++);
        }
    }
    return g_string_free(out, FALSE);
}

void secrets_keep(void)
{
    keeps = true;
}
