#!/usr/bin/env python3
"""Servers that others wrote, healthy under a bounded load: on demand, since they are downloaded.

    tests/scenarios/servers.py [--seconds 300] [--only TEXT]

Installs caddy, nats-server and gum from the module proxy by the go command (into a folder of its
own that is kept between runs), starts each, asks it a little without end, and lets sidescope watch
it. Status 1 when a verdict is not healthy, 77 when one cannot be had here.
"""

import argparse
import json
import os
import pathlib
import pty
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

WARM_UP_S = 5
PAUSE_S = 0.05
SKIPPED = 77


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ask_http(port):
    with socket.create_connection(("127.0.0.1", port), timeout=2) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        while s.recv(4096):
            pass


def ask_nats(port):
    with socket.create_connection(("127.0.0.1", port), timeout=2) as s:
        s.recv(4096)
        s.sendall(b"CONNECT {\"verbose\":false}\r\nSUB news 1\r\nPUB news 5\r\nhello\r\nPING\r\n")
        s.recv(4096)


# name, package, arguments, what asks it; gum has a terminal and is typed to
SERVERS = (
    ("caddy", "github.com/caddyserver/caddy/v2/cmd/caddy@v2.8.4",
     "file-server --listen 127.0.0.1:{port} --root {dir}", ask_http),
    ("nats-server", "github.com/nats-io/nats-server/v2@v2.10.22",
     "--addr 127.0.0.1 --port {port}", ask_nats),
    ("gum", "github.com/charmbracelet/gum@v0.14.5", "write", None),
)


def install(package, name, folder):
    path = folder / name
    if path.exists():
        return path
    env = dict(os.environ, GOBIN=str(folder), GOFLAGS="-mod=mod")
    done = subprocess.run(["go", "install", package], env=env, cwd=folder, check=False)
    return path if done.returncode == 0 and path.exists() else None


def start(path, arguments, folder, ask):
    port = free_port()
    command = [str(path)] + [a.format(port=port, dir=folder) for a in arguments.split()]
    env = dict(os.environ, HOME=folder, TERM="xterm-256color")
    if ask is not None:
        process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return process, lambda: ask(port), lambda: None
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, cwd=folder, env=env, stdin=theirs, stdout=theirs,
                               stderr=theirs, start_new_session=True)
    os.close(theirs)

    def type_and_read():
        os.write(ours, b"a\x7f")
        os.read(ours, 65536)

    return process, type_and_read, lambda: os.close(ours)


def load(ask, done):
    """One request after the other; a refused one is tried again."""
    while not done.wait(PAUSE_S):
        try:
            ask()
        except OSError:
            pass


def watch(arguments, name, path, rest):
    folder = tempfile.mkdtemp(prefix="sidescope-servers-")
    process, ask, close = start(path, rest[0], folder, rest[1])
    done = threading.Event()
    thread = threading.Thread(target=load, args=(ask, done), daemon=True)
    thread.start()
    try:
        time.sleep(WARM_UP_S)
        told = subprocess.run([arguments.sidescope, "triage", str(process.pid), "--json",
                               "--watch", "%gs" % arguments.seconds], capture_output=True,
                              check=False, timeout=arguments.seconds + 180)
    finally:
        done.set()
        process.send_signal(signal.SIGKILL)
        process.wait()
        thread.join(timeout=5)
        close()
        shutil.rmtree(folder, ignore_errors=True)
    report = json.loads(told.stdout or b"{}")
    print("%-12s %s, status %d: %s" % (name, report.get("verdict", "no report"), told.returncode,
                                       report.get("diagnosis", told.stderr.decode()[-300:])))
    for cause in report.get("causes", []):
        print("    %.2f %s: %s" % (cause["confidence"], cause["id"], cause.get("evidence", "")))
    return told.returncode == 0 and report.get("verdict") == "healthy"


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--only", default="")
    parser.add_argument("--sidescope", default=str(root / "build/dev/sidescope"))
    parser.add_argument("--servers", default=os.path.join(tempfile.gettempdir(),
                                                          "sidescope-servers"))
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.servers)
    folder.mkdir(parents=True, exist_ok=True)
    status = 0
    for name, package, *rest in SERVERS:
        if arguments.only not in name:
            continue
        path = install(package, name, folder)
        if path is None:
            print("%-12s cannot be installed here" % name)
            status = status or SKIPPED
        elif not watch(arguments, name, path, rest):
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
