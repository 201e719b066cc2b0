#ifndef SIDESCOPE_APP_REPORT_REPORT_OUTPUT_H
#define SIDESCOPE_APP_REPORT_REPORT_OUTPUT_H

/* A report in one of its forms, and as a file. Waits for the disk. */

#include "app/report/report_content.h"

enum report_form { REPORT_TEXT, REPORT_MARKDOWN, REPORT_JSON };

/* Of a file's extension: .md .markdown .json .txt; false with a sentence for any other. */
bool report_form_of(const char *path, enum report_form *ret, GError **error);
/* Free with g_free. */
char *report_in_form(const struct report_content *content, enum report_form form, bool unicode);
/* As a whole or not at all; replace false: an existing file is left alone, and the sentence says
 * so. */
bool report_write(const struct report_content *content, const char *path, bool replace,
                  GError **error);

#endif
