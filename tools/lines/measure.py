# SPDX-License-Identifier: BSD-2-Clause
"""measure.py: runs each test once, and asks gcov what it came by.

The tests are the scenarios that the model can run, one by one, and the programs of the
unit and explore suites.  Each writes its counts (.gcda) into a folder of its worker
(GCOV_PREFIX), where links to the compiler's notes (.gcno) lie already; gcov reads
them there, and they are removed before the next one runs.
"""

import concurrent.futures
import fnmatch
import hashlib
import json
import os
import queue
import subprocess
import sys

from .known import Known, counted

SETUP = ["-Db_coverage=true", "--buildtype=debug", "-Dstatic=false",
         # the model's CPUs are threads
         "-Dc_args=-fprofile-update=atomic"]
MODEL_RUN = "tests/unit/model-run"
SUITES = ("unit", "explore")
# Of these each scenario is a test already.
SINGLY = ("scenarios_model",)


class Trouble(Exception):
    """There is no measuring here, and why."""


def run(args, **kw):
    return subprocess.run(args, capture_output=True, text=True, errors="replace", **kw)


def must(args, what, **kw):
    r = run(args, **kw)
    if r.returncode:
        raise Trouble(f"{what}:\n{(r.stdout + r.stderr)[-3000:]}")
    return r.stdout


def built(top, build):
    """Builds what the tests run, and nothing else."""
    if not os.path.exists(os.path.join(build, "build.ninja")):
        must(["meson", "setup", build, top, *SETUP], f"{build} cannot be set up")
    files = {t["id"]: t["filename"] for t in introspect(build, "--targets")}
    wanted = {f for t in meson_tests(build) for d in t["depends"] for f in files[d]}
    must(["ninja", "-C", build, "--quiet", MODEL_RUN, *sorted(os.path.relpath(f, build) for f in wanted)],
         f"{build} does not build")


def introspect(build, what):
    return json.loads(must(["meson", "introspect", what, build], "meson introspect"))


def meson_tests(build):
    """Those whose program was built for that, with the suite's name."""
    for t in introspect(build, "--tests"):
        t["suite"] = t["suite"][0].split(":")[1]
        if t["suite"] in SUITES and t["name"] not in SINGLY and t["cmd"][0].startswith(os.path.join(build, "tests", "")):
            yield t


class Test:
    def __init__(self, name, args, env, text=None, seconds=600):
        self.name, self.args, self.env, self.text, self.seconds = name, args, env, text, seconds


def scenarios(build):
    program = os.path.join(build, MODEL_RUN)
    env = {"HF_MODEL_DISK": os.path.join(build, "default.img")}
    listed = must([program, "-l"], program, env=dict(os.environ, **env)).splitlines()
    # Behind the id stands what the model lacks for it.
    return [Test(i, [program], env, i + "\n") for i, lacks in (l.split(" ", 1) for l in listed) if not lacks]


def programs(build):
    # A busy machine, and everything is counted.
    return [Test(f"{t['suite']}/{t['name']}", t["cmd"], t["env"], seconds=20 * t["timeout"])
            for t in meson_tests(build)]


def all_tests(build, patterns):
    # What takes long is among these.
    tests = programs(build) + scenarios(build)
    return [t for t in tests if not patterns or any(fnmatch.fnmatch(t.name, p) for p in patterns)]


def notes_of(build):
    """Of all objects of the tree but the scenarios and the tests."""
    for folder, folders, names in os.walk(build):
        if folder == build:
            folders[:] = [f for f in folders if f not in ("counts", "tests")]
        for n in names:
            if n.endswith(".gcno") and not n.startswith("scenarios_"):
                yield os.path.join(folder, n)


class Place:
    """Where one worker's tests write their counts."""

    def __init__(self, top, build, folder):
        self.top, self.build, self.folder, self.notes = top, build, folder, []
        self.known_counts = {}  # (path, contents) -> what gcov says of them
        for note in notes_of(build):
            link = folder + note
            os.makedirs(os.path.dirname(link), exist_ok=True)
            if not os.path.islink(link):
                os.symlink(note, link)
            self.notes.append(link)
        self.clear()

    def counts(self):
        return [c for c in (n[:-len("gcno")] + "gcda" for n in self.notes) if os.path.exists(c)]

    def clear(self):
        for folder, _, names in os.walk(self.folder):
            for n in names:
                if n.endswith(".gcda"):
                    os.unlink(os.path.join(folder, n))

    def gcov(self, files):
        """[(path in the tree, line, function, how often), ...] of each of the files."""
        if not files:
            return []
        out = must(["gcov", "--json-format", "--stdout", *files], "gcov", cwd=self.folder)
        return [list(lines_of(json.loads(line), self.top)) for line in out.splitlines() if line]

    def reached(self):
        """What the counts say that are there now; gcov is asked once about the same ones."""
        keys = []
        for path in self.counts():
            with open(path, "rb") as f:
                keys.append((path, hashlib.sha256(f.read()).digest()))
        new = [k for k in keys if k not in self.known_counts]
        for key, lines in zip(new, self.gcov([path for path, _ in new]), strict=True):
            self.known_counts[key] = [l for l in lines if l[3] > 0]
        return [l for k in keys for l in self.known_counts[k]]

    def run(self, test):
        """Whether it passed; what it reached."""
        try:
            passed = subprocess.run(
                test.args, input=test.text, text=True, cwd=self.build, timeout=test.seconds,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=dict(os.environ, GCOV_PREFIX=self.folder, GCOV_PREFIX_STRIP="0", **test.env)).returncode == 0
        except subprocess.TimeoutExpired:
            passed = False
        reached = self.reached()
        self.clear()
        return passed, reached


def lines_of(document, top):
    """(path in the tree, line, function, how often) of a document of gcov."""
    for f in document["files"]:
        # The guest's are told relative to the tree, the others to the build folder.
        path = f["file"]
        if path.startswith(("/", "..")) or not os.path.exists(os.path.join(top, path)):
            path = os.path.relpath(os.path.join(document["current_working_directory"], path), top)
        if not counted(path):
            continue
        ranges = [(d["start_line"], d["end_line"], d["name"]) for d in f["functions"]]
        for line in f["lines"]:
            n = line["line_number"]
            inside = [name for first, last, name in ranges if first <= n <= last]
            yield path, n, line.get("function_name") or (inside or ["?"])[0], line["count"]


def take(known, lines, bit):
    for path, line, function, count in lines:
        known.add(path, line, function, bit if count > 0 else 0)


def take_all(known, place):
    """All lines that there are, before anything ran."""
    for lines in place.gcov(place.notes):
        take(known, lines, 0)


def measured(top, build, patterns, jobs):
    """What the tests that fit come by."""
    built(top, build)
    tests = all_tests(build, patterns)
    if not tests:
        raise Trouble(f"no test fits {' '.join(patterns)}")
    known, free = Known([t.name for t in tests]), queue.Queue()
    places = [Place(top, build, os.path.join(build, "counts", str(i))) for i in range(jobs)]
    take_all(known, places[0])
    for place in places:
        free.put(place)

    def run_one(test):
        place = free.get()
        try:
            return place.run(test)
        finally:
            free.put(place)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for n, (passed, reached) in enumerate(pool.map(run_one, tests)):
            if not passed:
                known.failed.append(tests[n].name)
            take(known, reached, 1 << n)
            if (n + 1) % 100 == 0:
                print(f"{n + 1} of {len(tests)} tests", file=sys.stderr, flush=True)
    return known
