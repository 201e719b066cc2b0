#ifndef SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_ASK_H
#define SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_ASK_H

/*
 * What a terminal says of itself, which terminfo cannot know: TERM=xterm means
 * eight colours by its description, and every xterm has 256. Asked with
 * sequences that a terminal answers or passes over (ctlseqs: XTGETTCAP "Co",
 * OSC 4 for palette entry 255, OSC 11 for the background), then for its device
 * attributes, which all answer: with that answer the asking is over.
 */

#include <glib.h>
#include <stdbool.h>

/* A terminal that answers does so within a round trip; one that is silent is waited for so long. */
enum { TERMINAL_ASK_MS = 200 };

struct terminal_answers {
    int colours;   /* 0: not said */
    int ground;    /* 0xRRGGBB of the background; -1: not said */
    bool over;     /* all that could be said was */
    GString *keys; /* bytes that are no answers: typed meanwhile */
};

/* Whether a terminal of that TERM can be asked: consoles print what they do not know. */
bool terminal_may_be_asked(const char *type);

/* Asks on out and reads from in, the terminal, for at most TERMINAL_ASK_MS; its modes must neither
 * echo nor wait for a line. Free with terminal_answers_clear. */
void terminal_ask(int in, int out, struct terminal_answers *ret);
void terminal_answers_clear(struct terminal_answers *answers);

/* Takes the answers at the head of what was read out of it; the beginning of one that is not whole
 * stays. Pure. */
void terminal_answers_take(struct terminal_answers *answers, GString *read);

/* Is a colour so bright that dark ink must be used on it? */
bool terminal_is_light(int rgb);

#endif
