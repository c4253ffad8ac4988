#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""signals.py: a signal ends a run with a complete report, and by that signal.

usage: signals.py HOLDFAST SELFTEST_ELF
"""

import os
import signal
import subprocess
import sys
import tempfile
import time

import hostcheck
from hostcheck import FORMATS, Malformed, need

HOLDFAST, ELF = sys.argv[1:3]
ENDERS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
# One that has passed, the one that is hit, one that is never begun.
# ... for long: who sends the signal may have to wait for a CPU.
SLOW = ("--param", "slow_ms=20000")
# On the stack of a guest that is in the slow one.
WHERE = "tests/selftest/slow.c:"
IDS = {"selftest.pass": "pass", "selftest.slow": "interrupted", "selftest.then": "not_run"}


class Run:
    """A run of the three, its console text in a file."""

    def __init__(self, work, *args, ids=tuple(IDS), command="run", **kw):
        self.err = os.path.join(work, "stderr")
        with open(self.err, "wb") as err:
            self.process = hostcheck.start(
                [HOLDFAST, command, "--kernel", ELF, "--console", *args, *ids], stderr=err, **kw)

    def wait_for(self, text):
        hostcheck.wait_for_line(self.err, text, self.process)

    def end(self, seconds=240):
        try:
            out = self.process.communicate(timeout=seconds)[0]
        finally:
            self.process.kill()
        with open(self.err, encoding="utf-8", errors="replace") as f:
            return self.process.returncode, out or b"", f.read()


def check_three(report, name):
    need(report["stopped"] == f"interrupted by {name}", f"stopped: {report['stopped']}")
    found = dict(report["verdicts"])
    if "selftest.then" not in found:  # pretty says how many
        need("not run: 1 scenario from selftest.then on" in report["text"], "what was not run is not said")
        found["selftest.then"] = "not_run"
    need(found == IDS, f"verdicts {found}")
    need(WHERE in report["text"], "no dump of where the guest was")


def one(sig, fmt, to_file):
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "report")
        with open(path, "w", encoding="ascii") as f:
            f.write("older")
        run = Run(work, "-f", fmt, *SLOW, *(["-o", path] if to_file else []))
        run.wait_for("selftest: slow")
        with open(path, encoding="ascii") as f:
            need(f.read() == "older", "the older report was touched")
        run.process.send_signal(sig)
        status, out, err = run.end()
        need(status == -sig, f"ended with {status}: {err[-500:]}")
        need(f"interrupted by {sig.name}" in err, "no message")
        report = hostcheck.read_file(fmt, path) if to_file else hostcheck.read(fmt, out)
        check_three(report, sig.name)
        if fmt == "json":
            need((report["status"], report["signal"]) == (128 + sig, sig.name), "status and signal")
        need(sorted(os.listdir(work)) == ["report", "stderr"], f"left: {os.listdir(work)}")


def bench(sig):
    with tempfile.TemporaryDirectory() as work:
        files = {k: os.path.join(work, k) for k in ("json", "report", "raw")}
        err = os.path.join(work, "err")
        with open(err, "wb") as f:
            p = hostcheck.start([HOLDFAST, "bench", "--rounds", "20", "--samples", "5"] +
                                [a for k, v in files.items() for a in ("--" + k, v)] + ["anon_read*"], stderr=f)
        # A whole round is behind it.
        hostcheck.wait_for_line(err, "round 2/20", p, 240)
        p.send_signal(sig)
        out = p.communicate(timeout=240)[0].decode()
        need(p.returncode == -sig, f"ended with {p.returncode}")
        d = hostcheck.read_file("bench", files["json"])
        need(d["stopped"].startswith(f"interrupted by {sig.name} in round "), f"stopped: {d['stopped']}")
        need(d["status"] == 128 + sig, f"status {d['status']}")
        names = [c["name"] for c in d["document"]["classes"]]
        need("anon_read_first_touch" in names, f"classes {names}")
        need("not complete: interrupted by" in out and "anon_read_first_touch" in out, "the table")
        with open(files["report"], encoding="utf-8") as f:
            page = f.read()
        need("Not complete: interrupted by" in page and page.endswith("</html>\n"), "the page")
        need(os.path.getsize(files["raw"]) > 0, "no raw samples")


def goes_on(sig):
    with tempfile.TemporaryDirectory() as work:
        run = Run(work, "-f", "json", "--param", "slow_ms=2500", ids=["selftest.slow"])
        run.wait_for("selftest: slow")
        run.process.send_signal(sig)
        run.wait_for("the guest goes on")
        # Several at once may be one; the last is heard in any case.
        for _ in range(3):
            run.process.send_signal(sig)
        run.process.send_signal(signal.SIGSTOP)
        run.process.send_signal(signal.SIGCONT)
        status, out, err = run.end()
        need(status == 0, f"ended with {status}")
        need(hostcheck.read("json", out)["verdicts"] == {"selftest.slow": "pass"}, "the verdict")
        need("state, in selftest.slow" in err and WHERE in err, "no dump")
        need(err.count("the guest goes on") >= 2, "one dump only")
        for n in range(2):
            need(f"CPU {n}" in err, f"CPU {n} is not in the dump")


def insists():
    """While the report's reader does not read: the second signal kills."""
    with tempfile.TemporaryDirectory() as work:
        fifo = os.path.join(work, "fifo")
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        fill = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        try:
            while True:
                os.write(fill, b"x" * 4096)
        except BlockingIOError:
            pass
        run = Run(work, "-f", "junit", *SLOW, "-o", fifo)
        run.wait_for("selftest: slow")
        run.process.send_signal(signal.SIGTERM)
        time.sleep(1.5)
        need(run.process.poll() is None, "it did not wait for its reader")
        # On a busy machine the first may have been noted only now: see INTERRUPT_INSIST_MS.
        for _ in range(30):
            run.process.send_signal(signal.SIGINT)
            try:
                run.process.wait(0.7)
                break
            except subprocess.TimeoutExpired:
                pass
        status, _, _ = run.end(1)
        need(status == -signal.SIGINT, f"ended with {status}")
        os.close(fill)
        os.close(reader)


