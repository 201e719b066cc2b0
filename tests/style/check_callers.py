#!/usr/bin/env python3
"""Fails on a public function that no other file of the product calls.

Such a function is dead, should be static, or is there for the tests alone: then it stands in seams.txt, and a test
names it. What is public and who asks for it are read from the archives of the product, by nm.
Usage: check_callers.py ROOT BUILD | --self-test
"""
import os
import re
import subprocess
import sys

FOLDERS = ("pprof", "probes", "widgets", "app")
MAIN = "app/CMakeFiles/sidescope.dir/main.c.o"
# Objects made by tools; functions that GLib's macros make; names that are nobody's here.
GENERATED = re.compile(r"\.pb-c\.c\.o$")
MADE = re.compile(r"_error_quark$|^_|^main$|^__")
MEMBER = re.compile(r"^(\S+\.o):$")
LINE = re.compile(r"^[0-9a-fA-F ]*\s(?P<kind>[A-Za-z])\s+(?P<name>\S+)$")


def archives(build):
    for top in FOLDERS:
        for folder, _, files in os.walk(os.path.join(build, top)):
            for name in sorted(files):
                if name.endswith(".a"):
                    yield os.path.join(folder, name)


def read_symbols(archive, lines, defined, asked):
    """Adds the functions that each object of an archive defines, and the names each asks for."""
    number, generated = 0, False
    for line in lines:
        member, match = MEMBER.match(line), LINE.match(line)
        if member:  # by number: names of members are not unique
            number, generated = number + 1, GENERATED.search(member.group(1))
        elif match and not generated:
            if match["kind"] == "T" and not MADE.search(match["name"]):
                defined.setdefault(match["name"], set()).add((archive, number))
            elif match["kind"] == "U":
                asked.setdefault(match["name"], set()).add((archive, number))


def uncalled(defined, asked):
    """Functions that no object but their own asks for."""
    return sorted(name for name, objects in defined.items() if not asked.get(name, set()) - objects)


def read_seams(text):
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def named_in_tests(root):
    """Every word that is called, or handed on, in a source of the tests."""
    words = set()
    for folder, _, files in os.walk(os.path.join(root, "tests")):
        for name in files:
            if name.endswith((".c", ".h")):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
                    words.update(re.findall(r"\b[a-z]\w+\b", f.read()))
    return words


def judge(defined, asked, seams, in_tests):
    dead = set(uncalled(defined, asked))
    problems = [f"{name}: no other file of the product calls it: remove it, make it static, or list it in seams.txt"
                for name in sorted(dead - set(seams))]
    for name in seams:
        if name not in defined:
            problems.append(f"{name}: a seam that is no public function")
        elif name not in dead:
            problems.append(f"{name}: no seam any more: the product calls it")
        elif name not in in_tests:
            problems.append(f"{name}: a seam that no test names")
    if sorted(seams) != seams:
        problems.append("seams.txt is not in order")
    return problems


def check(root, build):
    defined, asked = {}, {}
    for file in list(archives(build)) + [os.path.join(build, MAIN)]:
        nm = subprocess.run(["nm", "-g", file], capture_output=True, text=True, check=False)
        read_symbols(file, nm.stdout.splitlines(), defined, asked)
    if not defined:
        return [f"no functions were found in {build}: is it built?"]
    with open(os.path.join(root, "tests/style/seams.txt"), encoding="utf-8") as f:
        seams = read_seams(f.read())
    return judge(defined, asked, seams, named_in_tests(root))


def self_test():
    defined, asked = {}, {}
    read_symbols("liba.a", [
        "", "one.c.o:",
        "0000000000000000 T used",
        "0000000000000010 T alone",
        "0000000000000020 T seam",
        "                 U alone",
        "0000000000000030 t hidden",
        "0000000000000040 T one_error_quark",
        "", "x.pb-c.c.o:",
        "0000000000000000 T made",
        "", "one.c.o:",
        "                 U used",
    ], defined, asked)
    assert uncalled(defined, asked) == ["alone", "seam"], uncalled(defined, asked)
    assert judge(defined, asked, ["alone", "seam"], {"alone", "seam"}) == []
    for seams, tests in ([], set()), (["alone"], {"alone"}), (["alone", "seam"], {"alone"}), \
            (["alone", "gone", "seam"], {"alone", "gone", "seam"}), (["seam", "alone"], {"alone", "seam"}), \
            (["alone", "seam", "used"], {"alone", "seam", "used"}):
        assert judge(defined, asked, seams, tests), seams
    assert read_seams("# why\nalone # a test looks\n\n") == ["alone"]


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    problems = check(sys.argv[1], sys.argv[2])
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
