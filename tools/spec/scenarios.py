# SPDX-License-Identifier: BSD-2-Clause
"""scenarios.py: the scenarios as their sources have them: id, requirements, flags."""

import collections
import glob
import os
import re

STRING = r'"(?:[^"\\]|\\.)*"'
MARK = re.compile(r"^HF_SCENARIO\(", re.M)
ENTRY = re.compile(rf'^HF_SCENARIO\(\s*\w+\s*,\s*"([^"]+)"\s*,\s*((?:{STRING}\s*)+),'
                   rf'\s*(?:{STRING}\s*)+([^{{]*)\{{', re.M)
# "#define ON_DISK .flags = HF_NEEDS_DISK" of the same file.
DEFINED = re.compile(r"^#define (\w+)\s((?:[^\n]*\\\n)*[^\n]*\bHF_(?:NEEDS|IS)_[^\n]*)$", re.M)
MODEL_ONLY = re.compile(r"^#ifdef HF_MODEL\n(.*?)^#(?:else|endif)", re.M | re.S)

Scenario = collections.namedtuple("Scenario", "id requirements flags model_only file line")


def flag_names(text, defined):
    """As 'holdfast list' names them: HF_NEEDS_DEFAULT_IMAGE is default-image."""
    for word in set(re.findall(r"\b[A-Z_]+\b", text)) & set(defined):
        text += defined[word]
    found = re.findall(r"\bHF_(?:NEEDS_|IS_)?([A-Z_]+)\b", text)
    return [f.lower().replace("_", "-") for f in found]


def of_file(file, text):
    marks, found = len(MARK.findall(text)), list(ENTRY.finditer(text))
    if marks != len(found):
        raise ValueError(f"{file}: an HF_SCENARIO that cannot be read: strings in its first four arguments, please")
    defined = {m[1]: m[2] for m in DEFINED.finditer(text)}
    model = [m.span(1) for m in MODEL_ONLY.finditer(text)]
    for m in found:
        words = "".join(re.findall(r'"([^"]*)"', m[2])).split()
        yield Scenario(m[1], words, flag_names(m[3], defined), any(a <= m.start() < b for a, b in model),
                       file, text.count("\n", 0, m.start()) + 1)


def read(top):
    found = []
    for path in sorted(glob.glob(os.path.join(top, "guest", "scenarios", "**", "*.c"), recursive=True)):
        with open(path, encoding="utf-8") as f:
            found += of_file(os.path.relpath(path, top), f.read())
    return sorted(found)


def grounds(s):
    """Where it runs, by its flags."""
    if s.model_only:
        return ["model"]
    return ([] if "mmu" in s.flags else ["model"]) + ["kvm", "lab", "qemu"]
