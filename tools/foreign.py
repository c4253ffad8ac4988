# SPDX-License-Identifier: BSD-2-Clause
"""foreign.py: rules of tools/lint that other programs know: shellcheck."""

import os
import re
import shutil
import subprocess

SHELL = re.compile(rb"#!\s*\S*/(env )?(busybox )?(ba|da|a)?sh\b")


def is_script(path):
    """A shell's, by its name or its first line."""
    if path.endswith(".sh"):
        return True
    with open(path, "rb") as f:
        return SHELL.match(f.readline(200)) is not None


def shell(top, files):
    """What shellcheck finds by the rules of .shellcheckrc; None: it is not here."""
    tool = shutil.which("shellcheck")
    if not tool:
        print("lint shell: skipped: no shellcheck on this machine")
        return None
    version = subprocess.run([tool, "--version"], capture_output=True, text=True).stdout
    if "version: 0.9." not in version:
        print("lint shell: skipped: the rules are those of shellcheck 0.9, here is", *version.split("\n")[1:2])
        return None
    scripts = [f for f in files if is_script(os.path.join(top, f))]
    if not scripts:
        return ["no shell script in the tree"]
    r = subprocess.run([tool, "-f", "gcc", *scripts], cwd=top, capture_output=True, text=True)
    found = r.stdout.splitlines() + r.stderr.splitlines()
    return found or ([f"shellcheck ended with {r.returncode}"] if r.returncode else [])
