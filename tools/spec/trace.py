# SPDX-License-Identifier: BSD-2-Clause
"""trace.py: that docs/spec, the tests and the rest of the tree speak of the same requirements."""

import glob
import json
import os
import re

from spec import names, requirements, scenarios

CAVEATS = "docs/caveats.md"
README = "docs/spec/README.md"
UNTESTED = "Requirements that no test names, by id"
IN_PART = "Requirements that are named and not shown in full"

# Families nobody defines: of two letters, as nearly all are; SHA-256 is none.
FORM = re.compile(r"(?<![\w-])[A-Z]{2}-\d+(?![\w-])")
# "/* VB-24, VB-25: why */" right above a test.
CLAIM = re.compile(r"^/\*[\s*]*([A-Z]{2}-\d+(?:[^*:]|\*(?!/))*)[^/]*\*/\nSTART_TEST\((\w+)\)", re.M)


def read(top, name):
    with open(os.path.join(top, name), encoding="utf-8") as f:
        return f.read()


def section(text, title):
    """What stands under that heading, and where it begins; "" if there is none."""
    m = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", text, re.M | re.S)
    return (m[1], m.start(1)) if m else ("", 0)


def unknown_names(spec, found_names, top, texts):
    """Ids that nobody defined, wherever they stand; sections that nobody wrote."""
    for name, text in texts:
        for n in found_names.find(text):
            if n.id not in spec.by_id:
                yield f"{name}:{names.line_of(text, n.offset)}: {n.id} is no requirement of docs/spec"
        for m in names.CITED.finditer(text):
            other = os.path.exists(os.path.join(top, "docs", m[1]))
            if m[2] not in spec.sections.get(m[1], [m[2]] if other else []):
                yield f"{name}:{names.line_of(text, m.start())}: docs/spec/{m[1]} has no section {m[2]}"


def unknown_in_scenarios(spec, listed):
    """A scenario's third argument is ids and nothing else, whatever family they claim."""
    for s in listed:
        for rid in s.requirements:
            if rid not in spec.by_id:
                yield f"{s.file}:{s.line}: {s.id} names {rid}, which is no requirement of docs/spec"


def unknown_claims(spec, top, texts):
    """Where only ids are expected, what has the form of one is one, whatever family it claims."""
    for name, text in texts:
        if name.startswith("tests/") and name.endswith(".c"):
            for m in CLAIM.finditer(text):
                for rid in FORM.findall(m[1]):
                    if rid not in spec.by_id:
                        yield f"{name}:{names.line_of(text, m.start())}: {m[2]} names {rid}, which is no requirement of docs/spec"
    for title in (UNTESTED, IN_PART):
        for rid in FORM.findall(section(read(top, CAVEATS), title)[0]):
            if rid not in spec.by_id:
                yield f"{CAVEATS}: '{title}' has {rid}, which is no requirement of docs/spec"
    for mutation, rid in survivors(top).items():
        if rid not in spec.by_id:
            yield f"tests/mutations: {mutation} breaks {rid}, which is no requirement of docs/spec"


def contents(spec, top):
    """The table of docs/spec/README.md: every file with the families that it defines."""
    want = {f: set() for f in requirements.files(top)}
    for r in spec.by_id.values():
        want[r.file].add(requirements.family(r.id))
    told = {f"docs/spec/{f}": set(families.split())
            for f, families in re.findall(r"^\| \[(\S+)\]\(\1\) \| ([^|]*) \|", read(top, README), re.M)}
    for f in sorted(set(want) | set(told)):
        if want.get(f) != told.get(f):
            yield (f"{README}: of {f} the table has {' '.join(sorted(told.get(f, ['nothing'])))}, "
                   f"there is {' '.join(sorted(want.get(f, ['no such file'])))}")


def untested(spec, found_names, top, tested):
    """A requirement that no test names is told there with the reason, and no other is."""
    text, start = section(read(top, CAVEATS), UNTESTED)
    line, told = names.line_of(read(top, CAVEATS), start), set()
    for n in found_names.find(text):
        told.add(n.id)
        at = f"{CAVEATS}:{line + names.line_of(text, n.offset) - 1}"
        if ":" not in text[text.rfind("\n- ", 0, n.offset):n.offset]:
            yield f"{at}: {n.id} stands in no item '- the reason: ID, ID'"
        if n.id in tested:
            yield f"{at}: {n.id} is said to have no test, but {tested[n.id][0]} names it"
    for r in spec.by_id.values():
        if r.id not in tested and r.id not in told:
            yield (f"{r.file}:{r.line}: {r.id} is named by no scenario and no unit test, and {CAVEATS} does not say "
                   f"why ({UNTESTED})")


def survivors(top):
    """{mutation: requirement} of those that no test notices and that break a requirement."""
    found = {}
    for path in sorted(glob.glob(os.path.join(top, "tests", "mutations", "*.json"))):
        with open(path, encoding="utf-8") as f:
            listed = json.load(f)
        if isinstance(listed, list):
            found.update({m["id"]: m["requirement"] for m in listed if "open" in m and "requirement" in m})
    return found


def shown_in_part(found_names, top):
    """What survivors show to be named only is told, with the mutation, and nothing else there."""
    text, start = section(read(top, CAVEATS), IN_PART)
    at = f"{CAVEATS}:{names.line_of(read(top, CAVEATS), start)}"
    told = set()
    for item in re.split(r"^- ", text, flags=re.M)[1:]:
        ids = [n.id for n in found_names.find(item)]
        told |= {(m, rid) for rid in ids for m in re.findall(r"`([a-z]+\.[A-Z]+\d+)`", item)}
    want = set(survivors(top).items())
    for mutation, rid in sorted(want - told):
        yield f"{at}: no test notices {mutation}, so {rid} is named and not shown: no item there has both"
    for mutation, rid in sorted(told - want):
        yield f"{at}: {mutation} is no survivor that breaks {rid} (tests/mutations)"


def problems(top):
    spec, listed = requirements.read(top), scenarios.read(top)
    found_names, texts = names.Names(spec), list(names.texts(top))
    tested = {rid: [s.id for s in found] for rid, found in names.of_scenarios(listed).items()}
    for rid, tests in names.of_tests(found_names, texts).items():
        tested.setdefault(rid, []).extend(tests)
    return [*spec.problems, *contents(spec, top), *unknown_in_scenarios(spec, listed),
            *unknown_claims(spec, top, texts),
            *unknown_names(spec, found_names, top, texts), *untested(spec, found_names, top, tested),
            *shown_in_part(found_names, top)]
