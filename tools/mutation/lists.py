# SPDX-License-Identifier: BSD-2-Clause
"""lists.py: mutations that somebody wrote down, and how one is applied.

A list is a JSON array of objects: id; file, old, new (text in place of text, of
which the nth counts from 0 and is 0 when left out); what (the rule that it breaks);
equivalent (the reason why nobody can see it), where that is so; ground, where only
one can see it: model, explore, kvm, lab or unit; open, what no test sees so far;
requirement, the id that such a one shows to be named and not shown (docs/caveats.md);
find, what tools/refind has it found by.
"""

import json
import os

KEYS = {"id", "file", "old", "new", "nth", "what", "equivalent", "ground", "open", "requirement", "find"}


class Stale(Exception):
    """A mutation whose text is not in the tree any more."""


def read(path):
    with open(path, encoding="utf-8") as f:
        found = json.load(f)
    seen = set()
    for m in found:
        bad = set(m) - KEYS or {"id", "file", "old", "new"} - set(m)
        if bad:
            raise ValueError(f"{path}: {m.get('id', '?')}: keys {', '.join(sorted(bad))}")
        if m["id"] in seen:
            raise ValueError(f"{path}: {m['id']} stands there twice")
        seen.add(m["id"])
    return found


def place(text, mutation):
    """Offset of its text."""
    at = -1
    for _ in range(mutation.get("nth", 0) + 1):
        at = text.find(mutation["old"], at + 1)
        if at < 0:
            raise Stale(f"{mutation['id']}: {mutation['file']} has not (any more): {mutation['old']!r}")
    return at


def applied(text, mutation):
    """The file with the mutation, and the lines (from 1) that it changes."""
    at, old, new = place(text, mutation), mutation["old"], mutation["new"]
    lead = len(os.path.commonprefix([old, new]))
    tail = len(os.path.commonprefix([old[lead:][::-1], new[lead:][::-1]]))
    first = text.count("\n", 0, at + lead) + 1
    last = text.count("\n", 0, max(at + lead, at + len(old) - tail - 1)) + 1
    return text[:at] + new + text[at + len(old):], (first, last)
