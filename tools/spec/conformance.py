# SPDX-License-Identifier: BSD-2-Clause
"""conformance.py: docs/conformance.md, a row for each requirement, and what runs said of it."""

import collections
import json
import os
import re

from spec import names, requirements, scenarios, trace

DOC = "docs/conformance.md"
GROUNDS = ("model", "kvm", "lab", "qemu")
# As long as the beginning of a sentence may be.
TEXT_MAX = 88
HEAD = """\
# Conformance

Made by `tools/conformance --write`; a unit test tells when it is not what the tree says.
One row for each requirement of [spec](spec/README.md): who is bound by it, the scenarios
and unit tests that would fail if it did not hold, and where those run: on the model
(host unit tests), on /dev/kvm, in the NPT lab, under QEMU (testing.md). What no test
names is named in [caveats.md](caveats.md), with the reason.

That a test names a requirement is a claim of who wrote it; `tools/mutate` tries such
claims, and "in part" stands where one did not hold (caveats.md). Given reports of runs,
`tools/conformance kvm=REPORT.json ...` shows how the tests ended there instead.
"""
COLUMNS = "| id | label | what | tests | {} |\n|---|---|---|---|---|\n"
# What check_scenarios_model leaves in $HF_VERDICTS.
VERDICT = re.compile(r"([a-z0-9_]+\.[a-z0-9_]+) (pass|fail|skip)")

# in_part: a mutation breaks it and no test notices
Row = collections.namedtuple("Row", "requirement scenarios units in_part")


class BadReport(Exception):
    """A file that is no report of a run."""


def rows(top):
    spec = requirements.read(top)
    if spec.problems:
        raise ValueError("\n".join(spec.problems))
    by_scenario = names.of_scenarios(scenarios.read(top))
    by_unit = names.of_tests(names.Names(spec), names.texts(top))
    in_part = set(trace.survivors(top).values())
    return [Row(r, by_scenario[r.id], by_unit[r.id], r.id in in_part) for r in spec.by_id.values()]


def beginning(sentence):
    if len(sentence) > TEXT_MAX:
        sentence = sentence[:TEXT_MAX].rsplit(" ", 1)[0].rstrip(",;:") + " …"
        sentence += "`" * (sentence.count("`") % 2)
    return sentence.replace("|", "\\|")


def grounds(row):
    found = {g for s in row.scenarios for g in scenarios.grounds(s)}
    return ("unit " if row.units else "") + ("all" if len(found) == len(GROUNDS) else
                                             " ".join(g for g in GROUNDS if g in found))


def results(row, reports):
    """How the scenarios of a row ended: 'kvm 3, lab 2 of 3 (map.x fail)'."""
    told = []
    for ground, verdicts in reports.items():
        here = [s.id for s in row.scenarios if ground in scenarios.grounds(s)]
        passed = [i for i in here if verdicts.get(i) == "pass"]
        if not here:
            continue
        bad = ", ".join(f"{i} {verdicts.get(i, 'not in the report')}" for i in here if i not in passed)
        told.append(f"{ground} {len(passed)}" + (f" of {len(here)} ({bad})" if bad else ""))
    return "; ".join(told)


def draw(all_rows, reports):
    out, file = [HEAD], None
    for row in all_rows:
        r = row.requirement
        if r.file != file:
            file = r.file
            name = os.path.basename(file)
            out.append(f"\n## [{name}](spec/{name})\n\n" + COLUMNS.format("results" if reports else "grounds"))
        tests = " ".join([s.id for s in row.scenarios] + row.units)
        last = results(row, reports) if reports else grounds(row)
        last += ", in part" if row.in_part else ""
        out.append(f"| {r.id} | {r.label} | {beginning(r.sentence)} | {tests or '–'} | {last.strip() or '–'} |\n")
    return "".join(out)


def summary(all_rows):
    n = collections.Counter("all" if "all" in grounds(r) else "some" if r.scenarios else
                            "unit" if r.units else "none" for r in all_rows)
    return (f"{len(all_rows)} requirements: {n['all']} shown on all grounds, {n['some']} on some, {n['unit']} by "
            f"unit tests alone, {n['none']} by no test (docs/caveats.md)")


def read_report(path):
    """{scenario: verdict} of a JSON report of holdfast, or of what the model's tests leave."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    lines = [VERDICT.fullmatch(line) for line in text.splitlines()]
    if lines and all(lines):
        return dict(m.groups() for m in lines)
    try:
        return {s["id"]: s["verdict"] for s in json.loads(text)["scenarios"]}
    except (ValueError, KeyError, TypeError):
        raise BadReport(f"{path}: neither a report of 'holdfast run --format json' nor verdicts of the model") from None


def outcome(all_rows, reports):
    """In a line: of how many requirements all that names them passed, on all grounds of the reports."""
    named = [r for r in all_rows if r.scenarios]
    short = [r.requirement.id for r in named if " of " in results(r, reports)]
    return (f"{len(named)} requirements are named by scenarios; {len(named) - len(short)} passed all of them on "
            f"{', '.join(reports)}" + (f"; not {', '.join(short)}" if short else ""))


def stale(top):
    return trace.read(top, DOC) != draw(rows(top), {})
