#!/usr/bin/env python3
"""Installs what was built in each way that a user may, and runs it there.

usage: check.py help|script|tree|deb|recipes|portable SOURCE_DIR BUILD_DIR [SIDECAR]
help      options of every command stand in the manual and in the completions
script    assets/install and assets/demo with a cmake and a sudo that only write down what they are asked
tree      cmake --install into an empty folder, then the uninstall target
deb       CPack's Debian package: contents, lintian, dpkg into an empty root
recipes   the Homebrew formula and the Dockerfile, as far as they can be read here
portable  the tarball in an empty root with /proc, /dev and a busybox, on a live process
Exits with 77 (skipped) where a tool or the right is missing.
"""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

SKIPPED = 77
SHARED = [
    "share/man/man1/sidescope.1",
    "share/bash-completion/completions/sidescope",
    "share/fish/vendor_completions.d/sidescope.fish",
    "share/doc/sidescope/config.example",
]


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def expect(fine, sentence):
    if not fine:
        sys.exit(f"failed: {sentence}")


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            skip(f"{tool} is not installed")


def output_of(*command, statuses=(0,), **options):
    """What a command prints; it has to end with one of the statuses."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=300, **options)
    expect(done.returncode in statuses,
           f"{command} ended with {done.returncode}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")
                  if path.is_file() or path.is_symlink())


def expect_files(found, wanted):
    missing = [name for name in wanted if name not in found]
    expect(not missing, f"not installed: {missing}; installed: {found}")


def expect_version(source, said):
    version = re.search(r"project\(\w+ VERSION ([\d.]+)", (source / "CMakeLists.txt").read_text())[1]
    expect(said.strip() == f"sidescope {version}", f"--version said {said!r}, not {version}")
    return version


# --- what is said of options ----------------------------------------------------------------

def options_in(text):
    return set(re.findall(r"(?<![\w-])--?[a-z][\w-]+", text))


def options_of_help(text):
    """Those that help lists, one a line, not those that its sentences name."""
    return set(re.findall(r"^ +(?:-\w, )?(--?[a-z][\w-]+)", text, re.MULTILINE))


def words_of_manual(path):
    text = re.sub(r"\\f.|\\&|^\.\w+", " ", path.read_text().replace("\\-", "-"), flags=re.MULTILINE)
    return text.replace('"', " ")


def completed(shell, source, line):
    """What the completion of a shell offers for a line; None where there is no such shell."""
    files = {"bash": "sidescope.bash", "fish": "sidescope.fish"}
    scripts = {
        "bash": 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sidescope; '
                'printf "%s\\n" "${COMPREPLY[@]}"',
        "fish": 'source $argv[1]; complete -C "$argv[2..]"',
    }
    if not shutil.which(shell):
        return None
    said = output_of(shell, "-c", scripts[shell], source / "assets/completions" / files[shell], *line)
    return {offer.split("\t")[0].rstrip("=") for offer in said.splitlines()}


def check_help(source, build, *_):
    os.environ["PATH"] = f"{build}:{os.environ['PATH']}"
    overview = output_of("sidescope", "--help")
    commands = re.findall(r"^  ([a-z]+) +\S.*?  +\S", overview, re.MULTILINE)
    expect(len(commands) > 10, f"few commands are listed: {commands}")
    manual = words_of_manual(source / "assets/sidescope.1")
    synopsis = manual[manual.index("SYNOPSIS"):manual.index("DESCRIPTION")]
    missing = []
    for command in commands:
        options = options_of_help(output_of("sidescope", command, "--help"))
        if "--help-all" in options:
            options |= options_of_help(output_of("sidescope", command, "--help-all"))
        options -= {"--help", "-help", "--help-all", "--help-alerts"}
        if command == "help":
            options = set()  # what it lists are not its own
        if command == "dashboard":
            missing += [f"{name} in --help" for name in sorted(options - options_of_help(overview))]
        elif not re.search(rf"\b{command}\b", synopsis):
            missing.append(f"the command {command} in the manual")
        missing += [f"{name} of {command} in the manual"
                    for name in sorted(options - options_in(manual))]
        for shell in ("bash", "fish"):
            offered = completed(shell, source, ("sidescope", command, "-"))
            if offered is not None:
                missing += [f"{name} of {command} in {shell}" for name in sorted(options - offered)]
    expect(not missing, "nothing is said of: " + ", ".join(missing))


# --- assets/install -------------------------------------------------------------------------

RECORDER = '#!/bin/sh\necho "${0##*/} $*" >>"$RECORD"\ncase "${0##*/} $1" in\n' \
    '"sudo "*) exec "$@" ;;\n' \
    '"cmake --install") [ ! -e build/release/install_manifest.txt ] || exit 9\n' \
    '    mkdir -p build/release && echo "$PREFIX/bin/sidescope" >build/release/install_manifest.txt ;;\n' \
    'esac\n'


def check_demo(tree, environment, work):
    """Ended while its process has not said that it is ready: the process ends with it."""
    sidecar, pid = tree / "build/release/tests/target/sidecar", work / "pid"
    sidecar.parent.mkdir(parents=True)
    sidecar.write_text(f"#!/bin/sh\necho $$ >'{pid}.new'\nmv '{pid}.new' '{pid}'\nexec sleep 600\n")
    sidecar.chmod(0o755)
    demo = subprocess.Popen([tree / "assets/demo"], env=environment, stderr=subprocess.PIPE)
    while not pid.exists() and demo.poll() is None:
        time.sleep(0.05)
    demo.terminate()
    _, said = demo.communicate()
    expect(demo.returncode == 143, f"the demo ended with {demo.returncode}: {said!r}")
    expect(not Path("/proc", pid.read_text().strip()).exists(), "the demo leaves its process")


def check_script(source, build, work, _):
    tree, tools, here = work / "tree", work / "tools", work / "here"
    for folder in (tree / "assets", tools, here):
        folder.mkdir(parents=True)
    for script in ("install", "demo", "demo-target.sh"):
        shutil.copy(source / "assets" / script, tree / "assets" / script)
    for tool in (tree / "assets/install-packages", tools / "cmake", tools / "sudo"):
        tool.write_text(RECORDER)
        tool.chmod(0o755)
    environment = dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}", RECORD=str(work / "record"))

    def said(*words):
        (work / "record").write_text("")
        output_of(tree / "assets/install", *words, env=environment, cwd=here)
        return (work / "record").read_text()

    # again over what it has left, which may be root's; a folder is one of where it was called
    for _ in range(2):
        expect(f"-DCMAKE_INSTALL_PREFIX={here}/mine\n" in said("mine"), "a relative prefix goes astray")
    expect("sudo" not in said(here / "mine"), "sudo for a folder that is ours")
    # nobody, not even root, makes a folder there
    expect("sudo cmake --install build/release\n" in said("/proc/none"), "no sudo for a folder of others")
    check_demo(tree, environment, work)


# --- cmake --install ------------------------------------------------------------------------

def check_completions(share):
    """The shells that are here read their file without a complaint."""
    for shell, name in (("bash", SHARED[1]), ("zsh", "share/zsh/site-functions/_sidescope"),
                        ("fish", SHARED[2])):
        if shutil.which(shell):
            output_of(shell, "-n", share / name)
        else:
            print(f"{shell} is not installed: {name} was not read")


def check_tree(source, build, work, _):
    environment = dict(os.environ, DESTDIR=str(work))
    output_of("cmake", "--install", build, "--prefix", "/opt/s", env=environment)
    found = files_below(work / "opt/s")
    expect_files(found, ["bin/sidescope", "share/zsh/site-functions/_sidescope",
                         "share/doc/sidescope/LICENSE"] + SHARED)
    for page in source.glob("assets/*.[15]"):
        expect_files(found, [f"share/man/man{page.suffix[1:]}/{page.name}"])
    expect_version(source, output_of(work / "opt/s/bin/sidescope", "--version"))
    check_completions(work / "opt/s")
    stranger = work / "opt/s/share/doc/other"
    stranger.write_text("not ours")
    output_of("cmake", "--build", build, "--target", "uninstall", env=environment)
    left = files_below(work)
    expect(left == ["opt/s/share/doc/other"], f"uninstall leaves or takes too much: {left}")
    expect(not (work / "opt/s/share/doc/sidescope").exists(), "uninstall leaves an empty folder")


# --- the Debian package ---------------------------------------------------------------------

def check_deb(source, build, work, _):
    need("dpkg-deb", "dpkg-shlibdeps", "cpack")
    output_of("cpack", "-G", "DEB", "--config", build / "CPackConfig.cmake", "-B", work / "packed",
              cwd=build)
    package = next((work / "packed").glob("sidescope_*.deb"))
    listed = output_of("dpkg-deb", "-c", package)
    found = [line.split()[5].removeprefix("./usr/") for line in listed.splitlines()]
    expect_files(found, ["bin/sidescope", "share/doc/sidescope/copyright",
                         "share/doc/sidescope/changelog.gz",
                         "share/zsh/vendor-completions/_sidescope", f"{SHARED[0]}.gz"] + SHARED[1:])
    depends = output_of("dpkg-deb", "-f", package, "Depends")
    for library in ("libc6", "libglib2.0-0", "libtickit", "libcurl"):
        expect(library in depends, f"{library} is not in the dependencies: {depends}")
    check_lintian(package)
    check_dpkg(source, work, package)


def check_lintian(package):
    if not shutil.which("lintian"):
        print("lintian is not installed: the package was not linted")
        return
    said = output_of("lintian", "--allow-root", package, statuses=(0, 1, 2))
    print(said)
    expect(not re.search(r"^[EW]: ", said, re.MULTILINE), "lintian found errors or warnings")


def check_dpkg(source, work, package):
    if os.geteuid() != 0:
        print("not root: dpkg -i was not tried")
        return
    root = work / "root"
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    dpkg = ("dpkg", f"--root={root}", "--force-depends", "--force-script-chrootless")
    # in an empty root nothing that it depends on is installed: that is all it may say
    output_of(*dpkg, "-i", package)
    expect_version(source, output_of(root / "usr/bin/sidescope", "--version"))
    output_of(*dpkg, "--purge", "sidescope")
    left = [name for name in files_below(root) if not name.startswith("var/")]
    expect(not left, f"dpkg --purge leaves {left}")


# --- recipes for elsewhere ------------------------------------------------------------------

def check_formula(source):
    formula = source / "assets/sidescope.rb"
    packages = (source / "assets/install-packages").read_text()
    wanted = set(re.search(r'^brew_packages="([^"]*)"', packages, re.MULTILINE)[1].split())
    named = set(re.findall(r'depends_on "([^"]+)"', formula.read_text()))
    expect(named == wanted, f"formula and install-packages differ in {sorted(named ^ wanted)}")
    if shutil.which("ruby"):
        output_of("ruby", "-wc", formula)
    else:
        print("ruby is not installed: the formula's syntax was not checked")


def check_dockerfile(source):
    text = (source / "assets/Dockerfile").read_text()
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "ENTRYPOINT"}
    expect({line[0] for line in lines} <= known, f"an instruction other than {sorted(known)}")
    stages = set()
    for instruction, rest in lines:
        if instruction == "FROM":
            image, _, stage = rest.partition(" AS ")
            expect(image == "scratch" or ":" in image and not image.endswith(":latest"),
                   f"{image} says no version")
            stages.add(stage)
        elif instruction == "RUN":
            output_of("sh", "-n", "-c", rest)
        elif instruction == "ENTRYPOINT":
            expect(json.loads(rest)[0].startswith("/"), "the entry point is no absolute path")
        for stage in re.findall(r"--from=(\S+)", rest):
            expect(stage in stages, f"no stage is called {stage}")
    for script in re.findall(r"assets/\S+", text):
        expect(os.access(source / script, os.X_OK), f"{script} cannot be run")


def check_recipes(source, *_):
    check_formula(source)
    check_dockerfile(source)


# --- the tarball ----------------------------------------------------------------------------

class EmptyRoot:
    """A root folder with /proc and /dev of this machine, and what is put in: a mount namespace of
    its own, so that nothing has to be undone."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("proc", "dev", "bin", "opt"):
            (folder / name).mkdir(parents=True)
        shutil.copy(shutil.which("busybox"), folder / "bin/busybox")
        if subprocess.run(self.command("/bin/busybox", "true"), stderr=subprocess.PIPE).returncode:
            skip("no right to make a root of its own here (unshare --mount, chroot), or busybox is not "
                 "the static one")

    def command(self, *words):
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        script = 'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"'
        return ["unshare", "--mount", *as_root, "sh", "-c", script, str(self.folder), *words]


