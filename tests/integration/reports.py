#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""reports.py: whatever ends a run, its reports are whole, and an older one is safe until then.

usage: reports.py HOLDFAST SELFTEST_ELF
"""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

import hostcheck
from hostcheck import FORMATS, need

HOLDFAST, ELF = (os.path.abspath(p) for p in sys.argv[1:3])
MIXED = {"selftest.pass": "pass", "selftest.fail": "fail", "selftest.skip": "skip", "selftest.panic": "died",
         "selftest.then": "pass"}
SEED = "18446744073709551615"  # a number that rounds
ODD = b"odd \"q\" <&>\n\x1b[31m\xff\xc3\xa9 'a' $HOME `id` \\ %s.elf"


def run(*args, unshare=None, **kw):
    command = [HOLDFAST, *args]
    if unshare is not None:
        command = ["unshare", "-m", "sh", "-c", unshare + ' && exec "$0" "$@"', *command]
    r = subprocess.run(command, capture_output=True, check=False, timeout=240, **kw)
    return r.returncode, r.stdout, r.stderr.decode("utf-8")


def can_mount():
    r = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return r.returncode == 0 and os.getuid() == 0


def mixed(fmt):
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "report")
        status, out, _ = run("run", "--kernel", ELF, "--seed", SEED, "-f", fmt, "-o", path, *MIXED)
        need(status == 3 and out == b"", f"status {status}")
        d = hostcheck.read_file(fmt, path)
        need(d["verdicts"] == MIXED, f"{d['verdicts']}")
        need(d["stopped"] is None, f"stopped: {d['stopped']}")
        need(SEED in d["text"], "the seed is not in it")
        need(os.listdir(work) == ["report"], f"left: {os.listdir(work)}")


def several():
    with tempfile.TemporaryDirectory() as work:
        path = {f: os.path.join(work, f) for f in FORMATS}
        status, out, _ = run("run", "--kernel", ELF, *[w for f in FORMATS for w in ("--report", f"{f}={path[f]}")],
                             *MIXED)
        need(status == 3, f"status {status}")
        need(hostcheck.read("pretty", out)["verdicts"] == MIXED, "the usual one on standard output")
        for f in FORMATS:
            need(hostcheck.read_file(f, path[f])["verdicts"] == MIXED, f)
        status, out, _ = run("run", "--kernel", ELF, "--report", "tap", "--report", "json=" + path["json"],
                             "selftest.pass")
        need(hostcheck.read("tap", out)["verdicts"] == {"selftest.pass": "pass"}, "TAP alone on standard output")
        status, out, _ = run("run", "--kernel", ELF, "-f", "junit", "--report", "json=" + path["json"],
                             "selftest.pass")
        need(hostcheck.read("junit", out)["verdicts"] == {"selftest.pass": "pass"}, "-f beside --report")


def refused(args, text):
    status, out, err = run("run", *args, "boot.smoke")
    need(status == 2 and out == b"" and text in err, f"status {status}: {err}")


def no_kvm(fmt):
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "report")
        with open(path, "w", encoding="ascii") as f:
            f.write("older")
        hide = "mount --bind /dev/null /dev/kvm"
        status, out, err = run("run", "-f", fmt, "-o", path, "boot.*", unshare=hide)
        need(status == 2 and out == b"" and "/dev/kvm" in err, f"status {status}: {err}")
        d = hostcheck.read_file(fmt, path)
        need(len(d["verdicts"]) > 1 and set(d["verdicts"].values()) == {"lost"}, f"{d['verdicts']}")
        need("/dev/kvm" in d["stopped"], f"stopped: {d['stopped']}")
        status, out, _ = run("run", "-f", fmt, "boot.*", unshare=hide)
        need(out == b"" if fmt == "pretty" else hostcheck.read(fmt, out)["verdicts"] == d["verdicts"], "stdout")


def no_kvm_bench():
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "b.json")
        status, _, err = run("bench", "--rounds", "1", "--json", path, "anon*",
                             unshare="mount --bind /dev/null /dev/kvm")
        need(status == 2 and "/dev/kvm" in err, f"status {status}: {err}")
        d = hostcheck.read_file("bench", path)
        need("/dev/kvm" in d["stopped"] and d["status"] == 2 and d["document"]["classes"] == [], d["text"])


def no_disk(fmt):
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "report")
        status, _, err = run("run", "-f", fmt, "-o", path, "--disk", "/nowhere/at all", "boot.smoke")
        need(status == 2 and "/nowhere/at all" in err, f"status {status}: {err}")
        d = hostcheck.read_file(fmt, path)
        need("/nowhere/at all" in d["stopped"] and d["verdicts"] == {"boot.smoke": "lost"}, f"{d['verdicts']}")


FULL = "mount -t tmpfs -o size=8k tmpfs {0} && echo older >{0}/report && ! head -c 100000 /dev/zero >{0}/fill 2>/dev/null"


def full_disk(fmt):
    with tempfile.TemporaryDirectory() as work:
        where = os.path.join(work, "full")
        os.mkdir(where)
        path = os.path.join(where, "report")
        keep = FULL.format(where)
        status, out, err = run("run", "--kernel", ELF, "-f", fmt, "-o", path, *MIXED, unshare=keep)
        need(status == 5 and "No space left" in err, f"status {status}: {err}")
        need(hostcheck.read(fmt, out)["verdicts"] == MIXED, "what came to standard output")
        # With another one on the terminal that has the results.
        status, out, err = run("run", "--kernel", ELF, "--report", "pretty", "--report", f"{fmt}={path}", *MIXED,
                               unshare=keep)
        need(status == 5 and "standard output has the results" in err, f"status {status}: {err}")
        need(hostcheck.read("pretty", out)["verdicts"] == MIXED, "the pretty one")
        # Nothing is left, and the older one is what it was: looked at in the same name space.
        look = subprocess.run(["unshare", "-m", "sh", "-c", keep + f'; "$0" run --kernel "$1" -f {fmt} -o {path} '
                               f"selftest.pass >/dev/null 2>&1; ls -A {where}; cat {path}", HOLDFAST, ELF],
                              capture_output=True, text=True, check=False, timeout=240)
        need(look.stdout == "fill\nreport\nolder\n", f"left: {look.stdout!r}")


def full_disk_bench():
    with tempfile.TemporaryDirectory() as work:
        where = os.path.join(work, "full")
        os.mkdir(where)
        status, out, err = run("bench", "--rounds", "1", "--samples", "5", "--json", where + "/report", "exits",
                               unshare=FULL.format(where))
        need(status == 5 and "No space left" in err, f"status {status}: {err}")
        need(b"exit_pio_out" in out, "no table")


def killed(fmt):
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "report")
        with open(path, "w", encoding="ascii") as f:
            f.write("older")
        err = os.path.join(work, "err")
        with open(err, "wb") as f:
            p = hostcheck.start([HOLDFAST, "run", "--kernel", ELF, "--console", "-f", fmt, "-o", path,
                                 "selftest.pass", "selftest.slow"], stderr=f)
        hostcheck.wait_for_line(err, "selftest: slow", p)
        p.kill()
        p.communicate()
        with open(path, encoding="ascii") as f:
            need(f.read() == "older", "the older report was touched")
        need(sorted(os.listdir(work)) == ["err", "report"], f"left: {os.listdir(work)}")


def link_and_mode():
    with tempfile.TemporaryDirectory() as work:
        real, link = os.path.join(work, "real"), os.path.join(work, "link")
        with open(real, "w", encoding="ascii") as f:
            f.write("older")
        os.chmod(real, 0o640)
        os.symlink("real", link)
        status, _, err = run("run", "--kernel", ELF, "-f", "json", "-o", link, "selftest.pass")
        need(status == 0, f"status {status}: {err}")
        need(os.path.islink(link), "the link is gone")
        hostcheck.read_file("json", real)
        need(stat.S_IMODE(os.stat(real).st_mode) == 0o640, "its mode changed")
        new = os.path.join(work, "new")
        run("run", "--kernel", ELF, "-f", "json", "-o", new, "selftest.pass", preexec_fn=lambda: os.umask(0o027))
        need(stat.S_IMODE(os.stat(new).st_mode) == 0o640, "the mode of a new one is not by umask")


def again():
    """The one command of a failure, as a shell takes it: the same verdict, seed and parameters."""
    with tempfile.TemporaryDirectory() as work:
        os.symlink(HOLDFAST, os.path.join(work, "holdfast"))
        elf = os.path.join(os.fsencode(work), ODD)
        shutil.copy(ELF, elf)
        status, out, err = run("run", "--kernel", elf, "-f", "json", "--seed", SEED, "--cpus", "1", "--memory", "32M",
                               "--param", "check=b c'd \"$x\"", "--param", "slow_ms=2", "selftest.fail", "selftest.panic")
        need(status == 3, f"status {status}: {err}")
        d = hostcheck.read("json", out)["document"]
        need(d["environment"]["options"]["kernel"].endswith(" %s.elf"), "the options")
        for s in d["scenarios"]:
            r = subprocess.run(["bash", "-c", s["again"] + " -f json"], capture_output=True, check=False, timeout=240,
                               env=dict(os.environ, PATH=work + ":" + os.environ["PATH"], LC_ALL="C"))
            e = hostcheck.read("json", r.stdout)["document"]
            need(e["scenarios"][0]["verdict"] == s["verdict"], f"{s['again']}: {e['scenarios'][0]['verdict']}")
            for key in ("seed", "cpus", "memory_bytes", "guest_sha256", "build_id"):
                need(e["environment"][key] == d["environment"][key], key)
            for key in ("param", "kernel", "timeout", "disk"):
                need(e["environment"]["options"][key] == d["environment"]["options"][key], key)


def odd_names(fmt):
    with tempfile.TemporaryDirectory() as work:
        elf = os.path.join(os.fsencode(work), ODD)
        disk = os.path.join(os.fsencode(work), b"disk \n" + ODD)
        shutil.copy(ELF, elf)
        with open(disk, "wb") as f:
            f.truncate(1 << 20)
        status, out, err = run("run", "--kernel", elf, "--disk", disk, "-f", fmt, *MIXED)
        need(status == 3, f"status {status}: {err}")
        d = hostcheck.read(fmt, out)
        need(d["verdicts"] == MIXED, f"{d['verdicts']}")
        if fmt == "junit":
            name = d["properties"]["guest"]
            need("\n" in name and "\\x1b[31m\\xff" in name and "'a' $HOME" in name, f"{name!r}")
        for args in (["run", "--kernel", elf + b"x"], ["run", "--disk", disk + b"x", "boot.smoke"],
                     ["list", "--kernel", disk], ["run", "-o", disk + b"/x", "boot.smoke"]):
            status, out, err = run(*args)
            need(status == 2 and out == b"", f"{args}: status {status}")
            need(err.count("\n") == 1 and all(c == "\n" or c >= " " for c in err), f"{args}: {err!r}")


def sha256():
    for args in ([], ["--kernel", ELF]):
        _, out, _ = run("run", "-f", "json", *args, "boot.smoke" if not args else "selftest.pass")
        d = hostcheck.read("json", out)["document"]["environment"]
        image = ELF if args else os.path.join(os.path.dirname(HOLDFAST), "holdfast-guest.elf")
        if not os.path.exists(image):
            continue
        want = subprocess.run(["sha256sum", image], capture_output=True, text=True, check=True).stdout.split()[0]
        need(d["guest_sha256"] == want, f"{image}: {d['guest_sha256']}")
        notes = subprocess.run(["readelf", "-n", HOLDFAST], capture_output=True, text=True, check=True).stdout
        need(d["build_id"] == "unknown" or f"Build ID: {d['build_id']}" in notes, "the build id")


def schemas():
    for args in (["list", "--json"], ["list", "--json", "--all"], ["list", "--json", "--all", "--kernel", ELF]):
        _, out, _ = run(*args)
        hostcheck.json_schema("list", json.loads(out))
    _, out, _ = run("list", "--requirements", "--json", "--all")
    hostcheck.json_schema("requirements", json.loads(out))
    with tempfile.TemporaryDirectory() as work:
        paths = [os.path.join(work, n) for n in ("a.json", "b.json")]
        for p in paths:
            status, _, err = run("bench", "--rounds", "5", "--samples", "5", "--json", p, "exits")
            need(status == 0, f"bench: {status}: {err}")
            d = hostcheck.read_file("bench", p)
            need(d["stopped"] is None and d["document"]["classes"], "what was measured")
        c = os.path.join(work, "c.json")
        status, _, err = run("compare", "--json", c, *paths)
        need(status in (0, 1), f"compare: {status}: {err}")
        with open(c, encoding="utf-8") as f:
            d = json.load(f)
        hostcheck.json_schema("compare", d)
        need([x["name"] for x in d["classes"]] and not d["only_in_a"] + d["only_in_b"], "the classes")


def main():
    hostcheck.need_guest(HOLDFAST)
    cases = hostcheck.Cases()
    for fmt in FORMATS:
        cases.run(f"mixed_{fmt}", mixed, fmt)
        cases.run(f"no_disk_{fmt}", no_disk, fmt)
        cases.run(f"killed_{fmt}", killed, fmt)
        cases.run(f"odd_names_{fmt}", odd_names, fmt)
        if can_mount():
            cases.run(f"no_kvm_{fmt}", no_kvm, fmt)
            cases.run(f"full_disk_{fmt}", full_disk, fmt)
        else:
            cases.skip(f"no_kvm_{fmt}", "cannot mount here")
            cases.skip(f"full_disk_{fmt}", "cannot mount here")
    if can_mount():
        cases.run("no_kvm_bench", no_kvm_bench)
        cases.run("full_disk_bench", full_disk_bench)
    else:
        cases.skip("bench", "cannot mount here")
    cases.run("several", several)
    for args, text in ((["--report", "xml"], "'xml' is none of pretty, tap, junit, json"),
                       (["--report", "json="], "no file behind the '='"),
                       (["--report", "tap", "--report", "json"], "two reports to standard output"),
                       (["--report", "tap=/tmp/x", "--report", "json=/tmp/x"], "two reports to /tmp/x"),
                       (["--report", "junit=/nowhere/x"], "--report junit /nowhere/x")):
        cases.run("refused_" + "_".join(args), refused, args, text)
    cases.run("link_and_mode", link_and_mode)
    cases.run("again", again)
    cases.run("sha256", sha256)
    cases.run("schemas", schemas)
    cases.end()


if __name__ == "__main__":
    main()
