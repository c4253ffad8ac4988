#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""fault_sweep.py: one disk operation after another fails; no run may miss it.

usage: fault_sweep.py HOLDFAST MKIMAGE [--every N] [--kind KIND] [SCENARIO...]
Without scenarios: main.files on a small image of its own, every read, write and
flush.  With them: each on the default image; --every N tries one operation in N.
A run in which an operation failed must fail, say so by errno, and neither hang
nor take the guest with it.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOUCHED = re.compile(r"fault plan: (\d+) of (\d+) disk operations")
TIMEOUT_S = 120


def run(holdfast, plan, scenario, extra):
    done = subprocess.run([holdfast, "run", "--cpus", "2", "--faulty", plan, *extra, scenario],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S, check=False)
    text = done.stdout.decode(errors="replace")
    found = TOUCHED.search(text)
    return done.returncode, int(found.group(1)) if found else -1, text


def wrong(status, touched, text, names_errno):
    if touched < 0:
        return "nothing is said about the fault plan"
    if status not in (0, 1):
        return f"status {status}"
    if re.search(r"panic|^DIED|^LOST", text, re.M):
        return "the guest died"
    if touched > 0 and status == 0:
        return "passed in spite of the failed operation"
    if touched > 0 and names_errno and "EIO" not in text:
        return "no EIO by name"
    return None


def sweep(holdfast, scenario, kind, every, extra, names_errno):
    """Faults tried and how many of them went wrong."""
    tried = bad = 0
    n = 1
    while True:
        plan = f"{kind}@{n}=fail"
        try:
            status, touched, text = run(holdfast, plan, scenario, extra)
            why = wrong(status, touched, text, names_errno)
        except subprocess.TimeoutExpired:
            touched, text, why = 1, "", "no end"
        if touched == 0:
            return tried, bad
        tried += 1
        if why:
            bad += 1
            print(f"FAIL: {scenario} {plan}: {why}\n{text}")
            if touched < 0:
                return tried, bad
        n += every


def small_image(mkimage, folder):
    tree = folder / "tree"
    (tree / "dir" / "below").mkdir(parents=True)
    (tree / "write-me").write_bytes(bytes(range(256)) * 30)
    (tree / "dir" / "large").write_bytes(b"0123456789abcdef" * 8000)  # an indirect block
    (tree / "dir" / "below" / "file").write_text("text\n")
    image = folder / "small.img"
    subprocess.run([mkimage, tree, image], check=True)
    return image


def main():
    args = argparse.ArgumentParser()
    args.add_argument("holdfast")
    args.add_argument("mkimage")
    args.add_argument("--every", type=int, default=1)
    args.add_argument("--kind", choices=["read", "write", "flush"], action="append")
    args.add_argument("scenario", nargs="*")
    a = args.parse_intermixed_args()
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        print("skipped: no access to /dev/kvm")
        return 77
    kinds = a.kind or ["read", "write", "flush"]
    total = bad = 0
    with tempfile.TemporaryDirectory() as folder:
        work = [(s, [], False) for s in a.scenario]
        if not work:
            image = small_image(a.mkimage, pathlib.Path(folder))
            work = [("main.files", ["--snapshot", "--disk", str(image)], True)]
        for scenario, extra, names_errno in work:
            for kind in kinds:
                n, wrong_ones = sweep(a.holdfast, scenario, kind, a.every, extra, names_errno)
                print(f"{scenario}: {n} failed {kind}s tried, {wrong_ones} missed", flush=True)
                total += n
                bad += wrong_ones
    print(f"{total} faults, {bad} missed")
    return 1 if bad or not total else 0


sys.exit(main())
