#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""bench_lab: what holdfast bench says about true nested paging, in the NPT lab.

usage: bench_lab.py NPT_LAB BUILD
"""

import json
import subprocess
import sys
import tempfile


def bench(lab, build, folder, options):
    """The classes by name, and what was printed.  Exits with 77 where there is
    no lab."""
    done = subprocess.run(
        [lab, "--build", build, "--out", "b.json", "--", "./holdfast", "bench",
         "--rounds", "1", "--samples", "40", "--json", "b.json"] + options,
        cwd=folder, check=False, capture_output=True, text=True)
    print(done.stdout + done.stderr, flush=True)
    if done.returncode != 0:
        sys.exit(done.returncode)
    with open(folder + "/b.json", encoding="utf-8") as f:
        report = json.load(f)
    assert "in a virtual machine" in report["environment"]["host_kernel"]
    return {c["name"]: c for c in report["classes"]}, done.stdout


def main():
    lab, build = sys.argv[1:]
    failed = []

    def expect(what, good):
        print("ok:" if good else "FAILED:", what)
        if not good:
            failed.append(what)

    with tempfile.TemporaryDirectory() as folder:
        c, _ = bench(lab, build, folder,
                     ["recorder", "second_stage*", "anon_write_first*"])
        d, said = bench(lab, build, folder,
                        ["recorder", "second_stage*", "shootdown", "--cpus", "1",
                         "--hugepages", "thp", "--prefault"])
    # the first class of the guest
    expect("the first class has its vCPUs' counts",
           c["anon_write_first_touch"]["kvm"].get("exits", 0) > 0)
    exits = c["recorder"]["exits_per_sample"]
    expect("an empty sample that is kept has no exit", exits["max"] == 0)
    expect("most empty samples are kept", exits["count"] > 20)
    exits = c["second_stage_first_touch"]["exits_per_sample"]
    expect("16 first touches are 16 exits", exits["min"] == exits["max"] == 16)
    exits = d["second_stage_first_touch"]["exits_per_sample"]
    expect("nearly none with huge pages", exits["sum"] <= exits["count"])
    slow, fast = (x["second_stage_first_touch"]["ns_per_op"]["median"]
                  for x in (c, d))
    expect(f"{slow:.0f} ns without, {fast:.0f} ns with", slow > 10 * fast)
    expect("a class that cannot be is named",
           "skip       shootdown: needs two CPUs" in said)
    return 1 if failed else 0


sys.exit(main())
