#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""outside.py: code outside the tree, with nothing but what is installed.

usage: outside.py BUILD QEMU_RUN

BUILD is installed into an empty folder, whose name has a blank.  There, for each kind of folder that
`holdfast new` makes: the commands of its README build and run it, with gcc and with clang; a broken
expectation is reported by file and line; the same guest runs under QEMU; and what must be refused is.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from counted import finish, has_kvm, need, skip

BUILD, QEMU_RUN = (os.path.realpath(p) for p in sys.argv[1:3])
KINDS = {  # an expectation of its scenario, and one that does not hold
    "pager": ("hf_expect_eq(store.reads, 2);", "hf_expect_eq(store.reads, 3);"),
    "scenario": ("hf_expect_eq(hf_peek(va), 43);", "hf_expect_eq(hf_peek(va), 45);"),
}
HAS_QEMU = shutil.which("qemu-system-x86_64") is not None


class Place:
    """An installation, and a folder to work in, which knows nothing of the tree."""

    def __init__(self, top):
        self.top = os.path.join(top, "an installation")
        r = subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet"],
                           env=dict(os.environ, DESTDIR=self.top), capture_output=True, text=True)
        need(r.returncode == 0, "meson install", r.stdout + r.stderr)
        self.work = os.path.join(top, "work")
        os.mkdir(self.work)
        self.env = {"PATH": os.path.dirname(self.find("holdfast", "bin")) + ":/usr/bin:/bin", "HOME": top,
                    "PKG_CONFIG_PATH": os.path.dirname(self.find("holdfast.pc", "pkgconfig")), "LC_ALL": "C"}

    def find(self, name, folder):
        found = glob.glob(os.path.join(glob.escape(self.top), "**", folder, name), recursive=True)
        need(len(found) == 1, f"{folder}/{name} is installed", found)
        return found[0]

    def run(self, command, cwd=None, **env):
        return subprocess.run(command, shell=isinstance(command, str), cwd=cwd or self.work,
                              env=dict(self.env, **env), capture_output=True, text=True)

    def kinds(self):
        text = self.run("holdfast new --help").stdout
        return re.search(r"^usage: holdfast new (\S+) NAME$", text, re.M)[1].split("|")


def headers(place):
    """Each header can be included alone: what it needs is installed, too."""
    top = place.run("pkg-config --variable=includedir holdfast").stdout.strip().replace("\\ ", " ") + "/holdfast"
    names = sorted(os.path.relpath(p, top) for p in glob.glob(glob.escape(top) + "/**/*.h", recursive=True))
    need(len(names) > 60, f"{len(names)} headers are installed")
    need(not [n for n in names if n.endswith("_priv.h")], "none that is private", names)
    folder = os.path.join(place.work, "headers")
    os.mkdir(folder)
    for i, name in enumerate(names):
        with open(os.path.join(folder, f"{i}.c"), "w", encoding="utf-8") as f:
            f.write(f"#include <{name}>\n#include <{name}>\n")
    flags = place.run("pkg-config --cflags holdfast").stdout.strip()
    r = place.run(f'cc -Wall -Werror {flags} -nostdinc -idirafter "$(cc -print-file-name=include)" '
                  "-fsyntax-only *.c", folder)
    need(r.returncode == 0, "each stands alone", r.stderr)


def refusals(place):
    for words, said in (("", "what to make"), ("scenario", "its name is needed"), ("scenari x", "did you mean 'scenario'"),
                        ("scenario x y", "unexpected argument 'y'"), ("scenario ../x", "a small letter"),
                        ("scenario X", "a small letter"), ("scenario mine", "mine is there already"), ("--no x", "--no")):
        before = sorted(glob.glob(place.work + "/**", recursive=True))
        r = place.run("holdfast new " + words)
        need(r.returncode == 2 and said in r.stderr and r.stdout == "", f"refused: new {words}", r.stderr)
        need(sorted(glob.glob(place.work + "/**", recursive=True)) == before, "and nothing has changed")


