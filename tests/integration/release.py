#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""release.py: one version, and a tarball that is whole.

usage: release.py BUILD

The program, meson.build and the newest section of docs/changelog.md name the same version.
`meson dist` makes a tarball with every file of the commit, from which a folder can be set up.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile

from counted import finish, need, skip

BUILD = os.path.realpath(sys.argv[1])
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run(*args, **kw):
    return subprocess.run(args, capture_output=True, text=True, **kw)


def newest(changelog):
    """(version or "Unreleased", its text) of the first section, and of the first with a version."""
    sections = re.split(r"^## (.*)\n", changelog, flags=re.M)
    found = list(zip(sections[1::2], sections[2::2]))
    return found[0][0], next((s for s in found if s[0] != "Unreleased"), (None, ""))


def versions():
    with open(os.path.join(TOP, "docs", "changelog.md"), encoding="utf-8") as f:
        first, (version, text) = newest(f.read())
    project = json.loads(run("meson", "introspect", "--projectinfo", BUILD).stdout)["version"]
    said = run(os.path.join(BUILD, "holdfast"), "--version").stdout
    need(re.fullmatch(r"\d+\.\d+\.\d+", project), f"meson.build: {project}")
    need(said == f"holdfast {project}\n", "the program says so", said)
    need(version == project and first in (version, "Unreleased"), "and so does docs/changelog.md", (first, version))
    need(len(re.findall(r"^- (?:breaking|compatible|fix): ", text, re.M)) > 0, "which says what is new")
    return project


def is_gits(name):
    """Some versions of meson leave these out."""
    return os.path.basename(name).startswith(".git")


def dist(version):
    r = run("git", "-C", TOP, "ls-files")
    if r.returncode != 0:
        skip("no tarball without git: " + r.stderr.strip())
        return
    tracked = {f for f in r.stdout.split("\n") if f and not is_gits(f)}
    r = run("meson", "dist", "-C", BUILD, "--no-tests", "--allow-dirty", "--formats", "gztar")
    need(r.returncode == 0, "meson dist", r.stdout + r.stderr)
    name = f"holdfast-{version}"
    with tempfile.TemporaryDirectory(prefix="release.") as folder:
        with tarfile.open(os.path.join(BUILD, "meson-dist", name + ".tar.gz")) as tar:
            files = {os.path.relpath(m.name, name) for m in tar.getmembers() if not m.isdir()}
            files = {f for f in files if not is_gits(f)}
            tar.extractall(folder)
        need(files == tracked, f"it has all {len(tracked)} files and no other", sorted(files ^ tracked))
        r = run("meson", "setup", os.path.join(folder, "build"), os.path.join(folder, name))
        need(r.returncode == 0, "and is set up, without git", r.stdout + r.stderr)


dist(versions())
finish()
