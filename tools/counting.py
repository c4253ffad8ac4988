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


def counts_of(line):
    """{name: count} of a line "count ..." of the plugin's output."""
    return {k: int(v) for k, v in (kv.split("=") for kv in line.split()[1:])}


def plain_of(counts):
    """Instructions of all places, without iterations of REP."""
    return counts["user"] + counts["kernel"] + counts["guest"]


def rep_of(counts):
    return counts["user_rep"] + counts["kernel_rep"] + counts["guest_rep"]


def count_groups(lines, samples=None):
    """[[counts, ...], ...] for each class of the plugin's output.

    Warm-up samples stand before the line "class" and are left out; of each
    class at most the first "samples" are taken.
    """
    groups = []
    for line in lines:
        if line.startswith("class"):
            groups.append([])
        elif groups and (samples is None or len(groups[-1]) < samples):
            groups[-1].append(counts_of(line))
    return groups


def group_samples(lines, samples=None):
    """The same with (plain, rep) for each sample."""
    return [[(plain_of(c), rep_of(c)) for c in g] for g in count_groups(lines, samples)]


def records(log):
    """(kind, {key: value}) of each record in a console log."""
    with open(log, "rb") as f:
        for line in f.read().split(b"\n"):
            if line[:1] != b"\x1e":
                continue
            words = line[1:].decode("ascii", "replace").split(" ")
            if len(words) >= 3:
                yield words[2], dict(w.split("=", 1) for w in words[3:] if "=" in w)
