# SPDX-License-Identifier: BSD-2-Clause
"""reasons.py: lines that nobody can reach, and why (tests/coverage/unreached.json).

{ "guest/vm/x.c": [ { "function": "f", "lines": [ "text", ... ], "reason": "..." } ] }

A line is named by its function and its text, without the blanks around it; without
"lines" all of the function's are meant.  Names go stale: one whose text is gone, or
whose line somebody reaches, is an error.  "luck": true: somebody may reach it, once in
a while.
"""

import json
import os

from mutation.reach import function_at


class Stale(Exception):
    pass


def read(path):
    with open(path, encoding="utf-8") as f:
        data = json.load(f)
    for name, entries in data.items():
        for e in entries:
            if not {"function", "reason"} <= set(e) <= {"function", "lines", "luck", "reason"} or not e["reason"]:
                raise Stale(f"{path}: {name}: not function, lines, luck and reason: {e}")
    return data


def text_of(top, path):
    try:
        with open(os.path.join(top, path), encoding="utf-8") as f:
            return f.read()
    except OSError as e:
        raise Stale(f"{path}: {e.strerror}") from e


def places(text, entry):
    """{text: [its lines]} of an entry, whether reached or not."""
    lines = text.split("\n")
    mine = [n for n in range(1, len(lines) + 1) if function_at(text, n) == entry["function"]]
    if "lines" not in entry:
        return {entry["function"] + "()": mine}
    return {t: [n for n in mine if lines[n - 1].strip() == t] for t in entry["lines"]}


def check_text(top, data):
    """Stale, if something named is not in the tree."""
    gone = []
    for path, entries in data.items():
        text = text_of(top, path)
        for e in entries:
            gone += [f"{path}: {e['function']}: {t}" for t, found in places(text, e).items() if not found]
    if gone:
        raise Stale("named as unreached, and not there any more:\n  " + "\n  ".join(gone))


def named(top, data, known):
    """{(path, line): reason} of all that is missed and named; Stale, if any of it is reached."""
    reasons, bad = {}, []
    for path, entries in data.items():
        text, lines = text_of(top, path), known.files.get(path, {})
        for e in entries:
            for what, found in places(text, e).items():
                if "lines" not in e:  # gcov counts its last brace, too
                    found = [n for n in lines if lines[n][0] == e["function"]]
                code = [n for n in found if n in lines]
                missed = [n for n in code if lines[n][1] == 0]
                reached = [n for n in code if lines[n][1] != 0]
                if not e.get("luck") and (not missed or "lines" not in e and reached):
                    by = known.names(lines[reached[0]][1])[0] if reached else "no code is there"
                    bad.append(f"{path}: {e['function']}: {what} ({by})")
                reasons.update({(path, n): e["reason"] for n in missed})
    if bad:
        raise Stale("named as unreached, but reached:\n  " + "\n  ".join(bad))
    return reasons
