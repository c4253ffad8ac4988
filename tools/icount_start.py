# SPDX-License-Identifier: BSD-2-Clause
"""icount_start.py: tools/icount start: start-up and exits, beside other VMMs.

One run of the NPT lab under the counting plugin, then wall times on this
machine's /dev/kvm.  The other VMMs' figures are in tools/count/peers.tsv.
"""

import os
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import counting

LAB_LINUX = "6.1"  # which the limits below are for
LAUNCHES = 12  # behind one that warms the caches
WALLS = 21
RAM = 64 << 20  # of a guest, if nothing else is asked for
EXIT_OPS = 16  # of a sample of guest/scenarios/bench/exits.c
SAMPLES = 41
# Rows of peers.tsv: at most so much, or 5 % above bare KVM.
LIMITS = {"exec_to_exit": 2_200_000, "vmm_rss_without_guest_ram": 2048}
NEAR_FLOOR = ("pio_out_exit_to_userspace", "pio_out_ioeventfd", "mmio_write_ioeventfd")
# Classes of the bench, as they run; rows of peers.tsv.
ORDER = ["exit_pio_out", "exit_pio_in", "exit_mmio_write", "exit_mmio_read", "exit_cpuid",
         "doorbell_port", "doorbell_mmio"]
CLASSES = {"exit_pio_out": "pio_out_exit_to_userspace", "exit_mmio_write": "mmio_write_exit_to_userspace",
           "exit_mmio_read": "mmio_read_exit_to_userspace", "exit_cpuid": "cpuid_exit_in_kernel",
           "doorbell_port": "pio_out_ioeventfd", "doorbell_mmio": "mmio_write_ioeventfd"}
BENCH = ("./holdfast run --prefault --hugepages thp --param trace=0 --param warmup=8 "
         f"--param samples={SAMPLES} ")
# A disk that needs the I/O thread for all has ioeventfds for doorbells.
SLOW_DISK = "--faulty any@1000000000=fail "

SCRIPT = f"""
i=0; while [ $i -le {LAUNCHES} ]; do
	./count-launch ./holdfast run boot.smoke >/dev/null || exit 1; i=$((i + 1)); done
i=0; while [ $i -le {LAUNCHES} ]; do
	./count-launch ./holdfast boot --cpus 1 --kernel empty-guest >/dev/null || exit 1; i=$((i + 1)); done
{BENCH} bench.exits >/dev/null || exit 1
{BENCH} {SLOW_DISK} bench.doorbell >/dev/null || exit 1
./holdfast run --param samples=100000000 --param budget_ms=100000 bench.recorder >/dev/null &
sleep 1
cat /proc/$!/smaps
kill $!
"""


def run_lab(build):
    """(smaps of a running holdfast, the plugin's lines)"""
    counting.built(build, "holdfast", "tools/hf-count.so", "tools/count-launch", "tools/empty-guest")
    tools = os.path.join(build, "tools")
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "count")
        r = subprocess.run(
            [os.path.join(counting.TOP, "tools", "npt-lab"), "--icount", "--build", build,
             "--file", os.path.join(tools, "count-launch"), "--file", os.path.join(tools, "empty-guest"),
             "--qemu", f"-plugin {tools}/hf-count.so,out={out}", "--", "sh", "-c", SCRIPT],
            stdout=subprocess.PIPE, text=True, check=False)
        if r.returncode:
            sys.stderr.write(r.stdout[-3000:])
            sys.exit(r.returncode)
        with open(out, encoding="ascii") as f:
            return r.stdout, f.read().splitlines()


def launches(lines):
    """Medians of the launches but the first, and the range of user + kernel."""
    runs = [counting.counts_of(line) for line in lines[1:]]
    total = [r["user"] + r["kernel"] for r in runs]
    median = {k: round(statistics.median(r[k] for r in runs)) for k in runs[0]}
    return median, round(statistics.median(total)), min(total), max(total)


def exits(lines):
    """{class: median an operation}."""
    rows = counting.group_samples(lines, SAMPLES)
    # Behind them comes the recorder of the run whose memory is looked at.
    if len(rows) != len(ORDER) + 1:
        sys.exit(f"icount: start: {len(rows) - 1} classes of exits, {len(ORDER)} expected")
    return {name: round(statistics.median(plain for plain, _ in r) / EXIT_OPS) for name, r in zip(ORDER, rows)}


def rss_kib(smaps):
    """Resident KiB that are not the guest's RAM; all that lies within it is."""
    found, now = [], None
    for line in smaps.splitlines():
        m = re.match(r"([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+\s*(.*)", line)
        if m:
            now = [int(m[1], 16), int(m[2], 16), m[3], 0]
            found.append(now)
        elif line.startswith("Rss:") and now:
            now[3] = int(line.split()[1])
    # The end of the guest's RAM is the largest in use that has no name (malloc may reserve more).
    ram = max((f for f in found if not f[2] and f[3]), key=lambda f: f[1] - f[0], default=None)
    if not ram or not RAM // 2 < ram[1] - ram[0] <= RAM:
        sys.exit("icount: start: no guest was running when its host was looked at")
    low, high = ram[1] - RAM, ram[1]
    return sum(f[3] for f in found if f[1] <= low or f[0] >= high)