@contextlib.contextmanager
def sidecar_running(sidecar, state):
    process = subprocess.Popen([sidecar, "-state", state, "-do", "files claude 20; goroutines recv 5"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                               stderr=subprocess.DEVNULL,
                               env=dict(os.environ, SIDECAR_PPROF="0"))  # on a free port
    try:
        while not (line := process.stdout.readline()).startswith("ready "):
            expect(line != "", "the process to look at did not start")
        yield process.pid
    finally:
        process.kill()
        process.wait()


def watch_dashboard(command, environment, wanted, seconds):
    """Runs a full-screen program on a terminal of 120 by 40 until it has drawn what is wanted,
    presses q and gives what was drawn and its exit status."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", 40, 120, 0, 0))
        os.execvpe(command[0], command, environment)
    drawn, end, asked = b"", time.monotonic() + seconds, False
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                drawn += os.read(terminal, 65536)
            except OSError:  # the program has ended
                break
        if wanted in drawn and not asked:
            os.write(terminal, b"q")
            asked = True
    else:
        os.kill(pid, 9)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    return drawn, status


def check_portable(source, build, work, sidecar):
    need("busybox", "unshare", "dpkg", "cc", "strip")
    if not sidecar:
        skip("there is no Go to build a process to look at")
    root = EmptyRoot(work / "root")
    tarball = output_of(source / "assets/portable/make", "--build", build, work).strip()
    # unpacked by what a machine without anything has
    shutil.copy(tarball, root.folder / "opt/s.tar.gz")
    output_of(*root.command("/bin/busybox", "tar", "xzf", "/opt/s.tar.gz", "-C", "/opt"))
    tree = next((root.folder / "opt").glob("sidescope-*-linux-*"))
    expect_files(files_below(tree), ["bin/sidescope", "sidescope", "share/terminfo/x/xterm",
                                     "share/doc/sidescope/LICENSE",
                                     "share/doc/sidescope/licences/libc6"] + SHARED)
    program = f"/opt/{tree.name}/sidescope"
    bare = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "HOME": "/"}
    expect_version(source, output_of(*root.command(program, "--version"), env=bare))
    with sidecar_running(sidecar, str(work / "state")) as pid:
        report = json.loads(output_of(*root.command(program, "triage", "--quick", "--json", str(pid)),
                                      statuses=(0, 1), env=bare))
        expect(report["target"]["pid"] == pid, f"the report is of {report['target']}")
        # pprof is asked through libcurl, which is opened by name
        traces = output_of(*root.command(program, "traces", "-profile=goroutine", str(pid)), env=bare)
        expect("main." in traces, f"no goroutine of the process was seen: {traces[:2000]}")
        drawn, status = watch_dashboard(root.command(program, str(pid)), bare, b"RSS", 60)
        expect(b"RSS" in drawn, f"the dashboard did not appear: {drawn[-2000:]!r}")
        expect("─".encode() in drawn, f"{drawn[-3000:]!r}: the dashboard has no lines: the locale is not UTF-8")
        expect(status == 0, f"the dashboard ended with {status}")


def main():
    check, source, build = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()
    sidecar = sys.argv[4] if len(sys.argv) > 4 else ""
    checks = {"help": check_help, "script": check_script, "tree": check_tree, "deb": check_deb,
              "recipes": check_recipes, "portable": check_portable}
    with tempfile.TemporaryDirectory(prefix="sidescope-install.") as work:
        checks[check](source, build, Path(work), sidecar)


if __name__ == "__main__":
    main()
