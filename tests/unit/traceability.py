#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""traceability.py: what "tools/lint requirements" finds in a small tree with one thing wrong.

usage: traceability.py TREE HOLDFAST CHECK_SCENARIOS_MODEL
Also that the scenarios it reads from TREE's sources are those in the program and in
the model, and that "holdfast list --requirements" tells what docs/spec says.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

TREE, HOLDFAST, MODEL = sys.argv[1:4]
sys.path.insert(0, os.path.join(TREE, "tools"))
from spec import requirements, scenarios, trace  # noqa: E402 (needs the path above)

SPEC = """\
# Walls

## 1. Bricks

- **QA-1** [FreeBSD] A wall stands. (wall(9); known behaviour of
  wall(2))
- **QA-2** [2016] What stands, e.g. a wall, is not moved by `a. B`. (wall(9))

## 2. Doors

- **QA-3** [ours] A door closes, also when (as in winter) it is cold. (it is cold here)
- **QA-04** [ours] A window opens. (air)
- **QB-1** [ours] A roof holds. (rain)
"""
README = """\
| file | families | covers |
| [walls.md](walls.md) | QA QB | walls and roofs |
- **QZ-1** of no weight
"""
CAVEATS = """\
# Caveats

- QA-3 does not hold in summer.

## Requirements that are named and not shown in full

- QA-1: the fall of a wall (`wall.M01`).

## Requirements that no test names, by id

- Roofs, which come last: QB-1.
- It is always winter: QA-3.
"""
COLD = """\
#define COLD \\
	.flags = HF_NEEDS_DISK
"""
SCENARIO = """\
#include <test/scenario.h>
#include "cold.h"
HF_SCENARIO(wall_stands, "wall.stands", "QA-1 "
    "QA-2", "walls (of \\"brick\\") stand", COLD)
{
}
#ifdef HF_MODEL
HF_SCENARIO(wall_small, "wall.small", "", "small ones too")
{
}
#endif
"""
UNIT = """\
/* check_wall.c: windows; walls.md section 2. */
/* QA-04 */
START_TEST(opens)
{
	/* QA-1..2 hold here, SHA-256 and CVE-2021-1 are no ids. */
}
END_TEST
/* SHA-256 of a door */
START_TEST(door)
{
}
END_TEST
"""
MUTATIONS = [{"id": "wall.M01", "open": "who knows", "requirement": "QA-1"}, {"id": "wall.M02", "open": "who knows"},
             {"id": "wall.M03", "requirement": "QA-2"}]
FILES = {"tests/mutations/walls.json": json.dumps(MUTATIONS), "tests/mutations/own.json": "{}", "docs/spec/walls.md": SPEC, "docs/spec/README.md": README, "docs/caveats.md": CAVEATS,
         "guest/scenarios/wall/stands.c": SCENARIO, "guest/scenarios/wall/cold.h": COLD, "tests/unit/check_wall.c": UNIT}

