# SPDX-License-Identifier: BSD-2-Clause
"""foreign.py: rules of tools/lint that other programs know: shellcheck, clang-tidy."""

import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import tempfile

SHELL = re.compile(rb"#!\s*\S*/(env )?(busybox )?(ba|da|a)?sh\b")


def is_script(path):
    """A shell's, by its name or its first line."""
    if path.endswith(".sh"):
        return True
    with open(path, "rb") as f:
        return SHELL.match(f.readline(200)) is not None


def shell(top, files):
    """What shellcheck finds by the rules of .shellcheckrc; None: it is not here."""
    tool = shutil.which("shellcheck")
    if not tool:
        print("lint shell: skipped: no shellcheck on this machine")
        return None
    version = subprocess.run([tool, "--version"], capture_output=True, text=True).stdout
    if "version: 0.9." not in version:
        print("lint shell: skipped: the rules are those of shellcheck 0.9, here is", *version.split("\n")[1:2])
        return None
    scripts = [f for f in files if is_script(os.path.join(top, f))]
    if not scripts:
        return ["no shell script in the tree"]
    r = subprocess.run([tool, "-f", "gcc", *scripts], cwd=top, capture_output=True, text=True)
    found = r.stdout.splitlines() + r.stderr.splitlines()
    return found or ([f"shellcheck ended with {r.returncode}"] if r.returncode else [])


FINDING = re.compile(r"^(\S+?):(\d+):\d+: (?:warning|error): (.*)$", re.M)


def commands_of(top, build, files):
    """How the build compiles each file; one that several parts have, as the guest's kernel has it."""
    found = {}
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as f:
        commands = json.load(f)
    for c in commands:
        name = os.path.relpath(os.path.realpath(os.path.join(c["directory"], c["file"])), top)
        if name in files and (name not in found or "libholdfast-kernel.a.p" in c["output"]):
            found[name] = c
    return found


def tidy_some(tool, database, top, names):
    """{(file, line, what)}; clang-tidy names files as seen from the build folder, in which the database lies."""
    r = subprocess.run([tool, "-p", database, "--quiet", "--config-file=" + os.path.join(top, ".clang-tidy"),
                        "--extra-arg=-Wno-everything", *(os.path.join(top, n) for n in names)],
                       cwd=top, capture_output=True, text=True)
    here = os.path.dirname(database)
    found = {(os.path.relpath(os.path.realpath(os.path.join(here, m[1])), top), int(m[2]), m[3])
             for m in FINDING.finditer(r.stdout.replace(",-warnings-as-errors", ""))}
    if r.returncode != 0 and not found:
        found = {(names[0], 0, f"clang-tidy ended with {r.returncode}: {r.stderr[-300:]}")}
    return found


def tidy(top, build, files):
    """What clang-tidy finds by the rules of .clang-tidy, in the files that the build compiles."""
    tool = shutil.which("clang-tidy-14") or shutil.which("clang-tidy")
    if not tool:
        print("lint tidy: skipped: no clang-tidy on this machine")
        return None
    version = subprocess.run([tool, "--version"], capture_output=True, text=True).stdout
    if "version 14." not in version:
        print("lint tidy: skipped: the rules are those of clang-tidy 14, here is", *re.findall("version.*", version))
        return None
    if not os.path.exists(os.path.join(build, "compile_commands.json")):
        print(f"lint tidy: skipped: nothing is configured in {os.path.relpath(build)} (meson setup)")
        return None
    commands = commands_of(top, build, set(files))
    names, workers = sorted(commands), os.cpu_count() or 1
    with tempfile.TemporaryDirectory(dir=build) as database, \
            concurrent.futures.ThreadPoolExecutor(workers) as pool:
        with open(os.path.join(database, "compile_commands.json"), "w", encoding="utf-8") as f:
            json.dump(list(commands.values()), f)
        # Neighbours cost alike: each worker gets one of so many, not a folder.
        parts = [names[i::workers * 4] for i in range(workers * 4)]
        found = set().union(*pool.map(lambda p: tidy_some(tool, database, top, p) if p else set(), parts))
    return [f"{name}:{line}: {text}" for name, line, text in sorted(found)]
