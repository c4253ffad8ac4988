#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""gdb.py: a guest under a debugger: by packets of our own, and by gdb if it is there.

usage: gdb.py HOLDFAST GUEST_ELF SELFTEST_ELF
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import hostcheck
from hostcheck import need

HOLDFAST, ELF, SELFTEST = sys.argv[1:4]
SCENARIO = "fault.cow_fork"
RIP, R15, RSP = 16, 15, 7  # in gdb's order
SECONDS = 240


def address_of(name):
    out = subprocess.run(["nm", ELF], check=True, capture_output=True, text=True).stdout
    return next(int(line.split()[0], 16) for line in out.splitlines() if line.split()[2:] == [name])


class Run:
    """holdfast run --gdb, and where it listens."""

    def __init__(self, work, *args):
        self.path = os.path.join(work, "socket")
        self.err = os.path.join(work, "stderr")
        with open(self.err, "wb") as err:
            self.process = hostcheck.start(
                [HOLDFAST, "run", "--kernel", ELF, "--gdb", self.path, *args], stdout=subprocess.PIPE, stderr=err)
        hostcheck.wait_for_line(self.err, "waiting for a debugger", self.process)

    def end(self):
        try:
            out = self.process.communicate(timeout=SECONDS)[0].decode()
        finally:
            self.process.kill()
        need(not os.path.exists(self.path), "the socket is still there")
        return self.process.returncode, out


class Debugger:
    """The other end of the protocol."""

    def __init__(self, run):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(run.path)
        self.seen = b""
        need("QStartNoAckMode+" in self.ask("qSupported:swbreak+"), "qSupported")
        need(self.ask("QStartNoAckMode") == "OK", "QStartNoAckMode")
        self.seen = b""

    def send(self, text):
        data = text.encode()
        self.sock.sendall(b"$" + data + b"#%02x" % (sum(data) & 0xff))

    def receive(self):
        while True:
            start = self.seen.find(b"$")
            end = self.seen.find(b"#", start)
            if start >= 0 and 0 <= end <= len(self.seen) - 3:
                data, check = self.seen[start + 1:end], self.seen[end + 1:end + 3]
                self.seen = self.seen[end + 3:]
                need(int(check, 16) == sum(data) & 0xff, f"checksum of {data}")
                return data.decode()
            more = self.sock.recv(4096)
            need(more, "the connection was closed")
            self.seen += more

    def ask(self, text):
        self.send(text)
        return self.receive()

    def registers(self):
        raw = bytes.fromhex(self.ask("g"))
        need(len(raw) == 17 * 8 + 7 * 4, f"g: {len(raw)} bytes")
        return raw

    def register(self, number):
        return int.from_bytes(self.registers()[8 * number:8 * number + 8], "little")


def passes(run):
    status, out = run.end()
    need(status == 0 and f"pass    {SCENARIO}" in out, f"status {status}: {out}")


def by_packets(work):
    """Stops at a function, looks, changes, steps, lets go."""
    run = Run(work, SCENARIO)
    d = Debugger(run)
    need(d.ask("?") == "T02thread:1;", "why it is stopped at first")
    need(d.ask("qfThreadInfo") == "m1,2" and d.ask("qsThreadInfo") == "l", "threads")
    need("not started" in bytes.fromhex(d.ask("qThreadExtraInfo,2")).decode(), "thread 2")
    need(d.ask("Hg1") == "OK", "back to thread 1")
    need("i386:x86-64" in d.ask("qXfer:features:read:target.xml:0,ffb"), "target.xml")
    need(d.ask("vUnknown") == "" and d.ask("Z2,1000,4") == "", "what we do not know has no empty answer")
    fault = address_of("vm_fault")
    with_paging_off = d.ask(f"m{fault:x},8")
    need(d.ask(f"Z0,{fault:x},1") == "OK", "Z0")
    need(d.ask("vCont;c") == "T05thread:1;", "vm_fault was not reached")
    need(d.register(RIP) == fault, "RIP is not at the breakpoint")
    need(d.ask(f"m{fault:x},8") == with_paging_off, "the code is not what the image has")
    need(d.ask("m10,8") == "E01", "memory that is not mapped was read")
    below = d.register(RSP) - 4096 - 3  # over the end of a page, or not
    kept = d.ask(f"m{below:x},10")
    if kept != "E01":
        need(d.ask(f"M{below:x},3:a1b2c3") == "OK", "M")
        need(d.ask(f"m{below:x},3") == "a1b2c3", "what was written is not read")
        need(d.ask(f"M{below:x},3:{kept[:6]}") == "OK", "M back")
    raw = bytearray(d.registers())
    raw[8 * R15:8 * R15 + 8] = bytes(range(8))
    before = d.registers()
    need(d.ask("G" + raw.hex()) == "OK" and d.registers() == bytes(raw), "r15 was not written")
    need(d.ask("G" + before.hex()) == "OK", "r15 back")
    need(d.ask("vCont;s:1;c") == "T05thread:1;" and d.register(RIP) != fault, "no step")
    for i in range(3):
        need(d.ask(f"Z1,{fault + 0x1000 * (i + 1):x},1") == "OK", f"breakpoint {i + 2}")
    need(d.ask("Z1,7000,1").startswith("E."), "a fifth breakpoint")
    need(d.ask("Z0,%x,1" % fault) == "OK", "one that is there")
    need(d.ask("D") == "OK", "D")
    passes(run)


