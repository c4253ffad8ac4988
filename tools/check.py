# SPDX-License-Identifier: BSD-2-Clause
"""check.py: build, and run every test there is.

usage: tools/check [--quick] [--suite NAME]...

Suites: unit explore selftest system badinput interop lint fuzz lab (meson's), and
three builds of their own: asan (the unit suite and the program itself, with good
and bad input, signals and limits, under ASan and UBSan), tsan (the scenarios
over the model under TSan; only when named) and clang (everything built by clang, -Werror, and its
unit suite).  --quick leaves out fuzz, lab, asan and clang.  Each test's own count is added up where it prints one
("N passed, N failed, N skipped" or Check's line); any other test counts one.
What that says of the requirements is left in build/conformance.md.
The last line is "N passed, N failed, N skipped"; exit status 0 if none failed
and at least one passed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COUNT = re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)
CHECK = re.compile(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)$", re.M)
# suite in meson: build folder, set-up arguments, environment
TSAN = ["-Dwerror=true", "-Db_sanitize=thread", "-Db_lundef=false", "-Dstatic=false"]
ASAN = ["-Dwerror=true", "-Db_sanitize=address,undefined", "-Db_lundef=false", "-Dstatic=false"]


def run(args, **kw):
    return subprocess.run(args, cwd=TOP, **kw)


def build(name, setup, env=None, targets=()):
    folder = os.path.join(TOP, name)
    full = dict(os.environ, **(env or {}))
    if not os.path.exists(os.path.join(folder, "build.ninja")):
        shutil.rmtree(folder, ignore_errors=True)
        r = run(["meson", "setup", folder, TOP] + setup, env=full, capture_output=True, text=True)
        if r.returncode:
            print(r.stdout[-4000:] + r.stderr[-2000:])
            return False
    r = run(["ninja", "-C", folder, "--quiet", *targets], env=full, capture_output=True, text=True)
    if r.returncode:
        print(r.stdout[-8000:] + r.stderr[-2000:])
        return False
    return True


def counts(test):
    """(passed, failed, skipped) of one meson test."""
    out = test.get("stdout", "") + "\n" + test.get("stderr", "")
    good = test["result"] == "OK"
    if test["result"] == "SKIP":
        return 0, 0, 1
    passed = failed = skipped = 0
    for m in COUNT.finditer(out):
        passed += int(m[1])
        failed += int(m[2])
        skipped += int(m[3] or 0)
    # A test that says both counts its skips in the first alone.
    for m in CHECK.finditer(out) if passed + failed + skipped == 0 else ():
        passed += int(m[1]) - int(m[2]) - int(m[3])
        failed += int(m[2]) + int(m[3])
    if passed + failed + skipped == 0:
        passed, failed = int(good), int(not good)
    if not good and failed == 0:
        failed = 1
    if good and failed:
        failed, passed = failed, passed
    return passed, failed, skipped


def skip_reason(test):
    lines = (test.get("stdout", "") + "\n" + test.get("stderr", "")).strip().split("\n")
    return lines[-1] if lines and lines[-1] else "no reason given"


def meson_suite(folder, suite, total):
    start = time.monotonic()
    log = os.path.join(TOP, folder, "meson-logs", "testlog.json")
    if os.path.exists(log):
        os.unlink(log)
    jobs = "1" if suite in ("system", "selftest", "lab", "interop", "fuzz") else "2"
    r = run(["meson", "test", "-C", os.path.join(TOP, folder), "--no-rebuild", "--suite", suite,
             "--num-processes", jobs], capture_output=True, text=True)
    here = [0, 0, 0]
    bad, skips = [], []
    if os.path.exists(log):
        with open(log, encoding="utf-8") as f:
            for line in f:
                test = json.loads(line)
                c = counts(test)
                here = [a + b for a, b in zip(here, c)]
                if c[1]:
                    bad.append(test)
                if test["result"] == "SKIP":
                    skips.append((test["name"], skip_reason(test)))
    if sum(here) == 0:
        print(r.stdout[-3000:] + r.stderr[-2000:])
        here[1] += 1
        print(f"{folder} {suite}: no test ran, which is an error")
    for name, why in skips:
        print(f"  skipped {name}: {why}")
    for test in bad:
        print(f"---- {test['name']}: {test['result']}")
        print((test.get("stdout", "") + test.get("stderr", ""))[-6000:])
    print(f"{folder} {suite}: {here[0]} ok, {here[1]} bad, {here[2]} left out"
          f" ({time.monotonic() - start:.0f} s)", flush=True)
    for i in range(3):
        total[i] += here[i]


def conformance(since):
    """build/conformance.md: how the tests of each requirement ended on the grounds that ran just now."""
    reports = [(g, os.path.join(TOP, "build", f"verdicts-{g}.{'txt' if g == 'model' else 'json'}"))
               for g in ("model", "kvm", "lab", "qemu")]
    reports = [f"{g}={path}" for g, path in reports if os.path.exists(path) and os.path.getmtime(path) >= since]
    if reports:
        r = run([os.path.join(TOP, "tools", "conformance"), *reports], capture_output=True, text=True)
        with open(os.path.join(TOP, "build", "conformance.md"), "w", encoding="utf-8") as f:
            f.write(r.stdout)
        print(f"build/conformance.md: {r.stderr.strip()}")


def main():
    args, quick, only = sys.argv[1:], False, []
    while args:
        a = args.pop(0)
        if a == "--quick":
            quick = True
        elif a == "--suite" and args:
            only.append(args.pop(0))
        elif a in ("-h", "--help"):
            print(__doc__)
            return 0
        else:
            print(f"check: unknown option {a}\n{__doc__}", file=sys.stderr)
            return 2
    total, since = [0, 0, 0], time.time()
    # Cheap and telling first: the long ones come last.
    plan = [("build", s) for s in ("lint", "unit", "explore", "selftest", "badinput", "system",
                                   "interop")]
    if not quick:
        plan += [("build-asan", "unit"), ("build-asan", "program"), ("build-clang", "unit"),
                 ("build", "fuzz"), ("build", "lab")]
    if "tsan" in only:
        plan.append(("build-tsan", "threads"))
    builds = {
        "build": (["-Dwerror=true"], None),
        "build-asan": (ASAN, None),
        "build-tsan": (TSAN, None, ["tests/threads/check_scenarios_threads",
                                    "tests/threads/check_scenarios_racy", "default.img"]),
        "build-clang": (["-Dwerror=true"], {"CC": "clang"}),
    }
    built = {}
    for folder, suite in plan:
        name = {"build-asan": "asan", "build-tsan": "tsan", "build-clang": "clang"}.get(folder, suite)
        if only and name not in only:
            continue
        if folder not in built:
            built[folder] = build(folder, *builds[folder])
            if not built[folder]:
                print(f"{folder}: does not build")
                total[1] += 1
        if built[folder]:
            meson_suite(folder, suite, total)
    conformance(since)
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 0 if total[1] == 0 and total[0] > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
