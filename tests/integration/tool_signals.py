#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""tool_signals.py: tools that run QEMU pass signals on, and leave nothing running.

usage: tool_signals.py qemu-run|npt-lab BUILD SELFTEST_ELF
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import hostcheck
from hostcheck import need

TOOL, BUILD, ELF = sys.argv[1], sys.argv[2], os.path.abspath(sys.argv[3])
IDS = {"selftest.pass": "pass", "selftest.sleep": "interrupted", "selftest.then": "not_run"}


def still_there(mark):
    """Processes whose command line has the mark."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                if mark.encode() in f.read():
                    found.append(int(pid))
        except OSError:
            continue
    return found


def wait_for(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        need(time.monotonic() < end, f"no {what} within {seconds} s")
        time.sleep(0.1)


def start(tmp, args):
    return hostcheck.start([os.path.join(hostcheck.TOP, "tools", TOOL), "--build", BUILD, *args],
                           env=dict(os.environ, TMPDIR=tmp))


def console_has(tmp, name, text):
    for folder in os.listdir(tmp):
        path = os.path.join(tmp, folder, name)
        if os.path.exists(path):
            with open(path, "rb") as f:
                return text in f.read()
    return False


def gone(tmp):
    wait_for(lambda: not still_there(tmp), "end of QEMU", 20)
    need(os.listdir(tmp) == [], f"left: {os.listdir(tmp)}")


def qemu_run(sig):
    with tempfile.TemporaryDirectory() as tmp, tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "x.json")
        p = start(tmp, ["--kernel", ELF, "--no-disk", "--report", "json=" + path, *IDS])
        wait_for(lambda: console_has(tmp, "log", b" begin id=selftest.sleep"), "scenario")
        need(still_there(tmp), "QEMU is not found: this test is none")
        p.send_signal(sig)
        out, err = p.communicate(timeout=60)
        need(p.returncode == -sig, f"ended with {p.returncode}: {err.decode()[-300:]}")
        d = hostcheck.read_file("json", path)
        need(d["verdicts"] == IDS, f"{d['verdicts']}")
        need((d["status"], d["signal"]) == (128 + sig, sig.name), f"{d['status']} {d['signal']}")
        need(hostcheck.read("pretty", out)["stopped"] == f"interrupted by {sig.name}", "the pretty one")
        gone(tmp)


def npt_lab(sig):
    with tempfile.TemporaryDirectory() as tmp:
        p = start(tmp, ["--", "sleep", "600"])
        wait_for(lambda: still_there(tmp + "/npt-lab"), "QEMU")
        time.sleep(1)
        p.send_signal(sig)
        err = p.communicate(timeout=60)[1].decode()
        need(p.returncode == -sig, f"ended with {p.returncode}: {err[-300:]}")
        need(f"interrupted by {sig.name}" in err, f"no message: {err[-300:]}")
        gone(tmp)


def killed():
    """Nobody can pass SIGKILL on: QEMU ends with its parent."""
    with tempfile.TemporaryDirectory() as tmp:
        args = ["--", "sleep", "600"] if TOOL == "npt-lab" else ["--kernel", ELF, "--no-disk", "selftest.sleep"]
        p = start(tmp, args)
        wait_for(lambda: any("qemu-system" in os.readlink(f"/proc/{pid}/exe") for pid in still_there(tmp)
                             if os.path.exists(f"/proc/{pid}/exe")), "QEMU")
        p.kill()
        p.communicate()
        wait_for(lambda: not still_there(tmp), "end of QEMU", 20)


def main():
    if not shutil.which("qemu-system-x86_64"):
        print("skipped: no qemu-system-x86_64 on this machine")
        sys.exit(77)
    if TOOL == "npt-lab":
        r = subprocess.run([os.path.join(hostcheck.TOP, "tools", "lab", "prepare"),
                            os.environ.get("HOLDFAST_LAB_DIR", os.path.join(BUILD, "npt-lab"))],
                           capture_output=True, text=True, check=False)
        if r.returncode:
            print(r.stderr.strip() or "skipped: no lab")
            sys.exit(r.returncode)
    cases = hostcheck.Cases()
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        cases.run(f"{TOOL}_{sig.name}", qemu_run if TOOL == "qemu-run" else npt_lab, sig)
    cases.run(f"{TOOL}_killed", killed)
    cases.end()


if __name__ == "__main__":
    main()
