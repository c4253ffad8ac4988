# SPDX-License-Identifier: BSD-2-Clause
"""scratch.py: copies of the tree to break, each with a warm build folder."""

import glob
import os
import shutil
import signal
import subprocess


def run(args, **kw):
    return subprocess.run(args, capture_output=True, text=True, errors="replace", **kw)


def setup(folder, tree, args):
    """A build folder of "tree" below "folder", made when it is not there."""
    build = os.path.join(folder, "build")
    if not os.path.exists(os.path.join(build, "build.ninja")):
        os.makedirs(folder, exist_ok=True)
        # Nothing but what is rebuilt counts: no -Werror, for a mutation leaves unused names.
        r = run(["meson", "setup", build, tree, "-Dstatic=false"] + args)
        if r.returncode:
            raise SystemExit(f"mutate: {build}: {(r.stdout + r.stderr)[-2000:]}")
    return build


def ninja(build, *targets, must=False):
    """Builds; False if it does not, with must the end."""
    r = run(["ninja", "-C", build, "--quiet", *targets])
    if r.returncode and must:
        raise SystemExit(f"mutate: {build} does not build:\n{(r.stdout + r.stderr)[-3000:]}")
    return r.returncode == 0


def kill_session(session):
    """All that a test has started: some of them are process groups of their own."""
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat, encoding="utf-8", errors="replace") as f:
                pid, rest = f.read().split(" ", 1)
            if int(rest.rsplit(")", 1)[1].split()[3]) == session:
                os.kill(int(pid), signal.SIGKILL)
        except (OSError, IndexError):
            pass  # it has ended


def same(a, b):
    if not os.path.exists(b):
        return False
    with open(a, "rb") as x, open(b, "rb") as y:
        return x.read() == y.read()


class Scratch:
    """One copy of the tree, its files brought up to date where they differ."""

    def __init__(self, top, folder, args):
        self.tree = os.path.join(folder, "tree")
        listed = run(["git", "-C", top, "ls-files", "-co", "--exclude-standard"], check=True).stdout.split("\n")
        self.files = [f for f in listed if f and os.path.isfile(os.path.join(top, f))]
        for f in self.files:
            source, target = os.path.join(top, f), os.path.join(self.tree, f)
            if not same(source, target):
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copyfile(source, target)
                shutil.copymode(source, target)
        self.build = setup(folder, self.tree, args)

    def put(self, path, text):
        """Writes a file of this copy; returns what it was, which need not be the tree's any more."""
        with open(os.path.join(self.tree, path), "r+", encoding="utf-8") as f:
            before = f.read()
            f.seek(0)
            f.truncate()
            f.write(text)
        return before