def twice_at_once(tries=10):
    """As timeout(1) sends it: to the child and to the group."""
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "report")
        run = Run(work, "-f", "json", *SLOW, "-o", path)
        run.wait_for("selftest: slow")
        began = time.monotonic()
        for _ in range(5):
            run.process.send_signal(signal.SIGTERM)
            time.sleep(0.01)
        together = time.monotonic() - began < 0.4
        status, _, _ = run.end()
        if not together and tries > 1:
            twice_at_once(tries - 1)  # we had no CPU meanwhile: that was not at once
            return
        need(status == -signal.SIGTERM, f"ended with {status}")
        check_three(hostcheck.read_file("json", path), "SIGTERM")


def early(sig):
    """At any moment of the start: dead by the signal, the report whole or the old one."""
    kinds = set()
    for ms in (0, 1, 2, 5, 10, 20, 40, 80, 150, 300, None):
        with tempfile.TemporaryDirectory() as work:
            path = os.path.join(work, "report")
            with open(path, "w", encoding="ascii") as f:
                f.write("older")
            run = Run(work, "-f", "json", *SLOW, "-o", path)
            if ms is None:
                run.wait_for("selftest: slow")
            else:
                time.sleep(ms / 1000)
            run.process.send_signal(sig)
            status, _, err = run.end()
            need(status == -sig, f"ended with {status} after {ms} ms: {err[-300:]}")
            with open(path, encoding="utf-8") as f:
                text = f.read()
            if text == "older":
                kinds.add("older")
                continue
            d = hostcheck.read("json", text)
            need(set(d["verdicts"]) == set(IDS), f"scenarios {d['verdicts']}")
            need(sum(v == "interrupted" for v in d["verdicts"].values()) <= 1, f"{d['verdicts']}")
            kinds.add("report")
    need("report" in kinds, "no moment had a report")


