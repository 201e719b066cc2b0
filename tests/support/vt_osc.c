#include "tests/support/vt_osc.h"

#include <string.h>

static const char introducer[] = "\033]52;c;";

static void match_introducer(struct vt_osc *osc, char byte)
{
    if (byte != introducer[osc->matched])
        osc->matched = 0;
    if (byte == introducer[osc->matched])
        osc->matched++;
    if (osc->matched < strlen(introducer))
        return;
    osc->matched = 0;
    osc->encoded = g_string_new(NULL);
}

char *vt_osc_feed(struct vt_osc *osc, char byte)
{
    gsize length;
    guchar *bytes;
    char *text;

    if (osc->encoded == NULL) {
        match_introducer(osc, byte);
        return NULL;
    }
    if (byte != '\a' && byte != '\033') {
        g_string_append_c(osc->encoded, byte);
        return NULL;
    }
    bytes = g_base64_decode(osc->encoded->str, &length);
    text = g_strndup((const char *)bytes, length);
    g_free(bytes);
    vt_osc_clear(osc);
    return text;
}

void vt_osc_clear(struct vt_osc *osc)
{
    if (osc->encoded != NULL)
        g_string_free(osc->encoded, TRUE);
    osc->encoded = NULL;
}
