/*
 * The rows of options.h: OPTION(ID, members of struct option). An option is a row here and who asks
 * for config_value(OPTION_ID): file, options screen, flags, manual and completions come of it. The
 * intervals are rows of probes/kinds.h. The flag of OPTION_SOURCE is every watching command's:
 * ATTACH_ENTRIES of target/attach.h. Read several times, each time with another OPTION; only
 * options.c looks at what stands behind the first comma.
 */

OPTION(THEME, .group = dashboard, .key = "theme", .title = "theme", .kind = OPTION_WORD,
       .words = theme_names, .flags = OPTION_FLAGS_LOOK, .flag = "theme", .argument = "NAME",
       .help = "the look: dark, light, or safe, readable with any colour vision",
       .more = "Not chosen: light where the terminal says that its ground is light, else dark.")
OPTION(GLYPHS, .group = dashboard, .key = "glyphs", .title = "glyphs", .kind = OPTION_WORD,
       .words = glyph_names, .flags = OPTION_FLAGS_LOOK, .flag = "ascii", .stands = "ascii",
       .help = "what charts and frames are drawn with",
       .more = "On a Linux console ascii unless another is chosen.")
OPTION(MOUSE, .group = dashboard, .key = "mouse", .title = "mouse", .kind = OPTION_SWITCH,
       .usual = 1, .flags = OPTION_FLAGS_LOOK, .flag = "no-mouse", .stands = "false",
       .help = "the mouse is used; without it selecting text is the terminal's", .more = "")
OPTION(SOURCE, .group = dashboard, .key = "source", .title = "source", .kind = OPTION_WORD,
       .words = target_source_names, .flag = "source", .argument = "NAME",
       .help = "what goroutines, heap and CPU are read from",
       .more = "auto: of what there is, what disturbs the target least; pprof: "
               "its server; memory: its memory and, for CPU, the kernel.")
OPTION(REMEMBER, .group = dashboard, .key = "remember", .title = "remember", .kind = OPTION_SWITCH,
       .usual = 1, .flags = OPTION_FLAGS_LOOK, .flag = "no-remember", .stands = "false",
       .help = "keeps what is seen for the next look at the same process",
       .more = "A recording below $XDG_STATE_HOME/sidescope/recordings, readable by the user "
               "only: attached again, charts, trends, marks and growth reach back to the first "
               "look.",
       .later = true)
OPTION(REMEMBER_SIZE, .group = dashboard, .key = "remember-size", .title = "remember at most",
       .kind = OPTION_NUMBER, .usual = 64, .min = 1, .max = 1 << 20, .unit = "MiB",
       .help = "how large that recording may become; the oldest detail goes first",
       .more = "All recordings together take four times that at most: those of ended processes "
               "go.",
       .later = true)
OPTION(OBSERVE_LESS, .group = dashboard, .key = "observe-less", .title = "observe less",
       .kind = OPTION_SWITCH, .help = "a quarter of the time that probes may otherwise take",
       .more = "", .later = true)
OPTION(BELL, .group = dashboard, .key = "bell", .title = "bell", .kind = OPTION_SWITCH,
       .flags = OPTION_FLAGS_ALERT, .flag = "bell", .stands = "true",
       .help = "rings the terminal's bell at an alert", .more = "")
OPTION(NOTIFICATIONS, .group = dashboard, .key = "notifications", .title = "notifications",
       .kind = OPTION_WORD, .words = notification_form_names, .flags = OPTION_FLAGS_ALERT,
       .flag = "notify", .without = "auto", .argument = "FORM",
       .help = "on the desktop, by way of the terminal, at an alert",
       .more = "By OSC 9, 777 or 99; in tmux its option allow-passthrough "
               "has to be on.")
OPTION(EXEC, .group = dashboard, .key = "exec", .title = "command", .kind = OPTION_COMMAND,
       .flags = OPTION_FLAGS_ALERT, .flag = "exec", .argument = "COMMAND",
       .help = "run at an alert, no shell, SIDESCOPE_EVENT, _SEVERITY, _TEXT, ... in "
               "its environment",
       .more = "", .later = true)
OPTION(CAPTURE, .group = dashboard, .key = "capture-on-alarm", .title = "capture on alarm",
       .kind = OPTION_SWITCH, .flags = OPTION_FLAGS_ALERT, .flag = "capture-on-alarm",
       .stands = "true", .help = "takes every profile and dump at the first alarm of severity bad",
       .more = "", .later = true)
OPTION(EVENTS, .kind = OPTION_SWITCH, .flags = OPTION_FLAGS_ALERT, .flag = "events",
       .stands = "true", .help = "a line per event on standard error", .more = "")

#undef OPTION
