#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""table.py: the requirements of docs/spec as a table in C (host/run/requirements.h).

usage: table.py TREE TABLE.c DEPENDENCIES
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from spec import requirements  # noqa: E402 (needs the path above)


def string(text):
    """A C string of these bytes; octal escapes end after three digits, whatever follows."""
    plain = set(range(0x20, 0x7f)) - set(b'"\\?')
    return '"' + "".join(chr(b) if b in plain else f"\\{b:03o}" for b in text.encode()) + '"'


def table(spec):
    out = ['/* Made by tools/spec/table.py. */\n#include "run/requirements.h"\n\nconst char hf_requirements[] =\n']
    for rid in sorted(spec.by_id, key=requirements.order):
        r = spec.by_id[rid]
        for text in (r.id, r.label, os.path.basename(r.file), r.basis, r.sentence):
            out.append(f'    {string(text)} "\\0"\n')
    return "".join(out) + '    "";\n'


def main(top, path, dependencies):
    spec = requirements.read(top)
    if spec.problems:
        sys.exit("\n".join(spec.problems))
    with open(path, "w", encoding="ascii") as f:
        f.write(table(spec))
    # The folder: a file that comes or goes.
    read = [os.path.join(top, "docs", "spec"), *(os.path.join(top, f) for f in requirements.files(top))]
    with open(dependencies, "w", encoding="utf-8") as f:
        f.write(f"{path}: " + " ".join(r.replace(" ", "\\ ") for r in read) + "\n")


main(*sys.argv[1:])
