#include "app/report/holders_text.h"

#include "widgets/number.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum {
    MAX_TYPES = 3, /* of one holder */
    MAX_LINKS = 3, /* paths of one group */
};

struct lines {
    holders_add_line *add;
    void *user;
};

static void addf(const struct lines *lines, enum holders_line line, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static void addf(const struct lines *lines, enum holders_line line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);

    va_end(args);
    lines->add(line, text, lines->user);
}

/* --- memory --- */

static int compare_growth(gconstpointer a, gconstpointer b, gpointer before)
{
    int64_t x = holders_growth(*(const struct holder *const *)a, before);
    int64_t y = holders_growth(*(const struct holder *const *)b, before);

    return (x < y) - (x > y);
}

GPtrArray *holders_in_order(const struct holders *holders, const struct holders *before)
{
    GPtrArray *order = g_ptr_array_new();

    for (guint i = 0; i < holders->holders->len; i++)
        g_ptr_array_add(order, &g_array_index(holders->holders, struct holder, i));
    if (before != NULL)
        g_ptr_array_sort_with_data(order, compare_growth, (gpointer)(uintptr_t)before);
    return order;
}

static void add_holder(const struct lines *lines, const struct holder *holder,
                       const struct holders *holders, const struct holders *before)
{
    enum { INDENT = 27, GROWTH = 10 };
    double share = 100.0 * (double)holder->bytes / (double)MAX(holders->reached_bytes, 1);
    bool is_many = holder->kind == REACH_GOROUTINE && holder->n_roots > 1;
    g_autofree char *growth =
        before != NULL
            ? g_strdup_printf(" %9s", number_bytes_signed(holders_growth(holder, before)).text)
            : g_strdup("");
    g_autofree char *many =
        is_many ? g_strdup_printf(" (%" PRIu64 " of them)", holder->n_roots) : g_strdup("");

    addf(lines, HOLDERS_LINE_ROW, "%8s %6s %9s%s  %s%s%s",
         number_bytes((int64_t)holder->bytes).text, number_percent(share).text,
         number_count((int64_t)holder->n).text, growth, holder->name, many,
         holder->is_guess ? " (a guess: the word may be dead)" : "");
    int indent = before != NULL ? INDENT + GROWTH : INDENT;
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < MIN(holder->types->len, MAX_TYPES); i++) {
        const struct holder_type *type = &g_array_index(holder->types, struct holder_type, i);

        g_string_append_printf(text, "%s%s %s", i > 0 ? ", " : "",
                               number_bytes((int64_t)type->bytes).text, type->name);
    }
    addf(lines, HOLDERS_LINE_DETAIL, "%*s%s", indent, "", text->str);
}

void holders_text(const struct holders *holders, const struct holders *before, guint most,
                  holders_add_line *add, void *user)
{
    const struct lines lines = {add, user};
    g_autoptr(GPtrArray) order = holders_in_order(holders, before);
    guint n = most > 0 ? MIN(order->len, most) : order->len;

    addf(&lines, HOLDERS_LINE_NOTE,
         "%s in %s objects are held, %s by nobody (they go with the next collection); read from "
         "memory in %s",
         number_bytes((int64_t)holders->reached_bytes).text,
         number_count((int64_t)holders->n_objects).text,
         number_bytes((int64_t)holders->unheld_bytes).text, number_seconds(holders->took_s).text);
    addf(&lines, HOLDERS_LINE_HEAD, "%8s %6s %9s%s  HELD BY", "BYTES", "SHARE", "OBJECTS",
         before != NULL ? "    GROWTH" : "");
    for (guint i = 0; i < n; i++)
        add_holder(&lines, g_ptr_array_index(order, i), holders, before);
    if (n < order->len)
        addf(&lines, HOLDERS_LINE_NOTE, "%u smaller ones are left out", order->len - n);
}

/* --- files --- */

void descriptors_text(const struct descriptors *descriptors, guint most, holders_add_line *add,
                      void *user)
{
    const struct lines lines = {add, user};
    guint n = most > 0 ? MIN(descriptors->groups->len, most) : descriptors->groups->len;

    addf(&lines, HOLDERS_LINE_NOTE,
         "%u open descriptors, held in %u ways%s; read from memory in %s", descriptors->all->len,
         descriptors->groups->len,
         descriptors->n_changed > 0 ? " (those that changed meanwhile are left out)" : "",
         number_seconds(descriptors->took_s).text);
    addf(&lines, HOLDERS_LINE_HEAD, "%6s  HELD BY", "FDS");
    for (guint i = 0; i < n; i++) {
        const struct descriptor_group *group =
            &g_array_index(descriptors->groups, struct descriptor_group, i);

        addf(&lines, HOLDERS_LINE_ROW, "%6u  %s", group->fds->len, group->text);
        for (guint j = 0; j < MIN(group->fds->len, MAX_LINKS); j++) {
            const struct descriptor *d =
                descriptors_find(descriptors, g_array_index(group->fds, int, j));
            bool says_more = d->name != NULL && strstr(d->link, d->name) == NULL;

            addf(&lines, HOLDERS_LINE_DETAIL, "        fd %d %s%s%s%s%s", d->fd, d->link,
                 says_more ? " " : "", says_more ? d->name : "", d->request != NULL ? ", " : "",
                 d->request != NULL ? d->request : "");
        }
        if (group->fds->len > MAX_LINKS)
            addf(&lines, HOLDERS_LINE_DETAIL, "        and %u more", group->fds->len - MAX_LINKS);
    }
    if (n < descriptors->groups->len)
        addf(&lines, HOLDERS_LINE_NOTE, "%u more ways are left out", descriptors->groups->len - n);
}

void descriptor_chain_text(const struct descriptor *d, holders_add_line *add, void *user)
{
    const struct lines lines = {add, user};

    if (d->state == DESCRIPTOR_NO_OBJECT) {
        addf(&lines, HOLDERS_LINE_NOTE,
             "no Go object stands for it: it was opened by C code or by a raw call");
        return;
    }
    if (d->state == DESCRIPTOR_UNHELD) {
        addf(&lines, HOLDERS_LINE_NOTE,
             "nobody that can be seen: the next collection closes it, unless a goroutine that "
             "runs holds it");
        return;
    }
    addf(&lines, HOLDERS_LINE_ROW, "%s%s", d->root,
         d->is_guess ? " (a guess: the word may be dead)" : "");
    if (d->request != NULL)
        addf(&lines, HOLDERS_LINE_ROW, "%s: %s",
             d->is_unclosed_body ? "response body not closed" : "serving", d->request);
    for (guint i = 0; i < d->chain->len; i++)
        addf(&lines, HOLDERS_LINE_DETAIL, "%*s-> %s", (int)(2 * (i + 1)), "",
             (const char *)g_ptr_array_index(d->chain, i));
}
