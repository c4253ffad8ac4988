# SPDX-License-Identifier: BSD-2-Clause
"""requirements.py: reads docs/spec (docs/spec/README.md says how they are written)."""

import collections
import glob
import os
import re

LABELS = ("FreeBSD", "2016", "ours")
# What is meant as one, well formed or not.
ITEM = re.compile(r"^\s{0,3}[-*+]\s+\*{0,2}\[?[A-Z]{2,4}-\d")
HEAD = re.compile(r"- \*\*([A-Z]{2,4}-[0-9]+)\*\* \[([^\]]*)\] (.*)", re.S)
# A second sentence: a full stop, blanks, and a beginning.
SECOND = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!vol)(?<!no)[.!?][\"')]*\s+[\"'(`]*[A-Z0-9]")

Requirement = collections.namedtuple("Requirement", "id label sentence basis file line")


class Spec:
    """All requirements in the order of their files, and what is wrong with them."""

    def __init__(self):
        self.by_id, self.problems, self.sections = {}, [], {}

    def families(self):
        return list(dict.fromkeys(family(r) for r in self.by_id))

    def add(self, r):
        twin = self.by_id.get(r.id)
        alike = [o for o in self.by_id if family(o) == family(r.id) and number(o) == number(r.id)]
        if twin:
            self.problems.append(f"{r.file}:{r.line}: {r.id} stands in {twin.file}:{twin.line}, too")
        elif alike:
            self.problems.append(f"{r.file}:{r.line}: {r.id} is written {alike[0]} elsewhere")
        else:
            self.by_id[r.id] = r


def family(rid):
    return rid.split("-")[0]


def number(rid):
    return int(rid.split("-")[1])


def order(rid):
    return family(rid), number(rid)


def split_basis(text):
    """The text, and what its last parentheses hold; None if it does not end with any."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[at], 0)
        if depth == 0:
            return (text[:at].rstrip(), text[at + 1:-1].strip()) if text[at] == "(" else (text, None)
    return text, None


def decode(item, file, line):
    """A requirement, or what is wrong with it."""
    m = HEAD.fullmatch(item)
    if not m:
        return "not of the form '- **ID** [LABEL] one sentence. (basis)'"
    sentence, basis = split_basis(m[3])
    if m[2] not in LABELS:
        return f"{m[1]}: its label is '{m[2]}', and not one of {', '.join(LABELS)}"
    if not basis:
        return f"{m[1]}: the basis in parentheses is missing at its end"
    if not sentence.endswith("."):
        return f"{m[1]}: its sentence does not end with a full stop before the basis"
    if SECOND.search(re.sub(r"`[^`]*`", "code", sentence[:-1])):
        return f"{m[1]}: more than one sentence: a test cannot decide two things by one verdict"
    return Requirement(m[1], m[2], sentence, basis, file, line)


def items(text):
    """(line, text) of each list item that is a requirement, its lines joined."""
    found, last = [], None
    for n, line in enumerate(text.split("\n"), 1):
        if ITEM.match(line):
            last = [n, line.rstrip()]
            found.append(last)
        elif last and re.match(r"  \S", line):
            last[1] += " " + line.strip()
        else:
            last = None
    return found


def add_text(spec, file, text):
    for line, item in items(text):
        r = decode(item, file, line)
        if isinstance(r, str):
            spec.problems.append(f"{file}:{line}: {r}")
        else:
            spec.add(r)
    spec.sections[os.path.basename(file)] = set(re.findall(r"^#{2,4} (\d+(?:\.\d+)*)\.? ", text, re.M))


def files(top):
    found = sorted(glob.glob(os.path.join(top, "docs", "spec", "*.md")))
    return [os.path.relpath(f, top) for f in found if os.path.basename(f) != "README.md"]


def read(top):
    spec = Spec()
    for file in files(top):
        with open(os.path.join(top, file), encoding="utf-8") as f:
            add_text(spec, file, f.read())
    if not spec.by_id:
        spec.problems.append("docs/spec: no requirement there")
    return spec
