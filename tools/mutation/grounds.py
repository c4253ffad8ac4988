# SPDX-License-Identifier: BSD-2-Clause
"""grounds.py: where a mutation can be seen: the model, the machine, the host's tests.

A ground says whether it can see a file (sees), how it is built (targets), and, of a
broken copy, what noticed (judge): the name of the first test that went red, with
how; None if nothing did.
"""

import functools
import json
import os
import re
import subprocess
import time

import sources

from . import scratch


class Favourites:
    """What killed other mutations of a file goes first."""

    def __init__(self):
        self.by_file = {}

    def order(self, path, ids):
        first = [i for i in self.by_file.get(path, []) if i in ids]
        return first + [i for i in ids if i not in first]

    def won(self, path, name):
        names = self.by_file.setdefault(path, [])
        if name in names:
            names.remove(name)
        names.insert(0, name)
        del names[6:]


class Model:
    name = "model"
    targets = ["tests/unit/model-run"]

    def __init__(self, reach, files, disk):
        self.reach, self.files, self.disk, self.favourites = reach, files, disk, Favourites()

    def sees(self, path):
        return path.startswith("guest/") and (path in self.files or path.endswith(".h"))

    def judge(self, build, mutation, text, lines):
        ids = self.favourites.order(mutation["file"], self.reach.of(mutation["file"], text, *lines))
        while ids:
            red, died = self.first_red(build, [(i, 10 + self.reach.ms[i] * 0.05) for i in ids])
            if red is None:
                return None
            what, name, _, why = (red + " ").split(" ", 3)
            # On a busy machine a hang is one only if it stays one.
            if what == "hang" and self.first_red(build, [(name, 25)])[0] is None:
                ids = ids[ids.index(name) + 1:]
                continue
            self.favourites.won(mutation["file"], name)
            return f"{name}: {'hangs' if what == 'hang' else died[-1] if died else why.strip()}"
        return None

    def first_red(self, build, ids):
        """The line of the first that goes red, or None; what panics said."""
        r = subprocess.run([os.path.join(build, self.targets[0]), "-1"], text=True, capture_output=True,
                           input="".join(f"{i} {seconds:.0f}\n" for i, seconds in ids), errors="replace",
                           env=dict(os.environ, HF_MODEL_DISK=self.disk))
        if r.returncode not in (0, 1):
            raise RuntimeError(f"model-run: status {r.returncode}: {r.stderr[-500:]}")
        return (r.stdout.strip().split("\n")[-1] if r.returncode else None,
                re.findall(r"^panic: (.*)$", r.stderr, re.M))


class Explore:
    """The model's threads in many orders: what takes another thread between two steps."""
    name = "explore"
    targets = ["tests/explore/explore"]
    LINE = ["--seeds", "200", "--sweep", "1000"]

    def __init__(self, reach, files, disk):
        self.reach, self.files, self.disk = reach, files, disk

    def sees(self, path):
        return path.startswith("guest/") and (path in self.files or path.endswith(".h"))

    def judge(self, build, mutation, text, lines):
        ids = self.reach.of(mutation["file"], text, *lines)
        for i in (i for i in ids if i.endswith("any_order")):
            r = scratch.run([os.path.join(build, self.targets[0]), *self.LINE, i],
                            env=dict(os.environ, HF_MODEL_DISK=self.disk))
            if r.returncode == 1:
                return f"{i}: by some order"
            if r.returncode != 0:
                raise RuntimeError(f"explore: status {r.returncode}: {(r.stdout + r.stderr)[-500:]}")
        return None


class Machine:
    """/dev/kvm, with a program that is not broken and a guest that is."""
    name = "kvm"
    targets = ["holdfast-guest.elf"]
    at_once = 10  # the report comes at the end

    def __init__(self, program, disk, seconds=600):
        self.program, self.disk, self.seconds, self.favourites = program, disk, seconds, Favourites()
        listed = json.loads(subprocess.run([program, "list", "--json"], check=True, capture_output=True,
                                           text=True).stdout)
        self.flags = {s["id"]: s["flags"] for s in listed}
        red = self.first_red(self.command(), self.sound())
        if red:
            raise SystemExit(f"mutate: without any mutation: {red}")

    def sound(self):
        """What must be green before anything is broken."""
        return ["boot.smoke"]

    def command(self, *kernel):
        return [self.program, "run", *kernel, "--format", "tap", "--disk", self.disk, "--snapshot", "--timeout", "20s",
                "--param", "junk=1"]

    def sees(self, path):
        return path.startswith("guest/")

    def ids(self, path):
        """First what the model cannot run, of the fitting area before others."""
        only = [i for i, flags in self.flags.items() if "mmu" in flags or "smp" in flags]
        area = {"guest/arch": "pmap.", "guest/dev": "dev.", "guest/vfs": "pager."}.get(
            "/".join(path.split("/")[:2]), "")
        mine = [i for i in self.flags if i.startswith(area)] if area else []
        return sorted(only, key=lambda i: not i.startswith(area or "\0")) + [i for i in mine if i not in only]

    def judge(self, build, mutation, text, lines):
        ids = self.favourites.order(mutation["file"], self.ids(mutation["file"]))
        killed = self.first_red(self.command("--kernel", os.path.join(build, self.targets[0])), ids)
        if killed:
            self.favourites.won(mutation["file"], killed.split(":")[0])
        return killed

    def first_red(self, args, ids):
        end = time.monotonic() + self.seconds
        for i in range(0, len(ids), self.at_once):
            killed = self.red(args + ids[i:i + self.at_once])
            if killed or time.monotonic() > end:
                return killed
        return None

    @staticmethod
    def red(args):
        r = scratch.run(args)
        bad = re.search(r"^not ok \d+ - (\S+)", r.stdout, re.M)
        if bad:
            return f"{bad[1]}: fails"
        return None if r.returncode == 0 else f"run: status {r.returncode}: {(r.stdout + r.stderr)[-200:]}"


