# Darwin's ps about one process: every row is played, of all that it may be asked.

function numbers() {
    printf "%5s %5s %5s %-4s %-28s %8s %9s %5s %6s %8s\n", "PID", "PPID", "UID", "STAT", "STARTED",
        "ELAPSED", "TIME", "%CPU", "RSS", "VSZ"
    printf "%5d %5d %5d %-4s %-28s %8s %9s %5.1f %6d %8d\n", ENVIRON["PLAY_PID"], 401,
        ENVIRON["PLAY_UID"], "S+", "Wed Nov 25 12:37:52 2026", "01:02:03",
        sprintf("0:%05.2f", 4.2 + ENVIRON["PLAY_T"] / 50), 1.5, at(ENVIRON["PLAY_RSS"]), 41932195
}

function threads(    i) {
    print "USER         PID   TT   %CPU STAT PRI     STIME     UTIME COMMAND"
    printf "pablocurty %5d s002    1.5 S    31T   0:00.20   0:04.09 %s\n", ENVIRON["PLAY_PID"],
        ENVIRON["PLAY_PROGRAM"]
    for (i = 1; i < 14; i++)
        printf "           %5d         0.0 S    31T   0:00.02   0:00.00 \n", ENVIRON["PLAY_PID"]
}

BEGIN {
    asked = " " ENVIRON["PLAY_ASKED"] " "
    if (asked ~ / -M /) {
        threads()
    } else if (asked ~ / (comm|args) /) {
        printf "%5s %s\n", "PID", asked ~ / comm / ? "COMM" : "ARGS"
        printf "%5d %s\n", ENVIRON["PLAY_PID"], ENVIRON["PLAY_PROGRAM"]
    } else {
        numbers()
    }
    # what Linux asks for and Darwin does not know: the rest is printed all the same
    if (asked ~ / nlwp /) {
        print "ps: nlwp: keyword not found" > "/dev/stderr"
        exit 1
    }
}
