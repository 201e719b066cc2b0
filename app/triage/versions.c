#include "app/triage/versions.h"

#include <glib.h>

enum { N_NUMBERS = 3 };

struct version {
    guint64 numbers[N_NUMBERS];
    bool before; /* a pre-release, or a commit before that version */
};

static bool parse(const char *text, struct version *ret)
{
    const char *p = text != NULL && *text == 'v' ? text + 1 : "";

    for (int i = 0; i < N_NUMBERS; i++) {
        char *end = NULL;

        if (!g_ascii_isdigit(*p) || (i > 0 && p[-1] != '.'))
            return false;
        ret->numbers[i] = g_ascii_strtoull(p, &end, 10);
        p = i + 1 < N_NUMBERS && *end != '\0' ? end + 1 : end;
    }
    ret->before = *p == '-';
    return *p == '\0' || *p == '-' || *p == '+';
}

bool versions_compare(const char *a, const char *b, int *ret)
{
    struct version x, y;

    if (!parse(a, &x) || !parse(b, &y))
        return false;
    *ret = 0;
    for (int i = 0; i < N_NUMBERS && *ret == 0; i++)
        *ret = (x.numbers[i] > y.numbers[i]) - (x.numbers[i] < y.numbers[i]);
    if (*ret == 0)
        *ret = (int)y.before - (int)x.before;
    return true;
}
