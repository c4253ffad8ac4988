# SPDX-License-Identifier: BSD-2-Clause
"""folders.py: who may use whom (docs/architecture.md): headers in tools/lint, symbols in a unit test."""

# Folder -> folders whose headers it may include.  Every folder may include
# its own headers and shared/.
HOST_ALLOWED = {
    "host/core": [],
    "host/blk": ["host/core"],
    "host/dev": ["host/core", "host/blk/backend.h", "host/vm/guestmem.h"],
    "host/vm": ["host/core", "host/dev", "host/blk/backend.h"],
    "host/debug": ["host/core", "host/vm"],
    "host/report": ["host/core"],
    "host/measure": ["host/core"],
    "host/run": ["host/core", "host/vm", "host/dev", "host/blk", "host/report", "host/debug", "host/measure"],
    "host/fuzz": ["host/core", "host/run", "host/report", "host/vm"],
    "host/cli": ["host/core", "host/run", "host/fuzz", "host/vm", "host/dev", "host/blk", "host/report",
                 "host/debug", "host/measure"],
    "host": ["host/core", "host/cli"],
}
KERN = ["guest/sys", "guest/kern", "guest/machine"]
GUEST_ALLOWED = {
    "guest/sys": KERN + ["guest/vm/vm.h", "guest/vm/pmap.h"],
    "guest/kern": KERN + ["guest/vm/uma.h"],
    "guest/arch": KERN + ["guest/vm", "guest/arch"],
    # The model boots the kernel itself and stands in for the block device.
    "guest/arch/model": KERN + ["guest/vm", "guest/arch", "guest/dev", "guest/test", "guest/boot"],
    "guest/boot": ["guest"],
    "guest/dev": KERN,
    "guest/vm": KERN + ["guest/vm", "guest/vfs", "guest/sys"],
    "guest/vfs": KERN + ["guest/vm", "guest/dev"],
    "guest/user": KERN + ["guest/vm", "guest/vfs"],
    "guest/test": KERN + ["guest/vm", "guest/vfs", "guest/dev"],
    "guest/outside": KERN + ["guest/vm", "guest/vfs", "guest/dev", "guest/test"],
    "guest/scenarios": KERN + ["guest/vm", "guest/vfs", "guest/dev", "guest/test", "guest/arch"],
}


def allowed(folder, target, table):
    if target == folder or target.startswith(folder + "/"):
        return True
    for a in table[folder]:
        if target == a or target.startswith(a + "/"):
            return True
    return False


def folder_of(name, table):
    best = None
    for folder in table:
        if name.startswith(folder + "/") and (best is None or len(folder) > len(best)):
            best = folder
    return best
