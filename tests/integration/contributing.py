#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""contributing.py: the recipes of CONTRIBUTING.md, followed to the letter in a copy of the tree.

usage: contributing.py BUILD

What a recipe adds is compiled and linked with the objects that BUILD has: nothing else is
built anew.  A recipe that touches more than two files that are there is a failure.
"""

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from counted import finish, has_kvm, need, skip

BUILD = os.path.realpath(sys.argv[1])
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDERS = ("docs", "guest", "host", "shared", "tests", "tools")
PLACE = re.compile(r"^`([^`\n]+)`, [^`]*:\n\n```(\w+)\n(.*?)^```$", re.M | re.S)


def run(args, cwd, **kw):
    return subprocess.run(args, cwd=cwd, capture_output=True, text=True, **kw)


def recipes():
    """{title: [(file, kind, block)]} of the sections that begin with "Add"."""
    with open(os.path.join(TOP, "CONTRIBUTING.md"), encoding="utf-8") as f:
        parts = re.split(r"^## (.*)$", f.read(), flags=re.M)[1:]
    return {title: PLACE.findall(text) for title, text in zip(parts[::2], parts[1::2]) if title.startswith("Add ")}


def patched(text, block):
    """The text with the block's minus and blank lines replaced by its plus and blank lines."""
    lines = [" \n" if line == "\n" else line for line in block.splitlines(keepends=True)]
    old = "".join(line[1:] for line in lines if line[0] in " -")
    new = "".join(line[1:] for line in lines if line[0] in " +")
    return text.replace(old, new) if text.count(old) == 1 else None


