# SPDX-License-Identifier: BSD-2-Clause
"""icount_where.py: tools/icount where: what start-up spends its instructions on.

Runs one empty scenario in the NPT lab under tools/count/where.c.
"""

import bisect
import collections
import os
import re
import subprocess
import sys
import tempfile

import counting

# Once before, so that caches are as warm as they get.
RUN = ("./holdfast run boot.smoke >/dev/null; "
       "./count-launch ./holdfast run boot.smoke >/dev/null")
PROGRAM = (0x400000, 0x4000000)
GUEST = (0xffffffff80000000, 0xffffffff81000000)
WINDOW = 0x10000  # fault-around of Linux
# Large variables of which boot touches the beginning: behind the others.
LARGE_BYTES = 2048


class Symbols:
    """Names by address, from nm."""

    def __init__(self, path):
        text = subprocess.run(["nm", "-S", "-n", path], check=True, capture_output=True,
                              text=True).stdout
        self.all = []
        for line in text.splitlines():
            p = line.split()
            if len(p) == 4:
                self.all.append((int(p[0], 16), int(p[1], 16), p[2], p[3]))
        self.starts = [s[0] for s in self.all]

    def at(self, addr):
        """(start, size, type, name) of the symbol that addr lies in, or None."""
        i = bisect.bisect_right(self.starts, addr) - 1
        while i >= 0 and addr - self.starts[i] < 1 << 20:
            if addr < self.all[i][0] + max(self.all[i][1], 1):
                return self.all[i]
            i -= 1
        return None


def measure(build, span):
    """The plugin's lines of the last run, split into words."""
    where = os.path.join(counting.built(build, "tools/hf-where.so", "tools/count-launch"),
                         "tools", "hf-where.so")
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "where")
        r = subprocess.run([os.path.join(counting.TOP, "tools", "npt-lab"), "--icount",
                            "--build", build,
                            "--file", os.path.join(build, "tools", "count-launch"),
                            "--qemu", f"-plugin {where},out={out},lo={span[0]:x},hi={span[1]:x}",
                            "--", "sh", "-c", RUN], capture_output=True, text=True)
        if r.returncode:
            print(r.stdout + r.stderr, file=sys.stderr)
            sys.exit(r.returncode)
        with open(out, encoding="ascii") as f:
            return [line.split() for line in f if line != "end\n"]


def name_of(symbols, pc):
    if pc < PROGRAM[0]:
        return "the guest before paging"
    s = symbols.at(pc)
    return s[3] if s else "not in the program"


def show(build):
    symbols = Symbols(os.path.join(build, "holdfast"))
    user, kernel = collections.Counter(), collections.Counter()
    rep, times = collections.Counter(), collections.Counter()
    for p in measure(build, PROGRAM):
        pc = int(p[1], 16)
        name = name_of(symbols, pc)
        if p[0] == "u":
            user[name] += int(p[2])
        elif p[0] == "k":
            kernel[name] += int(p[2])
            rep[name] += int(p[3])
            times[name] += int(p[4])
    print(f"kernel, by the function that entered it: {sum(kernel.values())} instructions")
    for name, n in kernel.most_common(40):
        print(f"{n:9} {rep[name]:9} REP {times[name]:5} times  {name}")
    print(f"user, by function: {sum(user.values())} instructions")
    for name, n in user.most_common(25):
        print(f"{n:9}  {name}")


def base_name(name):
    """Without what the compiler appends."""
    return re.sub(r"(\.(isra|constprop|part|cold|\d+))+(\.\d+)*$", "", name)


def write_script(path, title, section, names, pages):
    text = f"""/* SPDX-License-Identifier: BSD-2-Clause */
/* {os.path.basename(path)}: {title} */

/*
 * Included by link.ld.  Each page of the image that boot touches is a fault of
 * the host's second stage; these take {pages} pages.  A name that is missing costs
 * little, one that does not exist does no harm.  Written by "tools/icount where
 * --guest".
 */
"""
    with open(path, "w", encoding="ascii") as f:
        f.write(text + "".join(f"*({section}.{n} {section}.{n}.*)\n" for n in names))


def guest_touched(build):
    """What boot runs and touches of the guest: text, constants, small and large variables;
    name -> size."""
    symbols = Symbols(os.path.join(build, "holdfast-guest.elf"))
    text, constants, small, large = {}, {}, {}, {}
    for p in measure(build, GUEST):
        addr = int(p[1], 16)
        if p[0] not in "xd" or not GUEST[0] <= addr < GUEST[1]:
            continue
        for at in range(addr, addr + (16 if p[0] == "x" else 8), 1):
            s = symbols.at(at)
            if s and s[2] in "tT" and p[0] == "x":
                text[base_name(s[3])] = s[1]
            elif s and s[2] in "rR":
                constants[base_name(s[3])] = s[1] if not s[3].startswith("hf_scenario_") else 0
            elif s and s[2] in "bB":
                (large if s[1] >= LARGE_BYTES else small)[base_name(s[3])] = s[1]
    return text, constants, small, large


