#!/usr/bin/env python3
"""Fails on an #include against the layers, of a header kept to one file, or of Linux alone.

Layers (design): pprof <- probes/goruntime <- probes <- app, widgets <- app; within app the order of APP. Kept headers: see KEPT.
Usage: check_includes.py ROOT | --self-test
"""
import os
import re
import sys

LAYERS = {
    "pprof": {"pprof"},
    "probes/goruntime": {"pprof", "probes/goruntime"},
    "probes": {"pprof", "probes/goruntime", "probes"},
    "widgets": {"widgets"},
    "app": {"pprof", "probes/goruntime", "probes", "widgets", "app"},
}
# The folders of app, each of which may use those before it and no other. Files of app itself come last.
APP = ["ground", "target", "profiles", "session", "snapshots", "triage", "lists", "recording", "report", "alerts",
       "config", "monitor", "tui/terminal", "tui/shell", "tui/views", "tui/screens", "doctor", "commands", ""]
# What a layer may use from outside, by the start of the include's name.
LIBRARIES = {
    "pprof": ("glib", "zlib.h", "protobuf-c/"),
    "probes/goruntime": ("glib", "gio/"),
    "probes": ("glib", "gio/", "curl/"),
    "widgets": ("glib", "tickit.h"),
    "app": ("glib", "gio/", "json-glib/", "tickit", "sqlite3.h"),
}
FOREIGN = re.compile(r"^(glib|gio/|zlib\.h|protobuf-c/|curl/|tickit|json-glib/|sqlite3|curses|ncurses|term\.h)")
KEPT = [
    (re.compile(r"^(ncursesw/|ncurses)?(curses\.h|term\.h|ncurses\.h)"), {"app/tui/terminal/terminal.c"}),
    (re.compile(r"^tickit-termdrv\.h$"), {"app/tui/terminal/terminal.c"}),
    (re.compile(r"^curl/"), {"probes/http_curl.h"}),
    (re.compile(r"\.pb-c\.h$"), {"pprof/decode.c", "pprof/encode.c"}),
    (re.compile(r"^sqlite3(ext)?\.h$"), {"app/recording/", "tests/unit/recording/"}),
    (re.compile(r"^tickit-evloop\.h$"), set()),
]
MOCK = re.compile(r"^tickit-mockterm\.h$")
# libtickit's own loop, timers and watches are not used anywhere.
LOOP = re.compile(r"\b(tickit_run|tickit_tick|tickit_watch_\w+|tickit_new_stdtty|tickit_build)\s*\(")
# Its cache is written without a lock, and errors are made on several threads at once.
QUARK = re.compile(r"\bG_DEFINE_QUARK\b")
# TSan does not see how GLib counts the owners of these: app/ground/shared.h does the same.
COUNTED = re.compile(r"\bg_(atomic_rc_box|atomic_ref_count)_\w+\s*\(")
# What macOS has not: kept to where procfs is, or behind the preprocessor.
LINUX_HEADER = re.compile(
    r"^(linux/|elf\.h$|malloc\.h$|sys/(epoll|eventfd|inotify|prctl|signalfd|timerfd|syscall|sendfile|sysinfo)\.h$)")
LINUX_WORD = re.compile(
    r"\b(memfd_create|memrchr|rawmemchr|strchrnul|pipe2|accept4|SOCK_CLOEXEC|SOCK_NONBLOCK|CLOCK_BOOTTIME"
    r"|st_mtim|st_ctim|st_atim|gettid|close_range|prctl|eventfd|epoll_\w+|inotify_init\w*|secure_getenv)\b(?=\s*[(;,)|]|\.)")
CONDITION = re.compile(r"^\s*#\s*(if|ifdef|ifndef|else|elif|endif)\b(.*)")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def is_allowed(path, allowed):
    """Is it one of the files, or below one of the folders (which end with a slash)?"""
    return any(path == a or (a.endswith("/") and path.startswith(a)) for a in allowed)


def app_floor(path):
    """Where in APP the folder of a file is, or None for a folder that is not listed."""
    folder = os.path.dirname(path)[len("app/"):]
    for floor, name in enumerate(APP):
        if folder == name or (name and folder.startswith(name + "/")):
            return floor
    return None


def check_app(path, name):
    here, there = app_floor(path), app_floor(name)
    if here is None or there is None:
        return f"the folder of {path if here is None else name} has no place in APP"
    return f"{os.path.dirname(path)} may not include {name}" if there > here else None


def layer_of(path):
    """The folder of LAYERS a file belongs to, or its first folder."""
    inner = [layer for layer in LAYERS if "/" in layer and path.startswith(layer + "/")]
    return inner[0] if inner else path.split("/", 1)[0]


def check_include(path, name, quoted):
    layer = layer_of(path)
    top = layer_of(name)
    for pattern, allowed in KEPT:
        if pattern.search(name) and not is_allowed(path, allowed):
            return f"{name} is kept to {', '.join(sorted(allowed)) or 'nobody'}"
    if MOCK.search(name) and not path.startswith("tests/support/"):
        return f"{name} is kept to tests/support/"
    if layer not in LAYERS:
        return None
    if quoted and top in LAYERS and top not in LAYERS[layer]:
        return f"{layer} may not include {name}"
    if quoted and layer == "app" and top == "app" and check_app(path, name):
        return check_app(path, name)
    if quoted and top not in LAYERS and "/" in name:
        return f"{name} is in no layer"
    if not quoted and FOREIGN.search(name) and not name.startswith(LIBRARIES[layer]):
        kept_here = any(p.search(name) and is_allowed(path, ok) for p, ok in KEPT)
        if not kept_here:
            return f"{layer} does not use the library of {name}"
    return None


def is_portable_code(path):
    return path.split("/", 1)[0] in LAYERS and not path.startswith("probes/linux/")


