#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""docs/locking.md draws the lock order of guest/kern/lock_ranks.h.

usage: locking_doc.py [--write] TREE
  --write  draw it anew

Exit status: 0 the two agree, 1 they do not.
"""
import re
import sys
from pathlib import Path

BEGIN, END = "<!-- lock order: made by tests/unit/locking_doc.py -->\n", "<!-- end -->\n"
ROW = re.compile(r'R\((\d+), (SX|MTX|RW|SPIN|NODE), "([^"]+)",\s*(?:\\\n\s*)?"([^"]*)"\)')
KINDS = {"SX": "sx", "MTX": "mtx", "RW": "rwlock", "SPIN": "mtx, MTX_SPIN", "NODE": "–"}


def rows(text):
    table = text[text.index("#define HF_LOCK_RANKS"):text.index("/* clang-format on */")]
    found = ROW.findall(table)
    if len(found) != table.count("R(") or not found:
        sys.exit("lock_ranks.h: a row that cannot be read")
    ranks = [int(r[0]) for r in found]
    if ranks != sorted(set(ranks)):
        sys.exit("lock_ranks.h: ranks do not rise")
    if len({r[2] for r in found}) != len(found):
        sys.exit("lock_ranks.h: a name twice")
    spin = [r[1] == "SPIN" for r in found]
    if spin != sorted(spin):
        sys.exit("lock_ranks.h: a lock that blocks inside a spin mutex")
    return found


def draw(table):
    out = ["| rank | class | kind | of two, first |\n", "|---|---|---|---|\n"]
    for rank, kind, name, two in table:
        name = f"({name})" if kind == "NODE" else name
        out.append(f"| {rank} | {name} | {KINDS[kind]} | {two} |\n")
    return "".join(out)


def main(args):
    write = "--write" in args
    tree = Path([a for a in args if a != "--write"][0])
    doc = tree / "docs/locking.md"
    text = doc.read_text()
    head, rest = text.split(BEGIN)
    old, tail = rest.split(END)
    new = draw(rows((tree / "guest/kern/lock_ranks.h").read_text()))
    if write:
        doc.write_text(head + BEGIN + new + END + tail)
    elif old != new:
        sys.exit("docs/locking.md is not what guest/kern/lock_ranks.h says: "
                 "tests/unit/locking_doc.py --write .")


main(sys.argv[1:])