def inherited(block):
    """Blocked by whoever started it: it counts all the same. Ignored: it stays so."""
    def go():
        hostcheck.defaults()()
        if block:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        else:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with tempfile.TemporaryDirectory() as work:
        run = Run(work, "-f", "json", *SLOW, preexec_fn=go)
        run.wait_for("selftest: slow")
        if not block:
            run.process.send_signal(signal.SIGHUP)
            time.sleep(0.3)
            need(run.process.poll() is None, "SIGHUP was not to be heard")
        run.process.send_signal(signal.SIGTERM)
        status, out, _ = run.end()
        need(status == -signal.SIGTERM, f"ended with {status}")
        check_three(hostcheck.read("json", out), "SIGTERM")


def busy_disk():
    """A request that takes for ever holds up neither the report nor the end."""
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "report")
        err = os.path.join(work, "err")
        with open(err, "wb") as f:
            p = hostcheck.start([HOLDFAST, "run", "--faulty", "read@3+=delay:1000s", "--report", "json=" + path,
                                 "--timeout", "900s", "--report", "pretty", "main.files", "boot.smoke"], stderr=f)
        for line in p.stdout:  # from here on it asks nobody to die
            if line.startswith(b"pass    boot.smoke"):
                break
        for _ in range(300):
            p.send_signal(signal.SIGUSR1)
            time.sleep(0.2)
            with open(err, encoding="utf-8") as f:
                if "state, in main.files" in f.read():
                    break
        p.send_signal(signal.SIGTERM)
        p.communicate(timeout=240)
        need(p.returncode == -signal.SIGTERM, f"ended with {p.returncode}")
        d = hostcheck.read_file("json", path)
        need(d["verdicts"].get("main.files") == "interrupted", f"{d['verdicts']}")


def closed_pipe():
    """The only reader goes: the guest stops, and the program as any other in a pipe."""
    with tempfile.TemporaryDirectory() as work:
        run = Run(work, "-f", "tap")
        run.wait_for("selftest: slow")
        run.process.stdout.close()
        run.process.stdout = None
        status, _, err = run.end()
        need(status == -signal.SIGPIPE, f"ended with {status}: {err[-300:]}")


def closed_pipe_and_file():
    """Another report is still wanted: the run is carried out."""
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "x.xml")
        run = Run(work, "--report", "pretty", "--report", "junit=" + path)
        run.wait_for("selftest: slow")
        run.process.stdout.close()
        run.process.stdout = None
        status, _, err = run.end()
        need(status == 5, f"ended with {status}: {err[-300:]}")
        need("cannot write the report to standard output: Broken pipe" in err, "no message")
        d = hostcheck.read_file("junit", path)
        need(set(d["verdicts"].values()) == {"pass"} and len(d["verdicts"]) == 3, f"{d['verdicts']}")


def main():
    hostcheck.need_guest(HOLDFAST)
    cases = hostcheck.Cases()
    for sig in ENDERS:
        for fmt in FORMATS:
            cases.run(f"{sig.name}_{fmt}_file", one, sig, fmt, True)
        cases.run(f"{sig.name}_bench", bench, sig)
        cases.run(f"{sig.name}_early", early, sig)
    cases.run("SIGTERM_junit_stdout", one, signal.SIGTERM, "junit", False)
    cases.run("SIGTERM_pretty_stdout", one, signal.SIGTERM, "pretty", False)
    for sig in (signal.SIGUSR1, signal.SIGQUIT):
        cases.run(f"{sig.name}_goes_on", goes_on, sig)
    cases.run("second_kills", insists)
    cases.run("twice_at_once", twice_at_once)
    cases.run("blocked_by_the_parent", inherited, True)
    cases.run("ignored_by_the_parent", inherited, False)
    cases.run("busy_disk", busy_disk)
    cases.run("closed_pipe", closed_pipe)
    cases.run("closed_pipe_and_file", closed_pipe_and_file)
    cases.end()


if __name__ == "__main__":
    main()
