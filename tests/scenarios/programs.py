#!/usr/bin/env python3
"""The long matrix, on demand: programs that lie outside this tree, each watched once.

    tests/scenarios/programs.py TABLE [--seconds 60] [--jobs 2] [--busy 2] [--only TEXT]

TABLE has a line for each program, its columns apart by tabs:

    name  expects  pattern  evidence  command

expects   leak     exit status 1 and a leak named; one of the patterns first
          trouble  exit status 1; one of the patterns is named
          silent   exit status 0; one of the patterns is named, or "-"
pattern   ids with "|" between, or "-" for any
evidence  a regular expression that the culprit or evidence of that cause has, or "-"
command   with {dir} for an empty folder and {pprof} for an address that is free

Prints what was expected against what came, and each miss. Status 1 when there is one.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

WARM_UP_S = 2


def free_address():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % s.getsockname()[1]


def read_table(path, only):
    rows = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if line.startswith("#") or len(fields) < 5 or only not in fields[0]:
                continue
            rows.append(dict(zip(("name", "expects", "pattern", "evidence", "command"), fields)))
    return rows


def start(row, folder):
    address = free_address()
    command = shlex.split(row["command"].format(dir=folder, pprof=address))
    return subprocess.Popen(command, cwd=folder, start_new_session=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def stop(process):
    """Only what this script started: the program's own session."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def triage(arguments, pid):
    done = subprocess.run([arguments.sidescope, "triage", str(pid), "--json", "--watch",
                           "%gs" % arguments.seconds], capture_output=True, check=False,
                          timeout=arguments.seconds + 180)
    return done.returncode, json.loads(done.stdout or "{}")


def fits(row, cause):
    text = "%s %s" % (cause.get("culprit", ""), cause.get("evidence", ""))
    return (row["pattern"] == "-" or cause["id"] in row["pattern"].split("|")) and (
        row["evidence"] == "-" or re.search(row["evidence"], text) is not None)


def wrong_with(row, status, causes):
    named = [cause for cause in causes if fits(row, cause)]
    leaks = [cause for cause in causes if cause.get("leak") and cause["confidence"] >= 0.6]
    if row["expects"] == "silent":
        if status != 0 or leaks:
            return "finding where none is due"
        return None if row["pattern"] == "-" or named else "silent, and the owner is not named"
    if status != 1:
        return "no finding (status %d)" % status
    if not named:
        return "finding without its cause" if not causes else "another cause"
    if row["expects"] == "leak" and not fits(row, causes[0]):
        return "the cause is not first"
    return None


def run(arguments, row):
    folder = tempfile.mkdtemp(prefix="sidescope-programs-")
    process = start(row, folder)
    try:
        time.sleep(WARM_UP_S)
        status, report = triage(arguments, process.pid)
    finally:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)
    return row, wrong_with(row, status, report.get("causes", [])), status, report


def print_miss(status, report):
    print("    status %d: %s" % (status, report.get("diagnosis", "")))
    for cause in report.get("causes", []):
        print("    %.2f %s: %s | %s" % (cause["confidence"], cause["id"],
                                        cause.get("culprit", ""), cause.get("evidence", "")))
    for step in report.get("steps", []):
        for fact in step.get("facts", []):
            if fact.get("verdict") in ("look", "bad"):
                print("    %s: %s %s (%s)" % (fact["verdict"], fact["label"], fact["value"],
                                              fact["note"]))


def busy_loops(n):
    return [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(n)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("table")
    parser.add_argument("--sidescope", default="build/dev/sidescope")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--busy", type=int, default=0, help="loops that compute beside it")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    rows = read_table(arguments.table, arguments.only)
    loops = busy_loops(arguments.busy)
    cells, misses = collections.Counter(), 0
    try:
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for row, wrong, status, report in pool.map(lambda r: run(arguments, r), rows):
                first = report["causes"][0]["id"] if report.get("causes") else "-"
                cells[row["expects"], wrong or "right"] += 1
                misses += wrong is not None
                print("%-22s %-8s %-24s %s" % (row["name"], row["expects"], first, wrong or "right"),
                      flush=True)
                if wrong is not None:
                    print_miss(status, report)
    finally:
        for loop in loops:
            loop.kill()
    print("\nexpected   got")
    for (expects, got), n in sorted(cells.items()):
        print("%-10s %-40s %d" % (expects, got, n))
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