def linux_only(line):
    """What of line macOS has not, or None."""
    match = INCLUDE.match(line)
    if match:
        return match.group(2) if LINUX_HEADER.search(match.group(2)) else None
    if line.lstrip().startswith(("*", "//", "/*")):
        return None
    word = LINUX_WORD.search(re.sub(r'"(\\.|[^"\\])*"|/\*.*?\*/', "", line))
    return word.group(1) if word else None


def check_portable(path, text):
    problems, depth = [], 0
    for number, line in enumerate(text.splitlines(), 1):
        condition = CONDITION.match(line)
        if condition and condition.group(1).startswith("if"):
            depth += 1 if depth or re.search("__linux__|__APPLE__|__GLIBC__|O_PATH", condition.group(2)) else 0
        elif condition and condition.group(1) == "endif" and depth:
            depth -= 1
        elif not depth and linux_only(line):
            problems.append(f"{path}:{number}: {linux_only(line)} is not on macOS")
    return problems


def check_text(path, text):
    problems = check_portable(path, text) if is_portable_code(path) else []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            problem = check_include(path, match.group(2), match.group(1) == '"')
            if problem:
                problems.append(f"{path}:{number}: {problem}")
        elif LOOP.search(line) and not line.lstrip().startswith(("*", "//", "/*")):
            problems.append(f"{path}:{number}: libtickit's own loop is not used")
        elif COUNTED.search(line):
            problems.append(f"{path}:{number}: no sanitizer sees inside {COUNTED.search(line)[0]}): app/ground/shared.h")
        elif QUARK.match(line):
            problems.append(f"{path}:{number}: G_DEFINE_QUARK takes no lock: g_quark_from_static_string does")
    return problems


def check_tree(root):
    problems = []
    for top in [layer for layer in LAYERS if "/" not in layer] + ["tests"]:
        for folder, _, files in os.walk(os.path.join(root, top)):
            for name in sorted(files):
                if name.endswith((".c", ".h")):
                    full = os.path.join(folder, name)
                    with open(full, encoding="utf-8", errors="replace") as f:
                        problems += check_text(os.path.relpath(full, root), f.read())
    return problems


def self_test():
    bad = [
        ("pprof/a.c", '#include "probes/probe.h"'),
        ("probes/a.c", '#include "app/session/session.h"'),
        ("probes/goruntime/a.c", '#include "probes/samples.h"'),
        ("probes/goruntime/a.c", "#include <curl/curl.h>"),
        ("pprof/a.c", '#include "probes/goruntime/memory.h"'),
        ("widgets/a.c", '#include "probes/samples.h"'),
        ("widgets/a.c", '#include "pprof/top.h"'),
        ("app/tui/shell/ui.c", "#include <curses.h>"),
        ("app/tui/shell/ui.c", "#include <ncursesw/curses.h>"),
        ("probes/heap_probe.c", "#include <curl/curl.h>"),
        ("pprof/top.c", '#include "profile.pb-c.h"'),
        ("pprof/top.c", "#include <curl/curl.h>"),
        ("app/tui/shell/ui.c", "#include <tickit-termdrv.h>"),
        ("app/tui/shell/ui.c", "#include <tickit-mockterm.h>"),
        ("app/tui/shell/ui.c", "    tickit_run(t);"),
        ("tests/screens/a.c", "#include <tickit-mockterm.h>"),
        ("app/session/session.c", "#include <sqlite3.h>"),
        ("probes/databases.c", "#include <sqlite3.h>"),
        ("probes/find.c", "G_DEFINE_QUARK(find - error, find_error)"),
        ("app/target/a.c", "    look = g_atomic_rc_box_new0(struct look);"),
        ("probes/a.c", "#include <sys/epoll.h>"),
        ("app/session/session.c", '#include "app/triage/triage.h"'),
        ("app/tui/shell/ui.c", '#include "app/tui/screens/screens.h"'),
        ("app/triage/steps.c", '#include "app/nowhere/a.h"'),
        ("app/a.c", "    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);"),
        ("app/a.c", "#ifdef __linux__\n#else\n#endif\nx = memrchr(a, b, c);"),
    ]
    good = [
        ("probes/a.c", '#include "pprof/profile.h"'),
        ("probes/goruntime/a.c", '#include "pprof/goroutines.h"'),
        ("probes/heap_probe.c", '#include "probes/goruntime/goroutines.h"'),
        ("app/a.c", '#include "widgets/text.h"'),
        ("probes/http_curl.h", "#include <curl/curl.h>"),
        ("app/tui/terminal/terminal.c", "#include <curses.h>"),
        ("pprof/decode.c", '#include "profile.pb-c.h"'),
        ("tests/support/screen.c", "#include <tickit-mockterm.h>"),
        ("widgets/a.c", "#include <tickit.h>"),
        ("widgets/a.c", "#include <string.h>"),
        ("app/triage/steps.c", '#include "app/session/session.h"'),
        ("app/tui/screens/profile/a.c", '#include "app/tui/screens/screens.h"'),
        ("app/main.c", '#include "app/commands/triage.h"'),
        ("probes/linux/a.c", "#include <sys/epoll.h>"),
        ("app/recording/reader.c", "#include <sqlite3.h>"),
        ("probes/a.c", "#if defined(__linux__)\n#include <sys/eventfd.h>\n#endif"),
        ("app/a.c", "    /* memrchr(), which macOS lacks */"),
        ("app/a.c", '    puts("memfd_create(x)");'),
    ]
    wrong = [c for c in bad if not check_text(*c)] + [c for c in good if check_text(*c)]
    for case in wrong:
        print("self-test: wrong answer for", case)
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    problems = check_tree(sys.argv[1])
    print("\n".join(problems) or "includes: clean")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
