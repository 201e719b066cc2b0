#!/usr/bin/env python3
"""Compiles and links sidescope for macOS on this machine, warnings being errors.

The build is the project's own (CMake with CMAKE_SYSTEM_NAME=Darwin, so without
procfs), the compiler is zig's clang with the macOS headers it carries, and the
libraries are this system's headers alone. Linking leaves open what it does not
find; every symbol left open must be one that a library of ours exports.

usage: compile.py SOURCE_DIR WORK_DIR [TARGET ...]
Exits with 77 (skipped) where the compiler or the headers cannot be had.
"""

import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

TARGETS = {"aarch64-macos": "arm64", "x86_64-macos": "x86_64"}
ZIG = "ziglang==0.17.1"
SKIPPED = 77
# Mach-O: <mach-o/loader.h>, <mach-o/nlist.h>
MH_MAGIC_64 = 0xFEEDFACF
LC_SYMTAB = 2
N_TYPE_AND_STAB = 0xEE
# the number of the library that gives a symbol; these two stand for none that was linked
NO_LIBRARY = (0x00, 0xFE)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def output_of(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def zig_find(work):
    """The path of a zig compiler, fetched as a Python package on first use."""
    home = work / "zig"
    zig = home / "ziglang" / "zig"
    if not zig.exists():
        fetched = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--root-user-action=ignore", "--target", str(home), "--upgrade", ZIG],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if fetched.returncode != 0 or not zig.exists():
            lines = fetched.stdout.strip().splitlines() or ["no word from pip"]
            skip(f"pip cannot give {ZIG}: {lines[-1]}")
    return zig


def packages_of(source):
    """Every module that the build asks pkg-config for, without versions."""
    text = (source / "CMakeLists.txt").read_text()
    found = []
    for call in re.findall(r"^ *pkg_check_modules\(([^)]*)\)", text, re.MULTILINE):
        words = [word for word in call.split()[1:] if not word.isupper()]
        found += [re.split(r"[<>=]", word)[0] for word in words]
    return found


def headers_of(package):
    """What the Debian package behind a pkg-config module has below include, where it lies in
    the system's own include folder and so cannot be named with -I."""
    folder = output_of("pkg-config", "--variable=pcfiledir", package)
    owner = output_of("dpkg", "-S", f"{folder}/{package}.pc") if folder else None
    if not owner:
        skip(f"the headers of {package} are not installed as a Debian package")
    for line in output_of("dpkg", "-L", owner.split(": ")[0]).splitlines():
        match = re.fullmatch(r"/usr/include/(?:[\w]+-linux-gnu\w*/)?(.+)", line)
        if match and Path(line).is_file():
            yield Path(line), match.group(1)


def stubs_write(packages, stubs):
    """Headers and pkg-config modules of the libraries, without the libraries."""
    shutil.rmtree(stubs, ignore_errors=True)
    modules = stubs / "pkgconfig"
    modules.mkdir(parents=True)
    for package in packages:
        for header, name in headers_of(package):
            link = stubs / "include" / name
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():
                link.symlink_to(header)
        flags = output_of("pkg-config", "--cflags", package).split()
        kept = [flag for flag in flags if not re.fullmatch(r"-I/usr/include(/\w+-linux-gnu\w*)?", flag)]
        (modules / f"{package}.pc").write_text(
            f"Name: {package}\nDescription: headers only\n"
            f"Version: {output_of('pkg-config', '--modversion', package)}\n"
            f"Cflags: -I{stubs / 'include'} {' '.join(kept)}\nLibs:\n")
    return modules


def tool_write(path, *command):
    """CMake wants one word for a tool; a script is that word."""
    words = " ".join(f"'{word}'" for word in command)
    text = f'#!/bin/sh\nexec {words} "$@"\n'
    # an older one of the same text stays: ccache looks at the age of a compiler
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
        path.chmod(0o755)
    return path


def configure(source, work, target, zig, modules):
    build = work / target
    build.mkdir(parents=True, exist_ok=True)
    # zig's own default, traps on undefined behaviour, is slow to compile and none of ours
    compiler = tool_write(build / "cc", zig, "cc", "-target", target, "-fno-sanitize=all")
    archiver = tool_write(build / "ar", zig, "ar")
    indexer = tool_write(build / "ranlib", zig, "ranlib")
    options = {
        "CMAKE_SYSTEM_NAME": "Darwin",
        "CMAKE_SYSTEM_PROCESSOR": TARGETS[target],
        "CMAKE_C_COMPILER": compiler,
        "CMAKE_AR": archiver,
        "CMAKE_RANLIB": indexer,
        "CMAKE_INSTALL_NAME_TOOL": shutil.which("true"),
        "CMAKE_EXE_LINKER_FLAGS": "-Wl,-undefined,dynamic_lookup",
        "CMAKE_BUILD_TYPE": "Debug",
        "CMAKE_C_FLAGS_DEBUG": "-O0",
        "SIDESCOPE_WERROR": "ON",
        "BUILD_TESTING": "OFF",
    }
    launcher = shutil.which("ccache")
    if launcher:
        options["CMAKE_C_COMPILER_LAUNCHER"] = launcher
    environment = dict(os.environ, PKG_CONFIG_LIBDIR=str(modules), PKG_CONFIG_PATH="")
    run(["cmake", "-S", source, "-B", build, "-G", "Ninja"]
        + [f"-D{name}={value}" for name, value in options.items()], work / "log", environment)
    return build


def run(command, log, environment=None):
    """Runs quietly; a failure prints its errors, or the end of what was said, and ends the test."""
    with open(log, "w") as out:
        done = subprocess.run([str(word) for word in command], stdout=out,
                              stderr=subprocess.STDOUT, env=environment)
    if done.returncode != 0:
        lines = open(log, errors="replace").readlines()
        print("".join([line for line in lines if "error: " in line] or lines[-80:]))
        sys.exit(f"failed: {' '.join(str(word) for word in command[:4])} ...")


def symbols_left_open(program):
    """Names a 64-bit Mach-O program looks for in whatever is loaded, without the C underscore."""
    data = program.read_bytes()
    magic, _, _, _, commands, _, _, _ = struct.unpack_from("<8I", data)
    if magic != MH_MAGIC_64:
        sys.exit(f"{program} is not a 64-bit Mach-O file")
    offset = 32
    for _ in range(commands):
        command, size = struct.unpack_from("<2I", data, offset)
        if command == LC_SYMTAB:
            symbols, count, strings, _ = struct.unpack_from("<4I", data, offset + 8)
        offset += size
    for i in range(count):
        name, kind, _, description, _ = struct.unpack_from("<IBBHQ", data, symbols + 16 * i)
        if kind & N_TYPE_AND_STAB == 0 and description >> 8 in NO_LIBRARY:
            start = strings + name
            yield data[start:data.index(b"\0", start)].decode().removeprefix("_")


def symbols_of_library(word):
    """What -lNAME exports, or a library named by a linker script that stands for one."""
    name = f"lib{word[2:]}.so" if word.startswith("-l") else word
    library = Path(output_of("cc", f"-print-file-name={name}"))
    if not library.is_file():
        return set()
    if library.read_bytes()[:4] != b"\x7fELF":
        words = re.findall(r"-l\w+|[^\s()]*\.so[.\d]*", library.read_text())
        return set().union(*(symbols_of_library(word) for word in words))
    listed = output_of("nm", "-D", "--defined-only", str(library)) or ""
    return {line.split()[-1].split("@")[0] for line in listed.splitlines()}


def main():
    source, work = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    targets = sys.argv[3:] or list(TARGETS)
    for tool in ("cmake", "ninja", "pkg-config", "dpkg", "cc", "nm"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed")
    work.mkdir(parents=True, exist_ok=True)
    zig = zig_find(work)
    os.environ["ZIG_GLOBAL_CACHE_DIR"] = os.environ["ZIG_LOCAL_CACHE_DIR"] = str(work / "cache")
    packages = packages_of(source)
    modules = stubs_write(packages, work / "stubs")
    libraries = output_of("pkg-config", "--libs", *packages).split()
    exported = set().union(*(symbols_of_library(word) for word in libraries if word[:2] == "-l"))
    for target in targets:
        build = configure(source, work, target, zig, modules)
        run(["ninja", "-C", build, "-k", "0", "sidescope"], work / "log")
        wanted = set(symbols_left_open(build / "sidescope"))
        strangers = sorted(wanted - exported)
        if not wanted or strangers:
            sys.exit(f"failed: {target}: no library of ours gives: {' '.join(strangers) or 'anything'}")
        print(f"{target}: compiled and linked; {len(wanted)} symbols come from the libraries")


if __name__ == "__main__":
    main()
