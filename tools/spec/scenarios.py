# SPDX-License-Identifier: BSD-2-Clause
"""scenarios.py: the scenarios as their sources have them: id, requirements, flags."""

import collections
import os
import re

STRING = r'"(?:[^"\\]|\\.)*"'
MARK = re.compile(r"^HF_SCENARIO\(", re.M)
ENTRY = re.compile(rf'^HF_SCENARIO\(\s*(\w+)\s*,\s*"([^"]+)"\s*,\s*((?:{STRING}\s*)+),'
                   rf'\s*(?:{STRING}\s*)+([^{{]*)\{{', re.M)
# "#define ON_DISK .flags = HF_NEEDS_DISK" of the file, or of a header beside it.
DEFINED = re.compile(r"^#define (\w+)\s((?:[^\n]*\\\n)*[^\n]*\bHF_(?:NEEDS|IS)_[^\n]*)$", re.M)
BESIDE = re.compile(r'^#include "(\w+\.h)"', re.M)
MODEL_ONLY = re.compile(r"^#ifdef HF_MODEL\n(.*?)^#(?:else|endif)", re.M | re.S)

# Files that only the machine has, in a folder's meson.build.
MACHINE_ONLY = re.compile(r"^guest(?:_scenarios)?_md \+= files\(([^)]*)\)", re.M)

# only: "model" or "machine", where the other cannot have it; function: its name in C
Scenario = collections.namedtuple("Scenario", "id requirements flags only file line function")


def flag_names(text, defined):
    """As 'holdfast list' names them: HF_NEEDS_DEFAULT_IMAGE is default-image."""
    for word in set(re.findall(r"\b[A-Z_]+\b", text)) & set(defined):
        text += defined[word]
    found = re.findall(r"\bHF_(?:NEEDS_|IS_)?([A-Z_]+)\b", text)
    return [f.lower().replace("_", "-") for f in found]


def beside(folder, text):
    """The headers of the same folder that a file includes."""
    for name in BESIDE.findall(text):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                yield f.read()


def of_file(file, text, only=None, headers=""):
    marks, found = len(MARK.findall(text)), list(ENTRY.finditer(text))
    if marks != len(found):
        raise ValueError(f"{file}: an HF_SCENARIO that cannot be read: strings in its first four arguments, please")
    defined = {m[1]: m[2] for m in DEFINED.finditer(headers + text)}
    model = [m.span(1) for m in MODEL_ONLY.finditer(text)]
    for m in found:
        words = "".join(re.findall(r'"([^"]*)"', m[3])).split()
        where = "model" if any(a <= m.start() < b for a, b in model) else only
        line = text.count("\n", 0, m.start()) + 1
        yield Scenario(m[2], words, flag_names(m[4], defined), where, file, line, m[1])


def machine_only(path):
    if not os.path.exists(path):
        return set()
    with open(path, encoding="utf-8") as f:
        return {n for names in MACHINE_ONLY.findall(f.read()) for n in re.findall(r"'([^']*)'", names)}


def read(top):
    found = []
    for folder, _, files in os.walk(os.path.join(top, "guest", "scenarios")):
        machine = machine_only(os.path.join(folder, "meson.build"))
        for name in files:
            if name.endswith(".c"):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as f:
                    text = f.read()
                found += of_file(os.path.relpath(path, top), text, "machine" if name in machine else None,
                                 "".join(beside(folder, text)))
    return sorted(found)


def grounds(s):
    """Where it runs, by its flags."""
    machine = ["kvm", "lab", "qemu"]
    return ["model"] if s.only == "model" else machine if s.only or "mmu" in s.flags else ["model"] + machine
