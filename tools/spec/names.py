# SPDX-License-Identifier: BSD-2-Clause
"""names.py: where the tree names requirements, and which test names which.

Which words are ids is told by the families that docs/spec has: FT-12 is one since
some FT is, SHA-256 is none.
"""

import collections
import glob
import os
import re

from spec import requirements

FOLDERS = ("docs", "guest", "host", "shared", "tests", "tools")
# Foreign bytes; what is made of all this; examples.
LEFT_OUT = ("tests/corpus/", "docs/conformance.md", "CONTRIBUTING.md", "tests/unit/traceability.py")
START_TEST = re.compile(r"^START_TEST\((\w+)\)", re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
CITED = re.compile(r"\b([a-z_]+\.md),?\s+(?:[*#]\s+)?section\s+(\d+(?:\.\d+)*)")

Name = collections.namedtuple("Name", "id offset")


class Names:
    """Finds ids in text: FT-12, and FT-12..14, FT-12 to FT-14, FT-12 to 14."""

    def __init__(self, spec):
        self.spec = spec
        one = "(" + "|".join(spec.families() or ["$^"]) + r")-(\d+)"
        self.pattern = re.compile(rf"(?<![\w-]){one}(?:(?:\.\.|\s+to\s+)(?:\1-)?(\d+))?(?![\w])")

    def between(self, family, first, last):
        """Ids of the family from one number to another, the two always among them."""
        ends = [f"{family}-{first}", f"{family}-{last}"]
        within = [r for r in self.spec.by_id if requirements.family(r) == family
                  and int(first) < requirements.number(r) < int(last)]
        return [ends[0], *within, ends[1]]

    def find(self, text):
        for m in self.pattern.finditer(text):
            for rid in self.between(m[1], m[2], m[3]) if m[3] else [f"{m[1]}-{m[2]}"]:
                yield Name(rid, m.start())


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def texts(top):
    """(name, text) of every file that may name an id."""
    paths = [p for folder in FOLDERS for p in glob.glob(os.path.join(top, folder, "**", "*"), recursive=True)]
    for path in sorted(paths + glob.glob(os.path.join(top, "*.md"))):
        name = os.path.relpath(path, top)
        if name.startswith(LEFT_OUT) or "__pycache__" in name or not os.path.isfile(path):
            continue
        try:
            with open(path, encoding="utf-8") as f:
                yield name, f.read()
        except UnicodeDecodeError:
            continue  # no text


def check_test(text, offset):
    """The START_TEST that a place belongs to: the one it stands in, or right above; None: the file's."""
    inside = None
    for m in START_TEST.finditer(text):
        if m.start() > offset:
            gap = COMMENT.sub("", text[text.index("*/", offset) + 2:m.start()]) if "*/" in text[offset:m.start()] else text
            return m[1] if not gap.strip() else inside
        end = text.find("\nEND_TEST", m.start())
        inside = m[1] if offset < end else None
    return inside


def head(text):
    """The comment at the top of a script."""
    m = re.match(r"(?:#[^\n]*\n)*(?:\s*\"\"\".*?\"\"\")?", text, re.S)
    return m[0]


def of_tests(names, all_texts):
    """{id: [test]}: what comments of tests/ name, as check_bus:reads or integration/mkimage.sh."""
    found = collections.defaultdict(list)
    for name, text in all_texts:
        if not name.startswith("tests/") or not name.endswith((".c", ".S", ".py", ".sh")):
            continue
        script = name.endswith((".py", ".sh"))
        spans = [(0, head(text))] if script else [(m.start(), m[0]) for m in COMMENT.finditer(text)]
        for start, comment in spans:
            for n in names.find(comment):
                inside = None if script else check_test(text, start)
                test = f"{os.path.basename(name)[:-2]}:{inside}" if inside else name.removeprefix("tests/")
                if test not in found[n.id]:
                    found[n.id].append(test)
    # A file's head sums up what its tests name.
    for rid, tests in found.items():
        files = {t.split(":")[0] for t in tests if ":" in t}
        found[rid] = [t for t in tests if os.path.basename(t)[:-2] not in files]
    return found


def of_scenarios(all_scenarios):
    found = collections.defaultdict(list)
    for s in all_scenarios:
        for rid in s.requirements:
            found[rid].append(s)
    return found
