#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""core_files.py: holdfast run --core writes what a debugger can read, and no more.

usage: core_files.py HOLDFAST SELFTEST_ELF
"""

import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

from hostcheck import Malformed, need

HOLDFAST, ELF = sys.argv[1:3]
PT_LOAD, PT_NOTE, ET_CORE, NT_PRSTATUS = 1, 4, 4, 1
DMAP = 0xfffff80000000000
REGISTERS = 112  # of struct elf_prstatus: where they begin
RIP = 16  # which of them


def run(folder, *ids):
    return subprocess.run([HOLDFAST, "run", "--kernel", ELF, "--core", folder, *ids],
                          capture_output=True, text=True, timeout=240, check=False)


class Core:
    def __init__(self, path):
        with open(path, "rb") as f:
            self.bytes = f.read()
        kind, machine = struct.unpack_from("<HH", self.bytes, 16)
        need(self.bytes[:6] == b"\x7fELF\x02\x01" and (kind, machine) == (ET_CORE, 62), "no core file of x86-64")
        at, = struct.unpack_from("<Q", self.bytes, 32)
        n, = struct.unpack_from("<H", self.bytes, 56)
        headers = [struct.unpack_from("<IIQQQQQQ", self.bytes, at + i * 56) for i in range(n)]
        self.loads = [h for h in headers if h[0] == PT_LOAD]
        self.notes = [h for h in headers if h[0] == PT_NOTE][0]

    def page(self, va):
        """Its bytes, or None if the file does not have it."""
        for _, _, offset, at, _, in_file, _, _ in self.loads:
            if at <= va < at + in_file:
                return self.bytes[offset + va - at:offset + va - at + 4096]
        return None

    def threads(self):
        """(number, rip) of each."""
        at, end = self.notes[2], self.notes[2] + self.notes[5]
        while at < end:
            name, size, kind = struct.unpack_from("<III", self.bytes, at)
            need(kind == NT_PRSTATUS, f"a note of type {kind}")
            status = at + 12 + (name + 3) // 4 * 4
            pid, = struct.unpack_from("<I", self.bytes, status + 32)
            yield pid, struct.unpack_from("<Q", self.bytes, status + REGISTERS + 8 * RIP)[0]
            at = status + (size + 3) // 4 * 4


def pattern(first):
    return struct.pack("<512Q", *((first + i) * 0x9e3779b97f4a7c15 & (1 << 64) - 1 for i in range(512)))


def nodump(folder):
    r = run(folder, "selftest.nodump", "selftest.pass")
    path = os.path.join(folder, "selftest.nodump.core")
    need(r.returncode == 3 or r.returncode == 1, f"status {r.returncode}: {r.stdout}{r.stderr}")
    need(f"core file: {path}" in r.stdout, "the report does not name the core file")
    need("pass    selftest.pass" in r.stdout, "the rest was not run")
    need(os.listdir(folder) == ["selftest.nodump.core"], f"files {os.listdir(folder)}")
    dumped, left_out = (int(x, 16) for x in re.search(r"dumped (0x\w+), not dumped (0x\w+)", r.stdout).groups())
    core = Core(path)
    need(core.page(DMAP + dumped) == pattern(1000), "the dumped page is not there, or is another")
    need(core.page(DMAP + left_out) is None, "the page with PG_NODUMP is mapped")
    need(pattern(5000)[:64] not in core.bytes, "bytes of the page with PG_NODUMP are in the file")
    need(core.page(DMAP + 0x10000000000) is None, "memory that there is not")
    number, rip = next(core.threads())
    need(number == 1 and rip >= 0xffffffff80000000, f"first thread {number} at {rip:#x}")
    need(core.page(rip) is not None, "the code that ran is not there")
    need(os.stat(path).st_blocks * 512 < 8 << 20, "zeroes are no holes")
    return path


def debugger(path):
    """gdb's account of it; None where there is no gdb."""
    if shutil.which("gdb") is None:
        return None
    r = subprocess.run(["gdb", "-batch", "-nx", "-ex", "bt", "-ex", "print vm_page_array_size", ELF, path],
                       capture_output=True, text=True, timeout=240, check=False)
    need(re.search(r"#0 .* selftest_nodump \(\) at .*:\d+", r.stdout),
         f"gdb finds no scenario:\n{r.stdout}{r.stderr}")
    need(re.search(r"^\$1 = \d{4,}$", r.stdout, re.M), f"gdb reads no variable:\n{r.stdout}")
    return True


def mistakes(folder):
    """The user's: said before anything runs."""
    plain = os.path.join(folder, "file")
    with open(plain, "w", encoding="ascii"):
        pass
    for path, why in ((os.path.join(folder, "none"), "No such file"), (plain, "Not a directory")):
        r = run(path, "selftest.panic")
        need(r.returncode == 2 and f"--core {path}" in r.stderr and why in r.stderr and "selftest" not in r.stdout,
             f"{path}: status {r.returncode}: {r.stdout}{r.stderr}")


def not_writable(folder):
    """What cannot be written is said, and nothing else is lost."""
    os.mkdir(os.path.join(folder, "selftest.panic.core"))
    r = run(folder, "selftest.panic", "selftest.pass")
    need("selftest.panic.core: Is a directory" in r.stderr and "pass    selftest.pass" in r.stdout
         and "panic_innermost" in r.stdout, f"{r.stdout}{r.stderr}")


def main():
    passed = skipped = 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = nodump(folder)
            passed += 1
            if debugger(path):
                passed += 1
            else:
                print("skipped: gdb is not installed")
                skipped += 1
        for check in (mistakes, not_writable):
            with tempfile.TemporaryDirectory() as folder:
                check(folder)
            passed += 1
    except Malformed as e:
        print(f"FAIL: {e}")
        print(f"{passed} passed, 1 failed, {skipped} skipped")
        return 1
    print(f"{passed} passed, 0 failed, {skipped} skipped")
    return 0


if __name__ == "__main__":
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        print("skipped: this user cannot open /dev/kvm")
        sys.exit(77)
    sys.exit(main())
