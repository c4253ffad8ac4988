# SPDX-License-Identifier: BSD-2-Clause
"""objects.py: what a build has compiled, and the symbols of it."""

import json
import os
import re
import subprocess

SYMBOL = re.compile(r"^(.+?):\s*[0-9a-f]*\s+([A-Za-z])\s+(\S+)$")


def objects_of(build):
    """{object: file of the tree or the build} of all that are built."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as f:
        commands = json.load(f)
    for c in commands:
        path = os.path.join(c["directory"], c["output"])
        if os.path.exists(path):
            yield path, os.path.realpath(os.path.join(c["directory"], c["file"]))


def symbols(objects):
    """(object, defined, name) of each global symbol; a weak one counts for neither."""
    out = subprocess.run(["nm", "-A", "-g", *objects], check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        m = SYMBOL.match(line)
        if m and m[2] not in "wWvV":
            yield m[1], m[2] != "U", m[3]