class Qemu(Machine):
    """QEMU's microvm: a processor with a TLB, so that a flush that is left out shows."""
    name = "qemu"
    at_once = 60  # each time a machine is started

    def __init__(self, program, disk, tools, build):
        self.tools, self.build = tools, build
        super().__init__(program, disk, 400)

    def sound(self):
        return self.ids("guest/arch/amd64")

    def sees(self, path):
        return path.startswith("guest/arch/")

    def command(self, *kernel):
        return [os.path.join(self.tools, "qemu-run"), "--build", self.build, *kernel, "--format", "tap",
                "--timeout", "150", "--param", "junk=1"]


LONG = 20  # seconds of a test


class Tests:
    """Tests of the host that meson runs, cheap ones first."""

    def __init__(self, build):
        self.build, self.took, self.favourites = build, {}, Favourites()
        scratch.ninja(build, "build.ninja", must=True)  # there may be new tests
        tests = json.loads(scratch.run(["meson", "introspect", "--tests", build], check=True).stdout)
        self.tests = {t["name"]: t for t in tests if self.takes(t)}
        scratch.ninja(build, *self.needed(), must=True)
        self.measure(build)

    def measure(self, build):
        """Each must pass now.  What they take is kept for as long as the sources stay the same."""
        kept, key = os.path.join(build, f"took-{self.name}.json"), self.sources_key()
        if os.path.exists(kept):
            with open(kept, encoding="utf-8") as f:
                data = json.load(f)
            if data["key"] == key and set(data["took"]) == set(self.tests):
                self.took = data["took"]
                return
        for n in self.tests:
            start = time.monotonic()
            if not self.passes(build, n, 600):
                raise SystemExit(f"mutate: without any mutation: {n} fails")
            self.took[n] = time.monotonic() - start
        with open(kept, "w", encoding="utf-8") as f:
            json.dump({"key": key, "took": self.took}, f)

    def sources_key(self):
        """Of the copy of the tree that the build folder is one of."""
        return sources.key(os.path.join(os.path.dirname(self.build), "tree"), ("host", "shared", "tests"), (".c", ".h", ".py"))

    def needed(self):
        """What the tests run and read."""
        listed = json.loads(scratch.run(["meson", "introspect", "--targets", self.build], check=True).stdout)
        wanted = {d for t in self.tests.values() for d in t["depends"]}
        return sorted(os.path.relpath(f, self.build) for t in listed if t["id"] in wanted for f in t["filename"])

    def sees(self, path):
        return path.startswith("host/")

    def names(self, path):
        """What is called like the file, then what takes little time; first what helped before."""
        stem = os.path.basename(path).split(".")[0]
        mine = (n for n in self.tests if self.links(n, path) and not self.is_beside(n, path))
        return self.favourites.order(path, sorted(mine, key=lambda n: (stem not in n and n not in stem, self.took[n])))

    def is_beside(self, name, path):
        """Takes long, and only comes by the file on its way to others."""
        return self.took.get(name, 0) > LONG and name.split("_")[0] not in path

    def passes(self, build, name, seconds):
        t = self.tests[name]
        # What it runs stands in the copy that "build" belongs to.
        args = [a.replace(self.build, build) for a in t["cmd"]]
        p = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=build,
                             env=dict(os.environ, **t["env"]), start_new_session=True)
        try:
            return p.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            scratch.kill_session(p.pid)
            p.wait()
            return False

    def judge(self, build, mutation, text, lines):
        for n in self.names(mutation["file"]):
            # One after another: they all have to be linked anew.
            scratch.ninja(build, self.program(n), must=True)
            if not self.passes(build, n, 30 + 10 * self.took[n]):
                self.favourites.won(mutation["file"], n)
                return f"{n}: fails"
        return None


class Unit(Tests):
    """The host's unit tests that link the file."""
    name = "unit"

    def takes(self, test):
        return (test["suite"][0].endswith(":unit") and os.path.basename(test["cmd"][0]).startswith("check_") and
                test["name"] not in ("scenarios_model", "fuzz_model"))

    def program(self, name):
        return os.path.relpath(self.tests[name]["cmd"][0], self.build)

    def links(self, name, path):
        return path.endswith(".h") or path in units_of(os.path.join(self.build, self.program(name)))

    def targets_of(self, path):
        return ["host/libholdfast-host.a"] if self.names(path) else []


class Program(Tests):
    """The program as its users have it, for what carries out runs: on /dev/kvm."""
    name = "program"
    NAMES = ("info", "decode", "formats", "badinput", "reports", "fail-nth")

    def takes(self, test):
        return test["name"] in self.NAMES

    def sees(self, path):
        return path.startswith("host/run/")

    def program(self, name):
        return "holdfast"

    def targets_of(self, path):
        return ["holdfast"]

    def links(self, name, path):
        return name != "fail-nth" or "fail_nth" in path

    def is_beside(self, name, path):
        return False


@functools.cache
def units_of(program):
    """The host's files that a program has code of."""
    out = scratch.run(["readelf", "--debug-dump=info", "--dwarf-depth=1", program]).stdout
    return {m[1] for m in re.finditer(r"DW_AT_name\s*:.*?((?:host|shared)/\S+\.c)", out)}