# what to replace in which file, by what, and what is then said of it
WRONG = [
    ("docs/spec/walls.md", "[FreeBSD]", "[Freebsd]", "QA-1: its label is 'Freebsd'"),
    ("docs/spec/walls.md", " (rain)", "", "QB-1: the basis in parentheses is missing"),
    ("docs/spec/walls.md", "A roof holds.", "A roof holds", "QB-1: its sentence does not end"),
    ("docs/spec/walls.md", "A roof holds.", "A roof holds. It is red.", "QB-1: more than one sentence"),
    ("docs/spec/walls.md", "- **QB-1** [ours]", "- **QB-1**: [ours]", "not of the form"),
    ("docs/spec/walls.md", "- **QB-1** [ours]", "* **QB-1** [ours]", "not of the form"),
    ("docs/spec/walls.md", "- **QB-1** [ours]", "- QB-1 [ours]", "not of the form"),
    ("docs/spec/walls.md", "**QA-04**", "**QA-3**", "QA-3 stands in docs/spec/walls.md:11, too"),
    ("docs/spec/walls.md", "**QA-04**", "**QA-03**", "QA-03 is written QA-3 elsewhere"),
    ("docs/spec/walls.md", "**QA-04**", "**QA-5**", "docs/spec/walls.md:12: QA-5 is named by no scenario"),
    ("docs/spec/walls.md", "(air)", "(QA-77)", "docs/spec/walls.md:12: QA-77 is no requirement"),
    ("docs/spec/walls.md", "A roof", "A roof of QA-1, unlike QA-9,", "QA-9 is no requirement"),
    ("guest/scenarios/wall/stands.c", '"QA-2"', '"ZZ-99"', "stands.c:3: wall.stands names ZZ-99, which is no"),
    ("guest/scenarios/wall/stands.c", '"QA-2"', '"QA-2,"', "wall.stands names QA-2,, which is no"),
    ("guest/scenarios/wall/stands.c", "{\n", "{ /* QA-02 */\n", "stands.c:5: QA-02 is no requirement"),
    ("guest/scenarios/wall/stands.c", '"QA-2"', '"QB-1"', "QB-1 is said to have no test, but wall.stands names it"),
    ("tests/unit/check_wall.c", "/* QA-04 */", "/* QA-04, ZZ-99 */", "check_wall.c:2: opens names ZZ-99, which is no"),
    ("tests/unit/check_wall.c", "/* QA-04 */", "/* ZZ-99 */", "opens names ZZ-99, which is no"),
    ("tests/unit/check_wall.c", "/* QA-04 */", "/*\n * QA-04, then\n * ZZ-99: why\n */", "opens names ZZ-99, which is no"),
    ("tests/unit/check_wall.c", "walls.md", "doors.md", "docs/spec/doors.md has no section 2"),
    ("docs/caveats.md", ": QB-1.", ": QB-1, ZZ-99.", "no test names, by id' has ZZ-99"),
    ("docs/caveats.md", "- QA-1:", "- QA-1, ZZ-99:", "not shown in full' has ZZ-99"),
    ("tests/mutations/walls.json", '"QA-1"', '"ZZ-99"', "wall.M01 breaks ZZ-99"),
    ("tests/unit/check_wall.c", "/* QA-04 */", "/* */", "QA-04 is named by no scenario"),
    ("tests/unit/check_wall.c", "/* QA-04 */", "/* QA-4 */", "check_wall.c:2: QA-4 is no requirement"),
    ("tests/unit/check_wall.c", "QA-1..2", "QA-1 to QA-8", "check_wall.c:5: QA-8 is no requirement"),
    ("tests/unit/check_wall.c", "section 2", "section 3", "docs/spec/walls.md has no section 3"),
    ("tests/mutations/walls.json", "wall.M01", "wall.M04", "no test notices wall.M04, so QA-1"),
    ("tests/mutations/walls.json", '"requirement": "QA-1"', '"what": ""', "wall.M01 is no survivor that breaks QA-1"),
    ("tests/mutations/walls.json", "QA-1", "QA-2", "no test notices wall.M01, so QA-2"),
    ("tests/mutations/walls.json", "QA-2", "QA-9", "QA-9 is no requirement"),
    ("docs/caveats.md", "wall.M01", "wall.M02", "wall.M02 is no survivor that breaks QA-1"),
    ("docs/spec/README.md", "QA QB", "QA", "of docs/spec/walls.md the table has QA, there is QA QB"),
    ("docs/spec/README.md", "[walls.md](walls.md)", "[w.md](w.md)", "of docs/spec/w.md the table has QA QB, there is no"),
    ("docs/caveats.md", ": QB-1", ", QB-1", "QB-1 stands in no item"),
    ("docs/caveats.md", ": QB-1", ": QB-2", "docs/caveats.md:11: QB-2 is no requirement"),
    ("docs/caveats.md", ": QB-1.", ": none.", "QB-1 is named by no scenario"),
    ("docs/caveats.md", ": QA-3.", ": none.", "QA-3 is named by no scenario"),
    ("tests/unit/check_wall.c", "QA-1..2", "QA-1..3", "QA-3 is said to have no test, but check_wall:opens names it"),
]


def need(condition, text, output=""):
    print(("ok: " if condition else "NOT: ") + text)
    if not condition:
        sys.exit(str(output)[-4000:] or 1)


