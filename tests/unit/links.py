#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Who calls whom, by the objects: the folders' table of tools/lint holds for symbols, too.

usage: links.py LINT NM OBJECTS...
  OBJECTS  folders of objects that meson makes for a library (NAME.a.p), named
           guest=FOLDER or host=FOLDER

A declaration of one's own goes round an include; a symbol does not.  An object may use
what is defined in its folder, in those whose headers it may include, and, in the
guest, in arch/, which implements what kern/, sys/ and vm/ declare.

Exit status: 0 all in order, 1 findings.
"""
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys

# arch/ starts from the boot sector's tables and brings other CPUs up through it.
ARCH = "guest/arch"
ENTRY = "guest/boot/start.S"


def load_lint(path):
    sys.path.insert(0, os.path.dirname(path))
    loader = importlib.machinery.SourceFileLoader("lint", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("lint", loader))
    loader.exec_module(module)
    return module


def objects(lint, half, folder):
    """Object -> source, by the names that meson gives them."""
    by = {f[len(half) + 1:].replace("/", "_") + ".o": f for f in lint.sources(".c", ".S")
          if f.startswith(half + "/")}
    found = {os.path.join(folder, o): by[o] for o in os.listdir(folder) if o in by}
    if len(found) < 50:
        sys.exit(f"links: {folder}: {len(found)} objects that have a source")
    return found


def symbols(nm, source_of):
    """Symbol -> source that defines it; (source, symbol) for each use."""
    defined, used = {}, set()
    out = subprocess.run([nm, "-A", "--format=posix"] + list(source_of), check=True,
                         capture_output=True, text=True).stdout
    for path, name, kind in re.findall(r"^(.*?): (\S+) (\S)", out, re.M):
        if kind == "U":
            used.add((source_of[path], name))
        elif kind.isupper() and kind != "W":
            defined[name] = source_of[path]
    return defined, used


def may(lint, table, user, owner):
    if os.path.dirname(user) == os.path.dirname(owner):
        return True
    if owner.startswith(ARCH + "/"):
        return True
    if user.startswith(ARCH + "/") and owner == ENTRY:
        return True
    folder = lint.folder_of(user, table)
    return folder is not None and (lint.allowed(folder, owner, table) or
                                   re.sub(r"\.c$", ".h", owner) in table[folder])


def main(args):
    lint, nm, bad = load_lint(args[0]), args[1], 0
    for arg in args[2:]:
        half, folder = arg.split("=", 1)
        table = lint.GUEST_ALLOWED if half == "guest" else lint.HOST_ALLOWED
        defined, used = symbols(nm, objects(lint, half, folder))
        for user, name in sorted(used):
            if name in defined and not may(lint, table, user, defined[name]):
                print(f"links: {user}: may not use {name} of {defined[name]}")
                bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
