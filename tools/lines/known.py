# SPDX-License-Identifier: BSD-2-Clause
"""known.py: which tests come by which lines, as it was measured."""

import json
import os

import sources

# What is counted; scenarios and tests themselves are not.
PARTS = ("guest", "host", "shared")
LEFT_OUT = ("guest/scenarios/",)


def sources_key(top):
    """Changes with anything that the measured programs are made from."""
    return sources.key(top, (*PARTS, "tests"), (".c", ".h", ".S", "meson.build"))


def counted(path):
    return path.startswith(tuple(p + "/" for p in PARTS)) and not path.startswith(LEFT_OUT)


class Known:
    """Of each line with code: its function, and a bit for each test that comes by it."""

    def __init__(self, tests):
        self.tests = tests
        self.failed = []
        self.files = {}  # path -> {line: [function, mask]}

    def add(self, path, line, function, mask):
        found = self.files.setdefault(path, {}).setdefault(line, [function, 0])
        found[1] |= mask

    def names(self, mask):
        return [t for n, t in enumerate(self.tests) if mask >> n & 1]

    def missed(self, path):
        return [n for n, (_, mask) in sorted(self.files[path].items()) if mask == 0]

    def below(self, part):
        """The files that are "part" or lie below it."""
        return [p for p in sorted(self.files) if p == part or p.startswith(part.rstrip("/") + "/")]

    def save(self, path, key):
        data = {"key": key, "tests": self.tests, "failed": self.failed, "files": {
            p: {n: [function, f"{mask:x}"] for n, (function, mask) in lines.items()}
            for p, lines in self.files.items()}}
        with open(path + ".new", "w", encoding="utf-8") as f:
            json.dump(data, f)
        os.replace(path + ".new", path)


def load(path, key):
    """What was measured of the same sources; None if nothing was."""
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as f:
        data = json.load(f)
    if data["key"] != key:
        return None
    known = Known(data["tests"])
    known.failed = data["failed"]
    known.files = {p: {int(n): [function, int(mask, 16)] for n, (function, mask) in lines.items()}
                   for p, lines in data["files"].items()}
    return known