class Copy:
    """The tree, as a contributor has it."""

    def __init__(self, top):
        self.top = top
        for folder in FOLDERS:
            shutil.copytree(os.path.join(TOP, folder), os.path.join(top, folder),
                            ignore=shutil.ignore_patterns("__pycache__", "corpus"))
        for name in os.listdir(TOP):
            if os.path.isfile(os.path.join(TOP, name)) and name != ".git":
                shutil.copy(os.path.join(TOP, name), top)
        for args in (["init", "-q"], ["add", "-A"],
                     ["-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "-qm", "tree: begin"]):
            need(run(["git", *args], top).returncode == 0, f"git {args[0]}")

    def path(self, name):
        return os.path.join(self.top, name)

    def apply(self, place):
        name, kind, block = place
        if kind != "diff":
            need(not os.path.exists(self.path(name)), f"{name} is new")
            text = block
        else:
            with open(self.path(name), encoding="utf-8") as f:
                text = patched(f.read(), block)
            need(text is not None, f"{name} has the lines of the recipe, once", block)
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def lint(self, *rules):
        return run(["tools/lint", *rules], self.top)

    def need_lint(self, *rules):
        r = self.lint(*rules)
        need(r.returncode == 0, "lint agrees: " + " ".join(rules), r.stdout + r.stderr)

    def commit_hook(self):
        need(run(["git", "add", "-A"], self.top).returncode == 0, "git add")
        return run(["tools/pre-commit"], self.top)

    @contextlib.contextmanager
    def following(self, title):
        places = recipes()[title]
        need(0 < sum(kind == "diff" for _, kind, _ in places) <= 2, f"{title}: at most two places to touch", places)
        yield places
        r = self.commit_hook()
        need(r.returncode == 0, f"{title}: and the pre-commit script agrees", r.stdout + r.stderr)


def words(command):
    return [w for w in shlex.split(command) if w != "ccache"]


def compiled(copy, like, output_part, name, folder):
    """The file of the copy, compiled as its neighbour is for that target; the object."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as f:
        found = [e for e in json.load(f) if e["file"].endswith(like) and output_part in e["output"]]
    need(len(found) == 1, f"{like} is compiled once for {output_part}", found)
    args, source = words(found[0]["command"]), os.path.relpath(copy.top, BUILD)
    args = [re.sub(r"^(-I)?\.\.(?=/|$)", lambda m: (m[1] or "") + source, a) for a in args]
    obj = os.path.join(folder, os.path.basename(name) + ".o")
    args[args.index("-o") + 1] = obj
    args[args.index("-c") + 1] = copy.path(name)
    # what ninja wants to know
    for flag in ("-MQ", "-MF"):
        if flag in args:
            del args[args.index(flag):args.index(flag) + 2]
    r = run([a for a in args if a != "-MD"], BUILD)
    need(r.returncode == 0, f"{name} compiles, without a warning", r.stderr)
    return obj


def linked(target, objects, output, options=()):
    """The target of the build with these objects before its own."""
    r = run(["ninja", "-t", "commands", target], BUILD)
    args = words(r.stdout.strip().split("\n")[-1])
    args[args.index("-o") + 1] = output
    first = next(i for i, a in enumerate(args) if a.endswith(".o"))
    args[first:first] = [*options, *objects]
    r = run([a for a in args if not a.startswith("-Wl,-Map=")], BUILD)
    need(r.returncode == 0, f"{target} links with it", r.stderr)
    return output


def try_guest(copy, title, like, sid, command, folder):
    with copy.following(title) as places:
        for place in places:
            copy.apply(place)
        copy.need_lint("includes", "size", "words", "spdx", "requirements")
        name = places[0][0]
        obj = compiled(copy, like, "holdfast-guest.elf", name, folder)
        elf = linked("holdfast-guest.elf", [obj], os.path.join(folder, "guest.elf"))
        need(run(["tools/conformance", "--write"], copy.top).returncode == 0, "conformance.md is made anew")
        r = run([os.path.join(BUILD, "holdfast"), "list", "--kernel", elf, sid], folder)
        need(r.returncode == 0 and sid in r.stdout, f"the guest has {sid}", r.stderr)
        if not has_kvm():
            skip("no /dev/kvm to run it")
            return
        r = run([os.path.join(BUILD, "holdfast"), *command, "--kernel", elf, sid], folder)
        need(r.returncode == 0, "and it runs", r.stdout + r.stderr)


def try_requirement(copy):
    with copy.following("Add a requirement") as places:
        rid = re.search(r"^\+- \*\*([A-Z]{2}-\d+)", places[0][2], re.M)[1]
        copy.apply(places[0])
        r = copy.lint("requirements")
        need(r.returncode == 1 and f"{rid} is named by no scenario" in r.stdout, "one that nobody names is refused", r.stdout)
        copy.apply(places[1])
        copy.need_lint("requirements")
        need(run(["tools/conformance", "--check"], copy.top).returncode == 1, "conformance.md is stale")
        need(run(["tools/conformance", "--write"], copy.top).returncode == 0, "and made anew")
        with open(copy.path("docs/conformance.md"), encoding="utf-8") as f:
            need(f"| {rid} | ours | A quick frame is cold" in f.read(), "it has the new row")


def try_subcommand(copy, folder):
    with copy.following("Add a subcommand") as places:
        for place in places:
            copy.apply(place)
        copy.need_lint("includes", "size", "words", "spdx")
        objects = [compiled(copy, "host/cli/info.c", "holdfast-host", "host/cli/" + n, folder) for n in ("hello.c", "cli.c")]
        program = linked("holdfast", objects, os.path.join(folder, "holdfast"))
        r = run([program, "hello"], folder)
        need(r.returncode == 0 and r.stdout == "hello\n", "the command runs", r.stderr)
        r = run([program, "--help"], folder)
        need("  hello    say hello\n" in r.stdout, "the help has it", r.stdout)
        need(run([program, "hello", "--bad"], folder).returncode == 2, "a bad option of it is refused")


# Asks for the device of the recipe.
ZERO = """#include <dev/bdev.h>
#include <machine/vmparam.h>
#include <test/scenario.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
HF_SCENARIO(dev_zero0, "dev.zero0", "", "the disk of zeros is found")
{
	vm_page_t m = vm_page_alloc_noobj(VM_ALLOC_WIRED);
	char *mem = (char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)), msg[80];
	struct hf_seg seg = { VM_PAGE_TO_PHYS(m), PAGE_SIZE };
	struct hf_io io = { .op = HF_IO_READ, .segs = &seg, .nsegs = 1 };
	struct hf_bdev *bd;

	hf_expect_eq(hf_bdev_find("zero1", &bd, msg, sizeof(msg)), ENXIO);
	hf_require_eq(hf_bdev_find("zero0", &bd, msg, sizeof(msg)), 0);
	memset(mem, 7, PAGE_SIZE);
	hf_expect_eq(hf_bdev_io_wait(bd, &io), 0);
	hf_expect_eq(mem[0] | mem[PAGE_SIZE - 1], 0);
	vm_page_unwire_noq(m);
	vm_page_free(m);
}
"""


def try_device(copy, folder):
    asks = "guest/scenarios/dev/zero.c"
    with copy.following("Add a device") as places:
        for place in places:
            copy.apply(place)
        copy.need_lint("includes", "size", "words", "spdx")
        objects = [compiled(copy, "guest/dev/bdev.c", "libholdfast-kernel.a", "guest/dev/" + n, folder)
                   for n in ("zero.c", "bdev_table.c")]
        with open(copy.path(asks), "w", encoding="utf-8") as f:
            f.write(ZERO)
        os.mkdir(os.path.join(folder, "asks"))
        objects.append(compiled(copy, "dev/requests.c", "holdfast-guest.elf", asks, os.path.join(folder, "asks")))
        os.unlink(copy.path(asks))
        # The table is in the kernel's library, too: the first one counts.
        elf = linked("holdfast-guest.elf", objects, os.path.join(folder, "zero.elf"), ["-Wl,-z,muldefs"])
        if not has_kvm():
            skip("no /dev/kvm to run it")
            return
        r = run([os.path.join(BUILD, "holdfast"), "run", "--kernel", elf, "dev.zero0"], folder)
        need(r.returncode == 0, "and a scenario finds the device", r.stdout + r.stderr)


def try_lock(copy, folder):
    with copy.following("Add a lock") as places:
        for place in places:
            copy.apply(place)
        need(run(["tests/unit/locking_doc.py", "."], copy.top).returncode == 1, "locking.md is stale")
        need(run(["tests/unit/locking_doc.py", "--write", "."], copy.top).returncode == 0, "and drawn anew")
        need(run(["tests/unit/locking_doc.py", "."], copy.top).returncode == 0, "so the two agree")
        compiled(copy, "guest/kern/lock_order.c", "libholdfast-kernel.a", "guest/kern/lock_order.c", folder)


def try_hook(copy):
    """What the pre-commit script refuses."""
    def refused(name, text, said):
        with open(copy.path(name), encoding="utf-8") as f:
            before = f.read()
        with open(copy.path(name), "w", encoding="utf-8") as f:
            f.write(before + text)
        r = copy.commit_hook()
        need(r.returncode != 0 and said in r.stdout + r.stderr, f"pre-commit refuses {text!r}", r.stdout + r.stderr)
        with open(copy.path(name), "w", encoding="utf-8") as f:
            f.write(before)

    if shutil.which("clang-format-14"):
        refused("host/cli/info.c", "int x  ;\n", "host/cli/info.c: run clang-format-14")
    refused("host/cli/info.c", "/* ZZ */ \n", "trailing whitespace")
    refused("guest/scenarios/wire/all.c", 'HF_SCENARIO(a, "a.b", "ZZ-99", "c")\n{\n}\n', "names ZZ-99")


def main():
    titles = {"Add a scenario", "Add a requirement", "Add a bench class", "Add a subcommand", "Add a device", "Add a lock"}
    need(set(recipes()) == titles, "every recipe is followed here", set(recipes()) ^ titles)
    with tempfile.TemporaryDirectory() as top, tempfile.TemporaryDirectory() as folder:
        copy = Copy(os.path.join(top, "tree"))
        try_guest(copy, "Add a scenario", "wire/all.c", "wire.locked_twice", ["run"], folder)
        try_requirement(copy)
        try_guest(copy, "Add a bench class", "bench/recorder.c", "bench.nothing",
                  ["bench", "--rounds", "1", "--samples", "5"], folder)
        try_subcommand(copy, folder)
        try_device(copy, folder)
        try_lock(copy, folder)
        try_hook(copy)
    finish()
    return 0


if __name__ == "__main__":
    sys.exit(main())
