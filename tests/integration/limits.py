#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""limits.py: what the host refuses is status 5 and a message; and what time limits count.

usage: limits.py HOLDFAST SELFTEST_ELF
"""

import ctypes
import os
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time

import hostcheck
from hostcheck import need

HOLDFAST, ELF = sys.argv[1:3]
DISK_SCENARIO = "pager.read_write"
# x86-64
SYSCALLS = {"getrandom": 318, "memfd_create": 319, "io_uring_setup": 425, "eventfd2": 290, "timerfd_create": 283}
ENOSYS, ENOMEM, EPERM = 38, 12, 1


def limited(**limits):
    def go():
        hostcheck.defaults()()
        for name, value in limits.items():
            r = getattr(resource, "RLIMIT_" + name)
            resource.setrlimit(r, (value, value))
    return go


def refused(name, error):
    """The system call fails with this errno, by seccomp."""
    number = SYSCALLS[name]
    program = b"".join(struct.pack("HBBI", *i) for i in (
        (0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | error), (0x06, 0, 0, 0x7FFF0000)))

    def go():
        hostcheck.defaults()()
        libc = ctypes.CDLL(None, use_errno=True)
        buf = ctypes.create_string_buffer(program)
        fprog = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 4, ctypes.addressof(buf)))
        if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, ctypes.byref(fprog), 0, 0) != 0:
            os._exit(99)
    return go


def result(args, preexec, seconds=240):
    """(status, stdout, stderr).  A guest that hangs is status 4; the seconds are for a host that does."""
    p = hostcheck.start([HOLDFAST, *args], preexec_fn=preexec)
    try:
        out, err = p.communicate(timeout=seconds)
    finally:
        p.kill()
    return p.returncode, out.decode(), err.decode()


def decide(status, err, allowed, what):
    need(status in allowed, f"{what}: status {status}: {err[-400:]}")
    need(status == 0 or "holdfast: " in err, f"{what}: status {status} without a message")
    need("internal error" not in err, f"{what}: {err[-400:]}")


def before_main(status, err):
    """The C library or its loader ended the program, and said so itself."""
    return status == 127 and ("Fatal glibc error: " in err or ": error while loading shared libraries: " in err)


def descriptors(args):
    """From none at all to enough: 5 with a message, or all is well; and it ends soon."""
    worked = failed = unborn = 0
    for n in range(3, 33):
        status, _, err = result(args, limited(NOFILE=n))
        if before_main(status, err):
            unborn += 1
            continue
        decide(status, err, (0, 5), f"NOFILE {n}")
        worked += status == 0
        failed += status != 0
    need(worked > 0, "it never worked")
    # A loader needs as many descriptors as "info" does.
    need(failed + unborn > 0 or args[0] == "list", "it never failed: that is no test")


def address_space(args, kib):
    return result(args, limited(AS=kib << 10))


def memory(args, good):
    """Address space that is too small at any moment of a run: 5, or what it is without a limit."""
    low, high = 0, 400 << 10
    while high - low > 64:  # the least with which it is well
        middle = (low + high) // 2
        status, _, _ = address_space(args, middle)
        low, high = (low, middle) if status == good else (middle, high)
    started = failed = 0
    # Most steps are where little is missing.  Where the kernel cannot even start it, it is killed, and where
    # the C library cannot reach main(), that library says so: how much these take is a matter of luck (brk).
    for kib in [high * k // 8 for k in range(1, 8)] + [high - 64 * k for k in range(1, 25)]:
        status, _, err = address_space(args, kib)
        if status in (-signal.SIGKILL, -signal.SIGSEGV) and address_space(["--version"], kib)[0] != 0:
            continue
        if before_main(status, err):
            continue
        started += 1
        failed += status == 5
        decide(status, err, (good, 5), f"AS {kib} KiB of {high}")
    need(failed > 0, f"{started} runs, and none failed: that is no test")


def file_size():
    """A file may have so many bytes; the report goes to standard output."""
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "x.json")
        with open(path, "w", encoding="ascii") as f:
            f.write("older")
        status, out, err = result(["run", "-f", "json", "-o", path, "boot.smoke"], limited(FSIZE=512))
        need(status == 5, f"status {status}: {err}")
        need("File too large" in err, f"no message: {err}")
        with open(path, encoding="ascii") as f:
            need(f.read() == "older", "the older report was touched")
        need(os.listdir(work) == ["x.json"], f"left: {os.listdir(work)}")


def system_call(name, error, args, allowed):
    status, _, err = result(args, refused(name, error))
    need(status != 99, "seccomp cannot be used here")
    decide(status, err, allowed, f"{name} refused")
    if status != 0:
        need(name.rstrip("2").removesuffix("_setup") in err, f"{name} is not named: {err}")


def stopped(scenario, verdict, pauses):
    """Stopped for longer than the limit, several times: it counts only what it ran."""
    with tempfile.TemporaryDirectory() as work:
        err = os.path.join(work, "err")
        with open(err, "wb") as f:
            p = hostcheck.start([HOLDFAST, "run", "--kernel", ELF, "--console", "-f", "json", scenario], stderr=f)
        hostcheck.wait_for_line(err, "selftest: ", p)
        for _ in range(pauses):
            time.sleep(0.2)
            p.send_signal(signal.SIGSTOP)
            time.sleep(5)
            p.send_signal(signal.SIGCONT)
        out = p.communicate(timeout=240)[0]
        d = hostcheck.read("json", out)
        need(d["verdicts"] == {scenario: verdict}, f"{d['verdicts']}: {d['document']['scenarios'][0]['reason']}")


def busy(verdict, scenario):
    """Eight others on the same CPU."""
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"], preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
            for cpu in [min(os.sched_getaffinity(0))] for _ in range(8)]
    try:
        p = hostcheck.start([HOLDFAST, "run", "--kernel", ELF, "-f", "json", scenario],
                            preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
        out = p.communicate(timeout=240)[0]
    finally:
        for h in hogs:
            h.kill()
            h.wait()
    d = hostcheck.read("json", out)
    need(d["verdicts"] == {scenario: verdict}, f"{d['verdicts']}: {d['document']['scenarios'][0]['reason']}")


def main():
    hostcheck.need_guest(HOLDFAST)
    cases = hostcheck.Cases()
    sanitized = hostcheck.is_sanitized(HOLDFAST)
    for args in (["list"], ["info"], ["run", "boot.smoke"], ["run", DISK_SCENARIO],
                 ["run", "--blk-engine", "sync", DISK_SCENARIO],
                 ["bench", "--rounds", "1", "--samples", "5", "exit*"]):
        if sanitized:
            cases.skip("descriptors_" + "_".join(args), "a sanitizer's runtime needs descriptors of its own")
        else:
            cases.run("descriptors_" + "_".join(args), descriptors, args)
    if sanitized:
        cases.skip("memory", "a sanitizer's shadow needs more address space than any limit here")
    else:
        for args, good in ((["list", "--json"], 0), (["run", "boot.smoke"], 0), (["run", DISK_SCENARIO], 0),
                           (["run", "-f", "json", "--kernel", ELF, "selftest.panic"], 3)):
            cases.run("memory_" + args[0] + "_" + args[-1], memory, args, good)
    cases.run("file_size", file_size)
    for name, error, allowed in (("getrandom", ENOSYS, (5,)), ("eventfd2", ENOMEM, (5,)),
                                 ("io_uring_setup", EPERM, (0,)), ("io_uring_setup", ENOMEM, (0,))):
        cases.run(f"refused_{name}_{error}", system_call, name, error, ["run", DISK_SCENARIO], allowed)
    # A file that the user names is copied there.
    for error in (ENOSYS, EPERM):
        cases.run(f"refused_memfd_create_{error}", system_call, "memfd_create", error,
                  ["run", "--kernel", ELF, "selftest.pass"], (5,))
    cases.run("refused_uring_asked_for", system_call, "io_uring_setup", ENOMEM,
              ["run", "--blk-engine", "uring", DISK_SCENARIO], (2, 5))
    cases.run("stopped_and_continued", stopped, "selftest.tight", "pass", 2)
    cases.run("busy_machine", busy, "pass", "selftest.tight")
    cases.run("busy_machine_hang", busy, "timeout", "selftest.hang")
    cases.end()


if __name__ == "__main__":
    main()