def wall(command):
    """ms to the first byte of output and to the end."""
    begin = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as p:
        p.stdout.read(1)
        first = time.monotonic()
        p.stdout.read()
        if p.wait():
            sys.exit(f"icount: start: {' '.join(command)}: status {p.returncode}")
    return (first - begin) * 1e3, (time.monotonic() - begin) * 1e3


def walls(build):
    """{what: (first output, exit)}, medians; {} without /dev/kvm."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return {}
    holdfast = os.path.join(build, "holdfast")
    empty = [holdfast, "boot", "--cpus", "1", "--kernel", os.path.join(build, "tools", "empty-guest")]
    rows = {"an empty guest": empty, "run boot.smoke": [holdfast, "run", "boot.smoke"]}
    return {name: [statistics.median(v) for v in zip(*(wall(c) for _ in range(WALLS)))]
            for name, c in rows.items()}


def read_peers():
    rows = {}
    with open(os.path.join(counting.TOP, "tools", "count", "peers.tsv"), encoding="ascii") as f:
        table = [line.rstrip("\n").split("\t") for line in f if not line.startswith("#")]
    for row in table[1:]:
        rows[row[0]] = row[1:]
    return table[0][2:], rows


def measure(build):
    """[(row of peers.tsv, our figure)] and remarks."""
    smaps, lines = run_lab(build)
    ours, total, low, high = launches(lines[:LAUNCHES + 1])
    bare, bare_total, _, _ = launches(lines[LAUNCHES + 1:2 * LAUNCHES + 2])
    got = exits(lines[2 * LAUNCHES + 2:])
    rows = {"exec_to_exit": total, "exec_to_exit_user": ours["user"], "exec_to_exit_kernel": ours["kernel"],
            "exec_to_exit_rep": ours["user_rep"] + ours["kernel_rep"], "vmruns": ours["vmruns"],
            "syscalls": ours["syscalls"], "vmm_rss_without_guest_ram": rss_kib(smaps)}
    rows.update({CLASSES[n]: v for n, v in got.items() if n in CLASSES})
    remarks = [f"exec_to_exit: of {LAUNCHES} runs of boot.smoke, {low} to {high}",
               f"an empty guest instead: user {bare['user']}, kernel {bare['kernel']}, together "
               f"{bare_total}; {bare['vmruns']} VMRUNs, {bare['syscalls']} system calls"]
    return rows, remarks


def is_dynamic(path):
    """Has the program a PT_INTERP segment?"""
    with open(path, "rb") as f:
        elf = f.read(1 << 16)
    table, size, n = struct.unpack_from("<Q", elf, 32)[0], *struct.unpack_from("<HH", elf, 54)
    return any(struct.unpack_from("<I", elf, table + i * size)[0] == 3 for i in range(n))


def other_conditions(build):
    """What differs from that which the limits were set for."""
    found = ["holdfast is dynamically linked"] if is_dynamic(os.path.join(build, "holdfast")) else []
    with open(os.path.join(build, "npt-lab", "vmlinux"), "rb") as f:
        version = re.search(rb"Linux version (\d+\.\d+)", f.read())
    if not version or version[1].decode() != LAB_LINUX:
        found.append(f"the lab runs Linux {version[1].decode() if version else '(unknown)'}")
    return found


def limit_of(what, floor):
    return round(int(floor) * 1.05) if what in NEAR_FLOOR else LIMITS.get(what)


def start(args, usage):
    build, with_walls = os.path.join(counting.TOP, "build"), True
    while args:
        a = args.pop(0)
        if a == "--build" and args:
            build = os.path.abspath(args.pop(0))
        elif a == "--no-walls":
            with_walls = False
        else:
            usage(f"start: unknown option {a}")
    rows, remarks = measure(build)
    names, peers = read_peers()
    peers["exec_to_exit"] = ["instr"] + [str(int(u) + int(k)) for u, k in zip(
        peers["exec_to_exit_user"][1:], peers["exec_to_exit_kernel"][1:])]
    for name, v in (walls(build) if with_walls else {}).items():
        remarks.append(f"on this machine's /dev/kvm, {name}: first output after {v[0]:.1f} ms, "
                       f"exit after {v[1]:.1f} ms")
    print(f"{'what':30}{'unit':11}{'holdfast':>10}{'limit':>10}" + "".join(f"{n:>14}" for n in names))
    bad = 0
    for what, value in rows.items():
        limit = limit_of(what, peers[what][1])
        over = limit is not None and value > limit
        bad += over
        print(f"{what:30}{peers[what][0]:11}{value:10}{str(limit or ''):>10}" +
              "".join(f"{n:>14}" for n in peers[what][1:]) + ("  OVER" if over else ""))
    for what in ("wall_first_output_on_dev_kvm", "wall_exit_on_dev_kvm"):
        print(f"{what:30}{peers[what][0]:11}{'':20}" + "".join(f"{n:>14}" for n in peers[what][1:]))
    print("\n".join(remarks))
    others = other_conditions(build) if bad else []
    if others:
        print(f"skipped: limits are for a static program in a lab with Linux {LAB_LINUX}; here {', '.join(others)}")
    return 77 if others else 1 if bad else 0
