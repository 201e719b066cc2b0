#include "app/doctor/doctor.h"

#include "app/ground/tools.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_COLS = 80, USUAL_LINES = 24 };

static void check_term(struct doctor *doctor)
{
    const char *term = g_getenv("TERM"), *colour = g_getenv("COLORTERM");
    bool plain = term == NULL || *term == '\0' || strcmp(term, "dumb") == 0;
    bool colours = !plain && (strstr(term, "256") != NULL || strstr(term, "direct") != NULL ||
                              (colour != NULL && *colour != '\0'));
    g_autofree char *found =
        g_strdup_printf("TERM=%s%s%s", term != NULL ? term : "",
                        colour != NULL ? " COLORTERM=" : "", colour != NULL ? colour : "");

    doctor_add(doctor, &(struct doctor_words){
                           .id = "term",
                           .title = "terminal",
                           .state = plain     ? DOCTOR_MISSING
                                    : colours ? DOCTOR_OK
                                              : DOCTOR_LIMITED,
                           .found = found,
                           .consequence = plain ? "the dashboard needs a terminal; triage does not"
                                                : "fewer than 256 colours are drawn",
                           .fix = "export TERM=xterm-256color"});
}

static void check_size(struct doctor *doctor)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
        doctor_add(doctor, &(struct doctor_words){
                               .id = "size",
                               .title = "size",
                               .found = "standard output is no terminal: nothing to measure"});
        return;
    }
    bool fits = size.ws_col >= USUAL_COLS && size.ws_row >= USUAL_LINES;
    g_autofree char *found = g_strdup_printf("%dx%d", size.ws_col, size.ws_row);

    doctor_add(doctor, &(struct doctor_words){.id = "size",
                                              .title = "size",
                                              .state = fits ? DOCTOR_OK : DOCTOR_LIMITED,
                                              .found = found,
                                              .consequence = "below 80x24 panes lose columns",
                                              .fix = "a larger window"});
}

void doctor_check_terminal(struct doctor *doctor)
{
    check_term(doctor);
    check_size(doctor);
    const char *charset;
    bool utf8 = g_get_charset(&charset);

    doctor_add(doctor, &(struct doctor_words){.id = "locale",
                                              .title = "UTF-8",
                                              .state = utf8 ? DOCTOR_OK : DOCTOR_LIMITED,
                                              .found = charset,
                                              .consequence = "lines and charts are drawn in ASCII",
                                              .fix = "export LC_ALL=C.UTF-8"});
    /* Copying goes through the terminal (OSC 52); tmux passes it on only when it is told to. */
    static const char *const argv[] = {"tmux", "show-options", "-sv", "set-clipboard", NULL};
    g_autofree char *value = g_getenv("TMUX") != NULL ? tools_first_line(argv) : NULL;
    bool off = value != NULL && strcmp(value, "off") == 0;
    g_autofree char *found = value != NULL ? g_strdup_printf("tmux, set-clipboard %s", value)
                                           : g_strdup("copied by OSC 52, where the terminal does");

    doctor_add(doctor, &(struct doctor_words){.id = "clipboard",
                                              .title = "clipboard",
                                              .state = off ? DOCTOR_LIMITED : DOCTOR_OK,
                                              .found = found,
                                              .consequence = "y copies to nowhere",
                                              .fix = "tmux set-option -s set-clipboard on"});
}
