# SPDX-License-Identifier: BSD-2-Clause
"""fail_points.py: no allocation, page-in, page-out, submission or sleep without its failure point.

The last call before the free lists, a pager, a device or the scheduler take over is a
primitive: whatever allocates, pages, submits or sleeps comes to one of them. The
function with such a call asks HF_FAIL_NTH (guest/kern/fail_nth.h), itself or by a helper in
its file. And the other way round: what is called an allocation comes to a place that
asks, by whatever it calls.
"""

import os
import re

FOLDERS = ("guest/vm/", "guest/vfs/", "guest/dev/", "guest/kern/", "guest/arch/amd64/", "guest/boot/")

PRIMITIVES = re.compile(r"""(?x)
    \b vm_domain_allocate \(
  | \b vm_phys_alloc_ (?: pages | npages | contig | freelist_pages ) \(
  | -> pgo_ (?: getpages | getpages_async | putpages ) \(
  | -> vop_ (?: getpages | getpages_async | putpages | bmap ) \(
  | -> ops->submit \(
  | \b virtq_add \(
  | \b hf_sleepq_wait \(
  | \b hf_pause \(
""")
ASKS = re.compile(r"\bHF_FAIL_NTH\(")
ALLOCATION = re.compile(r"(?:^|_)[kmz]?alloc(?:_(?:arg|noobj|contig|aligned|run|after|freelist|pages))*$")

# Function -> why it need not ask.
EXEMPT = {
    "vm_phys_alloc_pages": "a primitive",
    "vm_phys_alloc_npages": "a primitive",
    "vm_phys_alloc_contig": "a primitive",
    "vm_phys_alloc_freelist_pages": "a primitive",
    "hf_pause": "a primitive",
    "hf_fail_nth_hit": "the place itself",
    "mtx_wait": "a lock is waited for until it is free",
    "sleep_for": "a lock is waited for until it is free",
    "hf_thread_join": "a thread is waited for until it has ended",
    "hf_boot_alloc_pages": "before there is anybody who could do without",
}

# A definition in this tree's style: the name begins a line, the body is between braces in column 0.
FUNCTION = re.compile(r"^(?:\w[\w \t*]*\()?(\w+)\)?\(([^;{}]*?)\)\s*\n\{\n(.*?)^\}", re.M | re.S)
COMMENT = re.compile(r"/\*.*?\*/", re.S)
CALL = re.compile(r"\b(\w+)\s*\(")


def functions(text):
    """{name: body} of a C file."""
    return {m.group(1): m.group(3) for m in FUNCTION.finditer(COMMENT.sub("", text))}


def asking(bodies):
    return {name for name, body in bodies.items() if ASKS.search(body)}


def reaching(bodies):
    """Who comes to a place that asks, by whatever it calls."""
    calls = {name: set(CALL.findall(body)) for name, body in bodies.items()}
    reach = asking(bodies)
    while True:
        more = {name for name, called in calls.items() if name not in reach and called & reach}
        if not more:
            return reach
        reach |= more


def findings(files, exempt=EXEMPT):
    """What is wrong with the files {name: text} of C."""
    found, everything = [], {}
    for name, text in sorted(files.items()):
        own = functions(text)
        everything.update(own)
        asks = asking(own)
        for function, body in own.items():
            if function in exempt or function in asks or asks & set(CALL.findall(body)):
                continue
            for call in PRIMITIVES.findall(body):
                found.append(f"{name}: {function}() calls {call.lstrip('->')}) and does not ask HF_FAIL_NTH")
    reach = reaching(everything)
    for function in sorted(everything):
        if ALLOCATION.search(function) and function not in reach and function not in exempt:
            found.append(f"{function}() allocates, and no HF_FAIL_NTH comes before that")
    for function in sorted(exempt):
        if function not in everything:
            found.append(f"{function}() is exempt, but is not there")
    return found


def check(top, names):
    files = {}
    for name in names:
        if name.startswith(FOLDERS) and name.endswith((".c", ".h")):
            with open(os.path.join(top, name), encoding="utf-8") as f:
                files[name] = f.read()
    return findings(files)