def commands(folder, name):
    """Those of the README: the indented block, whose last line runs it."""
    with open(os.path.join(folder, "README.md"), encoding="utf-8") as f:
        found = re.search(r"\n\n((?:    \S.*\n)+)\n", f.read())[1]
    found = [line.strip() for line in found.splitlines()]
    need(len(found) == 2 and found[0] == "make" and f"{name}.elf" in found[1], "the README has two commands", found)
    return found


def verdicts(text):
    return {s["id"]: s["verdict"] for s in json.loads(text)["scenarios"]}


def try_kind(place, kind, name):
    r = place.run(f"holdfast new {kind} {name}")
    folder = os.path.join(place.work, name)
    need(r.returncode == 0 and f"cd {name}" in r.stdout, f"new {kind} {name}", r.stderr)
    need("template" not in "".join(place.run("cat *; ls", folder).stdout), "nothing in it is left of the template")
    build, run = commands(folder, name)
    for cc in ("clang", "gcc"):
        if shutil.which(cc, path=place.env["PATH"]) is None:
            skip(f"{cc} is not here")
            continue
        r = place.run(f"make clean && {build} CC={cc} CFLAGS='-O2 -Wall -Wextra -Werror -Wno-unused-parameter'", folder)
        need(r.returncode == 0 and "warning" not in r.stderr, f"{cc} builds it", r.stdout + r.stderr)
        listed = place.run(f"holdfast list --kernel {name}.elf", folder).stdout
        ids = re.findall(r"^([a-z_]+\.[a-z_]+) ", listed, re.M)
        need(ids and all(i.startswith(name + ".") for i in ids), f"it has its own scenarios: {ids}", listed)
        if has_kvm():
            r = place.run(run + " --format json", folder)
            need(r.returncode == 0 and verdicts(r.stdout) == dict.fromkeys(ids, "pass"), "they pass", r.stdout + r.stderr)
        else:
            skip("no /dev/kvm to run them")
    if HAS_QEMU:
        r = subprocess.run([QEMU_RUN, "--build", BUILD, "--kernel", f"{folder}/{name}.elf", "--format", "json"],
                           capture_output=True, text=True)
        need(r.returncode == 0 and verdicts(r.stdout) == dict.fromkeys(ids, "pass"), "under QEMU, too",
             r.stdout + r.stderr)
    else:
        skip("no QEMU")
    broken(place, folder, name, kind, build, run)


def broken(place, folder, name, kind, build, run):
    good, bad = KINDS[kind]
    places = []
    for path in glob.glob(folder + "/*.c"):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        if good in text:
            places.append(f"{os.path.basename(path)}:{text[:text.index(good)].count(chr(10)) + 1}")
            with open(path, "w", encoding="utf-8") as f:
                f.write(text.replace(good, bad))
    need(len(places) == 1, f"an expectation is broken: {places}")
    r = place.run(build, folder)
    need(r.returncode == 0, "it is built anew", r.stderr)
    if has_kvm():
        r = place.run(run, folder)
        need(r.returncode == 1 and re.search(rf"\b{re.escape(places[0])}\b", r.stdout), "and fails, with file and line",
             r.stdout + r.stderr)
    r = place.run(build, folder)
    need("up to date" in r.stdout or "Nothing to be done" in r.stdout, "once", r.stdout)


def main():
    with tempfile.TemporaryDirectory(prefix="outside.") as top:
        place = Place(top)
        need(sorted(place.kinds()) == sorted(KINDS), "each kind is tried here", place.kinds())
        r = place.run("pkg-config --modversion holdfast; holdfast --version")
        need(re.fullmatch(r"([\d.]+)\nholdfast \1\n", r.stdout), f"one version: {r.stdout.split()}", r.stderr)
        headers(place)
        for kind in KINDS:
            try_kind(place, kind, "mine" if kind == "scenario" else "my_" + kind)
        refusals(place)
    finish()


main()
