# SPDX-License-Identifier: BSD-2-Clause
"""reach.py: which scenarios of the model come by which code.

Measured, never written down: a build of the model whose every block reports
itself (-fsanitize-coverage=trace-pc) runs each scenario once.  The result is kept
beside that build for as long as the sources stay the same.
"""

import glob
import json
import os
import re
import subprocess
from collections import defaultdict

import sources

from . import scratch

# From so many mutations on measuring pays.
WORTH = 30
# The second form keeps a macro of that name out: type(name)(int x)
FUNCTION = re.compile(r"^(?:\w+\((\w+)\)|(\w+))\(")


def function_at(text, line):
    """The function around a line (from 1), to its closing brace; None outside of any."""
    found, ended = None, False
    for l in text.split("\n")[:line]:
        m = FUNCTION.match(l)
        found = m[1] or m[2] if m else None if ended else found
        ended = l.startswith("}")
    return found


def program_of(build):
    return os.path.join(build, "tests", "unit", "model-run")


def lines_of(program, places, top):
    """{place: [(file, function, line), ...]}, inlined callers too."""
    text = "".join(f"{p - 1:#x}\n" for p in places)
    out = subprocess.run(["addr2line", "-a", "-f", "-i", "-e", program], input=text, check=True,
                         capture_output=True, text=True).stdout.split("\n")
    found, at, i = defaultdict(list), None, 0
    while i < len(out) - 1:
        if out[i].startswith("0x"):
            at = int(out[i], 16) + 1
            i += 1
            continue
        where = out[i + 1].split(" ")[0].rsplit(":", 1)
        if len(where) == 2 and where[1].isdigit():
            name = os.path.normpath(where[0]).lstrip("/")
            name = os.path.relpath("/" + name, top) if ("/" + name).startswith(top) else name
            found[at].append((name, out[i], int(where[1])))
        i += 2
    return found


class Reach:
    def __init__(self, data):
        self.ids = data["ids"]
        self.ms = data["ms"]
        self.functions = {k: int(v, 16) for k, v in data["functions"].items()}
        self.lines = {k: int(v, 16) for k, v in data["lines"].items()}

    def names(self, mask):
        return [i for n, i in enumerate(self.ids) if mask >> n & 1]

    def of(self, path, text, first, last):
        """Ids of those that can see a change of these lines, the likely ones first."""
        mask, near = 0, 0
        functions = {function_at(text, n) for n in range(first, last + 1)}
        for f in functions:
            if f is None or f"{path}:{f}" not in self.functions and path.endswith(".h"):
                mask = (1 << len(self.ids)) - 1  # a table or a macro: anybody
            else:
                mask |= self.functions.get(f"{path}:{f}", 0)
        for n in range(first - 1, last + 2):
            near |= self.lines.get(f"{path}:{n}", 0)
        cost = self.ms.get
        # A function whose name stands in parentheses is known by its lines alone.
        return (sorted(self.names(near), key=cost) + sorted(self.names(mask & ~near), key=cost))


class Unmeasured:
    """Any scenario may see any change: for so few mutations that measuring takes longer.

    First those whose source names most of the functions of the broken file.
    """

    def __init__(self, top, ids):
        self.top, self.ids, self.ms = top, ids, defaultdict(int)
        self.sources = {}
        for f in glob.glob(os.path.join(top, "guest/scenarios/*/*.c")):
            with open(f, encoding="utf-8") as source:
                text = source.read()
            words = set(re.findall(r"\w+", text))
            for i in re.findall(r'HF_SCENARIO\(\w+,\s*"([\w.]+)"', text):
                self.sources[i] = words

    def of(self, path, text, first, last):
        named = set(re.findall(r"^(\w+)\(", text, re.M))
        return sorted(self.ids, key=lambda i: -len(named & self.sources.get(i, set())))


def linked(build):
    """The files of the tree that the program has code of."""
    listed = scratch.run(["ninja", "-C", build, "-t", "inputs", "tests/unit/model-run"], check=True).stdout
    return {f.strip().split("tree/")[-1] for f in listed.split("\n") if f.strip().endswith(".c")}


def measure(top, folder, ids, disk):
    """Runs all ids in the build that reports."""
    build = scratch.setup(os.path.join(folder, "reach"), top, ["-Dreach=true"])
    scratch.ninja(build, "tests/unit/model-run", must=True)
    program, traces = program_of(build), os.path.join(folder, "reach", "traces")
    os.makedirs(traces, exist_ok=True)
    out = subprocess.run([program, "-r", traces], input="\n".join(ids) + "\n", text=True, capture_output=True,
                         env=dict(os.environ, HF_MODEL_DISK=disk)).stdout
    ms = {}
    for line in out.splitlines():
        what, name, took = line.split(" ")[:3]
        ms[name] = int(took)
        if what not in ("pass", "skip"):
            raise SystemExit(f"mutate: without any mutation: {line}")
    if set(ms) != set(ids):
        raise SystemExit(f"mutate: no result of {' '.join(sorted(set(ids) - set(ms))[:5])}")
    return program, traces, ms


def read_trace(path):
    with open(path, "rb") as f:
        data = f.read()
    return [int.from_bytes(data[i:i + 4], "little") for i in range(0, len(data), 4)]


def masks(program, traces, ids, top):
    by_place = defaultdict(int)
    for n, i in enumerate(ids):
        for p in read_trace(os.path.join(traces, i)):
            by_place[p] |= 1 << n
    functions, lines = defaultdict(int), defaultdict(int)
    for place, wheres in lines_of(program, sorted(by_place), top).items():
        for path, function, line in wheres:
            functions[f"{path}:{function}"] |= by_place[place]
            lines[f"{path}:{line}"] |= by_place[place]
    return functions, lines


def load(top, folder, ids, disk, mutations):
    kept, key = os.path.join(folder, "reach.json"), sources.key(top, ("guest",), (".c", ".h"))
    if os.path.exists(kept):
        with open(kept, encoding="utf-8") as f:
            data = json.load(f)
        if data["key"] == key and data["ids"] == ids:
            return Reach(data)
    if mutations < WORTH:
        return Unmeasured(top, ids)
    program, traces, ms = measure(top, folder, ids, disk)
    functions, lines = masks(program, traces, ids, top)
    data = {"key": key, "ids": ids, "ms": ms, "functions": {k: f"{v:x}" for k, v in functions.items()},
            "lines": {k: f"{v:x}" for k, v in lines.items()}}
    with open(kept, "w", encoding="utf-8") as f:
        json.dump(data, f)
    return Reach(data)
