#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Who calls whom, by the objects: the table of tools/folders.py holds for symbols, too.

usage: links.py TREE BUILD

A declaration of one's own goes round an include; a symbol does not.  An object may use
what is defined in its folder, in those whose headers it may include, and, in the
guest, in arch/, which implements what kern/, sys/ and vm/ declare.

Exit status: 0 all in order, 1 findings.
"""
import os
import re
import sys

TREE = os.path.realpath(sys.argv[1])
sys.path.insert(0, os.path.join(TREE, "tools"))
import folders  # noqa: E402 (needs the path above)
import objects  # noqa: E402

LIBRARIES = ("guest/libholdfast-kernel.a.p", "host/libholdfast-host.a.p")
# arch/ starts from the boot sector's tables and brings other CPUs up through it.
ARCH = "guest/arch"
ENTRY = "guest/boot/start.S"


def may(table, user, owner):
    if os.path.dirname(user) == os.path.dirname(owner) or owner.startswith(ARCH + "/"):
        return True
    if user.startswith(ARCH + "/") and owner == ENTRY:
        return True
    folder = folders.folder_of(user, table)
    return folder is not None and (folders.allowed(folder, owner, table) or
                                   re.sub(r"\.c$", ".h", owner) in table[folder])


def check(build, library):
    side = library.split("/")[0]
    source_of = {o: os.path.relpath(f, TREE) for o, f in objects.objects_of(build)
                 if os.path.dirname(os.path.relpath(o, build)) == library}
    # What the build makes belongs to no folder.
    source_of = {o: f for o, f in source_of.items() if f.startswith(side + "/")}
    if len(source_of) < 50:
        sys.exit(f"links: {library}: {len(source_of)} objects")
    listed = list(objects.symbols(sorted(source_of)))
    owner = {name: source_of[o] for o, defined, name in listed if defined}
    used = sorted({(source_of[o], name) for o, defined, name in listed if not defined and name in owner})
    table = folders.GUEST_ALLOWED if side == "guest" else folders.HOST_ALLOWED
    return [f"{user}: may not use {name} of {owner[name]}" for user, name in used
            if not may(table, user, owner[name])]


def main(build):
    found = [line for library in LIBRARIES for line in check(build, library)]
    for line in found:
        print(f"links: {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(os.path.realpath(sys.argv[2])))
