#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""conformance_doc.py: docs/conformance.md is what the tree says, and results are told as they were.

usage: conformance_doc.py TREE
"""

import json
import os
import subprocess
import sys
import tempfile

TREE = sys.argv[1]
TOOL = os.path.join(TREE, "tools", "conformance")
sys.path.insert(0, os.path.join(TREE, "tools"))
from spec import conformance, requirements, scenarios  # noqa: E402 (needs the path above)


def need(condition, text, output=""):
    print(("ok: " if condition else "NOT: ") + text)
    if not condition:
        sys.exit(str(output)[-4000:] or 1)


def row(text, named, units=(), in_part=False):
    return conformance.Row(requirements.Requirement("QA-1", "ours", text, "air", "docs/spec/walls.md", 5), named, list(units),
                           in_part)


def scenario(name, *flags, only=None):
    return scenarios.Scenario(name, ["QA-1"], list(flags), only, "x.c", 1, "f")


def check_rows():
    wall, roof = scenario("a.wall"), scenario("a.roof", "mmu", "smp")
    need(conformance.grounds(row("x", [wall, roof])) == "all", "grounds of two together")
    need(conformance.grounds(row("x", [roof])) == "kvm lab qemu", "one that needs a real MMU")
    need(conformance.grounds(row("x", [scenario("a.b", only="machine")])) == "kvm lab qemu", "one of the machine's own")
    need(conformance.grounds(row("x", [scenario("a.b", only="model")], ["check_a:b"])) == "unit model", "the model alone")
    text = conformance.draw([row("A|B.", [wall], ["check_a:b"]), row("C.", [wall], in_part=True)], {})
    need("| QA-1 | ours | A\\|B. | a.wall check_a:b | unit all |\n| QA-1 | ours | C. | a.wall | all, in part |\n" in text, "rows", text)
    long = conformance.beginning("word " * 40)
    need(len(long) <= conformance.TEXT_MAX + 2 and long.endswith("word …"), "the beginning of a sentence", long)


def check_results(folder):
    paths = {n: os.path.join(folder, n) for n in ("kvm", "model", "bad")}
    texts = {"kvm": json.dumps({"scenarios": [{"id": "a.wall", "verdict": "pass"}, {"id": "a.roof", "verdict": "fail"}]}),
             "model": "a.roof skip\na.wall pass\na.door fail\n", "bad": "{}"}
    for n, path in paths.items():
        with open(path, "w", encoding="utf-8") as f:
            f.write(texts[n])
    reports = {n: conformance.read_report(paths[n]) for n in ("kvm", "model")}
    need(reports["model"] == {"a.wall": "pass", "a.door": "fail", "a.roof": "skip"}, "verdicts of the model", reports)
    three = row("x", [scenario("a.wall"), scenario("a.roof", "mmu"), scenario("a.door")])
    told = conformance.results(three, reports)
    need(told == "kvm 1 of 3 (a.roof fail, a.door not in the report); model 1 of 2 (a.door fail)", "results", told)
    told = conformance.outcome([three, row("x", [scenario("a.wall")]), row("x", [])], reports)
    need(told == "2 requirements are named by scenarios; 1 passed all of them on kvm, model; not QA-1", "in a line", told)
    need(conformance.results(row("x", [scenario("a.wall")]), reports) == "kvm 1; model 1", "all passed")
    for args, part in ((["bad=x"], "GROUND"), ([f"kvm={paths['bad']}"], "neither a report"), (["kvm=/nowhere"], "/nowhere"),
                       ([f"kvm={paths['kvm']}", f"kvm={paths['kvm']}"], "two reports"), (["--write", "kvm=x"], "stand alone"),
                       (["--write", "--check"], "stand alone")):
        r = subprocess.run([TOOL, *args], capture_output=True, text=True)
        need(r.returncode == 2 and part in r.stderr and "Traceback" not in r.stderr, f"refused: {args}", r.stderr)
    r = subprocess.run([TOOL, f"kvm={paths['kvm']}"], capture_output=True, text=True)
    need(r.returncode == 1 and "| results |" in r.stdout, "a report with a failure has its status", r.stderr)


def main():
    check_rows()
    with tempfile.TemporaryDirectory() as folder:
        check_results(folder)
    r = subprocess.run([TOOL, "--check"], capture_output=True, text=True)
    need(r.returncode == 0, "docs/conformance.md is what the tree says", r.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
