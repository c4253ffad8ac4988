# SPDX-License-Identifier: BSD-2-Clause
"""operators.py: mutations made from the source text.

The operators: negate (a condition), drop (a call whose result nobody wants), flush
and wakeup (the same of what flushes or wakes), bound (< for <=, and so on), one (one
more or less).  An id is operator:file:function:text, with ~N for the Nth of the
same, so that it stays with its code when lines move.
"""

import hashlib
import os
import re

# Only say something, or check; a kernel without them is as right as before.
SAYS = re.compile(r"\b(\w*ASSERT\w*|\w*assert\w*|hf_check\w*|hf_lock_check\w*|MPASS|printf|hf_note|hf_value|panic|hf_log\w*|err_\w+|log_\w+"
                  r"|va_start|va_end|va_copy)\s*\(")
CALL = re.compile(r"^(\t+)(?:\(void\))?((?:\w+(?:->|\.))*\w+)\((.*)\);$")
FLUSH = re.compile(r"flush|inval|invl|fence|fsync|fdatasync|cr3")
WAKE = re.compile(r"wake|signal|notify|unpark|broadcast|wakeup")
NO_CALL = {"if", "while", "for", "switch", "return", "sizeof"}
FUNCTION = re.compile(r"^(\w+)\(")
BOUND = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


def balanced(text, at):
    """Offset after the parenthesis that closes the one at "at"; None if none does."""
    depth = 0
    for i in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i + 1
    return None


def code_lines(text):
    """(number from 1, line, function) of lines inside functions, without comments."""
    function, comment = None, False
    for n, line in enumerate(text.split("\n"), 1):
        m = FUNCTION.match(line)
        if m:
            function = m[1]
        elif line.startswith("}"):
            function = None
        bare = re.sub(r'"(\\.|[^"\\])*"', lambda s: '"' + "_" * (len(s[0]) - 2) + '"', line)
        bare = re.sub(r"/\*.*?\*/", lambda s: " " * len(s[0]), bare)
        if comment:
            comment = "*/" not in bare
            continue
        if "/*" in bare:
            comment = True
            continue
        if function and bare.startswith("\t") and not SAYS.search(bare):
            yield n, bare, function


def edits(bare):
    """(operator, from, to, new) for the columns of one line."""
    m = CALL.match(bare)
    if m and m[2].split(">")[-1].split(".")[-1] not in NO_CALL and balanced(bare, bare.index("(", len(m[1]) +
            (6 if bare[len(m[1]):].startswith("(void)") else 0))) == len(bare) - 1:
        name = m[2].lower()
        kind = "flush" if FLUSH.search(name) else "wakeup" if WAKE.search(name) else "drop"
        yield kind, len(m[1]), len(bare), "/* dropped */;"
    for m in re.finditer(r"\b(?:if|while) \(", bare):
        end = balanced(bare, m.end() - 1)
        if end and "= NULL)" not in bare[m.end():end].replace("== NULL", "").replace("!= NULL", ""):
            yield "negate", m.end() - 1, end, "(!" + bare[m.end() - 1:end] + ")"
    for m in re.finditer(r"(?<=\w|\)) (<=|>=|<|>) (?=[\w(])", bare):
        yield "bound", m.start(1), m.end(1), BOUND[m[1]]
    for m in re.finditer(r" ([+-]) 1\b(?!\w|u?l* <<)", bare):
        yield "one", m.start(), m.end(), ""


def of_file(path, text):
    """All mutations of one file."""
    lines, seen = text.split("\n"), {}
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for n, bare, function in code_lines(text):
        for kind, a, b, new in edits(bare):
            line = lines[n - 1]
            what = re.sub(r"\s+", " ", line[a:b] if kind in ("negate", "drop", "flush", "wakeup") else line).strip()
            key = f"{kind}:{path}:{function}:{what}"
            seen[key] = seen.get(key, 0) + 1
            new_line = line[:a] + (new.replace(bare[a:b], line[a:b]) if kind == "negate" else new) + line[b:]
            yield {"id": key + (f"~{seen[key]}" if seen[key] > 1 else ""), "file": path, "kind": kind,
                   "at": starts[n - 1], "old": line, "new": new_line, "line": n}


def chosen(top, files, count, seed=""):
    """"count" of all of them, always the same ones: by the hash of their ids.

    Of each operator alike, as far as it has so many.
    """
    by_kind = {}
    for path in files:
        with open(os.path.join(top, path), encoding="utf-8") as f:
            for m in of_file(path, f.read()):
                by_kind.setdefault(m["kind"], []).append(m)
    for some in by_kind.values():
        some.sort(key=lambda m: hashlib.sha256((seed + m["id"]).encode()).digest())
    found, rank = [], 0
    while len(found) < count and any(rank < len(s) for s in by_kind.values()):
        for kind in sorted(by_kind):
            if rank < len(by_kind[kind]) and len(found) < count:
                found.append(by_kind[kind][rank])
        rank += 1
    return found
