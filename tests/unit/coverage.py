#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""coverage.py: tools/coverage on a program of twelve lines, and its list on the tree.

usage: coverage.py TOOLS_COVERAGE
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

TOOL = os.path.realpath(sys.argv[1])
TOP = os.path.dirname(os.path.dirname(TOOL))
sys.path.insert(0, os.path.dirname(TOOL))
from lines import known, measure, reasons, show  # noqa: E402 (needs the path above)
from mutation.reach import function_at  # noqa: E402

SOURCE = """\
#include <stdlib.h>
static int
twice(int n)
{
	return (2 * n);
}
static int
never(int n)
{
	return (n - 1);
}
int
main(int argc, char **argv)
{
	int n = atoi(argv[1]);

	if (n > 1)
		n = twice(n);
	if (n > 1000)
		return (never(n));
	return (0);
}
"""
FILE = "guest/vm/small.c"
TWICE, NEVER, CALL, RARE, START = 5, 10, 18, 20, 15


def need(condition, text, output=""):
    print(("ok: " if condition else "NOT: ") + text)
    if not condition:
        sys.exit(str(output)[-4000:] or 1)


def stale(call, part):
    try:
        call()
    except reasons.Stale as e:
        return part in str(e)
    return False


def measured(top, build):
    """Two tests of the program; what they came by."""
    os.makedirs(os.path.join(top, os.path.dirname(FILE)))
    os.makedirs(build)
    with open(os.path.join(top, FILE), "w", encoding="utf-8") as f:
        f.write(SOURCE)
    subprocess.run(["gcc", "--coverage", "-O0", "-o", "small", os.path.join(top, FILE)], cwd=build, check=True)
    program = os.path.join(build, "small")
    tests = [measure.Test("low", [program, "1"], {}), measure.Test("high", [program, "7"], {})]
    place = measure.Place(top, build, os.path.join(build, "counts"))
    found = known.Known([t.name for t in tests])
    measure.take_all(found, place)
    for n, t in enumerate(tests):
        passed, reached = place.run(t)
        need(passed, f"{t.name} runs")
        measure.take(found, reached, 1 << n)
    return found


def check_lines(found, top):
    def names(line):
        return found.names(found.files[FILE][line][1])

    need(names(START) == ["low", "high"], "a line that both come by", names(START))
    need(names(CALL) == names(TWICE) == ["high"], "lines that one comes by, in two functions", names(CALL))
    need(names(NEVER) == names(RARE) == [], "lines that nobody comes by", names(NEVER))
    need(found.missed(FILE) == [8, NEVER, RARE], "and no others", found.missed(FILE))
    need(found.files[FILE][TWICE][0] == "twice", "the function of a line", found.files[FILE][TWICE])
    text, anybody = show.who(found, {}, FILE, CALL)
    need(anybody and text.split("\n")[1:] == ["  high"], "--who", text)
    text = "\n".join(show.missed(found, {}, top, ["guest"]))
    need("return (never(n));" in text and "twice" not in text, "--missed", text)
    trace = show.lcov(found, top)
    need(f"DA:{START},2" in trace and f"DA:{CALL},1" in trace and f"DA:{NEVER},0" in trace and "FNDA:0,never" in trace,
         "a trace file for lcov", trace)


def check_kept(found, folder):
    path = os.path.join(folder, "lines.json")
    found.save(path, "key")
    need(known.load(path, "other") is None, "what was measured of other sources does not count")
    need(known.load(path, "key").files == found.files, "of the same sources it does")


def check_reasons(found, top):
    good = {FILE: [{"function": "never", "reason": "none"},
                   {"function": "main", "lines": ["return (never(n));"], "reason": "large"}]}
    named = reasons.named(top, good, found)
    need(named[FILE, RARE] == "large" and named[FILE, NEVER] == "none", "lines are named, and functions", named)
    need(show.figures(found, named, [FILE])[2:] == (3, 0), "then nothing is left", show.figures(found, named, [FILE]))
    one = [{"function": "main", "lines": ["n = twice(n);"], "reason": "wrong"}]
    need(stale(lambda: reasons.named(top, {FILE: one}, found), "high"), "a named line that is reached is an error")
    need(reasons.named(top, {FILE: [dict(one[0], luck=True)]}, found) == {}, "unless it is a matter of luck")
    whole = [{"function": "main", "reason": "wrong"}]
    need(stale(lambda: reasons.named(top, {FILE: whole}, found), "low"), "so is such a function")
    gone = [{"function": "main", "lines": ["n = thrice(n);"], "reason": "wrong"}]
    need(stale(lambda: reasons.check_text(top, {FILE: gone}), "thrice"), "so is a text that is gone")
    other = [{"function": "twice", "lines": ["return (never(n));"], "reason": "wrong"}]
    need(stale(lambda: reasons.check_text(top, {FILE: other}), "twice"), "or one of another function")
    need(stale(lambda: reasons.check_text(top, {"guest/gone.c": one}), "gone.c"), "or a file")


def check_functions():
    text = "int\nf(int x)\n{\n\treturn (x);\n}\n\nint(g)(int x)\n{\n}\n"
    names = [function_at(text, n) for n in range(1, 10)]
    need(names == [None, "f", "f", "f", "f", None, "g", "g", "g"], "a function goes to its closing brace", names)


def check_tool(folder):
    for args, part in ((["--who", "guest/vm/vm_fault.c"], "FILE:LINE"), (["--who", "guest/vm/none.c:1"], "none.c"),
                       (["--missed", "guest/none"], "none")):
        r = subprocess.run([TOOL, *args], capture_output=True, text=True)
        need(r.returncode == 2 and part in r.stderr and "Traceback" not in r.stderr, f"refused: {' '.join(args)}", r.stderr)
    python = os.path.join(folder, "bin")
    os.makedirs(python)
    os.symlink(sys.executable, os.path.join(python, "python3"))
    r = subprocess.run([TOOL, "--html", folder], capture_output=True, text=True,
                       env=dict(os.environ, PATH=python))
    need(r.returncode == 2 and "package lcov" in r.stderr, "without lcov --html says so", r.stderr)
    path = os.path.join(TOP, "tests", "coverage", "unreached.json")
    with open(path, encoding="utf-8") as f:
        need(isinstance(json.load(f), dict), "the list of the tree can be read")
    reasons.check_text(TOP, reasons.read(path))
    print("ok: and what it names is in the tree")


def main():
    if not shutil.which("gcc") or not shutil.which("gcov"):
        print("no gcc or no gcov on this machine")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        top, build = os.path.join(folder, "tree"), os.path.join(folder, "build")
        found = measured(top, build)
        check_lines(found, top)
        check_kept(found, folder)
        check_reasons(found, top)
        check_functions()
        check_tool(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
