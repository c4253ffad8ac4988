#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""two_disks.py: what a guest does to one of its disks is done to that image, and to no other.

VB-84: bytes, and interrupts where they are the only way; VB-85: errors of one disk.
usage: two_disks.py HOLDFAST BUILD
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

BLOCK = 1024
STAMP = b"holdfast wrote this to vtbd"  # guest/scenarios/dev/two_disks.c
wrong = []


def expect(what, ok):
    if not ok:
        wrong.append(what)
        print("wrong:", what)


def run(holdfast, *args):
    """The verdicts of the run's scenarios, by id."""
    r = subprocess.run([holdfast, "run", "--format", "tap", *args], check=False, capture_output=True, text=True)
    verdicts = {m[2]: m[1] for m in re.finditer(r"^(ok|not ok) \d+ - (\S+)", r.stdout, re.M)}
    if not verdicts:
        sys.exit(f"{args}: {r.stdout[-2000:]}{r.stderr[-2000:]}")
    return {k: v + (" skip" if f"- {k} # SKIP" in r.stdout else "") for k, v in verdicts.items()}


def changed_blocks(before, after):
    with open(before, "rb") as a, open(after, "rb") as b:
        old, new = a.read(), b.read()
    expect(f"{after} is as large as before", len(old) == len(new))
    return [new[i:i + BLOCK] for i in range(0, len(new), BLOCK) if old[i:i + BLOCK] != new[i:i + BLOCK]]


def check_bytes(holdfast, images):
    with tempfile.TemporaryDirectory() as folder:
        copies = [shutil.copy(image, folder) for image in images]
        verdicts = run(holdfast, "--disk", copies[0], "--disk", copies[1], "dev.two_disks_bytes")
        expect(f"the guest finds what it wrote: {verdicts}", list(verdicts.values()) == ["ok"])
        for i, (image, copy) in enumerate(zip(images, copies)):
            blocks = changed_blocks(image, copy)
            expect(f"16 blocks of vtbd{i} are changed: {len(blocks)}", len(blocks) == 16)
            expect(f"all by stores to vtbd{i}", all(b.startswith(STAMP + b"%d" % i) for b in blocks))


def main(holdfast, build):
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        print("skipped: /dev/kvm cannot be used")
        sys.exit(77)
    check_bytes(holdfast, [os.path.join(build, name) for name in ("default.img", "second.img")])
    # Late answers come by interrupt, or not at all.
    for disk in ("vtbd0", "vtbd1"):
        verdicts = run(holdfast, "--faulty", f"{disk}:any@*=delay:2ms", "--timeout", "60s", "dev.two_disks_counts")
        expect(f"{disk} is late: {verdicts}", list(verdicts.values()) == ["ok"])
    both = ("pager.read_page", "pager.second_disk")
    for disk, bad in (("vtbd0", 0), ("vtbd1", 1)):
        verdicts = run(holdfast, "--faulty", f"{disk}:read@*=fail", *both)
        expect(f"{disk} fails: {verdicts}", verdicts == {both[bad]: "not ok", both[1 - bad]: "ok"})
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