def guest_layout(build):
    text, constants, small, large = guest_touched(build)
    # The IDT fills a page of its own.
    data = ["idt"] + sorted(small) + sorted(n for n in large if n != "idt")
    boot = os.path.join(counting.TOP, "guest", "boot")
    write_script(os.path.join(boot, "startup_text.ld"), "the functions that every boot runs.",
                 ".text", sorted(text), -(-sum(text.values()) // 4096))
    # Tables of jumps are in sections named after the functions that use them.
    write_script(os.path.join(boot, "startup_rodata.ld"), "the constants that boot may use.",
                 ".rodata", sorted(set(text) | set(constants)), 6)
    write_script(os.path.join(boot, "startup_bss.ld"), "the variables that every boot touches.",
                 ".bss", data, -(-sum(small.values()) // 4096) + 2 * len(large))
    print(f"{len(text)} functions, {len(data)} variables")


def map_sections(path):
    """[(start, size, object)] of a linker map."""
    rows, pending = [], False
    with open(path, encoding="utf-8") as f:
        for line in f:
            if re.match(r"^ \.\S+\s*$", line):
                pending = True
                continue
            m = re.match(r"^ (?:\.\S+)?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$", line)
            if m and (pending or line.startswith(" .")) and int(m.group(1), 16):
                rows.append((int(m.group(1), 16), int(m.group(2), 16), m.group(3).strip()))
            pending = False
    return sorted(rows)


def objects_touched(build):
    """((library, object), ...) of the program that a run uses, and windows of 64 KiB."""
    rows = map_sections(os.path.join(build, "holdfast.map"))
    starts = [r[0] for r in rows]
    used, windows = set(), set()
    for p in measure(build, PROGRAM):
        addr = int(p[1], 16)
        if p[0] not in "xd" or not PROGRAM[0] <= addr < PROGRAM[1]:
            continue
        windows.add(addr // WINDOW)
        i = bisect.bisect_right(starts, addr) - 1
        if i >= 0 and addr < rows[i][0] + rows[i][1]:
            m = (re.search(r"(lib[a-z_]+)[^/]*\.a\(([^)]+)\)$", rows[i][2]) or
                 re.search(r"(lib[a-z-]+)\.a\.p/(\S+\.o)$", rows[i][2]))
            if m:
                used.add((m.group(1), m.group(2)))
    return used, len(windows)


def objects(build):
    """Writes host/startup_objects.txt, below its comment."""
    used, windows = objects_touched(build)
    path = os.path.join(counting.TOP, "host", "startup_objects.txt")
    with open(path, encoding="ascii") as f:
        head = [line for line in f if line.startswith("#")]
    with open(path, "w", encoding="ascii") as f:
        f.writelines(head + [f"{lib} {name}\n" for lib, name in sorted(used)])
    print(f"{len(used)} objects; {windows} windows of 64 KiB are touched")


def drift(name, listed, touched, again):
    """Whether more than one in ten of a list's lines is wrong; says what is."""
    missing, idle = sorted(touched - listed), sorted(listed - touched)
    print(f"{name}: {len(listed)} lines, {len(missing)} missing, {len(idle)} without use")
    if 10 * (len(missing) + len(idle)) <= len(listed):
        return 0
    for what, names in (("missing", missing), ("without use", idle)):
        print(f"  {what}: {' '.join(' '.join(n) if isinstance(n, tuple) else n for n in names)}")
    print(f"  make it anew: {again}")
    return 1


def check(build):
    """Do the lists of what start-up uses still say that?"""
    if not os.path.exists(os.path.join(build, "holdfast.map")):
        print("skipped: the lists are for a static program")
        return 77
    script = os.path.join(counting.TOP, "guest", "boot", "startup_text.ld")
    with open(script, encoding="ascii") as f:
        listed = set(re.findall(r"^\*\(\.text\.(\S+) ", f.read(), re.M))
    bad = drift("startup_text.ld", listed, set(guest_touched(build)[0]),
                "tools/icount where --guest")
    with open(os.path.join(counting.TOP, "host", "startup_objects.txt"), encoding="ascii") as f:
        listed = {tuple(line.split()) for line in f if not line.startswith("#")}
    return bad | drift("startup_objects.txt", listed, objects_touched(build)[0],
                       "tools/icount where --objects")


def where(args, usage):
    build, what = os.path.join(counting.TOP, "build"), show
    while args:
        a = args.pop(0)
        if a == "--build" and args:
            build = os.path.abspath(args.pop(0))
        elif a == "--guest":
            what = guest_layout
        elif a == "--objects":
            what = objects
        elif a == "--check":
            what = check
        else:
            usage(f"where: unknown option {a}")
    counting.built(build)
    return what(build) or 0
