# SPDX-License-Identifier: BSD-2-Clause
"""counting.py: what tools/icount and tools/linux-baseline share."""

import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def built(build, *targets):
    """Builds targets in an existing build folder; its path."""
    r = subprocess.run(["ninja", "-C", build, "--quiet", *targets], capture_output=True, text=True)
    if r.returncode:
        sys.exit(f"{build} does not build:\n{(r.stdout + r.stderr)[-3000:]}")
    return build


def release_build():
    """The build that is measured: no invariants, optimised for release."""
    build = os.path.join(TOP, "build-release")
    if not os.path.exists(os.path.join(build, "build.ninja")):
        subprocess.run(["meson", "setup", build, TOP, "-Dinvariants=false",
                        "--buildtype=release"], check=True, capture_output=True)
    return built(build)


def plugin_of(build):
    return os.path.join(built(build, "tools/hf-count.so"), "tools", "hf-count.so")


def group_samples(lines, samples=None):
    """[[(plain, rep), ...], ...] for each class of the plugin's output.

    Warm-up samples stand before the line "class" and are left out; of each
    class at most the first "samples" are taken.
    """
    groups, current = [], None
    for line in lines:
        if line.startswith("class"):
            current = []
            groups.append(current)
            continue
        n = dict(kv.split("=") for kv in line.split()[1:])
        if current is not None and (samples is None or len(current) < samples):
            current.append((sum(int(n[k]) for k in ("user", "kernel", "guest")),
                            sum(int(n[k]) for k in ("user_rep", "kernel_rep", "guest_rep"))))
    return groups


def records(log):
    """(kind, {key: value}) of each record in a console log."""
    with open(log, "rb") as f:
        for line in f.read().split(b"\n"):
            if line[:1] != b"\x1e":
                continue
            words = line[1:].decode("ascii", "replace").split(" ")
            if len(words) >= 3:
                yield words[2], dict(w.split("=", 1) for w in words[3:] if "=" in w)
