#!/usr/bin/env python3
"""Fails on a number written past the one formatter, and on a warning that no threshold chose.

An amount with its unit, as of percents and seconds, is written by widgets/number.h alone, so that screens, reports and
sentences say it in the same way; what equals go tool pprof, and what programs read, has its own. A number is judged by
app/triage/thresholds.h, which the user may set: no literal decides on the colours for what is to be looked at, or bad.
Usage: check_numbers.py ROOT | --self-test
"""
import os
import re
import sys

FOLDERS = ("app", "widgets")
FORMATTER = ("widgets/number.c",)
# As go tool pprof has it; what programs read; a bar that is no verdict.
OWN = ("app/profiles/", "app/recording/export.c", "app/monitor/rules.c", "app/monitor/exposition.c")
AMOUNT = re.compile(r'"[^"\n]*%[-+ 0-9*]*(\.[0-9*]+)?[fg](%%|\s?(s|ms|us|min|[KMG]i?B?)\b)[^"\n]*"')
# Against 0 it is told that there is any at all; everything else is a judgement.
LITERAL = r"\(?(?:0\.\d*[1-9]\d*|[1-9]\d*(?:\.\d+)?)\)?"
JUDGED = re.compile(r"[<>]=?\s*" + LITERAL + r"\s*\?\s*(?:\w+\s*:\s*)?THEME_(?:LOOK|BAD)\b")
COMMENT = re.compile(r"/\*.*?\*/", re.S)


def check_text(path, text):
    """The lines of a source that break one of the two laws."""
    if path.startswith(OWN) or path in FORMATTER:
        return []
    problems = []
    bare = COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    for law, words in ((AMOUNT, "an amount with its unit is written by widgets/number.h"),
                       (JUDGED, "a number is judged by a threshold, not by a literal")):
        for match in law.finditer(bare):
            problems.append(f"{path}:{bare.count(chr(10), 0, match.start()) + 1}: {words}")
    return problems


def check_tree(root):
    problems = []
    for top in FOLDERS:
        for folder, _, files in os.walk(os.path.join(root, top)):
            for name in sorted(files):
                if name.endswith((".c", ".h")):
                    full = os.path.join(folder, name)
                    with open(full, encoding="utf-8", errors="replace") as f:
                        problems += check_text(os.path.relpath(full, root), f.read())
    return problems


def self_test():
    bad = ['x("%.0f%% used", share);', 'x("every %.1f s", t);', 'x("%+.0f%%");', 'x("%5.2f ms");', 'x("%.1fM");',
           "role = p->cpu >= 80 ? THEME_LOOK : THEME_TEXT;", "role = n > 100\n ? THEME_BAD : THEME_TEXT;",
           "role = share >= 0.95 ? THEME_BAD : THEME_TEXT;", "role = n < 5 ? THEME_TEXT : THEME_LOOK;"]
    good = ['x("%s used", number_percent_whole(share).text);', 'x("%.0f to %.0f", low, high);', '/* "%.1f s" */',
            "role = n > 0 ? THEME_LOOK : THEME_TEXT;", "role = n >= limits[A] ? THEME_BAD : THEME_TEXT;",
            'x("about 100%");', "n > 100 ? THEME_TEXT : THEME_DIM;"]
    for text in bad:
        assert len(check_text("app/a.c", text)) == 1, text
    for text in good:
        assert check_text("app/a.c", text) == [], text
    assert check_text("app/profiles/a.c", bad[0]) == []


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    problems = check_tree(sys.argv[1])
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
