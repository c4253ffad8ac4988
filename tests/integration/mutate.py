#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""mutate.py: the lists of mutations fit the tree, and a few of them are noticed.

usage: mutate.py TOOLS_MUTATE
"""

import json
import os
import re
import subprocess
import sys
import tempfile

MUTATE = sys.argv[1]
SAMPLE = 6
# Code moves; so many may wait for somebody to mend them.
STALE = 12


def need(condition, text, output=""):
    print(("ok: " if condition else "NOT: ") + text)
    if not condition:
        sys.exit(output[-4000:] or 1)


def run(*args):
    return subprocess.run([MUTATE, *args], capture_output=True, text=True)


def with_list(folder, mutations, *args):
    path = os.path.join(folder, "list.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(mutations, f)
    return run("--list", path, *args)


def check_lists(folder):
    r = run("--show", "--stale", str(STALE))
    print(r.stderr, end="")
    need(r.returncode == 0 and r.stdout.count("\n") > 200, "the mutations of tests/mutations find their text", r.stderr)
    r = run("--show", "--own", "1000000", "--stale", str(STALE))
    print(r.stderr, end="")
    need(r.returncode == 0 and r.stdout.count("\n") > 3000, "and the reasons for those made from the source", r.stderr)
    good = {"id": "x.1", "file": "guest/vm/vm_page_wire.c", "old": "vm_page_unwire(", "new": "gone("}
    r = with_list(folder, [dict(good, old="no such text")])
    need(r.returncode == 2 and "x.1" in r.stderr and "vm_page_wire.c" in r.stderr, "a text that is gone is named", r.stderr)
    r = with_list(folder, [dict(good, nth=99)])
    need(r.returncode == 2 and "x.1" in r.stderr, "so is one that is not there so often", r.stderr)
    r = with_list(folder, [dict(good, lod="")])
    need(r.returncode == 2 and "lod" in r.stderr, "a key that nobody knows is named", r.stderr)
    r = with_list(folder, [good, good])
    need(r.returncode == 2 and "twice" in r.stderr, "an id stands for one mutation", r.stderr)


def check_sample(folder):
    results = os.path.join(folder, "results")
    r = run("--sample", str(SAMPLE), "--stale", str(STALE), "--ground", "model", "--jobs", "1", "--results", results)
    need(r.returncode == 0, f"{SAMPLE} mutations are noticed", r.stdout + r.stderr)
    last = re.match(r"(\d+) killed, 0 survive", r.stdout.strip().split("\n")[-1])
    need(last and int(last[1]) == SAMPLE, "each by a scenario", r.stdout)
    # A change that changes nothing must survive, or all the others prove nothing.
    same = {"id": "x.2", "file": "guest/vm/vm_page_wire.c", "old": "/* True when the last", "new": "/* true when the last"}
    r = with_list(folder, [same], "--ground", "model", "--jobs", "1", "--results", results)
    need(r.returncode == 1 and "survives: x.2" in r.stdout, "what nobody can notice survives", r.stdout + r.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        check_lists(folder)
        check_sample(folder)


if __name__ == "__main__":
    main()