def write(top, files):
    for name, text in files.items():
        path = os.path.join(top, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def check_small_tree(top):
    write(top, FILES)
    need(trace.problems(top) == [], "a tree with nothing wrong", trace.problems(top))
    spec = requirements.read(top)
    need(spec.by_id["QA-1"][1:4] == ("FreeBSD", "A wall stands.", "wall(9); known behaviour of wall(2)"),
         "label, sentence and basis, over two lines", spec.by_id["QA-1"])
    need(spec.families() == ["QA", "QB"], "families are those of the files", spec.families())
    small, stands = scenarios.read(top)
    need(stands[:4] == ("wall.stands", ["QA-1", "QA-2"], ["disk"], None), "a scenario, its flags by a macro", stands)
    need(scenarios.grounds(small) == ["model"], "one of the model alone", small)


def check_wrong(top, file, old, new, said):
    need(old in FILES[file], f"{file} has {old!r}")
    write(top, {file: FILES[file].replace(old, new, 1)})
    found = trace.problems(top)
    need(any(said in p for p in found), f"{new!r} for {old!r}: {said}", found)
    write(top, {file: FILES[file]})


def check_scenarios():
    """What is read from the sources is what was built from them."""
    out = subprocess.run([HOLDFAST, "list", "--all", "--json"], check=True, capture_output=True, text=True).stdout
    built = {s["id"]: (s["requirements"], set(s["flags"])) for s in json.loads(out)}
    for s in scenarios.read(TREE):
        got = (s.requirements, set(s.flags))
        if built.pop(s.id, None) != (None if s.only == "model" else got):
            need(False, f"{s.id} of {s.file} is in the program as it is there", got)
    left = [i for i, s in built.items() if "bench" not in s[1] or s[0]]
    need(not left, "scenarios of the program are those of guest/scenarios", left)


def check_model():
    """Which scenarios the model has is told by their symbols there."""
    symbols = subprocess.run(["nm", MODEL], check=True, capture_output=True, text=True).stdout
    built = set(re.findall(r" [dDrR] hf_scenario_(\w+)$", symbols, re.M))
    for s in scenarios.read(TREE):
        if ("model" in scenarios.grounds(s)) > (s.function in built):
            need(False, f"{s.id} is on the model", s)
    print("ok: scenarios that are said to be on the model are")


def listed(*args):
    r = subprocess.run([HOLDFAST, "list", "--requirements", *args], capture_output=True, text=True)
    return r.returncode, r.stdout, r.stderr


def check_program():
    """What the program says is required is what docs/spec says, and who names it."""
    status, out, err = listed("--json", "--all")
    got, spec = json.loads(out), requirements.read(TREE)
    want = [spec.by_id[rid] for rid in sorted(spec.by_id, key=requirements.order)]
    need(status == 0 and [r["id"] for r in got] == [r.id for r in want], "the program has the ids of docs/spec", err)
    naming = [(s.id, s.requirements) for s in scenarios.read(TREE) if s.only != "model"]
    for g, w in zip(got, want):
        told = (g["label"], g["sentence"], g["basis"], os.path.join("docs", "spec", g["file"]), g["scenarios"])
        need_same(told, (w.label, w.sentence, w.basis, w.file, [i for i, ids in naming if w.id in ids]), w.id)
    print("ok: with label, sentence, basis, file and the scenarios that name them")
    some = next(g for g in got if g["scenarios"])
    _, out, _ = listed(some["id"])
    need(out.startswith(f"{some['id']} ") and out.count("\n") == 1 + len(some["scenarios"])
         and all(f"\n    {i} " in out for i in some["scenarios"]), "an id: itself and its scenarios", out)
    _, out, _ = listed("--json", some["id"][:2], "U?-1")
    want = [g for g in got if g["id"][:2] == some["id"][:2] or g["id"] == "UM-1"]
    need(json.loads(out) == want, "a family and a shell pattern", out)
    need("no scenario names it" in listed("UM-1")[1], "one without a scenario says so")
    for word in ("ZZ-99", "F", "FT-", "ft-03", "", "*FT-03 *"):
        status, out, err = listed(word)
        need(status == 2 and not out and f"no requirement matches '{word}'" in err, f"{word!r} means none", out + err)


def need_same(got, want, text):
    if got != want:
        need(False, f"{text} is in the program as in docs/spec", f"{got}\n{want}")


def main():
    with tempfile.TemporaryDirectory() as top:
        check_small_tree(top)
        for case in WRONG:
            check_wrong(top, *case)
        write(top, {"guest/scenarios/wall/stands.c": SCENARIO.replace('"wall.stands"', "WALL_STANDS")})
        try:
            trace.problems(top)
            need(False, "a scenario that cannot be read is an error")
        except ValueError as e:
            need("stands.c" in str(e), "a scenario that cannot be read is an error", e)
    check_scenarios()
    check_model()
    check_program()
    return 0


if __name__ == "__main__":
    sys.exit(main())
