#include "app/monitor/http_head.h"

#include <glib.h>
#include <string.h>

/* Of the head without the empty line at its end, "METHOD TARGET HTTP/1.x". */
static bool parse_request_line(const char *line, struct http_head *ret)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 4);

    if (g_strv_length(words) != 3 || !g_str_has_prefix(words[2], "HTTP/1.") || words[1][0] != '/' ||
        words[0][0] == '\0')
        return false;
    size_t n = strcspn(words[1], "?#");

    ret->is_get = strcmp(words[0], "GET") == 0;
    ret->is_head = strcmp(words[0], "HEAD") == 0;
    ret->is_metrics = n == strlen("/metrics") && strncmp(words[1], "/metrics", n) == 0;
    ret->is_root = n == 1;
    return true;
}

/* "application/openmetrics-text;version=1.0.0;q=0.5, text/plain": one of them with a weight above
 * zero. Which of both a client likes better is not asked: whoever takes it understands it. */
static bool takes_openmetrics(const char *accept)
{
    g_auto(GStrv) types = g_strsplit(accept, ",", -1);

    for (size_t i = 0; types[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(types[i], ";", -1);
        double weight = 1;

        /* nothing between two commas gives no parts at all */
        if (parts[0] == NULL ||
            g_ascii_strcasecmp(g_strstrip(parts[0]), "application/openmetrics-text") != 0)
            continue;
        for (size_t k = 1; parts[k] != NULL; k++)
            if (g_str_has_prefix(g_strstrip(parts[k]), "q="))
                weight = g_ascii_strtod(parts[k] + 2, NULL);
        if (weight > 0)
            return true;
    }
    return false;
}

enum http_head_state http_head_parse(const char *bytes, size_t n, struct http_head *ret)
{
    const char *end = g_strstr_len(bytes, (gssize)n, "\r\n\r\n");

    *ret = (struct http_head){0};
    if (memchr(bytes, '\0', n) != NULL)
        return HTTP_HEAD_BAD;
    if (end == NULL)
        return n >= HTTP_HEAD_MAX_BYTES ? HTTP_HEAD_TOO_LARGE : HTTP_HEAD_INCOMPLETE;
    g_autofree char *head = g_strndup(bytes, (gsize)(end - bytes));
    g_auto(GStrv) lines = g_strsplit(head, "\r\n", -1);

    if (lines[0] == NULL || !parse_request_line(lines[0], ret))
        return HTTP_HEAD_BAD;
    for (size_t i = 1; lines[i] != NULL; i++)
        if (g_ascii_strncasecmp(lines[i], "Accept:", strlen("Accept:")) == 0)
            ret->openmetrics = ret->openmetrics || takes_openmetrics(lines[i] + strlen("Accept:"));
    return HTTP_HEAD_OK;
}