def to_the_end(work):
    """The debugger stays until the guest has ended."""
    run = Run(work, SCENARIO)
    d = Debugger(run)
    need(d.ask("c") == "W00", "the end is not told")
    passes(run)


def goes_away(work):
    """The guest goes on without the debugger, stopped or running."""
    fault = address_of("vm_fault")
    for go_on in (False, True):
        run = Run(work, SCENARIO)
        d = Debugger(run)
        need(d.ask(f"Z0,{fault:x},1") == "OK", "Z0")
        if go_on:
            d.send("c")
        d.sock.close()
        passes(run)


def garbage(work):
    """A packet that is damaged is asked for again; one without end is no debugger's."""
    run = Run(work, SCENARIO)
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(SECONDS)
    sock.connect(run.path)
    sock.sendall(b"noise$?#00")
    need(sock.recv(1) == b"-", "a wrong checksum was believed")
    try:
        sock.sendall(b"$" + b"x" * 20000)
        while sock.recv(100):
            pass
    except (ConnectionResetError, BrokenPipeError):
        pass
    sock.close()
    passes(run)


def stopped_time_does_not_count(work):
    run = Run(work, "--timeout", "10s", SCENARIO)
    d = Debugger(run)
    fault = address_of("vm_fault")
    need(d.ask(f"Z0,{fault:x},1") == "OK" and d.ask("c") == "T05thread:1;", "no breakpoint")
    time.sleep(11)
    need(d.ask("D") == "OK", "D")
    passes(run)


def interrupted_and_killed(work):
    """The interrupt key stops a guest at any moment; kill ends the run."""
    run = Run(work, "--kernel", SELFTEST, "--param", "slow_ms=60000", "selftest.slow")
    d = Debugger(run)
    for _ in range(20):
        d.send("c")
        d.sock.sendall(b"\x03")
        need(d.receive() == "T02thread:1;", "not stopped by the interrupt key")
        need(d.register(RIP) != 0, "no registers")
    d.send("k")
    status, out = run.end()
    need(status == -signal.SIGTERM and "interrupted by SIGTERM" in out, f"status {status}: {out}")


def refused(work):
    """Mistakes of the user's cost nothing; a signal ends the wait."""
    path = os.path.join(work, "there")
    with open(path, "w", encoding="ascii") as f:
        f.write("kept")
    for name, why in ((path, "in use"), (work + "/no/socket", "No such file"), (work + "/" + "x" * 200, "longer than")):
        done = subprocess.run([HOLDFAST, "run", "--gdb", name, SCENARIO], capture_output=True, text=True, timeout=SECONDS)
        need(done.returncode == 2 and f"--gdb {name}" in done.stderr and why in done.stderr, done.stderr)
    with open(path, encoding="ascii") as f:
        need(f.read() == "kept", "a file was lost")
    run = Run(work, SCENARIO)
    run.process.send_signal(signal.SIGTERM)
    status, out = run.end()
    need(status == -signal.SIGTERM and "interrupted by SIGTERM" in out, f"status {status}: {out}")


def by_gdb(work):
    run = Run(work, SCENARIO)
    done = subprocess.run(
        ["gdb", "-batch", "-nx", ELF, "-ex", f"target remote {run.path}", "-ex", "break vm_fault", "-ex", "continue",
         "-ex", "backtrace 3", "-ex", "stepi", "-ex", "info threads", "-ex", "delete", "-ex", "detach"],
        capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    for text in ("hit Breakpoint 1, vm_fault", "in vm_fault_trap (", "CPU 1"):
        need(text in done.stdout, f"gdb does not say \"{text}\":\n{done.stdout}{done.stderr}")
    passes(run)


def main():
    tests = [by_packets, to_the_end, goes_away, garbage, stopped_time_does_not_count, interrupted_and_killed, refused]
    skipped = 0
    if shutil.which("gdb"):
        tests.append(by_gdb)
    else:
        skipped = 1
        print("skipped: by_gdb: no gdb here")
    for test in tests:
        with tempfile.TemporaryDirectory() as work:
            test(work)
        print(f"ok {test.__name__}")
    print(f"{len(tests)} passed, {skipped} skipped")


main()
